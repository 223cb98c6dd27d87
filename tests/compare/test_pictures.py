import base64
import io

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from course.compare import pictures
from course.compare.differences import Picture

X = np.linspace(-1, 1, 3000)
NOISE = 0.1 * np.random.default_rng(1).normal(size=X.size)


LOOKS = {"scale": 1, "colours": ("tab:orange", "tab:blue"), "title": "Three thousand points", "low": -0.3, "pad": 0.1}


def draw(kind, **change):
    """Return a figure of points and two curves."""
    scale, colours, title, low, pad = (LOOKS | change).values()
    figure = Figure()
    axes = figure.add_subplot()
    axes.plot(X, X**2 + NOISE, ".", color="gray", alpha=0.5, label="data")
    axes.plot(X, scale * X**2, color=colours[0], label="truth")
    axes.plot(X, 0.9 * X**2 + 0.02, "--", color=colours[1], label="fit")
    axes.set(xlabel="x", ylabel="y", title=title, ylim=(low, 1.5))
    axes.legend(loc="upper center")
    file = io.BytesIO()
    figure.savefig(file, format=kind, dpi=200, bbox_inches="tight", pad_inches=pad, metadata={"Date": None})
    if kind == "svg":
        return Picture("image/svg+xml", file.getvalue().decode())
    return Picture("image/png", base64.b64encode(file.getvalue()).decode())


def same(one, other):
    """Return whether the comparator takes two pictures for the same."""
    return all(found.allowed for found in pictures.compare(one, other))


both_formats = pytest.mark.parametrize("kind", ["png", "svg"])


@both_formats
@pytest.mark.parametrize(
    "change",
    [
        {"scale": 1.05},
        {"colours": ("tab:blue", "tab:orange")},
        {"colours": ("tab:orange", "tab:purple")},
        {"colours": ("none", "tab:blue")},
        {"title": "Three thousand paints"},
        {"low": -0.5},
    ],
    ids=lambda change: "-".join(map(str, change.values())),
)
def test_another_figure_is_another_picture(kind, change):
    """A curve 5 % higher, swapped or other colours, a missing line, one other letter, another axis: each is seen."""
    assert not same(draw(kind), draw(kind, **change))


@both_formats
@pytest.mark.parametrize(
    "settings",
    [
        {"text.hinting": "none"},
        {"text.hinting": "default"},
        {"text.hinting": "no_autohint"},
        {"text.hinting_factor": 1},
        {"text.antialiased": False},
        {"lines.antialiased": False, "patch.antialiased": False},
    ],
    ids=str,
)
def test_another_machines_edges_and_letters_are_the_same_picture(kind, settings):
    """Other hinting and other anti-aliasing pass."""
    stored = draw(kind)
    with mpl.rc_context(settings):
        assert same(stored, draw(kind))


@both_formats
def test_a_picture_may_be_cropped_a_little_otherwise(kind):
    """Three pixels more around it are the same picture; thirty are not."""
    assert same(draw(kind), draw(kind, pad=0.1 + 3 / 200))
    assert not same(draw(kind), draw(kind, pad=0.1 + 30 / 200))


def test_another_format_is_another_picture():
    """A PNG and an SVG are not compared: the comparison of a notebook asks the kernel for the stored format."""
    assert not same(draw("png"), draw("svg"))
