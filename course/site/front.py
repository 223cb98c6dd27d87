"""Sphinx extension: the directive ``lesson``, a lesson's entry on the front page with its best figure.

::

    :::{lesson} lectures/01-one-hidden-layer
    :figure: reach

    What can such a network draw, and how do we know?
    :::

The figure is the stored output of the cell of that id, so that it is always
what the lesson shows, and its alt text is the cell's. The title is the lesson's.
"""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from nbformat import NotebookNode
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from course import errors, notebooks
from course.site.strict import words

logger = logging.getLogger(__name__)

KINDS = {"image/svg+xml": "svg", "image/png": "png"}


def picture(cell: NotebookNode) -> tuple[bytes, str] | None:
    """Return the first picture that a cell stores, and its suffix; of a chart that is the still."""
    for output in cell.get("outputs", []):
        for kind, suffix in KINDS.items():
            if kind in output.get("data", {}):
                data = output.data[kind]
                return (data.encode() if suffix == "svg" else base64.b64decode(data)), suffix
    return None


def find(notebook: Path, cell_id: str) -> NotebookNode | None:
    """Return the cell of a notebook that has an id, if one has."""
    cells = notebooks.read(notebook).cells
    return next((cell for cell in cells if cell.get("id") == cell_id), None)


class Lesson(SphinxDirective):
    """A lesson's figure, its title, which leads to it, and what stands in the directive."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {"figure": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Return one list item's worth of nodes; warn where the figure is not there."""
        lesson = self.arguments[0]
        title = addnodes.pending_xref(
            "", nodes.inline(), refdomain="std", reftype="doc", reftarget=f"/{lesson}", refexplicit=False, refwarn=True
        )
        entry = nodes.container("", classes=["lesson"])
        entry += [*self.figure(f"{lesson}.ipynb"), nodes.paragraph("", "", title, classes=["lesson-title"])]
        entry += self.parse_content_to_nodes()
        return [entry]

    def figure(self, name: str) -> list[nodes.Node]:
        """Return the picture of the cell that the directive names."""
        notebook, cell_id = Path(self.env.srcdir, name), self.options.get("figure", "")
        self.env.note_dependency(name)
        cell = find(notebook, cell_id) if notebook.exists() else None
        found = picture(cell) if cell else None
        if cell is None or found is None:
            logger.warning(words(errors.no_such_figure(name, cell_id)), location=self.get_location())
            return []
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        return [nodes.container("", nodes.image(uri=self.kept(*found), alt=alt), classes=["lesson-figure"])]

    def kept(self, data: bytes, suffix: str) -> str:
        """Write a picture where MyST-NB writes those of its pages, under the same name, and return its address."""
        folder = Path(self.env.app.outdir).parent / "jupyter_execute"
        path = folder / f"{hashlib.sha256(data).hexdigest()}.{suffix}"
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return "/" + Path(os.path.relpath(path, self.env.srcdir)).as_posix()


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension to Sphinx."""
    app.add_directive("lesson", Lesson)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
