"""Whatever a page points to inside the site is there: pages, places in them, pictures, styles, notebooks."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from pages import NOTEBOOKS, PAGES


class Pointers(HTMLParser):
    """Collects what a page points to, and the places that can be pointed to.

    Attributes:
        targets: The values of ``href`` and ``src``.
        places: The values of ``id``.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag's address and id."""
        found = dict(attrs)
        if tag != "link" or found.get("rel") != "canonical":
            self.targets += [found[name] for name in ("href", "src") if found.get(name)]
        self.places.add(found.get("id") or "")


@cache
def pointers(page: Path) -> Pointers:
    """Return what a page holds, read once."""
    return Pointers(page.read_text(encoding="utf-8"))


def dead(page: Path) -> list[str]:
    """Return the addresses on a page, inside the site, that lead nowhere."""
    found = []
    for target in pointers(page).targets:
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        file = page.parent / unquote(parts.path) if parts.path else page
        place = unquote(parts.fragment)
        if not file.is_file() or (place and file.suffix == ".html" and place not in pointers(file.resolve()).places):
            found.append(target)
    return found


@pytest.mark.parametrize("name", [*PAGES, "search", "404"])
def test_no_link_is_dead(site: Path, name: str) -> None:
    """Every link, picture, style and script of a page is in the site, with the place in it that the link names."""
    assert dead((site / f"{name}.html").resolve()) == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    """The check is one that can fail: on a missing file, a missing place and a missing picture, and on nothing else."""
    page = tmp_path / "a.html"
    page.write_text(
        '<p id="here"><a href="#here"><a href="b.html"><a href="#there"><img src="c.png"><a href="a.html?x#here">'
        '<a href="https://example.org/">'
    )
    assert dead(page) == ["b.html", "#there", "c.png"]


@pytest.mark.parametrize("name", ["index", NOTEBOOKS[0]])
def test_style_asks_for_nothing_that_is_not_there(site: Path, name: str) -> None:
    """Every font and picture that a page's style names is in the site, at any depth, and none is another host's."""
    page = site / f"{name}.html"
    style = re.search(r'<style id="site-style">(.*?)</style>', page.read_text(encoding="utf-8"), re.DOTALL)[1]
    named = {name for name in re.findall(r"url\(\"?([^)\"]+)", style) if not name.startswith(("data:", "#"))}
    assert any(name.endswith("KaTeX_Main-Regular.woff2") for name in named)
    assert [name for name in named if not (page.parent / name).is_file()] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_heading_can_be_linked_to(site: Path, name: str) -> None:
    """Every heading of a page's text has an anchor that leads to it."""
    page = (site / f"{name}.html").read_text(encoding="utf-8")
    article = page[page.index("<article") : page.index("</article>")]
    headings = re.findall(r"<h[1-6]>.*?</h[1-6]>", article, re.DOTALL)
    assert headings
    assert [text for text in headings if 'class="headerlink" href="#' not in text] == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_address_of_colab_is_of_the_form_that_colab_opens(site: Path, name: str) -> None:
    """The one link to Colab on a lesson's page is made as Colab asks: owner, name, branch and path."""
    (address,) = {url for url in pointers((site / f"{name}.html").resolve()).targets if "colab.research" in url}
    assert re.fullmatch(
        rf"https://colab\.research\.google\.com/github/[\w.-]+/[\w.-]+/blob/[^/]+/{name}\.ipynb", address
    )
