"""Sphinx extension: the pages load our one style sheet, nothing from another host, and always what is there now.

Jupyter Book puts every ``.css`` and ``.js`` below ``_static`` on every page, in
the order in which the disk lists them; here the list is made anew. KaTeX's
style and the script of charts are added by the extensions that need them.

Sphinx builds a page again when its text or the configuration changes. So the
sums of what else makes a page, the static files and this package, stand in
the configuration.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

STYLES = ["course.css"]


def digest(folder: Path, pattern: str) -> str:
    """Return a sum of the names and the contents of the files below a folder."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob(pattern)):
        if path.is_file():
            total.update(f"{path.relative_to(folder)}\0".encode())
            total.update(path.read_bytes())
    return total.hexdigest()


def choose(app: Sphinx, config: Config) -> None:
    """Replace Jupyter Book's lists of styles and scripts by ours, and note what pages are made with."""
    config.html_css_files = STYLES
    config.html_js_files = []
    config.course_static = digest(Path(app.srcdir, "_static"), "*") + digest(Path(app.srcdir, "_templates"), "*")
    config.course_site = digest(Path(__file__).parent, "*.py")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension to Sphinx."""
    # Jupyter Book sets it always, also where sphinx_comments, which reads it, is left out
    app.add_config_value("comments_config", {}, "")
    app.add_config_value("course_static", "", "html")
    app.add_config_value("course_site", "", "env")
    app.connect("config-inited", choose)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
