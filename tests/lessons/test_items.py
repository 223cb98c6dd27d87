"""The syllabus, item by item, over all lessons: each lesson's own test file holds its table, ``ITEMS``.

An item is the cell that carries it, a pattern of what its source says, and one of what it shows.
"""

import re
import runpy
from pathlib import Path

import pytest

from course import notebooks

TABLES = {
    module["LESSON"]: module["ITEMS"]
    for module in map(runpy.run_path, sorted(map(str, Path(__file__).parent.glob("test_[0-9]*.py"))))
}
LESSONS = [path.name for path in notebooks.find() if path.parent == notebooks.ROOT / "lectures"]

every_item = pytest.mark.parametrize(
    ("lesson", "cell", "source", "output"),
    [pytest.param(name, *item.values, id=f"{name[:2]}: {item.id}") for name, items in TABLES.items() for item in items],
    indirect=["lesson"],
)


@every_item
def test_the_lesson_carries(lesson, check_fact, cell, source, output):
    """Every item of the syllabus stands in the stored notebook, with its result."""
    check_fact(lesson, cell, source, output)


@every_item
def test_without_its_cell_an_item_is_missed(lesson, check_fact, cell, source, output):
    """Deleting the cell that carries an item, or what it shows, is noticed."""
    check_fact(lesson, cell, source, output)
    for carrier in (c for c in lesson.cells if c.id == cell and output):
        carrier.outputs = []
        with pytest.raises(AssertionError, match=re.escape(f"{cell}: the output lacks")):
            check_fact(lesson, cell, source, output)
    lesson.cells = [c for c in lesson.cells if c.id != cell]
    with pytest.raises(AssertionError, match=re.escape(f"no cell {cell}")):
        check_fact(lesson, cell, source, output)


@pytest.mark.parametrize("lesson", TABLES, indirect=True)
def test_the_items_come_in_the_order_of_the_syllabus(lesson, request):
    """The order of ideas is the syllabus's."""
    order = [cell.id for cell in lesson.cells]
    items = [order.index(item.values[0]) for item in TABLES[request.node.callspec.params["lesson"]]]
    assert items == sorted(items)


def test_every_lesson_has_its_table():
    """No lesson is without a table of what it must carry."""
    assert sorted(TABLES) == sorted(LESSONS)
