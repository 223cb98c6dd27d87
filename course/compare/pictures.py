"""Comparing pictures by what they show, so that another machine's edges and letter shapes are the same picture.

Each pixel must find its colour near its place in the other picture: within the
range of colours that the other has there (greyscale erosion and dilation,
Serra 1982). What does not is gathered into clusters, and a large cluster is a
change. Before that the pictures are laid over each other, as a whole may have
moved by a few pixels. Letters get more room, because hinting draws each of them
anew: where small grey marks differ, the two are blurred by half a stroke, and
some small move must make them alike. An SVG's outlines know no hinting; it is
drawn at three times its size, which holds its lines to a third of a pixel.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from course import kernel
from course.compare import differences
from course.compare.differences import Difference, Picture

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

SVG = "image/svg+xml"


@dataclass(frozen=True)
class Looks:
    """What may differ between two renderings of the same picture, in pixels of the rendering.

    Attributes:
        moved: By how much the whole may have moved.
        reach: By how much an edge may.
        letters: By how much a letter may along its line; 0 if letters are nothing special.
    """

    moved: int
    reach: int
    letters: int


DRAWN = Looks(moved=9, reach=1, letters=0)  # an SVG at SCALE
PAINTED = Looks(moved=6, reach=2, letters=12)  # a PNG, at twice its size on the page
SCALE = 3  # times the size on the page

CONTRAST = 56  # of 255: colours nearer than this are told apart by FAINT alone
CLUSTER = 30  # pixels that may be off together
SPECK = 3  # pixels: what is smaller is no part of a letter
LETTER_SIZE = 19  # pixels, of the window in which one letter is compared
LETTER_BOX = 48  # pixels: what is larger is no letter
LETTER_LIFT = 2  # pixels that a letter may be off its line
STROKE = 1.5  # pixels: the blur that leaves a stroke and takes its edges' shape
UNLIKE = 80  # of 255, between two blurred letters
FAINT, FAINT_CLUSTER = 20, 600
GREY = 40  # the largest difference between the channels of a grey


def compare(stored: Picture, fresh: Picture) -> Iterator[Difference]:
    """Yield in what two pictures show something else, or that they show the same."""
    if stored.data == fresh.data:
        yield differences.same_picture(stored, fresh)
        return
    if stored.kind != fresh.kind:
        yield differences.picture_changed(f"it was {stored.kind} and is {fresh.kind}", stored, fresh)
        return
    looks = DRAWN if stored.kind == SVG else PAINTED
    old, new = _pixels(stored), _pixels(fresh)
    if max(abs(a - b) for a, b in zip(old.shape, new.shape, strict=True)) > 2 * looks.moved:
        why = f"its size was {old.shape[1]} × {old.shape[0]} pixels and is {new.shape[1]} × {new.shape[0]}"
        yield differences.picture_changed(why, stored, fresh)
    elif why := changed(old, new, looks):
        yield differences.picture_changed(why, stored, fresh)
    else:
        yield differences.same_picture(stored, fresh)


@lru_cache(maxsize=16)
def _pixels(picture: Picture) -> Pixels:
    """Return the picture on white, height × width × RGB."""
    import vl_convert
    from PIL import Image

    if picture.kind == SVG:
        # vl-convert leaves the colours multiplied by their opacity, so white is added, not mixed in
        _fonts()
        svg = Image.open(io.BytesIO(vl_convert.svg_to_png(picture.data, scale=SCALE)))
        rgba: Pixels = np.asarray(svg.convert("RGBA"))
        on_white: Pixels = rgba[..., :3] if rgba[..., 3].min() == 255 else rgba[..., :3] + (255 - rgba[..., 3:])
        return on_white
    image = Image.open(io.BytesIO(base64.b64decode(picture.data))).convert("RGBA")
    return np.asarray(Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB"))


@cache
def _fonts() -> None:
    """Have the letters of an SVG drawn from the fonts that our kernel measures by, whatever this machine has."""
    import vl_convert

    vl_convert.register_font_directory(str(kernel.fonts()))


def changed(old: Pixels, new: Pixels, looks: Looks) -> str:
    """Return what differs between two pictures, or nothing."""
    a, b = _on_one_canvas(old, new, looks.moved)
    why = ""
    for dy, dx in _moves(a, b, looks.moved):
        why = _mismatch(*_where_they_differ(a, np.roll(b, (dy, dx), (0, 1)), 2 * LETTER_SIZE), looks)
        if not why:
            return ""
    return why


def _on_one_canvas(old: Pixels, new: Pixels, margin: int) -> tuple[Pixels, Pixels]:
    """Return both pictures on white canvases of one size, with a margin to move in."""
    height, width = np.maximum(old.shape, new.shape)[:2] + 2 * margin
    canvases = np.full((2, height, width, 3), 255, np.uint8)
    for canvas, picture in zip(canvases, (old, new), strict=True):
        canvas[margin : margin + picture.shape[0], margin : margin + picture.shape[1]] = picture
    return canvases[0], canvases[1]


def _moves(a: Pixels, b: Pixels, most: int) -> Iterator[tuple[int, int]]:
    """Yield the moves of ``b`` that may lay it over ``a``: where the edges of both fall together, and none."""
    best = _move(a, b, 0, most), _move(a, b, 1, most)
    yield best
    if best != (0, 0):
        yield 0, 0


def _move(a: Pixels, b: Pixels, axis: int, most: int) -> int:
    """Return by how much to move ``b`` along an axis so that its edges fall on those of ``a``."""
    profiles = [np.abs(np.diff(p[..., 1].astype(np.int16), axis=axis)).sum(axis=1 - axis).astype(float) for p in (a, b)]
    moves = sorted(range(-most, most + 1), key=abs)
    return min(moves, key=lambda move: float(np.sum((profiles[0] - np.roll(profiles[1], move)) ** 2)))


def _where_they_differ(a: Pixels, b: Pixels, margin: int) -> tuple[Pixels, Pixels]:
    """Return the smallest window of both that holds every difference, with a margin."""
    differ = _largest_channel(np.maximum(a, b) - np.minimum(a, b)) > FAINT
    window = ndimage.find_objects(differ.astype(np.int8))
    if not window:
        return a[:0, :0], b[:0, :0]
    around = tuple(slice(max(0, s.start - margin), s.stop + margin) for s in window[0])
    return a[around], b[around]


def _mismatch(a: Pixels, b: Pixels, looks: Looks) -> str:
    """Return where two pictures that lie over each other differ, or nothing."""
    if not a.size:
        return ""
    off = _off(a, b, looks.reach)
    labels, sizes = _clusters(off > CONTRAST)
    faint = max(_clusters(off > FAINT)[1], default=0)
    if faint > FAINT_CLUSTER:
        return f"{faint} pixels together have another colour"
    letters = _letters(a) & _letters(b) if looks.letters and sizes else np.zeros(off.shape, bool)
    windows = ndimage.find_objects(labels)
    for label in sorted(range(1, len(sizes) + 1), key=lambda label: -sizes[label - 1]):
        window, size = windows[label - 1], sizes[label - 1]
        cluster = labels[window] == label
        if not np.all(letters[window][cluster]):
            is_change = size > CLUSTER
        else:
            is_change = size > SPECK and _unlike_letters(a, b, window, cluster, looks.letters) > UNLIKE
        if is_change:
            return f"{size} pixels together have another colour"
    return ""


def _off(a: Pixels, b: Pixels, reach: int) -> Pixels:
    """Return by how much each pixel of either is outside the colours that the other has within ``reach``."""
    worst = np.zeros(a.shape, np.uint8)
    for one, other in ((a, b), (b, a)):
        low, high = (_extreme_nearby(extreme, other, reach) for extreme in (np.minimum, np.maximum))
        # below or above the range, not both: what is not, adds nothing
        worst = np.maximum(worst, (np.maximum(one, low) - one) + (one - np.minimum(one, high)))
    return _largest_channel(worst)


def _extreme_nearby(extreme: np.ufunc, picture: Pixels, reach: int) -> Pixels:
    """Return each pixel's least or greatest over the square around it: scipy.ndimage's filters, six times as quick."""
    height, width = picture.shape[:2]
    padded = np.pad(picture, [(reach, reach), (reach, reach), (0, 0)], mode="edge")
    rows: Pixels = reduce(extreme, (padded[i : i + height] for i in range(2 * reach + 1)))
    found: Pixels = reduce(extreme, (rows[:, i : i + width] for i in range(2 * reach + 1)))
    return found


def _largest_channel(picture: Pixels) -> Pixels:
    """Return the largest of each pixel's channels; numpy's own max over so short an axis is twenty times slower."""
    return np.maximum(np.maximum(picture[..., 0], picture[..., 1]), picture[..., 2])


def _clusters(off: Mask) -> tuple[npt.NDArray[np.int32], list[int]]:
    """Return the label of each pixel's cluster, pixels up to four apart being together, and the clusters' sizes."""
    labels, count = ndimage.label(ndimage.binary_dilation(off, np.ones((3, 3)), iterations=2), np.ones((3, 3)))
    return labels * off, [int(n) for n in np.bincount(labels[off], minlength=count + 1)[1:]]


def _letters(picture: Pixels) -> Mask:
    """Return where nothing is but paper and small grey marks, as letters are."""
    ink = picture.min(axis=2) < 255 - CONTRAST
    coloured = np.ptp(picture, axis=2) > GREY
    labels, _ = ndimage.label(ink, np.ones((3, 3)))
    boxes = ndimage.find_objects(labels)
    large = [0, *(max(s.stop - s.start for s in box) > LETTER_BOX for box in boxes)]
    small: Mask = ~(np.array(large, bool)[labels] | coloured)
    return small


def _unlike_letters(a: Pixels, b: Pixels, window: tuple[slice, slice], cluster: Mask, most: int) -> int:
    """Return by how much two letters differ, of 255, when each is moved to where it fits best."""
    around = tuple(slice(max(0, s.start - 2 * LETTER_SIZE), s.stop + 2 * LETTER_SIZE) for s in window)
    inside = tuple(slice(s.start - o.start, s.stop - o.start) for s, o in zip(window, around, strict=True))
    one, other = (ndimage.gaussian_filter(p[around].mean(axis=2), STROKE) for p in (a, b))
    moves = [m for m in product(range(-most, most + 1), repeat=2) if min(map(abs, m)) <= LETTER_LIFT]
    unlike = [ndimage.maximum_filter(np.abs(one - np.roll(other, m, (0, 1))), LETTER_SIZE)[inside] for m in moves]
    return round(float(np.min(unlike, axis=0)[cluster].max()))
