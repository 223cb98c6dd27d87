"""What a child sends, held against what it may send."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from course.grade import wire
from course.grade.handins import Kind, Output

MOST_OUTPUTS = 1000
MOST_NAMES = 1000
PNG = b"\x89PNG\r\n\x1a\n"

_TABLE = 624  # of the Mersenne Twister
_STATE = struct.Struct("<QiiQ")  # how torch's begins: seed, numbers left in the table, whether seeded, place in it


@dataclass(frozen=True)
class Answer:
    """What came of a call.

    Attributes:
        value: What it returned, encoded; nothing where it raised an error.
        state: torch's random state after it.
        error: The name of the nearest built-in exception type, and what the exception says.
    """

    value: bytes = b""
    state: bytes = b""
    error: tuple[str, str] | None = None


def outputs(told: Any, blob: bytes, most: int) -> tuple[Output, ...]:
    """Return the outputs that this tells.

    Raises:
        JunkError: It tells none.
    """
    if not isinstance(told, list) or len(told) > MOST_OUTPUTS:
        raise wire.JunkError("no outputs")
    found: list[Output] = []
    place, size = 0, len(blob)
    for item in told:
        match item:
            case ["picture", int(length)] if 0 < length <= len(blob) - place:
                png, place = blob[place : place + length], place + length
                if not png.startswith(PNG):
                    raise wire.JunkError("no picture")
                found.append(Output(Kind.PICTURE, png=png))
            case ["stdout" | "stderr" | "result" | "error" as kind, str(text)]:
                size += len(text.encode(errors="replace"))
                found.append(Output(Kind(kind), text))
            case _:
                raise wire.JunkError("no output")
    if place != len(blob) or size > most:
        raise wire.JunkError("more than was asked for")
    return tuple(found)


def values(told: Any, blob: bytes, names: Sequence[str]) -> dict[str, bytes]:
    """Return the encoded values that this tells, each of a name that was asked for.

    Raises:
        JunkError: It tells none.
    """
    if not isinstance(told, list) or len(told) > MOST_NAMES:
        raise wire.JunkError("no values")
    found: dict[str, bytes] = {}
    place = 0
    for item in told:
        match item:
            case [str(name), int(length)] if 0 <= length <= len(blob) - place and name in names and name not in found:
                found[name] = blob[place : place + length]
                place += length
            case _:
                raise wire.JunkError("no value")
    if place != len(blob):
        raise wire.JunkError("bytes left over")
    return found


def answer(said: dict[str, Any], blob: bytes, state: int) -> Answer:
    """Return the answer to a call that this tells; the random state is as long as before."""
    match said:
        case {"error": [str(name), str(text)]} if random(blob, state) and len(name) < 60 and len(text) <= 4000:
            return Answer(error=(name, text), state=blob)
        case {"value": int(value)} if 0 <= value <= len(blob) and random(blob[value:], state):
            return Answer(blob[:value], blob[value:])
        case _:
            raise wire.JunkError("no answer")


def random(state: bytes, length: int) -> bool:
    """Return whether torch can go on from this random state: it would read past its table where one is forged."""
    if len(state) != length or not state:
        return len(state) == length
    if len(state) < _STATE.size:
        return False
    _, left, seeded, place = _STATE.unpack_from(state)
    return bool(seeded == 1 and 1 <= left <= _TABLE and left + place <= _TABLE + 1)
