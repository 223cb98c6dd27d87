"""Messages between the grader and the sandbox: JSON and bytes in frames, every length bounded before it is read."""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from typing import Any

MOST_JSON = 1 << 23
MOST_DEPTH = 16

_LENGTHS = struct.Struct(">II")


class JunkError(ValueError):
    """What came is no frame of ours."""


class EndedError(Exception):
    """The other side has hung up."""


class LateError(Exception):
    """What should have come has not come in time."""


def send(link: socket.socket, message: dict[str, Any], blob: bytes = b"", until: float | None = None) -> None:
    """Send a message of plain data, with bytes that go along.

    Raises:
        EndedError: The other side has hung up.
        LateError: The other side has not read it in time.
    """
    text = json.dumps(message).encode("ascii")
    try:
        for part in (_LENGTHS.pack(len(text), len(blob)) + text, blob):
            rest = memoryview(part)
            while rest:
                if until is not None:
                    _wait(link, select.POLLOUT, until)
                rest = rest[link.send(rest, socket.MSG_NOSIGNAL | (socket.MSG_DONTWAIT if until else 0)) :]
    except BlockingIOError:
        raise LateError from None
    except OSError:
        raise EndedError from None


def receive(link: socket.socket, most_blob: int, until: float | None = None) -> tuple[dict[str, Any], bytes]:
    """Return the next message and its bytes; no more is read than may come, and no longer than that clock time.

    Raises:
        JunkError: It is too long, or not the JSON of an object.
        EndedError: The other side has hung up.
        LateError: It has not come in time.
    """
    text_length, blob_length = _LENGTHS.unpack(_exactly(link, _LENGTHS.size, until))
    if text_length > MOST_JSON or blob_length > most_blob:
        raise JunkError(f"a message of {text_length} + {blob_length} bytes")
    text = _exactly(link, text_length, until)
    return _parse(text), _exactly(link, blob_length, until)


def _exactly(link: socket.socket, length: int, until: float | None) -> bytes:
    """Return so many bytes."""
    parts: list[bytes] = []
    while length:
        if until is not None:
            _wait(link, select.POLLIN, until)
        try:
            part = link.recv(min(length, 1 << 20))
        except OSError:
            raise EndedError from None
        if not part:
            raise EndedError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _wait(link: socket.socket, for_what: int, until: float) -> None:
    """Wait until the socket is ready."""
    left = until - time.monotonic()
    poll = select.poll()
    poll.register(link, for_what)
    if left <= 0 or not poll.poll(left * 1000):
        raise LateError


def _parse(text: bytes) -> dict[str, Any]:
    """Return the object that the JSON tells, of bounded depth."""
    depth, unescaped = 0, text.replace(b"\\\\", b"").replace(b'\\"', b"")
    bare = b"".join(unescaped.split(b'"')[::2])  # without strings: what a student prints is no nesting
    for byte in bare.translate(None, bytes(set(range(256)) - set(b"[]{}"))):
        depth += 1 if byte in b"[{" else -1
        if depth > MOST_DEPTH:
            raise JunkError("JSON nested too deeply")
    try:
        message = json.loads(text.decode("ascii"))
        message = json.loads(json.dumps(message, ensure_ascii=False).encode(errors="replace"))  # no half letters
    except (ValueError, RecursionError):
        raise JunkError("no JSON") from None
    if not isinstance(message, dict):
        raise JunkError("no JSON object")
    return message
