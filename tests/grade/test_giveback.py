import csv
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from importers import canvas_gradebook, canvas_zip, moodle_worksheet, moodle_zip
from invented import a_class, result

from course.errors import CourseError
from course.grade.giveback import tables, zips
from course.grade.giveback.grades import grades
from course.grade.remarks import WORDS, Remark


def read(data: bytes) -> list[list[str]]:
    """Return the cells of a CSV file of ours."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


# grades.csv


def test_grades_say_all_of_a_student() -> None:
    """One line per student: points, total, penalty, score, maximum, lateness, status and message."""
    note = Remark("test_note", {"text": "A."})
    some = result("7", points=(3, 1, 2.5), penalty=1.5, late=timedelta(days=1, hours=2), remarks=(note,))
    head, row = read(grades([some], "en"))
    assert head == [
        "student", "name", "Question 1: build it", "Question 2: train it", "Question 3: why does it work?", "total",
        "penalty", "score", "maximum", "late by", "status", "message",
    ]  # fmt: skip
    assert row == ["7", "Kim Minji", "3", "1", "2.5", "6.5", "1.5", "5", "10", "1 d 2 h", "graded", "A."]


def test_what_is_not_marked_is_empty_never_zero() -> None:
    """A part that waits for a person has an empty cell, and so have total and score."""
    _, row = read(grades([result(points=(3, 0, None))], "en"))
    assert row[2:8] == ["3", "0", "", "", "0", ""]
    assert row[10] == "to be marked by hand"


def test_numbers_are_bare_and_texts_are_quoted() -> None:
    """A spreadsheet takes points for numbers; Excel knows the encoding by the mark in front."""
    data = grades([result(points=(3, 1 / 3, 0))], "en")
    assert data.startswith(b"\xef\xbb\xbf")
    assert b'"7","Kim Minji",3,0.33,0,3.33,0,3.33,10,"","graded",""\r\n' in data


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("http://evil.example")', "+1", "-1", "@x", "\t=1", "\r=1", "a;=1", "a\n=1"]
)
def test_no_name_is_a_formula(name: str) -> None:
    """What students are called, and what is said of them, begins no cell as a formula does."""
    hostile = result("-7", name, remarks=(Remark("test_note", {"text": name}),))
    hostile = replace(hostile, marks=tuple(replace(mark, title=name) for mark in hostile.marks))
    for line in grades([hostile], "ko").decode("utf-8-sig").splitlines():
        assert not line.startswith(("=", "+", "-", "@", "\t"))
        for row in (next(csv.reader([line])), next(csv.reader([line], delimiter=";")), line.split(";")):
            assert [c for c in row if c.strip('" \t').startswith(tuple("=+-@"))] == []


def test_grades_are_the_same_each_time_and_korean() -> None:
    """Same class, same bytes; in Korean all is Korean but the names of status."""
    _, results = a_class("ko")
    assert grades(results, "ko") == grades(results, "ko")
    assert "김민지".encode() in grades(results, "ko")
    assert read(grades(results, "ko"))[0][0] == "학생"


# Moodle

HEADS = {
    "en": 'Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"',
    "ko": '식별자,"전체 이름","이메일 주소",상태,성적,"최대 성적","Grade can be changed",'
    '"마지막 수정됨(제출)","마지막 수정됨(성적)","피드백 코멘트"',
}
WHO = {"en": "Participant ", "ko": "참가자"}


def worksheet(path: Path, language="en", *, most="10.00", end="\r\n", mark="\ufeff") -> Path:
    """Write a worksheet as Moodle gives it out, for participants 101 to 112 and one who handed in nothing."""
    lines = [HEADS[language]]
    for number in (105, *range(101, 105), *range(106, 114)):
        date = '"Monday, 1 June 2026, 9:05 AM"'
        lines.append(
            f'{WHO[language]}{number},"Name, ""{number}""",s{number}@x.example,Submitted,,{most},Yes,{date},-,'
        )
    path.write_bytes((mark + end.join(lines) + end).encode())
    return path


def given(language="en"):
    """Return the class with what Moodle knows them by."""
    _, results = a_class(language)
    return tuple(
        replace(each, hand_in=replace(each.hand_in, student=replace(each.hand_in.student, origin={
            "identifier": each.hand_in.student.key,
            "folder": f"{each.hand_in.student.name}_{each.hand_in.student.key}_assignsubmission_file",
        })))
        for each in results
    )  # fmt: skip


PARTICIPANTS = {number: str(number) for number in range(101, 114)}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_moodle_takes_the_worksheet_back(tmp_path, language: str) -> None:
    """Moodle stores each score; who waits for a person, or handed in nothing, keeps an empty grade."""
    back = tables.moodle(worksheet(tmp_path / "w.csv", language), given(language), language)
    stored = moodle_worksheet(back.data, PARTICIPANTS, 10, language)
    expected = {r.hand_in.student.key: None if r.unmarked else r.score for r in given(language)} | {"113": None}
    assert {who: grade for who, (grade, _) in stored.items()} == expected
    assert back.students == 11
    assert {remark.key for remark in back.remarks} == {"sheet_unmarked", "sheet_no_hand_in"}
    assert stored["106"][1] == ""


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_only_grade_and_feedback_change(tmp_path, language: str, mark: str, end: str) -> None:
    """Every other byte of the worksheet is as it was: order, quotes, dates, line ends, mark."""
    path = worksheet(tmp_path / "w.csv", language, mark=mark, end=end)
    back = tables.moodle(path, given(language), language)
    before, after = path.read_bytes().decode().split(end), back.data.decode().split(end)
    assert len(before) == len(after)
    assert before[0] == after[0]
    for old, new in zip(before[1:-1], after[1:-1], strict=True):
        start, rest = old.split("Submitted,,")
        assert new.startswith(f"{start}Submitted,")
        assert rest in new


def test_scores_are_scaled_to_the_worksheets_maximum(tmp_path) -> None:
    """Where Moodle's maximum is another, each score is the same share of it, and the report says so."""
    back = tables.moodle(worksheet(tmp_path / "w.csv", most="100.00000"), given(), "en")
    assert moodle_worksheet(back.data, PARTICIPANTS, 100)["101"][0] == 100
    assert Remark("sheet_scaled", {"own": "10", "theirs": "100"}) in back.remarks
    assert sum(remark.key == "sheet_scaled" for remark in back.remarks) == 1


def test_what_moodle_would_not_take_is_listed(tmp_path) -> None:
    """Above the maximum, locked, twice there, no number as maximum, and without a row: all said, none written."""
    path = worksheet(tmp_path / "w.csv")
    text = path.read_text(encoding="utf-8-sig").replace("\n\n", "\n")
    lines = text.splitlines()
    lines = [each.replace(",Yes,", ",No,") if "Participant 101" in each else each for each in lines]
    lines = [each.replace("10.00", "Pass") if "Participant 102" in each else each for each in lines]
    lines = [each for each in lines if "Participant 104" not in each] + [lines[4]]
    path.write_text("\n".join(lines), encoding="utf-8")
    results = list(given())
    results[6] = replace(results[6], marks=(replace(results[6].marks[0], points=30.0), *results[6].marks[1:]))
    back = tables.moodle(path, results, "en")
    said = {(remark.key, remark.facts.get("name")) for remark in back.remarks}
    assert {
        ("sheet_locked", "Kim Minji"), ("sheet_no_most", "Lee Junho"), ("sheet_twice", "Park Seoyeon"),
        ("sheet_no_row", "Ada Lovelace"), ("sheet_out_of_range", "Emmy Noether"), ("sheet_unmarked", "Grace Hopper"),
    } <= said  # fmt: skip
    stored = moodle_worksheet(back.data, PARTICIPANTS, 10)
    assert [stored[key] for key in ("101", "102", "103", "107")] == [(None, "")] * 4


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("column", [0, 4, 5, 8, 9])
def test_a_worksheet_without_a_column_is_refused(tmp_path, language: str, column: int) -> None:
    """Without the identifier, grade, maximum, date of the grade or comments nothing is written, and it is said."""
    path = worksheet(tmp_path / "w.csv", language)
    name = HEADS[language].split(",")[column].strip('"')
    path.write_bytes(path.read_bytes().replace(name.encode(), b"Other", 1))
    with pytest.raises(CourseError, match="must be one"):
        tables.moodle(path, given(language), language)


def test_comments_are_html_of_ours(tmp_path) -> None:
    """What a check said comes into Moodle as text, whatever it holds; it stays one line of the file."""
    hostile = result(
        "101", origin={"identifier": "Participant 101"}, said=('<script>alert("1")</script>\n=1', "ok", "")
    )
    back = tables.moodle(worksheet(tmp_path / "w.csv"), [hostile], "en")
    _, text = moodle_worksheet(back.data, PARTICIPANTS, 10)["101"]
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    assert text.startswith("Score: 10 of 10.<br>Question 1: build it: 3 of 3.")
    assert back.data.count(b"\r\n") == worksheet(tmp_path / "v.csv").read_bytes().count(b"\r\n")


@pytest.mark.parametrize(
    "data", [b"", b'a,"b\n', b"\xff\xfe\x00", b"\x80\x81\xff,\n", b"PK\x03\x04", b'Identifier,Gr"ade\n1,2\n'], ids=repr
)
def test_what_is_no_worksheet_is_refused(tmp_path, data: bytes) -> None:
    """Anything else ends in one line that names the file."""
    path = tmp_path / "w.csv"
    path.write_bytes(data)
    with pytest.raises(CourseError, match=r"w\.csv"):
        tables.moodle(path, given(), "en")
    with pytest.raises(CourseError, match=r"none\.csv"):
        tables.moodle(tmp_path / "none.csv", given(), "en")


@pytest.mark.parametrize(("encoding", "split"), [("cp949", ","), ("utf-16", "\t"), ("utf-8", ";")])
def test_a_worksheet_that_a_spreadsheet_saved_stays_as_it_is(tmp_path, encoding: str, split: str) -> None:
    """A worksheet saved by a Korean Excel keeps its encoding and what stands between its cells."""
    path = tmp_path / "w.csv"
    head = HEADS["ko"].replace('"', "").split(",")
    row = ["참가자101", "김민지", "a@x.example", "제출", "", "10.00", "Yes", "-", "-", ""]
    path.write_bytes("\n".join(split.join(cells) for cells in (head, row)).encode(encoding))
    back = tables.moodle(path, given("ko")[:1], "ko")
    (_, after) = csv.reader(io.StringIO(back.data.decode(encoding)), delimiter=split)
    assert after[:4] + after[5:9] == row[:4] + row[5:9]
    assert after[4] == "10"
    assert back.data[:2] == path.read_bytes()[:2]


# Feedback in zips


def pages(results) -> dict[str, bytes]:
    """Return a page for each student."""
    return {each.hand_in.student.key: f"page of {each.hand_in.student.key}".encode() for each in results}


@pytest.mark.parametrize("tail", ["", "_"])
def test_moodle_hands_out_the_zip(tail: str) -> None:
    """Each page reaches its student as feedback.html, for folders of Moodle before and after 4.1, and of the blind."""
    results = list(given("ko"))
    folders = [
        f"{each.hand_in.student.name}_{each.hand_in.student.key}_assignsubmission_file{tail}" for each in results
    ]
    folders[0], folders[1] = (
        f"참가자101_101_assignsubmission_file{tail}",
        f"A-Participant 102_102_assignsubmission_file{tail}",
    )
    for index, folder in enumerate(folders):
        student = replace(results[index].hand_in.student, origin={"folder": folder})
        results[index] = replace(results[index], hand_in=replace(results[index].hand_in, student=student))
    back = zips.moodle(results, pages(results))
    handed = moodle_zip(back.data, PARTICIPANTS)
    assert handed == {key: {"feedback.html": page} for key, page in pages(results).items()}
    assert back.remarks == ()


@pytest.mark.parametrize(
    "folder",
    [
        "",
        "../../etc_7_assignsubmission_file",
        "a/b_7_assignsubmission_file",
        "Kim_Min_7_assignsubmission_file",
        "x_7_assignsubmission_file/../y",
        "a\\b_7_assignsubmission_file",
        "Kim_x_assignsubmission_file",
        "\x00_7_a_b",
    ],
)
def test_a_folder_that_moodle_would_not_know_is_left_out(folder: str) -> None:
    """No path that leads elsewhere gets into a zip, and none that Moodle would silently pass over; it is said."""
    some = result(origin={"folder": folder})
    back = zips.moodle([some], pages([some]))
    assert moodle_zip(back.data, {7: "7"}) == {}
    assert [remark.key for remark in back.remarks] == ["zip_no_place"]


def test_canvas_hands_out_the_zip() -> None:
    """Each page reaches its student, also those whose names look like ids, marks of lateness or anonymity."""
    names = ["Kim Minji", "김민지", "007", "anon", "LATE", "a_1_2", "link", "../x", "", "._x"]
    results = [
        result(str(index), name, origin={"user_id": str(index), "attachment_id": str(1000 + index)})
        for index, name in enumerate(names, 1)
    ]
    results.append(result("99", "Anonymous", origin={"anonymous_id": "aB3xY", "attachment_id": "1099"}))
    back = zips.canvas(results, pages(results))
    attached, ignored = canvas_zip(back.data, {1000 + n: n for n in (*range(1, 11), 99)}, {"aB3xY": 99})
    assert ignored == []
    assert attached == {int(key): page for key, page in pages(results).items()}


def test_zips_are_the_same_each_time() -> None:
    """No date of today stands in a zip; who has no place in it is said."""
    results = [*given(), result("x")]
    assert zips.moodle(results, pages(results)) == zips.moodle(results, pages(results))
    assert [remark.facts["key"] for remark in zips.moodle(results, pages(results)).remarks] == ["x"]
    assert len(zips.canvas(results, pages(results)).remarks) == 13


# Canvas

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Homework 02 (310),Homework 03 (311),Current Score,Final Score\n"
    ",,,,,,Manual Posting,,\n"
    '"    Points Possible",,,,,5.00,20.00,(read only),(read only)\n'
    '"Kim, Minji",101,S101,minji,Section A,4.00,,80.00,80.00\n'
    '"Lee, Junho",102,S102,junho,Section A,,1.00,,\n'
    '"Hopper, Grace",106,,grace,"Section A, and B",,7.00,,\n'
    '"Turing, Alan",105,,alan,Section B,,EX,,\n'
    '"Late, Ada",999,,ada,Section B,,,,\n'
    '"Student, Test",1,,test,Section B,,,,\n'
)
STUDENTS = {101: "101", 102: "102", 106: "106", 105: "105", 999: "999", 1: "1"}


def of_canvas():
    """Return the class with what Canvas, Blackboard and GitHub know them by."""
    origin = lambda student: {"user_id": student.key, "login": f"u{student.key}"}  # noqa: E731
    _, results = a_class()
    return [
        replace(r, hand_in=replace(r.hand_in, student=replace(r.hand_in.student, origin=origin(r.hand_in.student))))
        for r in results
    ]


@pytest.mark.parametrize("assignment", ["Homework 03 (311)", "Homework 03", "311"])
def test_canvas_takes_the_gradebook_back(tmp_path, assignment: str) -> None:
    """Only the assignment's column changes, scaled to Points Possible; who is excused or waits stays as is."""
    path = tmp_path / "g.csv"
    path.write_text(CANVAS, encoding="utf-8")
    back = tables.canvas(path, of_canvas(), assignment)
    stored = canvas_gradebook(back.data, STUDENTS, {310: "2", 311: "3"})
    assert stored["3"] == {"101": "20", "102": "8", "106": "7.00", "105": "EX", "999": "", "1": ""}
    assert stored["2"] == {"101": "4.00", "102": "", "106": "", "105": "", "999": "", "1": ""}
    expected = CANVAS.replace("4.00,,80.00", "4.00,20,80.00").replace(",,1.00,,", ",,8,,")
    assert back.data.decode() == expected
    keys = [remark.key for remark in back.remarks]
    assert {"sheet_excused", "sheet_unmarked", "sheet_no_row", "sheet_scaled", "sheet_no_hand_in"} == set(keys)
    assert keys.count("sheet_no_row") == 8


@pytest.mark.parametrize(
    ("change", "assignment", "said"),
    [
        (("Homework 03", "Homework 03"), "", "not one column"),
        (("Homework 03", "Homework 03"), "Homework 9", "'Homework 9'"),
        (("Homework 02 (310)", "Homework 03 (310)"), "Homework 03", "which column"),
        ((",Section,", ",Part,"), "311", "Section"),
        (("Student,ID", "Student,Number"), "311", "ID"),
        (("20.00", "(read only)"), "311", "only be read"),
    ],
)
def test_a_gradebook_that_canvas_would_not_take_is_refused(tmp_path, change, assignment: str, said: str) -> None:
    """What is missing, not clear or may not be written ends in one line that says so."""
    path = tmp_path / "g.csv"
    path.write_text(CANVAS.replace(*change), encoding="utf-8")
    with pytest.raises(CourseError, match=said):
        tables.canvas(path, of_canvas(), assignment)


# Blackboard and GitHub Classroom


@pytest.mark.parametrize(("encoding", "split"), [("utf-16", "\t"), ("utf-8-sig", ",")])
@pytest.mark.parametrize("column", ["", "Homework 03", "574272", "Homework 03 [Total Pts: 20 Score] |574272"])
def test_blackboards_file_keeps_its_columns(tmp_path, encoding: str, split: str, column: str) -> None:
    """Only the named column is filled, found by its title or its id; encoding and ids stay."""
    other = "" if not column else split + '"Quiz [Total Pts: 5 Score] |574271"'
    head = split.join(f'"{each}"' for each in ("Last Name", "First Name", "Username", "Student ID"))
    text = f'{head}{other}{split}"Homework 03 [Total Pts: 20 Score] |574272"\n'
    more = f'{split}"3.00"' if column else ""
    text += split.join(('"Kim"', '"Minji"', '"u101"', '"9"')) + f'{more}{split}""\n'
    text += split.join(('"Hopper"', '"Grace"', '"u106"', '"8"')) + f'{more}{split}""\n'
    path = tmp_path / "gc.xls"
    path.write_bytes(text.encode(encoding))
    back = tables.blackboard(path, of_canvas(), column)
    assert back.data.decode(encoding) == text.replace('""\n', '"20"\n', 1)
    assert back.data[:2] == text.encode(encoding)[:2]


def test_github_classrooms_table_keeps_its_columns(tmp_path) -> None:
    """Points go to their user, whatever the case of the name; without points available they are not scaled."""
    head = (
        "assignment_name,assignment_url,starter_code_url,github_username,roster_identifier,student_repository_name,"
        "student_repository_url,submission_timestamp,points_awarded,points_available"
    )
    rows = [f'"HW, 3",a,b,{login},r,hw-{login},u,2026-06-01 09:05:00 UTC,,{most}' for login, most in
            (("U101", "20"), ("u102", "0"), ("u103", ""), ("u106", "20"), ("x", "20"))]  # fmt: skip
    path = tmp_path / "grades.csv"
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    back = tables.classroom(path, of_canvas())
    filled = [line.split(",")[-2] for line in back.data.decode().splitlines()[1:]]
    assert filled == ["20", "4", "8", "", ""]
    assert back.data.decode().splitlines()[0] == head


def test_both_languages_name_the_same_facts() -> None:
    """Every remark has words in English and Korean, with the same facts in them."""
    from string import Formatter

    for key, text in WORDS.items():
        facts = {lang: {field for _, field, _, _ in Formatter().parse(text[lang]) if field} for lang in ("en", "ko")}
        assert facts["en"] == facts["ko"], key
