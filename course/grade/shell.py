"""The shell that runs a student's cells inside the sandbox: IPython's, in this process, with outputs kept and cut."""

from __future__ import annotations

import base64
import binascii
import builtins
import io
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config.loader import Config

MOST_OUTPUTS = 999  # with one more, an error, as many as the grader takes
FOR_ERRORS = 8192  # bytes kept free for what went wrong

_OURS = re.compile(r"^File /grader/.*\n(?:.+\n)*\n", re.MULTILINE)
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_PNG = b"\x89PNG\r\n\x1a\n"


class Collected:
    """The outputs of a cell, in order, as many bytes of them as are kept.

    Attributes:
        items: Each output's kind with its text, or the bytes of a picture.
        cut: Whether some were left out.
    """

    def __init__(self) -> None:
        self.items: list[tuple[str, str | bytes]] = []
        self.cut = False
        self._left = self._outputs = 0

    def start(self, most: int) -> None:
        """Forget all, and keep so many bytes from now on."""
        self.items, self.cut, self._left, self._outputs = [], False, most, 0

    def add(self, kind: str, what: str | bytes) -> None:
        """Keep an output, or as much of a text as there is room for."""
        joins = bool(self.items) and self.items[-1][0] == kind and kind in ("stdout", "stderr")
        room = max(0, self._left - (0 if kind == "error" else FOR_ERRORS))
        if isinstance(what, str):
            raw = str.__getitem__(what, slice(room + 1)).encode(errors="replace")
            what, size = raw[:room].decode(errors="ignore"), len(raw)
        else:
            what, size = (what if len(what) <= room else b""), len(what)
        full = self._outputs >= MOST_OUTPUTS and not joins and kind != "error"
        self.cut = self.cut or full or size > room
        if full or not what or self._outputs > MOST_OUTPUTS:
            return
        self._left -= min(size, room)
        self._outputs += not joins
        self.items.append((kind, what))  # joined at the end: adding to a long text each time is slow

    def joined(self) -> list[tuple[str, str | bytes]]:
        """Return the outputs, texts that follow each other in one stream joined."""
        found: list[tuple[str, list[str | bytes]]] = []
        for kind, what in self.items:
            if found and found[-1][0] == kind and kind in ("stdout", "stderr"):
                found[-1][1].append(what)
            else:
                found.append((kind, [what]))
        return [(kind, parts[0] if len(parts) == 1 else "".join(map(str, parts))) for kind, parts in found]


class _Stream(io.TextIOBase):
    """What a cell prints to."""

    def __init__(self, kind: str, collected: Collected) -> None:
        self._kind, self._collected = kind, collected
        self.name = f"<{kind}>"

    def writable(self) -> bool:
        """Return whether it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Keep a text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._collected.add(self._kind, text)
        return len(text)

    def fileno(self) -> int:
        """Return the descriptor that a program would write to."""
        return 1 if self._kind == "stdout" else 2


def _picture(data: Any) -> bytes:
    """Return the bytes of a PNG, as they are or in base 64."""
    if isinstance(data, str):
        try:
            data = base64.b64decode(data)
        except (ValueError, binascii.Error):
            return b""
    return data if isinstance(data, bytes) and data.startswith(_PNG) else b""


class _Publisher(DisplayPublisher):
    """Takes what a cell displays."""

    def publish(self, data: dict[str, Any], *_: Any, **__: Any) -> None:
        """Keep it."""
        self.shell.keep(data, "stdout")

    def clear_output(self, wait: bool = False) -> None:  # the base's signature
        """Leave what was shown: feedback shows it all."""


class _Hook(DisplayHook):
    """Takes a cell's last value."""

    def start_displayhook(self) -> None:
        """There is nothing to begin with."""

    def write_output_prompt(self) -> None:
        """There is no prompt."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:  # noqa: ARG002
        """Keep it."""
        self.shell.keep(format_dict, "result")

    def finish_displayhook(self) -> None:
        """There is nothing to end with."""


class Shell(InteractiveShell):
    """IPython without a terminal, a history or a keyboard."""

    displayhook_class = _Hook
    display_pub_class = _Publisher
    collected: Collected

    def init_history(self) -> None:
        """Keep what was entered in memory alone."""
        self.history_manager = HistoryManager(shell=self, parent=self, enabled=False)
        self.configurables.append(self.history_manager)

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no window to draw in."""

    def keep(self, data: dict[str, Any], kind: str) -> None:
        """Keep a picture, else the plain text."""
        if picture := _picture(data.get("image/png")):
            self.collected.add("picture", picture)
        elif isinstance(text := data.get("text/plain"), str):
            self.collected.add(kind, text if kind == "result" else f"{text}\n")

    def _showtraceback(self, etype: type, evalue: Any, stb: Any) -> None:  # noqa: ARG002  # the base's signature
        self.collected.add("error", _OURS.sub("", _ESCAPES.sub("", self.InteractiveTB.stb2text(stb))))

    def cell(self, source: str) -> None:
        """Run a cell."""
        InteractiveShell.run_cell(self, source, store_history=True)  # a trailing `;` is looked up there

    def forget(self) -> None:
        """Forget all names."""
        InteractiveShell.reset(self, new_session=True)

    def system(self, command: str) -> None:
        """Run what follows a ``!``; it reads nothing, and what it prints is the cell's."""
        self.user_ns["_exit_code"] = subprocess.run(  # noqa: S602  # a student's own command, in the student's sandbox
            InteractiveShell.var_expand(self, command, depth=1), shell=True, stdin=subprocess.DEVNULL, check=False
        ).returncode
        self.collect_descriptors()

    system_piped = system_raw = system

    def open_descriptors(self) -> None:
        """Let what writes past Python, such as a program, write to a file that is part of the outputs."""
        with tempfile.TemporaryFile(dir="/tmp") as file:  # the child's own tmpfs
            for number in (1, 2):
                os.dup2(file.fileno(), number)
        os.set_blocking(1, True)

    def collect_descriptors(self, most: int = 1 << 20) -> None:
        """Take what was written past Python."""
        try:
            size = os.fstat(1).st_size
            if size:
                self.collected.add("stdout", os.pread(1, most, 0).decode(errors="replace"))
                self.collected.cut = self.collected.cut or size > most
                os.ftruncate(1, 0)
                os.lseek(1, 0, os.SEEK_SET)
        except (OSError, ValueError):
            pass  # a student has closed or changed it: nothing was written there


def make() -> Shell:
    """Return the shell, before any module looks for one."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.autoindent = False
    config.InteractiveShell.xmode = "Context"
    shell: Shell = Shell.instance(config=config)  # type: ignore[no-untyped-call]
    shell.collected = Collected()
    return shell


class Runner:
    """Runs cells and calls one at a time, so that an interrupt ends only what runs."""

    def __init__(self, shell: Shell) -> None:
        self.shell, self._running = shell, False
        builtins.input = _no_input
        signal.signal(signal.SIGINT, self._interrupt)

    def _interrupt(self, *_: object) -> None:
        if self._running:
            raise KeyboardInterrupt

    def __call__(self, work: Callable[[], None], most: int) -> None:
        """Do some work with what it prints collected; whatever it raises is kept as an output."""
        collected = self.shell.collected
        collected.start(most)
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = _Stream("stdout", collected), _Stream("stderr", collected)
        self._running = True
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # nothing of a student's ends the shell
            collected.add("error", f"{type(error).__name__}: {_said(error)}")
        finally:
            self._running = False
            sys.stdout, sys.stderr = streams
            self.shell.collect_descriptors()


def _said(error: BaseException) -> str:
    """Return what an error says, if it can say it."""
    try:
        return str.__str__(str(error))[:2000]
    except BaseException:  # noqa: BLE001  # its __str__ is a student's
        return ""


def _no_input(prompt: object = "") -> str:  # noqa: ARG001  # the built-in's signature
    raise RuntimeError("input() is not available: nobody sits at the keyboard when this runs; assign the value instead")
