"""Whose a file is: the names that learning platforms give to what they hand out, and a roster for plain files.

Moodle: ``mod/assign/classes/downloader.php``. Canvas: ``lib/content_zipper.rb``. Blackboard: *Assignment File
Download*. GitHub Classroom: ``gh classroom clone student-repos``, *Download grades*. nbgrader: its directories.
Of all names on the way to a file, the outermost that fits counts: what a student puts into a zip names nobody else.
"""

from __future__ import annotations

import csv
import os.path
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

from course import errors
from course.grade.intake.archives import Found, shown

LONGEST_NAME = 1000  # characters of a name that is looked at
LARGEST_ROSTER = 5 << 20
_BLIND = ("Participant", "참가자")
_MOODLE = re.compile(r"(.*?)(?:(?:[_ ]|(?<=참가자))(\d+))?_assignsubmission_[a-z]+(?=_|$)", re.DOTALL)
_CANVAS = re.compile(
    r"(?:(?!anon_|LATE_anon_)(?P<name>.*?)_(?P<late>LATE_)?(?P<user>\d+)"
    r"|(?P<anonymous_late>LATE_)?anon_(?P<anonymous>[0-9A-Za-z]+))"
    r"_(?:(?P<attachment>\d+)_(?P<display>.+)|(?:text|link)\.html)",
    re.DOTALL,
)
_BLACKBOARD = re.compile(r"(.+?)_attempt_(\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(_.*|\.txt)?", re.DOTALL)
_NUMBERED = re.compile(r"[ _]?[(\-](\d{1,4})\)?(?=\.[^.]*$|$)")
_SUBMITTED = re.compile(r"Last modified \(submission\)|마지막 수정됨 ?\(제출")  # a column's header
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_COLUMNS = {
    "id": ("id", "student id", "student_id", "student number", "number", "login", "학번", "아이디"),
    "name": ("name", "full name", "student", "student name", "이름", "성명", "학생"),
    "file": ("file", "file name", "filename", "파일", "파일명", "파일 이름"),
}


@dataclass(frozen=True)
class Owner:
    """Whose a file is, as the platform says it.

    Attributes:
        identity: What tells this student from all others of the class.
        name: The student's name, as it was read.
        origin: What the platform needs to take marks back.
        submitted: When it was handed in, where the platform says so.
        order: Which of the student's files is the later one, where the platform says so.
        late: Whether the platform says that it is late.
        note: Whether the file is the platform's own, and no hand-in.
    """

    identity: str
    name: str
    origin: Mapping[str, str]
    submitted: datetime | None = None
    order: float = 0.0
    late: bool = False
    note: bool = False


@dataclass(frozen=True)
class Knowledge:
    """What files beside the hand-ins say: Blackboard's notes, Moodle's and GitHub's tables, nbgrader's times, a roster.

    Attributes:
        texts: The small text files, by the names on the way to them.
        names: The names on the way to every file, from what the teacher named.
        roster: The students of a roster.
    """

    texts: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    names: Sequence[tuple[str, ...]] = ()
    roster: Sequence[Mapping[str, str]] = ()

    @cached_property
    def by_name(self) -> dict[str, str]:
        """The texts, by the last of their names."""
        return {parts[-1]: text for parts, text in sorted(self.texts.items(), reverse=True)}

    @cached_property
    def assignment(self) -> str:
        """What the names of several of Blackboard's students have in common, up to a line."""
        heads = {m[1] for parts in self.names for name in _short(parts) if (m := _BLACKBOARD.fullmatch(name))}
        common = os.path.commonprefix(sorted(heads)).rpartition("_")[0]  # noqa: RUF071 - characters are meant
        return common if len(heads) > 1 else next(iter(heads), "").partition("_")[0]

    @cached_property
    def repositories(self) -> dict[str, dict[str, str]]:
        """The rows of GitHub Classroom's table, by repository: not of a student's, which lies in a repository."""
        return {
            row["student_repository_name"]: row
            for parts, text in sorted(self.texts.items())
            if not any(each.endswith("-submissions") for each in parts[:-2])
            for row in _rows(parts, text, "student_repository_name")
        }

    @cached_property
    def worksheet(self) -> dict[str, datetime]:
        """When Moodle's grading worksheet says that each number's student handed in: not one of a student's."""
        times = {}
        for parts, text in sorted(self.texts.items()):
            if any(_MOODLE.match(name) for name in _short(parts)):
                continue
            for row in _rows(parts, text, "Identifier", "식별자"):
                number = re.search(r"\d+$", (row.get("Identifier") or row.get("식별자") or "").strip()[-20:])
                said = next((value for key, value in row.items() if _SUBMITTED.match(key)), "")
                if number and (moment := _worded(said)):
                    times[number[0]] = moment
        return times


def moodle(found: Found, known: Knowledge) -> Owner | None:
    """Return whose a file from Moodle is."""
    for name in _short(found.parts):
        if match := _MOODLE.match(name):
            head, number = match[1], match[2] or ""
            folder = name if _is_folder(found, name) else match[0]
            origin = {"folder": folder} | ({"identifier": number} if number else {})
            shown_name = f"{head} {number}" if head in _BLIND else head
            note = match[0].endswith("_onlinetext")
            return Owner(number or f"group {head}", shown_name, origin, known.worksheet.get(number), note=note)
    return None


def _is_folder(found: Found, name: str) -> bool:
    return name in found.parts[:-1] and not name.lower().endswith(".zip")


def canvas(found: Found, _: Knowledge) -> Owner | None:
    """Return whose a file from Canvas is."""
    for name in _short(found.parts[found.top :]):
        if (match := _CANVAS.fullmatch(name)) and not _dated(match):
            said = {key: value for key, value in match.groupdict().items() if value}
            who = said["user"] if "user" in said else f"anon_{said['anonymous']}"
            origin = {"user_id": said.get("user"), "anonymous_id": said.get("anonymous")}
            origin |= {"attachment_id": said.get("attachment"), "display_name": said.get("display")}
            return Owner(
                who,
                said.get("name", who),
                {key: value for key, value in origin.items() if value},
                order=float(said.get("attachment", "0")[:15]),
                late="late" in said or "anonymous_late" in said,
            )
    return None


def _dated(match: re.Match[str]) -> bool:
    """Return whether the two numbers are a part of a day, as in ``kim_2026_11_26.ipynb``."""
    year = re.search(r"(?:^|_)(?:19|20)\d\d(?:_\d\d?)?$", f"{match['name']}_{match['user']}")
    return bool(year) and len(match["attachment"] or "") in (1, 2)


def blackboard(found: Found, known: Knowledge) -> Owner | None:
    """Return whose a file from Blackboard is."""
    for name in _short(found.parts):
        if match := _BLACKBOARD.fullmatch(name):
            head, attempt, rest = match.groups()
            note = known.by_name.get(f"{head}_attempt_{attempt}.txt", "")
            login = _blackboard_login(known, head, note)
            named = re.match(r"Name:[ \t]*(.*?)[ \t]*(?:\([^()\n]*\))?[ \t]*$", note, re.MULTILINE)
            moment = datetime.strptime(attempt, "%Y-%m-%d-%H-%M-%S") if _is_moment(attempt) else None
            origin = {"login": login, "attempt": attempt}
            order = moment.replace(tzinfo=UTC).timestamp() if moment else 0.0
            return Owner(login, named[1] if named else login, origin, moment, order, note=rest == ".txt")
    return None


def _is_moment(attempt: str) -> bool:
    try:
        datetime.strptime(attempt, "%Y-%m-%d-%H-%M-%S")
    except ValueError:
        return False
    return True


def _blackboard_login(known: Knowledge, head: str, note: str) -> str:
    """Return the login behind the assignment's name; each may hold lines, so the note or all names tell it."""
    said = re.search(r"^Name:.*\(([^()\n]+)\)[ \t]*$", note, re.MULTILINE)
    if said and head.endswith(f"_{said[1]}"):
        return said[1]
    return head.removeprefix(f"{known.assignment}_")


def github(found: Found, known: Knowledge) -> Owner | None:
    """Return whose a file from GitHub Classroom is."""
    for slug, repository in zip(found.parts, found.parts[1:-1], strict=False):
        if slug.endswith("-submissions") and len(slug) > len("-submissions"):
            row = known.repositories.get(repository, {})
            prefix = f"{slug.removesuffix('-submissions')}-"
            login = row.get("github_username") or repository.removeprefix(prefix)
            moment = _moment(row.get("submission_timestamp", ""))
            origin = {"login": login, "repository": repository}
            return Owner(login.casefold(), row.get("roster_identifier") or login, origin, moment)
    return None


def _rows(parts: Sequence[str], text: str, *columns: str) -> list[dict[str, str]]:
    """Return the rows of a table that has one of these columns."""
    header = text.partition("\n")[0]
    if not parts[-1].lower().endswith(".csv") or not any(column in header for column in columns):
        return []
    try:
        header_row, *table = csv.reader(StringIO(text))
    except (csv.Error, ValueError):  # no table, or no row
        return []
    names = [name.strip() for name in header_row]
    rows = [dict(zip(names, row, strict=False)) for row in table]
    return [row for row in rows if any(column in row for column in columns)]


def _worded(text: str) -> datetime | None:
    """Return a time as Moodle writes it, in English or Korean: ``Thursday, 26 November 2026, 11:07 PM``."""
    year, clock = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", text), re.search(r"(?<!\d)(\d\d?):(\d\d)", text)
    if not year or not clock:
        return None
    rest = text.replace(year[0], " ", 1).replace(clock[0], " ", 1)
    korean = re.search(r"(\d\d?)월\s*(\d\d?)일", rest)
    word = next((number for number, name in enumerate(_MONTHS, 1) if name in rest.lower()), 0)
    day = korean[2] if korean else (re.search(r"\d\d?", rest) or ["0"])[0]
    hour = int(clock[1]) % 12 + 12 * bool(re.search("pm|오후", rest.lower()))
    hour = hour if re.search("am|pm|오전|오후", rest.lower()) else int(clock[1])
    try:
        return datetime(int(year[0]), int(korean[1]) if korean else word, int(day), hour, int(clock[2]))
    except ValueError:
        return None


def nbgrader(found: Found, known: Knowledge) -> Owner | None:
    """Return whose a file in nbgrader's directory ``submitted`` is."""
    names = found.parts[:-1]
    for at, name in enumerate(names[:-2]):
        if name == "submitted":
            student, assignment = names[at + 1], names[at + 2]
            stamp = known.texts.get((*found.parts[: at + 3], "timestamp.txt"), "")
            origin = {"student": student, "assignment": assignment}
            own = found.parts[at + 3 :] == ("timestamp.txt",)
            return Owner(student, student, origin, _moment(stamp), note=own)
    return None


def _moment(text: str) -> datetime | None:
    """Return a time such as ``2026-11-26 23:59:59 UTC``."""
    day, _, rest = text.strip().partition(" ")
    clock, _, zone = rest.partition(" ")
    try:
        moment = datetime.fromisoformat(f"{day} {clock}")
        if moment.tzinfo is None and zone:
            moment = moment.replace(tzinfo=UTC if zone in ("UTC", "GMT") else ZoneInfo(zone))
    except (ValueError, OSError, KeyError):  # a zone that is none is a KeyError, or no file that can be opened
        return None
    return moment


def plain(found: Found, known: Knowledge) -> Owner | None:
    """Return whose a file is by a roster, else by its folder's or its own name.

    A row of the roster fits a file that has the row's ``file`` as its name, else whose name, or else one of whose
    folders, from the outermost, holds the row's ``id`` standing alone, else the row's ``name``. Where two students
    fit, nobody does.
    """
    names = found.parts[found.top :]
    if not known.roster:
        stem = names[1] if len(names) > 2 else names[-1]
        stem = re.sub(r"(\.ipynb|\.txt|\.zip|\.py|\.pdf)+$", "", stem, flags=re.IGNORECASE)
        return Owner(_plain(stem), stem, {"name": stem})
    for fits in (_by_file, _by_number, _by_name):
        for name in names:
            rows = [row for row in known.roster if fits(row, name)]
            if len({row["key"] for row in rows}) == 1:
                row = rows[0]
                origin = {column: row[column] for column in ("id", "name") if row.get(column)}
                return Owner(row["key"], row.get("name") or row["id"], origin)
            if rows:
                return None
    return None


def _by_file(row: Mapping[str, str], name: str) -> bool:
    return bool(row.get("file")) and _plain(row["file"]) == _plain(name)


def _by_number(row: Mapping[str, str], name: str) -> bool:
    number = re.escape(_plain(row.get("id", "")))
    return bool(number) and bool(re.search(rf"(?<![^\W_]){number}(?![^\W_])", _plain(name)))


def _by_name(row: Mapping[str, str], name: str) -> bool:
    bare, there = (re.sub(r"[\W_]+", " ", _plain(each)).strip() for each in (row.get("name", ""), name))
    joined = bare.replace(" ", "")
    return bool(bare) and (f" {bare} " in f" {there} " or f" {joined} " in f" {there} ")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().strip()


def _short(names: Iterable[str]) -> list[str]:
    return [name for name in names if len(name) <= LONGEST_NAME]


PLATFORMS: dict[str, Callable[[Found, Knowledge], Owner | None]] = {
    "moodle": moodle,
    "blackboard": blackboard,
    "github": github,
    "nbgrader": nbgrader,
    "canvas": canvas,
    "plain": plain,
}


def recognize(files: Sequence[Found], known: Knowledge, paths: Sequence[Path]) -> str:
    """Return the platform whose names most of the files have; plain where there is a roster and no platform fits.

    Raises:
        CourseError: It cannot be told.
    """
    counts = {
        name: sum(owner(found, known) is not None for found in files)
        for name, owner in PLATFORMS.items()
        if name != "plain"
    }
    best = max(counts.values(), default=0)
    names = [name for name, count in counts.items() if count == best]
    # Canvas's names are the least peculiar ones
    if best * 2 >= len(files) > 0 and (len(names) == 1 or names[1:] == ["canvas"]):
        return names[0]
    if known.roster:
        return "plain"
    raise errors.platform_unknown([shown(path.name) for path in paths], list(PLATFORMS))


def number(name: str) -> int:
    """Return which copy a file is by its name: ``hw (2).ipynb`` is the second after ``hw.ipynb``."""
    match = _NUMBERED.search(name[-100:])
    return int(match[1]) if match else 0


def read_roster(path: Path) -> list[dict[str, str]]:
    """Return the students of a CSV: its header names a column ``id`` or ``name``, in English or Korean, or both.

    A column ``file`` may name each student's file. Rows without an id are told apart by their names, so two of them
    must not have the same.

    Raises:
        CourseError: It cannot be read as one.
    """
    try:
        data = path.read_bytes()[: LARGEST_ROSTER + 1]
    except OSError as e:
        raise errors.no_roster(path, e.strerror or "") from e
    try:
        rows = list(csv.reader(StringIO(_roster_text(data, path))))
    except csv.Error as e:
        raise errors.no_roster(path, str(e)) from e
    header = [_plain(each) for each in rows[0]] if rows else []
    columns = {
        column: next((at for at, each in enumerate(header) if each in words), None)
        for column, words in _COLUMNS.items()
    }
    if columns["id"] is None and columns["name"] is None:
        raise errors.no_roster(path, "its header names neither a column id (학번) nor a column name (이름)")
    students: dict[str, dict[str, str]] = {}
    for row in rows[1:]:
        student = {c: row[at].strip() for c, at in columns.items() if at is not None and at < len(row)}
        key = student.get("id") or student.get("name", "")
        if key in students:
            raise errors.no_roster(path, f"{shown(key)} is there twice")
        if key:
            students[key] = student | {"key": key}
    return list(students.values())


def _roster_text(data: bytes, path: Path) -> str:
    if len(data) > LARGEST_ROSTER:
        raise errors.no_roster(path, "it is too large")
    text = table_text(data)
    if "\ufffd" in text:
        raise errors.no_roster(path, "it is neither UTF-8 nor CP949")
    return text


def table_text(data: bytes) -> str:
    """Return a text as spreadsheets write it: in UTF-8, CP949, or UTF-16; what cannot be read becomes U+FFFD."""
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp949"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8-sig", "replace")
