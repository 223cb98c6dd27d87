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


def words(key: str, language: str, **facts: str | float) -> str:
    """Return the words of that key, see ``Remark.text``."""
    return Remark(key, facts).text(language)


# Sorted by the step that says it. A test holds both languages to the same facts.
WORDS: dict[str, dict[str, str]] = {
    # examine
    "answers_too_slow": {
        "en": "{name} was asked for answers for longer than a check may take.",
        "ko": "{name}의 답을 기다리는 시간이 채점에 허용된 시간을 넘었습니다.",
    },
    "check_too_long": {
        "en": "With your answer the check was not done after {seconds:g} s.",
        "ko": "이 답으로는 채점이 {seconds:g}초 안에 끝나지 않았습니다.",
    },
    "fickle": {
        "en": "{name} gives two different answers to the same question.",
        "ko": "{name}이(가) 같은 질문에 서로 다른 두 답을 줍니다.",
    },
    "refused": {
        "en": (
            "{name} is, or holds, a value of type {got}{why}, which a check cannot read. It reads numbers, strings, "
            "lists, tuples, dictionaries, tensors, arrays, networks, and functions."
        ),
        "ko": (
            "{name}은(는) {got} 자료형이거나 그런 값을 담고 있어{why} 채점할 수 없습니다. 채점이 읽는 것은 수, 문자열, "
            "리스트, 튜플, 딕셔너리, 텐서, 배열, 네트워크, 함수입니다."
        ),
    },
    "unreadable": {
        "en": "{name} cannot be read: {why}.",
        "ko": "{name}을(를) 읽을 수 없습니다: {why}.",
    },
    # batch
    "grader_died": {
        "en": "The grader's own process ended while it looked at this notebook. Your teacher will look at it.",
        "ko": "이 노트북을 채점하던 프로그램이 중단되었습니다. 선생님이 직접 확인합니다.",
    },
    "grader_timed_out": {
        "en": "The grader was not done with this notebook in the time there is. Your teacher will look at it.",
        "ko": "정해진 시간 안에 이 노트북의 채점이 끝나지 않았습니다. 선생님이 직접 확인합니다.",
    },
    # Every page and table
    "days": {"en": "{count} d", "ko": "{count}일"},
    "hours": {"en": "{count} h", "ko": "{count}시간"},
    "minutes": {"en": "{count} min", "ko": "{count}분"},
    "page_unsandboxed": {
        "en": "This was graded without a sandbox: the students' code ran with all rights of the grader, so no mark here"
        " is certain.",
        "ko": "샌드박스 없이 채점했습니다. 학생의 코드가 채점 프로그램의 모든 권한으로 실행되었으므로 이곳의 점수는"
        " 확실하지 않습니다.",
    },
    "part_by_hand": {"en": "{title}, by hand", "ko": "{title}, 직접 채점"},
    "status_by_hand": {"en": "to be marked by hand", "ko": "직접 채점 대기"},
    "status_graded": {"en": "graded", "ko": "채점됨"},
    "status_unreadable": {"en": "not readable", "ko": "읽을 수 없음"},
    # Feedback
    "feedback_added": {"en": "Your own cell", "ko": "직접 추가한 셀"},
    "feedback_answer": {"en": "Your answer", "ko": "제출한 답"},
    "feedback_by_hand": {
        "en": "This is marked by hand, and not marked yet.",
        "ko": "직접 채점하는 문항이며 아직 채점하지 않았습니다.",
    },
    "feedback_cut": {
        "en": "Here something is left out: it is too long to show.",
        "ko": "너무 길어 일부를 생략했습니다.",
    },
    "feedback_empty": {"en": "This cell is empty.", "ko": "빈 셀입니다."},
    "feedback_kind_error": {"en": "Error", "ko": "오류"},
    "feedback_kind_result": {"en": "Value", "ko": "값"},
    "feedback_kind_stderr": {"en": "Warnings and errors", "ko": "경고와 오류"},
    "feedback_kind_stdout": {"en": "Printed", "ko": "출력"},
    "feedback_late": {"en": "Handed in {late} late.", "ko": "{late} 늦게 제출했습니다."},
    "feedback_nothing": {"en": "None of your cells could be read.", "ko": "읽을 수 있는 셀이 없습니다."},
    "feedback_notes": {"en": "Notes", "ko": "알림"},
    "feedback_other": {"en": "Other cells", "ko": "그 밖의 셀"},
    "feedback_penalty": {"en": "Penalty for lateness", "ko": "지각 감점"},
    "feedback_picture": {"en": "Picture {number} that the cell drew", "ko": "셀이 그린 그림 {number}"},
    "feedback_points": {"en": "{points} of {most} points", "ko": "{most}점 중 {points}점"},
    "feedback_score": {"en": "Score", "ko": "점수"},
    "feedback_so_far": {"en": "so far", "ko": "현재까지"},
    "feedback_title": {"en": "Feedback", "ko": "피드백"},
    "feedback_total": {"en": "Points earned", "ko": "얻은 점수"},
    "feedback_unpainted": {
        "en": "A picture is left out: it is not a PNG that can be shown safely.",
        "ko": "그림을 생략했습니다. 안전하게 보여 줄 수 있는 PNG가 아닙니다.",
    },
    "feedback_unrun": {"en": "This cell did not run.", "ko": "이 셀은 실행되지 않았습니다."},
    "feedback_waiting": {"en": "– of {most} points", "ko": "{most}점 중 –점"},
    "feedback_written": {"en": "Your written answer", "ko": "서술형 답"},
    # Giving back
    "column_late": {"en": "late by", "ko": "늦은 시간"},
    "column_message": {"en": "message", "ko": "알림"},
    "column_most": {"en": "maximum", "ko": "만점"},
    "column_name": {"en": "name", "ko": "이름"},
    "column_penalty": {"en": "penalty", "ko": "감점"},
    "column_score": {"en": "score", "ko": "점수"},
    "column_status": {"en": "status", "ko": "상태"},
    "column_student": {"en": "student", "ko": "학생"},
    "column_total": {"en": "total", "ko": "합계"},
    "comment_penalty": {"en": "Penalty for lateness: {penalty}.", "ko": "지각 감점: {penalty}점."},
    "comment_points": {"en": "{points} of {most}.", "ko": "{most}점 중 {points}점."},
    "comment_score": {"en": "Score: {score} of {most}.", "ko": "점수: {most}점 중 {score}점."},
    "sheet_excused": {
        "en": "{name} is excused there; nothing was written.",
        "ko": "{name}: 면제로 되어 있어 아무것도 쓰지 않았습니다.",
    },
    "sheet_locked": {
        "en": "{name}: the platform does not let the grade be changed; nothing was written.",
        "ko": "{name}: 플랫폼이 성적 변경을 허용하지 않아 아무것도 쓰지 않았습니다.",
    },
    "sheet_no_hand_in": {
        "en": "{name}: nothing was graded; the row is as it was.",
        "ko": "{name}: 채점한 것이 없어 행을 그대로 두었습니다.",
    },
    "sheet_no_most": {
        "en": "{name}: the maximum grade is no number; nothing was written.",
        "ko": "{name}: 최대 성적이 숫자가 아니어서 아무것도 쓰지 않았습니다.",
    },
    "sheet_no_row": {
        "en": "{name} ({key}) was graded and has no row there.",
        "ko": "{name}({key}): 채점했지만 해당하는 행이 없습니다.",
    },
    "sheet_out_of_range": {
        "en": "{name}: {score} is above the maximum, {most}; nothing was written.",
        "ko": "{name}: {score}점은 최대 {most}점을 넘으므로 아무것도 쓰지 않았습니다.",
    },
    "sheet_scaled": {
        "en": "The maximum is {theirs} there and {own} here: scores were scaled.",
        "ko": "그곳의 만점은 {theirs}점, 이곳의 만점은 {own}점이므로 점수를 환산했습니다.",
    },
    "sheet_twice": {
        "en": "{name} has several rows there; nothing was written.",
        "ko": "{name}: 행이 여러 개여서 아무것도 쓰지 않았습니다.",
    },
    "sheet_unmarked": {
        "en": "{name}: a part is still to be marked by hand; nothing was written.",
        "ko": "{name}: 직접 채점할 부분이 남아 있어 아무것도 쓰지 않았습니다.",
    },
    "zip_no_place": {
        "en": "{name} ({key}): the platform's own name of the hand-in is not known; the page is not in the zip.",
        "ko": "{name}({key}): 플랫폼에서 쓰는 제출물의 이름을 알 수 없어 페이지를 zip에 넣지 않았습니다.",
    },
    # Summary
    "summary_all": {"en": "All students", "ko": "전체 학생"},
    "summary_asides": {"en": "Files that do not count", "ko": "반영하지 않은 파일"},
    "summary_average": {"en": "on average", "ko": "평균 득점률"},
    "summary_by_hand": {"en": "Waiting to be marked by hand", "ko": "직접 채점 대기"},
    "summary_distribution": {"en": "Distribution of scores", "ko": "점수 분포"},
    "summary_distribution_alt": {
        "en": "Histogram of scores in tenths of the maximum, from low to high: {counts} students.",
        "ko": "만점을 열 구간으로 나눈 점수 분포. 낮은 구간부터 학생 {counts}명.",
    },
    "summary_file": {"en": "File", "ko": "파일"},
    "summary_full": {"en": "full marks", "ko": "만점"},
    "summary_hand_ins": {"en": "Hand-ins", "ko": "제출"},
    "summary_late": {"en": "Late", "ko": "지각"},
    "summary_mean": {"en": "Mean score", "ko": "평균"},
    "summary_median": {"en": "Median score", "ko": "중앙값"},
    "summary_messages": {"en": "Commonest messages", "ko": "가장 많은 메시지"},
    "summary_messages_count": {"en": "Students", "ko": "학생 수"},
    "summary_none": {"en": "None.", "ko": "없습니다."},
    "summary_platform": {"en": "From", "ko": "출처"},
    "summary_question": {"en": "Question", "ko": "문항"},
    "summary_questions": {"en": "Questions", "ko": "문항별 결과"},
    "summary_seconds": {"en": "Seconds", "ko": "초"},
    "summary_similar": {"en": "Answers nearly the same", "ko": "거의 같은 답"},
    "summary_similar_hint": {
        "en": "A hint to look, never a verdict: short tasks have few right answers, and students may learn together."
        " What many share, and what the notebook gave, is left out.",
        "ko": "살펴볼 단서일 뿐 판정이 아닙니다. 짧은 문제는 정답이 몇 가지뿐이고, 함께 공부할 수도 있습니다. 여러"
        " 학생이 공유하는 부분과 노트북에 주어진 부분은 제외했습니다.",
    },
    "summary_similarity": {"en": "Similarity", "ko": "유사도"},
    "summary_slowest": {"en": "Slowest", "ko": "가장 오래 걸린 제출"},
    "summary_students": {"en": "Students", "ko": "학생"},
    "summary_title": {"en": "Summary", "ko": "요약"},
    "summary_unreadable": {"en": "Not readable", "ko": "읽을 수 없음"},
    "summary_waiting": {"en": "by hand", "ko": "채점 대기"},
    "summary_why": {"en": "Why", "ko": "이유"},
    "summary_zero": {"en": "no points", "ko": "0점"},
    # sandbox
    "cell_interrupted": {
        "en": "This cell was still running after {seconds:g} s and was interrupted.",
        "ko": "이 셀은 {seconds:g}초가 지나도 끝나지 않아 중단되었습니다.",
    },
    "cell_not_run": {
        "en": "This cell was not run, because the process had ended before.",
        "ko": "프로세스가 그 전에 끝나서 이 셀은 실행되지 않았습니다.",
    },
    "child_cpu": {
        "en": "The process was ended: it used more than {seconds:g} s of processor time.",
        "ko": "프로세스가 종료되었습니다. CPU 시간을 {seconds:g}초보다 많이 썼습니다.",
    },
    "child_died": {
        "en": "The process ended by itself while this cell ran.",
        "ko": "이 셀이 실행되는 동안 프로세스가 스스로 끝났습니다.",
    },
    "child_junk": {
        "en": "The process was ended: it answered the grader with something else than an answer.",
        "ko": "프로세스가 종료되었습니다. 채점기에 올바른 응답이 아닌 것을 보냈습니다.",
    },
    "child_late": {
        "en": "The process was ended: the notebook was not done after {seconds:g} s.",
        "ko": "프로세스가 종료되었습니다. 노트북이 {seconds:g}초 안에 끝나지 않았습니다.",
    },
    "child_memory": {
        "en": "The process was ended: it used more than {megabytes} MB of memory.",
        "ko": "프로세스가 종료되었습니다. 메모리를 {megabytes} MB보다 많이 썼습니다.",
    },
    "child_unresponsive": {
        "en": "The process was ended: it did not stop when it was interrupted after {seconds:g} s.",
        "ko": "프로세스가 종료되었습니다. {seconds:g}초 뒤에 중단시켰으나 멈추지 않았습니다.",
    },
    "output_cut": {
        "en": "There was too much output; the rest was left out.",
        "ko": "출력이 너무 많아 나머지는 생략되었습니다.",
    },
    "values_interrupted": {
        "en": "Reading answers took longer than {seconds:g} s and was interrupted: those not read by then count as"
        " not answered.",
        "ko": "답을 읽는 데 {seconds:g}초가 넘게 걸려 중단했습니다. 그때까지 읽지 못한 답은 답하지 않은 것으로"
        " 처리됩니다.",
    },
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
        "en": "Given cells that were changed: {count}. They were graded as they were given out.",
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
