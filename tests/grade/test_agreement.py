"""The grader agrees with the checks as students run them: right answers get every point, wrong ones lose some.

The tables of answers are those on which the checks are tested in a notebook
(tests/answers). Here the same answers run in the sandbox and leave it as plain
values, in hand-ins that hold the first answer of each question, the second …
"""

import runpy
import sys
from itertools import zip_longest
from pathlib import Path

import pytest

from course import data, homework, notebooks, release
from course.grade import workers
from course.grade.examine import Examiner
from course.grade.execute import execute, to_run
from course.grade.handins import Cell, Role
from course.grade.intake.rebuild import rebuild
from course.grade.sandbox import Template

pytestmark = pytest.mark.slow
TESTS = Path(__file__).parents[1]
MASTERS = release.find(notebooks.ROOT / "solutions")


class Desk:
    """A homework, ready to be graded with the parameters with which it runs in seconds."""

    def __init__(self, path: Path) -> None:
        sys.path.insert(0, str(TESTS / "homework"))  # for what the tables share: changes.py
        self.table = runpy.run_path(str(TESTS / "answers" / path.name.replace(".ipynb", ".py")))
        self.master = release.with_parameters(notebooks.read(path), self.table["PARAMETERS"], path)
        released = release.release(self.master, path)
        self.cells = rebuild(released, released)[0]
        self.answers = {q.check.id: [cell.id for cell in q.answers] for q in homework.questions(self.master)}
        self.examiner = Examiner(self.master, released, path, "en")

    def hand_in(self, codes: dict[str, str | None]) -> tuple[Cell, ...]:
        """Return the notebook with one code for all answer cells of each question."""
        placed = {}
        for check, code in codes.items():
            if code is not None:
                placed |= dict.fromkeys(self.answers[check], "") | {self.answers[check][-1]: code}
        return to_run(
            [Cell(c.role, c.name, placed.get(c.name, c.source)) for c in self.cells if c.role != Role.WRITTEN]
        )

    def sets(self, key: str) -> list[dict[str, str | None]]:
        """Return the first answers to all questions, the second ones, and so on."""
        columns = [[code if isinstance(code, str) else code[0] for code in codes] for codes in self.table[key].values()]
        return [dict(zip(self.table[key], row, strict=True)) for row in zip_longest(*columns)]


@pytest.mark.parametrize("path", MASTERS, ids=lambda path: path.stem[:2])
def test_right_answers_get_every_point_and_wrong_ones_do_not(path):
    """What a check says of an answer in the student's notebook, it says of what that left in the sandbox."""
    desk, home = Desk(path), data.fill().parents[1]
    with Template(workers.modules(desk.master), home) as template:
        for key in ("RIGHT", "WRONG"):
            for codes in desk.sets(key):
                marks = execute(desk.hand_in(codes), template, desk.examiner).marks
                for mark in marks:
                    if codes[mark.name] is not None:
                        assert (mark.points == mark.most) is (key == "RIGHT"), (mark, codes[mark.name])
