"""The sandbox, tried from within by real children: every wall by going at it, every limit by exceeding it."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from course import errors
from course.grade import groups, replies, sandbox, usage, values, wire
from course.grade.handins import Kind

ROOT = Path(__file__).parents[2]
TIGHT = sandbox.Limits(
    memory=700 << 20,
    processes=24,
    cpu_seconds=4,
    cell_seconds=1.5,
    total_seconds=20.0,
    output=100_000,
    total_output=250_000,
    disk=8 << 20,
    inodes=500,
    values=4 << 20,
)
STATE = torch.get_rng_state().numpy().tobytes()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return fastai's home with a data set in it."""
    home = tmp_path_factory.mktemp("fastai")
    (home / "data" / "mnist_png" / "training").mkdir(parents=True)
    (home / "data" / "mnist_png" / "training" / "0.png").write_bytes(replies.PNG)
    home.chmod(0o700)
    return home


@pytest.fixture(scope="module")
def template(home):
    """Return a template as homework needs it."""
    with sandbox.Template(["torch", "matplotlib.pyplot"], home) as template:
        yield template


@pytest.fixture(scope="module")
def tight():
    """Return a template whose children may use little."""
    with sandbox.Template(["numpy"], None, TIGHT) as template:
        yield template


@pytest.fixture
def child(template):
    """Return a child with what homework imports."""
    with template.child() as child:
        yield child


@pytest.fixture
def small(tight):
    """Return a child that may use little."""
    with tight.child() as child:
        yield child


def said(ran, *kinds):
    """Return the texts of a cell's outputs."""
    return "".join(output.text for output in ran.outputs if not kinds or output.kind in kinds)


def keys(ran):
    """Return the keys of what is said of a cell."""
    return [remark.key for remark in ran.remarks]


def call(child, path, *arguments, state=STATE, **named):
    """Call a value in a child."""
    return child.call(path, values.encode((arguments, named)), state)


def back(data):
    """Return the value of bytes, callables as marks."""
    return values.decode(data, lambda mark: mark)


def gone(pids):
    """Return whether processes end; they are given time, not much."""
    until = time.monotonic() + 10
    while alive := [pid for pid in pids if Path(f"/proc/{pid}/stat").exists()]:
        states = [_state(pid) for pid in alive]
        if set(states) <= {"Z", ""}:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _state(pid):
    """Return the state letter of a process, or nothing."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


# What a notebook does


@pytest.mark.parametrize(
    ("source", "kind", "wanted"),
    [
        ("1 + 1", Kind.RESULT, "2"),
        ("print('여기')", Kind.STDOUT, "여기\n"),
        ("import sys\nprint('x', file=sys.stderr)", Kind.STDERR, "x\n"),
        ("print(1)\nprint(2)", Kind.STDOUT, "1\n2\n"),
        ("!echo $((6 * 7))", Kind.STDOUT, "42\n"),
        ("a = !echo hi\nprint(a[0])", Kind.STDOUT, "hi\n"),
        ("%%bash\necho bash", Kind.STDOUT, "bash\n"),
        ("import subprocess\n_ = subprocess.run(['echo', 'past Python'])", Kind.STDOUT, "past Python\n"),
        ("import asyncio\nawait asyncio.sleep(0)\n7", Kind.RESULT, "7"),
        ("display('shown')", Kind.STDOUT, "'shown'\n"),
        ("%matplotlib inline\nNone", Kind.STDOUT, ""),
        ("import os\nos.environ['HOME'], os.getcwd()", Kind.RESULT, "('/home/student', '/home/student')"),
        ("import torch\ntorch.get_num_threads()", Kind.RESULT, "1"),
        ("%%writefile own.py\nx = 3", Kind.STDOUT, "Writing own.py\n"),
    ],
)
def test_cell(child, source, kind, wanted):
    """What a cell puts out is kept by its kind."""
    ran = child.run(source, 4)
    assert (said(ran, kind), said(ran, Kind.ERROR), ran.remarks, ran.index) == (wanted, "", (), 4)


@pytest.mark.parametrize("source", ["plt.plot([1, 2])\nplt.show()", "%matplotlib inline\nplt.plot([1, 2]);"])
def test_a_plot_is_a_picture(child, source):
    """Both ways of showing a plot give a PNG."""
    (picture,) = child.run(f"import matplotlib.pyplot as plt\n{source}", 0).outputs
    assert picture.kind == Kind.PICTURE
    assert picture.png.startswith(replies.PNG)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("x = (", "SyntaxError"),
        ("input('name?')", "input() is not available"),
        ("raise BaseException('so')", "BaseException: so"),
        ("import sys\nsys.exit(3)", "SystemExit"),
        ("exit()\nraise KeyboardInterrupt", "KeyboardInterrupt"),
        ("class E(Exception):\n    def __str__(self): raise SystemExit\nraise E", "E "),
    ],
)
def test_an_error_is_text_and_the_next_cell_runs(child, source, words):
    """Whatever a cell raises becomes plain text, without a line of ours, and the shell lives on."""
    ran = child.run(source, 0)
    assert words in said(ran, Kind.ERROR)
    assert "\x1b" not in said(ran)
    assert "/grader/" not in said(ran)
    assert said(child.run("6 * 7", 1)) == "42"


def test_untar_data_finds_the_data_and_cannot_change_it(child):
    """fastai's own call finds the data, which are read-only."""
    ran = child.run(
        "from fastai.data.external import untar_data, URLs\nlist((untar_data(URLs.MNIST) / 'training').iterdir())", 0
    )
    assert "mnist_png/training/0.png" in said(ran, Kind.RESULT)
    assert "Read-only" in said(child.run("open('/data/mnist_png/training/0.png', 'w')", 1), Kind.ERROR)


def test_unseeded_runs_are_equal(template):
    """What is random without a seed is the same in every run, hashes too."""
    source = (
        "import random, numpy, torch\nrandom.random(), numpy.random.rand(), numpy.random.default_rng().random(), "
        "torch.rand(1), {'a', 'b', 'c'}, hash('x')"
    )
    runs = []
    for _ in range(2):
        with template.child() as child:
            runs.append(said(child.run(source, 0)))
    assert runs[0] == runs[1] != ""


def test_children_know_nothing_of_each_other(template):
    """Neither files nor changed modules pass from one child to the next."""
    with template.child() as first:
        first.run("x = 1\nopen('/tmp/left', 'w')\nimport torch\ntorch.left = 1", 0)
        with template.child() as second:
            source = (
                "import os, torch\n'x' in dir(), os.listdir('/tmp'), hasattr(torch, 'left'), os.listdir('/dev/shm')"
            )
            assert said(second.run(source, 0)) == "(False, [], False, [])"


# Walls

PROBE = """
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def refused(*call):
    ctypes.set_errno(0)
    result = getattr(libc, call[0])(*call[1:])
    return result == -1 and ctypes.get_errno() in (1, 13, 22, 38)
"""


@pytest.mark.parametrize(
    "source",
    [
        "[family for family in range(64) if family != 1 and opens(family)] == []",
        "refused('unshare', 0x10000000)",
        "refused('unshare', 0x20000)",
        "refused('syscall', 56, 0x10000000 | 17, 0, 0, 0, 0)",
        "refused('syscall', 435, 0, 0)",
        "refused('mount', b'none', b'/tmp', b'tmpfs', 0, None)",
        "refused('umount2', b'/proc', 2)",
        "refused('ptrace', 16, 1, 0, 0)",
        "refused('setns', 0, 0)",
        "refused('setuid', 0)",
        "refused('chroot', b'/tmp')",
        "refused('syscall', 319, b'x', 0)",
        "refused('syscall', 323, 0)",
        "refused('syscall', 425, 8, 0)",
        "refused('sethostname', b'x', 1)",
        "refused('syscall', 321, 0, 0, 0)",
        "[name for name in os.listdir('/proc') if name.isdigit()] == ['1']",
        "os.path.exists('/work') or os.path.exists('/sys') or os.path.exists('/run') or os.path.exists('/var')",
        "not any(map(writes, ('/', '/usr', '/venv', '/etc', '/dev', '/grader', '/proc/sys/kernel', '/data')))",
        "sorted(os.listdir('/dev')) == ['fd', 'null', 'random', 'shm', 'urandom']",
        "sorted(os.listdir('/home')) == ['shm', 'student', 'tmp']",
        "os.listdir('/home/student') == ['.fastai'] and os.listdir('/tmp') == []",
        "sorted(map(int, os.listdir('/proc/self/fd')))[:4] == [0, 1, 2, 3] and len(os.listdir('/proc/self/fd')) == 5",
        "sorted(os.environ)[:3]",
    ],
)
def test_wall(child, source):
    """Each of these is true, or refused, in a child."""
    helpers = """
def opens(family):
    for kind in (1, 2, 3):
        try:
            socket.socket(family, kind).close()
            return True
        except OSError:
            pass
    return False
def writes(place):
    try:
        open(os.path.join(place, 'x'), 'w').close()
        return True
    except OSError:
        return False
"""
    child.run(PROBE + helpers, 0)
    wanted = {"os.path.exists('/work') or": "False", "sorted(os.environ)": "['HOME', 'LANG', "}
    want = next((text for start, text in wanted.items() if source.startswith(start)), "True")
    assert said(child.run(source, 1)).startswith(want)


def test_no_file_of_the_grader_is_in_there(child):
    """No solution and no module of the grader can be found."""
    wanted = [p.name for p in (ROOT / "solutions").iterdir() if p.is_dir()] + ["handins.py", "sandbox.py", "remarks.py"]
    assert wanted
    ran = child.run(
        "import os\n"
        "names = [name for place in ('/home', '/grader', '/root', '/etc', '/tmp', '/data', '/opt', '/mnt', '/srv')"
        " for _, folders, files in os.walk(place) for name in folders + files]\nnames",
        0,
    )
    assert "template.py" in said(ran)
    assert not [name for name in wanted if name in said(ran)]


def test_no_signal_and_no_abstract_socket_reaches_out(child):
    """Processes and sockets of this machine are not there for a child, by number or by name."""
    import socket

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"\0course-test-{os.getpid()}")
        listening.listen()
        source = (
            "import os, signal, socket\ndef f():\n"
            f"    try: socket.socket(socket.AF_UNIX).connect('\\0course-test-{os.getpid()}')\n"
            "    except OSError as error: return type(error).__name__\nf()"
        )
        assert said(child.run(source, 0)) == "'ConnectionRefusedError'"
    source = f"try: os.kill({os.getpid()}, 9)\nexcept ProcessLookupError: print('nobody')"
    assert said(child.run(source, 1)) == "nobody\n"
    # all that it can reach is itself
    assert said(child.run("os.kill(-1, 9) if False else len(os.listdir('/proc/1/task')) > 0", 2)) == "True"


@pytest.mark.parametrize(
    ("old", "new", "wall"),
    [
        ("NEWUSER | NEWNS | NEWNET", "NEWUSER | NEWNS", "own namespaces"),
        ('_must(_libc.capset(header, nothing), "capset")', "pass", "capabilities"),
        ('_must(_prctl(_SECCOMP, 2, ctypes.addressof(described)), "seccomp")', "pass", "system call filter"),
        ("add(_EQUAL, socket.AF_UNIX, 1, 0)", "add(_EQUAL, socket.AF_INET, 1, 0)", "system call filter"),
        ("_BIND | _REMOUNT | _RDONLY | _NOSUID", "_BIND | _REMOUNT | _NOSUID", "/proc/sys can be written to"),
        ("_prctl(_CAPBSET_DROP, capability)", "pass", "capabilities"),
        ('_write(f"/proc/sys/user/max_{name}_namespaces", "0")', "pass", "no further namespaces"),
        ("os.closerange(last + 1, 1 << 20)", "pass", "descriptors"),
        ('("NOFILE", OPEN_FILES)', '("NOFILE", 512)', "limits"),
        ('mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC)', "pass", "first process of its own"),
    ],
)
def test_a_missing_wall_is_noticed_before_anything_runs(monkeypatch, tmp_path, old, new, wall):
    """With any one wall left out, the template does not start."""
    source = (ROOT / "course" / "grade" / "confine.py").read_text()
    assert old in source
    (tmp_path / "confine.py").write_text(source.replace(old, new))
    folders = sandbox._folders
    monkeypatch.setattr(
        sandbox, "_folders", lambda data: folders(data) | {"/grader/course/grade/confine.py": tmp_path / "confine.py"}
    )
    with pytest.raises(errors.CourseError, match=re.escape(wall)):
        sandbox.Template([], None)


def test_a_module_that_starts_a_thread_is_refused(monkeypatch, tmp_path):
    """Forking beside a thread may hang: such a module is refused."""
    (tmp_path / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()\n"
    )
    folders = sandbox._folders
    monkeypatch.setattr(
        sandbox, "_folders", lambda data: folders(data) | {"/grader/threaded.py": tmp_path / "threaded.py"}
    )
    with pytest.raises(errors.CourseError, match="thread"):
        sandbox.Template(["threaded"], None)


# Limits


@pytest.mark.parametrize("source", ["while True: pass", "import time\ntime.sleep(1e6)", "!sleep 1000"])
def test_a_cell_that_takes_too_long_is_interrupted_and_the_next_runs(small, source):
    """An interrupt ends the cell, in its own words, and no more."""
    ran = small.run(source, 0)
    assert keys(ran) == ["cell_interrupted"]
    assert said(small.run("6 * 7", 1)) == "42"


@pytest.mark.parametrize(
    "source",
    [
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass",
        "import signal\nsignal.signal(signal.SIGINT, lambda *_: None)\nwhile True: pass",
        "sum(iter(int, 1))",  # needs no memory, so that time alone ends it
    ],
)
def test_a_cell_that_cannot_be_interrupted_is_killed(small, source, monkeypatch):
    """What does not stop is killed, and all that would follow says so."""
    monkeypatch.setattr(sandbox, "GRACE_SECONDS", 0.5)
    assert keys(small.run(source, 0)) == ["child_unresponsive"]
    assert not small.alive
    assert keys(small.run("1", 1)) == ["cell_not_run"]
    assert small.fetch(["x"]) == {}
    assert call(small, "print").error[0] == "RuntimeError"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x = bytearray(1 << 30)", "MemoryError"),
        ("import numpy\nx = numpy.ones(1 << 28)", "MemoryError"),
        ("import mmap\nmmap.mmap(-1, 1 << 20)", "Cannot allocate memory"),
        ("import os\nos.memfd_create('x')", "Operation not permitted"),
        ("open('/tmp/x', 'wb').write(bytes(9 << 20))", "File too large"),
        ("for n in range(9): open(f'/tmp/{n}', 'wb').write(bytes(1 << 20))", "No space left"),
        (
            "for n in range(9): open(f'/{[\"tmp\", \"dev/shm\"][n % 2]}/{n}', 'wb').write(bytes(1 << 20))",
            "No space left",
        ),
        ("for n in range(600): open(f'{n}', 'w')", "No space left"),
        ("files = [open('/dev/null') for n in range(300)]", "Too many open files"),
    ],
)
def test_what_the_system_limits(small, source, words):
    """Memory, disk, files and descriptors end where the limits say, as ordinary errors."""
    assert words in said(small.run(source, 0), Kind.ERROR)
    assert said(small.run("6 * 7", 1)) == "42"


@pytest.mark.parametrize(
    ("source", "key"),
    [
        (
            "import os, time\nfor _ in range(4):\n    if os.fork() == 0:\n"
            "        x = bytearray(300 << 20)\n        time.sleep(99)\ntime.sleep(9)",
            "child_memory",
        ),
        (
            "import os\nfor _ in range(8):\n    if os.fork() == 0:\n        while True: pass\n"
            "import time\ntime.sleep(99)",
            "child_cpu",
        ),
    ],
)
@pytest.mark.parametrize("grouped", [True, False], ids=["control groups", "watch alone"])
def test_what_all_processes_use_together(tight, monkeypatch, source, key, grouped):
    """Processes that each keep to their limits are summed up, also where no control group can be made."""
    if not grouped:
        monkeypatch.setattr(groups, "parents", tuple)
    with tight.child() as child:
        child._limits = replace(TIGHT, cell_seconds=60.0)
        assert keys(child.run(source, 0)) == [key]
        assert [remark.key for remark in child.remarks] == [key]


def test_memory_that_forks_share_counts_once(small):
    """Three processes that copy one that has much are not three times as much."""
    source = (
        "import os, time\nx = bytearray(250 << 20)\nfor _ in range(3):\n"
        "    if os.fork() == 0: time.sleep(99)\ntime.sleep(0.5)"
    )
    assert keys(small.run(source, 0)) == []


def test_a_fork_bomb_hits_a_wall(small):
    """Processes are counted, and the template goes on."""
    bomb = (
        "import os, time\nn = 0\ntry:\n    while True:\n        if os.fork() == 0:\n"
        "            time.sleep(99)\n        n += 1\nexcept BlockingIOError:\n    print(n < 24)"
    )
    ran = small.run(bomb, 0)
    assert said(ran) == "True\n" or keys(ran) == ["child_memory"]


def test_the_whole_notebook_has_its_time(tight):
    """However short each cell is, all together have their time."""
    with tight.child() as child:
        child._until = time.monotonic() + 0.2
        ran = child.run("import time\ntime.sleep(1.2)", 0)
        assert keys(ran) == ["child_late"]


@pytest.mark.parametrize(
    "source",
    [
        "print('x' * 50_000_000)",
        "for _ in range(40): print('x' * 10_000)",
        "import os\nfor _ in range(6): os.write(1, b'x' * (1 << 20))",
        "import sys\nfor n in range(3000): print(n, file=[sys.stdout, sys.stderr][n % 2])",
        "from IPython.display import Image\ndisplay(Image(b'\\x89PNG\\r\\n\\x1a\\n' + bytes(200_000)))",
        "'\\u0001' * 5_000_000",
        "raise ValueError('x' * 500_000)",
    ],
)
def test_output_is_cut(small, source):
    """Each way to flood ends at the limit, told so, and the next cell runs."""
    ran = small.run(source, 0)
    assert "output_cut" in keys(ran)
    assert sum(len(output.text.encode()) + len(output.png) for output in ran.outputs) <= TIGHT.output
    assert said(small.run("6 * 7", 1)) == "42"


@pytest.mark.parametrize("source", ["print('x' * 10**6)", "for n in range(5000): print(n)"])
def test_an_error_is_told_after_a_flood(small, source):
    """What went wrong has its own room."""
    assert "ZeroDivisionError" in said(small.run(f"{source}\n1 / 0", 0), Kind.ERROR)


def test_output_of_all_cells_is_bounded(small):
    """Many cells together have a limit too."""
    rans = [small.run("print('x' * 90_000)", n) for n in range(5)]
    assert sum(len(said(ran)) for ran in rans) <= TIGHT.total_output
    assert [keys(ran) for ran in rans] == [[], [], ["output_cut"], ["output_cut"], ["output_cut"]]
    assert small.alive


# Lies

FORGE = """
import json, os, threading
def frame(said, blob=b''):
    text = json.dumps(said).encode()
    return len(text).to_bytes(4, 'big') + len(blob).to_bytes(4, 'big') + text + blob
"""


@pytest.mark.parametrize(
    "source",
    [
        "os.write(3, b'x' * 1000)",
        "os.write(3, b'\\xff' * 8)",
        "os.write(3, frame({'id': 2, 'outputs': 7}))",
        "os.write(3, frame({'id': 2, 'outputs': [['stdout', 7]]}))",
        "os.write(3, frame({'id': 2, 'outputs': [['picture', 9]]}, b'not a PNG'))",
        "os.write(3, frame({'id': 2, 'outputs': [['picture', 10 ** 9]]}))",
        "os.write(3, frame({'id': 2, 'outputs': [['stdout', 'x' * 200_000]]}))",
        "os.write(3, frame({'id': 2, 'outputs': [['run', 'x']]}))",
        "os.write(3, frame({'id': 2, 'outputs': [['stdout', 'x']] * 2000}))",
        "os.write(3, frame({'id': 99, 'outputs': []}))",
        "os.write(3, frame([1]))",
        "os.write(3, (100_000).to_bytes(4, 'big') + bytes(4) + b'[' * 100_000)",
        "threading.Thread(target=lambda: [os.write(3, b'junk') for _ in iter(int, 1)]).start()\n"
        "import time\ntime.sleep(1)",
        "import os\nwhile True: os.write(3, bytes(1 << 16))",
    ],
)
def test_junk_ends_the_child_alone(small, tight, source):
    """What is no answer ends the child with a remark, and the next child is well."""
    small.run(FORGE, 0)
    assert "child_junk" in keys(small.run(source, 1))
    assert not small.alive
    with tight.child() as other:
        assert said(other.run("1 + 1", 0)) == "2"


def test_half_a_frame_does_not_hold_the_grader_up(small, monkeypatch):
    """A reply that does not come to its end is not waited for."""
    monkeypatch.setattr(sandbox, "GRACE_SECONDS", 0.5)
    assert keys(small.run("import os, time\nos.write(3, bytes(3))\ntime.sleep(99)", 0)) == ["child_unresponsive"]


@pytest.mark.parametrize(
    "said",
    [
        {"values": [["x", 10**9]]},
        {"values": [["y", 0]]},
        {"values": [["x", 0], ["x", 0]]},
        {"values": [["x", -1]]},
        {"values": 3},
        {"values": [["x", True]] * 3000},
    ],
)
def test_forged_values_are_junk(small, said):
    """Values that were not asked for, or are not there, are junk."""
    small.run(FORGE, 0)
    small.run(
        "import time\ndef later():\n    time.sleep(0.3)\n"
        f"    os.write(3, frame({{'id': 3, **{said!r}}}))\nimport sys\n"
        "_ = [setattr(sys.modules['course.grade.wire'], 'send', lambda *a: later())]",
        1,
    )
    assert small.fetch(["x"]) == {}
    assert [remark.key for remark in small.remarks] == ["child_junk"]


@pytest.mark.parametrize(
    "source",
    ["import os\nos._exit(0)", "import os\nos.abort()", "import ctypes\nctypes.string_at(0)", "import os\nos.close(3)"],
)
def test_a_child_that_ends_itself(small, source):
    """A child that exits or crashes is told of, and the rest is told not to have run."""
    assert keys(small.run(source, 0)) == ["child_died"]
    assert keys(small.run("1", 1)) == ["cell_not_run"]


def test_nothing_is_left_after_close(tight):
    """Daemons too, in sessions of their own, go with the child."""
    daemon = (
        "import os, signal, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n        time.sleep(999)\n"
        "    os._exit(0)\n"
    )
    with tight.child() as child:
        assert keys(child.run(daemon * 3 + "time.sleep(0.2)", 0)) == []
        pids = list(usage.tree(usage.pid(child._handle)))
        assert len(pids) >= 4
    assert gone(pids)


def test_a_forked_copy_of_the_shell_does_not_answer(small):
    """One process answers, however many come back from a cell."""
    small.run("import os\nos.fork()", 0)
    small.run("import time\ntime.sleep(0.3)", 1)
    assert [said(small.run(f"{n}", n)) for n in range(3)] == ["0", "1", "2"]


def test_the_template_goes_with_the_grader():
    """A grader that is killed takes its template and children with it."""
    source = (
        "import sys, time\nfrom course.grade.sandbox import Template\n"
        "t = Template([], None)\nc = t.child()\nprint(t._process.pid, flush=True)\ntime.sleep(99)"
    )
    grader = subprocess.Popen(
        [sys.executable, "-c", source],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    pids = list(usage.tree(int(grader.stdout.readline())))
    assert len(pids) >= 3
    grader.send_signal(signal.SIGKILL)
    grader.communicate()
    assert gone(pids)


@pytest.mark.slow
def test_a_template_survives_a_hundred_hostile_children(tight):
    """The template is the same after a hundred that tried."""
    hostile = [
        "import os\nos._exit(1)", "import os\nos.write(3, b'x' * 999)", "import ctypes\nctypes.string_at(0)",
        "import os\nwhile os.fork(): pass", "x = [bytearray(1 << 24) for _ in iter(int, 1)]",
    ]  # fmt: skip
    for n in range(100):
        with tight.child() as child:
            child.run(hostile[n % len(hostile)], 0)
    with tight.child() as child:
        assert said(child.run("1 + 1", 0)) == "2"


# Values and calls


def test_fetch(child):
    """Names that are there are told, others left out."""
    child.run("import torch\nnet = torch.nn.Linear(1, 2)\nf = len\nn = 3", 0)
    found = {name: back(data) for name, data in child.fetch(["net", "f", "n", "missing"]).items()}
    assert list(found) == ["net", "f", "n"]
    assert (type(found["net"]), found["n"]) == (torch.nn.Linear, 3)
    assert found["f"] == values.CallableMark("f", "builtin_function_or_method")


def test_values_that_take_too_long_to_read_are_left_out_and_told_of(small):
    """What was read until then counts, the remark says that there is no more, and the process goes on."""
    small.run("first, deep = 1, 0\nfor _ in range(50): deep = [deep]", 0)
    names = [f"x{number}" for number in range(100)]  # each takes its time, and is told in a word for what it ends with
    small.run(" = ".join(names) + " = [0.5] * 190_000 + [deep]", 1)
    found = small.fetch(["first", *names, "deep"])
    assert back(found["first"]) == 1
    assert "deep" not in found
    assert [remark.key for remark in small.remarks] == ["values_interrupted"]
    assert said(small.run("first + 1", 2)) == "2"


def test_what_is_too_large_is_refused(small):
    """What takes more bytes than may be fetched is told of, and what comes after it counts."""
    small.run("import numpy\nx = numpy.zeros(1 << 22)\ny = 1\ndef f(): return x", 0)
    refused = values.Refused("ndarray", "more than 3 MB")
    assert [back(told) for told in small.fetch(["x", "y"]).values()] == [refused, 1]
    assert back(call(small, "f", state=b"").value) == refused
    assert small.alive
    assert not small.remarks


def test_more_bytes_than_were_asked_for_are_junk(small):
    """A child that sends more than may be fetched is ended."""
    small.run("import course.grade.values as v\nv.encode = lambda *_, **__: bytes(5 << 20)\nx = 1", 0)
    assert small.fetch(["x"]) == {}
    assert [remark.key for remark in small.remarks] == ["child_junk"]


def test_a_call_goes_on_with_the_random_numbers_of_outside(child):
    """A seed set outside holds in a call, and the state comes back."""
    child.run("import torch\ndef noise(n):\n    print('dropped')\n    return torch.rand(n)", 0)
    torch.manual_seed(5)
    answer = call(child, "noise", 3, state=torch.get_rng_state().numpy().tobytes())
    assert torch.equal(back(answer.value), torch.rand(3))
    assert answer.state == torch.get_rng_state().numpy().tobytes()


def test_a_network_of_the_students_own_is_called_where_it_is(child):
    """A network of a class of its own is called, and handed on, by where it is."""
    child.run(
        "import torch\nclass Net(torch.nn.Module):\n    def forward(self, x): return 2 * x\n"
        "nets = {'a': [Net()]}\ndef on(net, x): return net(x)",
        0,
    )
    mark = back(child.fetch(["nets"])["nets"])["a"][0]
    assert mark == values.CallableMark("nets['a'][0]", "Net", is_module=True)
    assert back(call(child, mark.path, torch.ones(1)).value).tolist() == [2.0]
    inner = child.call("on", _with_mark(mark), STATE)
    assert back(inner.value).tolist() == [2.0]


def _with_mark(mark):
    """Return the encoded arguments of a call with a value that stayed inside."""
    text = (
        f'["tuple",["tuple",["callable","{mark.path}","Net",true],["tensor","float32",[1],false,false,"cpu"]],["dict"]]'
    )
    return len(text).to_bytes(4, "big") + text.encode() + torch.ones(1).numpy().tobytes()


def test_what_a_call_returns_can_be_called(child):
    """A function that a function returned can be called."""
    child.run("def make(n): return [lambda x: x + n]", 0)
    mark = back(call(child, "make", 3).value)[0]
    assert mark.path == "@0[0]"
    assert back(call(child, mark.path, 4).value) == 7


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("def f(): raise NotImplementedError('not yet')", ("NotImplementedError", "not yet")),
        ("class Own(ValueError): pass\ndef f(): raise Own('own')", ("ValueError", "own")),
        ("def f(): raise SystemExit('out')", ("RuntimeError", "out")),
        ("class E(KeyError):\n    def __str__(self): raise SystemExit\ndef f(): raise E", ("KeyError", "E")),
        ("def f(x): pass", ("TypeError", "f() missing 1 required positional argument: 'x'")),
        ("f = 3", ("TypeError", "'int' object is not callable")),
        ("", ("KeyError", "'f'")),
    ],
)
def test_an_error_in_a_call(child, source, error):
    """The nearest built-in exception comes back, with its words."""
    child.run(source, 0)
    assert call(child, "f").error == error
    assert call(child, "f").value == b""


def test_a_call_that_takes_too_long(small):
    """A call has the time of a cell; one that ends the process says so."""
    small.run("def f():\n    while True: pass", 0)
    assert call(small, "f", state=b"").error[0] == "TimeoutError"
    assert small.alive
    small.run("import os\ndef g(): os._exit(0)", 0)
    assert call(small, "g", state=b"").error == ("RuntimeError", small.remarks[0].text())


def test_a_forged_random_state_is_junk(child):
    """torch reads past its table where a state says that more is left than there is."""
    source = (
        "import struct, torch\n"
        "state = torch.get_rng_state()\n"
        "struct.pack_into('<QiiQ', state.numpy(), 0, 0, 624, 1, 624)\n"
        "torch.get_rng_state = lambda: state\n"
        "def f(): pass"
    )
    assert said(child.run(source, 0)) == ""
    assert call(child, "f").error[0] == "RuntimeError"
    assert [remark.key for remark in child.remarks] == ["child_junk"]


# Without a sandbox


def test_no_bubblewrap(monkeypatch):
    """Without the program, it is told how to get it."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(errors.CourseError, match=r"apt-get install bubblewrap.*WSL2.*--unsandboxed"):
        sandbox.Template([], None)


def test_bubblewrap_refused():
    """In a namespace that allows no further one, bubblewrap cannot work."""
    source = (
        "from course.grade.sandbox import Template\ntry: Template([], None)\nexcept Exception as error: print(error)"
    )
    closed = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", closed, "sh", sys.executable, "-c", source]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=True)
    assert "the system refuses it a sandbox" in done.stdout
    assert "sudo sysctl -w user.max_user_namespaces" in done.stdout


def test_a_failing_import_is_told():
    """A module that is not there is named."""
    with pytest.raises(errors.CourseError, match="no_such_module"):
        sandbox.Template(["no_such_module"], None)


# Frames


def test_a_frame_is_bounded_before_it_is_read():
    """A length that is too large is refused, and nothing after it is read."""
    import socket

    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall((wire.MOST_JSON + 1).to_bytes(4, "big") + bytes(4))
        with pytest.raises(wire.JunkError):
            wire.receive(ours, 10, time.monotonic() + 5)
        theirs.sendall((2).to_bytes(4, "big") + (11).to_bytes(4, "big"))
        with pytest.raises(wire.JunkError):
            wire.receive(ours, 10, time.monotonic() + 5)
        assert not select.select([ours], [], [], 0)[0]


@pytest.mark.parametrize("times", [1, 99])
@pytest.mark.parametrize("part", ["[", "{[", '"[', '\\"[', "\\\\[", "\\", "\x1b[31m"])
def test_brackets_in_what_a_student_writes_are_no_nesting(part, times):
    """A message is as deep as its lists and objects are, whatever stands in its strings."""
    import socket

    text = part * times
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send(theirs, {text: [text, [text]]})
        assert wire.receive(ours, 0) == ({text: [text, [text]]}, b"")
        wire.send(theirs, {"in": json.loads("[" * 50 + '"]"' + "]" * 50)})
        with pytest.raises(wire.JunkError, match="nested"):
            wire.receive(ours, 0)
