"""Comparing pictures."""

from collections.abc import Iterator

from course.compare import differences
from course.compare.differences import Difference, Picture


def compare(stored: Picture, fresh: Picture) -> Iterator[Difference]:
    if stored.data != fresh.data:
        yield differences.picture_changed("bytes", stored, fresh)
