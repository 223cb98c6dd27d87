"""Comparing JSON data, charts above all: their data within the tolerance, all else exactly."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from course.compare import differences
from course.compare.differences import Difference
from course.compare.numbers import Tolerance

# Altair names inline data by the MD5 of its values, so the name moves with the last digit of any of them.
_DATA_NAME = re.compile(r"data-[0-9a-f]{32}")


def compare(stored: Any, fresh: Any, tolerance: Tolerance) -> Iterator[Difference]:
    """Yield each value of a chart's specification, or of other JSON data, that is not as stored."""
    yield from _compare("$", _named_by_place(stored), _named_by_place(fresh), tolerance)


def _named_by_place(spec: Any) -> Any:
    """Return the specification with its data sets named by their order instead of their content."""
    places: dict[str, str] = {}

    def name(match: re.Match[str]) -> str:
        return places.setdefault(match[0], f"data-{len(places) + 1}")

    def renamed(node: Any) -> Any:
        if isinstance(node, dict):
            # the data sets last, when their names are known from the places that use them
            keys = sorted(node, key=lambda key: (key == "datasets", key))
            return {_DATA_NAME.sub(name, key): renamed(node[key]) for key in keys}
        if isinstance(node, list):
            return [renamed(item) for item in node]
        return _DATA_NAME.sub(name, node) if isinstance(node, str) else node

    return renamed(spec)


def _compare(path: str, stored: Any, fresh: Any, tolerance: Tolerance) -> Iterator[Difference]:
    if isinstance(stored, dict) and isinstance(fresh, dict):
        yield from _compare_objects(path, stored, fresh, tolerance)
    elif isinstance(stored, list) and isinstance(fresh, list):
        for index, (old, new) in enumerate(zip(stored, fresh, strict=False)):
            yield from _compare(f"{path}[{index}]", old, new, tolerance)
        if len(stored) != len(fresh):
            yield differences.value_changed(f"number of items in {path}", len(stored), len(fresh))
    elif type(stored) is float and type(fresh) is float:
        yield from _compare_floats(path, stored, fresh, tolerance)
    elif type(stored) is not type(fresh) or stored != fresh:
        yield differences.value_changed(path, repr(stored), repr(fresh))


def _compare_objects(
    path: str, stored: dict[str, Any], fresh: dict[str, Any], tolerance: Tolerance
) -> Iterator[Difference]:
    for key in {**stored, **fresh}:
        place = f"{path}.{key}"
        if key not in fresh:
            yield differences.gone(place, stored[key])
        elif key not in stored:
            yield differences.new(place, fresh[key])
        else:
            yield from _compare(place, stored[key], fresh[key], tolerance)


def _compare_floats(path: str, stored: float, fresh: float, tolerance: Tolerance) -> Iterator[Difference]:
    if stored == fresh or (math.isnan(stored) and math.isnan(fresh)):
        return
    if not (math.isfinite(stored) and math.isfinite(fresh)):
        yield differences.value_changed(path, stored, fresh)
        return
    old, new = Decimal(repr(stored)), Decimal(repr(fresh))
    yield differences.number_moved(path, repr(stored), repr(fresh), abs(old - new), tolerance.at(old))
