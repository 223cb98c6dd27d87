"""What was handed in, once intake has made sense of it, and what became of it: plain values that every step shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from course.grade.remarks import Remark


class Role(StrEnum):
    """What a cell of a rebuilt notebook is."""

    GIVEN = "given"
    ANSWER = "answer"
    ADDED = "added"
    WRITTEN = "written"
    CHECK = "check"
    TEXT = "text"


@dataclass(frozen=True)
class Cell:
    """A cell of a rebuilt notebook.

    Attributes:
        role: What it is. Given cells, checks and texts are the master's; answers, written answers and added cells are
            the student's.
        name: Its ``grade_id``, else its id; an added cell has the name of the answer that it stands with.
        source: Its source.
    """

    role: Role
    name: str
    source: str


@dataclass(frozen=True)
class Student:
    """Who handed something in.

    Attributes:
        key: One student's own, the same in every run over the same class: the platform's id where there is one. Only
            ASCII letters, digits, ``-``, ``_`` and ``.``, never beginning with a dot, at most 64: safe as a file's name
            and as nbgrader's id of the student.
        name: As the platform writes it, in NFC, without control characters.
        origin: What the platform needs to take marks back: its own words for it, such as ``folder``, ``identifier``,
            ``user_id``, ``attachment_id``, ``login``, exactly as they were read.
    """

    key: str
    name: str
    origin: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HandIn:
    """A student's latest hand-in.

    Attributes:
        student: Whose it is.
        file: Where it was found, with the archives that it was in: ``hw.zip/Kim_7_assignsubmission_file/a.ipynb``.
        cells: The notebook rebuilt from the master; empty where nothing could be read.
        remarks: What is to be said of it, to student and teacher alike; what was wrong with it first.
        submitted: When it was handed in, where the platform says so.
        late: By how much it is late, or nothing.
    """

    student: Student
    file: str
    cells: tuple[Cell, ...] = ()
    remarks: tuple[Remark, ...] = ()
    submitted: datetime | None = None
    late: timedelta | None = None


@dataclass(frozen=True)
class Aside:
    """An input file that is nobody's counted hand-in: an earlier one, a stranger's, no notebook.

    Attributes:
        file: Where it was found.
        remark: Why it does not count.
        student: Whose it is, where that is known.
    """

    file: str
    remark: Remark
    student: Student | None = None


@dataclass(frozen=True)
class Batch:
    """All that was found: every input file is here exactly once.

    Attributes:
        platform: The platform's name, as ``--from`` takes it.
        hand_ins: One per student, sorted by key.
        asides: All other files, sorted.
    """

    platform: str
    hand_ins: tuple[HandIn, ...]
    asides: tuple[Aside, ...]


class Kind(StrEnum):
    """What a cell put out."""

    STDOUT = "stdout"
    STDERR = "stderr"
    RESULT = "result"
    ERROR = "error"
    PICTURE = "picture"


@dataclass(frozen=True)
class Output:
    """One output of a cell: hostile until it is shown, so plain text or a PNG that was never opened here.

    Attributes:
        kind: What it is.
        text: The text of all but a picture.
        png: The bytes of a picture.
    """

    kind: Kind
    text: str = ""
    png: bytes = b""


@dataclass(frozen=True)
class Ran:
    """A cell of the rebuilt notebook that ran in the sandbox.

    Attributes:
        index: Its place in ``HandIn.cells``.
        outputs: What it put out, cut where there was too much of it.
        seconds: Wall-clock time.
        remarks: What is to be said: it was interrupted, the process died, its output was cut.
    """

    index: int
    outputs: tuple[Output, ...] = ()
    seconds: float = 0.0
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Mark:
    """What one graded cell earned.

    Attributes:
        name: The cell's ``grade_id``.
        title: How students know the question: the heading that it stands under, in the homework's language.
        points: What it earned; nothing while a person has not marked it.
        most: The most that it gives.
        said: What the check said, in the language of the feedback.
        by_hand: Whether a person marks it.
        comment: What a person wrote of it.
    """

    name: str
    title: str
    points: float | None
    most: float
    said: str = ""
    by_hand: bool = False
    comment: str = ""


@dataclass(frozen=True)
class Result:
    """What became of a hand-in.

    Attributes:
        hand_in: The hand-in.
        marks: One per graded cell, in the notebook's order; all of them 0 where nothing could be read.
        ran: What its cells put out.
        penalty: The points that lateness costs, apart from ``marks``.
        executed: Whether it was executed in this run, or was on record.
        remarks: What is to be said of the execution as a whole.
    """

    hand_in: HandIn
    marks: tuple[Mark, ...]
    ran: tuple[Ran, ...] = ()
    penalty: float = 0.0
    executed: bool = True
    remarks: tuple[Remark, ...] = ()

    @property
    def points(self) -> float:
        """Return the points earned, before any penalty."""
        return sum(mark.points or 0.0 for mark in self.marks)

    @property
    def most(self) -> float:
        """Return the most points that there are."""
        return sum(mark.most for mark in self.marks)

    @property
    def score(self) -> float:
        """Return the points less the penalty, never below 0."""
        return max(0.0, self.points - self.penalty)

    @property
    def unmarked(self) -> bool:
        """Return whether a person has still to mark a part of it."""
        return any(mark.points is None for mark in self.marks)
