"""Lessons run again with every figure drawn in all its variants, and the comparator's verdict on each."""

import json
import os
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from nbclient import NotebookClient

from course import data, kernel, notebooks
from course.compare import pictures
from course.compare.differences import Picture

FIGURES = ("image/png", "image/svg+xml")


def judge(lesson):
    """Return how many renderings of each kind were compared with a lesson's stored figures, and those judged wrongly.

    What changes no pixel is counted apart.
    """
    counts, wrong = Counter(), []
    for cell, picture, figure in redrawn(lesson):
        plain = Picture(figure["kind"], figure["plain"])
        if not same(picture, plain):
            wrong.append(f"{cell}: drawn again")
        for group, expected in (("same", True), ("other", False)):
            for name, data_ in figure[group].items():
                variant = Picture(figure["kind"], data_)
                if same_pixels(plain, variant):
                    counts[f"{group}: no pixel changed"] += 1
                    continue
                counts[f"{group}: renderings"] += 1
                wrong += [] if same(picture, variant) is expected else [f"{cell}: {name}"]
    return counts, wrong


def redrawn(lesson):
    """Yield the cell, the stored picture and all renderings of each figure that a comparison is held to."""
    with TemporaryDirectory(prefix="variants-") as folder:
        draw(lesson, Path(folder))
        drawn = [json.loads(path.read_text()) for path in sorted(Path(folder).glob("*.json"))]
    for cell in notebooks.read(lesson).cells:
        figures = [figure for figure in drawn if figure["cell"] == cell.id]
        stored = list(stored_figures(cell))
        if "wall-clock" not in cell.metadata.get("tags", []):
            yield from ((cell.id, *pair) for pair in zip(stored, figures, strict=True))


def draw(lesson, folder):
    """Run the lesson in a kernel that renders all variants of each figure, by ``variants.py`` and ``diagrams.py``."""
    notebook = notebooks.read(lesson)
    data.fill()
    with kernel.environment():
        config = Path(os.environ["IPYTHONDIR"], "profile_default", "ipython_kernel_config.py")
        config.write_text(config.read_text() + 'c.InteractiveShellApp.extensions += ["variants", "diagrams"]\n')
        os.environ.update(PYTHONPATH=str(Path(__file__).parent), COURSE_VARIANTS=str(folder))
        where = {"metadata": {"path": str(lesson.parent)}}
        client = NotebookClient(notebook, kernel_name="python3", timeout=1200, resources=where)
        client.on_cell_start = lambda cell, **_: Path(folder, "cell").write_text(cell.id)
        client.execute()


def stored_figures(cell):
    """Yield every stored figure of a cell, in order; a chart's still is none."""
    for output in cell.get("outputs", []):
        for kind in FIGURES:
            if kind in output.get("data", {}) and notebooks.CHART not in output.data:
                yield Picture(kind, output.data[kind])


def same(one, other):
    """Return whether two pictures show the same to the comparator."""
    return all(found.allowed for found in pictures.compare(one, other))


def same_pixels(one, other):
    """Return whether two pictures are equal pixel by pixel."""
    a, b = (pictures._pixels(picture) for picture in (one, other))
    return a.shape == b.shape and bool(np.array_equal(a, b))
