"""What attacks are after, laid out on this machine: a folder, two servers, a process, and a word in each."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import threading
from pathlib import Path

import attacks


@contextlib.contextmanager
def laid_out(folder):
    """Lay it out, the folder somewhere below the one given, and yield where: what attacks are filled with."""
    decoy = folder / secrets.token_hex(4)
    for place in ("solutions/small.ipynb", "submitted/ada/small.ipynb", "gradebook.db", ".ssh/id"):
        (decoy / place).parent.mkdir(parents=True, exist_ok=True)
        (decoy / place).write_text(attacks.SECRET)
    name, servers = f"naive-{secrets.token_hex(4)}", []
    for family, address in ((socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_UNIX, f"\0{name}")):
        server = socket.socket(family)
        server.bind(address)
        server.listen()
        threading.Thread(target=tell, args=(server,), daemon=True).start()
        servers.append(server)
    word = Path("/dev/shm", name)
    word.write_text(attacks.SECRET)
    os.environ["WORD"] = attacks.SECRET
    other = subprocess.Popen(["/bin/sh", "-c", f"sleep 6000 # {attacks.SECRET}"], start_new_session=True)
    try:
        yield {"DECOY": decoy, "PORT": servers[0].getsockname()[1], "NAME": name}
    finally:
        del os.environ["WORD"]
        os.killpg(other.pid, signal.SIGKILL)
        other.wait()
        word.unlink()
        for server in servers:
            server.close()


def tell(server):
    """Tell every caller the word."""
    while True:
        try:
            link, _ = server.accept()
        except OSError:
            return
        link.sendall(f"HTTP/1.0 200 OK\r\n\r\n{attacks.SECRET}".encode())
        link.close()


def contents(folder):
    """Return the modes and bytes of all files there."""
    return {path: (path.stat().st_mode, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}
