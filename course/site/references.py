"""Sphinx extension: in a list of references a work is called what the text calls it, such as *LeCun et al., 1998*."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.style.formatting.alpha import Style as Alpha
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import Sphinx

NAME = "author_year"  # as sphinxcontrib-bibtex calls the style of what stands in the text


class Labels(BaseLabelStyle):  # type: ignore[misc]  # pybtex has no types
    """Authors and year: two authors with *and*, of more the first."""

    def format_labels(self, sorted_entries: Iterable[Entry]) -> Iterator[str]:
        """Yield the label of each work."""
        for entry in sorted_entries:
            people = entry.persons.get("author") or entry.persons.get("editor") or []
            names = [" ".join(map(str, person.rich_last_names)) for person in people] or [entry.key]
            called = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
            yield ", ".join(filter(None, (called, entry.fields.get("year"))))


class Style(Alpha):  # type: ignore[misc]
    """Works as pybtex writes them, in the order of their authors."""

    default_label_style = Labels


def setup(app: Sphinx) -> dict[str, Any]:  # noqa: ARG001 — Sphinx's signature
    """Make the style known."""
    register_plugin("pybtex.style.formatting", NAME, Style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
