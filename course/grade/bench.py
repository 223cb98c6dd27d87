"""``python -m course grade-bench``: our grader beside nbgrader's own, on hand-ins that are all right.

A trivial hand-in is three cells and one operation of torch; another computes for
a second first. Ours is timed from the folder of hand-ins to the gradebook, from
the start of the command to its end, with everything that it starts; nbgrader's
is ``nbgrader autograde``, from start to end. Pages of feedback are timed apart.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from nbformat import NotebookNode, v4

from course import notebooks, release
from course.grade.examine import unearned
from course.grade.feedback import feedback
from course.grade.handins import HandIn, Kind, Output, Ran, Result, Student
from course.grade.intake.rebuild import rebuild

REAL = notebooks.ROOT / "solutions" / "03-threes-and-sevens" / "03-threes-and-sevens.ipynb"
NAME = "bench"
TRAINING = (
    "import time\n\nend = time.perf_counter() + {seconds}\nwhile time.perf_counter() < end:\n    torch.ones(50).sum()"
)
CHECK = """
def check_total(total):
    expect(_same(total, 3.0), "no_number", name="total", got="another")
    yield 1


grade(1, check_total, points=1)
"""
PLACES: dict[str, dict[str, Any]] = {
    "given": {"grade": False, "locked": True, "solution": False},
    "answer": {"grade": False, "locked": False, "solution": True},
    "check": {"grade": True, "locked": True, "solution": False, "points": 1},
}


@click.command()
@click.option("--ours", default=60, show_default=True, help="How many hand-ins our grader gets.")
@click.option("--stock", default=10, show_default=True, help="How many hand-ins nbgrader gets.")
@click.option("--jobs", default=2, show_default=True, help="How many of ours at a time.")
def command(ours: int, stock: int, jobs: int) -> None:
    """Time our grader beside nbgrader's own, in seconds for each hand-in, as a table in Markdown."""
    lines = ["| Seconds for each hand-in | `nbgrader autograde` | this course | |", "|---|---|---|---|"]
    for words, seconds in (("three cells, one operation of torch", 0.0), ("the same, and 1 s of training", 1.0)):
        theirs, mine = with_nbgrader(stock, seconds)[0], with_ours(ours, seconds, jobs)
        lines.append(f"| {words} | {theirs:.2f} | {mine:.3f} | {theirs / mine:.1f} × |")
        if seconds:
            over = mine - seconds / jobs
            lines.append(f"| … beyond the student's own computing | {theirs - seconds:.2f} | {over:.2f} | |")
    theirs, mine = with_nbgrader(stock, 0.0)[1], pages(ours)
    lines.append(f"| a page of feedback | {theirs:.2f} | {mine:.3f} | {theirs / mine:.0f} × |")
    click.echo("\n".join(lines))


def homework() -> NotebookNode:
    """Return a master of one question, made as the real ones are."""
    real = {cell.id: cell for cell in notebooks.read(REAL).cells}
    sources = [
        ("given", "parameters", 'LANGUAGE = "en"'),
        ("given", "messages", real["messages"].source),
        ("given", "checks", real["checks"].source),
        ("answer", "total-answer", "total = ...\n### BEGIN SOLUTION\ntotal = torch.ones(3).sum()\n### END SOLUTION"),
        ("check", "total-check", CHECK.strip()),
    ]
    cells = []
    for place, name, source in sources:
        nbgrader = {**PLACES[place], "grade_id": name, "schema_version": 3, "task": False}
        tags: dict[str, Any] = {"tags": ["parameters"]} if name == "parameters" else {}
        cells.append(v4.new_code_cell(source, id=name, metadata={"nbgrader": nbgrader, **tags}))
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return notebooks.canonical(v4.new_notebook(cells=cells, metadata=kernel))


def hand_in(number: int, seconds: float) -> NotebookNode:
    """Return a right hand-in that no other equals."""
    notebook = release.release(homework(), Path(NAME))
    for cell in notebook.cells:
        if cell.id == "total-answer":
            training = TRAINING.format(seconds=seconds) if seconds else ""
            cell.source = f"{training}\ntotal = torch.ones(3).sum()  # {number}"
    return notebook


def prepared(folder: Path, count: int, seconds: float) -> None:
    """Lay a course and its hand-ins out as nbgrader wants them."""
    hand_ins = {folder / "grading" / "submitted" / f"s{n:03}" / NAME: hand_in(n, seconds) for n in range(count)}
    for place, notebook in {folder / "solutions" / NAME: homework(), **hand_ins}.items():
        place.mkdir(parents=True)
        notebooks.write(place / f"{NAME}.ipynb", notebook)
    shutil.copy(release.CONFIG, folder)


def timed(folder: Path, *words: str) -> float:
    """Run a program of the environment there, and return how long it took in seconds."""
    program, *rest = words
    beside = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    start = time.perf_counter()
    subprocess.run(
        [str(Path(sys.executable).with_name(program)), *rest],
        cwd=folder, check=True, capture_output=True, env=os.environ | {"PATH": beside},
    )  # fmt: skip
    return time.perf_counter() - start


def with_nbgrader(count: int, seconds: float) -> tuple[float, float]:
    """Return the seconds that nbgrader takes for a hand-in, and for its page of feedback."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        prepared(folder, count, seconds)
        timed(folder, "nbgrader", "generate_assignment", NAME)
        graded = timed(folder, "nbgrader", "autograde", NAME, "--create")
        return graded / count, timed(folder, "nbgrader", "generate_feedback", NAME) / count


def with_ours(count: int, seconds: float, jobs: int) -> float:
    """Return the seconds that our grader takes for a hand-in."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        prepared(folder, count, seconds)
        words = ["grade", NAME, "grading/submitted", "--masters", "solutions", "--jobs", str(jobs)]
        return timed(folder, "python", "-m", "course", *words) / count


def pages(count: int) -> float:
    """Return the seconds that one of our pages of feedback takes."""
    released = release.release(homework(), Path(NAME))
    marks = tuple(replace(mark, points=1, said="Right.") for mark in unearned(released))
    results = []
    for number in range(count):
        cells = rebuild(hand_in(number, 0.0), released)[0]
        ran = tuple(Ran(index, (Output(Kind.RESULT, "tensor(3.)"),)) for index in range(len(cells)))
        results.append(Result(HandIn(Student(str(number), f"Student {number}"), "a.ipynb", cells), marks, ran))
    start = time.perf_counter()
    for result in results:
        feedback(result, NAME, "en")
    return (time.perf_counter() - start) / count
