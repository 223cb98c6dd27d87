"""Comparing the outputs of one cell: which there are, and what each of them shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

import nbformat
from nbformat import NotebookNode

from course import notebooks
from course.compare import charts, differences, pictures, text
from course.compare.differences import Difference, Picture
from course.compare.numbers import Tolerance

WALL_CLOCK = "wall-clock"
RAISES = "raises-exception"
FIGURE = frozenset({"image/png", "image/svg+xml"})


def compare(cell: NotebookNode, fresh: Iterable[NotebookNode]) -> Iterator[Difference]:
    """Yield everything in which a cell's new outputs are not the stored ones; what is allowed says so.

    Args:
        cell: The stored code cell; its tags and its metadata say what applies to it.
        fresh: Its outputs as they came from the kernel.
    """
    stored = notebooks.canonical_outputs(cell.outputs)
    now = notebooks.canonical_outputs(_in_stored_formats(stored, fresh))
    tags = cell.metadata.get("tags", [])
    if RAISES in tags and not any(output.output_type == "error" for output in now):
        yield differences.did_not_raise()
    for old, new in _paired(stored, now):
        place = f"output {old[0] + 1}" if old else "new output"
        if old is None or new is None:
            yield from _unpaired(old, new)
        elif WALL_CLOCK in tags:
            yield from (found.at(place) for found in _compare_form(old[1], new[1]))
        else:
            yield from _compare_parts(place, old[1], new[1], Tolerance.of(cell.metadata))


Place = tuple[int, NotebookNode]


def _in_stored_formats(stored: Sequence[NotebookNode], fresh: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Return fresh outputs, of each figure's two formats only the one that its stored counterpart has.

    Which of PNG and SVG is smaller, and so is stored, may hang on a byte.
    """
    new = [nbformat.from_dict(output) for output in fresh]
    figures = (output for output in new if output.get("data", {}).keys() >= FIGURE)
    kinds = [FIGURE & output.data.keys() for output in stored if _is_figure(output)]
    for output, kept in zip(figures, kinds, strict=False):
        for kind in FIGURE - kept:
            del output.data[kind]
    return new


def _is_figure(output: NotebookNode) -> bool:
    return notebooks.CHART not in output.get("data", {}) and bool(FIGURE & output.get("data", {}).keys())


def _parts(output: NotebookNode) -> dict[str, Any]:
    """Return what an output shows, by kind; a figure is one kind, whichever its format."""
    if output.output_type == "stream":
        return {output.name: output.text}
    if output.output_type == "error":
        return {"error": f"{output.ename}: {output.evalue}", "traceback": "\n".join(output.traceback)}
    return {kind: Picture(kind, value) if kind.startswith("image/") else value for kind, value in output.data.items()}


def _signature(output: NotebookNode) -> tuple[str, ...]:
    kinds = ("picture" if kind in FIGURE else kind for kind in _parts(output))
    return (output.output_type, *sorted(kinds))


def _paired(
    stored: Sequence[NotebookNode], fresh: Sequence[NotebookNode]
) -> Iterator[tuple[Place | None, Place | None]]:
    """Yield each stored output with the new one of the same kind; what has no counterpart comes alone."""
    matcher = SequenceMatcher(None, [_signature(o) for o in stored], [_signature(o) for o in fresh], False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            yield from zip(_places(stored, a, b), _places(fresh, c, d), strict=True)
        else:
            yield from ((place, None) for place in _places(stored, a, b))
            yield from ((None, place) for place in _places(fresh, c, d))


def _places(outputs: Sequence[NotebookNode], start: int, end: int) -> list[Place]:
    return [(index, outputs[index]) for index in range(start, end)]


def _unpaired(old: Place | None, new: Place | None) -> Iterator[Difference]:
    """Yield that an output is missing or is new, with its picture if it has one."""
    for place, say in ((old, differences.gone), (new, differences.new)):
        if place is None:
            continue
        parts = _parts(place[1])
        shown = {kind: value for kind, value in parts.items() if not isinstance(value, Picture)}
        name = f"output {place[0] + 1} ({', '.join(parts)})"
        yield say(name, next(iter(shown.values()), "a picture"))


def _compare_parts(place: str, stored: NotebookNode, fresh: NotebookNode, tolerance: Tolerance) -> Iterator[Difference]:
    old, new = _parts(stored), _parts(fresh)
    for kind, value in old.items():
        if isinstance(value, Picture):
            now = next(new[k] for k in ((kind, *FIGURE) if kind in FIGURE else (kind,)) if k in new)
            found = pictures.compare(value, now)
        elif isinstance(value, str):
            found = text.compare(value, new[kind], tolerance)
        else:
            found = charts.compare(value, new[kind], tolerance)
        yield from (difference.at(f"{place} ({kind})") for difference in found)


def _compare_form(stored: NotebookNode, fresh: NotebookNode) -> Iterator[Difference]:
    """Yield in which words two outputs differ: of a measured time no number is expected twice."""
    old, new = _parts(stored), _parts(fresh)
    for kind, value in old.items():
        if isinstance(value, str):
            yield from text.compare_form(value, new[kind])
