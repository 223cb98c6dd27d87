"""Broken hand-ins: what of each survives, what is said of it, and what its answers are worth."""

import contextlib
import io
import unicodedata

import broken
import pytest
import small

from course import notebooks
from course.grade.handins import Role
from course.grade.intake.collect import collect
from course.grade.remarks import LANGUAGES


@pytest.fixture(scope="module")
def released():
    """Return what students got."""
    return small.released()


@pytest.fixture(scope="module")
def others():
    """Return another homework, as students got it."""
    return {
        "03-threes-and-sevens": notebooks.read(notebooks.ROOT / "exercises" / small.REAL.parent.name / small.REAL.name)
    }


def score(cells):
    """Return the points of a rebuilt notebook, every cell run in one namespace as in a kernel."""
    space = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in cells:
            if cell.role not in (Role.TEXT, Role.WRITTEN):
                with contextlib.suppress(Exception):
                    exec(cell.source, space)  # noqa: S102 - ours, from broken.py
    return sum(earned for earned, _ in space["RESULTS"].values()) if cells else 0


def test_there_are_sixty():
    """There are at least 60 broken hand-ins, each of its own name."""
    names = [case.name for case in broken.CASES]
    assert len(names) == len(set(names)) >= 60


@pytest.mark.parametrize("case", broken.CASES, ids=lambda case: case.name)
def test_broken(case, released, others, tmp_path):
    """A broken hand-in gets what its honest part is worth, and is told what is wrong, in both languages."""
    folder = tmp_path / "Kim Minji_7_assignsubmission_file"
    folder.mkdir()
    for name, data in case.files().items():
        (folder / name).write_bytes(data)
    batch = collect([tmp_path], released, platform="moodle", others=others)
    (hand_in,) = batch.hand_ins
    assert sorted(remark.key for remark in hand_in.remarks) == list(case.remarks)
    for language in LANGUAGES:
        assert all(remark.text(language).isprintable() for remark in hand_in.remarks)
    assert score(hand_in.cells) == case.points
    written = [cell.source for cell in hand_in.cells if cell.role == Role.WRITTEN]
    assert written == ([case.written] if hand_in.cells else [])
    given = [c.source for c in hand_in.cells if c.role in (Role.GIVEN, Role.CHECK, Role.TEXT)]
    assert given == ([c.source for c in released.cells if c.id not in broken.ANSWERS] if hand_in.cells else [])
    added = [c.source for c in hand_in.cells if c.role == Role.ADDED and len(c.source) > 30]
    assert not any(source in text for source in added for text in given)  # a part of a given cell is nobody's own
    assert unicodedata.is_normalized("NFC", hand_in.file)
    assert hand_in.file.isprintable()
