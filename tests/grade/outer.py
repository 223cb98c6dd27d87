"""A throwaway sandbox around what is dangerous: own processes, network and files, and little to use up.

Nothing in it is worth anything. It has a small disk, some processes, some memory, and ends with the program.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import psutil

from course import notebooks
from course.grade import launch

HOME = "/home/naive"
DISK = str(512 << 20)
MEMORY = 4 << 30  # of all its processes together; far more than any attack takes
ADDRESSES = 8 << 30  # of one process
PROCESSES = 1000  # threads count; the system refuses more
MANY = 500  # processes at a look, and it is ended: a machine with a thousand busy ones does nothing else
WATCH_SECONDS = 0.1


class OverError(Exception):
    """What ran in it took more than there is for it, and was ended; says of what."""


def command(program, *binds):
    """Return the command that runs a program of Python in it; ``binds`` are files to be seen there, read-only."""
    prefixes = {Path(sys.prefix), Path(sys.prefix).resolve(), Path(sys.base_prefix), Path(sys.base_prefix).resolve()}
    folders = sorted(prefixes | set(binds))
    seen = [part for number, path in enumerate(folders) for part in ("--ro-bind", f"{{{number}}}", str(path))]
    system = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib64", "sbin"):
        if Path("/", name).is_symlink():
            system += ["--symlink", str(Path("/", name).readlink()), f"/{name}"]
    arguments = [
        "bwrap", "--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", "--die-with-parent",
        "--new-session", "--cap-drop", "ALL", "--clearenv", "--setenv", "HOME", HOME,
        "--setenv", "PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "--setenv", "OMP_NUM_THREADS", "1", "--setenv", "OPENBLAS_NUM_THREADS", "1", "--setenv", "USER", "naive",
        *system, "--proc", "/proc", "--dev", "/dev", "--size", DISK, "--tmpfs", "/tmp", "--size", DISK, "--tmpfs", HOME,
        "--size", DISK, "--tmpfs", "/dev/shm", *seen, "--chdir", HOME,
        "prlimit", f"--nproc={PROCESSES}", f"--as={ADDRESSES}", "--core=0", sys.executable, "-B", *program,
    ]  # fmt: skip
    if os.geteuid() == 0:  # no limit on processes holds for root
        return [sys.executable, "-s", "-P", "-B", "-m", launch.__name__, repr(arguments), repr([*map(str, folders)])]
    names = {f"{{{number}}}": str(path) for number, path in enumerate(folders)}
    return [names.get(argument, argument) for argument in arguments]


def run(program, *binds, said="", seconds=600):
    """Run a program in it and return what it printed.

    Without bubblewrap this fails: nothing dangerous runs outside of it.

    Raises:
        OverError: It took too much memory, or too many processes.
        subprocess.TimeoutExpired: It took too long.
    """
    assert shutil.which("bwrap"), "no bubblewrap: run .ci/setup system"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(notebooks.ROOT)}
    process = subprocess.Popen(command(program, *binds), text=True, env=environment, **pipes)
    over, done = [], threading.Event()
    watch = threading.Thread(target=keep_watch, args=(process, over, done))
    watch.start()
    try:
        printed, errors = process.communicate(said, timeout=seconds)
    finally:
        process.kill()  # and all that is in it: bubblewrap dies with its parent, and its first process with that
        process.wait()
        done.set()
        watch.join()
    if over:
        raise OverError(*over)
    assert process.returncode == 0, errors[-2000:]
    return printed


def keep_watch(process, over, done):
    """End it where all its processes together take too much."""
    while not done.wait(WATCH_SECONDS):
        with contextlib.suppress(psutil.NoSuchProcess):
            inside = psutil.Process(process.pid).children(recursive=True)
            if len(inside) > MANY:
                over.append("processes")
            elif memory(inside) > MEMORY:
                over.append("memory")
            if over:
                process.kill()
                return


def memory(processes):
    """Return the bytes of memory that processes take together.

    What forks share counts once. To look at that takes long, and is done only where it matters.
    """
    found = [rss for each in processes if (rss := _asked(each, lambda each: each.memory_info().rss))]
    if sum(found) <= MEMORY:
        return sum(found)
    return sum(_asked(each, lambda each: each.memory_full_info().pss) for each in processes)


def _asked(process, question):
    try:
        return question(process)
    except psutil.Error:  # it has ended
        return 0


def naive(attacks, **facts):
    """Return what came of attacks at the naive grader."""
    asked = json.dumps({"attacks": attacks, **facts})
    program = Path(__file__).with_name("naive.py")
    return json.loads(run([str(program)], program, said=asked))
