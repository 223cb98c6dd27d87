"""The grader's side of the sandbox: it starts the template, and believes nothing that a child sends."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from course import errors
from course.grade import groups, launch, replies, usage, wire
from course.grade.handins import Ran
from course.grade.remarks import Remark
from course.grade.replies import Answer

INSIDE = ("__init__", "confine", "layers", "shell", "template", "values", "wire")
START_SECONDS = 120.0
READY_SECONDS = 20.0
GRACE_SECONDS = 3.0
GONE_SECONDS = 5.0
WATCH_SECONDS = 0.05
MOST_SOCKETS = 200

_ENVIRONMENT = {
    "HOME": "/home/template", "LANG": "C.UTF-8", "MKL_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
    "PATH": "/usr/bin:/bin",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0",
    "PYTHONPATH": "/grader", "USER": "student",
}  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What a hand-in may use.

    Attributes:
        memory: Bytes, of one process's own and of all its processes together; the imported packages count, and where
            control groups can be made, so do files and what is under way in sockets and pipes.
        processes: Processes and threads.
        cpu_seconds: Processor time of all its processes.
        cell_seconds: Wall-clock time of a cell or a call, which is interrupted then.
        total_seconds: Wall-clock time of everything.
        output: Bytes of a cell's outputs.
        total_output: Bytes of all outputs.
        disk: Bytes of files.
        inodes: Files.
        values: Bytes of what is fetched at once, or is returned by a call.
        total_values: Bytes of all that is fetched or returned.
    """

    memory: int = 2 << 30
    processes: int = 64
    cpu_seconds: int = 600
    cell_seconds: float = 120.0
    total_seconds: float = 900.0
    output: int = 1 << 20
    total_output: int = 8 << 20
    disk: int = 64 << 20
    inodes: int = 10_000
    values: int = 256 << 20
    total_values: int = 512 << 20


class Source:
    """Where children come from: a template, asked over a socket."""

    def __init__(self, control: socket.socket, limits: Limits) -> None:
        self.limits, self._control = limits, control

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up, which ends the children that were asked for here."""
        self._control.close()

    def child(self) -> Child:
        """Return a fresh process in a sandbox of its own.

        Raises:
            CourseError: The template has ended, or a wall does not stand.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._control, [b"child"], [theirs.fileno()])
            self._control.settimeout(READY_SECONDS)
            message, handles, _, _ = socket.recv_fds(self._control, 16, 1)
        except OSError:
            message, handles = b"", []
        if message != b"child" or len(handles) != 1:
            ours.close()
            raise errors.template_ended(self._last_words())
        child = Child(ours, handles[0], self.limits)
        try:
            child.await_ready()
        except BaseException:
            child.close()
            raise
        return child

    def _last_words(self) -> str:
        return "it answers no more"


class Guest(Source):
    """A template that another process has started, asked from this one."""

    def __init__(self, address: str, limits: Limits) -> None:
        """Call it.

        Raises:
            CourseError: It does not answer.
        """
        control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            control.connect(address)
        except OSError as error:
            control.close()
            raise errors.template_ended(str(error)) from None
        super().__init__(control, limits)


class Template(Source):
    """A process in a sandbox of its own that has imported what hand-ins import, and forks a child for each.

    It dies with the thread that made it. Use it as a context manager.

    Attributes:
        address: Where other processes of this user can ask it, as ``Guest``.
    """

    def __init__(
        self, imports: Sequence[str], data: Path | None, limits: Limits = Limits(), wait: bool = True
    ) -> None:  # frozen
        """Start it, and try its walls.

        Args:
            imports: The names of the modules to import.
            data: fastai's home, whose folder ``data`` its children can read; nothing, to give them none.
            limits: What a child may use.
            wait: Whether to wait until it is ready; else ``ready`` is to be called.

        Raises:
            CourseError: There is no bubblewrap, or it is refused, or a wall does not stand, or an import fails.
        """
        settings = {
            "imports": list(imports), "data": "/data" if data else "", "output": limits.output,
            "limits": {**asdict(limits), "cpu_seconds": limits.cpu_seconds + 2},
        }  # fmt: skip
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        super().__init__(control, limits)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  # closed in close()
        self._place = tempfile.TemporaryDirectory()  # for this user's eyes alone
        self.address = str(Path(self._place.name, "template"))
        try:
            with theirs, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
                listener.bind(self.address)
                listener.listen()
                self._process = _start((theirs.fileno(), listener.fileno()), settings, data, self._said.fileno())
            if wait:
                self.ready()
        except BaseException:
            self.close()
            raise

    def ready(self) -> None:
        """Wait until it has imported everything, and try its walls.

        Raises:
            CourseError: A wall does not stand, or an import fails.
        """
        self._await_ready()
        with self.child():
            pass

    def close(self) -> None:
        """End it and all its children."""
        super().close()
        process: subprocess.Popen[bytes] | None = getattr(self, "_process", None)
        if process is not None:
            try:
                process.wait(0.5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._said.close()
        self._place.cleanup()

    def _await_ready(self) -> None:
        """Wait until everything is imported."""
        self._control.settimeout(START_SECONDS)
        try:
            said = self._control.recv(1000)
        except OSError:
            said = b""
        if said != b"ready":
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1.0)
            raise self._why_not(said.decode(errors="replace"))

    def _last_words(self) -> str:
        """Return the last line that it wrote, in short."""
        self._said.seek(0)
        lines = self._said.read(1 << 16).decode(errors="replace").split("\n")
        return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "without a word")

    def _why_not(self, said: str) -> errors.CourseError:
        """Return what to tell of a template that did not start."""
        words = said or self._last_words()
        if words.startswith("bwrap:") and "No such file" not in words:
            return errors.bubblewrap_refused(words.removeprefix("bwrap: "), _remedy())
        return errors.template_ended(words)


def _remedy() -> str:
    """Return what lets bubblewrap work on this machine."""
    for name, value, remedy in (
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "run: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
            " (or give bwrap an AppArmor profile that allows userns)",
        ),
        ("kernel/unprivileged_userns_clone", "0", "run: sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "run: sudo sysctl -w user.max_user_namespaces=10000"),
    ):
        setting = Path("/proc/sys", name)
        if setting.exists() and setting.read_text().strip() == value:
            return remedy
    return (
        "in a container, start that with --security-opt seccomp=unconfined --security-opt apparmor=unconfined"
        " --security-opt systempaths=unconfined"
    )


# Starting


def _start(sockets: tuple[int, int], settings: dict[str, Any], data: Path | None, said: int) -> subprocess.Popen[bytes]:
    """Start the template in bubblewrap, as somebody who is not root."""
    if shutil.which("bwrap") is None:
        raise errors.no_bubblewrap()
    folders = _folders(data)
    binds = [part for number, target in enumerate(folders) for part in ("--ro-bind", f"{{{number}}}", target)]
    sources = [str(source) for source in folders.values()]
    python = sys.executable if sys.prefix == sys.base_prefix else "/venv/bin/python"
    command = [
        "bwrap", "--unshare-all", "--unshare-user", "--uid", "0", "--gid", "0", "--die-with-parent", "--new-session",
        "--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_SETFCAP", "--clearenv",
        *(part for name, value in _ENVIRONMENT.items() for part in ("--setenv", name, value)),
        *_system(), *binds, "--proc", "/proc", "--tmpfs", "/dev",
        *(part for name in ("null", "random", "urandom") for part in ("--dev-bind", f"/dev/{name}", f"/dev/{name}")),
        "--symlink", "/proc/self/fd", "/dev/fd", "--dir", "/dev/shm", "--remount-ro", "/dev",  # noqa: S108
        "--tmpfs", "/home", "--dir", "/home/template", "--tmpfs", "/tmp", "--remount-ro", "/", "--chdir", "/",  # noqa: S108
        python, "-s", "-P", "-B", "-m", "course.grade.template", *map(str, sockets), repr(settings),
    ]  # fmt: skip
    environment = {"PATH": os.environ.get("PATH", os.defpath)}
    if os.geteuid() == 0:
        environment["PYTHONPATH"] = str(Path(errors.__file__).parents[1])
        command = [sys.executable, "-s", "-P", "-B", "-m", launch.__name__, repr(command), repr(sources)]
    else:
        names = {f"{{{number}}}": source for number, source in enumerate(sources)}
        command = [names.get(part, part) for part in command]
    return subprocess.Popen(
        command,
        pass_fds=sockets,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=said,
        cwd="/",
        start_new_session=True,  # Ctrl-C is for the grader alone
    )


def _folders(data: Path | None) -> dict[str, Path]:
    """Return what is seen inside besides the system, by its place there."""
    here = Path(errors.__file__).parent
    found = {"/grader/course/__init__.py": here / "__init__.py"}
    found |= {f"/grader/course/grade/{name}.py": here / "grade" / f"{name}.py" for name in INSIDE}
    if sys.prefix != sys.base_prefix:
        found["/venv"] = Path(sys.prefix)
    for base in (Path(sys.base_prefix), Path(sys.base_prefix).resolve(), Path(sys.executable).resolve().parents[1]):
        if not base.is_relative_to("/usr"):
            found[str(base)] = base
    if data is not None:
        found["/data"] = data / "data"
    return found


def _system() -> list[str]:
    """Return bubblewrap's arguments for the system's programs and libraries."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        folder = Path("/", name)
        if folder.is_symlink():
            arguments += ["--symlink", str(folder.readlink()), str(folder)]
        elif folder.is_dir():
            arguments += ["--ro-bind", str(folder), str(folder)]
    for name in ("alternatives", "fonts", "ld.so.cache"):
        arguments += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    return arguments


# A child


class Child:
    """A student's process: it runs cells, tells values and answers calls until it is closed, or dies.

    Attributes:
        remarks: What is to be said of the process as a whole.
    """

    def __init__(self, link: socket.socket, handle: int, limits: Limits) -> None:
        self.remarks: list[Remark] = []
        self._link, self._handle, self._limits = link, handle, limits
        self._requests = 0
        self._output_left, self._values_left = limits.total_output, limits.total_values
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._ended: Remark | None = None
        self._group: groups.Group | None = None
        self._until = time.monotonic() + limits.total_seconds
        self._watch = threading.Thread(target=self._keep_watch, daemon=True)
        self._watch.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether it still answers."""
        return self._ended is None and not self._closed.is_set()

    def close(self) -> None:
        """Kill it with all its processes, and see them gone."""
        if self._closed.is_set():
            return
        self._closed.set()
        self._kill()
        self._watch.join()
        self._await_end()
        self._link.close()
        if self._group is not None:
            self._group.close()

    def _await_end(self) -> None:
        """See it gone."""
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        poll.poll(GONE_SECONDS * 1000)
        os.close(self._handle)

    def await_ready(self) -> None:
        """Wait until it has shut itself in; the kernel's ceilings, where it has any for us, are above it then, too.

        Raises:
            CourseError: A wall does not stand.
        """
        pid = usage.pid(self._handle)
        imported, _, _ = usage.used(pid)  # the template's own, and not counted in the group
        self._group = groups.Group(pid, max(0, self._limits.memory - imported), self._limits.processes)
        try:
            said, _ = wire.receive(self._link, 0, time.monotonic() + READY_SECONDS)
        except (wire.JunkError, wire.EndedError, wire.LateError) as error:
            raise errors.sandbox_open(type(error).__name__) from None
        if said != {"ready": True}:
            raise errors.sandbox_open(str(said.get("refused"))[:300])

    def run(self, source: str, index: int) -> Ran:
        """Run a cell and return what it put out.

        Args:
            source: Its source.
            index: Its place in the notebook.
        """
        if not self.alive:
            return Ran(index, remarks=(Remark("cell_not_run"),))
        start = time.monotonic()
        most = min(self._limits.output, self._output_left)
        said, blob = self._ask({"do": "run", "source": source, "output": most}, b"", most)
        seconds = time.monotonic() - start
        try:
            outputs = replies.outputs(said.get("outputs", []), blob, most) if self.alive else ()
        except wire.JunkError:
            outputs = ()
            self._end(Remark("child_junk"))
        self._output_left -= sum(len(output.text.encode(errors="replace")) + len(output.png) for output in outputs)
        remarks = []
        if said.get("cut") is True:
            remarks.append(Remark("output_cut"))
        if self._ended is not None:
            remarks.append(self._ended)
        elif seconds > self._limits.cell_seconds:
            remarks.append(Remark("cell_interrupted", {"seconds": self._limits.cell_seconds}))
        return Ran(index, outputs, seconds, tuple(remarks))

    def fetch(self, names: Sequence[str]) -> dict[str, bytes]:
        """Return the encoded values of those names that there are; those that take too long are missing."""
        start = time.monotonic()
        most = min(self._limits.values, self._values_left)
        said, blob = self._ask({"do": "fetch", "names": list(names)[: replies.MOST_NAMES], "most": most}, b"", most)
        self._values_left -= len(blob)
        if self.alive and time.monotonic() - start > self._limits.cell_seconds:
            self.remarks.append(Remark("values_interrupted", {"seconds": self._limits.cell_seconds}))
        try:
            return replies.values(said.get("values", []), blob, names)
        except wire.JunkError:
            self._end(Remark("child_junk"))
            return {}

    def call(self, path: str, arguments: bytes, state: bytes) -> Answer:
        """Call the value at a path.

        Args:
            path: Where it is, as its ``CallableMark`` says.
            arguments: The encoded pair of a tuple and a dictionary.
            state: torch's random state, or nothing.
        """
        most = min(self._limits.values, self._values_left)
        request = {"do": "call", "path": path, "arguments": len(arguments), "most": most}
        start = time.monotonic()
        said, blob = self._ask(request, arguments + state, most)
        self._values_left -= len(blob)
        if not self.alive:
            remark = self._ended or Remark("cell_not_run")
            return Answer(error=("RuntimeError", remark.text()), state=state)
        if time.monotonic() - start > self._limits.cell_seconds and "error" in said:
            remark = Remark("cell_interrupted", {"seconds": self._limits.cell_seconds})
            return Answer(error=("TimeoutError", remark.text()), state=state)
        try:
            return replies.answer(said, blob, len(state))
        except wire.JunkError:
            self._end(Remark("child_junk"))
            return Answer(error=("RuntimeError", Remark("child_junk").text()), state=state)

    def _ask(self, request: dict[str, Any], blob: bytes, most: int) -> tuple[dict[str, Any], bytes]:
        """Return the answer to a request and its bytes, or nothing where the process has ended or does now."""
        if not self.alive:
            return {}, b""
        try:
            return self._exchange(request, blob, most)
        except wire.EndedError:
            self._end(self._memory() if self._starved() else Remark("child_died"))
        except wire.LateError:
            self._end(Remark("child_unresponsive", {"seconds": self._limits.cell_seconds}))
        except wire.JunkError:
            self._end(Remark("child_junk"))
        return {}, b""

    def _exchange(self, request: dict[str, Any], blob: bytes, most: int) -> tuple[dict[str, Any], bytes]:
        """Send a request and receive its answer; interrupt what takes too long."""
        self._requests += 1
        seconds = self._limits.cell_seconds
        wire.send(self._link, {"id": self._requests, **request}, blob, time.monotonic() + seconds)
        if not self._readable(seconds):
            self._signal(signal.SIGINT)
            if not self._readable(GRACE_SECONDS):
                raise wire.LateError
        said, answer = wire.receive(self._link, most, time.monotonic() + GRACE_SECONDS + most / 1e7)
        if said.pop("id", None) != self._requests:
            raise wire.JunkError("an answer to no question")
        return said, answer

    def _readable(self, seconds: float) -> bool:
        """Return whether an answer begins to come in that time."""
        poll = select.poll()
        poll.register(self._link, select.POLLIN)
        return bool(poll.poll(max(0.0, seconds) * 1000))

    def _end(self, remark: Remark) -> None:
        """Kill it; the first reason stands."""
        with self._lock:
            if self._ended is None:
                self._ended = remark
                self.remarks.append(remark)
        self._kill()

    def _kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, number)

    def _memory(self) -> Remark:
        return Remark("child_memory", {"megabytes": self._limits.memory >> 20})

    def _starved(self) -> bool:
        """Return whether the kernel has ended a process of its because of memory."""
        return self._group is not None and self._group.over()

    def _keep_watch(self) -> None:
        """Kill it when all its processes together use too much, or all of it takes too long."""
        limits, pid = self._limits, usage.pid(self._handle)
        own: dict[int, float] = {}  # of all processes that there were: nobody has the times of a child not waited for
        while pid > 0 and not self._closed.wait(WATCH_SECONDS):
            memory, seconds = 0, 0.0
            for one in usage.tree(pid):
                of_one = usage.used(one)
                memory, seconds = memory + of_one[0], seconds + of_one[1]
                own[one] = max(own.get(one, 0.0), of_one[2])
            seconds = max(seconds, sum(own.values()))
            much = memory > limits.memory and sum(map(usage.share, usage.tree(pid))) > limits.memory
            if much or usage.sockets(pid) > MOST_SOCKETS or self._starved():
                self._end(self._memory())
            elif seconds > limits.cpu_seconds:
                self._end(Remark("child_cpu", {"seconds": limits.cpu_seconds}))
            elif time.monotonic() > self._until:
                self._end(Remark("child_late", {"seconds": limits.total_seconds}))
            else:
                continue
            return
