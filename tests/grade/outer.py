"""A throwaway sandbox around what is dangerous: own processes, network and files, a small disk, nothing to lose."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

HOME = "/home/naive"
DISK = str(512 << 20)


def command(program, *binds):
    """Return the command that runs a program of Python in it; ``binds`` are files to be seen there, read-only."""
    python = Path(sys.executable)
    prefixes = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.base_prefix).resolve()}
    seen = [part for path in sorted(prefixes | set(binds)) for part in ("--ro-bind", str(path), str(path))]
    system = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib64", "sbin"):
        if Path("/", name).is_symlink():
            system += ["--symlink", str(Path("/", name).readlink()), f"/{name}"]
    return [
        "bwrap", "--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", "--die-with-parent",
        "--new-session", "--cap-drop", "ALL", "--clearenv", "--setenv", "HOME", HOME,
        "--setenv", "PATH", "/usr/bin:/bin",
        "--setenv", "OMP_NUM_THREADS", "1", "--setenv", "OPENBLAS_NUM_THREADS", "1", "--setenv", "USER", "naive",
        *system, "--proc", "/proc", "--dev", "/dev", "--size", DISK, "--tmpfs", "/tmp", "--size", DISK, "--tmpfs", HOME,
        "--size", DISK, "--tmpfs", "/dev/shm", *seen, "--chdir", HOME,
        str(python), "-B", *program,
    ]  # fmt: skip


def run(program, *binds, said="", seconds=600):
    """Run a program in it and return what it printed.

    Without bubblewrap this fails: nothing dangerous runs outside of it.
    """
    assert shutil.which("bwrap"), "no bubblewrap: run .ci/setup system"
    done = subprocess.run(
        command(program, *binds), input=said, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def naive(attacks, **facts):
    """Return what came of attacks at the naive grader."""
    asked = json.dumps({"attacks": attacks, **facts})
    program = Path(__file__).with_name("naive.py")
    return json.loads(run([str(program)], program, said=asked))
