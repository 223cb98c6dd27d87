"""A file that was handed in, as a notebook of which only the cells' types, names and sources are left.

Nothing in it is trusted: sizes and depths are bounded, every value is checked or replaced, outputs are dropped unread.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode, v3, v4

from course.grade.intake.archives import Found
from course.grade.remarks import Remark

MOST_BRACKETS, MOST_COMMAS = 1_000_000, 10_000_000  # in one file, so that what JSON becomes fits the memory
MOST_CELLS = 2000
LONGEST_SOURCE, LONGEST_IN_ALL = 200_000, 2_000_000  # characters of a cell's source, and of all cells'
LONGEST_NAME = 200
_KINDS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"RIFF": "RIFF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\xd0\xcf\x11\xe0": "OLE",
    b"PK\x03\x04": "ZIP",
    b"\x7fELF": "ELF",
    b"MZ": "EXE",
}
_BLANK = b" \t\r\n\0\xef\xbb\xbf\xff\xfe"
_HTML = re.compile(rb"\s*<(!doctype|html|head|\?xml)", re.IGNORECASE)
_CONFLICT = re.compile(rb"^(<{7} |>{7} )", re.MULTILINE)


class NotReadError(Exception):
    """There is no notebook in a file.

    Attributes:
        remark: Why not.
        meant: Whether it was meant to be one.
    """

    def __init__(self, remark: Remark, *, meant: bool = True) -> None:
        super().__init__(remark.key)
        self.remark, self.meant = remark, meant


def read(found: Found) -> tuple[NotebookNode, tuple[Remark, ...]]:
    """Return the notebook in a file, and what had to be mended.

    Raises:
        NotReadError: There is none.
    """
    data = found.data
    named = ".ipynb" in found.name.lower()
    if found.fault:
        raise NotReadError(found.fault, meant=named and not found.junk)
    if not data.strip(_BLANK):
        raise NotReadError(Remark("intake_empty"), meant=named)
    for magic, kind in _KINDS.items():
        if data.startswith(magic):
            raise NotReadError(Remark("intake_other_type", {"type": kind}), meant=named)
    if _HTML.match(data[:1000]):
        raise NotReadError(Remark("intake_html"), meant=named)
    if _brackets(data) > MOST_BRACKETS or data.count(b",") > MOST_COMMAS:
        raise NotReadError(Remark("intake_too_deep"), meant=named)
    content, mended = _json(data, found.name, named=named)
    return _notebook(content, named=named, mended=mended)


def _brackets(data: bytes) -> int:
    return data.count(b"[") + data.count(b"{")


def _json(data: bytes, name: str, *, named: bool) -> tuple[Any, list[Remark]]:
    try:
        text, encoding = _text(data)
        content = json.loads(text, parse_int=_integer)
    except RecursionError:
        raise NotReadError(Remark("intake_too_deep"), meant=named) from None
    except ValueError:
        if name.lower().endswith(".py"):
            raise NotReadError(Remark("intake_python"), meant=True) from None
        key = "intake_conflict" if _CONFLICT.search(data) else "intake_not_json" if named else "intake_no_notebook"
        raise NotReadError(Remark(key), meant=named) from None
    return content, [Remark("intake_encoding", {"encoding": encoding})] if encoding else []


def _text(data: bytes) -> tuple[str, str]:
    """Return a file's text, and its encoding where that is not the right one."""
    encoding = json.detect_encoding(data)
    for each, said in ((encoding, "" if encoding == "utf-8" else encoding.upper()), ("cp949", "CP949")):
        try:
            return data.decode(each), "UTF-8 BOM" if each == "utf-8-sig" else said
        except UnicodeDecodeError:
            continue
    return data.decode(encoding, "replace"), "?"


def _integer(digits: str) -> int:
    return int(digits) if len(digits) < 20 else 0


def _notebook(content: Any, *, named: bool, mended: list[Remark]) -> tuple[NotebookNode, tuple[Remark, ...]]:
    if not isinstance(content, dict):
        raise NotReadError(Remark("intake_no_notebook"), meant=named)
    version = content.get("nbformat")
    if isinstance(content.get("worksheets"), list) and not isinstance(content.get("cells"), list):
        return _upgraded(content["worksheets"], mended)
    if not isinstance(content.get("cells"), list):
        meant = named or "nbformat" in content or "cells" in content
        raise NotReadError(Remark("intake_no_cells" if meant else "intake_no_notebook"), meant=meant)
    if version != 4:
        mended.append(Remark("intake_version", {"version": _word(version)}))
    cells, broken = _cells(content["cells"])
    if broken:
        mended.append(Remark("intake_mended_cells", {"count": broken}))
    if len(content["cells"]) > MOST_CELLS:
        mended.append(Remark("intake_many_cells", {"most": MOST_CELLS}))
    return NotebookNode(nbformat=4, nbformat_minor=5, metadata=NotebookNode(), cells=cells), tuple(mended)


def _upgraded(sheets: list[Any], mended: list[Remark]) -> tuple[NotebookNode, tuple[Remark, ...]]:
    """Return a notebook of format 3, upgraded by nbformat; only what is needed of it is handed to nbformat."""
    given = [cell for sheet in sheets if isinstance(sheet, dict) for cell in _list(sheet.get("cells"))]
    old, left = v3.new_worksheet(), LONGEST_IN_ALL
    for cell in given[:MOST_CELLS]:
        if not isinstance(cell, dict):
            continue
        source, _ = _source(cell.get("input" if cell.get("cell_type") == "code" else "source"), left)
        left -= len(source)
        if cell.get("cell_type") == "code":
            new = v3.new_code_cell(input=source, language="python")
        elif cell.get("cell_type") == "heading":
            new = v3.new_heading_cell(source=source, level=1)
        else:
            new = v3.new_text_cell("markdown", source=source)
        new.metadata = _metadata(cell.get("metadata"))
        old.cells.append(new)
    upgraded = v4.upgrade(v3.new_notebook(worksheets=[old]))
    return upgraded, (*mended, Remark("intake_version", {"version": "3"}))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _cells(given: list[Any]) -> tuple[list[NotebookNode], int]:
    """Return the cells in clean form, and how many had to be mended or left out."""
    cells, broken, left = [], 0, LONGEST_IN_ALL
    for cell in given[:MOST_CELLS]:
        if not isinstance(cell, dict):
            broken += 1
            continue
        source, whole = _source(cell.get("source"), left)
        left -= len(source)
        kind = cell.get("cell_type")
        known = kind in ("code", "markdown", "raw")
        broken += not (whole and known)
        clean = NotebookNode(
            cell_type=kind if known else "code" if "outputs" in cell else "raw",
            metadata=_metadata(cell.get("metadata")),
            source=source,
        )
        if name := _name(cell.get("id")):
            clean.id = name
        cells.append(clean)
    return cells, broken


def _source(value: Any, left: int = LONGEST_IN_ALL) -> tuple[str, bool]:
    """Return a cell's source, and whether all of it is there and as the format says."""
    lines = value if isinstance(value, list) else [value]
    text = "".join(line for line in lines if isinstance(line, str))
    # two halves of one character become it, a half alone is none
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > min(LONGEST_SOURCE, left):
        return "", False
    return text, all(isinstance(line, str) for line in lines)


def _metadata(value: Any) -> NotebookNode:
    """Return what tells which cell it was: nbgrader's name, and the id that Colab keeps here."""
    given: Mapping[str, Any] = value if isinstance(value, dict) else {}
    nbgrader = given.get("nbgrader")
    clean = NotebookNode()
    if isinstance(nbgrader, dict) and (name := _name(nbgrader.get("grade_id"))):
        clean.nbgrader = NotebookNode(grade_id=name)
    if name := _name(given.get("id")):
        clean.id = name
    return clean


def _name(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= LONGEST_NAME else ""


def _word(value: Any) -> str:
    return str(value)[:20] if isinstance(value, int | float | str) else "?"
