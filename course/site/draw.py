"""Sphinx extension: what readers draw on, curves and digits, where a page asks for it.

A widget is a part of ``draw.md`` with the class ``draw-curve`` or
``draw-digit``: a still picture and the words that its script needs, as
paragraphs, so that a translation reaches them. On another page a paragraph
that is nothing but a link to the widget's section becomes a copy of it. A
notebook stays plain, and in Colab such a paragraph is a link.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

HOME = "draw"
SECTIONS = {"draw-a-curve": "draw-curve", "draw-a-digit": "draw-digit"}
SCRIPTS = {
    "draw-curve": ["network.js", "stage.js", "curve.js"],
    "draw-digit": ["stage.js", "weights.js", "digit.js"],
}


def widgets(tree: nodes.Node) -> Iterator[nodes.container]:
    """Yield the widgets of a page."""
    for node in tree.findall(nodes.container):
        if SCRIPTS.keys() & set(node.get("classes", ())):
            yield node


def invitations(tree: nodes.Node) -> Iterator[tuple[nodes.paragraph, str]]:
    """Yield each paragraph that is nothing but a link to a widget's section, with the widget's class."""
    for node in tree.findall(nodes.paragraph):
        link = node.children[0] if len(node.children) == 1 else None
        if isinstance(link, addnodes.pending_xref) and link.get("reftarget") == HOME:
            yield from ((node, SECTIONS[found]) for found in [link.get("reftargetid")] if found in SECTIONS)


class DependOnHome(SphinxTransform):
    """Lets a page that has a copy be read again when the original changes."""

    default_priority = 900

    def apply(self, **_: Any) -> None:
        """Note the dependency."""
        if any(invitations(self.document)):
            self.env.note_dependency(self.env.doc2path(HOME))


class CopyWidgets(SphinxPostTransform):
    """Puts a copy of a widget where a page asks for it; before references are resolved, which is at 9."""

    default_priority = 5

    def run(self, **_: Any) -> None:
        """Replace each invitation by a compact copy."""
        for paragraph, name in list(invitations(self.document)):
            home = self.env.get_doctree(HOME)
            copy = next(node for node in widgets(home) if name in node["classes"]).deepcopy()
            copy["classes"].append("draw-compact")
            for link in copy.findall(addnodes.pending_xref):
                link["refdoc"] = self.env.docname
            paragraph.replace_self(copy)


def add_scripts(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:  # noqa: ARG001 — Sphinx's signature
    """Let a page that has a widget, and no other, load what the widget needs."""
    found = {name for node in widgets(doctree) for name in node["classes"]} if doctree is not None else set()
    for script in dict.fromkeys(script for name in SCRIPTS if name in found for script in SCRIPTS[name]):
        app.add_js_file(f"draw/{script}", loading_method="defer")
    if found:
        app.add_css_file("draw/draw.css")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension to Sphinx."""
    app.add_transform(DependOnHome)
    app.add_post_transform(CopyWidgets)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
