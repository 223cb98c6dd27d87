"""Pages are light: they hold their style, load one script, and bring no rule, font or icon that no page uses."""

import time
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest
from pages import LESSONS
from playwright.sync_api import Browser

from course.site import bench, bundle


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        pytest.param("p { a: b }", "p{a: b}", id="a tag that is there"),
        pytest.param("video { a: b }", "", id="a tag that is not"),
        pytest.param(".note, .other { a: b }", ".note{a: b}", id="of two selectors one"),
        pytest.param("p.other { a: b }", "", id="a class that is not there"),
        pytest.param("#top > p { a: b }", "#top > p{a: b}", id="an id that is there"),
        pytest.param("p:not(.other):hover { a: b }", "p:not(.other):hover{a: b}", id="not to have a class needs none"),
        pytest.param("p::before { a: b }", "p::before{a: b}", id="a pseudo-element is no tag"),
        pytest.param('p[data-x="other"] { a: b }', 'p[data-x="other"]{a: b}', id="attributes are no names"),
        pytest.param("* { a: b }", "*{a: b}", id="everything"),
        pytest.param("@media print { .other { a: b } }", "", id="a query without a rule"),
        pytest.param("@media print { p { a: b } }", "@media print{p{a: b}}", id="a query with one"),
        pytest.param('@import "x.css";', "", id="an import, whose sheet is joined"),
        pytest.param("/* hm */", "", id="a comment"),
    ],
)
def test_only_rules_that_may_apply_stay(css: str, kept: str) -> None:
    """A selector stays if all its tags, classes and ids are on some page."""
    assert bundle.used_rules(bundle.parse(css), {"p", "note", "top"}) == kept


def test_names_are_those_of_tags_classes_and_ids() -> None:
    """Of a page are read its tags, its classes and its ids, however they are quoted, and not its text."""
    assert bundle.names_in_page("<p class='a b' id=\"c\">word</p>") == {"p", "a", "b", "c"}


def test_variables_that_nothing_asks_for_go_with_those_that_only_they_ask_for() -> None:
    """A custom property stays if something that stays asks for it."""
    css = "p{--a: 1;--b: var(--c);--c: 2;color: var(--a)}"
    assert bundle.without_unused_variables(css) == "p{--a: 1;color: var(--a)}"


def test_addresses_follow_the_style_sheet() -> None:
    """A style sheet that moves up a folder finds its fonts and pictures, and data in it stay data."""
    css = 'a{b:url("../x.png");c:url(fonts/y.woff2?v=1);d:url(data:image/png;base64,AA)}'
    assert bundle.moved(css, "vendor/z") == (
        "a{b:url(vendor/x.png);c:url(vendor/z/fonts/y.woff2);d:url(data:image/png;base64,AA)}"
    )


def test_site_brings_no_icon_font_and_no_script_of_the_theme(site: Path) -> None:
    """What the theme brings and the templates do not need is not in the site at all."""
    names = {path.relative_to(site / "_static").as_posix() for path in (site / "_static").rglob("*") if path.is_file()}
    assert "site.js" in names
    assert [name for name in names if "fontawesome" in name or "bootstrap" in name or name.endswith(".map")] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_lesson_keeps_within_its_budget(browser: Browser, site: Path, name: str) -> None:
    """On a cold cache a lesson's page takes 250 KB and 20 requests at most, without figures, and nothing jumps."""
    with bench.served(site) as address:
        took = bench.load(browser, f"{address}/{name}.html")
    assert 20_000 < took.compressed <= 250_000
    assert 2 <= took.requests <= 20
    assert took.cls < 0.05
    assert 0 < took.fcp <= took.lcp


class LateFonts(SimpleHTTPRequestHandler):
    """Serves files, fonts half a second late, and says nothing."""

    def do_GET(self) -> None:
        """Send a file."""
        if self.path.endswith(".woff2"):
            time.sleep(0.5)
        super().do_GET()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["index", *LESSONS])
def test_nothing_moves_when_the_fonts_come_late(visit, site: Path, name: str) -> None:
    """What stands in for the fonts is as wide and as high as they, on a phone and on a laptop."""
    page = visit.page
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach(each => { moved += each.value; }))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    with bench.served(site, LateFonts) as address:
        page.goto(f"{address}/{name}.html")
        page.evaluate("document.fonts.ready.then(() => 0)")
        page.wait_for_timeout(200)
    assert page.evaluate("moved") < 0.02


def test_table_shows_the_worst_of_each() -> None:
    """The table of the bench has the worst lesson of each measure, stock and ours side by side."""
    small, large = bench.Load(1000, 3000, 5, 200, 300, 0.01), bench.Load(9000, 2000, 4, 100, 1400, 0)
    table = bench.table({"a": small, "b": large}, {"a": small})
    assert "| Compressed, without figures | 9 KB | 1 KB |" in table
    assert "| Largest contentful paint | 1.40 s | 0.30 s |" in table
