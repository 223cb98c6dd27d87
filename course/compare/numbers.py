"""Numbers as they are printed, and by how much two of them may differ: the one place that says so.

The rule: a number printed with up to six significant digits is compared to its
last digit, because whoever prints it says with its digits what holds on any
machine; of a longer one the digits past the sixth may move, which is what
single precision leaves. Integers and notation are compared exactly. A cell
whose numbers hold less than they show states its own tolerance in its
metadata, ``{"course": {"tolerance": {"rtol": 1e-3, "atol": 1e-6}}}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from course.compare import differences
from course.compare.differences import Difference

# Python's own repr of a float is as long as chance has it: past so many decimals their count says nothing.
REPR_DECIMALS = 8

_NUMBER = re.compile(
    r"""
    (?P<sign>(?<![\w.)\]])[-+−])? (?<![\w.])
    (?:(?P<whole>\d{1,3}(?:,\d{3})+(?!\d)|\d+)
       (?P<point>\.(?:\d+|(?=[eE,\])]|\x20+[-\d.])))?
      |(?P<fraction>\.\d+)
      |(?P<word>(?i:nan|inf|infinity)))
    (?P<exponent>(?<=[\d.])[eE][-+]?\d+)?
    (?!\w|\.\w)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Tolerance:
    """By how much a number may differ from the stored one: ``atol + rtol × |stored|``, as in NumPy.

    Attributes:
        rtol: The part relative to the stored number.
        atol: The part that is the same for all.
    """

    rtol: Decimal = Decimal("5e-7")
    atol: Decimal = Decimal("1e-12")

    def at(self, stored: Decimal) -> Decimal:
        """Return by how much a number may differ from ``stored``."""
        return self.atol + self.rtol * abs(stored)

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> Tolerance:
        """Return the tolerance that a cell states in its metadata, else the default."""
        own = metadata.get("course", {}).get("tolerance", {})
        return cls(**{key: Decimal(repr(own[key])) for key in ("rtol", "atol") if key in own})


@dataclass(frozen=True)
class Number:
    """A number as it is printed.

    Attributes:
        text: The printed characters.
        start: Where they start in their text.
    """

    text: str
    start: int

    @cached_property
    def value(self) -> Decimal:
        """What the number says, perhaps NaN or infinite."""
        return Decimal(self.text.replace(",", "").replace("−", "-"))

    @cached_property
    def is_integer(self) -> bool:
        """Whether it is printed as a whole number, so that it counts something."""
        return re.fullmatch(r"[-+−]?[\d,]+", self.text) is not None

    @cached_property
    def unit(self) -> Decimal:
        """One unit in the last printed digit."""
        return Decimal((0, (1,), int(self.value.as_tuple().exponent)))

    @cached_property
    def notation(self) -> tuple[str, ...]:
        """How it is printed: whole, grouped, with so many decimals, with an exponent, or not finite."""
        if not self.value.is_finite():
            return (str(self.value).lstrip("-"),)
        mantissa = re.split("[eE]", self.text)[0]
        decimals = len(mantissa.partition(".")[2]) if "." in mantissa else -1
        length = "many" if decimals > REPR_DECIMALS else str(decimals)
        return (length, "," * ("," in mantissa), "e" * (mantissa != self.text))


def numbers(text: str) -> Iterator[Number]:
    """Yield every number in the text, in order; digits within words, versions and file names are none."""
    for match in _NUMBER.finditer(text):
        yield Number(match[0], match.start())


def words(text: str) -> str:
    """Return the text with every number, and the padding before it, replaced by the same sign."""
    return re.sub(r" *\0", "\0", _NUMBER.sub("\0", text))


def compare(name: str, stored: Number, fresh: Number, tolerance: Tolerance) -> Iterator[Difference]:
    """Yield the difference between two printed numbers, if there is one; it tells whether the tolerance allows it."""
    if stored.text == fresh.text:
        return
    if stored.notation != fresh.notation or not stored.value.is_finite():
        if stored.notation != fresh.notation or stored.value.is_signed() != fresh.value.is_signed():
            yield differences.value_changed(name, stored.text, fresh.text)
        return
    allowed = Decimal(0) if stored.is_integer else tolerance.at(stored.value)
    if difference := abs(stored.value - fresh.value):
        yield differences.number_moved(name, stored.text, fresh.text, difference, allowed)
