"""Deadlines as they are typed, and what missing them costs."""

from datetime import datetime, timedelta

import click
import pytest

from course.grade.handins import HandIn, Mark, Result, Student
from course.grade.lateness import RuleType, WhenType

ANNA = Student("anna", "Anna")


def result(points, late):
    """Return a result of 10 points at most."""
    hand_in = HandIn(ANNA, "a.ipynb", late=late and timedelta(hours=late))
    return Result(hand_in, (Mark("a", "A", points, 6), Mark("b", "B", None, 4, by_hand=True)))


@pytest.mark.parametrize(
    ("typed", "hours", "penalty"),
    [
        ("10%/day", 1, 1),
        ("10%/day", 24, 1),
        ("10%/day", 24.01, 2),
        ("0.5/hour", 3, 1.5),
        ("0.5/hour", 100, 5),
        ("100%/week", 0.1, 5),
        ("10%/day", None, 0),
    ],
)
def test_a_penalty_counts_what_has_begun_and_never_more_than_was_earned(typed, hours, penalty):
    """Per cent are of all points that there are; the marks themselves stay."""
    late = result(5, hours)
    assert RuleType().convert(typed, None, None).penalty(late) == penalty
    assert late.points == 5


@pytest.mark.parametrize("typed", ["", "10%", "10%/month", "-1/day", "a/day", "10 %/day"])
def test_what_is_no_rule_is_refused(typed):
    """The message says how a rule is written."""
    with pytest.raises(click.BadParameter, match="write it as 10%/day"):
        RuleType().convert(typed, None, None)


def test_a_moment_without_a_zone_is_this_machines():
    """A zone that is written counts; a day alone ends with its last second."""
    when = WhenType()
    assert when.convert("2026-11-30T23:59+09:00", None, None).utcoffset() == timedelta(hours=9)
    here = datetime(2026, 11, 30, 23, 59).astimezone()
    assert when.convert("2026-11-30T23:59", None, None) == here
    assert when.convert("2026-11-30", None, None) == here + timedelta(seconds=59)
    with pytest.raises(click.BadParameter, match="write it as 2026-11-30T23:59"):
        when.convert("tomorrow", None, None)
