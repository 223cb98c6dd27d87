"""``grades.csv``: one line per student, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO

from course.grade.handins import Result
from course.grade.plain import cell, number
from course.grade.remarks import words
from course.grade.told import lateness, questions_of, remarks_of, status

AFTER_QUESTIONS = ("total", "penalty", "score", "most", "late", "status", "message")


def grades(results: Sequence[Result], language: str) -> bytes:
    """Return the grades as CSV in UTF-8 with a mark in front, so that Excel shows Hangul.

    What a person has still to mark is empty, in the question's column and in those of total and score. Numbers are
    bare; all other cells are quoted, and none begins as a formula does.
    """
    target = StringIO()
    writer = csv.writer(target, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    questions = questions_of(results, language)
    heads = [words(f"column_{name}", language) for name in ("student", "name")]
    ends = [words(f"column_{name}", language) for name in AFTER_QUESTIONS]
    writer.writerow([*heads, *(cell(title) for title in questions.values()), *ends])
    for result in results:
        writer.writerow(_line(result, list(questions), language))
    return b"\xef\xbb\xbf" + target.getvalue().encode()


class _Number(float):
    """A number that the writer leaves bare and writes as short as it can."""

    def __str__(self) -> str:
        return number(self)

    __repr__ = __str__


def _line(result: Result, questions: Sequence[str], language: str) -> list[str | _Number | None]:
    points = {mark.name: mark.points for mark in result.marks}
    student, late = result.hand_in.student, result.hand_in.late
    done = not result.unmarked
    return [
        cell(student.key),
        cell(student.name),
        *(_bare(points.get(name)) for name in questions),
        _bare(result.points if done else None),
        _bare(result.penalty),
        _bare(result.score if done else None),
        _bare(result.most),
        lateness(late, language) if late else "",
        words(f"status_{status(result)}", language),
        cell(" ".join(remark.text(language) for remark in remarks_of(result))),
    ]


def _bare(value: float | None) -> _Number | None:
    return None if value is None else _Number(value)
