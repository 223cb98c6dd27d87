"""What a child's processes use, as the system tells it."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def pid(handle: int) -> int:
    """Return the id, as it is known here, of the process that a pidfd is of."""
    found = re.search(r"^Pid:\t(-?\d+)$", Path(f"/proc/self/fdinfo/{handle}").read_text(), re.MULTILINE)
    return int(found[1]) if found else -1


def tree(pid: int) -> Iterator[int]:
    """Yield a process and all that descend from it; in its own namespace, nobody can leave the tree."""
    waiting, seen = [pid], set[int]()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        yield one
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())


def sockets(pid: int) -> int:
    """Return how many sockets there are in a process's network, each of which holds memory that no limit sees."""
    try:
        return int(Path(f"/proc/{pid}/net/sockstat").read_text().split()[2])
    except (OSError, IndexError, ValueError):
        return 0


def used(pid: int) -> tuple[int, float, float]:
    """Return a process's bytes of memory, files apart, its processor seconds with its dead children's, and its own."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    except OSError:
        return 0, 0.0, 0.0
    pages = re.findall(r"^(?:RssAnon|RssShmem|VmSwap|VmPTE):\s+(\d+) kB$", status, re.MULTILINE)
    return sum(map(int, pages)) << 10, sum(map(int, times)) / _TICK, sum(map(int, times[:2])) / _TICK


def share(pid: int) -> int:
    """Return a process's share of the memory that it has, of which forked processes have much in common.

    That takes long to find out, and is not for everybody to know: else it is all that the process has.
    """
    try:
        shares = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return used(pid)[0]
    pages = re.findall(r"^(?:Pss_Anon|Pss_Shmem|SwapPss):\s+(\d+) kB$", shares, re.MULTILINE)
    with contextlib.suppress(OSError):
        pages += re.findall(r"^VmPTE:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return sum(map(int, pages)) << 10
