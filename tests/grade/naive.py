"""A grader as naive as stock nbgrader: answers and checks in one process, and nothing around it but the outer sandbox.

Run in that: reads the attacks as JSON, forks a process for each, and says what came of it. Only for tests.
"""

import contextlib
import hashlib
import json
import os
import re
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

MOST = 200_000  # characters of output that are looked at
SECONDS = 6  # for an attack that is dangerous for what it uses
MOST_SECONDS = 30  # for one that comes to an end


def main():
    """Try all attacks, one after the other."""
    asked = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    serve(asked["secret"], asked["port"], asked["name"])
    import torch._dynamo  # noqa: F401
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    decoy, secret = Path(asked["decoy"]), asked["secret"]
    found = [
        tried(shell, cells, decoy, secret, MOST_SECONDS if ends else SECONDS)
        for cells, ends in zip(asked["attacks"], asked["ends"], strict=True)
    ]
    sys.__stdout__.write(json.dumps(found))
    sys.__stdout__.flush()
    os._exit(0)


def serve(secret, port, name):
    """Tell everybody on this machine the word."""
    words = ["/bin/sh", "-c", f"sleep 600 # {secret}"]
    subprocess.Popen(words, env={"WORD": secret})
    for family, address in ((socket.AF_INET, ("127.0.0.1", port)), (socket.AF_UNIX, f"\0{name}")):
        server = socket.socket(family)
        server.bind(address)
        server.listen()
        threading.Thread(target=answer, args=(server, secret), daemon=True).start()


def answer(server, secret):
    """Answer every caller."""
    while True:
        link, _ = server.accept()
        if select.select([link], [], [], 0.2)[0]:
            link.recv(1 << 16)
        link.sendall(f"HTTP/1.0 200 OK\r\n\r\n{secret}".encode())
        link.close()


def lay(decoy, secret):
    """Lay out what nobody may read or change."""
    shutil.rmtree(decoy, ignore_errors=True)
    for place in ("solutions/small.ipynb", "submitted/ada/small.ipynb", "gradebook.db", ".ssh/id"):
        (decoy / place).parent.mkdir(parents=True, exist_ok=True)
        (decoy / place).write_text(secret)
    for folder in (Path.home(), Path("/tmp"), Path("/dev/shm")):
        for each in folder.iterdir():
            if not decoy.is_relative_to(each):
                shutil.rmtree(each) if each.is_dir() else each.unlink()
    Path("/dev/shm/word").write_text(secret)


def state(decoy):
    """Return a digest of all names, modes and contents there."""
    digest = hashlib.sha256()
    for path in sorted(decoy.rglob("*")):
        content = b"" if path.is_dir() or path.is_symlink() else path.read_bytes() if os.access(path, os.R_OK) else b"?"
        digest.update(repr((str(path), path.lstat().st_mode, content)).encode())
    return digest.hexdigest()


def others(kept):
    """Return the processes there are besides those."""
    return {int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()} - kept


def share(pid):
    """Return a process's share of the memory that it has besides the files in it, such as libraries."""
    try:
        shares = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return sum(map(int, re.findall(r"^(?:Pss_Anon|Pss_Shmem):\s+(\d+) kB$", shares, re.MULTILINE))) << 10


def tried(shell, cells, decoy, secret, most_seconds):
    """Run a hand-in and its checks in a process of its own, and return what came of it."""
    lay(decoy, secret)
    before, kept, start = state(decoy), others(set()), time.time()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.environ["WORD"] = secret
        graded(shell, cells, writer)
    os.close(writer)
    told, most, memory, ended = b"", 0, 0, False
    while time.time() - start < most_seconds:
        gone = bool(os.waitpid(child, os.WNOHANG)[0])
        while not ended and select.select([reader], [], [], 0 if gone else 0.05)[0]:
            part = os.read(reader, 1 << 20)
            told, ended = told + part, not part
        most = max(most, sum(1 for pid in others(kept) for _ in Path(f"/proc/{pid}/task").glob("*")))
        memory = max(memory, sum(map(share, others(kept))))
        if gone:
            break
    seconds = time.time() - start
    left = others(kept | {child})
    for pid in left | {child}:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child, 0)
    result = json.loads(told) if told.endswith(b"}") else {"points": [], "output": "", "length": 0, "memory": 0}
    size = sum(p.stat().st_size for f in ("/tmp", "/dev/shm") for p in Path(f).rglob("*") if p.is_file())
    number = sum(1 for f in ("/tmp", "/dev/shm", str(Path.home())) for _ in Path(f).rglob("*"))
    fresh = sum(1 for _ in decoy.rglob("*")) + len(decoy.parents) if decoy.exists() else 0
    return result | {
        "changed": state(decoy) != before, "left": len(left), "processes": most, "seconds": seconds, "bytes": size,
        "files": number - fresh, "tells": secret in result["output"], "memory": max(memory, result["memory"]),
    }  # fmt: skip


def graded(shell, cells, writer):
    """Run the cells in this process, and tell the points as nbgrader would read them."""
    from IPython.utils.capture import capture_output

    output, points = [], []
    for role, source in cells:
        with capture_output() as captured:
            result = shell.run_cell(source)
        shown = captured.stdout + captured.stderr
        output.append(shown)
        if role == "check":
            last = shown.rstrip().rpartition("\n")[2].rpartition(" ")[2] if result.success else "0"
            points.append(float(last) if last.replace(".", "").isdigit() else 2.0)
    text = "".join(output)
    used = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) << 10
    told = {"points": points, "output": text[:MOST], "length": len(text), "memory": used}
    with os.fdopen(writer, "w") as stream:
        json.dump(told, stream)
    os._exit(0)


if __name__ == "__main__":
    main()
