"""The tables that learning platforms give out and take back: marks are written into the teacher's own copy.

Rules of Moodle: ``mod/assign/feedback/offline/importgradeslib.php`` and ``locallib.php``, its headers
``mod/assign/gradingtable.php`` and the Korean language pack. Of Canvas: ``lib/gradebook_importer.rb``. Of Blackboard:
its help on working offline. Of GitHub Classroom: the table under *Download grades*.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from course import errors
from course.grade.giveback.table import Table, read
from course.grade.handins import Result
from course.grade.plain import line, number
from course.grade.remarks import Remark, words
from course.grade.told import lateness, remarks_of

# Moodle writes the headers in the teacher's language, and reads only those
MOODLE = {
    "identifier": ("Identifier", "식별자"),
    "grade": ("Grade", "성적"),
    "most": ("Maximum grade", "Maximum Grade", "최대 성적"),
    "modified": ("Last modified (grade)", "마지막 수정됨(성적)"),
    "feedback": ("Feedback comments", "피드백 코멘트"),
}
MOODLE_LOCKED = ("Grade can be changed", {"No", "아니오", "아니요"})
CANVAS = {"student": ("Student", "LastName"), "id": ("ID",), "section": ("Section",)}
BLACKBOARD = {"login": ("Username",)}
CLASSROOM = {"login": ("github_username",), "grade": ("points_awarded",), "most": ("points_available",)}
_CANVAS_COLUMN = re.compile(r"(.*) \((\d+)\)", re.DOTALL)
_BLACKBOARD_COLUMN = re.compile(r"(.*?)\s*(?:\[([^\[\]]*)\])?\s*\|(\d+)", re.DOTALL)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class GivenBack:
    """A file for a platform.

    Attributes:
        data: Its bytes.
        students: How many students' marks or pages it holds.
        remarks: What the teacher should know of it.
    """

    data: bytes
    students: int
    remarks: tuple[Remark, ...]


def moodle(path: Path, results: Sequence[Result], language: str) -> GivenBack:
    """Write scores and comments into an offline grading worksheet.

    Args:
        path: The worksheet, as Moodle gave it out.
        results: What became of the hand-ins.
        language: That of the comments.

    Raises:
        CourseError: It is no table, or a column that Moodle needs is missing.
    """
    table, columns = _table(path, MOODLE)
    locked = table.header.index(MOODLE_LOCKED[0]) if MOODLE_LOCKED[0] in table.header else None
    given = {_last_number(r.hand_in.student.origin.get("identifier", "")): r for r in results}
    marks = _Marks(table, {key: result for key, result in given.items() if key}, results)
    for index, cells in marks.rows(1, lambda cells: _last_number(cells[columns["identifier"]])):
        if locked is not None and cells[locked] in MOODLE_LOCKED[1]:
            marks.say("sheet_locked", name=marks.who(index))
            continue
        most = _amount(cells[columns["most"]])
        if most is None:
            marks.say("sheet_no_most", name=marks.who(index))
        elif marks.put(index, columns["grade"], most):
            table.write(index, columns["feedback"], comment(marks.result(index), language))
    return marks.given_back()


def canvas(path: Path, results: Sequence[Result], assignment: str = "") -> GivenBack:
    """Write scores into a gradebook exported from Canvas.

    Args:
        path: The gradebook.
        results: What became of the hand-ins.
        assignment: The assignment's header, its name or its id; not needed where there is only one.

    Raises:
        CourseError: It is no table, a column that Canvas needs is missing, the assignment is not in it or cannot be
            told, or may only be read.
    """
    table, columns = _table(path, CANVAS)
    target = _column(table, _CANVAS_COLUMN, assignment)
    most: float | None = None
    given = {result.hand_in.student.origin.get("user_id", ""): result for result in results}
    marks = _Marks(table, given, results)

    def student(cells: Sequence[str]) -> str:
        return cells[columns["id"]].strip()

    first = 1
    for index in range(1, len(table.raw)):
        cells = table.row(index)
        if "Points Possible" in cells[columns["student"]]:
            if "read only" in cells[target]:
                raise errors.table_read_only(path, table.header[target])
            most, first = _amount(cells[target]), index + 1
            break
    for index, cells in marks.rows(first, student):
        if cells[target].strip().upper() == "EX":
            marks.say("sheet_excused", name=marks.who(index))
        else:
            marks.put(index, target, most)
    return marks.given_back()


def blackboard(path: Path, results: Sequence[Result], column: str = "") -> GivenBack:
    """Write scores into a file that Blackboard's Grade Center gave out under *Work Offline*.

    Args:
        path: The file: separated by commas, or by tabs in UTF-16.
        results: What became of the hand-ins.
        column: The column's header, its title or its id; not needed where there is only one.

    Raises:
        CourseError: It is no table, a column that Blackboard needs is missing, or the column is not in it or cannot be
            told.
    """
    table, columns = _table(path, BLACKBOARD)
    target = _column(table, _BLACKBOARD_COLUMN, column)
    found = _BLACKBOARD_COLUMN.fullmatch(table.header[target])
    amount = _NUMBER.search((found and found[2]) or "")
    given = {result.hand_in.student.origin.get("login", ""): result for result in results}
    marks = _Marks(table, given, results)
    for index, _ in marks.rows(1, lambda cells: cells[columns["login"]]):
        marks.put(index, target, _amount(amount[0]) if amount else None)
    return marks.given_back()


def classroom(path: Path, results: Sequence[Result]) -> GivenBack:
    """Write scores into the table of grades that GitHub Classroom gives out.

    Args:
        path: The table.
        results: What became of the hand-ins.

    Raises:
        CourseError: It is no table, or a column is missing.
    """
    table, columns = _table(path, CLASSROOM)
    given = {result.hand_in.student.origin.get("login", "").casefold(): result for result in results}
    marks = _Marks(table, given, results)
    for index, cells in marks.rows(1, lambda cells: cells[columns["login"]].casefold()):
        marks.put(index, columns["grade"], _amount(cells[columns["most"]]))
    return marks.given_back()


def comment(result: Result, language: str) -> str:
    """Return a result in a few lines of HTML, as Moodle's feedback comments are."""
    lines = [words("comment_score", language, score=number(result.score), most=number(result.most))]
    for mark in result.marks:
        facts = {"points": number(mark.points or 0), "most": number(mark.most)}
        points = words("comment_points", language, **facts)
        lines.append(
            " ".join([f"{line(mark.title)}: {points}", *(line(text) for text in (mark.said, mark.comment) if text)])
        )
    if result.penalty:
        lines.append(words("comment_penalty", language, penalty=number(result.penalty)))
    if result.hand_in.late:
        lines.append(words("feedback_late", language, late=lateness(result.hand_in.late, language)))
    lines += [line(remark.text(language)) for remark in remarks_of(result)]
    return "<br>".join(escape(each) for each in lines)


def _table(path: Path, wanted: Mapping[str, Collection[str]]) -> tuple[Table, dict[str, int]]:
    """Return a table, and where the wanted columns stand in it.

    Raises:
        CourseError: One is missing, or is there twice.
    """

    def fits(header: Sequence[str]) -> bool:
        return all(set(names) & set(header) for names in wanted.values())

    table = read(path, fits)
    columns = {}
    for key, names in wanted.items():
        found = [index for index, head in enumerate(table.header) if head in names]
        if len(found) != 1:
            raise errors.no_column(path, sorted(names), len(found))
        columns[key] = found[0]
    return table, columns


def _column(table: Table, form: re.Pattern[str], name: str) -> int:
    """Return where the column of an assignment stands.

    Raises:
        CourseError: None fits, or several do.
    """
    found = {index: match for index, head in enumerate(table.header) if (match := form.fullmatch(head))}
    fitting = [
        index for index, match in found.items() if not name or name in {match[0], match[1], match[match.lastindex or 0]}
    ]
    if len(fitting) != 1:
        raise errors.no_assignment(table.path, name, [table.header[index] for index in found])
    return fitting[0]


@dataclass
class _Marks:
    """The marks on their way into a table.

    Attributes:
        table: The table.
        given: Results by what the table knows their students by.
        results: All results, also those whose students the platform does not tell.
        said: What the teacher should know.
        matched: Results by the line of their student.
        written: How many got in.
    """

    table: Table
    given: Mapping[str, Result]
    results: Sequence[Result]
    said: list[Remark] = field(default_factory=list)
    matched: dict[int, Result] = field(default_factory=dict)
    written: int = 0

    def say(self, key: str, /, **facts: str) -> None:
        """Note something for the teacher."""
        self.said.append(Remark(key, facts))

    def who(self, index: int) -> str:
        """Return the name of the student in a line."""
        return line(self.result(index).hand_in.student.name)

    def result(self, index: int) -> Result:
        """Return the result of the student in a line."""
        return self.matched[index]

    def rows(self, first: int, key: Callable[[Sequence[str]], str]) -> Iterator[tuple[int, list[str]]]:
        """Yield the lines from the first on whose student has a result that is marked in full."""
        lines = {index: self.table.row(index) for index in range(first, len(self.table.raw))}
        whole = {index: cells for index, cells in lines.items() if len(cells) == len(self.table.header)}
        keys = {index: key(cells) for index, cells in whole.items()}
        count = Counter(keys.values())
        for index, cells in lines.items():
            student = keys.get(index, "")
            result = self.given.get(student) if student else None
            if result is None:
                if any(each.strip() for each in cells):
                    self.say("sheet_no_hand_in", name=line(" ".join(cells[:2]), 100))
                continue
            self.matched[index] = result
            if count[student] > 1:
                self.say("sheet_twice", name=self.who(index))
            elif result.unmarked:
                self.say("sheet_unmarked", name=self.who(index))
            else:
                yield index, cells

    def put(self, index: int, column: int, most: float | None) -> bool:
        """Write a score, as a share of another maximum where the table has one; return whether it fits."""
        result = self.result(index)
        score = result.score
        if most and result.most and most != result.most:
            score *= most / result.most
            scaled = Remark("sheet_scaled", {"own": number(result.most), "theirs": number(most)})
            if scaled not in self.said:
                self.said.append(scaled)
        if most is not None and score > most > 0:
            self.say("sheet_out_of_range", name=self.who(index), score=number(score), most=number(most))
            return False
        self.table.write(index, column, number(score))
        self.written += 1
        return True

    def given_back(self) -> GivenBack:
        """Return the file, once all lines were seen."""
        seen = {id(result) for result in self.matched.values()}
        for result in self.results:
            if id(result) not in seen:
                self.say("sheet_no_row", name=line(result.hand_in.student.name), key=result.hand_in.student.key)
        return GivenBack(self.table.data(), self.written, tuple(self.said))


def _last_number(text: str) -> str:
    """Return the number at the end of *Participant 123* or *참가자123*."""
    found = re.search(r"([0-9]+)\s*$", text)
    return found[1] if found else ""


def _amount(text: str) -> float | None:
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text.strip()) else None
