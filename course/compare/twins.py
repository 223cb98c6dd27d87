"""Comparing a translated notebook's code and outputs with the English one's: byte for byte, but for LANGUAGE."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course import notebooks
from course.compare import differences
from course.compare.differences import Difference

_LANGUAGE = re.compile(r"^LANGUAGE = .*$", re.MULTILINE)


def code(path: Path) -> list[dict[str, Any]]:
    """Return what a notebook runs and shows: each code cell without its metadata.

    Raises:
        CourseError: The file is missing or is no notebook.
    """
    cells = notebooks.read(path).cells
    return [{**cell, "metadata": {}} for cell in cells if cell.cell_type == "code"]


def compare(translated: Path, english: Path, *, homework: bool) -> Iterator[Difference]:
    """Yield each code cell of a translated notebook that is not the English one's.

    Args:
        translated: The notebook under ``ko/``.
        english: The one that it translates.
        homework: Whether a line ``LANGUAGE = …`` may differ.
    """
    old, new = code(english), code(translated)
    if len(old) != len(new):
        yield differences.value_changed("number of code cells", len(old), len(new))
    for cell, twin in zip(old, new, strict=False):
        for key in sorted(cell.keys() | twin.keys()):
            ours, theirs = (_neutral(c.get(key), homework=homework) for c in (cell, twin))
            if ours != theirs:
                yield differences.not_the_twin(f"cell {cell.get('id')}: {key}", ours, theirs)


def _neutral(value: Any, *, homework: bool) -> Any:
    return _LANGUAGE.sub("LANGUAGE", value) if homework and isinstance(value, str) else value
