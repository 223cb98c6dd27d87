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
}
