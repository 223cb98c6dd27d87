"""From what a teacher has to one hand-in per student: whose it is, which counts, what is late, and nothing twice."""

import csv
import io
import os
import random
import re
import stat
import sys
import unicodedata
import zipfile
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

import broken
import pytest
import small

from course import errors
from course.grade.intake import platforms
from course.grade.intake.collect import collect
from course.grade.remarks import LANGUAGES, WORDS

NFC, NFD = (unicodedata.normalize(form, "김민지") for form in ("NFC", "NFD"))


@pytest.fixture(scope="module")
def released():
    """Return what students got."""
    return small.released()


@pytest.fixture
def handed_in(tmp_path, released):
    """Return what collects files: a function of their names below a folder, and of what to pass on."""

    def collected(*names, root="class", **options):
        for each in names:
            name, data = each if isinstance(each, tuple) else (each, broken._right())
            path = tmp_path / root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return collect([tmp_path / root], released, **options)

    return collected


def write_zip(path, members):
    """Write a zip, with a time for each member: names, bytes and times."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data, moment in members:
            archive.writestr(zipfile.ZipInfo(name, moment), data)
    return path


def unflagged(archive, encoding):
    """Return a zip without the flag for UTF-8, its names encoded as Korean programs do; names are of one length."""
    data = bytearray()
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as made:
            for info in source.infolist():
                name = info.filename.encode(encoding).decode("cp437")
                made.writestr(zipfile.ZipInfo(name), source.read(info))
        names = [(info.filename, info.filename.encode(encoding)) for info in source.infolist()]
    data = target.getvalue()
    for _, name in names:
        wrong = name.decode("cp437").encode()
        assert len(wrong) != len(name)  # so that what zipfile wrote is put right with its lengths
        data = _renamed(data, wrong, name)
    return data


def _renamed(data, wrong, name):
    """Return a zip with one name's bytes exchanged, made anew byte by byte."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = next(i for i in archive.infolist() if i.filename.encode() == wrong)
        content = archive.read(info)
    local = b"PK\3\4" + _header(name, content) + name + content
    central = b"PK\1\2\x14\3" + _header(name, content) + bytes(10) + bytes(4) + name
    end = b"PK\5\6" + bytes(4) + (1).to_bytes(2, "little") * 2
    end += len(central).to_bytes(4, "little") + len(local).to_bytes(4, "little") + bytes(2)
    return local + central + end


def _header(name, content):
    numbers = [(20, 2), (0, 2), (0, 2), (0, 2), (0x5A21, 2), (zipfile.crc32(content), 4)]
    numbers += [(len(content), 4), (len(content), 4), (len(name), 2), (0, 2)]
    return b"".join(number.to_bytes(size, "little") for number, size in numbers)


def told(batch):
    """Return for each student's key the name, what the platform needs, and the file."""
    return {h.student.key: (h.student.name, dict(h.student.origin), h.file) for h in batch.hand_ins}


# Platforms


def test_moodle_folders(handed_in):
    """Moodle's folders are recognized, whether they end in a line or not; two students of one name stay two."""
    batch = handed_in(
        "Kim Minji_7_assignsubmission_file/a.ipynb",
        "Kim Minji_8_assignsubmission_file_/b.ipynb",
        ("Kim Minji_8_assignsubmission_onlinetext_/onlinetext.html", b"<p>hi"),
    )
    assert batch.platform == "moodle"
    assert told(batch) == {
        "7": (
            "Kim Minji",
            {"folder": "Kim Minji_7_assignsubmission_file", "identifier": "7"},
            "class/Kim Minji_7_assignsubmission_file/a.ipynb",
        ),
        "8": (
            "Kim Minji",
            {"folder": "Kim Minji_8_assignsubmission_file_", "identifier": "8"},
            "class/Kim Minji_8_assignsubmission_file_/b.ipynb",
        ),
    }
    assert [(a.file.rpartition("/")[2], a.remark.key, a.student.key) for a in batch.asides] == [
        ("onlinetext.html", "intake_note", "8")
    ]


@pytest.mark.parametrize(
    ("file", "key", "name"),
    [
        ("Kim Minji_7_assignsubmission_file_a.ipynb", "7", "Kim Minji"),
        ("Participant_12_assignsubmission_file/a.ipynb", "12", "Participant 12"),
        ("Participant 12_assignsubmission_file/a.ipynb", "12", "Participant 12"),
        ("참가자_12_assignsubmission_file/a.ipynb", "12", "참가자 12"),
        ("참가자12_assignsubmission_file/a.ipynb", "12", "참가자 12"),
        ("Group A_4_assignsubmission_file/a.ipynb", "4", "Group A"),
        (f"{NFD}_9_assignsubmission_file/a.ipynb", "9", NFC),
        ("O'Neill-이 \u202e _3_assignsubmission_file/a.ipynb", "3", "O'Neill-이"),
    ],
)
def test_moodle_names(handed_in, file, key, name):
    """Flat names, blind marking in both languages, groups and Hangul of both forms are Moodle's."""
    batch = handed_in(file)
    assert [(h.student.key, h.student.name) for h in batch.hand_ins] == [(key, name)]
    assert batch.hand_ins[0].student.origin["folder"] == re.match(r".*_assignsubmission_file", file)[0]


def test_a_group_without_a_number(handed_in):
    """Moodle's default group has no number: its name tells it."""
    batch = handed_in("Default group_assignsubmission_file/a.ipynb", "기본 모둠_assignsubmission_file/a.ipynb")
    assert sorted(h.student.name for h in batch.hand_ins) == ["Default group", "기본 모둠"]
    assert all(re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}", h.student.key) for h in batch.hand_ins)


def test_canvas(handed_in):
    """Canvas's names are recognized: late ones, anonymous ones, those of text entries, and digits in a file's name."""
    batch = handed_in(
        "kimminji_101_5001_hw.ipynb",
        "leejun_LATE_102_5002_3_4_hw.ipynb",
        "anon_Xy12z_5003_hw.ipynb",
        "LATE_anon_Ab34c_5004_hw.ipynb",
        ("parkseo_103_text.html", b"<p>"),
    )
    assert batch.platform == "canvas"
    assert {key: (name, origin) for key, (name, origin, _) in told(batch).items()} == {
        "101": ("kimminji", {"user_id": "101", "attachment_id": "5001", "display_name": "hw.ipynb"}),
        "102": ("leejun", {"user_id": "102", "attachment_id": "5002", "display_name": "3_4_hw.ipynb"}),
        "103": ("parkseo", {"user_id": "103"}),
        "anon_Xy12z": ("anon_Xy12z", {"anonymous_id": "Xy12z", "attachment_id": "5003", "display_name": "hw.ipynb"}),
        "anon_Ab34c": ("anon_Ab34c", {"anonymous_id": "Ab34c", "attachment_id": "5004", "display_name": "hw.ipynb"}),
    }
    late = {h.student.key for h in batch.hand_ins if h.late}
    assert late == {"102", "anon_Ab34c"}
    assert all("intake_late" in {r.key for r in h.remarks} for h in batch.hand_ins if h.late)


def test_the_latest_attachment_of_canvas_counts(handed_in):
    """Of a student's attachments the one with the highest number counts, whatever its time; the other is aside."""
    batch = handed_in("kim_1_90_hw.ipynb", "kim_1_100_hw-1.ipynb")
    assert [h.student.origin["attachment_id"] for h in batch.hand_ins] == ["100"]
    assert [(a.file, a.remark.key) for a in batch.asides] == [("class/kim_1_90_hw.ipynb", "intake_earlier")]


NOTE = "Name: {name} ({login})\nAssignment: Homework_1\nDate Submitted: Thursday, 26 November 2026 11:07:00 PM KST\n"


def test_blackboard(handed_in):
    """Blackboard's notes tell login and name, even with lines in all of them; the last attempt counts."""
    head = "Homework_1_kim_m_attempt"
    batch = handed_in(
        f"{head}_2026-11-25-10-00-00_hw.ipynb",
        (f"{head}_2026-11-25-10-00-00.txt", NOTE.format(name="Minji Kim", login="kim_m").encode()),
        f"{head}_2026-11-26-10-00-00_hw.ipynb",
        (f"{head}_2026-11-26-10-00-00.txt", NOTE.format(name="Minji Kim", login="kim_m").encode()),
        "Homework_1_lee_attempt_2026-11-27-00-00-01_hw.ipynb",
        due=datetime(2026, 11, 27),
    )
    assert batch.platform == "blackboard"
    assert {key: name for key, (name, _, _) in told(batch).items()} == {"kim_m": "Minji Kim", "lee": "lee"}
    kim, lee = batch.hand_ins
    assert (kim.late, lee.late) == (None, timedelta(seconds=1))
    assert kim.submitted == datetime(2026, 11, 26, 10)
    assert Counter(a.remark.key for a in batch.asides) == {"intake_note": 2, "intake_earlier": 1}


def test_github_classroom(handed_in):
    """GitHub Classroom's repositories are recognized; its table tells logins, names and times, a student's does not."""
    table = io.StringIO()
    rows = csv.writer(table, quoting=csv.QUOTE_ALL)
    rows.writerow(["github_username", "roster_identifier", "student_repository_name", "submission_timestamp"])
    rows.writerow(["Kim-M", "김민지", "hw-1-Kim-M", "2026-11-26 23:00:00 UTC"])
    forged = table.getvalue().replace("Kim-M", "lee")
    batch = handed_in(
        "hw-1-submissions/hw-1-Kim-M/hw.ipynb",
        ("hw-1-submissions/hw-1-Kim-M/README.md", b"# Homework"),
        ("hw-1-submissions/hw-1-Kim-M/.git/config", b"[core]"),
        ("hw-1-submissions/hw-1-lee/grades.csv", forged.encode()),
        "hw-1-submissions/hw-1-lee/sub/hw.ipynb",
        ("grades.csv", table.getvalue().encode()),
        due=datetime(2026, 11, 27, 0, 0, tzinfo=timezone(timedelta(hours=9))),
    )
    assert batch.platform == "github"
    kim, lee = batch.hand_ins
    assert (kim.student.key, kim.student.name, kim.student.origin["login"]) == ("kim-m", "김민지", "Kim-M")
    assert (kim.late, lee.late, lee.student.name) == (timedelta(hours=8), None, "lee")
    asides = {a.file.removeprefix("class/"): a.remark.key for a in batch.asides}
    assert asides == {
        "hw-1-submissions/hw-1-Kim-M/README.md": "intake_no_notebook",
        "hw-1-submissions/hw-1-Kim-M/.git": "intake_junk",
        "hw-1-submissions/hw-1-lee/grades.csv": "intake_no_notebook",
        "grades.csv": "intake_nobody",
    }


def test_nbgrader(handed_in):
    """nbgrader's directory is recognized, with its times; other homework in it is no hand-in of this one."""
    other = {"03": small.REAL.read_bytes()}
    batch = handed_in(
        "submitted/Kim/small/small.ipynb",
        ("submitted/Kim/small/timestamp.txt", b"2026-11-26 23:00:00.123456 UTC"),
        ("submitted/Kim/03/03.ipynb", other["03"]),
        ("submitted/lee/03/03.ipynb", other["03"]),
        due=datetime(2026, 11, 26, 22, tzinfo=UTC),
        others={"03": broken.nbformat.reads(other["03"].decode(), 4)},
    )
    assert batch.platform == "nbgrader"
    (kim,) = batch.hand_ins
    assert (kim.student.key, kim.student.origin["student"]) == ("Kim", "Kim")
    assert kim.late == timedelta(hours=1, microseconds=123456)
    keys = {a.file.removeprefix("class/submitted/"): a.remark.key for a in batch.asides}
    assert keys == {
        "Kim/small/timestamp.txt": "intake_note",
        "Kim/03/03.ipynb": "intake_other_homework",
        "lee/03/03.ipynb": "intake_other_homework",
    }


ROSTER = "학번,이름,파일\n2026001,김민지,\n2026002,김민지,\n2026003,Lee Jun,\n,박서연,final.ipynb\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_plain_files_with_a_roster(handed_in, tmp_path, encoding):
    """A roster tells whose a plain file is: by its file, by an id that stands alone, by a name that only one has."""
    roster = tmp_path / "students.csv"
    roster.write_bytes(ROSTER.encode(encoding))
    batch = handed_in(
        "2026001_hw.ipynb",
        "hw-2026002.ipynb",
        "lee_jun hw (1).ipynb",
        "final.ipynb",
        "김민지.ipynb",
        "20260011.ipynb",
        roster=roster,
    )
    assert batch.platform == "plain"
    assert {h.file.removeprefix("class/"): h.student.name for h in batch.hand_ins} == {
        "2026001_hw.ipynb": "김민지",
        "hw-2026002.ipynb": "김민지",
        "lee_jun hw (1).ipynb": "Lee Jun",
        "final.ipynb": "박서연",
    }
    assert {a.file.removeprefix("class/"): a.remark.key for a in batch.asides} == {
        "김민지.ipynb": "intake_nobody",
        "20260011.ipynb": "intake_nobody",
    }


def test_a_roster_among_the_hand_ins(handed_in, tmp_path):
    """A roster that lies among the hand-ins is none of them; one in English will do, with a name alone."""
    roster = tmp_path / "class" / "students.csv"
    roster.parent.mkdir()
    roster.write_text("Name;x\n".replace(";", ",") + "Kim Minji,1\n")
    batch = handed_in("KimMinji.ipynb", roster=roster)
    assert [h.student.name for h in batch.hand_ins] == ["Kim Minji"]
    assert [a.remark.key for a in batch.asides] == ["intake_note"]


@pytest.mark.parametrize(
    ("text", "why"),
    [("a,b\n1,2\n", "neither a column id"), ("id\n1\n1\n", "1 is there twice"), ("", "neither a column id")],
)
def test_no_roster(handed_in, tmp_path, text, why):
    """A roster without its columns, or with a student twice, is refused in words."""
    roster = tmp_path / "students.csv"
    roster.write_text(text)
    with pytest.raises(errors.CourseError, match=why):
        handed_in("a.ipynb", roster=roster)


def test_plain_files_without_a_roster(handed_in):
    """With --from plain alone, each file is a student's, or each folder."""
    batch = handed_in("김민지.ipynb", "lee/a.ipynb", "lee/a (1).ipynb", platform="plain")
    assert sorted(h.student.name for h in batch.hand_ins) == ["lee", "김민지"]
    assert [a.file for a in batch.asides] == ["class/lee/a.ipynb"]


@pytest.mark.parametrize(
    "names", [["a.ipynb"], ["2026_11_26_hw.ipynb"], ["kim_2026_11_26.ipynb"], ["kim_1_2_a.ipynb", "x.ipynb", "y.ipynb"]]
)
def test_refused_where_it_cannot_tell(handed_in, names):
    """Where the names do not tell the platform, it says which there are."""
    with pytest.raises(errors.CourseError, match="--from moodle, blackboard, github, nbgrader, canvas, plain"):
        handed_in(*names)


def test_refused_names(handed_in, tmp_path, released):
    """An unknown platform and a missing path are refused in words."""
    with pytest.raises(errors.CourseError, match="no such platform"):
        handed_in("a.ipynb", platform="sakai")
    with pytest.raises(errors.CourseError, match="no such file or folder"):
        collect([tmp_path / "nothing"], released)


# Which one counts, and when it came


def test_the_latest_counts_by_the_archive(tmp_path, released):
    """Of two hand-ins the one that the archive says is later counts, even where its name is the lower one."""
    folder = "Kim_7_assignsubmission_file"
    members = [
        (f"{folder}/hw (1).ipynb", broken._right(), (2026, 11, 1, 0, 0, 0)),
        (f"{folder}/hw.ipynb", broken._right(), (2026, 11, 2, 0, 0, 0)),
        (f"{folder}/broken.ipynb", b"{", (2026, 11, 3, 0, 0, 0)),
    ]
    batch = collect([write_zip(tmp_path / "hw.zip", members)], released)
    (hand_in,) = batch.hand_ins
    assert hand_in.file == f"hw.zip/{folder}/hw.ipynb"
    assert [r.key for r in hand_in.remarks] == ["intake_later"]
    assert [a.remark.key for a in batch.asides] == ["intake_not_json", "intake_earlier"]


def test_the_latest_counts_by_the_number(tmp_path, released):
    """Where times say nothing, the number in the name does, and an untouched copy never wins."""
    folder = "Kim_7_assignsubmission_file"
    names = ["hw.ipynb", "hw_(2).ipynb", "hw (10).ipynb"]
    members = [(f"{folder}/{name}", broken._right(), (1980, 1, 1, 0, 0, 0)) for name in names]
    members.append((f"{folder}/hw (11).ipynb", broken.dumped(released), (1980, 1, 1, 0, 0, 0)))
    batch = collect([write_zip(tmp_path / "hw.zip", members)], released)
    assert batch.hand_ins[0].file.endswith("hw (10).ipynb")


def test_nobody_is_late_where_nothing_is_known(handed_in):
    """Moodle does not say when a file was handed in: with a deadline, that is said and nobody is late."""
    batch = handed_in("Kim_7_assignsubmission_file/a.ipynb", due=datetime(2020, 1, 1, tzinfo=UTC))
    assert batch.hand_ins[0].late is None
    assert [r.key for r in batch.hand_ins[0].remarks] == ["intake_when"]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Identifier,Full name,Last modified (submission)", '"Thursday, 26 November 2026, 11:07 PM"'),
        ("Identifier,Full name,Last modified (submission)", '"Thursday, November 26, 2026, 11:07 PM"'),
        ("Identifier,Full name,Last modified (submission)", '"26 Nov 2026, 23:07"'),
        ("식별자,성명,마지막 수정됨(제출)", '"2026년 11월 26일(목) 오후 11:07"'),
    ],
)
def test_moodles_worksheet_says_when(handed_in, header, said):
    """Moodle's grading worksheet beside the hand-ins says when each came; one in a hand-in says nothing."""
    sheet = f"\ufeff{header}\nParticipant 7,Kim,{said}\nParticipant 8,Lee,-\n".encode()
    sheet = sheet.decode("utf-8-sig").encode("cp949") if b"2026\xeb" in sheet else sheet  # as Excel saves it
    batch = handed_in(
        "Kim_7_assignsubmission_file/a.ipynb",
        "Lee_8_assignsubmission_file/a.ipynb",
        ("Lee_8_assignsubmission_file/grades.csv", sheet.replace(b" 7,", b" 8,").replace(b"2026", b"2020")),
        ("Grades.csv", sheet),
        due=datetime(2026, 11, 26, 23, 0, tzinfo=timezone(timedelta(hours=9))),
    )
    assert [h.late for h in batch.hand_ins] == [timedelta(minutes=7), None]
    assert [[r.key for r in h.remarks] for h in batch.hand_ins] == [[], ["intake_when"]]


# Names


@pytest.mark.parametrize(("encoding", "name"), [("cp949", NFC), ("utf-8", NFC), ("utf-8", NFD)])
def test_names_in_zips_without_a_flag(tmp_path, released, encoding, name):
    """Hangul in zips that do not say their encoding is read, as Windows and macOS write it."""
    archive = broken.zipped((f"{name}_9_assignsubmission_file/hw.ipynb", broken._right()))
    (tmp_path / "hw.zip").write_bytes(unflagged(archive, encoding))
    batch = collect([tmp_path / "hw.zip"], released)
    assert [(h.student.name, h.student.key) for h in batch.hand_ins] == [(NFC, "9")]


def test_keys_are_safe_and_differ(handed_in):
    """Keys are fit for a file's name and differ, even for names that a disk does not tell apart, in every run."""
    names = ["Kim", "kim", "..", ".hidden", "김민지", "a b", "a-b", "x" * 100, "🙂", "=cmd()", "new\nline"]
    files = [f"submitted/{name}/small/a.ipynb" for name in names if name != ".."]
    first, again = (handed_in(*files, root=root) for root in ("one", "two"))
    keys = [h.student.key for h in first.hand_ins]
    assert keys == [h.student.key for h in again.hand_ins]
    assert len({key.casefold() for key in keys}) == len(files)
    assert all(re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}", key) for key in keys)
    assert "a-b" in keys


def test_nobody_names_another_from_within(tmp_path, released):
    """A folder within a student's zip that is named as another student's is that student's own all the same."""
    inner = broken.zipped(("../Lee_8_assignsubmission_file/hw.ipynb", broken._right()))
    data = broken.zipped(
        ("Kim_7_assignsubmission_file/hw.zip", inner), ("Lee_8_assignsubmission_file/hw.ipynb", broken._right())
    )
    (tmp_path / "hw.zip").write_bytes(data)
    batch = collect([tmp_path / "hw.zip"], released)
    assert {h.student.key: h.file.split("/")[1] for h in batch.hand_ins} == {
        "7": "Kim_7_assignsubmission_file",
        "8": "Lee_8_assignsubmission_file",
    }


# What is on the disk


def test_links_pipes_and_closed_folders(handed_in, tmp_path):
    """A link is not followed, a pipe is not waited for; each is found and said."""
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(broken._right())
    folder = tmp_path / "class" / "Kim_7_assignsubmission_file"
    folder.mkdir(parents=True)
    (folder / "hw.ipynb").symlink_to(secret)
    (folder / "all").symlink_to("/")
    os.mkfifo(folder / "pipe.ipynb")
    batch = handed_in()
    (hand_in,) = batch.hand_ins
    assert not hand_in.cells
    found = {hand_in.file: hand_in.remarks[0].key} | {a.file: a.remark.key for a in batch.asides}
    assert {name.rpartition("/")[2]: key for name, key in found.items()} == {
        "hw.ipynb": "intake_link",
        "all": "intake_link",
        "pipe.ipynb": "intake_no_file",
    }


def test_a_file_that_is_named_twice(tmp_path, released):
    """A file that is named twice, or lies in a folder that is named too, is found once."""
    path = tmp_path / "Kim_7_assignsubmission_file" / "hw.ipynb"
    path.parent.mkdir()
    path.write_bytes(broken._right())
    batch = collect([path, tmp_path, path], released)
    assert (len(batch.hand_ins), len(batch.asides)) == (1, 0)


def test_a_class_of_a_thousand_names(tmp_path, released):
    """Members of one name, which zips may have, are told apart."""
    members = [("Kim_7_assignsubmission_file/hw.ipynb", b"", (1980, 1, 1, 0, 0, 0))] * 1000
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = write_zip(tmp_path / "hw.zip", members)
    batch = collect([path], released)
    files = [h.file for h in batch.hand_ins] + [a.file for a in batch.asides]
    assert len(set(files)) == 1000


# Every file once


def invented(generator):
    """Yield files as a class hands them in: names, and bytes."""
    cases = [
        case for case in broken.CASES if case.name not in {"too large", "a member of 60 MB", "bomb", "10 001 files"}
    ]
    for number in range(generator.randint(1, 12)):
        folder = generator.choice(
            [f"Kim_{number}_assignsubmission_file", f"{NFD}_{number}_assignsubmission_file_", "__MACOSX", "no one"]
        )
        for case in generator.sample(cases, generator.randint(1, 3)):
            yield from ((f"{folder}/{generator.randint(0, 9)}{name}", data) for name, data in case.files().items())
    yield "Lee_99_assignsubmission_file/hw.ipynb", broken._right()


def leaves(name, data, depth=0):
    """Return how many files there are: an archive that can be opened counts as what is in it."""
    if name.startswith("__MACOSX") or not data.startswith((b"PK\3\4", b"PK\5\6")):
        return 1
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [
                (info.filename, b"" if info.flag_bits & 1 else archive.read(info)) for info in archive.infolist()
            ]
    except (zipfile.BadZipFile, OSError, ValueError):
        return 1
    return sum(leaves(inner, content, depth + 1) for inner, content in members) if members and depth < 3 else 1


@pytest.mark.parametrize("seed", range(12))
def test_every_file_is_found_once(tmp_path, released, seed):
    """Whatever is handed in, every file is there once, as a hand-in or aside, in a folder as in a zip, in each run."""
    generator = random.Random(seed)  # noqa: S311 - the same in each run
    files = dict(invented(generator))
    for name, data in files.items():
        path = tmp_path / "class" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (1_700_000_000, 1_700_000_000))
    moment = (2026, 11, 26, 0, 0, 0)
    archive = write_zip(tmp_path / "class.zip", [(name, data, moment) for name, data in sorted(files.items())])
    for path, depth in ((tmp_path / "class", 0), (archive, 1)):
        batch = collect([path], released, platform="moodle")
        found = [h.file for h in batch.hand_ins] + [a.file for a in batch.asides]
        assert len(found) == len(set(found))
        assert len(found) == sum(leaves(name, data, depth) for name, data in files.items())
        keys = [h.student.key for h in batch.hand_ins]
        assert keys == sorted(set(keys))
        assert batch == collect([path], released, platform="moodle")


OPENED: list[int] | None = None


def _look_on(event, arguments):
    """Note how files are opened while the test below runs: a hook can never be taken away again."""
    if event == "open" and OPENED is not None:
        OPENED.append(arguments[2])


def test_nothing_is_unpacked(tmp_path, released, monkeypatch):
    """Nothing is opened for writing, let alone written, while a zip full of escapes is read."""
    monkeypatch.chdir(tmp_path)
    info = zipfile.ZipInfo("../../../tmp/escaped.ipynb")
    info.external_attr = (stat.S_IFREG | 0o777) << 16
    data = broken.zipped((info, broken._right()), ("/Kim_7_assignsubmission_file/a.ipynb", broken._right()))
    (tmp_path / "hw.zip").write_bytes(data)
    before = sorted(tmp_path.rglob("*"))
    sys.addaudithook(_look_on)
    opened = []
    monkeypatch.setattr(sys.modules[__name__], "OPENED", opened)
    collect([tmp_path / "hw.zip"], released)
    monkeypatch.undo()
    assert opened
    assert not any(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) for flags in opened)
    assert sorted(tmp_path.rglob("*")) == before


def test_all_that_is_said_is_words():
    """Every remark of intake is in both languages, with the same facts in them, and every one is used."""
    source = "".join(path.read_text() for path in (small.notebooks.ROOT / "course/grade/intake").glob("*.py"))
    keys = [key for key in WORDS if key.startswith("intake_")]
    assert keys == sorted(keys)
    assert sorted(set(re.findall(r'"(intake_[a-z_]+)"', source)) - {"intake_by_source", "intake_by_order"}) == keys
    for key in keys:
        facts = {language: set(re.findall(r"{(\w+)}", WORDS[key][language])) for language in LANGUAGES}
        assert facts["en"] == facts["ko"], key


def test_platforms_are_named_in_order():
    """The names that --from takes."""
    assert list(platforms.PLATFORMS) == ["moodle", "blackboard", "github", "nbgrader", "canvas", "plain"]
