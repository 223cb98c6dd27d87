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
WORDS: dict[str, dict[str, str]] = {}
