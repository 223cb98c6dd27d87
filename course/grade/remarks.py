"""The grader's own words to students and teachers, in every language that feedback is written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LANGUAGES = ("en", "ko")


@dataclass(frozen=True)
class Remark:
    """Something to be said, kept as its key and facts until the language is known.

    Attributes:
        key: Its key in ``WORDS``.
        facts: What its text names.
    """

    key: str
    facts: Mapping[str, str | int | float] = field(default_factory=dict)

    def text(self, language: str = "en") -> str:
        """Return it in words.

        Raises:
            KeyError: There is no such remark, or not in that language.
        """
        return WORDS[self.key][language].format(**self.facts)


# Sorted by the step that says it. A test holds both languages to the same facts.
WORDS: dict[str, dict[str, str]] = {
    # intake
    "intake_bomb": {
        "en": "This archive would unpack to far more than a hand-in is; it was not opened."
        " Hand in the notebook itself.",
        "ko": "압축을 풀면 제출물이라고 볼 수 없을 만큼 커지는 파일이어서 열지 않았습니다."
        " 노트북 파일 자체를 제출하세요.",
    },
    "intake_broken_archive": {
        "en": "This archive is damaged or of an unusual kind. Make it anew as an ordinary zip, or hand in the notebook"
        " itself.",
        "ko": "압축 파일이 손상되었거나 특수한 형식입니다. 보통의 zip으로 다시 만들거나 노트북 파일 자체를 제출하세요.",
    },
    "intake_conflict": {
        "en": "The notebook holds the marks of an unfinished git merge (<<<<<<<). Resolve them and hand it in again.",
        "ko": "노트북에 끝내지 않은 git 병합 표시(<<<<<<<)가 남아 있습니다. 해결한 뒤 다시 제출하세요.",
    },
    "intake_earlier": {
        "en": "Another hand-in of the same student counts: {file}.",
        "ko": "같은 학생의 다른 제출 파일인 {file}이(가) 채점됩니다.",
    },
    "intake_empty": {
        "en": "The file is empty. Save the notebook, download it again, and hand in that file.",
        "ko": "빈 파일입니다. 노트북을 저장하고 다시 내려받아 그 파일을 제출하세요.",
    },
    "intake_empty_archive": {"en": "There is nothing in this archive.", "ko": "압축 파일 안에 아무것도 없습니다."},
    "intake_encoding": {
        "en": "The file was encoded as {encoding}, not as UTF-8; it was read all the same.",
        "ko": "파일의 인코딩이 UTF-8이 아니라 {encoding}이지만 그대로 읽었습니다.",
    },
    "intake_encrypted": {
        "en": "This file is protected by a password. Hand it in without one.",
        "ko": "암호가 걸린 파일입니다. 암호 없이 제출하세요.",
    },
    "intake_given_changed": {
        "en": "{count} given cells were changed; they were graded as they were given out.",
        "ko": "주어진 셀 {count}개가 바뀌어 있습니다. 채점에는 원래의 셀을 썼습니다.",
    },
    "intake_html": {
        "en": "This is a web page, not a notebook. In Colab: File → Download → Download .ipynb.",
        "ko": "노트북이 아니라 웹 페이지입니다. Colab에서는 파일 → 다운로드 → .ipynb 다운로드로 받으세요.",
    },
    "intake_junk": {
        "en": "A file of the operating system or of a tool; nobody handed it in.",
        "ko": "운영 체제나 도구가 남긴 파일이며 제출물이 아닙니다.",
    },
    "intake_late": {
        "en": "The platform says that it is late, but not by how much.",
        "ko": "플랫폼에 지각으로 표시되어 있지만 얼마나 늦었는지는 알 수 없습니다.",
    },
    "intake_later": {
        "en": "A later file, {file}, is not a notebook with answers to this homework; {counts} counts.",
        "ko": "더 나중의 파일 {file}은(는) 이 과제의 답이 있는 노트북이 아니어서 {counts}을(를) 채점했습니다.",
    },
    "intake_latest": {
        "en": "{count} files were handed in; the latest, {file}, counts.",
        "ko": "파일 {count}개가 제출되어 가장 나중의 것인 {file}을(를) 채점했습니다.",
    },
    "intake_link": {
        "en": "This is a link to a file, not a file; it was not followed.",
        "ko": "파일이 아니라 다른 파일을 가리키는 링크여서 따라가지 않았습니다.",
    },
    "intake_many_added": {
        "en": "There are more than {most} added cells; the others were left out.",
        "ko": "추가된 셀이 {most}개를 넘어 나머지는 제외했습니다.",
    },
    "intake_many_cells": {
        "en": "There are more than {most} cells; the others were left out.",
        "ko": "셀이 {most}개를 넘어 나머지는 제외했습니다.",
    },
    "intake_many_files": {
        "en": "There are more than {most} files in this archive; it was not opened.",
        "ko": "압축 파일 안에 파일이 {most}개가 넘어 열지 않았습니다.",
    },
    "intake_mended_cells": {
        "en": "{count} cells are not as the format says, or too long; what could be read of them was taken.",
        "ko": "셀 {count}개가 형식에 맞지 않거나 너무 깁니다. 읽을 수 있는 부분만 채점했습니다.",
    },
    "intake_merged": {
        "en": "Answers were taken out of cells that had been merged with given ones: {cells}.",
        "ko": "주어진 셀과 합쳐진 셀에서 답을 떼어 냈습니다: {cells}.",
    },
    "intake_missing": {
        "en": "Answer cells are missing: {cells}. They count as not answered, unless the answer"
        " stands in another cell.",
        "ko": "답 셀이 없습니다: {cells}. 다른 셀에 답이 없으면 답하지 않은 것으로 채점합니다.",
    },
    "intake_name": {
        "en": "The name of a notebook's file should end in .ipynb; it was read all the same.",
        "ko": "노트북 파일의 이름은 .ipynb로 끝나야 하지만 그대로 읽었습니다.",
    },
    "intake_names_lost": {
        "en": "The notebook had lost the names of its cells. By what they hold, or where they stand, answers were"
        " found to: {cells}.",
        "ko": "노트북에서 셀의 이름이 사라져 내용이나 위치로 답을 찾았습니다: {cells}.",
    },
    "intake_nested": {
        "en": "An archive lies in an archive more than {most} times over; it was not opened. Hand in the"
        " notebook itself.",
        "ko": "압축 파일이 {most}번 넘게 겹쳐 있어 열지 않았습니다. 노트북 파일 자체를 제출하세요.",
    },
    "intake_no_cells": {
        "en": "The notebook has no list of cells. Open it, see whether your work is there, and download it again.",
        "ko": "노트북에 셀 목록이 없습니다. 열어서 내용이 있는지 확인하고 다시 내려받으세요.",
    },
    "intake_no_file": {
        "en": "This is neither a file nor a folder; it was not opened.",
        "ko": "파일도 폴더도 아니어서 열지 않았습니다.",
    },
    "intake_no_notebook": {
        "en": "This is not a notebook. Hand in the file that ends in .ipynb.",
        "ko": "노트북이 아닙니다. .ipynb로 끝나는 파일을 제출하세요.",
    },
    "intake_nobody": {
        "en": "Whose file this is cannot be told, or it could be of several students.",
        "ko": "누구의 파일인지 알 수 없거나 여러 학생의 것일 수 있습니다.",
    },
    "intake_not_json": {
        "en": "The notebook's file is damaged or cut off: it is not JSON. Download it again, open it to see that it is"
        " whole, and hand in that file.",
        "ko": "노트북 파일이 손상되었거나 잘렸습니다(JSON이 아님). 다시 내려받아 온전한지 열어 보고 그"
        " 파일을 제출하세요.",
    },
    "intake_note": {
        "en": "The platform's or the teacher's own file; nothing in it is graded.",
        "ko": "플랫폼이나 교사의 파일이며 채점 대상이 아닙니다.",
    },
    "intake_order": {
        "en": "The cells stood in another order; they were graded in that of the homework.",
        "ko": "셀의 순서가 바뀌어 있어 과제의 순서대로 채점했습니다.",
    },
    "intake_other_homework": {
        "en": "This is the notebook of another homework: {homework}.",
        "ko": "다른 과제의 노트북입니다: {homework}.",
    },
    "intake_other_type": {
        "en": "This is a file of type {type}, not a notebook. Hand in the file that ends in .ipynb.",
        "ko": "노트북이 아니라 {type} 파일입니다. .ipynb로 끝나는 파일을 제출하세요.",
    },
    "intake_python": {
        "en": "This is a Python script, not a notebook. In Colab: File → Download → Download .ipynb.",
        "ko": "노트북이 아니라 파이썬 스크립트입니다. Colab에서는 파일 → 다운로드 → .ipynb 다운로드로 받으세요.",
    },
    "intake_several": {
        "en": "There are several answer cells for: {cells}. All were run in their order, so the last one counts.",
        "ko": "답 셀이 여러 개 있습니다: {cells}. 순서대로 모두 실행하므로 마지막 것이 채점됩니다.",
    },
    "intake_stranger": {
        "en": "None of the homework's answer cells is in this notebook.",
        "ko": "이 노트북에는 과제의 답 셀이 하나도 없습니다.",
    },
    "intake_too_deep": {
        "en": "The file is nested too deeply, or holds too many values, for a notebook.",
        "ko": "노트북이라고 하기에는 지나치게 깊이 중첩되었거나 값이 너무 많은 파일입니다.",
    },
    "intake_too_large": {
        "en": "The file has {size} MB; at most {most} MB are read. Clear the outputs (in Colab: Edit → Clear all"
        " outputs), save, and hand it in again.",
        "ko": "파일이 {size} MB입니다. {most} MB까지만 읽습니다. 출력을 지우고(Colab: 수정 → 모든 출력 지우기) 저장한"
        " 뒤 다시 제출하세요.",
    },
    "intake_type_changed": {
        "en": "The type of an answer cell was changed: {cells}. What is in it was taken as the answer.",
        "ko": "답 셀의 유형이 바뀌었습니다: {cells}. 셀의 내용을 답으로 보았습니다.",
    },
    "intake_unanswered": {
        "en": "Nothing is answered in this notebook. Was another file meant?",
        "ko": "이 노트북에는 답이 하나도 없습니다. 다른 파일을 제출하려던 것은 아닌가요?",
    },
    "intake_unopenable": {
        "en": "The system would not open this ({why}).",
        "ko": "시스템에서 열 수 없었습니다({why}).",
    },
    "intake_version": {
        "en": "The notebook is of format {version}; it was read as format 4.",
        "ko": "노트북 형식의 버전이 {version}이어서 버전 4로 바꾸어 읽었습니다.",
    },
    "intake_when": {
        "en": "When this was handed in is not known, so nobody can say here whether it is late.",
        "ko": "제출 시각을 알 수 없어 지각 여부를 판단하지 않았습니다.",
    },
}
