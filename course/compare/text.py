"""Comparing printed text: its words exactly, its numbers within their tolerance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from course.compare import differences, numbers
from course.compare.differences import Difference
from course.compare.numbers import Tolerance

# A measured time has its unit chosen by its size, so the unit goes with it.
_MEASURED = re.compile(r"[-+−]?\d[\d.,]*(?:[eE][-+]?\d+)?\s*(?:(?:ns|[uµμ]s|ms|s|min|h)\b)?")


def compare(stored: str, fresh: str, tolerance: Tolerance) -> Iterator[Difference]:
    """Yield each number that moved; or, where the words differ, each line that changed, went or came."""
    if stored == fresh:
        return
    if numbers.words(stored) != numbers.words(fresh):
        yield from _changed_lines(stored.split("\n"), fresh.split("\n"))
        return
    pairs = zip(numbers.numbers(stored), numbers.numbers(fresh), strict=True)
    for index, (old, new) in enumerate(pairs, 1):
        line = stored.count("\n", 0, old.start) + 1
        yield from numbers.compare(f"number {index} (line {line})", old, new, tolerance)


def compare_form(stored: str, fresh: str) -> Iterator[Difference]:
    """Yield each line whose words differ, whatever its numbers and times are."""
    old, new = ([" ".join(_MEASURED.sub("0", line).split()) for line in t.split("\n")] for t in (stored, fresh))
    if old != new:
        yield from _changed_lines(old, new)


def _changed_lines(stored: list[str], fresh: list[str]) -> Iterator[Difference]:
    matcher = SequenceMatcher(None, [numbers.words(s) for s in stored], [numbers.words(s) for s in fresh], False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            continue
        paired = min(b - a, d - c)
        for k in range(paired):
            yield differences.value_changed(f"line {a + k + 1}", repr(stored[a + k]), repr(fresh[c + k]))
        for k in range(a + paired, b):
            yield differences.gone(f"line {k + 1}", repr(stored[k]))
        for k in range(c + paired, d):
            yield differences.new(f"line {k + 1}", repr(fresh[k]))
