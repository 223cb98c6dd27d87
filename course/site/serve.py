"""``python -m course serve``: the site on localhost, built again when a file of the course is saved.

The server, the watching and the page that reloads itself are sphinx-autobuild's;
its own command cannot be used, as it wants a ``conf.py``, which Jupyter Book has
only in memory.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from course import errors
from course.notebooks import FOLDERS, ROOT

HOST = "127.0.0.1"
# what a page is made of; nothing else is watched
PARTS = (
    "_config.yml",
    "_toc.yml",
    "_static",
    "_templates",
    "course",
    "draw.md",
    "guide",
    "index.md",
    "references.bib",
    *FOLDERS,
)


def need_port(port: int) -> None:
    """See that nothing listens on a port yet.

    Raises:
        CourseError: Something does, or we may not listen there.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as e:
            raise errors.port_taken(port, str(e.strerror)) from e


def build(book: Path, *, changed_paths: Sequence[Path]) -> None:
    """Build a book, and say what changed; a mistake in it is said by Sphinx, and the site stays as it was."""
    if changed_paths:
        click.echo(f"Changed: {', '.join(sorted(path.name for path in changed_paths))}")
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", "--keep-going", "--quiet", str(book)]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)


def run(book: Path, port: int) -> None:
    """Serve a book's pages and build them when one of its parts changes, until interrupted."""
    from functools import partial

    import uvicorn
    from sphinx_autobuild.filter import IgnoreFilter
    from sphinx_autobuild.middleware import JavascriptInjectorMiddleware
    from sphinx_autobuild.server import RebuildServer
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.routing import Mount, WebSocketRoute
    from starlette.staticfiles import StaticFiles

    pages = book / "_build" / "html"
    parts = [book / name for name in PARTS if (book / name).exists()]
    watcher = RebuildServer(parts, IgnoreFilter([], [r"/\.|__pycache__|\.tmp$|~$"]), partial(build, book))
    app = Starlette(
        routes=[
            WebSocketRoute("/websocket-reload", watcher, name="reload"),
            Mount("/", app=StaticFiles(directory=pages, html=True), name="static"),
        ],
        middleware=[Middleware(JavascriptInjectorMiddleware, ws_url=f"{HOST}:{port}")],
        lifespan=watcher.lifespan,
    )
    click.echo(f"The site is at http://{HOST}:{port}; Ctrl+C ends it")
    uvicorn.run(app, host=HOST, port=port, log_level="warning")


@click.command()
@click.option("--port", default=8000, show_default=True, help="Where to serve it on localhost.")
@click.option("--book", type=click.Path(exists=True, file_okay=False, path_type=Path), default=ROOT, hidden=True)
def command(port: int, book: Path) -> None:
    """Build the site, serve it on localhost, and build it again when a file is saved."""
    need_port(port)
    build(book, changed_paths=())
    if not (book / "_build" / "html" / "index.html").exists():
        raise errors.book_not_built(book, "the messages above say why")
    run(book, port)
