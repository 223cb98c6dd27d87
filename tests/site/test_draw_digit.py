"""Draw a digit: MNIST's form as a reference in NumPy makes it, the lesson's answers, and what a reader sees."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from course import data, weights
from course.notebooks import ROOT

from .draw import ink

SEE = """({ all, pen }) => all.map((strokes) => {
  const sheet = new Draw.Sheet();
  for (const [x0, y0, x1, y1] of strokes) sheet.stroke([x0, y0], [x1, y1], pen);
  const picture = sheet.picture();
  return [Array.from(picture), Draw.answer(picture)];
})"""
ANSWER = "(all) => all.map((picture) => Draw.answer(Uint8Array.from(picture)))"
# how a digit is drawn anew: pen, left, top, and the size of a pixel of MNIST, in pixels of the sheet
WAYS = {
    "as it was": (5, 14, 14, 4),
    "thick": (7.5, 14, 14, 4),
    "thin": (3, 14, 14, 4),
    "shifted": (5, 26, 2, 4),
    "small": (3, 60, 50, 2.2),
}


@pytest.fixture
def page(wide, site: Path) -> Page:
    """Return the page, from disk."""
    wide.page.goto((site / "draw.html").as_uri())
    return wide.page


@pytest.fixture(scope="module")
def digits() -> dict[int, np.ndarray]:
    """Return the threes and the sevens of MNIST's testing folder, as the lesson sorts them."""
    tree = data.fill() / "testing"
    files = {digit: sorted((tree / str(digit)).iterdir(), key=lambda path: int(path.stem)) for digit in (3, 7)}
    return {digit: np.stack([np.array(Image.open(path)) for path in paths]) for digit, paths in files.items()}


def stored() -> list[dict[str, object]]:
    """Return the stored network's layers."""
    text = (weights.FOLDER / "weights.js").read_text(encoding="utf-8")
    return json.loads(re.search(r"Draw\.weights = (.*);", text)[1])


def lesson_s_errors() -> dict[int, int]:
    """Return how many of the testing threes, and of the sevens, the lesson's own run got wrong."""
    lesson = json.loads((ROOT / "lectures" / "03-threes-and-sevens.ipynb").read_text(encoding="utf-8"))
    (cell,) = (cell for cell in lesson["cells"] if cell["id"] == "confusion")
    table = "".join(cell["outputs"][0]["data"]["text/plain"])
    rows = {int(row[0]): list(map(int, row[1:])) for row in re.findall(r"^(3|7) +(\d+) +(\d+)", table, re.MULTILINE)}
    return {3: rows[3][1], 7: rows[7][0]}


def test_mnist_s_form_is_the_reference_s(page: Page) -> None:
    """Strokes of many shapes, thick and thin, become the pictures that NumPy makes, but for one grey."""
    generator = np.random.default_rng(43052)
    for pen in (2, 6, 11):
        all_strokes = [np.hstack([p[:-1], p[1:]]) for p in generator.uniform(5, 135, (8, 6, 2)).round(2)]
        all_strokes.append(np.array([[70.3, 69.8, 70.3, 69.8]]))
        found = page.evaluate(SEE, {"all": [strokes.tolist() for strokes in all_strokes], "pen": pen})
        for strokes, (picture, _) in zip(all_strokes, found, strict=True):
            expected = ink.picture(ink.sheet(strokes, pen))
            assert np.abs(expected.flatten() - picture).max() <= 1
            assert expected.max() > 200


def test_mnist_s_own_digits_have_the_form(digits: dict[int, np.ndarray]) -> None:
    """The reference's rules are MNIST's: a longer side of 20 pixels, the centre of mass at (14, 14)."""
    for pictures in digits.values():
        for picture in pictures[::5].astype(float):
            spans = [np.ptp(np.flatnonzero(picture.any(axis=axis))) + 1 for axis in (0, 1)]
            centre = [(picture.sum(axis=axis) * np.arange(28)).sum() / picture.sum() for axis in (0, 1)]
            assert max(spans) in (19, 20)
            assert np.abs(np.array(centre) - 14).max() <= 0.51


def test_answers_are_the_lesson_s(page: Page, digits: dict[int, np.ndarray]) -> None:
    """On 200 testing digits the page says what its network says in NumPy; on all, it errs as often as the lesson."""
    layers = [
        (np.frombuffer(base64.b64decode(layer["rows"]), np.int8).reshape(len(layer["scales"]), -1)
         * np.array(layer["scales"])[:, None], np.array(layer["biases"]))
        for layer in stored()
    ]  # fmt: skip
    for digit, pictures in digits.items():
        flat = pictures.reshape(-1, 784).astype(float)
        hidden = np.maximum(0, flat @ layers[0][0].T + layers[0][1])
        u = (hidden @ layers[1][0].T + layers[1][1]).flatten()
        chosen = np.arange(0, 1000, 10)
        found = page.evaluate(ANSWER, pictures[chosen].reshape(-1, 784).tolist())
        assert found == pytest.approx((1 / (1 + np.exp(-u[chosen]))).tolist(), abs=1e-9)
        wrong = ((u > 0) != (digit == 7)).sum()
        assert abs(wrong - lesson_s_errors()[digit]) <= 5


@pytest.mark.parametrize("way", WAYS)
def test_digits_drawn_anew_are_read(page: Page, digits: dict[int, np.ndarray], way: str) -> None:
    """Of 100 testing digits drawn anew with the page's pen, thick, thin, shifted or small, 95 are read right."""
    pen, left, top, scale = WAYS[way]
    right = 0
    for digit, pictures in digits.items():
        drawn = [ink.strokes(picture, left, top, scale) for picture in pictures[3:1000:20]]
        found = page.evaluate(SEE, {"all": drawn, "pen": pen})
        right += sum((yhat > 0.5) == (digit == 7) for _, yhat in found)
    assert right >= 95


def test_digit_by_mouse(page: Page) -> None:
    """The network answers while one draws; the training pictures come with the first stroke."""
    widget, asked = page.locator(".draw-digit"), []
    page.on("request", lambda request: asked.append(Path(request.url).name) if request.url.endswith(".js") else None)
    widget.locator("canvas").first.scroll_into_view_if_needed()
    assert asked == []
    box = widget.locator("canvas").first.bounding_box()
    caption = widget.locator(".draw-caption")
    places = [(0.3, 0.2), (0.72, 0.2), (0.5, 0.85)]
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    for x, y in places:
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=8)
    expect(caption).to_contain_text("It says 7")
    page.mouse.up()
    expect(widget.get_by_role("status")).to_contain_text("It says 7")
    assert asked == ["pictures.js"]
    inked = (
        "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)"
        ".data.filter((v, i) => i % 4 === 0 && v > 200).length"
    )
    for small in widget.locator(".draw-small").all():
        assert small.evaluate(inked) > 100
    widget.get_by_role("button", name="Clear").click()
    expect(widget.get_by_role("status")).to_contain_text("Nothing is drawn")


def test_it_must_answer(page: Page) -> None:
    """By keyboard: the ready digits are read right, and an eight and a cross get a 3 or a 7, too."""
    widget = page.locator(".draw-digit")
    for name, answer in (
        ("A three", "3"),
        ("A seven", "7"),
        ("A barred seven", "7"),
        ("An eight", "[37]"),
        ("A cross", "[37]"),
    ):
        widget.get_by_role("button", name=name, exact=True).press("Enter")
        expect(widget.get_by_role("status")).to_have_text(
            re.compile(rf"^It says {answer}: output ŷ = [01]\.\d{{4}}, .*% sure\.$")
        )


def test_pictures_are_training_pictures(page: Page) -> None:
    """The 200 pictures are 100 threes and 100 sevens of the training set, in 16 greys."""
    page.get_by_role("button", name="A three").click()
    page.wait_for_function("() => Draw.pictures")
    found = np.array(page.evaluate("Draw.pictures.map((each) => Array.from(Draw.unfold(each)))")).reshape(-1, 28, 28)
    assert len(found) == 200
    for digit, part in ((3, found[:100]), (7, found[100:])):
        folder = data.fill() / "training" / str(digit)
        files = sorted(folder.iterdir(), key=lambda path: int(path.stem))[:: 61 if digit == 3 else 62][:100]
        for picture, path in zip(part, files, strict=True):
            assert np.abs(picture - np.array(Image.open(path)).astype(int)).max() <= 8
