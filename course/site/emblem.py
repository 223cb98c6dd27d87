"""``python -m course emblem``: the favicon and the picture of the site's cards, from a figure of lesson 01.

Both show the two curves of the stored output of the cell :data:`CELL`, the
truth and the network that follows it, as they were drawn there.
"""

from __future__ import annotations

import re
from pathlib import Path

import click

from course import notebooks

NOTEBOOK = notebooks.ROOT / "lectures" / "01-one-hidden-layer.ipynb"
CELL = "reach"
TRUTH, FIT = "#d55e00", "#0072b2"  # the lessons' colours
TITLE = "Deep Learning from\nOne Hidden Layer"
SIZE = (1200, 630)  # what those who show cards ask for
SIDE = 32
WAVE = 0.5  # how much of the curves the favicon shows
STATIC = notebooks.ROOT / "_static"

Points = list[tuple[float, float]]


def figure() -> str:
    """Return the stored figure, an SVG."""
    cells = {cell.id: cell for cell in notebooks.read(NOTEBOOK).cells}
    return next(str(out.data["image/svg+xml"]) for out in cells[CELL].outputs if "image/svg+xml" in out.get("data", {}))


def curve(svg: str, colour: str) -> Points:
    """Return the points of the longest line of a colour in a figure, in points of print, y upwards."""
    paths = re.findall(r'<path d="([^"]*)"[^>]*style="fill: none;[^"]*stroke: (#\w+)', svg)
    longest = max((path for path, stroke in paths if stroke == colour), key=len)
    return [(float(x), -float(y)) for x, y in re.findall(r"[ML] ([\d.]+) ([\d.]+)", longest)]


def scaled(points: Points, frame: Points) -> Points:
    """Return points on axes on which a frame's points go from 0 to 1."""
    (left, right), (low, high) = ((min(side), max(side)) for side in zip(*frame, strict=True))
    return [((x - left) / (right - left), (y - low) / (high - low)) for x, y in points]


def curves() -> tuple[Points, Points]:
    """Return the truth and the fit, on axes from 0 to 1."""
    truth, fit = (curve(figure(), colour) for colour in (TRUTH, FIT))
    return scaled(truth, truth), scaled(fit, truth)


def favicon() -> str:
    """Return the favicon, an SVG: of the truth one wave, solid, and the network on it, on dark ground."""
    waves = [[(x, y) for x, y in points if x < WAVE] for points in curves()]
    lines = ["M" + " ".join(f"{2 + 28 * x / WAVE:.1f} {25 - 18 * y:.1f}" for x, y in wave) for wave in waves]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
        f'<rect width="{SIDE}" height="{SIDE}" rx="7" fill="#16324f"/><g fill="none" stroke-linejoin="round">'
        f'<path d="{lines[0]}" stroke="#ff8a33" stroke-width="3"/>'
        f'<path d="{lines[1]}" stroke="#a9d4ff" stroke-width="1.5"/></g></svg>\n'
    )


def draw_card(path: Path) -> None:
    """Write the picture of the cards, a PNG: the title, and below it both curves on squared paper."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    width, height = SIZE
    with mpl.rc_context({"font.family": "STIXGeneral", "path.simplify": False}):
        card = Figure(figsize=(width / 100, height / 100), dpi=100, facecolor="white")
        FigureCanvasAgg(card)
        axes = card.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height))
        axes.set_axis_off()
        for at in range(0, width, 30):
            axes.axvline(at, color="#ecebe4", lw=1)
            axes.axhline(at, color="#ecebe4", lw=1)
        truth, fit = ([(60 + 1080 * x, 60 + 230 * y) for x, y in points] for points in curves())
        axes.plot(*zip(*truth, strict=True), color=TRUTH, lw=6, solid_capstyle="round")
        axes.plot(*zip(*fit, strict=True), color=FIT, lw=3.5, ls=(0, (4, 1.5)))
        axes.text(60, height - 60, TITLE, size=62, color="#1c2430", va="top", linespacing=1.1)
        card.savefig(path, metadata={"Software": None})


@click.command()
def command() -> None:
    """Draw the favicon and the picture of the site's cards, from a figure of lesson 01."""
    (STATIC / "favicon.svg").write_text(favicon(), encoding="utf-8")
    draw_card(STATIC / "social.png")
    click.echo(f"favicon.svg and social.png in {STATIC}")
