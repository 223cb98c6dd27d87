"""Executing without a sandbox, where there is none and a teacher trusts the class: ``--unsandboxed``.

Each hand-in has a process of its own with the grader's own rights. Nothing
keeps it from reading, writing or sending what the teacher could; its answers
still reach the checks as plain values alone.

``python -m course.grade.bare SOCKET SETTINGS`` is that process.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course import errors
from course.grade import wire
from course.grade.remarks import Remark
from course.grade.sandbox import START_SECONDS, WATCH_SECONDS, Child, Limits

ENVIRONMENT = {
    "MKL_NUM_THREADS": "1", "MPLBACKEND": "module://matplotlib_inline.backend_inline", "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "TERM": "dumb",
}  # fmt: skip


class BareTemplate:
    """Starts a process for each hand-in, with no walls around it; as ``sandbox.Template``, but slower."""

    def __init__(self, imports: Sequence[str], data: Path | None, limits: Limits) -> None:
        """Remember what every process gets.

        Args:
            imports: The names of the modules to import.
            data: fastai's home, or nothing.
            limits: Those on time and output hold; those on memory, processes and disk do not.
        """
        self._settings = {"imports": list(imports), "output": limits.output}
        self._data, self._limits = data, limits

    def child(self) -> BareChild:
        """Return a fresh process.

        Raises:
            CourseError: It does not start.
        """
        home = tempfile.TemporaryDirectory()
        environment = os.environ | ENVIRONMENT | {"HOME": home.name}
        if self._data:
            environment["FASTAI_HOME"] = str(self._data)
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", __name__, str(theirs.fileno()), repr(self._settings)]
            process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                env=environment,
                cwd=home.name,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        child = BareChild(ours, process, self._limits, home)
        try:
            wire.receive(ours, 0, time.monotonic() + START_SECONDS)
        except (wire.JunkError, wire.EndedError, wire.LateError) as e:
            child.close()
            raise errors.template_ended(type(e).__name__) from None
        return child


class BareChild(Child):
    """A hand-in's process without walls; what it started ends with it as long as that is still in its session."""

    def __init__(
        self,
        link: socket.socket,
        process: subprocess.Popen[bytes],
        limits: Limits,
        home: tempfile.TemporaryDirectory[str],
    ) -> None:
        self._process, self._home = process, home
        super().__init__(link, -1, limits)

    def _await_end(self) -> None:
        self._process.wait()
        self._home.cleanup()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if number == signal.SIGKILL:
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)

    def _keep_watch(self) -> None:
        while not self._closed.wait(WATCH_SECONDS):
            if time.monotonic() > self._until:
                self._end(Remark("child_late", {"seconds": self._limits.total_seconds}))
                return


def main() -> None:
    """Serve the grader until it hangs up."""
    from course.grade import shell, template

    link = socket.socket(fileno=int(sys.argv[1]))
    settings: dict[str, Any] = ast.literal_eval(sys.argv[2])
    made = shell.make()
    for name in settings["imports"]:
        importlib.import_module(name)
    template.seed()
    wire.send(link, {"ready": True})
    with contextlib.suppress(wire.EndedError):
        template.Served(link, made, settings["output"]).serve()


if __name__ == "__main__":
    main()
