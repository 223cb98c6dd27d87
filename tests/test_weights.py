"""The network that the page of lesson 03 has: what a run of the lesson leaves, in the form in which it is stored."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from course import data, notebooks, run, weights


def layers(folder: Path) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return the int8 steps, the scales and the biases of each stored layer."""
    text = (folder / "weights.js").read_text(encoding="utf-8")
    found = json.loads(re.search(r"Draw\.weights = (.*);\n", text)[1])
    return [
        (
            np.frombuffer(base64.b64decode(layer["rows"]), np.int8).reshape(len(layer["scales"]), -1).astype(int),
            np.array(layer["scales"])[:, None],
            np.array(layer["biases"]),
        )
        for layer in found
    ]


def outputs(stored: list[tuple[np.ndarray, np.ndarray, np.ndarray]], x: np.ndarray) -> np.ndarray:
    """Return what a stored network computes before its sigmoid."""
    (first, scale, bias), (last, last_scale, last_bias) = stored
    return (np.maximum(0, x @ (first * scale).T + bias) @ (last * last_scale).T + last_bias).flatten()


def test_only_lesson_03_is_asked() -> None:
    """Of all notebooks of the course, the run of lesson 03 alone leaves weights."""
    assert [path for path in notebooks.find() if weights.question(path)] == [weights.LESSON]


def test_rows_are_int8_with_a_scale_of_their_own() -> None:
    """Each row's largest weight is 127 steps, and no weight is off by more than half a step of its row."""
    matrix = np.random.default_rng(1).normal(size=(5, 40)) * np.array([[1e-3], [0.1], [1], [10], [1e4]])
    steps, scales = weights.quantise(matrix)
    assert steps.dtype == np.int8
    assert (np.abs(steps).max(axis=1) == 127).all()
    assert (np.abs(steps * scales[:, None] - matrix) <= scales[:, None] * 0.5000001).all()


def test_pictures_are_shortened_and_nothing_is_lost() -> None:
    """Greys become letters, runs of black numbers, also at both ends; 784 pixels come back."""
    picture = [0, 0, 0, 255, 255, 17, 0, 34, *[0] * 776]
    (letters,) = weights.shorten([picture])
    assert letters == "3ppb1c776"
    assert weights.shorten([[0] * 783 + [255]]) == ["783p"]
    assert weights.shorten([[255] * 784]) == ["p" * 784]


def test_storing_says_what_changed(tmp_path: Path) -> None:
    """Stored a second time, the same answer changes no file; another one changes the file that it is in."""
    told = {"layers": [{"weight": [[1.0, -2.0]], "bias": [0.5]}] * 2, "pictures": [[0] * 784]}
    assert [path.name for path in weights.store(json.dumps(told), tmp_path)] == ["weights.js", "pictures.js"]
    assert list(weights.store(json.dumps(told), tmp_path)) == []
    told["pictures"] = [[255] * 784]
    assert [path.name for path in weights.store(json.dumps(told), tmp_path)] == ["pictures.js"]


@pytest.mark.slow
def test_the_lesson_s_run_makes_them_again(tmp_path: Path) -> None:
    """The lesson, run again, leaves the stored weights but for two steps, the same pictures, and the same answers.

    Of the digits in the testing folder at least 99.5 % get the answer that the lesson's own network gives in float32,
    and all of 200 spread over it.
    """
    lesson = notebooks.read(weights.LESSON)
    last = [cell.id for cell in lesson.cells].index("train")
    lesson.cells = [cell for cell in lesson.cells[: last + 1] if cell.cell_type == "code"]
    notebooks.write(tmp_path / "lesson.ipynb", lesson)
    _, answer = run.execute_and_ask(tmp_path / "lesson.ipynb", weights.QUESTION)

    assert {path.name for path in weights.store(answer, tmp_path)} == {"weights.js", "pictures.js"}
    for new, old in zip(layers(tmp_path), layers(weights.FOLDER), strict=True):
        assert np.abs(new[0] - old[0]).max() <= 2
        assert new[1] == pytest.approx(old[1], rel=0.02)
        assert new[2] == pytest.approx(old[2], rel=0.02, abs=1e-3)
    assert (tmp_path / "pictures.js").read_bytes() == (weights.FOLDER / "pictures.js").read_bytes()

    own = [(np.array(layer["weight"]), 1, np.array(layer["bias"])) for layer in json.loads(answer)["layers"]]
    files = [sorted((data.fill() / "testing" / d).iterdir(), key=lambda path: int(path.stem)) for d in "37"]
    x = np.stack([np.array(Image.open(path)).flatten() for path in files[0] + files[1]]).astype(float)
    same = (outputs(layers(weights.FOLDER), x) > 0) == (outputs(own, x) > 0)
    assert len(same) == 2038
    assert same.mean() >= 0.995
    assert same[::10][:200].all()
