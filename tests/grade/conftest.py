"""What the tests of grading share; the small homework is in small.py, invented results in invented.py."""

import sys
from pathlib import Path

import pytest

from course.grade import remarks

sys.path.insert(0, str(Path(__file__).parent))

WORDS = {
    "test_aside": {"en": "It is no notebook.", "ko": "노트북이 아닙니다."},
    "test_note": {"en": "{text}", "ko": "{text}"},
    "test_unread": {"en": "This is a {kind}, not a notebook.", "ko": "노트북이 아니라 {kind} 파일입니다."},
}


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add words that only the tests say."""
    for key, text in WORDS.items():
        monkeypatch.setitem(remarks.WORDS, key, text)
