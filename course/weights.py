"""What the page of lesson 03 needs of the lesson's run: the trained network, and some of the digits it learned from.

``python -m course run`` asks the lesson's kernel for them when its last cell
has run, and stores them as two classic scripts, which a page loads from disk
too. The weights are int8 with one scale per row, as is usual for networks that
run on small machines; the digits have 16 greys.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from course import notebooks

LESSON = notebooks.ROOT / "lectures" / "03-threes-and-sevens.ipynb"
FOLDER = notebooks.ROOT / "_static" / "draw"
LEVELS = 127  # of an int8, on either side of 0
MADE_BY = "Written by `python -m course run lectures/03-threes-and-sevens.ipynb`."

# Runs in the lesson's kernel, after its last cell: 100 threes and 100 sevens, spread over the training set
QUESTION = """
import json

json.dumps({
    "layers": [{"weight": layer.weight.tolist(), "bias": layer.bias.tolist()} for layer in (net[0], net[2])],
    "pictures": X[:6131:61][:100].int().tolist() + X[6131::62][:100].int().tolist(),
})
"""


def question(path: Path) -> str | None:
    """Return what to ask the kernel of a notebook once it has run, or None of any notebook but lesson 03."""
    return QUESTION if path.resolve() == LESSON else None


def store(answer: str, folder: Path = FOLDER) -> Iterable[Path]:
    """Write what the kernel answered as ``weights.js`` and ``pictures.js``; yield the files that changed."""
    told = json.loads(answer)
    scripts = {
        "weights.js": script("the network of lesson 03, int8 with a scale per row", "weights", pack(told["layers"])),
        "pictures.js": script("100 threes, then 100 sevens, of 16 greys", "pictures", shorten(told["pictures"])),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in scripts.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            yield path


def script(what: str, name: str, value: Any) -> str:
    """Return a classic script that adds a value to the page's ``Draw``."""
    data = json.dumps(value, separators=(",", ":"))
    return f"/* {what[0].upper()}{what[1:]}. {MADE_BY} */\nwindow.Draw = window.Draw || {{}};\nDraw.{name} = {data};\n"


def pack(layers: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each linear layer as base64 of its int8 weights, row by row, with scales and biases as numbers."""
    return [_pack(np.asarray(layer["weight"]), layer["bias"]) for layer in layers]


def _pack(weight: npt.NDArray[np.float64], bias: list[float]) -> dict[str, Any]:
    steps, scales = quantise(weight)
    return {
        "rows": base64.b64encode(steps.tobytes()).decode("ascii"),
        "scales": [float(f"{scale:.6g}") for scale in scales],
        "biases": [float(f"{each:.6g}") for each in bias],
    }


def quantise(weight: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float64]]:
    """Return the rows of a matrix as whole steps from -127 to 127, and the size of each row's step."""
    scales = np.abs(weight).max(axis=1) / LEVELS
    return np.rint(weight / scales[:, None]).astype(np.int8), scales


def shorten(pictures: list[list[int]]) -> list[str]:
    """Return each picture of 784 greys, 0 to 255: letters ``a`` to ``p`` are greys of 16, numbers runs of black."""
    return [_shorten(picture) for picture in pictures]


def _shorten(picture: list[int]) -> str:
    parts: list[str] = []
    black = 0
    for grey in [*picture, 255]:  # one more, which ends a last run of black
        level = round(grey / 17)
        if level == 0:
            black += 1
            continue
        parts += [str(black)] * (black > 0) + [chr(ord("a") + level)]
        black = 0
    return "".join(parts)[:-1]
