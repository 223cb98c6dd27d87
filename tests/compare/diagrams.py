"""An IPython extension that renders every drawing of Graphviz again and again, each time with one thing changed.

It does for DOT text what ``variants.py`` does for Matplotlib's figures, in the same folder and the same form. A change
is a statement at the end of the text, which overrides what stands before it; so all else stays where it is.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from variants import OTHER, SAME, one_character_off, record

SVG = "image/svg+xml"
COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b|\bwhite\b")
INVISIBLE = "style=invis"
RED = 'color="#cc3311" fontcolor="#cc3311"'


def load_ipython_extension(shell: Any) -> None:
    """Have every shown drawing rendered in all its variants before it is shown."""
    from graphviz import Source

    folder = Path(os.environ["COURSE_VARIANTS"])

    def bundle_and_vary(shown: Any, **_: Any) -> Any:
        record(folder, variants(shown.source))
        return shown._repr_mimebundle_()

    shell.display_formatter.mimebundle_formatter.for_type(Source, bundle_and_vary)


def variants(dot: str) -> dict[str, Any]:
    """Return a drawing's own rendering and those of all its variants."""
    other = {name: render(with_statements(dot, *statements)) for name, statements in other_looks(dot)}
    other |= {name: render(text) for name, text in swapped_colours(dot)}
    return {"kind": SVG, "plain": render(dot), SAME: dict(same_looks(dot)), OTHER: other}


def render(dot: str, form: str = "svg") -> str:
    """Return what the program dot makes of DOT text."""
    return subprocess.run(["dot", f"-T{form}"], input=dot, capture_output=True, text=True, check=True).stdout


def with_statements(dot: str, *statements: str) -> str:
    """Return DOT text in which further statements override what it says; a second arrow is the first one again."""
    return "strict " + dot.rstrip().removesuffix("}") + "\n" + "\n".join(statements) + "\n}"


def same_looks(dot: str) -> Iterator[tuple[str, str]]:
    """Yield renderings as another machine or another version of Graphviz may give them."""
    plain = render(dot)
    yield "no change stated", render(with_statements(dot))
    yield "coordinates rounded", re.sub(r'"[^"]*\d"', rounded, plain)
    yield "other ids and comments", re.sub(r'(?s) id="\w+"|<title>.*?</title>|<!--.*?-->', "", plain)


def rounded(attribute: re.Match[str]) -> str:
    """Return an attribute of an SVG with a decimal less in its numbers."""
    return re.sub(r"\d+\.\d\d", lambda number: f"{float(number[0]):.1f}", attribute[0])


def other_looks(dot: str) -> Iterator[tuple[str, list[str]]]:
    """Yield, for each change after which a drawing shows something else, the statements that make it."""
    drawing = json.loads(render(dot, "json"))
    names = {thing["_gvid"]: quoted(thing["name"]) for thing in drawing["objects"]}
    arrows = [
        (f"{names[arrow['tail']]} -> {names[arrow['head']]}", arrow.get("label", ""))
        for arrow in drawing.get("edges", [])
        if arrow.get("style") != "invis"
    ]
    for thing in drawing["objects"]:
        name = quoted(thing["name"])
        if thing["name"].startswith("cluster"):
            yield from changes(f"subgraph {name} {{%s}}", thing["label"], 'color="#cc3311"', 'label="" color=white')
        elif "nodes" not in thing and thing.get("style") != "invis":
            yield from changes(f"{name} [%s]", thing["label"].replace("\\N", thing["name"]), RED, INVISIBLE)
    for ends, label in arrows:
        yield from changes(f"{ends} [%s]", label, RED, INVISIBLE)


def changes(statement: str, label: str, recoloured: str, missing: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the changes of a node, an arrow or a cluster: another label, another colour, and that it is not there."""
    if label:
        yield f"{statement}: label changed", [statement % f"label={quoted(other_label(label))}"]
    yield f"{statement} recoloured", [statement % recoloured]
    yield f"{statement} missing", [statement % missing]


def quoted(text: str) -> str:
    """Return text as a DOT string; backslashes, as in DOT's line breaks, stay as they are."""
    return '"' + text.replace('"', '\\"') + '"'


def other_label(label: str) -> str:
    """Return a label with one letter or digit changed; of one that has none, all but its first sign gone."""
    return one_character_off(label) if any(c.isalnum() for c in label) else "?" + label[2:]


def swapped_colours(dot: str) -> Iterator[tuple[str, str]]:
    """Yield DOT text with two of its colours swapped, for each two."""
    for one, other in combinations(sorted(set(COLOUR.findall(dot))), 2):
        swap = {one: f'"{other}"', other: f'"{one}"'}
        text = re.sub(rf'"?({COLOUR.pattern})"?', lambda found, swap=swap: swap.get(found[1], found[0]), dot)
        yield f"colours {one} and {other} swapped", text
