"""Control groups: the kernel's own ceilings on the memory and processes of a child, where groups may be made here.

Both versions of the interface: https://docs.kernel.org/admin-guide/cgroup-v2.html, and cgroup-v1/memory.rst and
pids.rst beside it. They stand behind the watch in ``sandbox``, which looks only so often, and sees no memory but that
of processes. Where no group can be made, the watch is alone.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

MEMORY, PIDS = "memory", "pids"
NAME = "course-grade"
EMPTY_SECONDS = 1.0

# What is written into a group, by controller and version: the file of the limit, and others that a kernel may lack,
# with what they get; nothing stands for the limit.
_LIMITS: dict[tuple[str, int], tuple[str, dict[str, str | None]]] = {
    (MEMORY, 1): ("memory.limit_in_bytes", {"memory.memsw.limit_in_bytes": None}),
    (MEMORY, 2): ("memory.max", {"memory.swap.max": "0", "memory.oom.group": "1"}),
    (PIDS, 1): ("pids.max", {}),
    (PIDS, 2): ("pids.max", {}),
}
_KILLS = {1: "memory.oom_control", 2: "memory.events"}
_numbers = itertools.count()


@dataclass(frozen=True)
class Parent:
    """A folder in which groups may be made.

    Attributes:
        folder: The folder.
        version: Of its interface, 1 or 2.
        controllers: What its groups can limit.
    """

    folder: Path
    version: int
    controllers: tuple[str, ...]


class Group:
    """Ceilings for one child and all that it starts. What it holds in files and sockets counts, too."""

    def __init__(self, pid: int, memory: int, processes: int) -> None:
        """Put a process into a new group, as far as that is possible here.

        Args:
            pid: The process, which has no others yet.
            memory: Bytes; over them, the kernel ends a process.
            processes: Processes and threads; more are refused.
        """
        self._folders: list[tuple[Path, Parent]] = []
        for parent in parents():
            folder = parent.folder / f"{NAME}-{os.getpid()}-{next(_numbers)}"
            try:
                folder.mkdir()
                self._folders.append((folder, parent))
                _limit(folder, parent, {MEMORY: memory, PIDS: processes})
                (folder / "cgroup.procs").write_text(str(pid))
            except OSError:
                self._drop(folder)

    @property
    def controllers(self) -> tuple[str, ...]:
        """What it limits, sorted."""
        return tuple(sorted(name for _, parent in self._folders for name in parent.controllers))

    def over(self) -> bool:
        """Return whether the kernel has ended a process of it because of its memory."""
        for folder, parent in self._folders:
            if MEMORY in parent.controllers:
                with contextlib.suppress(OSError):
                    found = re.search(r"^oom_kill (\d+)$", (folder / _KILLS[parent.version]).read_text(), re.MULTILINE)
                    return found is not None and found[1] != "0"
        return False

    def close(self) -> None:
        """Take it away; its processes have been killed, and are given a moment to go."""
        until = time.monotonic() + EMPTY_SECONDS
        while self._folders and time.monotonic() < until:
            for folder, _ in list(self._folders):
                self._drop(folder)
            if self._folders:
                time.sleep(0.002)

    def _drop(self, folder: Path) -> None:
        with contextlib.suppress(OSError):
            folder.rmdir()
        if not folder.exists():
            self._folders = [each for each in self._folders if each[0] != folder]


def _limit(folder: Path, parent: Parent, limits: Mapping[str, int]) -> None:
    """Write the limits into a group.

    Raises:
        OSError: The kernel refuses.
    """
    for controller in parent.controllers:
        limit, (name, others) = str(limits[controller]), _LIMITS[controller, parent.version]
        (folder / name).write_text(limit)
        for other, value in others.items():
            if (folder / other).exists():
                (folder / other).write_text(value or limit)


@functools.cache
def parents() -> tuple[Parent, ...]:
    """Return where groups may be made for the children of this process, after a look at what others left there."""
    found = tuple(_found(Path("/proc/self/mountinfo").read_text(), Path("/proc/self/cgroup").read_text()))
    for parent in found:
        _sweep(parent.folder)
    return found


def _found(mounts: str, own: str) -> Iterator[Parent]:
    """Yield where groups may be made: of version 1 for each controller, of version 2 for all at once."""
    hierarchies = [line.split(":", 2) for line in own.splitlines()]
    for line in mounts.splitlines():
        fields, _, rest = line.partition(" - ")
        root, place = fields.split()[3:5]
        kind, _, options = rest.split(maxsplit=2)
        for _, names, path in hierarchies:
            if not Path(path).is_relative_to(root):
                continue
            folder = Path(place, Path(path).relative_to(root))
            if kind == "cgroup2" and not names:
                yield from _above(folder, Path(place))
            for name in (MEMORY, PIDS):
                if kind == "cgroup" and name in options.split(",") and name in names.split(",") and _ours(folder):
                    yield Parent(folder, 1, (name,))


def _above(folder: Path, place: Path) -> Iterator[Parent]:
    """Yield the nearest folder of version 2 that hands memory or processes down, from one's own up to the mount.

    One's own has processes in it, and so hands nothing down, except at the root.
    """
    for each in (folder, *folder.parents):
        with contextlib.suppress(OSError):
            handed = (each / "cgroup.subtree_control").read_text().split()
            controllers = tuple(name for name in (MEMORY, PIDS) if name in handed)
            if controllers and _ours(each):
                yield Parent(each, 2, controllers)
                return
        if each == place:
            return


def _ours(folder: Path) -> bool:
    """Return whether this process may make groups in a folder, and move its children there."""
    return os.access(folder, os.W_OK) and os.access(folder / "cgroup.procs", os.W_OK)


def _sweep(folder: Path) -> None:
    """Take away the empty groups of graders that were killed."""
    for each in sorted(folder.glob(f"{NAME}-*-*")):
        if not Path("/proc", each.name.split("-")[-2]).exists():
            with contextlib.suppress(OSError):
                each.rmdir()
