"""Every file that lies in what a teacher names, zips in zips included: read in memory, bounded, never unpacked to disk.

No name in an archive ever becomes a path on this machine. What cannot or must not be read is found all the same, with
a remark on why it was not.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO

from course import errors
from course.grade.remarks import Remark

LARGEST = 50 << 20  # bytes of one file
LARGEST_HAND_IN = 1 << 30  # bytes that all archives within one file may hold, unpacked
MOST_FILES = 10_000  # in the archives within one file
MOST_IN_ALL = 200_000  # in one that the teacher names
LONGEST_NAME = 400  # characters of a place that is shown
DEEPEST = 2  # archives within an archive
RATIO, RATIO_FROM = 100, 16 << 20  # unpacked to packed, from so many bytes on
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # the others can take gigabytes to unpack a few bytes
_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_DOCUMENTS = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".hwpx", ".jar", ".epub", ".pages", ".numbers")
_JUNK_FOLDERS = {"__MACOSX", ".ipynb_checkpoints", "__pycache__"}
_JUNK_FILES = {".DS_Store", "Thumbs.db", "desktop.ini"}
_WHOLE = ".git"  # thousands of files that nobody handed in: one
_END, _ENTRY = struct.Struct("<4s4H2LH"), 200  # of a central directory, and the bytes that a file takes in it
_FAULTS = (
    zipfile.BadZipFile,
    EOFError,
    zlib.error,
    OSError,
    ValueError,
    struct.error,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True)
class Found:
    """A file.

    Attributes:
        place: Where it is, fit to be shown; no two are the same.
        parts: The names on the way to it, exactly as they were read: from three folders above what the teacher
            named. Archives count as folders.
        top: Which of ``parts`` is what the teacher named.
        data: What is in it; nothing where there is a fault.
        fault: Why it was not read.
        junk: Whether it is only what an operating system or a tool leaves behind.
        modified: When it was changed last, as a clock on the wall there showed.
        archived: When the outermost archive says that its member was changed last.
    """

    place: str
    parts: tuple[str, ...]
    top: int
    data: bytes = b""
    fault: Remark | None = None
    junk: bool = False
    modified: datetime | None = None
    archived: datetime | None = None

    @property
    def name(self) -> str:
        """The last of its names, with Hangul composed."""
        return unicodedata.normalize("NFC", self.parts[-1])


@dataclass
class _Budget:
    """What the archives within one file may still hold."""

    bytes: int = LARGEST_HAND_IN
    files: int = MOST_FILES


@dataclass
class _Where:
    """The way to a file."""

    parts: tuple[str, ...]
    top: int
    depth: int = 0
    archived: datetime | None = None
    budget: _Budget | None = None

    def __truediv__(self, names: str | Sequence[str]) -> _Where:
        more = (names,) if isinstance(names, str) else tuple(names)
        return _Where((*self.parts, *more), self.top, self.depth, self.archived, self.budget)


@dataclass
class Walk:
    """The files below what a teacher names.

    Attributes:
        taken: How often each place was given out.
        seen: The files on disk that were found.
    """

    taken: dict[str, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def files(self, paths: Sequence[Path]) -> Iterator[Found]:
        """Yield every file once, in the order of the paths and of the names in them.

        Raises:
            CourseError: There is nothing at one of the paths.
        """
        for path in paths:
            if not path.exists():
                raise errors.no_hand_ins(path)
        for path in paths:
            real = path.resolve()
            above = path.absolute().parts[:-1][-3:] if path.name else real.parts[:-1][-3:]
            where = _Where((*above, path.name or real.name or "."), len(above))
            yield from self._folder(real, where) if real.is_dir() else self._file(real, where, named=True)

    def _folder(self, path: Path, where: _Where) -> Iterator[Found]:
        waiting = [(path, where)]
        while waiting:
            folder, where = waiting.pop()
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError as e:
                yield self._fault(where, Remark("intake_unopenable", {"why": e.strerror or ""}))
                continue
            below = []
            for entry in entries:
                there = where / _decoded(os.fsencode(entry.name))
                if entry.is_symlink():
                    yield self._fault(there, Remark("intake_link"))
                elif entry.name == _WHOLE:
                    yield self._fault(there, Remark("intake_junk"), junk=True)
                elif entry.is_dir(follow_symlinks=False):
                    below.append((Path(entry.path), there))
                else:
                    yield from self._file(Path(entry.path), there)
            waiting += reversed(below)

    def _file(self, path: Path, where: _Where, *, named: bool = False) -> Iterator[Found]:
        if str(path) in self.seen:
            return
        self.seen.add(str(path))
        try:
            # neither a link nor a pipe that somebody put there in the meantime
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 - a descriptor
                about = os.fstat(file.fileno())
                if not stat.S_ISREG(about.st_mode):
                    yield self._fault(where, Remark("intake_no_file"))
                    return
                modified = datetime.fromtimestamp(int(about.st_mtime))
                yield from self._content(file, about.st_size, where, modified, named=named)
        except OSError as e:
            yield self._fault(where, Remark("intake_unopenable", {"why": e.strerror or ""}))

    def _content(
        self, file: IO[bytes], size: int, where: _Where, modified: datetime | None, *, named: bool = False
    ) -> Iterator[Found]:
        """Yield the file itself, or what is in it where it is an archive; only the teacher's own may be of any size."""
        if _is_junk(where):
            yield self._fault(where, Remark("intake_junk"), junk=True, modified=modified)
            return
        start = file.read(4)
        file.seek(0)
        if start in _MAGIC and not where.parts[-1].lower().endswith(_DOCUMENTS):
            if not where.depth and not named:
                where.budget = _Budget()
            yield from self._archive(file, size, where, modified)
            return
        data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            yield self._fault(where, _too_large(size), modified=modified)
            return
        yield self._found(where, data=data, modified=modified)

    def _archive(self, file: IO[bytes], size: int, where: _Where, modified: datetime | None) -> Iterator[Found]:
        if where.depth > DEEPEST:
            yield self._fault(where, Remark("intake_nested", {"most": DEEPEST}), modified=modified)
            return
        fault, archive = self._opened(file, size, where)
        if archive is None:
            yield self._fault(where, fault, modified=modified)
            return
        whole = set()
        with archive:
            for info in archive.infolist():
                if info.is_dir() and not info.file_size:
                    continue
                names = _names(info)
                there = where / names
                if _WHOLE in names[:-1]:
                    there = where / names[: names.index(_WHOLE) + 1]
                    if there.parts not in whole:
                        whole.add(there.parts)
                        yield self._fault(there, Remark("intake_junk"), junk=True)
                else:
                    yield from self._member(archive, info, there)

    def _opened(self, file: IO[bytes], size: int, where: _Where) -> tuple[Remark | None, zipfile.ZipFile | None]:
        """Return the archive, or why it is not opened: all bounds are checked before anything in it is unpacked."""
        most = min(MOST_IN_ALL, where.budget.files) if where.budget else MOST_IN_ALL
        try:
            if _directory_size(file, size) > most * _ENTRY:
                return Remark("intake_many_files", {"most": most}), None
            archive = zipfile.ZipFile(file)
        except _FAULTS:
            return Remark("intake_broken_archive"), None
        infos = archive.infolist()
        total = sum(info.file_size for info in infos)
        if len(infos) > most:
            return Remark("intake_many_files", {"most": most}), None
        if not infos:
            return Remark("intake_empty_archive"), None
        if where.budget:
            if total > where.budget.bytes or (total > RATIO_FROM and total > RATIO * size):
                return Remark("intake_bomb"), None
            where.budget.bytes -= total
            where.budget.files -= len(infos)
        return None, archive

    def _member(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: _Where) -> Iterator[Found]:
        modified = None
        with suppress(ValueError):
            modified = datetime(*info.date_time) if info.date_time > (1980, 1, 1, 0, 0, 0) else None
        if not where.depth:
            where.archived = modified
        fault = None
        if stat.S_ISLNK(info.external_attr >> 16):
            fault = Remark("intake_link")
        elif info.flag_bits & 1:
            fault = Remark("intake_encrypted")
        elif info.compress_type not in _METHODS:
            fault = Remark("intake_broken_archive")
        elif info.file_size > LARGEST:
            fault = _too_large(info.file_size)
        if fault:
            yield self._fault(where, fault, modified=modified, junk=_is_junk(where))
            return
        try:
            data = archive.read(info)
        except _FAULTS:
            yield self._fault(where, Remark("intake_broken_archive"), modified=modified)
            return
        inner = _Where(where.parts, where.top, where.depth + 1, where.archived, where.budget or _Budget())
        yield from self._content(BytesIO(data), len(data), inner, modified)

    def _fault(
        self, where: _Where, fault: Remark | None, *, junk: bool = False, modified: datetime | None = None
    ) -> Found:
        return self._found(where, fault=fault, junk=junk, modified=modified)

    def _found(
        self,
        where: _Where,
        *,
        data: bytes = b"",
        fault: Remark | None = None,
        junk: bool = False,
        modified: datetime | None = None,
    ) -> Found:
        place = shown("/".join(where.parts[where.top :]))
        count = self.taken[place] = self.taken.get(place, 0) + 1
        while count > 1 and (other := f"{place} ({count})") in self.taken:
            count += 1
        if count > 1:
            place = other
            self.taken[place] = 1
        return Found(place, where.parts, where.top, data, fault, junk, modified, where.archived)


def shown(text: str) -> str:
    """Return a name as one line, with Hangul composed and what is not seen written out; cut where it is very long."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)
    half = LONGEST_NAME // 2
    return text if len(text) <= LONGEST_NAME else f"{text[:half]}…{text[-half:]}"


def _too_large(size: int) -> Remark:
    return Remark("intake_too_large", {"size": round(size / (1 << 20)), "most": LARGEST >> 20})


def _is_junk(where: _Where) -> bool:
    names = where.parts[where.top :]
    return names[-1].startswith("._") or names[-1] in _JUNK_FILES or not _JUNK_FOLDERS.isdisjoint(names[:-1])


def _names(info: zipfile.ZipInfo) -> tuple[str, ...]:
    """Return the names on the way to a member; neither what leads out of the archive nor a drive is one."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:  # no word on its encoding: zipfile read it as cp437
        with suppress(UnicodeEncodeError):
            name = _decoded(name.encode("cp437"))
    name = re.sub(r"^[A-Za-z]:(?=[/\\])", "", name)
    names = [part for part in re.split(r"[/\\]", name.replace("\0", "")) if part not in {"", ".", ".."}]
    return tuple(names) or ("?",)


def _decoded(name: bytes) -> str:
    for encoding in ("utf-8", "cp949"):
        with suppress(UnicodeDecodeError):
            return name.decode(encoding)
    return name.decode("cp437")


def _directory_size(file: IO[bytes], size: int) -> int:
    """Return how many bytes the central directory claims, before anything in it is believed."""
    file.seek(max(0, size - (1 << 16) - _END.size))
    tail = file.read()
    file.seek(0)
    at = len(tail) - _END.size
    if not (tail[at : at + 4] == b"PK\x05\x06" and tail[-2:] == b"\0\0"):  # as zipfile looks for it
        at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + _END.size:
        raise zipfile.BadZipFile
    claimed: int = _END.unpack_from(tail, at)[5]
    if claimed == 0xFFFFFFFF or b"PK\x06\x07" in tail[max(0, at - 20) : at]:  # its 64-bit form, which says it elsewhere
        record = tail.rfind(b"PK\x06\x06", 0, at)
        claimed = struct.unpack_from("<Q", tail, record + 40)[0] if record >= 0 else 1 << 64
    return claimed
