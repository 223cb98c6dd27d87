"""A chart that moves, in a real browser: from disk, with the keyboard, by touch, and where Vega is missing."""

import re
import shutil
from pathlib import Path

import pytest
from pages import LESSONS
from playwright.sync_api import Browser, Locator, Page, expect

ALT = "A curve through eleven points, the powers of x; a slider changes the exponent."


def curve(page: Page) -> str:
    """Return the drawn curve's path."""
    return page.locator("figure.chart svg .mark-line path").get_attribute("d")


def approach(page: Page) -> Locator:
    """Scroll to the chart, and return it once it is alive."""
    chart = page.locator("figure.chart")
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_class(re.compile("is-live"))
    return chart


def test_vega_is_loaded_once_and_only_when_a_chart_is_near(wide, everything: Path) -> None:
    """Vega is not asked for while its chart is far below the window, and once when it comes near."""
    page = wide.page
    page.set_viewport_size({"width": 1400, "height": 200})
    page.goto((everything / "lesson.html").as_uri())
    page.wait_for_timeout(500)
    assert not [url for url in wide.requests if "vega" in url]
    approach(page)
    assert len([url for url in wide.requests if "vega" in url]) == 3
    assert wide.wrong == []


def test_chart_takes_the_still_s_place_and_says_the_same(visit, everything: Path) -> None:
    """The live chart stands in the still's place, is named by the still's alt text, fits, and links nowhere."""
    page = visit.page
    page.goto((everything / "lesson.html").as_uri())
    chart = approach(page)
    expect(chart.locator("> img")).to_be_hidden()
    assert chart.locator(".chart-live").get_attribute("aria-label") == ALT
    assert chart.locator("a, summary").count() == 0
    assert chart.evaluate("figure => figure.scrollWidth <= figure.clientWidth")
    assert visit.wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_chart_that_comes_alive_moves_nothing_below_it(visit, site: Path, name: str) -> None:
    """A chart with its controls is as high as its still and the room below that, on a phone and on a laptop."""
    page = visit.page
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => {"
        " window.heights = [...document.querySelectorAll('figure.chart')].map(each => each.offsetHeight); })"
    )
    page.goto((site / f"{name}.html").as_uri())
    visit.scroll_through()
    now = page.locator("figure.chart").evaluate_all("all => all.map(each => each.offsetHeight)")
    assert now == pytest.approx(page.evaluate("heights"), abs=2)


def test_slider_moves_the_chart_by_keyboard(wide, everything: Path) -> None:
    """The slider is reached by the keyboard, is named, and its keys change the curve."""
    page = wide.page
    page.goto((everything / "lesson.html").as_uri())
    approach(page)
    before = curve(page)
    slider = page.get_by_role("slider", name="power")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("3")
    page.wait_for_function(
        "before => document.querySelector('figure.chart svg .mark-line path').getAttribute('d') !== before", arg=before
    )


def test_slider_moves_the_chart_by_touch(browser: Browser, everything: Path) -> None:
    """On a phone a tap on the slider changes the curve, and the slider is large enough for a finger."""
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto((everything / "lesson.html").as_uri())
    approach(page)
    before = curve(page)
    slider = page.get_by_role("slider", name="power")
    box = slider.bounding_box()
    assert box["height"] >= 24
    page.touchscreen.tap(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    expect(slider).to_have_value("4")
    assert curve(page) != before
    context.close()


def test_still_stays_where_vega_cannot_be_loaded(wide, everything: Path, tmp_path: Path) -> None:
    """Where Vega is missing, the still stays in its place."""
    site = shutil.copytree(everything, tmp_path / "site")
    (site / "_static" / "vendor" / "vega" / "vega.min.js").unlink()
    page = wide.page
    page.goto((site / "lesson.html").as_uri())
    page.locator("figure.chart").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    expect(page.locator("figure.chart > img")).to_be_visible()
    assert (
        page.locator("figure.chart").evaluate("figure => figure.querySelector('.chart-live')?.clientHeight || 0") == 0
    )
    assert page.locator(".chart-room").count() == 0


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_figures_stand_on_light_paper(browser: Browser, everything: Path, mode: str) -> None:
    """A figure and a chart have a white ground in both modes, so that their dark lines are seen."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme=mode)
    page = context.new_page()
    page.goto((everything / "lesson.html").as_uri())
    approach(page)
    assert page.evaluate("document.documentElement.dataset.theme") == mode
    grounds = page.locator(".cell_output img, .chart-live").evaluate_all(
        "all => all.map(each => getComputedStyle(each).backgroundColor)"
    )
    assert len(grounds) >= 3
    if mode == "dark":
        assert set(grounds) == {"rgb(255, 255, 255)"}
    context.close()


def test_formula_wider_than_a_phone_scrolls_in_itself(browser: Browser, everything: Path) -> None:
    """On a narrow phone a long formula scrolls in itself, from its first sign on, and the page does not."""
    context = browser.new_context(viewport={"width": 300, "height": 800})
    page = context.new_page()
    page.goto((everything / "formulas.html").as_uri())
    formula = page.locator("div.math .katex-display").first
    assert formula.evaluate("each => each.scrollWidth > each.clientWidth")
    start = formula.locator(".katex-base").first.bounding_box()["x"]
    assert start >= formula.bounding_box()["x"]
    assert page.evaluate("document.documentElement.scrollWidth") == 300
    context.close()
