"""What the tests of all lessons share: a lesson as its cells, and what a reader sees of a cell."""

import re

import pytest

from course import notebooks


def shown(cell):
    """Return what the cell shows, as text: streams, plain text, and `[picture] ` with its alt text for a picture."""
    alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
    parts = []
    for output in cell.get("outputs", []):
        kinds = output.get("data", {})
        parts += [output.get("text", ""), kinds.get("text/plain", "")]
        parts += [f"[picture] {alt}"] * any(kind.startswith("image/") for kind in kinds)
    return "\n".join(part.strip() for part in parts if part)


def check(notebook, cell_id, source, output):
    """Assert that the notebook has that cell, and that its source and what it shows match the patterns."""
    cell = next((cell for cell in notebook.cells if cell.id == cell_id), None)
    assert cell is not None, f"no cell {cell_id}"
    assert re.search(source, cell.source, re.DOTALL), f"{cell_id}: the source lacks {source}"
    assert re.search(output, shown(cell), re.DOTALL), f"{cell_id}: the output lacks {output}"


@pytest.fixture
def check_fact():
    """Return the function that asserts one item of the syllabus in a stored notebook."""
    return check


@pytest.fixture
def show():
    """Return the function that tells what a reader sees of a cell."""
    return shown


@pytest.fixture
def lesson(request):
    """Return a stored lesson, fresh for each test: the one it is given, else the one that its module's LESSON names."""
    name = getattr(request, "param", None) or request.module.LESSON
    return notebooks.read(notebooks.ROOT / "lectures" / name)
