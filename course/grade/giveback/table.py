"""A file of a spreadsheet in which single cells are changed and every other byte stays as it was."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from course import errors

MOST_BYTES = 64 * 2**20
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_ENCODINGS = ("utf-8", "cp949")  # as platforms write it, and as a Korean Excel saves it
_SPLITS = (",", "\t", ";")


@dataclass
class Table:
    """A table as it stands in its file.

    Attributes:
        path: The file, for messages.
        mark: The bytes before the text that tell its encoding; may be none.
        encoding: Its encoding.
        split: What stands between two cells.
        raw: The cells, each as it is written, with its quotes; one list per line.
        ends: What stands after each line.
    """

    path: Path
    mark: bytes
    encoding: str
    split: str
    raw: list[list[str]] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    @property
    def header(self) -> list[str]:
        """Return what the first line's cells say."""
        return self.row(0)

    def row(self, index: int) -> list[str]:
        """Return what a line's cells say."""
        return [_said(each) for each in self.raw[index]]

    def write(self, row: int, column: int, text: str) -> None:
        """Put a text into a cell; it is quoted if it was, or has to be."""
        quoted = self.raw[row][column].startswith('"') or any(c in text for c in (self.split, '"', "\n", "\r"))
        self.raw[row][column] = '"' + text.replace('"', '""') + '"' if quoted else text

    def data(self) -> bytes:
        """Return the file's bytes.

        Raises:
            CourseError: Its encoding has no letters for what was written.
        """
        lines = (self.split.join(cells) + end for cells, end in zip(self.raw, self.ends, strict=True))
        try:
            return self.mark + "".join(lines).encode(self.encoding)
        except UnicodeEncodeError as e:
            raise errors.not_a_table(self.path, f"{self.encoding} has no {e.object[e.start]!r}") from e


def read(path: Path, fits: Callable[[Sequence[str]], bool]) -> Table:
    """Read a table.

    Args:
        path: The file.
        fits: Whether a line can be the header that is looked for; it tells the character between two cells.

    Raises:
        CourseError: It cannot be read, is too large, or is no table.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise errors.not_a_table(path, f"it is larger than {MOST_BYTES >> 20} MB")
        data = path.read_bytes()
    except OSError as e:
        raise errors.not_a_table(path, e.strerror or str(e)) from e
    mark = next((each for each in _MARKS if data.startswith(each)), b"")
    encoding, text = _decoded(path, data[len(mark) :], [_MARKS[mark]] if mark else _ENCODINGS)
    first = re.match(r"[^\r\n]*", text)
    head = first.group() if first else ""
    split = next((each for each in _SPLITS if fits([_said(cell) for cell in head.split(each)])), None)
    if split is None:
        split = max(_SPLITS, key=head.count)
    table = Table(path, mark, encoding, split)
    _fill(table, text)
    return table


def _decoded(path: Path, data: bytes, encodings: Sequence[str]) -> tuple[str, str]:
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.encode(encoding) == data:
            return encoding, text
    raise errors.not_a_table(path, f"its text is not {' or '.join(encodings)}")


def _fill(table: Table, text: str) -> None:
    """Cut a text into cells.

    Raises:
        CourseError: A quote is not closed, or stands where none may.
    """
    split = re.escape(table.split)
    cell = re.compile(rf'("(?:[^"]|"")*"|[^"{split}\r\n][^{split}\r\n]*|)({split}|\r\n|\r|\n|\Z)')
    place, line = 0, list[str]()
    while True:
        found = cell.match(text, place)
        if found is None:
            raise errors.not_a_table(table.path, f"line {len(table.raw) + 1} has a quote too many or too few")
        line.append(found[1])
        place = found.end()
        if found[2] != table.split:
            table.raw.append(line)
            table.ends.append(found[2])
            line = []
            if place == len(text):
                return


def _said(raw: str) -> str:
    return raw[1:-1].replace('""', '"') if raw[:1] == '"' and raw[-1:] == '"' and len(raw) > 1 else raw
