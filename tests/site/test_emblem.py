"""The favicon and the picture of the site's cards are what lesson 01 shows, and what the command draws today."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from course.site import emblem


def test_favicon_is_what_the_command_draws() -> None:
    """The stored favicon is drawn from the figure that lesson 01 stores now."""
    assert (emblem.STATIC / "favicon.svg").read_text() == emblem.favicon()


def test_card_is_what_the_command_draws(tmp_path: Path) -> None:
    """The stored picture is drawn from the figure that lesson 01 stores now; letters may be smoothed otherwise."""
    emblem.draw_card(tmp_path / "card.png")
    stored, drawn = (
        np.asarray(Image.open(path).convert("RGB"), dtype=float)
        for path in (emblem.STATIC / "social.png", tmp_path / "card.png")
    )
    assert stored.shape == (emblem.SIZE[1], emblem.SIZE[0], 3)
    assert np.abs(stored - drawn).mean() < 0.5


def test_curves_are_the_truth_and_a_fit_close_to_it() -> None:
    """The two lines are those of the figure: three waves from one end to the other, and a staircase close to them."""
    truth, fit = (np.array(points) for points in emblem.curves())
    assert truth.min() == pytest.approx(0)
    assert truth.max() == pytest.approx(1)
    gap = np.interp(truth[:, 0], fit[:, 0], fit[:, 1]) - truth[:, 1]
    assert 0.01 < np.abs(gap).max() < 0.3
