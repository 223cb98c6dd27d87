"""Control groups: what the kernel itself stops, and where groups may be made."""

import os
import subprocess
import sys
import time

import pytest

from course.grade import groups, sandbox
from course.grade.groups import MEMORY, PIDS, Parent

HERE = groups.parents()
LIMITS = sandbox.Limits(memory=300 << 20, disk=8 << 20, processes=40, cell_seconds=30.0)

# Each process keeps to the limits of its own.
GREEDY = {
    "processes": (
        "import os, time\nfor _ in range(8):\n    if os.fork() == 0:\n"
        "        x = bytearray(200 << 20)\n        time.sleep(99)\ntime.sleep(9)"
    ),
    "buffers of sockets": (
        "import os, socket, time\n"
        "for _ in range(30):\n"
        "    if os.fork() == 0:\n"
        "        kept = []\n"
        "        for _ in range(100):\n"
        "            for end in (pair := socket.socketpair()):\n"
        "                end.setblocking(False)\n"
        "                try:\n"
        "                    while True: end.send(bytes(1 << 15))\n"
        "                except BlockingIOError: kept.append(pair)\n"
        "        time.sleep(99)\ntime.sleep(9)"
    ),
}

limits = {name for parent in HERE for name in parent.controllers}
needs_memory = pytest.mark.skipif(MEMORY not in limits, reason="no control groups of memory may be made here")
needs_pids = pytest.mark.skipif(PIDS not in limits, reason="no control groups of processes may be made here")


@pytest.fixture(scope="module")
def template():
    """Return a template whose children may use little."""
    with sandbox.Template([], None, LIMITS) as template:
        yield template


@pytest.fixture
def waiting():
    """Return what starts a program that begins once it is in a group, and ends it."""
    started = []

    def start(source):
        process = subprocess.Popen([sys.executable, "-c", f"input()\n{source}"], stdin=-1, stdout=-1, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def made():
    """Return the groups that this process has made and that are there."""
    return [each for parent in HERE for each in parent.folder.glob(f"{groups.NAME}-{os.getpid()}-*")]


def peak():
    """Return the most bytes that were in use at once in the groups that this process has made."""
    for folder in made():
        for name in ("memory.max_usage_in_bytes", "memory.peak"):
            if (folder / name).exists():
                return int((folder / name).read_text())
    raise AssertionError("no group tells")


@needs_memory
@pytest.mark.parametrize("source", GREEDY.values(), ids=GREEDY)
def test_memory_has_a_ceiling_that_needs_no_watch(template, monkeypatch, source):
    """However quickly it is taken, and in whatever form, it never is more."""
    monkeypatch.setattr(sandbox, "WATCH_SECONDS", 1.0)
    monkeypatch.setattr(sandbox.usage, "sockets", lambda _: 0)
    monkeypatch.setattr(sandbox.usage, "used", lambda _: (0, 0.0, 0.0))
    with template.child() as child:
        assert [remark.key for remark in child.run(source, 0).remarks] == ["child_memory"]
        assert 0.8 * LIMITS.memory < peak() <= LIMITS.memory
    assert made() == []


@needs_memory
def test_memory_is_what_is_said_though_the_process_that_dies_is_not_the_first(waiting):
    """The kernel's count tells, not who died."""
    process = waiting("import os\nif os.fork() == 0: bytearray(300 << 20)\nprint(os.wait()[1])")
    group = groups.Group(process.pid, 100 << 20, 10)
    assert not group.over()
    said, _ = process.communicate("\n")
    assert said == "9\n" or process.returncode == -9  # version 2 ends all
    assert group.over()
    group.close()


@needs_pids
def test_processes_are_counted(waiting):
    """More than may be there are refused, with the error that a student knows from other limits."""
    process = waiting(
        "import os, time\nn = 0\ntry:\n    while n < 50:\n        if os.fork() == 0: time.sleep(2); os._exit(0)\n"
        "        n += 1\nexcept BlockingIOError: print(n)"
    )
    group = groups.Group(process.pid, 1 << 30, 7)
    said, _ = process.communicate("\n")
    assert said == "6\n"
    group.close()
    assert made() == []


@needs_memory
def test_what_a_killed_grader_left_is_swept(waiting):
    """Empty groups of those who are gone are taken away, others are not."""
    folder = HERE[0].folder
    process = waiting("")
    process.communicate("\n")
    left, mine = folder / f"{groups.NAME}-{process.pid}-0", folder / f"{groups.NAME}-{os.getpid()}-x"
    left.mkdir()
    mine.mkdir()
    try:
        groups._sweep(folder)
        assert (left.exists(), mine.exists()) == (False, True)
    finally:
        mine.rmdir()


def test_without_groups_there_are_none(template, monkeypatch):
    """A child is as it was."""
    monkeypatch.setattr(groups, "parents", tuple)
    with template.child() as child:
        assert child._group.controllers == ()
        assert child.run("6 * 7", 0).remarks == ()


def test_a_group_that_cannot_be_made_is_none(monkeypatch, tmp_path):
    """An ordinary folder is no place for one: it lacks the kernel's files."""
    monkeypatch.setattr(groups, "parents", lambda: (Parent(tmp_path / "gone", 1, (MEMORY,)),))
    start = time.monotonic()
    group = groups.Group(os.getpid(), 1 << 30, 10)
    assert (group.controllers, group.over()) == ((), False)
    group.close()
    assert time.monotonic() - start < groups.EMPTY_SECONDS


# Where groups may be made


def tree(root, *folders, handed=""):
    """Make folders as the kernel shows them, each with the controllers that it hands down."""
    for folder in folders:
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / "cgroup.procs").touch()
        (root / folder / "cgroup.subtree_control").write_text(handed)


def test_version_2_takes_the_nearest_that_hands_down(tmp_path):
    """One's own group has processes in it, so a neighbour of it is made."""
    tree(tmp_path, ".", "user", "user/app", handed="cpu memory pids\n")
    tree(tmp_path, "user/app/shell.scope")
    mounts = f"30 23 0:26 / {tmp_path} rw,nosuid - cgroup2 cgroup2 rw,nsdelegate"
    assert list(groups._found(mounts, "0::/user/app/shell.scope\n")) == [
        Parent(tmp_path / "user/app", 2, (MEMORY, PIDS))
    ]


def test_version_2_that_hands_nothing_down(tmp_path):
    """Nothing above it does: no groups."""
    tree(tmp_path, ".", "user", handed="cpu\n")
    mounts = f"30 23 0:26 / {tmp_path} rw - cgroup2 cgroup2 rw"
    assert list(groups._found(mounts, "0::/user\n")) == []


def test_version_1_in_a_container(tmp_path):
    """The mount begins at the container's own group."""
    tree(tmp_path, "memory/inner", "pids")
    mounts = (
        f"31 23 0:27 /docker/7 {tmp_path}/memory rw - cgroup cgroup rw,memory\n"
        f"32 23 0:28 /elsewhere {tmp_path}/pids rw - cgroup cgroup rw,pids"
    )
    own = "5:pids:/docker/7\n4:memory:/docker/7/inner\n1:name=systemd:/\n0::/\n"
    assert list(groups._found(mounts, own)) == [Parent(tmp_path / "memory/inner", 1, (MEMORY,))]
