"""The teacher's page: how the class did, what went wrong, what to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median
from urllib.parse import quote

from course.grade.handins import Batch, Result, Student
from course.grade.page import page
from course.grade.plain import line, number, plain
from course.grade.remarks import words
from course.grade.similar import Pair
from course.grade.told import lateness, parts, questions_of, remarks_of, status

MOST_LISTED = 10  # messages, slow hand-ins
BINS = 10
HIGH = 170  # of the highest bar, in pixels
FOOT = 200  # of all bars, from above


@dataclass(frozen=True)
class Bar:
    """A bar of the histogram.

    Attributes:
        count: How many students it stands for.
        top: Where it begins, in pixels from above.
        height: How far it goes down from there.
    """

    count: int
    top: float
    height: float


@dataclass(frozen=True)
class Question:
    """How the class did in a question.

    Attributes:
        title: Its title.
        share: The average share of its points, in per cent; nothing while nobody's answer is marked.
        full: How many got all points.
        zero: How many got none.
        waiting: How many answers a person has still to mark.
    """

    title: str
    share: int | None
    full: int
    zero: int
    waiting: int


def summary(  # noqa: PLR0913 -- a page is made of what is on it
    batch: Batch,
    results: Sequence[Result],
    homework: str,
    language: str,
    *,
    similar: Sequence[Pair] = (),
    folder: str = "feedback",
    unsandboxed: bool = False,
) -> bytes:
    """Return the summary page of a class.

    Args:
        batch: All that was found.
        results: What became of the hand-ins, sorted by the students' keys.
        homework: The homework's name.
        language: ``en`` or ``ko``.
        similar: Answers that are nearly the same.
        folder: Where the feedback pages are, relative to this page; each is called by the student's key.
        unsandboxed: Whether to warn that the hand-ins were executed without a sandbox.
    """

    def link(student: Student) -> str:
        return f"{quote(folder)}/{quote(student.key)}.html"

    titles = _titles(results)
    late = [(result, result.hand_in.late) for result in results if result.hand_in.late]
    late.sort(key=lambda each: (-each[1], each[0].hand_in.student.key))
    return page(
        "summary.html",
        language,
        homework=line(homework),
        platform=line(batch.platform),
        figures=_figures(results, language),
        bars=_bars(results),
        ticks=_ticks(results),
        questions=_questions(results, language),
        messages=_messages(results),
        unreadable=[
            (result, [plain(remark.text(language), 2000) for remark in remarks_of(result)])
            for result in results
            if status(result) == "unreadable"
        ],
        late=[(result, lateness(by, language)) for result, by in late],
        slowest=_slowest(results),
        similar=[(pair, titles.get(pair.name, line(pair.name))) for pair in similar],
        asides=[(aside, line(aside.remark.text(language))) for aside in batch.asides],
        results=[(result, status(result)) for result in results],
        link=link,
        unsandboxed=unsandboxed,
    )


def _figures(results: Sequence[Result], language: str) -> list[tuple[str, str]]:
    states = Counter(status(result) for result in results)
    scores = [result.score for result in results if not result.unmarked]
    figures = [
        ("hand_ins", str(len(results))),
        ("mean", number(mean(scores)) if scores else "–"),
        ("median", number(median(scores)) if scores else "–"),
        ("late", str(sum(bool(result.hand_in.late) for result in results))),
        ("by_hand", str(states["by_hand"])),
        ("unreadable", str(states["unreadable"])),
    ]
    return [(words(f"summary_{key}", language), figure) for key, figure in figures]


def _bars(results: Sequence[Result]) -> list[Bar]:
    """Return the histogram of the scores that are final, as tenths of the maximum."""
    shares = [result.score / result.most for result in results if not result.unmarked and result.most]
    counts = Counter(min(int(share * BINS + 1e-9), BINS - 1) for share in shares)
    highest = max(counts.values(), default=0)
    heights = [round(HIGH * counts[index] / highest, 1) for index in range(BINS)] if highest else []
    return [Bar(counts[index], round(FOOT - height, 1), height) for index, height in enumerate(heights)]


def _ticks(results: Sequence[Result]) -> list[str]:
    most = max((result.most for result in results), default=0)
    return [number(most * index / BINS) for index in range(0, BINS + 1, 2)]


def _questions(results: Sequence[Result], language: str) -> list[Question]:
    found = []
    for name, title in questions_of(results, language).items():
        marks = [mark for result in results for mark in result.marks if mark.name == name]
        known = [(mark.points, mark.most) for mark in marks if mark.points is not None]
        shares = [points / most for points, most in known if most]
        found.append(
            Question(
                line(title),
                round(100 * mean(shares)) if shares else None,
                sum(points >= most for points, most in known),
                sum(points == 0 for points, _ in known),
                len(marks) - len(known),
            )
        )
    return found


def _messages(results: Sequence[Result]) -> list[tuple[str, str, int]]:
    """Return what checks said most often where not all points were earned: the question, the words, how often."""
    said = Counter(
        (line(mark.title), plain(mark.said, 500).strip())
        for result in results
        for mark in result.marks
        if mark.said and mark.points is not None and mark.points < mark.most
    )
    order = sorted(said.items(), key=lambda each: (-each[1], each[0]))
    return [(title, text, count) for (title, text), count in order[:MOST_LISTED]]


def _slowest(results: Sequence[Result]) -> list[tuple[Result, float]]:
    seconds = [(result, sum(ran.seconds for ran in result.ran)) for result in results]
    seconds = [each for each in seconds if each[1]]
    seconds.sort(key=lambda each: (-each[1], each[0].hand_in.student.key))
    return seconds[:MOST_LISTED]


def _titles(results: Sequence[Result]) -> dict[str, str]:
    """Return the titles of the questions that answer cells belong to, by the cells' names."""
    return {name: line(mark.title) for result in results for mark, names in parts(result) for name in names}
