"""An IPython extension that renders every figure a notebook shows again and again, each time with one thing changed.

A changed curve cannot be had from a stored picture: it takes the figure. So a lesson is run once with
this extension in its kernel; each figure's variants go into the folder ``COURSE_VARIANTS`` as JSON, with the cell
whose id stands there in the file ``cell``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import combinations
from pathlib import Path
from typing import Any

FORMATS = ("image/png", "image/svg+xml")
CURVE = 1.05
FEW_AXES = 8
SAME, OTHER = "same", "other"


def load_ipython_extension(shell: Any) -> None:
    """Have every shown figure rendered in all its variants before it is shown."""
    from matplotlib.figure import Figure
    from matplotlib_inline import backend_inline

    display = backend_inline.display
    folder = Path(os.environ["COURSE_VARIANTS"])

    def display_and_vary(shown: Any, **kwargs: Any) -> Any:
        if isinstance(shown, Figure):
            record(folder, variants(shell, shown))
        return display(shown, **kwargs)

    backend_inline.display = display_and_vary


def record(folder: Path, found: dict[str, Any]) -> None:
    """Write a figure's renderings into the folder, with the cell that shows it."""
    number = len(list(folder.glob("*.json")))
    (folder / f"{number:03}.json").write_text(json.dumps({"cell": (folder / "cell").read_text(), **found}))


def variants(shell: Any, figure: Any) -> dict[str, Any]:
    """Return a figure's own rendering and those of all its variants, in the format that a notebook would store."""
    data, _ = shell.display_formatter.format(figure)
    kind = min((k for k in FORMATS if k in data), key=lambda k: len(data[k]))
    found = {"kind": kind, "plain": data[kind], SAME: {}, OTHER: {}}
    for group, changes in ((SAME, same_looks(figure)), (OTHER, other_looks(figure))):
        for name, change in changes:
            with change:
                found[group][name] = shell.display_formatter.format(figure, include=[kind])[0][kind]
    return found


@contextmanager
def changed(obj: Any, **new: Any) -> Iterator[None]:
    """Set properties of an artist, and put them back."""
    old = {name: getattr(obj, f"get_{name}")() for name in new}
    obj.set(**new)
    try:
        yield
    finally:
        obj.set(**old)


def same_looks(figure: Any) -> Iterator[tuple[str, Any]]:
    """Yield the changes that another machine may make to how a figure is drawn."""
    import matplotlib as mpl

    yield "other anti-aliasing", _without_antialiasing(figure)
    yield "other text anti-aliasing", _text_antialiasing(figure)
    for hinting in ("none", "no_autohint", "force_autohint", "default"):
        if mpl.rcParams["text.hinting"] != hinting:
            yield f"text hinting {hinting}", mpl.rc_context({"text.hinting": hinting})
    yield "text hinting factor 1", mpl.rc_context({"text.hinting_factor": 1})


@contextmanager
def _without_antialiasing(figure: Any) -> Iterator[None]:
    with ExitStack() as stack:
        for artist in figure.findobj(lambda a: hasattr(a, "set_antialiased")):
            old = artist.get_antialiased()
            stack.enter_context(changed(artist, antialiased=[not o for o in old] if isinstance(old, list) else False))
        yield


@contextmanager
def _text_antialiasing(figure: Any) -> Iterator[None]:
    from matplotlib.text import Text

    with ExitStack() as stack:
        for text in figure.findobj(Text):
            stack.enter_context(changed(text, antialiased=False))
        yield


def other_looks(figure: Any) -> Iterator[tuple[str, Any]]:
    """Yield the changes after which a figure shows something else."""
    for number, axes in some_axes(figure):
        for name, change in axes_changes(axes):
            yield f"axes {number}: {name}", change
    yield from text_changes(figure)


def some_axes(figure: Any) -> list[tuple[int, Any]]:
    """Return a figure's axes with their numbers: all of a few, of a grid of many alike every fifth, spread over it."""
    axes = list(enumerate(figure.axes))
    return axes if len(axes) <= FEW_AXES else axes[::5]


def axes_changes(axes: Any) -> Iterator[tuple[str, Any]]:
    """Yield each change of one pair of axes: its curves, its colours, its scales."""
    curves = [*axes.lines, *axes.collections]
    for number, curve in enumerate(curves):
        yield f"curve {number} scaled", frozen(axes, scaled(curve))
        yield f"curve {number} missing", frozen(axes, changed(curve, visible=False))
        yield f"curve {number} recoloured", changed(curve, **recoloured(curve))
    for a, b in list(combinations(axes.lines, 2))[:6]:
        if a.get_color() != b.get_color():
            yield f"colours of {a.get_label()} and {b.get_label()} swapped", swapped(a, b)
    for image in axes.images:
        if image.get_array().ndim == 2:
            yield "colours of the image swapped", changed(image, cmap=image.cmap.reversed())
    for name in ("xaxis", "yaxis"):
        axis = getattr(axes, name)
        if axes.axison and axis.get_visible() and len(axis.get_majorticklocs()) > 1:
            yield f"{name} shifted by a tick", shifted(axis)


@contextmanager
def frozen(axes: Any, change: Any) -> Iterator[None]:
    """Make a change that leaves the scales as they are."""
    limits = axes.get_xlim(), axes.get_ylim()
    auto = axes.get_autoscalex_on(), axes.get_autoscaley_on()
    axes.set(xlim=limits[0], ylim=limits[1])
    with change:
        yield
    axes.set_autoscalex_on(auto[0])
    axes.set_autoscaley_on(auto[1])


@contextmanager
def scaled(curve: Any) -> Iterator[None]:
    """Make a curve's heights 5 % larger."""
    import numpy as np

    if hasattr(curve, "get_ydata"):
        get, set_ = curve.get_ydata, curve.set_ydata
        old = get()
        set_(np.asarray(old, dtype=float) * CURVE)
    else:
        get, set_ = curve.get_offsets, curve.set_offsets
        old = get().copy()
        set_(old * [1, CURVE])
    yield
    set_(old)


def recoloured(curve: Any) -> dict[str, Any]:
    """Return another colour for a curve."""
    from matplotlib.colors import to_hex

    if hasattr(curve, "get_color"):
        return {"color": "tab:green" if to_hex(curve.get_color()) != to_hex("tab:green") else "tab:red"}
    return {"facecolor": "tab:green", "edgecolor": "tab:green"}


@contextmanager
def swapped(a: Any, b: Any) -> Iterator[None]:
    """Give two lines each other's colour."""
    with changed(a, color=b.get_color()) if a.get_color() != b.get_color() else ExitStack():
        old = b.get_color()
        yield
        b.set_color(old)


@contextmanager
def shifted(axis: Any) -> Iterator[None]:
    """Move an axis on by one tick."""
    low, high = axis.get_view_interval()
    transform = axis.get_transform()
    ticks = transform.transform(axis.get_majorticklocs())
    step = ticks[1] - ticks[0]
    ends = transform.inverted().transform(transform.transform([low, high]) + step)
    set_ = getattr(axis.axes, f"set_{axis.axis_name}lim")
    old = getattr(axis.axes, f"get_{axis.axis_name}lim")()
    set_(*(ends if old[0] <= old[1] else ends[::-1]))
    yield
    set_(*old)


def text_changes(figure: Any) -> Iterator[tuple[str, Any]]:
    """Yield, for each written thing, a change of its last letter or digit, and the loss of the whole of it."""
    from matplotlib.text import Text

    for number, text in enumerate(figure.findobj(Text)):
        written = text.get_text()
        if text.get_visible() and any(c.isalnum() for c in written) and not _is_tick(figure, text):
            yield f"text {number}, {written!r}, changed", changed(text, text=one_character_off(written))
            yield f"text {number}, {written!r}, missing", changed(text, text="")
    for number, axes in some_axes(figure):
        for name in ("xaxis", "yaxis"):
            axis = getattr(axes, name)
            labels = [label.get_text() for label in axis.get_ticklabels()]
            if axes.axison and any(labels) and axis.get_ticklabels()[0].get_visible():
                yield f"axes {number}: {name}'s tick label changed", relabelled(axis, labels)


def _is_tick(figure: Any, text: Any) -> bool:
    return any(
        text in (*axes.get_xticklabels(which="both"), *axes.get_yticklabels(which="both")) for axes in figure.axes
    )


def one_character_off(written: str) -> str:
    """Return the text with its middle letter or digit, of those that show, replaced by the next one."""
    letters = re.sub(r"\\[A-Za-z]+", lambda command: " " * len(command[0]), written)
    places = [i for i, c in enumerate(letters) if c.isalnum()]
    place = places[len(places) // 2]
    c = written[place]
    after = {"9": "0", "z": "a", "Z": "A"}.get(c, chr(ord(c) + 1))
    return written[:place] + after + written[place + 1 :]


@contextmanager
def relabelled(axis: Any, labels: list[str]) -> Iterator[None]:
    """Change one character of one tick's label."""
    formatter, locator = axis.get_major_formatter(), axis.get_major_locator()
    middle = [i for i, label in enumerate(labels) if any(c.isalnum() for c in label)]
    new = list(labels)
    place = middle[len(middle) // 2]
    new[place] = one_character_off(new[place])
    axis.set_ticks(axis.get_majorticklocs(), new)
    yield
    axis.set_major_locator(locator)
    axis.set_major_formatter(formatter)
