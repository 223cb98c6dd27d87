"""All that was handed in: one hand-in per student, and every other file with the reason why it is none."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from pathlib import Path

from nbformat import NotebookNode

from course import errors
from course.grade.handins import Aside, Batch, Cell, HandIn, Student
from course.grade.intake import notebook, platforms
from course.grade.intake.archives import Found, Walk
from course.grade.intake.platforms import Knowledge, Owner
from course.grade.intake.rebuild import answered, rebuild, recognized
from course.grade.remarks import Remark

LARGEST_NOTE = 1 << 20  # bytes of a text that a platform puts beside hand-ins
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}")
_LATE = timedelta(seconds=1)  # the least, where a platform does not say by how much


class Worth(IntEnum):
    """What a file is good for: of a student's files the worthiest counts, and of these the latest."""

    NOTHING = 0
    FOREIGN = 1
    BROKEN = 2
    OTHER = 3
    UNANSWERED = 4
    ANSWERED = 5


@dataclass(frozen=True)
class _Reading:
    """A file, read.

    Attributes:
        found: The file, without what is in it.
        worth: What it is good for.
        cells: The rebuilt notebook.
        remarks: What is to be said of it.
        text: What is in it, where it may be a platform's note.
    """

    found: Found
    worth: Worth
    cells: tuple[Cell, ...] = ()
    remarks: tuple[Remark, ...] = ()
    text: str | None = None


@dataclass(frozen=True)
class _Candidate:
    """A file of a student."""

    reading: _Reading
    owner: Owner

    @property
    def later(self) -> tuple[datetime, float, datetime, int, str]:
        """What grows with time: the platform's word, else the archive's or the disk's, else the number in the name."""
        found = self.reading.found
        first, never = self.owner.submitted, datetime.min
        return (
            _wall(first) if first else never,
            self.owner.order,
            found.archived or found.modified or never,
            platforms.number(found.name),
            found.place,
        )


def collect(  # noqa: PLR0913 - what a teacher may say of a class
    paths: Sequence[Path],
    released: NotebookNode,
    *,
    platform: str | None = None,
    roster: Path | None = None,
    tables: Sequence[Path] = (),
    due: datetime | None = None,
    others: Mapping[str, NotebookNode] | None = None,
    other_values: bool = False,
) -> Batch:
    """Return what was handed in.

    Args:
        paths: Archives, folders and files, as a platform hands them out or a teacher has them.
        released: What students got of the homework.
        platform: The platform's name; by the files' names if it is left out.
        roster: The students of plain files, see ``platforms.read_roster``.
        tables: Those of the paths that are the platform's own tables, and nobody's hand-in.
        due: When it had to be handed in. Times that platforms write without a zone are in its zone, else in this
            machine's.
        others: What students got of other homework, by its name.
        other_values: Whether the parameters are others than students got.

    Raises:
        CourseError: There is nothing at a path, the platform is not known or cannot be told, or the roster is none.
    """
    if platform is not None and platform not in platforms.PLATFORMS:
        raise errors.no_platform(platform, platforms.PLATFORMS)
    students = platforms.read_roster(roster) if roster else []
    readings = [_read(found, released, others or {}, other_values) for found in Walk().files(paths)]
    readings = _without_tables(readings, [*([roster] if roster else []), *tables])
    known = Knowledge(
        {each.found.parts: each.text for each in readings if each.text is not None},
        [each.found.parts[each.found.top :] for each in readings],
        students,
    )
    files = [each.found for each in readings if not each.found.junk]
    platform = platform or platforms.recognize(files, known, paths)
    owned: dict[str, list[_Candidate]] = {}
    asides = []
    for reading in readings:
        owner = platforms.PLATFORMS[platform](reading.found, known)
        if owner is None or reading.found.junk or (reading.found.fault is None and owner.note):
            asides.append((reading, owner))
        else:
            owned.setdefault(_identity(owner), []).append(_Candidate(reading, owner))
    return _batch(platform, owned, asides, due)


def _read(found: Found, released: NotebookNode, others: Mapping[str, NotebookNode], other_values: bool) -> _Reading:
    bare = replace(found, data=b"")
    text = None
    if found.name.lower().endswith((".txt", ".csv")) and len(found.data) <= LARGEST_NOTE and not found.fault:
        text = platforms.table_text(found.data)
    try:
        handed_in, mended = notebook.read(found)
    except notebook.NotReadError as e:
        worth = Worth.NOTHING if found.junk else Worth.BROKEN if e.meant else Worth.FOREIGN
        return _Reading(bare, worth, (), (e.remark,), text)
    ours = recognized(handed_in, released)
    theirs = {name: recognized(handed_in, other) for name, other in sorted(others.items())}
    other = max(theirs, key=lambda name: theirs[name], default="")
    if other and theirs[other] > ours:
        return _Reading(bare, Worth.OTHER, (), (Remark("intake_other_homework", {"homework": other}),), text)
    if not ours:
        return _Reading(bare, Worth.OTHER, (), (Remark("intake_stranger"),), text)
    cells, remarks = rebuild(handed_in, released, other_values=other_values)
    worth = Worth.ANSWERED if answered(cells, released) else Worth.UNANSWERED
    untouched = () if worth == Worth.ANSWERED else (Remark("intake_unanswered"),)
    named = () if found.name.lower().endswith(".ipynb") else (Remark("intake_name"),)
    return _Reading(bare, worth, cells, (*mended, *untouched, *remarks, *named), text)


def _without_tables(readings: list[_Reading], tables: Iterable[Path]) -> list[_Reading]:
    """Return the readings, the teacher's own tables aside where they lie among the hand-ins."""
    note = (Remark("intake_note"),)
    names = {path.parts[-2:] for table in tables for path in (table.absolute(), table.resolve())}
    return [
        replace(each, found=replace(each.found, junk=True), worth=Worth.NOTHING, remarks=note)
        if each.found.parts[-2:] in names
        else each
        for each in readings
    ]


def _batch(
    platform: str,
    owned: Mapping[str, list[_Candidate]],
    asides: Iterable[tuple[_Reading, Owner | None]],
    due: datetime | None,
) -> Batch:
    keys = _keys([*owned, *(_identity(owner) for _, owner in asides if owner)])
    hand_ins, left = [], []
    for identity, candidates in owned.items():
        hand_in, rest = _latest(candidates, keys[identity], due)
        left += rest
        if platform == "nbgrader" and not hand_in.cells and hand_in.remarks[0].key == "intake_other_homework":
            # its directory holds all homework of all students
            left.append(Aside(hand_in.file, hand_in.remarks[0], hand_in.student))
        else:
            hand_ins.append(hand_in)
    for reading, owner in asides:
        student = _student(owner, keys[_identity(owner)]) if owner else None
        said = reading.found.junk or reading.found.fault
        remark = reading.remarks[0] if said else Remark("intake_note" if owner else "intake_nobody")
        left.append(Aside(reading.found.place, remark, student))
    return Batch(
        platform,
        tuple(sorted(hand_ins, key=lambda hand_in: hand_in.student.key)),
        tuple(sorted(left, key=lambda aside: aside.file)),
    )


def _latest(candidates: Sequence[_Candidate], key: str, due: datetime | None) -> tuple[HandIn, list[Aside]]:
    """Return the hand-in that counts, and the student's other files."""
    in_order = sorted(candidates, key=lambda each: each.later)
    best = max(in_order, key=lambda each: (each.reading.worth, each.later))
    reading, owner = best.reading, best.owner
    student = _student(owner, key)
    remarks = list(reading.remarks)
    tries = [each for each in candidates if each.reading.worth >= Worth.BROKEN and each is not best]
    later = [each for each in tries if each.later > best.later]
    if later:
        remarks.insert(0, Remark("intake_later", {"file": _file_name(later[-1]), "counts": _file_name(best)}))
    elif tries:
        remarks.append(Remark("intake_latest", {"count": len(tries) + 1, "file": _file_name(best)}))
    submitted = _aware(owner.submitted, due)
    late = submitted - due if submitted and due and submitted > due else None
    if owner.late and late is None:
        late = _LATE
        remarks.append(Remark("intake_late"))
    elif due and submitted is None:
        remarks.append(Remark("intake_when"))
    rest = [Aside(each.reading.found.place, _why_not(each, best), student) for each in candidates if each is not best]
    return HandIn(student, reading.found.place, reading.cells, tuple(remarks), submitted, late), rest


def _why_not(candidate: _Candidate, best: _Candidate) -> Remark:
    """Return why a student's file does not count: what is wrong with it, else that another is later."""
    if candidate.reading.worth < Worth.UNANSWERED:
        return candidate.reading.remarks[0]
    return Remark("intake_earlier", {"file": _file_name(best)})


def _file_name(candidate: _Candidate) -> str:
    return candidate.reading.found.place.rpartition("/")[2]


def _aware(moment: datetime | None, due: datetime | None) -> datetime | None:
    """Return a time with a zone if the deadline has one, else without one."""
    if moment is None:
        return None
    if due is None or due.tzinfo is None:
        return moment if moment.tzinfo is None else moment.astimezone().replace(tzinfo=None)
    return moment.replace(tzinfo=due.tzinfo) if moment.tzinfo is None else moment


def _wall(moment: datetime) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone().replace(tzinfo=None)


# Students


def _student(owner: Owner, key: str) -> Student:
    name = unicodedata.normalize("NFC", owner.name)
    name = "".join(each for each in name if unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    return Student(key, " ".join(name.split())[:300] or key, dict(owner.origin))


def _identity(owner: Owner) -> str:
    return unicodedata.normalize("NFC", owner.identity)


def _keys(identities: Iterable[str]) -> dict[str, str]:
    """Return a key for each student: the identity itself where it is fit for one, else with a digest of it.

    Keys differ even where a disk does not tell capital from small letters.
    """
    every = sorted(set(identities))
    count = Counter(identity.casefold() for identity in every)
    fit = {each for each in every if _KEY.fullmatch(each) and count[each.casefold()] == 1}
    keys = {identity: identity for identity in fit}
    taken = {identity.casefold() for identity in fit}
    for identity in every:
        salt = 0
        while identity not in keys:
            key = _with_digest(identity, salt)
            if key.casefold() not in taken:
                keys[identity] = key
                taken.add(key.casefold())
            salt += 1
    return keys


def _with_digest(identity: str, salt: int) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", "-", unicodedata.normalize("NFKD", identity)).strip("-")[:40]
    digest = hashlib.sha256(f"{identity}\0{salt}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{words}-{digest}" if words else digest
