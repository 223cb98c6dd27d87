"""Sphinx extension: a lesson's page leads to its homework and to the worked solution; a solution reads as one.

The pages of ``solutions/`` are the homework's masters. Where ``_toc.yml`` does
not list them they are no pages, and no link and no search result leads to them:
to hide all solutions, take their one line out of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

from course.homework import without_marks
from course.site.launch import colab

SECTION = "homework"


class ReadAsSolution(SphinxTransform):
    """Says in a solution's title what it is, and shows its code without nbgrader's marks."""

    default_priority = 400

    def apply(self, **_kwargs: Any) -> None:
        """Change the title and the code of a page of ``solutions/``."""
        if not self.env.docname.startswith("solutions/"):
            return
        title = next(self.document.findall(nodes.title))
        title.insert(0, nodes.Text(_("Solution") + " · "))
        for block in self.document.findall(nodes.literal_block):
            code = without_marks(block.astext())
            block.rawsource, block.children = code, []
            block.append(nodes.Text(code))


class LeadToHomework(SphinxPostTransform):
    """Puts behind a lesson's section on its homework where that is, on this site and in Colab, and its solution."""

    default_priority = 5  # before references are resolved, which is at 9

    def run(self, **_kwargs: Any) -> None:
        """Add the paragraph, where there is such a homework."""
        folder, name = PurePosixPath(self.env.docname).parts[:1], PurePosixPath(self.env.docname).name
        section = next((s for s in self.document.findall(nodes.section) if SECTION in s["ids"]), None)
        if folder == ("lectures",) and section is not None and (links := list(self.links(name))):
            paragraph = nodes.paragraph("", "", classes=["homework-links"])
            for place, link in enumerate(links):
                paragraph += [nodes.Text(" · "), link] if place else [link]
            section += paragraph

    def links(self, name: str) -> Iterator[nodes.Node]:
        """Yield the links to a homework: its page, the notebook in Colab, the solution's page."""
        exercise, solution = (f"{folder}/{name}/{name}" for folder in ("exercises", "solutions"))
        if exercise in self.env.found_docs:
            yield self.page(exercise, _("Do the homework"))
            address = colab(self.app.config.html_theme_options, f"{exercise}.ipynb")
            yield nodes.reference("", _("Open it in Colab"), refuri=address, internal=False)
        if solution in self.env.found_docs:
            yield self.page(solution, _("Worked solution"))

    def page(self, name: str, text: str) -> addnodes.pending_xref:
        """Return a link to a page."""
        return addnodes.pending_xref(
            "",
            nodes.inline("", text),
            refdoc=self.env.docname,
            refdomain="std",
            reftype="doc",
            reftarget=f"/{name}",
            refexplicit=True,
            refwarn=True,
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension to Sphinx."""
    app.add_transform(ReadAsSolution)
    app.add_post_transform(LeadToHomework)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
