"""The text of strangers, made safe to show: no terminal codes, no hidden characters, one way to write a number."""

from __future__ import annotations

import re
import unicodedata

MOST_RUNS = 4  # combining marks on one letter, of which no script needs more
# ECMA-48: control sequences (CSI), strings (OSC, DCS, SOS, PM, APC) up to their end, and all other escapes
_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
_ODD = re.compile(r"[^\n\t -~]")
_SILENT = {"Cc", "Cs", "Cn", "Co"}
_HIDDEN = {"Cf", "Zl", "Zp"}
_JOINERS = {"\u200c", "\u200d", "\u00ad"}  # which scripts and emoji need
_FORMULA = re.compile(r"(^|[;\t,|])(\s*)([=+\-@\uff1d\uff0b\uff0d\uff20])")


def plain(text: str, most: int | None = None) -> str:
    """Return a text without what a terminal or a browser would obey.

    Terminal codes and control characters go, but for line ends and tabs; of a line that was overwritten, as progress
    bars do, its last state stays. Characters that are not seen but change what is seen, such as those that turn the
    direction of writing, are written as their names.

    Args:
        text: Anything.
        most: How many characters to keep at most; an ellipsis says that there was more.
    """
    if most is not None and len(text) > most:
        text = f"{text[:most]}…"
    lines = (each.rstrip("\r").rpartition("\r")[2] for each in _ESCAPE.sub("", text).split("\n"))
    return _few_marks(_ODD.sub(lambda found: _seen(found[0]), "\n".join(lines)))


def _seen(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    category = unicodedata.category(character)
    if category in _HIDDEN:
        return f"⟨U+{ord(character):04X}⟩"
    return "" if category in _SILENT else character


def _few_marks(text: str) -> str:
    if text.isascii():
        return text
    kept, run = [], 0
    for each in text:
        run = run + 1 if unicodedata.combining(each) else 0
        if run <= MOST_RUNS:
            kept.append(each)
    return "".join(kept)


def line(text: str, most: int = 500) -> str:
    """Return a text as one line, see ``plain``."""
    return plain(" ".join(plain(text, most).split()))


def cell(text: str) -> str:
    """Return a text as one line that no spreadsheet takes for a formula, whatever it splits its cells at."""
    return _FORMULA.sub(r"\1\2'\3", line(text, 2000))


def number(value: float) -> str:
    """Return a number of points with as many digits as it needs, two decimals at most."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
