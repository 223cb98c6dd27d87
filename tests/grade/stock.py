"""One hand-in at stock nbgrader, inside the outer sandbox: graded by ``nbgrader autograde``, and what came of it.

Reads a course's folder and a hand-in as JSON, prints what was seen as JSON. Only for against_nbgrader.py.
"""

import base64
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import naive
import psutil

WRITABLE = (Path.home(), Path("/tmp"), Path("/dev/shm"))
COURSE = Path.home() / "course"
SETTLE_SECONDS = 2.0
POLL_SECONDS = 0.1


def main():
    """Grade it."""
    asked = json.load(sys.stdin)
    decoy, name = Path(asked["decoy"]), asked["homework"]
    naive.lay(decoy, asked["secret"])
    naive.serve(asked["secret"], asked["port"], asked["name"])
    unpack(asked["files"])
    before, kept = naive.state(decoy), set(psutil.pids())
    # what a teacher's shell holds, nbgrader gives to every kernel
    os.environ["WORD"] = asked["secret"]
    found = watched(["nbgrader", "autograde", name, "--create", *asked["options"]], asked["seconds"])
    time.sleep(SETTLE_SECONDS)
    left = [process for process in psutil.process_iter() if process.pid not in kept]
    found |= {"changed": naive.state(decoy) != before, "processes_left": len(left), "files_left": files(decoy)}
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    shown = output(COURSE / "grading" / "autograded" / "student" / name / f"{name}.ipynb")
    found |= {"tells": asked["secret"] in (shown or ""), "length": len(shown or "")}
    found["points"] = None if shown is None else points(name, asked["checks"])
    print(json.dumps(found))  # noqa: T201
    sys.stdout.flush()
    os._exit(0)


def unpack(files):
    """Write the course's folder."""
    for place, content in files.items():
        path = COURSE / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content))


def watched(command, seconds):
    """Run a command in the course's folder, and return the most that it and its processes took at any time."""
    most = dict.fromkeys(("memory", "processes", "bytes", "files"), 0)
    kept, start = set(psutil.pids()), time.monotonic()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=COURSE, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while process.poll() is None and time.monotonic() - start < seconds:
            for key, value in used(kept).items():
                most[key] = max(most[key], value)
            time.sleep(POLL_SECONDS)
        most |= {"seconds": time.monotonic() - start, "ended": process.poll() is not None}
        process.kill()
        log.seek(0)
        return most | {"log": log.read()[-3000:].decode(errors="replace")}


def used(kept):
    """Return what all processes but those take now, and what is on the disks."""
    disks = {folder.stat().st_dev: os.statvfs(folder) for folder in WRITABLE}.values()
    return taken(process for process in psutil.process_iter() if process.pid not in kept) | {
        "bytes": sum((disk.f_blocks - disk.f_bfree) * disk.f_frsize for disk in disks),
        "files": sum(disk.f_files - disk.f_ffree for disk in disks),
    }


def taken(processes):
    """Return the memory of processes, files apart and what they share counted once, and the number of their threads."""
    found = [asked(process, lambda each: (naive.share(each.pid), each.num_threads())) for process in processes]
    return {"memory": sum(each[0] for each in found if each), "processes": sum(each[1] for each in found if each)}


def asked(process, question):
    """Return what is to be known of a process, or nothing where it has ended."""
    try:
        return question(process)
    except psutil.Error:
        return None


def files(decoy):
    """Return the files that are there besides the course's and the decoy's, a hundred at most."""
    found = [path for folder in WRITABLE for path in folder.rglob("*") if not path.is_dir()]
    return [str(path) for path in found if not path.is_relative_to(decoy) and not path.is_relative_to(COURSE)][:100]


def output(path):
    """Return all outputs of the autograded notebook as text, or nothing where there is none."""
    if not path.exists():
        return None
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return json.dumps([cell.get("outputs", []) for cell in cells], ensure_ascii=False)


def points(name, checks):
    """Return the points of the checks, as the gradebook has them, or nothing where it has none."""
    from nbgrader.api import Gradebook, MissingEntry

    with Gradebook(f"sqlite:///{COURSE / 'grading' / 'gradebook.db'}") as book:
        try:
            notebook = book.find_submission_notebook(name, name, "student")
        except MissingEntry:
            return None
        scores = {grade.name: grade.auto_score for grade in notebook.grades}
        return None if any(scores.get(check) is None for check in checks) else [scores[check] for check in checks]


if __name__ == "__main__":
    main()
