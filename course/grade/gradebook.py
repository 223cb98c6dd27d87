"""nbgrader's gradebook and autograded notebooks: what its formgrader, its feedback and its export read."""

from __future__ import annotations

import base64
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import nbgrader.api
from alembic.config import Config
from alembic.script import ScriptDirectory
from nbformat import NotebookNode, v4
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import SaveAutoGrades, SaveCells
from sqlalchemy.exc import SAWarning

from course import notebooks
from course.grade.examine import name_of
from course.grade.handins import Kind, Mark, Output, Result, Role, Student
from course.grade.intake.rebuild import rebuild
from course.grade.pictures import redrawn
from course.grade.plain import plain

TOGETHER = 20  # results written at once


class Book:
    """The one writer of a gradebook."""

    def __init__(self, folder: Path, released: NotebookNode, name: str) -> None:
        """Open or make the gradebook, and tell it of the homework.

        Args:
            folder: Where ``gradebook.db`` and ``autograded`` are.
            released: The homework as students get it, with its checksums.
            name: The homework's name.
        """
        self._folder, self._released, self._name = folder, released, name
        self._url = f"sqlite:///{folder.absolute() / 'gradebook.db'}"
        folder.mkdir(parents=True, exist_ok=True)
        with version_at_hand(), Gradebook(self._url) as book:
            book.update_or_create_assignment(name)
        SaveCells().preprocess(nbformat.from_dict(released), self._resources(""))

    def _resources(self, student: str) -> dict[str, Any]:
        place = {"notebook": self._name, "assignment": self._name, "student": student, "db_url": self._url}
        return {"nbgrader": place}

    def by_hand(self) -> dict[str, dict[str, float]]:
        """Return the points that a person gave in formgrader: by student, by cell."""
        given: dict[str, dict[str, float]] = {}
        with Gradebook(self._url) as book:
            for submission in book.assignment_submissions(self._name):
                for notebook in submission.notebooks:
                    scores = {
                        grade.name: grade.manual_score for grade in notebook.grades if not grade.needs_manual_grade
                    }
                    given[submission.student.id] = {k: v for k, v in scores.items() if v is not None}
        return given

    def comments(self) -> dict[str, dict[str, str]]:
        """Return what a person wrote in formgrader: by student, by cell."""
        with Gradebook(self._url) as book:
            return {
                submission.student.id: {
                    comment.name: comment.manual_comment
                    for notebook in submission.notebooks
                    for comment in notebook.comments
                    if comment.manual_comment
                }
                for submission in book.assignment_submissions(self._name)
            }

    def score(self, student: str) -> float | None:
        """Return the score that a student has, or nothing."""
        with Gradebook(self._url) as book:
            try:
                return float(book.find_submission(self._name, student).score)
            except MissingEntry:
                return None

    def save(self, results: Sequence[Result]) -> None:
        """Write results that changed, or that the gradebook lacks; what a person gave stays.

        Some at a time are written whole or not at all. A notebook follows only then: where it is another than what is
        there, its result is written again.
        """
        for start in range(0, len(results), TOGETHER):
            made = [(result, autograded(result, self._released)) for result in results[start : start + TOGETHER]]
            with self._whole() as book:
                known = {submission.student.id for submission in book.assignment_submissions(self._name)}
                for result, notebook in made:
                    self._save(book, result, notebook, unknown=result.hand_in.student.key not in known)
            for result, notebook in made:
                notebooks.write(self._path(result.hand_in.student), notebook)

    @contextmanager
    def _whole(self) -> Iterator[Gradebook]:
        """Open the gradebook; what is done in it is written at the end, though nbgrader commits after each step."""
        with warnings.catch_warnings(), Gradebook(self._url) as book, book.engine.begin() as connection:
            warnings.simplefilter("ignore", SAWarning)  # nbgrader reads what it has not added yet
            book.db.remove()
            book.db.configure(bind=connection)
            yield book
            book.db.commit()

    def _save(self, book: Gradebook, result: Result, notebook: NotebookNode, unknown: bool) -> None:
        """Write a result."""
        student, saver = result.hand_in.student, SaveAutoGrades()
        book.update_or_create_student(student.key, last_name=student.name)
        book.update_or_create_submission(self._name, student.key, timestamp=result.hand_in.submitted)
        if unknown or not notebooks.holds(self._path(student), notebooks.text(notebook)):
            saver.gradebook, saver.notebook_id, saver.assignment_id = book, self._name, self._name
            saver.student_id = student.key
            for index, cell in enumerate(notebook.cells):
                saver.preprocess_cell(cell, {}, index)
        saved = book.find_submission_notebook(self._name, self._name, student.key)
        saved.late_submission_penalty = result.penalty

    def _path(self, student: Student) -> Path:
        """Return where nbgrader looks for a student's notebook."""
        return self._folder / "autograded" / student.key / self._name / f"{self._name}.ipynb"


@contextmanager
def version_at_hand() -> Iterator[None]:
    """Let nbgrader, which writes the version of its tables into a new gradebook, read it here.

    It would start a program ``alembic`` for that, which has to be on the PATH and takes seconds.
    """
    folder = Path(nbgrader.__file__).parent
    config = Config()
    config.set_main_option("script_location", str(folder / "alembic"))
    version = ScriptDirectory.from_config(config).get_current_head()
    asked, nbgrader.api.get_alembic_version = nbgrader.api.get_alembic_version, lambda: version
    try:
        yield
    finally:
        nbgrader.api.get_alembic_version = asked


def autograded(result: Result, released: NotebookNode) -> NotebookNode:
    """Return the notebook as nbgrader keeps it after grading: rebuilt, with outputs that nothing can run in."""
    notebook: NotebookNode = nbformat.from_dict(released)
    marks = {mark.name: mark for mark in result.marks}
    ran = {part.index: part.outputs for part in result.ran}
    own = {name_of(cell): cell for cell in notebook.cells}
    notebook.cells = []
    for index, cell in enumerate(result.hand_in.cells or rebuild(released, released)[0]):
        made = own[cell.name] if cell.role is not Role.ADDED else v4.new_code_cell(id=f"added-{index}")
        if cell.role is Role.WRITTEN and cell.source != made.source:
            made.source = _quoted(cell.source)
        elif cell.role in {Role.ANSWER, Role.ADDED}:
            made.source = cell.source
        if made.cell_type == "code":
            made.outputs = [_output(output) for output in ran.get(index, ())]
            made.execution_count = None
        if cell.role is Role.CHECK:
            made.outputs = _verdict(marks[cell.name])
        notebook.cells.append(made)
    return notebook


def _quoted(written: str) -> str:
    """Return a written answer as text to be read, which no browser takes for markup."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", written)), 0)
    return f"{fence}text\n{plain(written)}\n{fence}"


def _output(output: Output) -> NotebookNode:
    made: NotebookNode
    if output.kind is Kind.PICTURE:
        png = redrawn(output.png)
        data = {"image/png": base64.b64encode(png).decode()} if png else {}
        made = v4.new_output("display_data", data={"text/plain": "<a picture>"} | data)
    else:
        name = "stderr" if output.kind in {Kind.STDERR, Kind.ERROR} else "stdout"
        made = v4.new_output("stream", name=name, text=plain(output.text))
    return made


def _verdict(mark: Mark) -> list[NotebookNode]:
    """Return a check's outputs: what it said, and its points as nbgrader reads them."""
    points = v4.new_output("execute_result", data={"text/plain": f"{mark.points or 0:g}"}, execution_count=None)
    return [v4.new_output("stream", name="stdout", text=f"{plain(mark.said)}\n"), points]
