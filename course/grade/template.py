"""What runs inside the sandbox: a template that only imports, and forks one shut-in child per student.

``python -m course.grade.template SOCKET LISTENER SETTINGS`` is started by ``sandbox.Template``. It never runs a
student's byte: a child does, once, after the walls are up and were looked at.
"""

from __future__ import annotations

import ast
import builtins
import gc
import importlib
import os
import random
import re
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from course.grade import confine, shell, values, wire

LINK = 3  # the child's descriptor of its socket
MOST_CALL = 2 * (values.MOST_BYTES + values.MOST_JSON)
ENVIRONMENT = {
    "HOME": confine.HOME, "LANG": "C.UTF-8", "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MKL_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "TERM": "dumb", "USER": "student",
}  # fmt: skip


def main() -> None:
    """Import, report, and fork a child for each request until the grader hangs up."""
    control, listener = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    settings = ast.literal_eval(sys.argv[3])
    made = shell.make()
    for name in settings["imports"]:
        importlib.import_module(name)
    if "numpy" in sys.modules:
        importlib.import_module("numpy.random")  # which numpy leaves for later
    warm_up(made)
    gc.collect()
    gc.freeze()
    if not confine.one_thread():
        control.send(b"threads: an imported module started one")
        return
    control.send(b"ready")
    settings["outside"] = confine.namespaces()
    serve_graders(control, listener, settings, made)


def serve_graders(control: socket.socket, listener: socket.socket, settings: dict[str, Any], made: shell.Shell) -> None:
    """Fork a child for each request of the grader or of its workers; end those of a worker that has hung up."""
    pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    children: dict[socket.socket, set[int]] = {control: set()}
    cores = sorted(os.sched_getaffinity(0))
    while True:
        for one in select.select([listener, *children], [], [])[0]:
            if one is listener:
                children[listener.accept()[0]] = set()
                continue
            link = requested(one)
            if link is not None:
                core = cores[list(children).index(one) % len(cores)]
                children[one].add(spawn(one, link, pids, settings | {"core": core}, made))
            elif one is control:
                return
            else:
                for child in children.pop(one):
                    os.kill(child, signal.SIGKILL)
                one.close()
        reap(children)


def requested(grader: socket.socket) -> int | None:
    """Return the descriptor that a new child is to answer on, or nothing where the other side has hung up."""
    try:
        request, descriptors, _, _ = socket.recv_fds(grader, 16, 1)
    except OSError:
        return None
    return descriptors[0] if request and descriptors else None


def reap(children: dict[socket.socket, set[int]]) -> None:
    """Take leave of the children that have ended."""
    for own in children.values():
        for child in list(own):
            if os.waitpid(child, os.WNOHANG)[0]:
                own.discard(child)


def warm_up(made: shell.Shell) -> None:
    """Let the shell import what it imports late, with a cell of ours."""
    made.collected.start(1000)
    made.cell("1 + 1")
    made.cell("raise ValueError")
    made.collected.start(0)
    made.forget()


def spawn(control: socket.socket, link: int, pids: int, settings: dict[str, Any], made: shell.Shell) -> int:
    """Fork a child into a new namespace of processes, hand the grader its pidfd, and return its id."""
    if not confine.one_thread():
        raise confine.NotConfinedError("the template has more than one thread")
    gate, opener = os.pipe()
    confine.unshare(confine.NEWPID)
    child = os.fork()
    if child == 0:
        os.close(opener)
        if os.read(gate, 1) == b"1":
            live(link, settings, made)
        os._exit(1)
    confine.join_pids(pids)
    os.close(gate)
    handle = os.pidfd_open(child)
    try:
        socket.send_fds(control, [b"child"], [handle])
        os.write(opener, b"1")
    except OSError:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    for number in (link, opener, handle):
        os.close(number)
    return child


def live(descriptor: int, settings: dict[str, Any], made: shell.Shell) -> None:
    """Shut this process in, look whether it is, and serve the grader until it hangs up."""
    if descriptor != LINK:
        os.dup2(descriptor, LINK)
    link = socket.socket(fileno=LINK)
    os.setsid()  # signals to a group, and the scheduler's, know no namespace
    try:
        shut_in(settings, made)
    except BaseException as error:  # noqa: BLE001  # it fails closed, whatever it is
        wire.send(link, {"refused": f"{type(error).__name__}: {error}"[:500]})
        os._exit(1)
    wire.send(link, {"ready": True})
    try:
        Served(link, made, settings["output"]).serve()
    finally:
        os._exit(0)


def shut_in(settings: dict[str, Any], made: shell.Shell) -> None:
    """Raise all walls around this process."""
    limits = settings["limits"]
    os.sched_setaffinity(0, {settings["core"]})  # one student's many processes take no other's time
    confine.enter(limits["disk"], limits["inodes"])
    os.environ.clear()
    os.environ.update(ENVIRONMENT)
    null = os.open("/dev/null", os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    confine.close_all_but(0, 1, 2, LINK)
    made.open_descriptors()
    home_of_data(settings["data"])
    sys.path.insert(0, "")
    os.umask(0o022)
    confine.limit(limits["memory"], limits["processes"], limits["cpu_seconds"], limits["disk"])
    confine.drop_rights()
    confine.verify(frozenset({0, 1, 2, LINK}), settings["outside"])
    seed()


def home_of_data(data: str) -> None:
    """Let fastai find the data in this home, where it can write its configuration."""
    if data:
        folder = Path(confine.HOME, ".fastai")
        (folder / "archive").mkdir(parents=True)  # without it, fastai looks elsewhere
        (folder / "data").symlink_to(data)


def seed() -> None:
    """Make what is random the same in every run."""
    random.seed(0)  # Python reseeds it after a fork
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(0)
        numpy.random.bit_generator.randbits = random.Random(0).getrandbits  # noqa: S311  # default_rng() begins there
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
        torch.default_generator.manual_seed(0)  # `manual_seed` reads this file for a message to GPUs


class Served:
    """The child's answers to the grader's requests, one after the other."""

    def __init__(self, link: socket.socket, made: shell.Shell, most_output: int) -> None:
        self._link, self._shell, self._most_output = link, made, most_output
        self._run, self._process = shell.Runner(made), os.getpid()
        self._returned: list[Any] = []

    def serve(self) -> None:
        """Answer until the grader hangs up."""
        while True:
            request, blob = wire.receive(self._link, MOST_CALL)
            answer, bytes_too = {"run": self.run, "fetch": self.fetch, "call": self.call}[request["do"]](request, blob)
            wire.send(self._link, {"id": request["id"], **answer}, bytes_too)

    def run(self, request: dict[str, Any], _: bytes) -> tuple[dict[str, Any], bytes]:
        """Run a cell."""

        def work() -> None:
            self._shell.cell(request["source"])

        self._run(work, request["output"])
        stop_copies(self._process)
        told: list[list[Any]] = []
        pictures: list[bytes] = []
        for kind, what in self._shell.collected.joined():
            told.append([kind, len(what) if isinstance(what, bytes) else what])
            pictures += [what] if isinstance(what, bytes) else []
        cut = self._shell.collected.cut
        return {"outputs": told, "cut": cut}, b"".join(pictures)

    def fetch(self, request: dict[str, Any], _: bytes) -> tuple[dict[str, Any], bytes]:
        """Tell the values of names that there are."""
        found: list[tuple[str, bytes]] = []

        def work() -> None:
            names = [name for name in request["names"] if name in self._shell.user_ns]
            left: int = request["most"] - len(names) * values.MOST_REFUSED
            for name in names:
                told = values.encode(self._shell.user_ns[name], name, most=left)
                found.append((name, told))
                left -= len(told)

        self._run(work, 0)
        stop_copies(self._process)
        return {"values": [[name, len(told)] for name, told in found]}, b"".join(told for _, told in found)

    def call(self, request: dict[str, Any], blob: bytes) -> tuple[dict[str, Any], bytes]:
        """Call a value, and tell what it returns, and where the random numbers are then."""
        arguments, state = blob[: request["arguments"]], blob[request["arguments"] :]
        parts: list[bytes] = []
        failed: list[BaseException] = []

        def work() -> None:
            try:
                function = self._at(request["path"])
                given, named = pair(values.decode(arguments, self._own))
                set_state(state)
                value = function(*given, **named)
                self._returned.append(value)
                most = request["most"] - len(state) - values.MOST_REFUSED
                parts.append(values.encode(value, f"@{len(self._returned) - 1}", most=most))
                parts.append(get_state() if state else b"")
            except BaseException as error:  # noqa: BLE001  # the examiner hears of it
                failed.append(error)

        self._run(work, 0)
        stop_copies(self._process)
        if failed or len(parts) != 2:
            name, said = described(failed[0]) if failed else ("RuntimeError", "")
            return {"error": [name, said]}, self._state_after(state)
        value, state = parts
        return {"value": len(value)}, value + state

    def _state_after(self, state: bytes) -> bytes:
        """Return where torch's random numbers are after a call that failed, or were before it."""
        found = [state]

        def work() -> None:
            found.append(get_state() if state else b"")

        self._run(work, 0)
        return found[-1]

    def _own(self, mark: values.CallableMark) -> Any:
        """Return the value here that a stand-in outside stands for."""
        return self._at(mark.path)

    def _at(self, path: str) -> Any:
        """Return the value at a path, as ``values`` writes them."""
        match = re.fullmatch(r"(@\d+|[^\W\d]\w*)((?:\[.*\])?)", path, re.DOTALL)
        if match is None:
            raise NameError(f"no value is at {path[:100]}")
        root, rest = match.groups()
        value = self._returned[int(root[1:])] if root.startswith("@") else self._shell.user_ns[root]
        keys = []
        node = ast.parse(f"_{rest}", mode="eval").body
        while isinstance(node, ast.Subscript):
            keys.append(ast.literal_eval(node.slice))
            node = node.value
        for key in reversed(keys):
            value = value[key]
        return value


def stop_copies(first: int) -> None:
    """End a process that a student forked and that comes back here: one answers, the first."""
    if os.getpid() != first:
        os._exit(0)


def pair(value: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments of a call: those by place and those by name."""
    given, named = value
    return given, named


def described(error: BaseException) -> tuple[str, str]:
    """Return the name of the nearest built-in type of an exception, and what it says."""
    for kind in type(error).__mro__:
        if getattr(builtins, kind.__name__, None) is kind and issubclass(kind, Exception):
            break
    else:
        kind = RuntimeError
    said = ""
    try:
        said = str.__str__(str(error))[:2000]
    except BaseException:  # noqa: BLE001  # its __str__ is a student's
        said = type(error).__name__
    return kind.__name__, said


def set_state(state: bytes) -> None:
    """Set torch's random numbers to where they are outside."""
    if state:
        import torch

        torch.set_rng_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))


def get_state() -> bytes:
    """Return where torch's random numbers are."""
    import torch

    return torch.get_rng_state().numpy().tobytes()


if __name__ == "__main__":
    main()
