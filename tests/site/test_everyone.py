"""The pages are for everyone: with a screen reader, a keyboard, a magnifier, a narrow screen, in the light and in the dark."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from course.notebooks import ROOT
from test_pages import LESSON, PAGES, sideways

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
GOOD_PRACTICE = ("heading-order", "page-has-heading-one", "landmark-one-main", "landmark-unique", "region", "skip-link", "tabindex")
# what is laid out late is looked at as well
ALL_AT_ONCE = "* { content-visibility: visible !important; }"


def faults(page: Page) -> list[str]:
    """Return what axe finds: the rule, and the places that break it."""
    page.add_style_tag(content=ALL_AT_ONCE)
    page.evaluate(AXE)
    options = {"runOnly": RULES, "rules": {rule: {"enabled": True} for rule in GOOD_PRACTICE}, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]]


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", [*PAGES, "search", "404"])
def test_axe_finds_nothing(browser: Browser, site: Path, name: str, mode: str) -> None:
    """No rule of WCAG 2.2 AA that axe can check is broken, nor those on headings and landmarks; folded answers are open."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme=mode)
    page = context.new_page()
    page.goto((site / f"{name}.html").as_uri())
    page.evaluate("document.querySelectorAll('article details').forEach(each => { each.open = true; })")
    assert faults(page) == []
    context.close()
