"""The names of the site's pages, and what several tests ask of one."""

from playwright.sync_api import Page
from sphinx_external_toc.parsing import parse_toc_yaml

from course.notebooks import ROOT

PAGES = [str(name).removesuffix(".ipynb").removesuffix(".md") for name in parse_toc_yaml(ROOT / "_toc.yml")]
NOTEBOOKS = [name for name in PAGES if (ROOT / f"{name}.ipynb").exists()]
LESSON = "lectures/03-threes-and-sevens"


def sideways(page: Page) -> int:
    """Return by how many pixels a page can be scrolled sideways."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
