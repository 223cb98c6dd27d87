"""The names of the site's pages, and what several tests ask of one."""

from collections.abc import Iterator

from playwright.sync_api import Page
from sphinx_external_toc.api import Document, GlobItem
from sphinx_external_toc.parsing import parse_toc_yaml

from course.notebooks import ROOT


def listed(document: Document) -> Iterator[str]:
    """Yield the pages below a page in the order of the contents; a pattern stands for what it finds, sorted."""
    for item in (item for tree in document.subtrees for item in tree.items):
        found = sorted(ROOT.glob(f"{item}.ipynb")) if isinstance(item, GlobItem) else [ROOT / str(item)]
        yield from (path.relative_to(ROOT).as_posix().removesuffix(".ipynb").removesuffix(".md") for path in found)


PAGES = ["index", *listed(parse_toc_yaml(ROOT / "_toc.yml").root)]
NOTEBOOKS = [name for name in PAGES if (ROOT / f"{name}.ipynb").exists()]
LESSONS = [name for name in NOTEBOOKS if name.startswith("lectures/")]
LESSON = "lectures/03-threes-and-sevens"


def sideways(page: Page) -> int:
    """Return by how many pixels a page can be scrolled sideways."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
