"""nbgrader's own commands on our homework: they release it, validate it, grade it, and agree with the checks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from course import data, homework, kernel, notebooks, release

from .conftest import ANSWERS, quick_master

NAMES = [path.stem for path in release.find(notebooks.ROOT / "solutions")]

pytestmark = pytest.mark.slow


def nbgrader(course, *words):
    """Run a command of nbgrader in a course's folder, and return what it printed."""
    command = [sys.executable, "-m", "nbgrader", *words]
    with kernel.environment():
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # it calls alembic by name
        done = subprocess.run(
            command, cwd=course, capture_output=True, text=True, check=False, env=os.environ | {"PATH": programs}
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course's folder in which nbgrader has released and graded every homework.

    There are two students: one hands in the master, the other what was released, untouched.
    """
    data.fill()
    folder = tmp_path_factory.mktemp("course")
    shutil.copy(release.CONFIG, folder)
    for name in NAMES:
        target = folder / "solutions" / name / f"{name}.ipynb"
        target.parent.mkdir(parents=True)
        notebooks.write(target, quick_master(name))
        nbgrader(folder, "generate_assignment", name)
        for student, source in (("master", "solutions"), ("untouched", "exercises")):
            hand_in = folder / "grading" / "submitted" / student / name
            hand_in.mkdir(parents=True)
            shutil.copy(folder / source / name / f"{name}.ipynb", hand_in)
        nbgrader(folder, "autograde", name, "--create")
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_stock_release_is_ours(course, name):
    """`nbgrader generate_assignment` gives the cells that `release` gives, and the notebook alone."""
    folder = course / "exercises" / name
    assert [path.name for path in folder.iterdir()] == [f"{name}.ipynb"]
    stock = notebooks.read(folder / f"{name}.ipynb")
    ours = release.release(quick_master(name), Path(name))
    assert [(cell.id, cell.source, cell.metadata) for cell in stock.cells] == [
        (cell.id, cell.source, cell.metadata) for cell in ours.cells
    ]


@pytest.mark.parametrize("name", NAMES)
def test_stock_grades_agree(course, name):
    """`nbgrader autograde` gives the master every point of every check, and the untouched exercise none."""
    questions = homework.questions(quick_master(name))
    with Gradebook(f"sqlite:///{course}/grading/gradebook.db") as book:
        for student, share in (("master", 1), ("untouched", 0)):
            submission = book.find_submission_notebook(name, name, student)
            scores = {grade.name: grade.auto_score for grade in submission.grades if grade.name.endswith("-check")}
            assert scores == {question.check.id: share * question.points for question in questions}, student
            written = [grade for grade in submission.grades if not grade.name.endswith("-check")]
            assert all(grade.needs_manual_grade for grade in written) or student == "untouched"


@pytest.mark.parametrize("name", NAMES)
def test_stock_validate_passes_the_master(course, name):
    """`nbgrader validate` finds no fault in the master."""
    assert "Success! Your notebook passes all the tests." in nbgrader(
        course, "validate", f"solutions/{name}/{name}.ipynb"
    )


def test_every_homework_has_its_answers():
    """There is a table of answers for each master, and for nothing else."""
    assert sorted(path.stem for path in ANSWERS.glob("*.py")) == NAMES
