"""Sphinx extension: a warning fails every build, and a page that left the book leaves the site.

``jupyter-book build .`` alone forgives warnings, and ``-W --keep-going``
forgives them the second time, because a page that was read is not read again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import ENV_PICKLE_FILENAME, Sphinx

from course.errors import CourseError

# what Sphinx makes beside the book's own pages
MADE_BY_SPHINX = {"search"}


def words(error: CourseError) -> str:
    """Return what to say in a warning, whose place Sphinx adds: what happened and what to do."""
    return f"{error.what}; {error.todo}"


def count_warnings(app: Sphinx) -> None:
    """Let the build go on after a warning and fail at its end, unless ``-W`` alone stops it at the first."""
    app.keep_going = not app.warningiserror


def forget_if_warned(app: Sphinx, error: Exception | None) -> None:  # noqa: ARG001 — Sphinx passes it
    """Read every page again next time, so that a warning is given until it is mended."""
    if app._warncount:  # noqa: SLF001 — Sphinx tells it nowhere else
        Path(app.doctreedir, ENV_PICKLE_FILENAME).unlink(missing_ok=True)


def sweep(app: Sphinx, error: Exception | None) -> None:
    """Delete the pages of documents that are in the book no longer."""
    if error or app.builder.format != "html":
        return
    pages = app.env.found_docs | set(app.config.html_additional_pages) | MADE_BY_SPHINX
    out = Path(app.outdir)
    for page in out.rglob("*.html"):
        name = page.relative_to(out).with_suffix("").as_posix()
        if name not in pages and not name.startswith("_"):
            page.unlink()
            for source in out.joinpath("_sources").glob(f"{name}.*"):
                source.unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension to Sphinx."""
    count_warnings(app)
    app.connect("build-finished", forget_if_warned)
    app.connect("build-finished", sweep)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
