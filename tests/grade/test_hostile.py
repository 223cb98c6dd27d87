"""Hostile hand-ins: each harms a naive grader, and gets from ours the points that its honest part deserves."""

import csv
import json
import os
import socket
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import against_nbgrader
import attacks
import bait
import outer
import psutil
import pytest
import small
from attacks import ATTACKS, LIMITS, ODD, Attack

from course import notebooks
from course.grade import workers
from course.grade.examine import Examiner
from course.grade.execute import execute, to_run
from course.grade.handins import Role
from course.grade.intake.rebuild import rebuild
from course.grade.sandbox import Template

slow = pytest.mark.slow
# what may run in processes of their own, at the same time
naive, ours, together = (pytest.mark.xdist_group(f"hostile, {part}") for part in ("naive", "ours", "together"))
# What the naive grader may be seen to use; a cell has 5 seconds there
MOST = {
    "memory": 1 << 30, "bytes": LIMITS.disk, "files": LIMITS.inodes, "processes": LIMITS.processes,
    "length": LIMITS.output, "seconds": 5.5,
}  # fmt: skip


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    """Return what attacks are after, laid out on this machine too: a folder, a server, a socket, and the word."""
    with bait.laid_out(tmp_path_factory.mktemp("decoy")) as places:
        yield places


def rebuilt(notebook):
    """Return the cells of a hand-in."""
    return rebuild(notebook, small.released())[0]


@pytest.fixture(scope="module")
def harm(facts):
    """Return what each attack did to the naive grader, by its name."""
    controls = [Attack(f"control: {code}", attacks.FORGES, {"build_answer": code}) for code in attacks.CONTROLS]
    tried = [*ATTACKS, *controls]
    cells = [
        [
            (cell.role, cell.source)
            for cell in attack.cells(rebuilt, **facts)
            if cell.role not in {Role.TEXT, Role.WRITTEN}
        ]
        for attack in tried
    ]
    ends = [attack.danger not in {attacks.USES, attacks.DIES} for attack in tried]
    places = {"decoy": str(facts["DECOY"]), "port": facts["PORT"], "name": facts["NAME"]}
    found = outer.naive(cells, ends=ends, secret=attacks.SECRET, **places)
    return dict(zip([attack.name for attack in tried], found, strict=True))


@pytest.fixture(scope="module")
def grader():
    """Return a template with small limits, the checks, its own processes, and the files that a child finds."""
    master = small.master()
    examiner = Examiner(master, small.released(), Path("small.ipynb"), "en")
    with Template(workers.modules(master), None, LIMITS) as template:
        own = against_nbgrader.strangers(template, set())
        with template.child() as child:
            usual = against_nbgrader.probed(child)["left"]
        yield template, examiner, own, usual


@slow
def test_the_outer_sandbox_holds(tmp_path):
    """What runs in it sees no file, process or network of this machine, and can't write where it matters."""
    mark = tmp_path / "mark"
    mark.write_text("here")
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        program = f"""
import ctypes, json, os, socket
def mounted():
    if ctypes.CDLL(None).mount(b"none", b"/tmp", b"tmpfs", 0, None): raise OSError
found = []
for what in (lambda: open({str(mark)!r}).read(), lambda: os.listdir("/root"), lambda: open("/usr/x", "w"),
             lambda: open("/etc/passwd").read(), lambda: os.kill({os.getpid()}, 0),
             lambda: socket.create_connection(("127.0.0.1", {port}), 2), lambda: mounted()):
    try: what(); found.append(True)
    except (OSError, AttributeError): found.append(False)
found.append(len([n for n in os.listdir("/proc") if n.isdigit()]) > 3)
print(json.dumps(found))
"""
        said = outer.run(["-c", program])
    prefixes = (Path(sys.prefix), Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve())
    root_seen = any(str(path).startswith("/root") for path in prefixes)
    found = json.loads(said)
    assert found[1] is root_seen or not found[1]  # a Python that lives there brings the folder's name, and no more
    assert not any(found[:1] + found[2:])


FORKS = """
import os, time
while True:
    try: os.fork()
    except OSError: time.sleep(1)
"""
BOMBS = {
    "processes": (FORKS, {"MANY": 100}, outer.OverError),
    "processes that the system refuses": (FORKS, {"PROCESSES": 100}, subprocess.TimeoutExpired),
    "memory": ("""
import os, time
for _ in range(3): os.fork()
kept = [os.urandom(1 << 20) * 100 for _ in range(20)]
time.sleep(600)
""", {"MEMORY": 1 << 30}, outer.OverError),
    "one process's memory": ("kept = bytearray(9 << 30)", {}, AssertionError),
}  # fmt: skip


@slow
@pytest.mark.parametrize(("program", "limits", "ends"), BOMBS.values(), ids=BOMBS)
def test_the_outer_sandbox_survives(program, limits, ends, monkeypatch):
    """What takes all processes or all memory in it gets its share of them, and ends with all that it started."""
    for name, limit in limits.items():  # as much as there is soon taken, and is not missed by others
        monkeypatch.setattr(outer, name, limit)
    kept, most, done = set(psutil.Process().children(recursive=True)), {"processes": 0, "memory": 0}, threading.Event()
    watch = threading.Thread(target=look, args=(kept, most, done))
    watch.start()
    try:
        with pytest.raises(ends):
            outer.run(["-c", program], seconds=5 if ends is subprocess.TimeoutExpired else 60)
    finally:
        done.set()
        watch.join()
    assert most["processes"] <= outer.PROCESSES + 10  # bubblewrap's own
    assert most["memory"] < 2 * outer.MEMORY  # it grows while it is looked at
    _, alive = psutil.wait_procs(set(psutil.Process().children(recursive=True)) - kept, timeout=5)
    assert not alive


def look(kept, most, done):
    """Keep the most that this process's children but those take at any time."""
    while not done.wait(0.1):
        inside = set(psutil.Process().children(recursive=True)) - kept
        most["processes"] = max(most["processes"], len(inside))
        most["memory"] = max(most["memory"], outer.memory(inside))


def test_there_are_sixty_attacks():
    """Names are unique, and each has a danger."""
    assert len({attack.name for attack in [*ATTACKS, *ODD]}) == len(ATTACKS) + len(ODD)
    assert len(ATTACKS) >= 60
    using = sorted(attack.name for attack in ATTACKS if attack.danger == attacks.USES)
    assert sorted(name for names in attacks.USED.values() for name in names) == using


@slow
def test_the_table_can_be_made():
    """The command behind it grades at nbgrader, where an honest hand-in gets its points, and here."""
    (row,) = against_nbgrader.compared([attack for attack in ATTACKS if attack.name == "expect does nothing"], False)
    assert row[1:] == ("**points** | 6", "– | 5")


def test_the_guide_lists_them():
    """The table of what gets through, which a command of its own makes, is of these attacks."""
    assert list(against_nbgrader.listed(against_nbgrader.GUIDE.read_text(encoding="utf-8"))) == [
        attack.name for danger in against_nbgrader.DANGERS for attack in ATTACKS if attack.danger == danger
    ]


@slow
@naive
@pytest.mark.parametrize("code", attacks.CONTROLS)
def test_without_a_forgery_the_naive_grader_is_fair(code, harm):
    """A wrong answer alone gets no more than its shape deserves: what gets more does so by its forgery."""
    assert harm[f"control: {code}"]["points"] == [1, 2, 2]


@slow
@naive
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.danger}: {attack.name}")
def test_it_harms_a_naive_grader(attack, harm):
    """An attack counts only if it succeeds where nothing stops it."""
    found = harm[attack.name]
    used = {what for what, most in MOST.items() if found[what] > most}
    assert {
        attacks.FORGES: sum(found["points"]) > sum(attack.fair),
        attacks.READS: found["tells"],
        attacks.CHANGES: found["changed"],
        attacks.STAYS: bool(found["left"] or found["files"]),
        attacks.USES: used & {what for what, names in attacks.USED.items() if attack.name in names},
        attacks.DIES: not found["points"],
    }[attack.danger], found  # fmt: skip


@slow
@ours
@pytest.mark.parametrize("attack", [*ATTACKS, *ODD], ids=lambda attack: f"{attack.danger}: {attack.name}")
def test_ours_gives_it_what_it_deserves(attack, grader, facts):
    """Its honest part gets its points; it reads, changes and leaves nothing; the next one is as if it had not been."""
    template, examiner, own, usual = grader
    before = bait.contents(facts["DECOY"])
    examined = execute(to_run(attack.cells(rebuilt, **facts)), template, examiner)
    assert tuple(mark.points for mark in examined.marks if not mark.by_hand) == attack.fair, examined.marks
    outputs = [output.text for ran in examined.transcript.ran for output in ran.outputs]
    values = [value for found in examined.transcript.answers.values() for value in found.values()]
    assert not any(attacks.SECRET in text for text in [*outputs, *(mark.said for mark in examined.marks)])
    assert not any(attacks.SECRET.encode() in value for value in values)
    after = bait.contents(facts["DECOY"])
    assert before == after
    assert not against_nbgrader.stay(template, own)
    with template.child() as child:
        assert against_nbgrader.probed(child)["left"] == usual
    honest = execute(to_run(rebuilt(small.answered())), template, examiner)
    assert [mark.points for mark in honest.marks if not mark.by_hand] == [2, 2, 2]
    assert not any(ran.remarks for ran in honest.transcript.ran)


@slow
@together
def test_a_class_of_them(tmp_path, facts):
    """All in one class, with an honest one after every five: each gets its own points, by a teacher's command."""
    hand_ins = []
    for attack in [*ATTACKS, *ODD]:
        if len(hand_ins) % 6 == 5:
            hand_ins.append((small.answered(), (2, 2, 2)))
        hand_ins.append((attack.notebook(**facts), attack.fair))
    small.write(tmp_path / "masters")
    with zipfile.ZipFile(tmp_path / "moodle.zip", "w") as archive:
        for number, (notebook, _) in enumerate(hand_ins, 1000):
            archive.writestr(f"No {number}_{number}_assignsubmission_file/x.ipynb", notebooks.text(notebook))
    before, own = bait.contents(facts["DECOY"]), set(psutil.Process().children(recursive=True))
    words = ["small", tmp_path / "moodle.zip", "--masters", tmp_path / "masters", "--out", tmp_path / "grading"]
    limits = ["--cell-seconds", "10", "--seconds", "60", "--megabytes", str(LIMITS.memory >> 20)]
    command = [sys.executable, "-m", "course", "grade", *map(str, words), *limits, "--jobs", "2"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    with (tmp_path / "grading" / "small" / "grades.csv").open(encoding="utf-8-sig") as file:
        found = {key: tuple(map(float, row[:3])) for key, _, *row in list(csv.reader(file))[1:]}
    assert found == {str(number): fair for number, (_, fair) in enumerate(hand_ins, 1000)}
    told = [path for path in (tmp_path / "grading" / "small").rglob("*") if path.is_file()]
    assert not [path for path in told if attacks.SECRET.encode() in path.read_bytes()]
    assert bait.contents(facts["DECOY"]) == before
    assert not set(psutil.Process().children(recursive=True)) - own
