"""Draw a curve, as its readers meet it: from disk, with the network off, by mouse, touch and keyboard."""

import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from course import kernel
from course.notebooks import ROOT

from .conftest import Visit
from .draw import reference, stills

SCRIPTS = ["network.js", "stage.js", "curve.js", "digit.js"]
AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
FIT = """([ready, seed]) => {
  const sketch = new Draw.Sketch();
  sketch.take(Draw.READY[ready]);
  const training = new Draw.Training(Draw.Network.started("bump", 2048, seed), Draw.linspace(200), sketch.y, 0.001);
  for (let step = 0; step < 200; step++) training.step();
  const mean = sketch.y.reduce((sum, each) => sum + each) / 200;
  return Math.sqrt(training.loss() / (sketch.y.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 200));
}"""
# how far down, as a share of the height, the lowest pixel near a colour is in each column of the paper
COLUMNS = """(canvas, [r, g, b]) => {
  const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
  const columns = new Array(width).fill(null);
  for (let i = 0; i < width * height; i++) {
    const off = Math.abs(data[4 * i] - r) + Math.abs(data[4 * i + 1] - g) + Math.abs(data[4 * i + 2] - b);
    if (off < 40 && data[4 * i + 3] > 200) columns[i % width] = Math.floor(i / width) / height;
  }
  return columns;
}"""
# how many steps the caption says it has learned
STEPS = "+(document.querySelector('.draw-curve .draw-caption').textContent.match(/step (\\d+)/) || [0, 0])[1]"
ORANGE = [213, 94, 0]
ORANGE_IN_THE_DARK = [240, 134, 58]


class Desk:
    """The page with the widgets, from disk, in a window without a network.

    Attributes:
        visit: What goes wrong on the page.
        page: The browser's page.
    """

    def __init__(self, context: BrowserContext, site: Path, name: str = "draw") -> None:
        context.set_offline(True)
        self.visit = Visit(context.new_page())
        self.page: Page = self.visit.page
        self.page.goto((site / f"{name}.html").as_uri())
        self.widget = self.page.locator(".draw-curve")
        self.paper = self.widget.locator("canvas")
        if self.paper.count():
            self.paper.scroll_into_view_if_needed()

    @property
    def wrong(self) -> list[str]:
        """Return what went wrong, and the addresses of requests that left the disk."""
        return self.visit.wrong + [url for url in self.visit.requests if not url.startswith("file:")]

    def press(self, name: str) -> None:
        """Press a button of the curve's."""
        self.widget.get_by_role("button", name=name).click()

    def said(self) -> str:
        """Return what the live line says."""
        return self.widget.get_by_role("status").inner_text()

    def wait_for(self, words: str) -> str:
        """Wait until the live line has said some words, and return all it says."""
        expect(self.widget.get_by_role("status")).to_contain_text(words, timeout=20_000)
        return self.said()

    def orange(self, colour: list[int] = ORANGE) -> list[float | None]:
        """Return how far down the drawn curve is in each column of the paper, as a share of its height."""
        return self.paper.evaluate(COLUMNS, colour)

    def draw(self, *places: tuple[float, float]) -> None:
        """Draw by mouse through some places, as shares of the paper's width and height."""
        box = self.paper.bounding_box()
        spots = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
        self.page.mouse.move(*spots[0])
        self.page.mouse.down()
        for spot in spots[1:]:
            self.page.mouse.move(*spot, steps=5)
        self.page.mouse.up()


@pytest.fixture
def open_desk(browser: Browser, site: Path) -> Iterator[Callable[..., Desk]]:
    """Return what opens the page in a new window: a function of the window's options."""
    contexts = []

    def open_one(name: str = "draw", **options: object) -> Desk:
        contexts.append(browser.new_context(**({"viewport": {"width": 1400, "height": 1000}} | options)))
        return Desk(contexts[-1], site, name)

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    """Return the page in a window of a laptop's size, without motion."""
    return open_desk(reduced_motion="reduce")


def errors(text: str) -> list[float]:
    """Return the numbers with a point that a sentence holds."""
    return [float(number) for number in re.findall(r"\d+\.\d+(?:e-\d+)?", text)]


@pytest.mark.parametrize("ready", ["wave", "sawtooth", "step", "scribble", "spike"])
def test_lesson_02_s_network_follows_every_ready_curve(desk: Desk, ready: str) -> None:
    """2048 bumps learn each curve in 200 steps, from three seeds: what is left is at most 0.12 of its deviation."""
    assert all(desk.page.evaluate(FIT, [ready, seed]) <= 0.12 for seed in (1, 2, 43052))


def test_built_network_obeys_the_bound(desk: Desk) -> None:
    """For every ready curve and several m, the error that is said is within the bound that is said."""
    for ready in ("Wave", "Sawtooth", "Spike"):
        desk.press(ready)
        for key in ("Home", "PageUp", "End"):
            desk.widget.get_by_role("slider").press(key)
            error, bound, _ = errors(desk.wait_for("The bound"))
            assert 0 < error <= bound


def test_network_is_wrong_between_the_points(desk: Desk) -> None:
    """2048 nodes that learned a step from 200 points are right at the points and wrong between them, and it is said."""
    desk.press("1: between the points")
    _, _, at_points, everywhere = errors(desk.wait_for("1-2048-1"))
    assert at_points < 0.05
    assert everywhere > 0.15


def test_weights_exist_that_training_does_not_find(desk: Desk) -> None:
    """16 ReLU nodes can follow the wave, 199 have no error at all, and 16 trained ones are far from it."""
    desk.press("2: the weights exist")
    assert errors(desk.wait_for("bent line"))[-1] < 0.2
    desk.press("3: training misses them")
    assert errors(desk.wait_for("1-16-1"))[-1] > 0.5
    desk.press("Build it")
    slider = desk.widget.get_by_role("slider")
    while "199 cells" not in slider.get_attribute("aria-valuetext"):
        slider.press("ArrowRight")
    assert errors(desk.wait_for("199 straight pieces"))[-1] == 0


def test_caption_says_all_that_was_chosen(desk: Desk) -> None:
    """Activation, m, seed, rate and steps are in the sentence of a trained network, as they were chosen."""
    desk.press("Let it learn")
    desk.wait_for("1-2048-1")
    desk.widget.get_by_label("Activation").select_option("sigmoid")
    desk.widget.get_by_role("slider").press("Home")
    desk.widget.get_by_label("Learning rate").select_option("0.01")
    desk.widget.get_by_label("Seed").fill("7")
    desk.widget.get_by_label("Seed").press("Enter")
    desk.wait_for("Network 1-1-1 with sigmoid, PyTorch’s start from seed 7, Adam with rate 0.01, 200 steps:")
    desk.press("200 more steps")
    desk.wait_for("400 steps")
    assert desk.widget.locator(".draw-caption").inner_text() == desk.said()


def test_paths_may_part_at_a_large_rate(desk: Desk) -> None:
    """With bumps, and a rate above 0.001, the page says that PyTorch may go another way."""
    desk.widget.get_by_label("Learning rate").select_option("0.003")
    desk.press("Let it learn")
    desk.wait_for("another way")


def test_drawing_by_mouse(open_desk: Callable[..., Desk]) -> None:
    """A stroke draws, in either direction; a stroke back overwrites; gaps are filled; then the built network rises."""
    desk = open_desk()
    desk.draw((0.3, 0.2), (0.6, 0.2))
    built = desk.wait_for("Built, not trained")
    high = desk.orange()
    assert all(y is not None for y in high[4:-4])  # level beyond the stroke
    assert high[len(high) // 2] == pytest.approx(0.2, abs=0.03)
    desk.draw((0.9, 0.7), (0.4, 0.7))
    desk.page.wait_for_function(
        "before => document.querySelector('.draw-curve [role=status]').textContent !== before", arg=built
    )
    low = desk.orange()
    assert low[len(low) // 2] == pytest.approx(0.7, abs=0.03)
    assert low[len(low) // 3] == pytest.approx(0.2, abs=0.03)
    assert desk.wrong == []


def test_drawing_by_touch_and_scrolling_beside_it(open_desk: Callable[..., Desk]) -> None:
    """On a phone a finger draws on the paper, and the page stays; beside the paper it scrolls."""
    desk = open_desk(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    touch = desk.page.context.new_cdp_session(desk.page)

    def swipe(places: list[tuple[float, float]]) -> None:
        for kind, (x, y) in zip(["touchStart", *["touchMove"] * (len(places) - 1)], places, strict=True):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
            desk.page.wait_for_timeout(20)
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        desk.page.wait_for_timeout(300)

    box = desk.paper.bounding_box()
    top = desk.page.evaluate("scrollY")
    left, middle = box["x"] + 20, box["y"] + box["height"] / 2
    swipe([(left + 10 * i, middle - 8 * i) for i in range(12)])
    desk.wait_for("Built, not trained")
    assert desk.page.evaluate("scrollY") == top
    orange = [y for y in desk.orange() if y is not None]
    assert max(orange) - min(orange) > 0.2
    below = desk.widget.locator(".draw-caption").bounding_box()
    swipe([(60, below["y"] + 5 - 12 * i) for i in range(12)])
    assert desk.page.evaluate("scrollY") > top
    touching = desk.page.evaluate(
        "[...document.querySelectorAll('*')].filter((e) => getComputedStyle(e).touchAction === 'none')"
        ".map((e) => e.tagName)"
    )
    assert set(touching) == {"CANVAS"}
    assert desk.wrong == []


def test_everything_by_keyboard(desk: Desk) -> None:
    """All buttons and choices are reached by Tab, and work by Space, in the order in which they stand."""
    desk.widget.get_by_role("button", name="Build it").focus()
    names = []
    for _ in range(18):
        names.append(
            desk.page.evaluate("(document.activeElement.closest('label') || document.activeElement).innerText.trim()")
        )
        if names[-1] == "Spike":
            desk.page.keyboard.press("Space")
        desk.page.keyboard.press("Tab")
    assert names[:4] == ["Build it", "Let it learn", "200 more steps", "Copy as PyTorch"]
    assert [name for name in names if name in ("Wave", "Spike", "1: between the points")] == [
        "Wave",
        "Spike",
        "1: between the points",
    ]
    assert "L = 4.99" in desk.said()


def test_motion_and_calm(open_desk: Callable[..., Desk]) -> None:
    """A network rises and learns in many frames; for who asks for less motion, the end shows at once."""
    count = """() => { window.seen = new Set(); const c = document.querySelector('.draw-curve .draw-caption');
      new MutationObserver(() => window.seen.add(c.textContent)).observe(c, { childList: true }); }"""
    for motion, least, most in (("no-preference", 4, 300), ("reduce", 1, 1)):
        desk = open_desk(reduced_motion=motion)
        desk.wait_for("Built")
        desk.page.evaluate(count)
        desk.press("Let it learn")
        desk.wait_for("1991 places, between")
        assert least <= desk.page.evaluate("window.seen.size") <= most


def assert_rests(desk: Desk) -> None:
    """Assert that training has begun, is not at its end, and takes no step in half a second."""
    desk.page.wait_for_timeout(300)
    before = desk.page.evaluate(STEPS)
    desk.page.wait_for_timeout(500)
    assert 0 < desk.page.evaluate(STEPS) == before < 200


def test_nothing_runs_off_screen(open_desk: Callable[..., Desk]) -> None:
    """Training rests while the paper is out of sight, and goes on when it is back."""
    desk = open_desk(viewport={"width": 1400, "height": 500})
    desk.widget.get_by_label("Activation").select_option("sigmoid")
    desk.page.evaluate("document.querySelector('.draw-curve .draw-main').click()")
    desk.page.wait_for_function(f"{STEPS} > 2")
    desk.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert_rests(desk)
    desk.paper.scroll_into_view_if_needed()
    desk.wait_for("200 steps")


def test_nothing_runs_hidden(open_desk: Callable[..., Desk]) -> None:
    """Training rests while another tab is in front, and goes on when the page is back."""
    desk = open_desk()
    hide = """hidden => { Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange")); }"""
    desk.widget.get_by_label("Activation").select_option("sigmoid")
    desk.press("Let it learn")
    desk.page.wait_for_function(f"{STEPS} > 2")
    desk.page.evaluate(hide, True)
    assert_rests(desk)
    desk.page.evaluate(hide, False)
    desk.wait_for("200 steps")


def test_theme_redraws(desk: Desk) -> None:
    """When the page turns dark, so does the curve's colour, at once."""
    desk.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    desk.page.wait_for_timeout(300)
    assert len([y for y in desk.orange(ORANGE_IN_THE_DARK) if y is not None]) > 300
    assert len([y for y in desk.orange(ORANGE) if y is not None]) < 50


def test_words_come_from_the_page(open_desk: Callable[..., Desk]) -> None:
    """No script holds a word that is shown: each is a paragraph of draw.md, and each of these is used."""
    desk = open_desk()
    classes = desk.page.eval_on_selector_all(".draw-words > p", "all => all.map((each) => each.className)")
    assert len(classes) == len(desk.page.query_selector_all(".draw-words p"))
    source = "".join((ROOT / "_static" / "draw" / name).read_text(encoding="utf-8") for name in SCRIPTS)
    unused = [
        name
        for name in classes
        if not re.search(rf"\b{re.escape(name.removeprefix('built-').removeprefix('size-'))}\b", source)
    ]
    assert unused == []
    shown = desk.page.eval_on_selector_all(
        ".draw-live :is(button, figcaption, option, label)",
        "all => all.map((each) => each.firstChild.textContent.trim())",
    )
    words = set(desk.page.eval_on_selector_all(".draw-words p", "all => all.map((each) => each.textContent.trim())"))
    assert {text for text in shown if text and not re.fullmatch(r"[\d.]+", text)} <= words


@pytest.fixture(scope="module")
def widgets(browser: Browser, site: Path) -> dict[str, Image.Image]:
    """Return the widgets as they are now, in the stills' form."""
    return stills.taken(browser, site)


@pytest.mark.parametrize("name", ["curve", "digit"])
def test_stills_show_what_the_widgets_do(widgets: dict[str, Image.Image], name: str) -> None:
    """The stored stills are the widgets as they are now, but for a machine's letters."""
    now = widgets[name].convert("L")
    stored = Image.open(stills.STILLS / f"{name}.png").convert("L")
    assert abs(now.width - stored.width) <= 2
    assert abs(now.height - stored.height) <= 40  # a line of letters may break elsewhere
    size = (min(now.width, stored.width), min(now.height, stored.height))
    pictures = [np.asarray(each.crop((0, 0, *size)), dtype=float) for each in (now, stored)]
    assert (np.abs(pictures[0] - pictures[1]) > 16).mean() < 0.01


def test_still_stands_without_scripts(open_desk: Callable[..., Desk]) -> None:
    """Where scripts are off, each widget is a picture that says what it shows, and no word of a script is in sight."""
    page = open_desk(java_script_enabled=False).page
    assert page.locator(".draw img").count() == 2
    for still in page.locator(".draw img").all():
        expect(still).to_be_visible()
        assert len(still.get_attribute("alt")) > 50
    for word in page.locator(".draw-words p").all():
        expect(word).to_be_hidden()


@pytest.mark.parametrize(
    ("page", "scripts"),
    [
        ("index", {"network.js", "stage.js", "curve.js"}),
        ("lectures/03-threes-and-sevens", {"stage.js", "weights.js", "digit.js"}),
        ("draw", {"network.js", "stage.js", "curve.js", "weights.js", "digit.js"}),
        ("lectures/01-one-hidden-layer", set()),
        ("guide/glossary", set()),
    ],
)
def test_scripts_are_loaded_where_they_are_needed(site: Path, page: str, scripts: set[str]) -> None:
    """A page loads a widget's scripts if it has the widget, and no page loads the training pictures by itself."""
    html = (site / f"{page}.html").read_text(encoding="utf-8")
    assert set(re.findall(r"_static/draw/([\w.]+\.js)", html)) == scripts


def test_scripts_are_small_and_ours() -> None:
    """All scripts together have at most 15 kB compressed, the weights 25 kB, the pictures 40 kB."""
    size = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in (ROOT / "_static" / "draw").glob("*.js")}
    assert size.keys() == {*SCRIPTS, "weights.js", "pictures.js"}
    assert sum(size[name] for name in SCRIPTS) <= 15_000
    assert size["weights.js"] <= 25_000
    assert size["pictures.js"] <= 40_000


@pytest.mark.parametrize("width", [390, 1400])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_nothing(open_desk: Callable[..., Desk], width: int, mode: str) -> None:
    """The widgets, alive and used, have no fault that axe knows."""
    desk = open_desk(viewport={"width": width, "height": 900}, color_scheme=mode, reduced_motion="reduce")
    desk.press("Let it learn")
    desk.wait_for("1-2048-1")
    desk.page.get_by_role("button", name="An eight").click()
    desk.page.add_script_tag(path=str(AXE))
    found = desk.page.evaluate("axe.run('.draw').then((found) => found.violations)")
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def copied(desk: Desk) -> str:
    """Press Copy as PyTorch, and return what a paste then brings."""
    desk.press("Copy as PyTorch")
    desk.wait_for("Copied")
    # to compare with what the cell prints
    expect(desk.widget.locator(".draw-caption")).to_contain_text("Largest error")
    desk.page.evaluate(
        "document.body.prepend(document.createElement('textarea')); document.querySelector('textarea').focus()"
    )
    desk.page.keyboard.press("Control+V")
    return desk.page.locator("textarea").first.input_value()


# of each kind of network: what to press, what is said in the end, and which of its numbers is the largest error
CHOICES = [
    (["Sawtooth", "Let it learn"], "1-2048-1", -1),
    (["Scribble"], "Built, not trained", 0),
    (["3: training misses them", "200 more steps"], "400 steps", -1),
    (["2: the weights exist"], "bent line", -1),
    (["4: 84 sigmoids"], "1-84-1", -1),
]


@pytest.mark.slow
def test_copied_cells_draw_the_same_curves(open_desk: Callable[..., Desk]) -> None:
    """The copied cell, run in a kernel, gives the page's largest error and a picture, for each kind of network."""
    notebook, expected = nbformat.v4.new_notebook(), []
    for presses, words, place in CHOICES:
        desk = open_desk(reduced_motion="reduce")
        for name in presses:
            desk.press(name)
        expected.append(errors(desk.wait_for(words))[place])
        notebook.cells.append(nbformat.v4.new_code_cell(copied(desk)))
    with kernel.environment():
        NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    for cell, error in zip(notebook.cells, expected, strict=True):
        printed = float(re.search(r"largest error: ([\d.e-]+)", cell.outputs[0].text)[1])
        assert printed == pytest.approx(error, abs=5.1e-4)
        assert any("image/svg+xml" in output.get("data", {}) for output in cell.outputs)


@pytest.mark.slow
def test_copied_cell_has_the_page_s_curve_to_the_ninth_place(desk: Desk) -> None:
    """At 1991 places the copied cell's network gives what the page's own does, but for 1e-9."""
    desk.press("Wave")
    desk.press("Let it learn")
    desk.wait_for("1-2048-1")
    source = copied(desk).split("print(")[0].replace("import matplotlib.pyplot as plt\n", "")
    scope: dict[str, object] = {}
    exec(source, scope)  # noqa: S102 — the page's own cell
    outputs = """() => { const s = new Draw.Sketch(); s.take(Draw.READY.wave);
      const n = Draw.Network.started("bump", 2048, 43052);
      const t = new Draw.Training(n, Draw.linspace(200), s.y, 0.001);
      for (let i = 0; i < 200; i++) t.step(); return Array.from(n.outputs(Draw.linspace(Draw.FINE))); }"""
    fit = scope["fit"].flatten().tolist()
    assert fit == pytest.approx(desk.page.evaluate(outputs), rel=0, abs=1e-9)
    assert scope["Bump"] is not reference.Bump


def test_front_page_has_the_curve_and_lesson_03_the_digit(open_desk: Callable[..., Desk]) -> None:
    """The front page opens with the curve, alive; lesson 03 has the digit, and its notebook only a link."""
    front = open_desk("index")
    expect(front.paper).to_be_in_viewport()
    front.press("Let it learn")
    front.wait_for("1-2048-1")
    lesson = front.page.context.new_page()
    lesson.goto(front.page.url.replace("index.html", "lectures/03-threes-and-sevens.html"))
    lesson.get_by_role("button", name="A barred seven").click()
    expect(lesson.locator(".draw-digit").get_by_role("status")).to_contain_text("It says 7")
    notebook = nbformat.read(ROOT / "lectures" / "03-threes-and-sevens.ipynb", as_version=4)
    assert [cell.id for cell in notebook.cells if "draw" in cell.source] == ["draw-digit"]
    assert front.wrong == []
