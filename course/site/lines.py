"""Sphinx extension: what a line must not part stays together.

A browser may break a line between a formula and the comma behind it, or the
bracket in front of it, because to it the formula is a picture; and within an
option such as ``--from``, behind its first hyphen.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

FRONT = re.compile(r"[(\[“‘]+$")
BEHIND = re.compile(r"^[,.;:!?)\]”’]+")
OPTION = re.compile(r"-+[\w-]*")


def beside(formula: nodes.math, step: int, marks: re.Pattern[str]) -> list[nodes.Node]:
    """Take the marks that touch a formula out of the text beside it, and return them."""
    siblings = formula.parent.children
    place = formula.parent.index(formula) + step
    text = siblings[place] if 0 <= place < len(siblings) else None
    found = marks.search(text.astext()) if isinstance(text, nodes.Text) else None
    if text is None or found is None:
        return []
    formula.parent.replace(text, nodes.Text(marks.sub("", text.astext())))
    return [nodes.Text(found.group())]


def keep_together(_app: Sphinx, page: nodes.document, _name: str) -> None:
    """Put formulas and their marks into a span that is not broken, and mark options so."""
    for formula in list(page.findall(nodes.math)):
        front, behind = beside(formula, -1, FRONT), beside(formula, 1, BEHIND)
        if front or behind:
            span = nodes.inline(classes=["unbroken"])
            formula.parent.replace(formula, span)
            span.extend([*front, formula, *behind])
    for code in page.findall(nodes.literal):
        if OPTION.fullmatch(code.astext()):
            code["classes"].append("unbroken")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension to Sphinx."""
    app.connect("doctree-resolved", keep_together)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
