"""How a process is shut in: Linux's namespaces, mounts, capabilities, limits and system call filter, in their order.

Only the standard library: it runs in the template, which imports nothing of the grader's.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import socket
import struct
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

NEWNS, NEWCGROUP, NEWUTS, NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
NEWUSER, NEWPID, NEWNET, NEWTIME = 0x10000000, 0x20000000, 0x40000000, 0x80
ALL_NEW = NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET

HOME = "/home/student"
UID = 1000
WRITABLE = ("/home", "/tmp", "/dev/shm")  # noqa: S108  # a tmpfs of the child's own
OPEN_FILES = 256

_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
_NO_NEW_PRIVS, _SECCOMP, _CAPBSET_DROP, _CAP_AMBIENT, _CAP_AMBIENT_CLEAR = 38, 22, 24, 47, 4
_LAST_CAPABILITY = 63

_libc = ctypes.CDLL(None, use_errno=True)


class NotConfinedError(Exception):
    """A wall of the sandbox is not there."""


def _must(result: int, what: str) -> None:
    """Raise what the system says where a call failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source: str | None, target: str, kind: str | None, flags: int = 0, options: str | None = None) -> None:
    """Mount a file system.

    Raises:
        OSError: The system refuses.
    """
    texts = [None if text is None else text.encode() for text in (source, target, kind)]
    data = None if options is None else options.encode()
    _must(_libc.mount(*texts, ctypes.c_ulong(flags), data), f"mount {target}")


def private() -> None:
    """Keep what is mounted from now on to this namespace.

    Raises:
        OSError: The system refuses.
    """
    mount(None, "/", None, _REC | _PRIVATE)


def bind(source: str, target: str) -> None:
    """Let a folder or file, with all that is mounted below, be seen at a second place.

    Raises:
        OSError: The system refuses.
    """
    mount(source, target, None, _BIND | _REC)


def unshare(namespaces: int) -> None:
    """Leave namespaces for new ones.

    Raises:
        OSError: The system refuses.
    """
    _must(_libc.unshare(namespaces), "unshare")


def join_pids(namespace: int) -> None:
    """Let the next child be born in that namespace of processes.

    Raises:
        OSError: The system refuses.
    """
    _must(_libc.setns(namespace, NEWPID), "setns")


# Walls, in the order in which they have to be raised


def enter(disk: int, inodes: int) -> None:
    """Leave all namespaces but that of processes, with folders of limited size to write to and a fresh /proc.

    Raises:
        OSError: The system refuses.
    """
    unshare(NEWNS)
    private()
    mount("tmpfs", "/home", "tmpfs", _NOSUID | _NODEV, f"size={disk},nr_inodes={inodes},mode=0755")
    for folder, target in ((HOME, None), ("/home/tmp", "/tmp"), ("/home/shm", "/dev/shm")):  # noqa: S108
        Path(folder).mkdir(mode=0o777)
        if target:
            bind(folder, target)
    # a fresh /proc is refused once the user namespace is another
    mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    uid, gid = os.getuid(), os.getgid()
    unshare(NEWUSER | NEWNS | NEWNET | NEWIPC | NEWUTS | NEWCGROUP)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{UID} {uid} 1"), ("gid_map", f"{UID} {gid} 1")):
        _write(f"/proc/self/{name}", text)
    for name in ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time"):
        if Path(f"/proc/sys/user/max_{name}_namespaces").exists():
            _write(f"/proc/sys/user/max_{name}_namespaces", "0")
    mount("/proc/sys", "/proc/sys", None, _BIND)
    mount(None, "/proc/sys", None, _BIND | _REMOUNT | _RDONLY | _NOSUID | _NODEV | _NOEXEC)
    socket.sethostname("sandbox")
    os.chdir(HOME)


def _write(path: str, text: str) -> None:
    """Write a file of /proc in one call; a buffered write would swallow what the system says."""
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


def limit(memory: int, processes: int, seconds: int, file_size: int) -> None:
    """Set the limits that the system keeps of a process.

    Raises:
        OSError: The system refuses.
    """
    for name, most in (
        ("CORE", 0), ("CPU", seconds), ("DATA", memory), ("FSIZE", file_size), ("MEMLOCK", 0), ("MSGQUEUE", 0),
        ("NOFILE", OPEN_FILES), ("NPROC", processes), ("SIGPENDING", 1024),
    ):  # fmt: skip
        number = getattr(resource, f"RLIMIT_{name}", 11)  # RLIMIT_SIGPENDING has no name in Python
        resource.setrlimit(number, (most, most))


def close_all_but(*kept: int) -> None:
    """Close every descriptor but those."""
    last = -1
    for number in sorted(kept):
        if number > last + 1:  # an empty range would be taken for all
            os.closerange(last + 1, number)
        last = number
    os.closerange(last + 1, 1 << 20)


def drop_rights() -> None:
    """Give up every capability and every way to one, and admit only harmless system calls.

    Raises:
        OSError: The system refuses.
    """
    _must(_prctl(_NO_NEW_PRIVS, 1), "no_new_privs")
    _must(_prctl(_CAP_AMBIENT, _CAP_AMBIENT_CLEAR), "ambient capabilities")
    for capability in range(_LAST_CAPABILITY + 1):
        _prctl(_CAPBSET_DROP, capability)  # fails beyond the last that this kernel knows; `verify` looks
    header, nothing = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    _must(_libc.capset(header, nothing), "capset")
    program = call_filter()
    code = ctypes.create_string_buffer(program, len(program))
    described = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(code)), 16)
    _must(_prctl(_SECCOMP, 2, ctypes.addressof(described)), "seccomp")


def _prctl(option: int, *arguments: int) -> int:
    """Call prctl, with all five arguments."""
    padded = [*arguments, 0, 0, 0, 0][:4]
    return int(_libc.prctl(option, *map(ctypes.c_ulong, padded)))


# The system call filter

# name: number on x86-64, on aarch64 (None: there is none). None of these is needed to compute or to draw.
_REFUSED: Mapping[str, tuple[int | None, int | None]] = {
    "acct": (163, 89), "add_key": (248, 217), "adjtimex": (159, 171), "bpf": (321, 280), "chroot": (161, 51),
    "clock_adjtime": (305, 266), "clock_settime": (227, 112), "delete_module": (176, 106), "fanotify_init": (300, 262),
    "finit_module": (313, 273), "fsconfig": (431, 431), "fsmount": (432, 432), "fsopen": (430, 430),
    "fspick": (433, 433), "init_module": (175, 105), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425), "ioperm": (173, None), "iopl": (172, None), "kcmp": (312, 272),
    "kexec_file_load": (320, 294), "kexec_load": (246, 104), "keyctl": (250, 219), "memfd_create": (319, 279),
    "memfd_secret": (447, 447), "migrate_pages": (256, 238), "modify_ldt": (154, None), "mount": (165, 40),
    "mount_setattr": (442, 442), "move_mount": (429, 429), "move_pages": (279, 239), "msgget": (68, 186),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "open_tree": (428, 428),
    "open_tree_attr": (467, 467), "perf_event_open": (298, 241), "personality": (135, 92), "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41), "process_madvise": (440, 440), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "ptrace": (101, 117), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    "io_setup": (206, 0), "sched_setaffinity": (203, 122), "vmsplice": (278, 75),
    "reboot": (169, 142), "request_key": (249, 218), "semget": (64, 190), "setns": (308, 268),
    "settimeofday": (164, 170), "shmget": (29, 194), "swapoff": (168, 225), "swapon": (167, 224), "syslog": (103, 116),
    "umount2": (166, 39), "unshare": (272, 97), "userfaultfd": (323, 282), "vhangup": (153, 58),
}  # fmt: skip
_CLONE, _CLONE3, _MMAP, _SOCKET, _SOCKETPAIR, _FCNTL = (56, 220), (435, 435), (9, 222), (41, 198), (53, 199), (72, 25)
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x50000
_EPERM, _ENOMEM, _ENOLCK, _ENOSYS, _EAFNOSUPPORT = 1, 12, 37, 38, 97
_X32 = 0x40000000
_SHARED_NOWHERE = 0x20  # MAP_ANONYMOUS
_MAP_SHARED = 0x1


def call_filter() -> bytes:
    """Return the filter for this machine, a program of classic BPF.

    Raises:
        NotConfinedError: There is none for this machine.
    """
    if platform.machine() not in _ARCHITECTURES or sys.byteorder != "little":
        raise NotConfinedError(f"no system call filter for {platform.machine()}")
    column, architecture = _ARCHITECTURES[platform.machine()]
    program: list[tuple[int, int, int, int]] = []

    def add(code: int, value: int, yes: int = 0, no: int = 0) -> None:
        program.append((code, yes, no, value))

    def refuse(error: int) -> None:
        add(_RETURN, _FAIL | error)

    add(_LOAD, 4)  # the architecture
    add(_EQUAL, architecture, 1, 0)
    add(_RETURN, _KILL)
    add(_LOAD, 0)  # the call's number
    if column == 0:
        add(_AT_LEAST, _X32, 0, 1)
        refuse(_ENOSYS)
    for numbers in _REFUSED.values():
        if (number := numbers[column]) is not None:
            add(_EQUAL, number, 0, 1)
            refuse(_EPERM)
    add(_EQUAL, _CLONE3[column], 0, 1)
    refuse(_ENOSYS)  # its flags lie in memory, out of the filter's sight; libc falls back to clone
    add(_EQUAL, _CLONE[column], 0, 4)
    add(_LOAD, 16)
    add(_ANY_BIT, ALL_NEW | NEWTIME, 0, 1)
    refuse(_EPERM)
    add(_RETURN, _ALLOW)
    # locks on parts of a file are memory that no limit sees
    add(_EQUAL, _FCNTL[column], 0, 7)
    add(_LOAD, 24)
    for place, command in enumerate((6, 7, 37)):
        add(_EQUAL, command, 3 - place, 0)
    add(_EQUAL, 38, 0, 1)
    refuse(_ENOLCK)
    add(_RETURN, _ALLOW)
    # shared memory without a file is seen by no limit
    add(_EQUAL, _MMAP[column], 0, 5)
    add(_LOAD, 40)
    add(_ANY_BIT, _SHARED_NOWHERE, 0, 2)
    add(_ANY_BIT, _MAP_SHARED, 0, 1)
    refuse(_ENOMEM)
    add(_RETURN, _ALLOW)
    add(_EQUAL, _SOCKET[column], 1, 0)
    add(_EQUAL, _SOCKETPAIR[column], 0, 3)
    add(_LOAD, 16)
    add(_EQUAL, socket.AF_UNIX, 1, 0)
    refuse(_EAFNOSUPPORT)
    add(_RETURN, _ALLOW)
    return b"".join(struct.pack("<HBBI", *line) for line in program)


# Whether the walls stand


_INHERITED = {"time", "time_for_children", "pid_for_children"}


def one_thread() -> bool:
    """Return whether this process has one thread only."""
    return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208


def namespaces() -> frozenset[str]:
    """Return which namespaces this process is in."""
    return frozenset(str(place.readlink()) for place in Path("/proc/self/ns").iterdir() if place.name not in _INHERITED)


def verify(kept: frozenset[int], outside: frozenset[str]) -> None:
    """Look at this process from within, before anybody else's code runs in it.

    Args:
        kept: What may be open.
        outside: The template's namespaces.

    Raises:
        NotConfinedError: A wall is not there.
    """
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
    facts: dict[str, Callable[[], bool]] = {
        "capabilities": lambda: all(
            int(status[name], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
        ),
        "no_new_privs": lambda: status["NoNewPrivs"].strip() == "1",
        "system call filter": lambda: status["Seccomp"].strip() == "2" and _refused(),
        "first process of its own": lambda: os.getpid() == 1 and _processes() == ["1"],
        "users": lambda: all(_mapped(name) for name in ("uid_map", "gid_map")) and os.getuid() == os.geteuid() == UID,
        "own namespaces": lambda: len(namespaces()) == 7 and not namespaces() & outside,
        "network": lambda: len(Path("/proc/self/net/dev").read_text().splitlines()) == 3,
        "no further namespaces": lambda: Path("/proc/sys/user/max_user_namespaces").read_text().strip() == "0",
        "session of its own": lambda: os.getsid(0) == os.getpgrp() == 1,
        "one thread": one_thread,
        "descriptors": lambda: _descriptors() == kept,
        "limits": lambda: resource.getrlimit(resource.RLIMIT_NOFILE) == (OPEN_FILES, OPEN_FILES),
    }
    for name, holds in facts.items():
        if not holds():
            raise NotConfinedError(name)
    _verify_mounts()


def _processes() -> list[str]:
    return [name for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208


def _mapped(name: str) -> bool:
    """Return whether one user alone is known here, and is nobody's root."""
    lines = Path(f"/proc/self/{name}").read_text().splitlines()
    return len(lines) == 1 and lines[0].split()[::2] == [str(UID), "1"]


def _refused() -> bool:
    """Return whether the filter refuses what it should, with its own answer."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
    except OSError as error:
        return error.errno == _EAFNOSUPPORT
    return False


def _descriptors() -> frozenset[int]:
    """Return what is open, less what looking opens."""
    found = set()
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208
        try:
            os.fstat(int(name))
        except OSError:
            continue
        found.add(int(name))
    return frozenset(found)


def _verify_mounts() -> None:
    """Hold the mounts against what may be there.

    Raises:
        NotConfinedError: Something can be written to that should not, or is there that should not.
    """
    seen: dict[str, tuple[str, set[str]]] = {}
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, after = line.split(" - ", 1)
        place, flags = before.split()[4:6]
        seen[place] = (after.split()[0], set(flags.split(",")))  # the last one hides those before
    for place, (kind, options) in seen.items():
        own = place in WRITABLE and kind == "tmpfs" and {"nosuid", "nodev"} <= options
        process = place == "/proc" and kind == "proc" and {"nosuid", "nodev", "noexec"} <= options
        device = place in ("/dev/null", "/dev/random", "/dev/urandom")
        if not ("ro" in options or own or process or device):
            raise NotConfinedError(f"{place} can be written to")
    missing = {*WRITABLE, "/", "/proc", "/proc/sys"} - set(seen)
    strange = {"/sys", "/run", "/var", "/root", "/dev/pts"} & set(seen)
    if missing or strange:
        raise NotConfinedError(f"mounts: {sorted(missing | strange)}")
