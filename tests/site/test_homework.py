"""Homework and solutions on the site: a lesson leads to both, and one line of the contents hides every solution."""

import re
import shutil
from pathlib import Path

import pytest
from pages import LESSONS

from course.notebooks import ROOT

NAMES = [name.removeprefix("lectures/") for name in LESSONS]
TELLING = "Adam(raw_net.parameters(), lr=RATE)"


def text(html: str) -> str:
    """Return the text of a page's markup."""
    return re.sub(r"<[^>]+>", "", html)


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_leads_to_its_homework(name: str, site: Path) -> None:
    """The lesson's page links to the homework, to the same in Colab, and to the worked solution."""
    page = (site / "lectures" / f"{name}.html").read_text()
    links = re.findall(r'<p class="homework-links">(.*?)</p>', page)
    assert len(links) == 1
    exercise, colab, solution = re.findall(r'href="([^"]*)"', links[0])
    assert exercise == f"../exercises/{name}/{name}.html"
    assert re.fullmatch(rf"https://colab\.research\.google\.com/github/.*/exercises/{name}/{name}\.ipynb", colab)
    assert solution == f"../solutions/{name}/{name}.html"
    assert (site / exercise.removeprefix("../")).exists()


def test_a_solution_reads_as_one(site: Path) -> None:
    """Its title says what it is; its code is without nbgrader's marks and without the student's dots."""
    page = text((site / "solutions" / NAMES[2] / f"{NAMES[2]}.html").read_text())
    assert "Solution · Homework 03" in page
    assert TELLING in page
    assert not re.search(r"(BEGIN|END) (SOLUTION|MARK SCHEME)|raw_losses = \.\.\.", page)


@pytest.mark.slow
def test_one_line_of_the_contents_hides_all_solutions(tmp_path, build) -> None:
    """Without its line of _toc.yml no solution is a page, and no link, search result or source leads to one."""
    book = tmp_path / "book"
    book.mkdir()
    for name in ("_config.yml", "index.md", "draw.md", "references.bib"):
        shutil.copy(ROOT / name, book)
    for name in ("_static", "_templates", "guide", "lectures", "exercises", "solutions"):
        shutil.copytree(ROOT / name, book / name)
    contents = (ROOT / "_toc.yml").read_text()
    (line,) = (line for line in contents.splitlines(keepends=True) if "solutions" in line)
    (book / "_toc.yml").write_text(contents.replace(line, ""))
    done = build(book)
    assert done.returncode == 0, done.stdout + done.stderr
    html = book / "_build" / "html"
    for path in (path for path in html.rglob("*") if path.suffix in {".html", ".js", ".ipynb", ".xml"}):
        content = path.read_text(encoding="utf-8")
        assert "solutions/0" not in content, path
        assert TELLING not in text(content), path
