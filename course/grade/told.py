"""What every page and table tells of a result: how far it has come, how late it was, what was said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from course.grade.handins import Mark, Result
from course.grade.remarks import Remark, words


def status(result: Result) -> str:
    """Return how far a hand-in has come: ``unreadable``, ``by_hand`` while a person has to mark, else ``graded``."""
    if not result.hand_in.cells:
        return "unreadable"
    return "by_hand" if result.unmarked else "graded"


def remarks_of(result: Result) -> list[Remark]:
    """Return all that is said of a hand-in and its execution as a whole, once each."""
    kept: list[Remark] = []
    for remark in (*result.hand_in.remarks, *result.remarks):
        if remark not in kept:
            kept.append(remark)
    return kept


def questions_of(results: Sequence[Result], language: str) -> dict[str, str]:
    """Return the titles of all graded cells by their names, in the notebook's order.

    Where a person marks one part of a question and a check another, the title of the person's says so.
    """
    marks = {mark.name: mark for result in results for mark in result.marks}
    checked = {mark.title for mark in marks.values() if not mark.by_hand}
    return {
        name: words("part_by_hand", language, title=mark.title)
        if mark.by_hand and mark.title in checked
        else mark.title
        for name, mark in marks.items()
    }


def parts(result: Result) -> Iterator[tuple[Mark, list[str]]]:
    """Yield each mark whose cell there is, with the names of the cells since the mark before it and its own."""
    marks = {mark.name: mark for mark in result.marks}
    waiting: list[str] = []
    for cell in result.hand_in.cells:
        waiting.append(cell.name)
        if cell.name in marks:
            yield marks[cell.name], waiting
            waiting = []


def lateness(late: timedelta, language: str) -> str:
    """Return in words by how much something came late, in its two largest units, begun minutes counted whole."""
    minutes = max(1, -(-int(late.total_seconds()) // 60))
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [("days", days), ("hours", hours), ("minutes", minutes)]
    first = next(index for index, (_, count) in enumerate(parts) if count)
    return " ".join(words(unit, language, count=count) for unit, count in parts[first : first + 2] if count)
