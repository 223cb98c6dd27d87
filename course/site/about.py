"""Sphinx extension: a page says what it is about, where it lives, when it changed, and how to mend it.

That is its description and its card for those who share it, its canonical
address and the map of the site, the date of its last commit, the course's
version, and links that edit it and report a mistake in it.

Where the site lives is said by ``SITE_URL``, which the publishing workflow
sets; else it is GitHub Pages' address for the repository.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urljoin
from xml.sax.saxutils import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from course.site.launch import GITHUB, git

LESSON = re.compile(r"lectures/0*([0-9]+)-")
LONGEST = 200
SITEMAP = """<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{}
</urlset>
"""


@dataclass(frozen=True)
class About:
    """What a page says of itself.

    Attributes:
        description: Its first paragraph, or as much of it as a card shows.
        picture: The address of the picture on its card.
        updated: The day of its last commit, such as 2026-11-24, or None outside of git.
        edit: The address that edits its source.
        report: The address that reports a mistake.
    """

    description: str
    picture: str
    updated: str | None
    edit: str
    report: str


def pages_address(repository_url: str) -> str:
    """Return where GitHub Pages publishes a repository: below its owner's address, or at it."""
    owner, name = repository_url.removeprefix(f"{GITHUB}/").strip("/").split("/")
    home = f"https://{owner.lower()}.github.io/"
    return home if name.lower() == f"{owner.lower()}.github.io" else f"{home}{name}/"


def set_address(app: Sphinx, config: Config) -> None:  # noqa: ARG001 — Sphinx's signature
    """Let Sphinx know where the site lives."""
    found = os.environ.get("SITE_URL") or pages_address(config.html_theme_options["repository_url"])
    config.html_baseurl = found.rstrip("/") + "/"


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return a text in one line: whole sentences as far as they fit, else words and an ellipsis."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    sentences = re.match(rf".{{1,{longest - 1}}}[.?!](?= )", line)
    return sentences[0] if sentences else line[: longest - 1].rsplit(" ", 1)[0] + "…"


def description(doctree: nodes.document) -> str:
    """Return a page's first paragraph, shortened."""
    paragraph = next(doctree.findall(nodes.paragraph), None)
    return shortened(paragraph.astext()) if paragraph is not None else ""


def updated(path: Path) -> str | None:
    """Return the day of the last commit that changed a file, or None where git does not know it."""
    return git(path.parent, "log", "-1", "--format=%cs", "--", path.name)


def describe(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:  # noqa: ARG001 — Sphinx's signature
    """Give the templates what a page says of itself; one without a source of its own has no more than the version."""
    context["course_version"] = version("course")
    context["site_url"] = app.config.html_baseurl
    lesson = LESSON.match(pagename)
    context["lesson_number"] = lesson[1] if lesson else None
    context["about"] = None
    if doctree is None or pagename not in app.env.found_docs:
        context["pageurl"] = None
        return
    path = Path(app.env.doc2path(pagename))
    source = quote(path.relative_to(app.srcdir).as_posix())
    options = app.config.html_theme_options
    question = {"title": f"{path.stem}: ", "body": f"{context['pageurl']}\n\n"}
    context["about"] = About(
        description(doctree),
        urljoin(app.config.html_baseurl, "_static/social.png"),
        updated(path),
        f"{options['repository_url']}/edit/{quote(options['repository_branch'])}/{source}",
        f"{options['repository_url']}/issues/new?{urlencode(question)}",
    )


def write_sitemap(app: Sphinx, error: Exception | None) -> None:
    """Write ``sitemap.xml``: every page with a source of its own, with the day it changed."""
    if error or app.builder.name != "html":
        return
    entries = []
    for page in sorted(app.env.found_docs):
        day = updated(Path(app.env.doc2path(page)))
        address = escape(urljoin(app.config.html_baseurl, f"{page}.html"))
        entries.append(f"<url><loc>{address}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>")
    Path(app.outdir, "sitemap.xml").write_text(SITEMAP.format("\n".join(entries)), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension to Sphinx."""
    app.connect("config-inited", set_address, priority=900)  # after the repository is known
    app.connect("html-page-context", describe)
    app.connect("build-finished", write_sitemap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
