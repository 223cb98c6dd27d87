"""Feedback pages as the zips that learning platforms hand out to students.

Rules of Moodle: ``mod/assign/feedback/file/importziplib.php``. Of Canvas: ``infer_comment_context_from_filename`` in
``app/models/abstract_assignment.rb``; students see the page there under their own file's name.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO

from course.grade.giveback.tables import GivenBack
from course.grade.handins import Result, Student
from course.grade.plain import line
from course.grade.remarks import Remark

PAGE = "feedback.html"
_MOODLE_FOLDER = re.compile(r"[^_/\\\x00-\x1f]*_[0-9]+_[a-z]+_[a-z]+_?")
_BEGINNING = (1980, 1, 1, 0, 0, 0)  # of time, in a zip


def moodle(results: Sequence[Result], pages: Mapping[str, bytes]) -> GivenBack:
    """Return what Moodle takes under *Upload multiple feedback files in a zip*.

    Args:
        results: What became of the hand-ins.
        pages: Feedback pages, by students' keys.
    """
    return _zipped(results, pages, _moodle_name)


def canvas(results: Sequence[Result], pages: Mapping[str, bytes]) -> GivenBack:
    """Return what Canvas takes under *Upload Submissions*.

    Args:
        results: What became of the hand-ins.
        pages: Feedback pages, by students' keys.
    """
    return _zipped(results, pages, _canvas_name)


def _moodle_name(student: Student) -> str | None:
    folder = student.origin.get("folder", "")
    return f"{folder}/{PAGE}" if _MOODLE_FOLDER.fullmatch(folder) else None


def _canvas_name(student: Student) -> str | None:
    user, attachment = student.origin.get("user_id", ""), student.origin.get("attachment_id", "")
    anonymous = student.origin.get("anonymous_id", "")
    if not re.fullmatch("[0-9]+", attachment):
        return None
    if re.fullmatch("[0-9A-Za-z]+", anonymous):
        return f"anon_{anonymous}_{attachment}_{PAGE}"
    # Canvas takes the first two parts that are numbers for the ids, and a part "anon" or "LATE" for more than a name
    name = "".join(each for each in student.name.casefold() if each.isalpha())
    return f"{name or 'student'}-_{user}_{attachment}_{PAGE}" if re.fullmatch("[0-9]+", user) else None


def _zipped(results: Sequence[Result], pages: Mapping[str, bytes], named: Callable[[Student], str | None]) -> GivenBack:
    names: dict[str, bytes] = {}
    said = []
    for result in results:
        student = result.hand_in.student
        name = named(student)
        if name is None or name in names or student.key not in pages:
            said.append(Remark("zip_no_place", {"name": line(student.name), "key": student.key}))
        else:
            names[name] = pages[student.key]
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, page in sorted(names.items()):
            entry = zipfile.ZipInfo(name, _BEGINNING)
            entry.external_attr, entry.create_system = 0o100644 << 16, 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, page)
    return GivenBack(target.getvalue(), len(names), tuple(said))
