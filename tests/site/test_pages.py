"""Every page of the course's own site, as its readers meet it: over http and from disk, on a phone and on a laptop."""

import re
from pathlib import Path

import pytest
from pages import LESSON, LESSONS, NOTEBOOKS, PAGES, sideways
from playwright.sync_api import Browser, expect

from course.notebooks import ROOT

# what a page loads by itself, apart from what a reader may click
LOADED = re.compile(
    r"""<(?:script|link|img|iframe|source|video|audio|object)\b[^>]*\b(?:src|href|data)=["']?(\S+?)["'> ]"""
)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*PAGES, "search"])
def test_page_opens_without_any_fault(wide, address: str, name: str) -> None:
    """A page opens, with no console message, no failed request, no other host and no sideways scrolling."""
    page = wide.page
    if address.startswith("file:"):  # from disk as a phone, over http as a laptop: half the time of all four
        page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{address}/{name}.html")
    wide.scroll_through()
    expect(page.locator("#main-content h1:visible").first).to_be_visible()
    assert wide.wrong == []
    assert wide.strangers(address) == []
    assert sideways(page) == 0


@pytest.mark.parametrize("name", [*PAGES, "search"])
def test_page_names_no_other_host_in_what_it_loads(site: Path, name: str) -> None:
    """What a page loads by itself, it loads from the site, by a relative address."""
    page = re.sub(r'<link rel="canonical"[^>]*>', "", (site / f"{name}.html").read_text())  # a name, not a load
    for url in LOADED.findall(page):
        assert not re.match(r"[a-z]+:|//", url), url


def test_site_holds_the_pages_of_the_contents_and_no_other(site: Path) -> None:
    """The site's pages are those of _toc.yml, the search, and what is shown where no page is."""
    found = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")}
    assert {name for name in found if not name.startswith("_")} == {*PAGES, "search", "404"}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_pictures_say_what_they_show_and_keep_their_place(wide, site: Path, name: str) -> None:
    """Every picture has alt text, width and height, comes late, and is there once one has scrolled to it."""
    wide.page.goto((site / f"{name}.html").as_uri())
    wide.scroll_through()
    pictures = wide.page.locator("article img").evaluate_all(
        "all => all.map(img => ({alt: img.alt, width: img.getAttribute('width'), height: img.getAttribute('height'),"
        " loading: img.loading, natural: img.naturalWidth, still: !!img.closest('figure.chart, .draw')}))"
    )
    for picture in pictures:
        assert picture["alt"].strip()
        assert int(picture["width"]) > 0
        assert int(picture["height"]) > 0
        assert picture["loading"] == "lazy"
        assert picture["natural"] > 0 or picture["still"], picture["alt"]  # what is live hides its still


@pytest.mark.parametrize("name", LESSONS)
def test_code_of_a_lesson_fits_beside_both_contents(wide, site: Path, name: str) -> None:
    """On a laptop no cell of a lesson has to be scrolled sideways to be read."""
    wide.page.goto((site / f"{name}.html").as_uri())
    wider = "all => all.filter(pre => pre.scrollWidth > pre.clientWidth).map(pre => pre.textContent)"
    assert wide.page.locator(".cell_input pre").evaluate_all(wider) == []


@pytest.mark.parametrize("name", LESSONS)
def test_lesson_holds_a_formula_a_table_and_a_chart(wide, site: Path, name: str) -> None:
    """Each lesson's page shows what lessons are made of, so that the tests of pages meet them; 04 is about drawings."""
    wide.page.goto((site / f"{name}.html").as_uri())
    data = [".cell_output img"] if name.startswith("lectures/04") else [".cell_output table", "figure.chart"]
    for selector in (".katex math", "article details", *data):
        assert wide.page.locator(selector).count() > 0, selector


@pytest.mark.slow
def test_next_leads_through_all_pages_and_previous_back(wide, address: str) -> None:
    """From the first page, Next leads through all pages in the order of the contents, and Previous back."""
    page = wide.page
    page.goto(f"{address}/index.html")
    for name in PAGES[1:]:
        page.locator("a.right-next").click()
        page.wait_for_url(f"{address}/{name}.html", wait_until="networkidle")
    for name in reversed(PAGES[:-1]):
        page.locator("a.left-prev").click()
        page.wait_for_url(f"{address}/{name}.html", wait_until="networkidle")
    assert wide.wrong == []


def test_sidebar_leads_to_a_lesson(visit, address: str) -> None:
    """The sidebar, which a phone unfolds first, leads to a lesson."""
    page = visit.page
    page.goto(f"{address}/index.html")
    if page.viewport_size["width"] < 1000:
        page.locator("button.primary-toggle").click()
    page.locator(f"nav.all-pages a[href$='{LESSON}.html']").click()
    page.wait_for_url(f"{address}/{LESSON}.html")
    assert visit.wrong == []


def test_search_finds_a_word_of_the_lesson(visit, address: str) -> None:
    """The search on a page finds the lesson by a word of its text, and the result leads there."""
    page = visit.page
    page.goto(f"{address}/guide/glossary.html")
    page.locator("button.open-search").click()
    page.locator("#search-dialog input[type=search]").fill("sevens")
    page.keyboard.press("Enter")
    result = page.locator(f"#search-results a[href*='{LESSON}.html']").first
    expect(result).to_be_visible()
    result.click()
    page.wait_for_url(re.compile(re.escape(f"{address}/{LESSON}.html")))
    assert visit.wrong == []
    assert visit.strangers(address) == []


def test_copy_button_copies_the_code(browser: Browser, address: str) -> None:
    """The button at a cell puts the cell's code on the clipboard."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    if address.startswith("http"):
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    page = context.new_page()
    page.goto(f"{address}/{LESSON}.html")
    cell = page.locator("div.cell_input").first
    cell.hover()
    cell.locator("button.copybtn").click()
    expect(cell.locator("button.copybtn.success")).to_be_visible()
    page.evaluate(
        "document.body.prepend(document.createElement('textarea')); document.querySelector('textarea').focus()"
    )
    page.keyboard.press("Control+V")
    assert page.locator("textarea").first.input_value().strip() == cell.locator("pre").inner_text().strip()
    context.close()


def test_dark_mode_is_chosen_and_remembered(visit, address: str) -> None:
    """The button turns the page dark, the next page too, and light again."""
    page = visit.page
    page.goto(f"{address}/index.html")
    button = page.locator("button.theme-switch-button:visible").first

    def background() -> str:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    seen = {}
    for _ in range(3):
        button.click()
        seen[page.evaluate("document.documentElement.dataset.mode")] = background()
    assert seen.keys() == {"light", "dark", "auto"}
    assert seen["light"] == "rgb(255, 255, 255)"
    assert seen["dark"] == "rgb(20, 23, 28)"
    while page.evaluate("document.documentElement.dataset.mode") != "dark":
        button.click()
    page.goto(f"{address}/{LESSON}.html")
    assert background() == "rgb(20, 23, 28)"
    assert visit.wrong == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_opens_in_colab_and_downloads(visit, site: Path, name: str) -> None:
    """A notebook's page has a button to Colab in sight, and its notebook to download, byte for byte."""
    page = visit.page
    page.goto((site / f"{name}.html").as_uri())
    button = page.get_by_role("link", name="Open in Colab")
    expect(button).to_be_in_viewport()
    assert re.fullmatch(
        rf"https://colab\.research\.google\.com/github/[^/]+/[^/]+/blob/.+/{re.escape(name)}\.ipynb",
        button.get_attribute("href"),
    )
    source = page.locator("a.btn-download-source-button").first.get_attribute("href")
    assert (site / f"{name}.html").parent.joinpath(source).read_bytes() == (ROOT / f"{name}.ipynb").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_page_is_readable_without_scripts(browser: Browser, site: Path, name: str) -> None:
    """With scripts off a page shows its text, its formulas, its pictures and its charts' stills, and answers unfold."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto((site / f"{name}.html").as_uri())
    expect(page.locator("article h1")).to_be_visible()
    expect(page.locator("article p").first).to_be_visible()
    for selector in ("figure.chart > img", ".katex-html", ".cell_output img"):
        for found in page.locator(selector).all():
            if found.locator("xpath=ancestor::details[not(@open)]").count() == 0:
                expect(found).to_be_visible()
    for fold in page.locator("article details").all():
        fold.locator("summary").first.click()
        expect(fold.locator(":scope > :not(summary)").first).to_be_visible()
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_print_opens_answers_and_shows_stills(wide, site: Path, name: str) -> None:
    """On paper, answers are open, and a chart that came alive is its still again."""
    page = wide.page
    page.goto((site / f"{name}.html").as_uri())
    wide.scroll_through()
    page.emulate_media(media="print")
    for fold in page.locator("article details").all():
        assert fold.locator(":scope > :not(summary)").first.bounding_box()["height"] > 0
    # what fades in when it opens is not there yet when the page is taken
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not page.evaluate("document.getAnimations().filter(each => each.effect.target.closest('details')).length")
    for chart in page.locator("figure.chart").all():
        expect(chart.locator("> img")).to_be_visible()
        expect(chart.locator(".chart-live")).to_be_hidden()
    expect(page.locator("nav.all-pages")).to_be_hidden()


@pytest.mark.slow
def test_paper_is_light(wide, site: Path) -> None:
    """Who reads in the dark prints dark letters on white, and reads on in the dark."""
    page = wide.page
    page.goto((site / f"{LESSON}.html").as_uri())
    while page.locator("html").get_attribute("data-mode") != "dark":
        page.locator(".theme-switch-button").click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("html").get_attribute("data-theme") == "light"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_front_page_shows_every_lesson_with_a_figure_of_its_own(wide, site: Path) -> None:
    """The front page has each lesson in order, with its title and a picture that the lesson's own page shows too."""
    wide.page.goto((site / "index.html").as_uri())
    entries = wide.page.locator(".lesson")
    assert entries.count() == len(list((ROOT / "lectures").glob("*.ipynb")))
    for entry, name in zip(entries.all(), LESSONS, strict=True):
        lesson = (site / f"{name}.html").read_text()
        assert entry.locator("a").get_attribute("href") == f"{name}.html"
        assert f"<h1>{entry.locator('a').inner_text().strip()}<" in lesson
        assert entry.locator("img").get_attribute("src") in lesson
        assert entry.locator("img").get_attribute("alt").strip()


def test_links_of_a_printed_page_say_where_they_lead(wide, site: Path) -> None:
    """On paper a link to elsewhere is followed by its address; bars, lists of pages and buttons are gone."""
    page = wide.page
    page.goto((site / "guide/credits.html").as_uri())
    page.emulate_media(media="print")
    link = page.locator("article a.external").first
    assert link.get_attribute("href") in link.evaluate("each => getComputedStyle(each, '::after').content")
    for gone in ("header.bar", "nav.all-pages", "nav.on-this-page", ".prev-next", ".foot-links"):
        expect(page.locator(gone)).to_be_hidden()
    assert page.pdf().startswith(b"%PDF")


def test_printed_page_has_the_letters_of_all_its_formulas(wide, site: Path) -> None:
    """A page that nobody has scrolled through holds all of its fonts once it is there, as paper shows all of it."""
    page = wide.page
    page.goto((site / f"{LESSON}.html").as_uri())
    page.wait_for_function("!document.documentElement.classList.contains('is-new')")
    page.wait_for_load_state("networkidle")
    missing = page.evaluate(
        "[...document.fonts].filter(face => face.family.includes('KaTeX_Math') && face.status === 'loading').length"
    )
    assert missing == 0
    assert page.evaluate("[...document.fonts].some(f => f.family.includes('KaTeX_Math') && f.status === 'loaded')")


@pytest.mark.parametrize("name", LESSONS)
def test_no_line_begins_with_the_comma_behind_a_formula(wide, site: Path, name: str) -> None:
    """However wide the page is, a comma or full stop stands on the line on which the formula before it ends."""
    wide.page.goto((site / f"{name}.html").as_uri())
    found = wide.page.evaluate("""() => {
      const marks = [];
      for (const span of document.querySelectorAll("article .unbroken:has(> .math)")) {
        const text = span.lastChild, pieces = span.querySelectorAll(".katex-base");
        if (text.nodeType === Node.TEXT_NODE) marks.push([pieces[pieces.length - 1], text]);
      }
      const parted = new Set();
      for (let width = 300; width < 420; width += 3) {
        document.querySelector("article").style.width = `${width}px`;
        for (const [piece, text] of marks) {
          const range = document.createRange();
          range.selectNode(text);
          const box = range.getBoundingClientRect();
          const end = piece.getBoundingClientRect().right;
          if (box.height && box.left < end - 5) parted.add(`${width}: ${text.parentNode.textContent}`);
        }
      }
      return [marks.length, [...parted]];
    }""")
    assert found[0]
    assert found[1] == []


@pytest.mark.parametrize("name", LESSONS)
def test_a_work_is_called_in_the_list_what_the_text_calls_it(wide, site: Path, name: str) -> None:
    """Who reads of LeCun et al., 1998, finds that name at the foot of the page."""
    wide.page.goto((site / f"{name}.html").as_uri())
    pairs = wide.page.evaluate("""() => [...document.querySelectorAll("article p a.internal")].map((link) => {
      const work = document.querySelector(`.citation[id="${link.hash.slice(1)}"]`);
      return work && [link.textContent, work.querySelector(".label").textContent];
    }).filter(Boolean)""")
    assert pairs
    for called, label in pairs:  # within a sentence the year alone is a link
        assert label in (f"[{called}]", f"{label.rpartition(' ')[0]} {called}]")
