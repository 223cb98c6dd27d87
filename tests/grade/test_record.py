"""Records: found again by what they depend on, damaged ones taken for none, no other types read."""

import zlib

import msgspec
import pytest

from course.grade import record
from course.grade.execute import Transcript, to_run
from course.grade.handins import Cell, Kind, Output, Ran, Role
from course.grade.remarks import Remark
from course.grade.replies import Answer
from course.grade.sandbox import Limits

PICTURE = Ran(
    3, (Output(Kind.PICTURE, png=b"\x00\xff"), Output(Kind.STDOUT, "나")), 0.25, (Remark("fickle", {"name": "f"}),)
)
TRANSCRIPT = Transcript(
    (PICTURE,),
    {"build-check": {"net": b"\x00"}},
    {"build-check": {"0" * 64: None, "1" * 64: Answer(b"\x00", error=("ValueError", "no"))}},
)
CHECK = """
def check(a):
    yield 1


def fresh():
    return half(2)


def half(x):
    return x / 2


grade(1, check, points=1)
"""
CELLS = (
    Cell(Role.TEXT, "title", "# A"),
    Cell(Role.GIVEN, "messages", 'MESSAGES = {"en": {}}'),
    Cell(Role.GIVEN, "data", "X = 1"),
    Cell(Role.GIVEN, "sum", "total = sum([X])"),
    Cell(Role.ANSWER, "one-answer", "a = X"),
    Cell(Role.CHECK, "one-check", CHECK),
    Cell(Role.ANSWER, "two-answer", "b = fresh()"),
    Cell(Role.WRITTEN, "three-answer", "because"),
)


def changed(name, source):
    """Return the cells with another source in one of them, as they run."""
    return to_run([Cell(c.role, c.name, source if c.name == name else c.source) for c in CELLS])


def test_what_is_kept_comes_back(tmp_path):
    """A transcript is the same after it was kept; what is dropped is gone."""
    store = record.Store(tmp_path)
    store.keep("ab12", TRANSCRIPT)
    assert store.load("ab12", Transcript) == TRANSCRIPT
    store.drop("ab12")
    assert store.load("ab12", Transcript) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda data: data[:-3],
        lambda _: zlib.compress(b"\xc1"),
        lambda _: zlib.compress(msgspec.msgpack.encode({"ran": [{"index": "three"}]})),
    ],
    ids=["empty", "cut", "no MessagePack", "other types"],
)
def test_a_damaged_record_is_none(tmp_path, damage):
    """A record that cannot be read as what it was is done again, never half believed."""
    store = record.Store(tmp_path)
    store.keep("ab12", TRANSCRIPT)
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    file.write_bytes(damage(file.read_bytes()))
    assert store.load("ab12", Transcript) is None


def test_of_a_check_only_what_later_cells_use_is_executed():
    """The check itself runs outside; what an answer after it calls is there, with what that calls in turn."""
    source = to_run(CELLS)[5].source
    assert "def fresh" in source
    assert "def half" in source
    assert "def check" not in source
    assert "grade(" not in source


@pytest.mark.parametrize(
    ("name", "source", "same"),
    [
        ("one-answer", "a = 2", False),
        ("data", "X = 2", False),
        ("messages", 'MESSAGES = {"ko": {}}', True),
        ("sum", "total = sum([X, 1])", False),
        ("title", "# B", True),
        ("three-answer", "why not", True),
        ("one-check", CHECK.replace("yield 1", "yield 0"), True),
        ("one-check", CHECK.replace("x / 2", "x / 3"), False),
    ],
)
def test_an_execution_depends_on_all_that_runs_and_nothing_else(name, source, same):
    """Prose, written answers and what only the check uses do not matter; all else does."""
    before, after = (record.execution_key(cells, Limits()) for cells in (to_run(CELLS), changed(name, source)))
    assert (before == after) is same


def test_marks_depend_on_checks_and_written_answers_too():
    """Another check, another written answer, another language: examined again."""
    keys = {
        record.examination_key("e", checks, cells, language)
        for checks in (["a"], ["b"])
        for cells in (CELLS, changed("three-answer", "why not"))
        for language in ("en", "ko")
    }
    assert len(keys) == 8
