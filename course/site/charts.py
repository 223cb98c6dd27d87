"""Sphinx extension: a Vega-Lite chart is a still picture that comes alive when the reader gets near.

MyST-NB finds :class:`Renderer` by the entry point ``myst_nb.mime_renderers``.
Without scripts and in print the still is shown; it has the chart's alt text.
The page holds the specification; ``charts.js`` loads Vega from the site.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.images import get_image_size
from sphinx.writers.html5 import HTML5Translator

from course import errors
from course.site.pictures import cell_id, cell_of
from course.site.strict import words

if TYPE_CHECKING:
    from myst_nb.core.render import MimeData, NbElementRenderer

logger = logging.getLogger(__name__)

MIME = "application/vnd.vegalite.v5+json"


class chart(nodes.General, nodes.Element):  # type: ignore[misc]  # noqa: N801 — docutils is untyped and names so
    """A chart: its specification as ``spec``, its still picture as child."""


class Renderer:
    """MyST-NB's renderer of Vega-Lite's MIME type."""

    mime_priority_overrides: ClassVar = [("html", MIME, 1)]

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:  # noqa: ARG004 — MyST-NB's signature
        """Return a chart for a specification, and nothing for what others render."""
        return [chart(spec=data.content)] if data.mime_type == MIME else None


class AddStill(SphinxTransform):
    """Moves a chart's still picture from beside the chart into it."""

    default_priority = 300

    def apply(self, **_: Any) -> None:
        """Give each chart its still; warn of one that has none."""
        for node in list(self.document.findall(chart)):
            bundle = node.parent.parent
            stills = [image for image in bundle.findall(nodes.image) if image["uri"].endswith(".png")]
            if not stills:
                path = self.env.doc2path(self.env.docname)
                message = words(errors.chart_without_still(path, cell_id(path, cell_of(node) or 0)))
                logger.warning(message, location=self.env.docname)
                continue
            still = stills[0].deepcopy()
            measure(still, Path(self.env.srcdir, still["uri"].lstrip("/")))
            node.append(still)


def measure(still: nodes.image, path: Path) -> None:
    """Show a still at half its pixels, as it is drawn at twice the resolution, unless its output says otherwise."""
    natural = get_image_size(str(path))
    if natural and "width" not in still:
        still["width"], still["height"] = (str(side // 2) for side in natural)


def visit_chart(self: HTML5Translator, node: chart) -> None:
    """Open the figure; the still comes next."""
    self.body.append(self.starttag(node, "figure", CLASS="chart"))


def depart_chart(self: HTML5Translator, node: chart) -> None:
    """Write the specification, described by the alt text, and close the figure."""
    alt = "".join(image.get("alt", "") for image in node.findall(nodes.image))
    spec = json.dumps({**node["spec"], "description": alt}, ensure_ascii=False, separators=(",", ":"))
    spec = spec.replace("<", r"\u003c")  # no text in a specification may end the script
    self.body.append(f'<script type="application/json">{spec}</script>\n</figure>\n')


def visit_still(self: Any, node: chart) -> None:
    """Write, where nothing can move, the still alone."""


def depart_still(self: Any, node: chart) -> None:
    """Write nothing after the still."""


def add_script(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:  # noqa: ARG001 — Sphinx's signature
    """Let a page that has a chart, and no other, load the script that draws charts."""
    if doctree is not None and next(doctree.findall(chart), None):
        app.add_js_file("charts.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension to Sphinx."""
    still = (visit_still, depart_still)
    app.add_node(chart, html=(visit_chart, depart_chart), latex=still, text=still, man=still, texinfo=still)
    app.add_transform(AddStill)
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
