"""A page says what it is about, where it lives, when it changed and how to mend it."""

import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import yaml
from pages import NOTEBOOKS, PAGES

from course.notebooks import ROOT
from course.site import about


def meta(page: str, name: str) -> str:
    """Return what a page says under a name in its head."""
    return re.search(rf'<meta (?:name|property)="{re.escape(name)}" content="([^"]*)"', page)[1]


def read(site: Path, name: str) -> str:
    """Return a page."""
    return (site / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("repository", "address"),
    [
        ("https://github.com/ann/course", "https://ann.github.io/course/"),
        ("https://github.com/Ann/Course", "https://ann.github.io/Course/"),
        ("https://github.com/ann/ann.github.io", "https://ann.github.io/"),
    ],
)
def test_pages_are_published_below_their_owner(repository: str, address: str) -> None:
    """GitHub Pages' address follows from the repository's."""
    assert about.pages_address(repository) == address


def test_workflow_says_where_the_site_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that the workflow knows, with or without a slash at its end, goes before the one we would guess."""
    config = SimpleNamespace(html_theme_options={"repository_url": "https://github.com/ann/course"})
    monkeypatch.delenv("SITE_URL", raising=False)
    about.set_address(None, config)
    assert config.html_baseurl == "https://ann.github.io/course/"
    monkeypatch.setenv("SITE_URL", "https://course.example.org")
    about.set_address(None, config)
    assert config.html_baseurl == "https://course.example.org/"


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("One.\n  Two.", "One. Two."),
        ("One two. Three four five.", "One two."),
        ("One two three four five six", "One two three four…"),
    ],
)
def test_description_ends_with_a_sentence_or_says_that_it_goes_on(text: str, short: str) -> None:
    """What is too long ends after a whole sentence, else after a whole word."""
    assert about.shortened(text, 20) == short


def test_every_page_describes_itself(site: Path) -> None:
    """Each page has its own description of a fair length, and a card with a picture that is in the site."""
    pages = {name: read(site, name) for name in PAGES}
    texts = [meta(page, "description") for page in pages.values()]
    assert len(set(texts)) == len(texts)
    for name, page in pages.items():
        assert 30 <= len(meta(page, "description")) <= about.LONGEST + 20, name  # escaped signs are longer
        assert meta(page, "og:description") == meta(page, "description")
        address = re.search(r'<link rel="canonical" href="([^"]+)"', page)[1]
        assert meta(page, "og:url") == address
        assert address.endswith(f"/{name}.html")
        home = address.removesuffix(f"{name}.html")
        assert (site / meta(page, "og:image").removeprefix(home)).is_file()


def test_sitemap_lists_every_page(site: Path) -> None:
    """The map of the site names the canonical address of each page, and no other."""
    listed = re.findall(r"<loc>([^<]+)</loc>", (site / "sitemap.xml").read_text())
    assert sorted(listed) == sorted(re.search(r'rel="canonical" href="([^"]+)"', read(site, name))[1] for name in PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_foot_says_version_and_date_and_how_to_mend(site: Path, name: str) -> None:
    """The foot has the course's version, the day of the source's last commit, and links that edit and report."""
    page = read(site, name)
    foot = page[page.index('<footer class="foot">') :]
    source = next(path for path in (ROOT / f"{name}.md", ROOT / f"{name}.ipynb") if path.exists())
    day = subprocess.run(
        ["git", "log", "-1", "--format=%cs", "--", source], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert f"Version {version('course')}." in foot
    assert not day or f"Last updated on {day}." in foot
    assert re.search(
        rf'class="edit-page" href="https://github\.com/[^"]+/edit/[^"/]+/{re.escape(source.relative_to(ROOT).as_posix())}"',
        foot,
    )
    assert re.search(r'class="report-page" href="https://github\.com/[^"]+/issues/new\?title=[^"]+"', foot)


def test_the_entry_to_cite_says_what_the_citation_file_says(site: Path) -> None:
    """The foot leads to an entry for BibTeX with the title, the authors and the version of CITATION.cff."""
    said = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    entry = re.sub(r"<[^>]+>", "", read(site, "guide/credits")).split("@misc{")[1].split("</pre>")[0]
    assert f"{{{said['title']}}}" in entry
    assert f"{{{{{said['authors'][0]['name']}}}}}" in entry
    assert f"{{Version {said['version']}}}" in entry
    assert said["version"] == version("course")
    assert 'href="guide/credits.html#cite-the-course"' in read(site, "index")
    assert 'id="cite-the-course"' in read(site, "guide/credits")


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_says_which_version_it_is_of(site: Path, name: str) -> None:
    """The notebook that a page offers holds the version that stands at the page's foot."""
    notebook = nbformat.read(site / "_sources" / f"{name}.ipynb", as_version=4)
    assert notebook.metadata["course"]["version"] == version("course")


def test_page_for_what_is_not_there_needs_nothing_around_it(site: Path) -> None:
    """It works at any depth: it loads nothing, and its link home is whole."""
    page = read(site, "404")
    assert not re.search(r"<(?:link|script|img)\b", page)
    assert re.search(r'<a href="https://[^"]+/index\.html">', page)


def test_outside_of_git_no_date_is_made_up(everything: Path, tmp_path: Path) -> None:
    """A page whose source git does not know says no date, and one does not stand in the map of the site either."""
    (tmp_path / "x.md").write_text("")
    assert about.updated(tmp_path / "x.md") is None
    assert "Last updated" not in (everything / "index.html").read_text()
    assert "<lastmod>" not in (everything / "sitemap.xml").read_text()
