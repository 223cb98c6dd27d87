"""``python -m course serve``: the site on localhost, built again when a file is saved."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from course.site import serve

PATIENCE = 90


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind((serve.HOST, 0))
        return probe.getsockname()[1]


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true; fail if it does not become so."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if true():
                return
        except OSError:
            pass
        time.sleep(0.2)
    pytest.fail("waited in vain")


@pytest.mark.slow
def test_saving_a_page_builds_it_again(book: Path) -> None:
    """The site is served, its pages reload themselves, and what is saved is on them soon after."""
    port = free_port()
    command = [sys.executable, "-m", "course", "serve", "--port", str(port), "--book", str(book)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def page() -> str:
        with urlopen(f"http://{serve.HOST}:{port}/index.html") as answer:
            return answer.read().decode()

    try:
        until(lambda: "websocket-reload" in page())
        index = book / "index.md"
        index.write_text(index.read_text() + "\n\nSaved just now.\n")
        until(lambda: "Saved just now." in page())
    finally:
        server.terminate()
        server.wait(10)


def test_port_that_is_taken_is_said_with_the_way_out(tmp_path: Path) -> None:
    """Where another program has the port, one line says so, and how to name another; nothing is built."""
    with socket.socket() as other:
        other.bind((serve.HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        done = CliRunner().invoke(serve.command, ["--port", str(port), "--book", str(tmp_path)])
    assert done.exit_code == 1
    assert re.fullmatch(
        rf"Error: port {port}: the site cannot be served there \(.+\); name another: make serve PORT=8001\n",
        done.output,
    )
    assert list(tmp_path.iterdir()) == []
