"""Broken hand-ins of the small homework, each with what is fair: the points, and what is said of it.

Every one begins as the right answers, which give 6 points by checks, and is then broken. ``points`` is the fair score
by checks; ``written`` what of the written answer survives.
"""

# ruff: noqa: E501 - one case a line

import json
import random
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO

import nbformat
import small

NAME = "hw.ipynb"
KOREAN = {"title": "# 과제: 작은 것", "loss": "## 문제 2: 손실 (2점)", "train": "## 문제 3: 학습 (2 + 2점)"}
WRONG = "net = None"
UNTOUCHED = {"build_answer": "net = ...\npass  # your code here"}
HELPER = "def seeded():\n    torch.manual_seed(SEED)"
WITH_HELPER = "seeded()\nnet = torch.nn.Sequential(torch.nn.Linear(1, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))"


@dataclass(frozen=True)
class Case:
    """A broken hand-in.

    Attributes:
        name: What is broken.
        files: Returns the files that the student hands in, by their names.
        points: The fair score by checks, of 6.
        remarks: The keys of all that is said of it, sorted.
        written: What is taken as the written answer.
    """

    name: str
    files: Callable[[], dict[str, bytes]]
    points: float = 6
    remarks: tuple[str, ...] = ()
    written: str = small.WHY


def dumped(notebook, **options):
    """Return a notebook as a file."""
    return json.dumps(notebook, **({"ensure_ascii": False} | options)).encode("utf-8", "surrogatepass")


@cache
def _right():
    return dumped(small.answered())


def right(**answers):
    """Return the right hand-in, but for some answers, as plain JSON."""
    return json.loads(dumped(small.answered(**answers)) if answers else _right())


def cell(notebook, name):
    """Return the cell of that id."""
    return next(each for each in notebook["cells"] if each.get("id") == name)


def at(notebook, name):
    """Return where the cell of that id is."""
    return notebook["cells"].index(cell(notebook, name))


def code(source, **metadata):
    """Return a cell as a student adds it."""
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


def text(source):
    """Return a Markdown cell as a student adds it."""
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def case(name, change, points=6.0, remarks=(), file=NAME, written=small.WHY, **answers):  # noqa: PLR0913, PLR0917 - a table's columns
    """Return the case of a notebook changed by a function, which changes it or returns a file's bytes."""

    def files():
        notebook = right(**answers)
        changed = change(notebook)
        return {file: changed if isinstance(changed, bytes) else dumped(notebook)}

    return Case(name, files, points, tuple(sorted(remarks)), written)


def unread(name, data, *remarks, file=NAME):
    """Return the case of a file in which there is no notebook."""
    return Case(name, lambda: {file: data() if callable(data) else data}, 0, remarks, "")


def zipped(*members, **named):
    """Return a zip of files, given as pairs of a name or a ZipInfo and bytes."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (*members, *named.items()):
            archive.writestr(name, data)
    return target.getvalue()


def archive(name, make, points=6.0, *remarks):
    """Return the case of a zip."""
    return Case(name, lambda: {"hw.zip": make()}, points, remarks, small.WHY if points else "")


# What editors and Colab do


def colab(notebook):
    """Do to a notebook all that Colab does."""
    notebook.update(nbformat=4, nbformat_minor=0)
    notebook["metadata"] |= {"colab": {"provenance": []}, "accelerator": "GPU"}
    for each in notebook["cells"]:
        each["metadata"] |= {"id": each.pop("id"), "outputId": "c4", "executionInfo": {"status": "ok", "elapsed": 4}}
        if each["cell_type"] == "markdown":
            each["source"] = "\n".join(line.rstrip() for line in each["source"].splitlines())
    badge = {"id": "view-in-github", "colab_type": "text"}
    notebook["cells"].insert(0, {"cell_type": "markdown", "metadata": badge, "source": '<a href="…"><img/></a>'})


def colab_bare(notebook):
    """Do what Colab does, and lose nbgrader's metadata."""
    colab(notebook)
    for each in notebook["cells"]:
        each["metadata"].pop("nbgrader", None)


def korean(notebook):
    """Make it the Korean edition."""
    cell(notebook, "parameters")["source"] = 'SEED = 7\nEPOCHS = 5\nLANGUAGE = "ko"'
    for name, source in KOREAN.items():
        cell(notebook, name)["source"] = source


def lost(notebook):
    """Lose all names of cells."""
    for each in notebook["cells"]:
        each.pop("id", None)
        each["metadata"] = {}


def lost_korean(notebook):
    """Lose all names in the Korean edition."""
    korean(notebook)
    lost(notebook)


def lost_and_reversed(notebook):
    """Lose all names, and turn the order round."""
    lost(notebook)
    notebook["cells"].reverse()


def without_grade_ids(notebook):
    """Lose nbgrader's metadata."""
    for each in notebook["cells"]:
        each["metadata"].pop("nbgrader", None)


def other_ids(notebook):
    """Give every cell a new id."""
    for number, each in enumerate(notebook["cells"]):
        each["id"] = f"new-{number}"


def strange_names(notebook):
    """Put values of other types where names should be."""
    for number, each in enumerate(notebook["cells"]):
        each["metadata"]["nbgrader"] = [None, 7, "x", {"grade_id": ["a"]}, {"grade_id": 3}][number % 5]


def with_outputs(notebook):
    """Run it, and show much."""
    for each in notebook["cells"]:
        if each["cell_type"] == "code":
            each["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["0.1, 0.2\n"] * 500}]
    notebook["metadata"]["widgets"] = {"state": {"a": {"b": [1, 2, {"c": None}]}}}


def version_3(notebook):
    """Return it in the format of 2013."""
    old = nbformat.convert(nbformat.from_dict(notebook), 3)
    return nbformat.writes(old, version=nbformat.NO_CONVERT).encode()


def both_nan_and_large(notebook):
    """Put numbers in it that JSON or Python does not like."""
    cell(notebook, "data")["execution_count"] = 2**80
    notebook["metadata"]["nan"] = float("nan")
    return dumped(notebook).replace(b'"nan": NaN', b'"nan": NaN, "many": ' + b"9" * 6000)


def lone_surrogate(notebook):
    """Put half a character into the written answer."""
    cell(notebook, "why-answer")["source"] = "never below \ud83d 0"
    return dumped(notebook, ensure_ascii=True)


def deep(notebook):
    """Nest lists without end."""
    return dumped(notebook).replace(
        b'"metadata": {', b'"metadata": {"deep": ' + b"[" * 100000 + b"]" * 100000 + b", ", 1
    )


# What students do


def put(name, cells, after=0):
    """Return what puts cells before the one of that id, or after it."""

    def change(notebook):
        place = at(notebook, name) + after
        notebook["cells"][place:place] = [dict(each) for each in cells]

    return change


def drop(*names):
    """Return what deletes cells."""

    def change(notebook):
        notebook["cells"] = [each for each in notebook["cells"] if each["id"] not in names]

    return change


def copied(name, source, before="", after=""):
    """Return what copies a cell with all its metadata, with another source, before or after a cell."""

    def change(notebook):
        copy = json.loads(json.dumps(cell(notebook, name))) | {"source": source, "id": "copy"}
        place = at(notebook, before) if before else at(notebook, after or name) + 1
        notebook["cells"].insert(place, copy)

    return change


def merged(*names, drops=()):
    """Return what merges cells, as Jupyter does: the first keeps its metadata."""

    def change(notebook):
        drop(*drops)(notebook)
        first = cell(notebook, names[0])
        first["source"] = "\n\n".join(cell(notebook, name)["source"] for name in names)
        drop(*names[1:])(notebook)

    return change


def split(name, line, keeps=True):
    """Return what splits a cell; whether the second part keeps the metadata differs between editors."""

    def change(notebook):
        first = cell(notebook, name)
        lines = first["source"].splitlines()
        metadata = json.loads(json.dumps(first["metadata"])) if keeps else {}
        first["source"] = "\n".join(lines[:line])
        notebook["cells"].insert(at(notebook, name) + 1, code("\n".join(lines[line:]), **metadata))

    return change


def becomes(name, source=None, **values):
    """Return what sets a cell's source and other values."""

    def change(notebook):
        cell(notebook, name).update(values if source is None else values | {"source": source})

    return change


def retyped(name, kind):
    """Return what changes a cell's type."""

    def change(notebook):
        each = cell(notebook, name)
        each["cell_type"] = kind
        if kind == "code":
            each.update(outputs=[], execution_count=None)
        else:
            each.pop("outputs", None)
            each.pop("execution_count", None)

    return change


def twice(**answers):
    """Return what puts another whole hand-in below this one."""

    def change(notebook):
        notebook["cells"] += right(**answers)["cells"]

    return change


def everything(*changes):
    """Return what does all of this."""

    def change(notebook):
        for each in changes:
            each(notebook)

    return change


def nothing(_):
    """Change nothing."""


BUILD = right()["cells"][7]["source"]
LOSS = right()["cells"][10]["source"]
ALL_UNTOUCHED = {
    each.id.replace("-", "_"): each.source
    for each in small.released().cells
    if each.metadata.get("nbgrader", {}).get("solution")
}
ANSWERS = ("build-answer", "loss-answer", "train-answer", "smallest-answer", "why-answer", "look-answer")
GIVEN = [each.id for each in small.released().cells if each.id not in ANSWERS]


def other_homework():
    """Return what a student hands in of homework 03."""
    return small.REAL.read_bytes()


def link():
    """Return a zip that holds a link in place of a file."""
    info = zipfile.ZipInfo(NAME)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return zipped((info, b"/etc/passwd"))


def encrypted():
    """Return a zip that says that its member needs a password."""
    data = bytearray(zipped((NAME, _right())))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def nested(depth):
    """Return a notebook in so many zips, one in another."""
    data, name = _right(), NAME
    for level in range(depth):
        data, name = zipped((name, data)), f"{level}.zip"
    return data


CASES = [
    # no fault at all
    case("nothing", nothing),
    case("colab", colab),
    case("colab without nbgrader's metadata", colab_bare),
    case("korean edition", korean),
    case("korean edition in colab", everything(korean, colab)),
    case("outputs and widgets", with_outputs),
    case("no grade_id", without_grade_ids),
    case("other ids", other_ids),
    case("names of strange types", strange_names),
    case("source as a list", lambda n: [e.update(source=e["source"].splitlines(True)) for e in n["cells"]]),
    case("line ends of Windows", lambda n: [e.update(source=e["source"].replace("\n", "\r\n")) for e in n["cells"]]),
    case("trailing blanks", lambda n: [e.update(source=e["source"] + "  \n") for e in n["cells"]], written=f"{small.WHY}  \n"),
    case("NaN, a large and a huge number", both_nan_and_large),
    case("a key twice", lambda n: dumped(n).replace(b"{", b'{"cells": [], "nbformat": 7, ', 1)),
    case("Copy_of_", nothing, file="Copy_of_hw.ipynb"),
    case("renamed to another homework", nothing, file="05-cpu-or-gpu (1).ipynb"),
    # encodings and formats
    case("BOM", lambda n: b"\xef\xbb\xbf" + dumped(n), remarks=["intake_encoding"]),
    case("UTF-16", lambda n: dumped(n).decode().encode("utf-16"), remarks=["intake_encoding"]),
    case("UTF-16 without BOM", lambda n: dumped(n).decode().encode("utf-16-be"), remarks=["intake_encoding"]),
    case("UTF-32", lambda n: dumped(n).decode().encode("utf-32"), remarks=["intake_encoding"]),
    case("CP949", lambda n: dumped(n).decode().encode("cp949", "ignore"), remarks=["intake_encoding", "intake_given_changed"], why_answer="제곱은 음수가 아니다.", written="제곱은 음수가 아니다."),
    case("format 3", version_3, remarks=["intake_version"]),
    case("format 5", lambda n: n.update(nbformat=5), remarks=["intake_version"]),
    case("format unsaid", lambda n: n.pop("nbformat") and None, remarks=["intake_version"]),
    case("ipynb.txt", nothing, remarks=["intake_name"], file="hw.ipynb.txt"),
    # JSON that is no notebook, or hardly one
    case("half a character", lone_surrogate, written="never below � 0"),
    case("a cell that is a string", lambda n: n["cells"].insert(0, "cell"), remarks=["intake_mended_cells"]),
    case("a cell that is null", lambda n: n["cells"].append(None), remarks=["intake_mended_cells"]),
    case("metadata that is a list", becomes("loss-answer", metadata=[1])),
    case("no cell_type", lambda n: cell(n, "loss-answer").pop("cell_type") and None, remarks=["intake_mended_cells"]),
    case("source null", lambda n: cell(n, "build-answer").update(source=None), 4, ["intake_mended_cells"]),
    case("source a number", lambda n: cell(n, "build-answer").update(source=7), 4, ["intake_mended_cells"]),
    case("numbers among lines", lambda n: cell(n, "loss-answer").update(source=[1, LOSS, None]), remarks=["intake_mended_cells"]),
    case("an endless answer", becomes("build-answer", "#" * 300_000), 4, ["intake_mended_cells"]),
    case("a NUL in an answer", becomes("build-answer", "net\0 = 1"), 4),
    unread("empty", b"", "intake_empty"),
    unread("blank", b" \n\0\0 ", "intake_empty"),
    unread("cut off", lambda: _right()[:-2000], "intake_not_json"),
    unread("HTML", b"<!DOCTYPE html><html><body>hw.ipynb - Colab</body></html>", "intake_html"),
    unread("PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "intake_other_type", file="hw.pdf"),
    unread("PDF called ipynb", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "intake_other_type"),
    unread("picture", b"\x89PNG\r\n\x1a\n" + bytes(100), "intake_other_type", file="screenshot.png"),
    unread("script", b"# -*- coding: utf-8 -*-\nnet = torch.nn.Linear(1, 4)\n", "intake_python", file="hw.py"),
    unread("git conflict", lambda: _right().replace(b'"metadata"', b"\n<<<<<<< HEAD\n", 1), "intake_conflict"),
    unread("a number", b"3", "intake_no_notebook"),
    unread("no cells", b'{"nbformat": 4, "metadata": {}}', "intake_no_cells"),
    unread("cells a dictionary", b'{"nbformat": 4, "cells": {"a": 1}}', "intake_no_cells"),
    unread("nested too deeply", lambda: deep(right()), "intake_too_deep"),
    unread("too many values", lambda: b'{"cells": [' + b"[]," * 1_000_001 + b"[]]}", "intake_too_deep"),
    unread("too large", lambda: _right() + b" " * (50 << 20), "intake_too_large"),
    unread("another homework", other_homework, "intake_other_homework"),
    unread("a stranger", lambda: dumped(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])), "intake_stranger"),
    # cells deleted, copied, moved, split, merged
    case("an answer deleted", drop("build-answer"), 4, ["intake_missing"]),
    case("half a question deleted", drop("train-answer"), 4, ["intake_missing"]),
    case("the other half deleted", drop("smallest-answer"), 4, ["intake_missing"]),
    case("the written answer deleted", drop("why-answer"), 6, ["intake_missing"], written="*Your answer here.*"),
    case("all given cells deleted", drop(*GIVEN)),
    case("all checks deleted", drop("build-check", "loss-check", "train-check")),
    case("an answer twice, the last wrong", copied("build-answer", WRONG), 4, ["intake_several"]),
    case("an answer twice, the last right", copied("build-answer", BUILD), 6, ["intake_several"], build_answer=WRONG),
    case("an answer twice, the last untouched", copied("build-answer", UNTOUCHED["build_answer"])),
    case("an answer twice, the same", copied("build-answer", BUILD, after="build-check")),
    case("a second try below the check", copied("build-answer", BUILD, after="build-check"), 6, ["intake_several"], build_answer=WRONG),
    case("an answer copied to be the next", copied("build-answer", LOSS, after="loss"), 6, (), loss_answer=ALL_UNTOUCHED["loss_answer"]),
    case("a check twice", copied("build-check", "x = 1", after="build-check")),
    case("the whole twice", twice()),
    case("the whole twice, then untouched", twice(**ALL_UNTOUCHED)),
    case("reversed", lambda n: n["cells"].reverse(), remarks=["intake_order"]),
    case("answers first", lambda n: n["cells"].sort(key=lambda e: e["id"] not in ANSWERS), remarks=["intake_order"]),
    case("split", split("train-answer", 4), remarks=["intake_several"]),
    case("split without metadata", split("train-answer", 4, keeps=False)),
    case("a check split", split("build-check", 8, keeps=False), remarks=["intake_given_changed"]),
    case("merged with its check", merged("build-answer", "build-check"), remarks=["intake_merged"]),
    case("merged with the next answer", merged("build-answer", "build-check", "loss-answer", drops=["loss"]), 6, ["intake_merged", "intake_names_lost"]),
    case("two answers merged", merged("train-answer", "smallest-answer", drops=["least"]), 6, ["intake_missing"]),
    case("given cells merged", merged("messages", "checks", "data"), 6),
    case("all names lost", lost, remarks=["intake_names_lost"]),
    case("all names lost, korean", lost_korean, remarks=["intake_names_lost"]),
    case("all names lost, reversed", lost_and_reversed, 6, ["intake_names_lost", "intake_order"]),
    case("an answer turned to text", retyped("build-answer", "markdown"), remarks=["intake_type_changed"]),
    case("an answer turned raw", retyped("loss-answer", "raw"), remarks=["intake_type_changed"]),
    case("the written answer turned to code", retyped("why-answer", "code"), remarks=["intake_type_changed"]),
    # answers that stand elsewhere
    case("answered in a cell above", put("build-answer", [code(BUILD)]), **UNTOUCHED),
    case("answered in a cell below the check", put("build-check", [code(BUILD)], after=1), **UNTOUCHED),
    case("answered in the data cell", becomes("data", small.DATA.strip() + "\n\n" + BUILD), 6, ["intake_merged"], **UNTOUCHED),
    case("written in a cell below", put("why-answer", [text("It is a mean of squares.")], 1), written="It is a mean of squares.", why_answer="*Your answer here.*"),
    case("written in two cells", put("why-answer", [text("More.")], 1), written=f"{small.WHY}\n\nMore."),
    case("a helper in a cell above", put("build-answer", [code(HELPER)]), build_answer=WITH_HELPER),
    case("a helper where it does not belong", put("given", [code(HELPER)]), build_answer=WITH_HELPER),
    case("installs and mounts", put("title", [code("!pip install torch"), code("from google.colab import drive\ndrive.mount('/x')")])),
    case("3000 cells added", put("build-check", [code(f"a = {i}") for i in range(3000)], 1), 2, ["intake_many_added", "intake_many_cells", "intake_missing", "intake_names_lost"], written="*Your answer here.*"),
    case("300 cells added", put("build-check", [code(f"a = {i}") for i in range(300)], 1), 6, ["intake_many_added"]),
    case("a given cell changed", becomes("parameters", "SEED = 99\nEPOCHS = 1\nLANGUAGE = 'en'"), 6, ["intake_given_changed"]),
    case("a check made generous", becomes("build-check", "RESULTS[1] = 2, 2"), 4, ["intake_given_changed"], build_answer=WRONG),
    case("answers without given definitions", becomes("build-check", "pass"), 6, ["intake_given_changed"]),
    Case("nothing answered", lambda: {NAME: dumped(small.released())}, 0, ("intake_unanswered",), "*Your answer here.*"),
    case("one question answered", nothing, 2, **{k: v for k, v in ALL_UNTOUCHED.items() if k != "loss_answer"}, written="*Your answer here.*"),
    case("an answer that is no Python", becomes("build-answer", "net = = 1"), 4),
    # archives
    archive("zip", lambda: nested(1)),
    archive("zip in a zip", lambda: nested(2)),
    archive("zip in a zip in a zip in a zip", lambda: nested(4), 0, "intake_nested"),
    archive("zip of an answered and an untouched notebook", lambda: zipped((NAME, _right()), ("z.ipynb", dumped(small.released()))), 6, "intake_later"),
    archive("bomb", lambda: zipped(*((f"{i}.ipynb", bytes(20 << 20)) for i in range(2))), 0, "intake_bomb"),
    archive("a member of 60 MB", lambda: zipped((NAME, bytes(60 << 20)), ("noise", _noise(1 << 20))), 0, "intake_too_large"),
    archive("10 001 files", lambda: zipped(*((f"{i}", b"") for i in range(10_001))), 0, "intake_many_files"),
    archive("../ in a zip", lambda: zipped((f"../../Lee_99_assignsubmission_file/{NAME}", _right()))),
    archive("an absolute name in a zip", lambda: zipped((f"/etc/{NAME}", _right()))),
    archive("a drive in a zip", lambda: zipped((f"C:\\Users\\kim\\{NAME}", _right()))),
    archive("a link in a zip", link, 0, "intake_link"),
    archive("a password", encrypted, 0, "intake_encrypted"),
    archive("an empty zip", zipped, 0, "intake_empty_archive"),
    archive("a zip cut off", lambda: nested(1)[:-30], 0, "intake_broken_archive"),
    archive("a damaged zip", lambda: _damaged(nested(1)), 0, "intake_broken_archive"),
    archive("what a Mac leaves", lambda: zipped((f"__MACOSX/._{NAME}", b"\0\5\x16\7"), (".DS_Store", b"x"), (NAME, _right()))),
    # names
    case("a newline in the name", nothing, file="a\nb.ipynb"),
    case("an emoji in the name", nothing, file="🙂 과제.ipynb"),
    case("a name from right to left", nothing, file="\u202ebnypi.ipynb"),
    case("a name of 240 letters", nothing, file="a" * 240 + ".ipynb"),
    case("a formula for a name", nothing, file="=cmd()|' C'!A0.ipynb"),
    case("no name but the ending", nothing, file=".ipynb"),
]  # fmt: skip


def _noise(size):
    return random.Random(0).randbytes(size)  # noqa: S311 - the same ones each time


def _damaged(data):
    middle = len(data) // 2
    return data[:middle] + bytes(40) + data[middle + 40 :]
