"""Sphinx extension: what others write is to a screen reader what it is to the eye.

docutils gives the entries of a bibliography the role ``doc-biblioentry``,
which is deprecated, and is no entry of the list that it puts around them.
MyST-NB names the line that unfolds a cell otherwise than it reads.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

MISNOMER = '<summary aria-label="Toggle hidden content">'


def visit_citation(self: HTML5Translator, node: nodes.citation) -> None:
    """Open the entry as docutils does, as an entry of a list."""
    HTML5Translator.visit_citation(self, node)
    self.body[-1] = self.body[-1].replace('role="doc-biblioentry"', 'role="listitem"')


def depart_citation(self: HTML5Translator, node: nodes.citation) -> None:
    """Close it as docutils does."""
    HTML5Translator.depart_citation(self, node)


def keep_what_is_read(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:  # noqa: ARG001 — Sphinx's signature
    """Let the line that unfolds a cell be called what it says."""
    if "body" in context:
        context["body"] = context["body"].replace(MISNOMER, "<summary>")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension to Sphinx."""
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
    app.connect("html-page-context", keep_what_is_read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
