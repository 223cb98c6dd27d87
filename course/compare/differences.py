"""What a comparison finds: one line of words for each thing that moved, with both pictures where it is a picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Picture:
    """A picture as a notebook stores it.

    Attributes:
        kind: Its MIME type, ``image/png``, ``image/jpeg`` or ``image/svg+xml``.
        data: Base64 text, or the SVG's own text.
    """

    kind: str
    data: str


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it is stored.

    Attributes:
        words: What differs, and by how much.
        place: Which output of the cell, and which part of it.
        stored: The stored picture, if it is about pictures.
        fresh: The new picture, if it is about pictures.
        allowed: Whether it is within what the cell allows.
    """

    words: str
    place: str = ""
    stored: Picture | None = None
    fresh: Picture | None = None
    allowed: bool = False

    def at(self, place: str) -> Difference:
        """Return the same difference, said of a place."""
        return replace(self, place=place)

    def __str__(self) -> str:
        return f"{self.place}: {self.words}" if self.place else self.words


def shortened(value: Any, width: int = 90) -> str:
    """Return the value as one line of at most ``width`` characters."""
    line = " ".join(str(value).split())
    return line if len(line) <= width else f"{line[: width - 1]}…"


def number_moved(name: str, stored: str, fresh: str, difference: Decimal, tolerance: Decimal) -> Difference:
    """A number is not the stored one, by more or by less than it may be."""
    sign = "≤" if (allowed := difference <= tolerance) else ">"
    size = f"differs by {float(difference):.3g} {sign} tolerance {float(tolerance):.3g}"
    return Difference(f"{name}: stored {stored}, now {fresh}, {size}", allowed=allowed)


def value_changed(name: str, stored: Any, fresh: Any) -> Difference:
    """A value is another, and no tolerance applies: a count, a word, NaN, another notation."""
    return Difference(f"{name}: stored {shortened(stored)}, now {shortened(fresh)}")


def gone(name: str, stored: Any) -> Difference:
    """Something that is stored did not come again."""
    return Difference(f"{name} is missing: stored {shortened(stored)}")


def new(name: str, fresh: Any) -> Difference:
    """Something came that is not stored."""
    return Difference(f"{name} is new: {shortened(fresh)}")


def picture_changed(why: str, stored: Picture, fresh: Picture) -> Difference:
    """Two pictures do not show the same."""
    return Difference(f"the picture changed: {why}", stored=stored, fresh=fresh)


def same_picture(stored: Picture, fresh: Picture) -> Difference:
    """Two pictures show the same, whatever their bytes are."""
    return Difference("the same picture", stored=stored, fresh=fresh, allowed=True)


def did_not_run(error: str) -> Difference:
    """A notebook could not be run to its end."""
    return Difference(f"it did not run: {error}")


def did_not_raise() -> Difference:
    """A cell tagged ``raises-exception`` ended without an error."""
    return Difference("is tagged raises-exception and raised nothing")


def not_the_twin(name: str, english: Any, korean: Any) -> Difference:
    """A translated notebook's code or outputs are not the English ones."""
    return Difference(f"{name} is not the English one's: {shortened(english)} became {shortened(korean)}")


@dataclass(frozen=True)
class Finding:
    """What was found of one cell.

    Attributes:
        place: The notebook and the cell.
        differences: What is not as stored.
    """

    place: str
    differences: list[Difference]

    @classmethod
    def of(cls, plain: Any) -> Finding:
        """Return the finding that ``dataclasses.asdict`` made plain."""
        return cls(plain["place"], [_difference(difference) for difference in plain["differences"]])

    def __str__(self) -> str:
        return "\n".join([self.place, *(f"  {difference}" for difference in self.differences)])


def _difference(plain: dict[str, Any]) -> Difference:
    pictures = {key: Picture(**plain[key]) for key in ("stored", "fresh") if plain[key]}
    return Difference(**plain | pictures)
