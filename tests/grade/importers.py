"""What the platforms do with a file that they take in, re-enacted from their own sources."""

import csv
import io
import re
import zipfile
from urllib.parse import unquote


def moodle_worksheet(data: bytes, participants: dict[int, str], most: float, header: str = "en") -> dict[str, tuple]:
    """Return grade and comment that Moodle would store, by student.

    After ``mod/assign/feedback/offline/importgradeslib.php`` (columns, ids) and ``locallib.php`` (which are skipped).
    """
    grade, record, modified, comments, hidden = {
        "en": ("Grade", "Identifier", "Last modified (grade)", "Feedback comments", "Participant "),
        "ko": ("성적", "식별자", "마지막 수정됨(성적)", "피드백 코멘트", "참가자"),
    }[header]
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    columns = {name: index for index, name in enumerate(rows[0])}
    assert {grade, record, modified} <= set(columns), "invalidgradeimport"
    assert all(len(row) == len(rows[0]) for row in rows[1:] if row), "csvweirdcolumns"
    stored = {}
    for row in rows[1:]:
        number = row[columns[record]][len(hidden.encode()) if header == "en" else len(hidden) :]
        student = participants.get(int(number))
        if student is None:
            continue
        value = row[columns[grade]]
        kept = float(value) if value != "" and 0 <= float(value) <= most else None
        stored[student] = (kept, row[columns[comments]])
    return stored


def moodle_zip(data: bytes, participants: dict[int, str]) -> dict[str, dict[str, bytes]]:
    """Return the files that Moodle would hand out, by student; after ``mod/assign/feedback/file/importziplib.php``."""
    handed: dict[str, dict[str, bytes]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            base = entry.filename.rsplit("/", 1)[-1]
            if entry.is_dir() or base.startswith((".", "~")):
                continue
            parts = f"/import/{entry.filename}".split("/")
            while parts:
                info = parts.pop(0).split("_", 4)
                if len(info) < 4 or not re.fullmatch(r"\s*[+-]?\d+(\.\d*)?\s*", info[1]):
                    continue
                student = participants.get(int(float(info[1])))
                if student is None or (info[2], info[3]) != ("assignsubmission", "file"):
                    continue
                name = "/".join([*info[4:5], *parts] if len(info) > 4 else ["", *parts]).lstrip("/")
                handed.setdefault(student, {})[name] = archive.read(entry)
                break
    return handed


def canvas_gradebook(data: bytes, students: dict[int, str], assignments: dict[int, str]) -> dict[str, dict[str, str]]:
    """Return the grades that Canvas would store, by assignment and student; after ``lib/gradebook_importer.rb``."""
    text = data.decode("utf-8-sig")
    counts = {s: [len(next(csv.reader([each], delimiter=s), [])) for each in text.splitlines()[:3]] for s in ";,"}
    alike = {s: c[0] if len(set(c)) == 1 else 0 for s, c in counts.items()}
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if alike[";"] > alike[","] else ","))
    head = rows[0]
    assert len(head) > 3
    assert "Student" in head[0]
    assert "ID" in head[1]
    info = 3 if "SIS Login ID" in head[2] else 5 if head[2:4] == ["SIS User ID", "SIS Login ID"] else 3
    info = 4 if info == 3 and "SIS Login ID" in head[2] else info
    assert "Section" in head[info - 1], "InvalidHeaderRow"
    away = re.compile("Current Score|Current Points|Current Grade|Final Score|Final Points|Final Grade|Override")
    columns = {index: name for index, name in enumerate(head) if index >= info and not away.search(name)}
    stored: dict[str, dict[str, str]] = {}
    for index, name in columns.items():
        found = re.fullmatch(r"(.*) \((\d+)\)", name)
        assert found, f"a new assignment would be made of {name!r}"
        assert int(found[2]) in assignments, f"a new assignment would be made of {name!r}"
        for row in rows[1:]:
            if "Points Possible" in row[0] or all(re.fullmatch(r"(?i)\s*(Muted|Manual Posting.*)?\s*", c) for c in row):
                continue
            assert int(row[1] or -1) in students, f"a new student would be made of {row[0]!r}"
            stored.setdefault(assignments[int(found[2])], {})[students[int(row[1])]] = row[index].strip()
    return stored


def canvas_zip(
    data: bytes, attachments: dict[int, int], anonymous: dict[str, int]
) -> tuple[dict[int, bytes], list[str]]:
    """Return the comments' files that Canvas would attach, by user, and the files that it would ignore.

    After ``infer_comment_context_from_filename`` in ``app/models/abstract_assignment.rb``.

    Args:
        data: The zip.
        attachments: The users by the ids of what they handed in.
        anonymous: The users by their anonymous ids.
    """
    attached, ignored = {}, []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.namelist():
            name = unquote(entry.rsplit("/", 1)[-1])
            parts = [part for part in name.split("_") if part != "LATE"]
            if parts[0] == "anon":
                user, attachment = anonymous.get(parts[1]), parts[2]
            else:
                user_id, attachment = ([part for part in parts if re.fullmatch(r"\d+", part)] + ["", ""])[:2]
                user = int(user_id) if user_id else None
            if re.match("link", parts[-1]) or name.startswith("._"):
                attachment = ""
            if not attachment.isdigit() or user is None or attachments.get(int(attachment)) != user:
                ignored.append(entry)
            else:
                attached[user] = archive.read(entry)
    return attached, ignored
