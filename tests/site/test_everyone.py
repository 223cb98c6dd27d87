"""The pages are for everyone: with a screen reader, a keyboard, a magnifier, a narrow screen, in light and dark."""

import re
from pathlib import Path

import pytest
from pages import LESSON, LESSONS, PAGES, sideways
from playwright.sync_api import Browser, Page, expect

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
GOOD_PRACTICE = (
    "heading-order", "landmark-one-main", "landmark-unique", "page-has-heading-one", "region", "skip-link", "tabindex",
)  # fmt: skip
# what is laid out late is looked at as well
ALL_THERE = "() => !document.documentElement.classList.contains('is-new')"
SEEN = """() => {
  const each = document.activeElement, style = getComputedStyle(each);
  const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return {what: each.outerHTML.slice(0, 300), seen};
}"""


def faults(page: Page) -> list[str]:
    """Return what axe finds: the rule, and the places that break it."""
    page.wait_for_function(ALL_THERE)
    page.evaluate("document.querySelectorAll('article details').forEach(each => { each.open = true; })")
    page.wait_for_timeout(100)  # what now scrolls gets its place in the order of the keyboard
    page.evaluate("() => Promise.all(document.getAnimations().map(each => each.finished))")  # folds fade in
    page.evaluate(AXE)
    options = {
        "runOnly": RULES,
        "rules": {rule: {"enabled": True} for rule in GOOD_PRACTICE},
        "resultTypes": ["violations"],
    }
    # the letters of formulas, nine in ten of all tags, are hidden from screen readers and have the colour of their line
    scope = {"exclude": [[".katex-html"]]}
    found = page.evaluate("([scope, options]) => axe.run(scope, options)", [scope, options])["violations"]
    return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]]


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "width"), [("light", 1400), ("dark", 390)])
@pytest.mark.parametrize("name", [*PAGES, "search", "404"])
def test_axe_finds_nothing(browser: Browser, site: Path, name: str, mode: str, width: int) -> None:
    """No rule of WCAG 2.2 AA that axe can check is broken, nor those on headings and landmarks, folds open."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=mode)
    page = context.new_page()
    page.goto((site / f"{name}.html").as_uri())
    assert faults(page) == []
    context.close()


def test_axe_finds_what_is_wrong(wide, site: Path) -> None:
    """The check is one that can fail: pale letters, a picture without words and a skipped heading are found."""
    wide.page.goto((site / "guide/errata.html").as_uri())
    wide.page.evaluate(
        "document.querySelector('article').innerHTML += '<img src=x><h5>?</h5><p style=\"color:#ccc\">pale</p>'"
    )
    found = {fault.split(":")[0] for fault in faults(wide.page)}
    assert {"color-contrast", "image-alt", "heading-order"} <= found


@pytest.mark.slow
@pytest.mark.parametrize("name", [*PAGES, "search", "404"])
def test_page_fits_a_small_screen_and_a_magnified_one(browser: Browser, site: Path, name: str) -> None:
    """At 320 pixels, and at 200 % of a laptop's window, nothing but code, tables and formulas scrolls sideways."""
    for width in (320, 640):
        context = browser.new_context(viewport={"width": width, "height": 450})
        page = context.new_page()
        page.goto((site / f"{name}.html").as_uri())
        page.wait_for_function(ALL_THERE)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        assert sideways(page) == 0
        context.close()


def test_keyboard_skips_to_the_text(wide, site: Path) -> None:
    """The first key press shows a link that skips to the text; from there the next one goes on in the text."""
    page = wide.page
    page.goto((site / f"{LESSON}.html").as_uri())
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    assert page.locator(".skip-link").bounding_box()["height"] > 20
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_focus_is_seen_wherever_the_keyboard_goes(browser: Browser, site: Path, mode: str) -> None:
    """Whatever Tab reaches, all through a page, is outlined."""
    context = browser.new_context(viewport={"width": 390, "height": 900}, color_scheme=mode)
    page = context.new_page()
    page.goto((site / "guide/run-it.html").as_uri())
    count = page.locator("a:visible, button:visible").count()
    reached = set()
    for _ in range(count):
        page.keyboard.press("Tab")
        focus = page.evaluate(SEEN)
        assert focus["seen"], focus["what"]
        reached.add(focus["what"])
    assert len(reached) > 15
    context.close()


def test_navigation_opens_and_closes_by_keyboard(browser: Browser, site: Path) -> None:
    """On a phone's width Enter opens the list of pages and the contents, Escape closes them; without scripts too."""
    for scripts in (True, False):
        context = browser.new_context(viewport={"width": 390, "height": 900}, java_script_enabled=scripts)
        page = context.new_page()
        page.goto((site / f"{LESSON}.html").as_uri())
        for button, drawer in ((".primary-toggle", "nav.all-pages"), (".secondary-toggle", "nav.on-this-page")):
            page.locator(button).focus()
            page.keyboard.press("Enter")
            expect(page.locator(drawer)).to_be_visible()
            page.keyboard.press("Escape")
            expect(page.locator(drawer)).to_be_hidden()
        context.close()


def test_search_opens_by_keyboard(wide, site: Path) -> None:
    """Ctrl+K opens the search with the cursor in its field, and Escape closes it."""
    wide.page.goto((site / "index.html").as_uri())
    wide.page.keyboard.press("Control+k")
    expect(wide.page.locator("#search-dialog input")).to_be_focused()
    wide.page.keyboard.press("Escape")
    expect(wide.page.locator("#search-dialog")).to_be_hidden()


def test_nothing_moves_for_who_asked_for_rest(browser: Browser, site: Path) -> None:
    """Where the reader's system asks for less motion, nothing on a page is animated or fades."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto((site / f"{LESSON}.html").as_uri())
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(each => { const s = getComputedStyle(each);"
        " return s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0"
        " || s.scrollBehavior === 'smooth'; }).length"
    )
    assert moving == 0
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_tables_have_headers_and_pages_a_language(site: Path, name: str) -> None:
    """Every table says what its columns are, and the page says its language."""
    page = (site / f"{name}.html").read_text(encoding="utf-8")
    assert re.search(r'<html[^>]* lang="[a-z]{2}"', page)
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        assert "<th" in table


@pytest.mark.parametrize("name", LESSONS)
def test_formulas_are_there_to_hear_and_to_copy(site: Path, name: str) -> None:
    """Every formula is in MathML, with its TeX; what is seen is hidden from a screen reader; none failed."""
    page = (site / f"{name}.html").read_text(encoding="utf-8")
    shown = page.count('<span class="katex">')
    assert shown > 0
    assert page.count("<math ") == page.count('<annotation encoding="application/x-tex">') == shown
    assert page.count('<span class="katex-html" aria-hidden="true">') == shown
    assert "katex-error" not in page


def test_formula_is_copied_as_tex(browser: Browser, site: Path) -> None:
    """Who selects a sentence with a formula and copies it gets the formula's TeX."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto((site / f"{LESSON}.html").as_uri())
    formula = page.locator("article p .katex, article li .katex").first
    tex = formula.locator("annotation").text_content().strip()
    formula.evaluate("each => getSelection().selectAllChildren(each.closest('p'))")
    page.keyboard.press("Control+C")
    page.evaluate(
        "document.body.prepend(document.createElement('textarea')); document.querySelector('textarea').focus()"
    )
    page.keyboard.press("Control+V")
    assert f"${tex}$" in page.locator("textarea").input_value()
    context.close()
