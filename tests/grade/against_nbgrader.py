"""The hostile hand-ins of the tests at stock nbgrader and at our grader: what gets through there, and what here.

``python tests/grade/against_nbgrader.py`` prints the table of guide/trust.md, ``--write`` puts it there. Each hand-in
is graded by ``nbgrader autograde`` itself, in a course of its own inside the outer sandbox (outer.py, stock.py),
since nothing else would keep it off this machine; and by ours, as the tests do it.
"""

import base64
import contextlib
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import attacks
import bait
import click
import nbformat
import outer
import psutil
import small
import stock
from attacks import ATTACKS, LIMITS
from tqdm import tqdm

from course import notebooks, release
from course.grade import workers
from course.grade.examine import Examiner
from course.grade.execute import execute, to_run
from course.grade.intake.rebuild import rebuild
from course.grade.sandbox import Template

GUIDE = notebooks.ROOT / "guide" / "trust.md"
BEGIN, END = "<!-- begin: tests/grade/against_nbgrader.py --write -->", "<!-- end -->"
CHECKS = ("build-check", "loss-check", "train-check")
STOCK_CELL_SECONDS = 30  # nbgrader's own default; its kernel has yet to import torch in that time
GRACE_SECONDS = 15.0  # for what is busy beside it, and for a cell to be stopped
STOCK_SECONDS = 240.0
WATCH_SECONDS = 0.05
DANGERS = {
    attacks.FORGES: "gets points that it does not deserve",
    attacks.READS: "reads what is not for it",
    attacks.CHANGES: "changes what is not its own",
    attacks.STAYS: "leaves processes or files behind",
    attacks.USES: "uses more than it may",
    attacks.DIES: "dies, and what is right in it gets no points",
}
PROBE = """
import json, os
places = ["/tmp", "/dev/shm", os.path.expanduser("~")]
disks = {os.stat(place).st_dev: os.statvfs(place) for place in places}.values()
files = [os.path.join(folder, name) for place in places for folder, _, names in os.walk(place) for name in names]
print(json.dumps({
    "bytes": sum((disk.f_blocks - disk.f_bfree) * disk.f_frsize for disk in disks),
    "files": sum(disk.f_files - disk.f_ffree for disk in disks),
    "left": files[:100],
}))
"""


@dataclass(frozen=True)
class Found:
    """What came of a hand-in at a grader.

    Attributes:
        points: The points of the checks; nothing where it got no grade.
        tells: Whether an output tells what it may not read.
        changed: Whether it changed what is not its own.
        left: What it left behind.
        used: How much of what it used at most, by the words for it.
    """

    points: tuple[float, ...] | None
    tells: bool
    changed: bool
    left: frozenset[str]
    used: dict[str, float]

    def over(self, honest, cell_seconds):
        """Return of what it used more than it may, next to an honest hand-in."""
        most = {
            "memory": LIMITS.memory, "processes": LIMITS.processes, "time": cell_seconds + GRACE_SECONDS,
            "disk": LIMITS.disk, "files": LIMITS.inodes, "output": LIMITS.output,
        }  # fmt: skip
        beside = {"time", "disk", "files"}
        return [key for key, limit in most.items() if self.used[key] - honest.used[key] * (key in beside) > limit]


class Stock:
    """Stock nbgrader, in the outer sandbox."""

    def __init__(self, facts):
        """Release the homework, and grade an honest hand-in to know what that takes."""
        self._asked = {
            "files": released(), "secret": attacks.SECRET, "decoy": str(facts["DECOY"]), "port": facts["PORT"],
            "name": facts["NAME"], "homework": small.NAME, "checks": CHECKS, "seconds": STOCK_SECONDS,
            "options": [f"--ExecutePreprocessor.timeout={STOCK_CELL_SECONDS}"],
        }  # fmt: skip
        self._usual, self._said = frozenset(), ""
        self.honest = self.grade(small.answered())
        if self.honest.points != (2, 2, 2):  # else nothing could get through
            raise click.ClickException(f"nbgrader gives an honest hand-in {self.honest.points}:\n{self._said}")
        self._usual = self.honest.left

    def grade(self, notebook):
        """Return what came of a hand-in."""
        text = nbformat.writes(notebook).encode()
        files = {f"grading/submitted/student/{small.NAME}/{small.NAME}.ipynb": base64.b64encode(text).decode()}
        asked = self._asked | {"files": self._asked["files"] | files}
        program, course = Path(__file__).with_name("stock.py"), notebooks.ROOT / "course"
        # nbgrader_config.py looks for the course's templates
        binds = (program, program.with_name("naive.py"), course / "__init__.py", course / "grade/templates/formgrader")
        try:
            said = json.loads(outer.run([str(program)], *binds, said=json.dumps(asked), seconds=STOCK_SECONDS + 60))
        except outer.OverError as error:
            return beyond(str(error))
        except subprocess.TimeoutExpired:
            return beyond("time")
        self._said = said["log"]
        names = {re.sub(r"[0-9a-f-]{36}|\d{3,}", "…", path) for path in said["files_left"]}
        processes = {"a process"} if said["processes_left"] else set()
        used = {"time": said["seconds"], "disk": said["bytes"], "output": said["length"]}
        return Found(
            points=said["points"] and tuple(said["points"]),
            tells=said["tells"],
            changed=said["changed"],
            left=frozenset(names | processes) - self._usual,
            used=used | {key: said[key] for key in ("memory", "processes", "files")},
        )


def beyond(what):
    """Return what came of a hand-in that even the outer sandbox had to end."""
    used = dict.fromkeys(("memory", "processes", "time", "disk", "files", "output"), 0.0)
    return Found(None, tells=False, changed=False, left=frozenset(), used=used | {what: math.inf})


def released():
    """Return the files of a course with the small homework, as nbgrader's own command releases it, in base 64."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        small.write(folder / "solutions")
        (folder / release.CONFIG.name).write_bytes(release.CONFIG.read_bytes())
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # it calls alembic by name
        command = [sys.executable, "-m", "nbgrader", "generate_assignment", small.NAME]
        subprocess.run(command, cwd=folder, env=os.environ | {"PATH": programs}, capture_output=True, check=True)
        files = [path for path in folder.rglob("*") if path.is_file()]
        return {str(path.relative_to(folder)): base64.b64encode(path.read_bytes()).decode() for path in files}


class Ours:
    """Our grader, as the tests use it."""

    def __init__(self, facts):
        """Start its template, and grade an honest hand-in to know what that takes."""
        master = small.master()
        self._decoy = facts["DECOY"]
        self._examiner = Examiner(master, small.released(), Path("small.ipynb"), "en")
        self._template = Template(workers.modules(master), None, LIMITS)
        self._own = strangers(self._template, set())
        self._usual = frozenset()
        self.honest = self.grade(small.answered())
        self._usual = self.honest.left

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._template.close()

    @contextlib.contextmanager
    def child(self):
        """Give a child as the template does, and look at its disk before it ends."""
        with self._template.child() as child:
            yield child
            self._probed = probed(child)

    def grade(self, notebook):
        """Return what came of a hand-in."""
        before = bait.contents(self._decoy)
        done, used = threading.Event(), {"memory": 0, "processes": 0}
        watch = threading.Thread(target=self._keep_watch, args=(used, done))
        watch.start()
        start = time.monotonic()
        try:
            examined = execute(to_run(rebuild(notebook, small.released())[0]), self, self._examiner)
        finally:
            done.set()
            watch.join()
        used["time"] = time.monotonic() - start
        processes = {"a process"} if stay(self._template, self._own) else set()
        with self._template.child() as child:
            left = frozenset(processes.union(probed(child)["left"])) - self._usual
        outputs = [output.text for ran in examined.transcript.ran for output in ran.outputs]
        values = [value for found in examined.transcript.answers.values() for value in found.values()]
        said = "".join([*outputs, *(mark.said for mark in examined.marks)])
        return Found(
            points=tuple(mark.points for mark in examined.marks if not mark.by_hand),
            tells=attacks.SECRET in said or any(attacks.SECRET.encode() in value for value in values),
            changed=bait.contents(self._decoy) != before,
            left=left,
            used=used | {"disk": self._probed["bytes"], "files": self._probed["files"], "output": len(said)},
        )

    def _keep_watch(self, most, done):
        """Keep the most that all processes of a hand-in take at any time."""
        while not done.wait(WATCH_SECONDS):
            for key, value in stock.taken(strangers(self._template, self._own)).items():
                most[key] = max(most[key], value)


def strangers(template, own):
    """Return the processes that are a template's, besides those."""
    return set(psutil.Process(template._process.pid).children(recursive=True)) - own


def stay(template, own):
    """Return whether a process besides those is still there when there was time to end."""
    end = time.monotonic() + 1.0
    while found := strangers(template, own):
        if time.monotonic() > end:
            return any(stock.asked(each, lambda each: each.status() != psutil.STATUS_ZOMBIE) for each in found)
        time.sleep(0.02)
    return False


def probed(child):
    """Return what a child sees of its disks, nothing where it has ended."""
    outputs = child.run(PROBE, 999).outputs if child.alive else ()
    with contextlib.suppress(ValueError):
        return json.loads("".join(output.text for output in outputs))
    return {"bytes": 0, "files": 0, "left": []}


def through(attack, found, honest, cell_seconds):
    """Return what an attack got, in words; nothing where it got nothing."""
    if attack.danger == attacks.FORGES:
        return "points" if found.points is not None and sum(found.points) > sum(attack.fair) else ""
    if attack.danger == attacks.STAYS:
        return ", ".join(sorted({"processes" if each == "a process" else "files" for each in found.left}))
    if attack.danger == attacks.USES:
        return ", ".join(found.over(honest, cell_seconds))
    if attack.danger == attacks.DIES:
        lost = "points lost" if sum(found.points or ()) < sum(attack.fair) else ""
        return "no grade" if found.points is None else lost
    return "a secret" * found.tells if attack.danger == attacks.READS else "files" * found.changed


def cell(got, found):
    """Return what the table says of an attack at a grader."""
    return f"{f'**{got}**' if got else '–'} | {'none' if found.points is None else f'{sum(found.points):g}'}"


def tables(rows):
    """Return the table in short, and the list of all attacks, in Markdown; a row is an attack with two cells."""
    short = ["| A hand-in | tried | got through nbgrader | got through here |", "|---|---|---|---|"]
    full = []
    for danger, words in DANGERS.items():
        group = [row for row in rows if row[0].danger == danger]
        if not group:
            continue
        counts = " | ".join(str(sum(not row[place].startswith("–") for row in group)) for place in (1, 2))
        short.append(f"| {words} | {len(group)} | {counts} |")
        full += [
            "",
            f"It {words}:",
            "",
            "| Attack | fair | nbgrader | points | here | points |",
            "|---|---|---|---|---|---|",
        ]
        full += [f"| {attack.name} | {sum(attack.fair)} | {stock} | {ours} |" for attack, stock, ours in group]
    return "\n".join(short), "\n".join(full).strip()


def section(rows):
    """Return what stands in the guide between the two marks."""
    short, full = tables(rows)
    return f"""\
`tests/grade/against_nbgrader.py` made this table: it grades {len(rows)} hostile hand-ins of a small homework with
`nbgrader autograde` (nbgrader {version("nbgrader")}), each in a sandbox that is thrown away, and with the grader here.

{short}

<details>
<summary>All {len(rows)}, with their points</summary>

What a hand-in got is **bold**, – is nothing. *Fair* are the points that its honest answers deserve; *none* is no grade
at all. A cell had {STOCK_CELL_SECONDS} seconds at nbgrader, its default, and {LIMITS.cell_seconds:g} here.

{full}

</details>"""


def listed(text):
    """Return what the guide lists: for each attack, by its name, a cell for each of the two graders."""
    between = text.partition(BEGIN)[2].partition(END)[0]
    rows = [line.strip("| ").split(" | ") for line in between.splitlines() if line.startswith("|")]
    return {row[0]: (" | ".join(row[2:4]), " | ".join(row[4:])) for row in rows if len(row) == 6 and row[0] != "Attack"}


def put(text, made):
    """Return the guide with what was made between its two marks.

    Raises:
        click.ClickException: It lacks one.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise click.ClickException(f"{GUIDE.name} lacks the lines {BEGIN} and {END}")
    return f"{before}{begin}\n\n{made}\n\n{end}{after}"


@click.command()
@click.option("--only", "names", metavar="ATTACK", multiple=True, help="Try this one alone; can be given again.")
@click.option("--write", is_flag=True, help="Put the table into guide/trust.md; with --only, those rows.")
@click.option("--verbose", is_flag=True, help="Say of each what was measured.")
def main(names, write, verbose):
    """Try the tests' hostile hand-ins at stock nbgrader, inside a sandbox, and at our grader: a table in Markdown.

    Takes half an hour, and needs bubblewrap.
    """
    if unknown := set(names) - {attack.name for attack in ATTACKS}:
        raise click.BadParameter(f"no such attack: {', '.join(sorted(unknown))}", param_hint="--only")
    guide = GUIDE.read_text(encoding="utf-8")
    put(guide, "")  # better now than in half an hour
    kept = listed(guide) if names and write else {}
    if write and names and (lacking := {attack.name for attack in ATTACKS} - {*names, *kept}):
        raise click.BadParameter(f"the table has no row of {', '.join(sorted(lacking))}", param_hint="--only")
    rows = {attack.name: (attack, *kept[attack.name]) for attack in ATTACKS if attack.name in kept}
    tried = [attack for attack in ATTACKS if not names or attack.name in names]
    rows |= {row[0].name: row for row in compared(tried, verbose)}
    made = section([rows[attack.name] for attack in ATTACKS if attack.name in rows])
    if write:
        GUIDE.write_text(put(GUIDE.read_text(encoding="utf-8"), made), encoding="utf-8")
    click.echo(made)


def compared(tried, verbose):
    """Return a row for each attack: itself, and a cell for each of the two graders."""
    rows = []
    with tempfile.TemporaryDirectory() as folder, bait.laid_out(Path(folder)) as facts, Ours(facts) as ours:
        theirs = Stock(facts)
        graders = {"nbgrader": (theirs, STOCK_CELL_SECONDS), "here": (ours, LIMITS.cell_seconds)}
        for attack in tqdm(tried, unit="hand-in", disable=None):
            notebook, row = attack.notebook(**facts), []
            for name, (grader, seconds) in graders.items():
                found = grader.grade(notebook)
                if verbose:
                    tqdm.write(f"{attack.name}, {name}: {found}", file=sys.stderr)
                row.append(cell(through(attack, found, grader.honest, seconds), found))
            rows.append((attack, *row))
        if verbose:
            tqdm.write(f"honest, nbgrader: {theirs.honest}\nhonest, here: {ours.honest}", file=sys.stderr)
    return rows


if __name__ == "__main__":
    main()
