"""The digit's way from strokes to MNIST's form, in NumPy: what the page's own is held to, and digits drawn anew."""

import numpy as np
from scipy import ndimage

SIDE, BOX, FIELD = 140, 20, 28


def sheet(strokes, pen):
    """Return the greys, 0 to 1, of straight strokes (x0, y0, x1, y1) with round ends on a sheet of 140 × 140."""
    y, x = np.mgrid[:SIDE, :SIDE] + 0.5
    ink = np.zeros((SIDE, SIDE))
    for x0, y0, x1, y1 in strokes:
        dx, dy = x1 - x0, y1 - y0
        along = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy or 1), 0, 1)
        ink = np.maximum(ink, np.clip(pen + 0.5 - np.hypot(x - x0 - along * dx, y - y0 - along * dy), 0, 1))
    return ink


def overlaps(count, size):
    """Return, for 20 squares of some size in a row, which share of each lies over each of `count` pixels."""
    edges = np.arange(BOX + 1) * size
    over = np.minimum.outer(edges[1:], np.arange(count) + 1) - np.maximum.outer(edges[:-1], np.arange(count))
    return np.clip(over, 0, None) / size


def picture(ink):
    """Return 28 × 28 greys: 20 pixels at the longer side by area averages, centre of mass at pixel (14, 14)."""
    inked = np.where(ink >= 0.5, ink, 0)
    rows, columns = (np.flatnonzero(inked.any(axis=axis)) for axis in (1, 0))
    cut = inked[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    size = max(cut.shape) / BOX
    small = overlaps(cut.shape[0], size) @ cut @ overlaps(cut.shape[1], size).T
    down, right = (int(np.floor(14 - centre + 0.5)) for centre in ndimage.center_of_mass(small))
    field = np.zeros((3 * FIELD, 3 * FIELD))
    field[FIELD + down : FIELD + down + BOX, FIELD + right : FIELD + right + BOX] = small
    return np.rint(255 * field[FIELD : 2 * FIELD, FIELD : 2 * FIELD])


def thin(ink):
    """Return the middle lines of a drawing, one pixel wide (T. Y. Zhang and C. Y. Suen, 1984)."""
    ink = np.pad(ink, 1).astype(int)
    before = None
    while before is None or (ink != before).any():
        before = ink.copy()
        for turn in (0, 1):
            p = [np.roll(ink, shift, (0, 1)) for shift in _AROUND]
            neighbours = sum(p)
            changes = sum((p[i] == 0) & (p[(i + 1) % 8] == 1) for i in range(8))
            a, b = ((p[0] * p[2] * p[4], p[2] * p[4] * p[6]), (p[0] * p[2] * p[6], p[0] * p[4] * p[6]))[turn]
            gone = (ink == 1) & (neighbours >= 2) & (neighbours <= 6) & (changes == 1) & (a == 0) & (b == 0)
            ink[gone] = 0
    return ink[1:-1, 1:-1].astype(bool)


# north, north-east, east … north-west of each pixel
_AROUND = [(1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1)]


def strokes(digit, left, top, scale):
    """Return a picture of MNIST as strokes along its middle lines, at a place, each pixel of some size."""
    large = ndimage.zoom(digit.astype(float), 4, order=1, grid_mode=True, mode="grid-constant")
    lines = thin(large > 110)
    found = []
    for row, column in zip(*np.nonzero(lines), strict=True):
        here = (left + scale * (column + 0.5) / 4, top + scale * (row + 0.5) / 4)
        found.append((*here, *here))
        for down, right in ((0, 1), (1, -1), (1, 0), (1, 1)):
            if (
                row + down < lines.shape[0]
                and 0 <= column + right < lines.shape[1]
                and lines[row + down, column + right]
            ):
                found.append((*here, here[0] + scale * right / 4, here[1] + scale * down / 4))
    return found
