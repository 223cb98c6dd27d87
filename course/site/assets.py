"""Sphinx extension: the pages load our one style sheet, and nothing from another host.

Jupyter Book puts every ``.css`` and ``.js`` below ``_static`` on every page, in
the order in which the disk lists them; here the list is made anew. KaTeX's
style and the script of charts are added by the extensions that need them.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

STYLES = ["course.css"]


def choose(app: Sphinx, config: Config) -> None:  # noqa: ARG001 — Sphinx passes it
    """Replace Jupyter Book's lists of styles and scripts by ours."""
    config.html_css_files = STYLES
    config.html_js_files = []


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension to Sphinx."""
    # Jupyter Book sets it always, also where sphinx_comments, which reads it, is left out
    app.add_config_value("comments_config", {}, "")
    app.connect("config-inited", choose)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
