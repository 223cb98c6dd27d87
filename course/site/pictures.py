"""Sphinx extension: every picture says what it shows, has its size, and loads when it is near.

The alt text of a cell's picture stands in the cell's metadata, as
``mystnb.image.alt``; MyST-NB brings it here. A picture without one is a
warning that names the notebook and the cell.
"""

from __future__ import annotations

import posixpath
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import imagesize
import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.images import get_image_size
from sphinx.writers.html5 import HTML5Translator

from course import errors
from course.site.strict import words

logger = logging.getLogger(__name__)


def cell_of(node: nodes.Node) -> int | None:
    """Return the index of the notebook cell that a node is an output of, if it is one."""
    while node is not None:
        if isinstance(node, nodes.container) and "cell_index" in node:
            return int(node["cell_index"])
        node = node.parent
    return None


def cell_id(notebook: str, index: int) -> str:
    """Return the id of a notebook's cell, for a message."""
    return str(nbformat.read(notebook, as_version=4).cells[index].get("id", index + 1))


class RequireAlt(SphinxTransform):
    """Warns of every picture that does not say what it shows."""

    default_priority = 400

    def apply(self, **_: Any) -> None:
        """Warn once per cell (which stores a picture in two formats, maybe) and once per picture outside cells."""
        warned: set[int] = set()
        for image in self.document.findall(nodes.image):
            if image.get("alt", "").strip():
                continue
            cell = cell_of(image)
            if cell is None:
                logger.warning(words(errors.picture_without_alt(image["uri"], None)), location=image)
            elif cell not in warned:
                warned.add(cell)
                path = self.env.doc2path(self.env.docname)
                message = words(errors.picture_without_alt(path, cell_id(path, cell)))
                logger.warning(message, location=self.env.docname)


def pixels(length: str) -> float | None:
    """Return a length such as ``300``, ``300px`` or ``300.5`` in pixels; another unit is none."""
    try:
        return float(length.removesuffix("px"))
    except ValueError:
        return None


def natural_size(path: Path) -> tuple[float, float] | None:
    """Return a picture file's own width and height, in pixels, or nothing if it does not say them.

    Of an SVG only the plain letters are read: imagesize reads 1024 bytes, and fails if they end within another letter.
    """
    if path.suffix != ".svg":
        return get_image_size(str(path))
    width, height = imagesize.get(BytesIO(path.read_bytes().decode("utf-8").encode("ascii", "ignore")))
    return (width, height) if width > 0 else None


def size(image: nodes.image, path: Path) -> tuple[int, int] | None:
    """Return the width and height at which to show a picture, in pixels.

    What its author says, a missing side from the file's own proportions; else the file's own size.
    """
    natural = natural_size(path)
    if natural is None:
        return None
    width, height = pixels(image.get("width", "")), pixels(image.get("height", ""))
    if width is None:
        width = height * natural[0] / natural[1] if height else natural[0]
    if height is None:
        height = width * natural[1] / natural[0]
    return round(width), round(height)


def visit_image(self: HTML5Translator, node: nodes.image) -> None:
    """Write the ``img`` with alt text, size and late loading."""
    uri, attributes = node["uri"], {"loading": "lazy", "decoding": "async"}
    measured = size(node, Path(self.builder.srcdir, uri.lstrip("/")))
    if measured:
        attributes["width"], attributes["height"] = map(str, measured)
    if uri in self.builder.images:
        uri = posixpath.join(self.builder.imgpath, quote(self.builder.images[uri]))
    if node.get("align"):
        attributes["class"] = f"align-{node['align']}"
    self.body.append(self.emptytag(node, "img", "", src=uri, alt=node.get("alt", ""), **attributes))


def depart_image(self: HTML5Translator, node: nodes.image) -> None:
    """Write nothing: an ``img`` has no end."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension to Sphinx."""
    app.add_transform(RequireAlt)
    app.add_node(nodes.image, override=True, html=(visit_image, depart_image))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
