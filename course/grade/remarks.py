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
            "{name}은(는) {got} 자료형이거나 그런 값을 담고 있어{why} 채점할 수 없습니다. 채점이 읽는 것은 수, 문자열, 리스트, "
            "튜플, 딕셔너리, 텐서, 배열, 네트워크, 함수입니다."
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
}
