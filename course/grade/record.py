"""What was executed and examined, kept by the hash of all that it depends on, so that nothing is done twice.

A record is one compressed file of MessagePack, written whole or not at all, and
read back only as the types that it was made of. What came out of a sandbox is
in it as bytes, which are decoded anew each time they are used.
"""

from __future__ import annotations

import functools
import hashlib
import platform
import zlib
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from course import notebooks
from course.grade.handins import Cell, Role
from course.grade.sandbox import INSIDE, Limits

T = TypeVar("T")


class Store:
    """A folder of records."""

    def __init__(self, folder: Path) -> None:
        """Use this folder, which is made when something is kept."""
        self._folder = folder

    def load(self, key: str, kind: type[T]) -> T | None:
        """Return what is kept under a key, or nothing where there is none or it is damaged."""
        try:
            return msgspec.msgpack.decode(zlib.decompress(self._path(key).read_bytes()), type=kind)
        except (FileNotFoundError, zlib.error, msgspec.DecodeError):
            return None

    def keep(self, key: str, value: object) -> None:
        """Keep a value under a key."""
        packed = zlib.compress(msgspec.msgpack.encode(value, order="deterministic"), 1)
        notebooks.write_whole(self._path(key), packed, 0o600)

    def drop(self, key: str) -> None:
        """Keep nothing under a key any longer."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key[2:]


def execution_key(cells: Sequence[Cell], limits: Limits, unsandboxed: bool = False) -> str:
    """Return the SHA-256 of what an execution depends on: the notebook with its parameters, the environment, the data.

    Args:
        cells: The notebook as it runs, from ``to_run``.
        limits: What it may use.
        unsandboxed: Whether it runs without a sandbox.
    """
    ran = [(cell.role, cell.name, cell.source) for cell in cells if cell.role not in {Role.TEXT, Role.WRITTEN}]
    return _sha256([ran, astuple(limits), unsandboxed, environment()])


def examination_key(executed: str, checks: Sequence[str], cells: Sequence[Cell], language: str) -> str:
    """Return the SHA-256 of what marks depend on.

    Args:
        executed: The execution's key.
        checks: The master's given cells and checks.
        cells: The notebook, for what is written in it.
        language: What the checks speak.
    """
    return _sha256([executed, checks, [cell.source for cell in cells if cell.role is Role.WRITTEN], language])


@functools.cache
def environment() -> str:
    """Return the SHA-256 of what else an execution depends on: Python, the packages, the data and the grader's code."""
    ours = [
        Path(__file__).with_name(f"{name}.py") for name in ("execute", "groups", "replies", "sandbox", "usage", *INSIDE)
    ]
    files = [notebooks.ROOT / "requirements.lock", notebooks.ROOT / "course" / "mnist.sha256", *ours]
    return _sha256([platform.python_version(), platform.machine(), [file.read_bytes() for file in files]])


def _sha256(value: Any) -> str:
    return hashlib.sha256(msgspec.msgpack.encode(value)).hexdigest()
