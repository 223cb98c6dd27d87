"""A miniature book with one of each thing that lessons are made of, whole and broken."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from course.notebooks import ROOT
from course.site import pictures

Build = Callable[..., CompletedProcess[str]]


def change(path: Path, old: str, new: str) -> None:
    """Replace what must be in a file."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def change_cell(path: Path, cell_id: str, edit: Callable[[dict], object]) -> None:
    """Edit one cell of a notebook."""
    notebook = json.loads(path.read_text())
    edit(next(cell for cell in notebook["cells"] if cell["id"] == cell_id))
    path.write_text(json.dumps(notebook))


def test_book_builds_without_a_warning_and_quietly_again(book: Path, build: Build) -> None:
    """The book builds without a warning; the second build reads and writes no page again."""
    first = build(book)
    assert first.returncode == 0
    assert "WARNING" not in first.stderr
    pages = {path: path.stat().st_mtime_ns for path in (book / "_build" / "html").glob("*.html")}
    assert pages
    second = build(book)
    assert "0 added, 0 changed, 0 removed" in second.stdout
    assert {path: path.stat().st_mtime_ns for path in pages} == pages


def test_changed_style_reaches_the_pages(book: Path, build: Build) -> None:
    """A change of a static file alone is on the site after the next build, and its pages ask for the new one."""
    (book / "_static").unlink()
    shutil.copytree(ROOT / "_static", book / "_static")
    assert build(book).returncode == 0
    html = book / "_build" / "html"
    before = (html / "lesson.html").read_text()
    with (book / "_static" / "course.css").open("a") as style:
        style.write("p.new { color: red }")
    assert build(book).returncode == 0
    assert "p.new { color: red }" in (html / "lesson.html").read_text()
    assert "p.new { color: red }" not in before


def test_formulas_are_set_at_build_time(everything: Path) -> None:
    """A formula is HTML and MathML in the page, with its TeX to copy and one number; no MathJax, no dollar sign."""
    page = (everything / "formulas.html").read_text()
    assert re.search(r'<annotation encoding="application/x-tex">\s*\\underset\{\(n,p\)\}', page)
    assert page.count('class="eqno"') == 2
    assert "eqn-num" not in page
    assert "katex-error" not in page
    assert "mathjax" not in page.lower().replace("mathjax_ignore", "")  # a class that MyST gives every section
    assert "$" not in re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)


def test_formulas_style_is_of_the_version_that_sets_them(everything: Path) -> None:
    """The style sheet on the page and the KaTeX that ran are one package, and the program is not published."""
    vendor = everything / "_static" / "vendor"
    assert json.loads((vendor / "vendor.json").read_text())["katex"]["version"]
    assert not (vendor / "katex" / "katex.min.js").exists()
    assert ".katex-display" in re.search(r"<style.*</style>", (everything / "formulas.html").read_text(), re.DOTALL)[0]


def test_chart_holds_its_still_and_its_specification(everything: Path) -> None:
    """A chart is a still, shown at half its pixels, and a specification that no text in it can break out of."""
    page = (everything / "lesson.html").read_text()
    chart = re.search(r'<figure class="chart">(.*?)</figure>', page, re.DOTALL)[1]
    still, spec = re.fullmatch(
        r'\s*(<img [^>]*>)\s*<script type="application/json">(.*)</script>\s*', chart, re.DOTALL
    ).groups()
    alt = "A curve through eleven points, the powers of x; a slider changes the exponent."
    assert f'alt="{alt}"' in still
    assert 'height="287" ' in still
    assert json.loads(spec)["description"] == alt
    assert "<" not in spec


def test_only_pages_with_a_chart_load_its_script(everything: Path) -> None:
    """The script of charts is on the page that has one, and on no other; Vega is on none before it is needed."""
    having = {path.stem for path in everything.glob("*.html") if "charts.js" in path.read_text()}
    assert having == {"lesson"}
    assert not [path for path in everything.glob("*.html") if "vega.min.js" in path.read_text()]


def without(cell: dict, mime: str) -> None:
    """Take one form of a cell's output away."""
    del cell["outputs"][0]["data"][mime]


FAULTS: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "a formula that KaTeX cannot read": (
        lambda book: change(book / "formulas.md", r"\varepsilon / 2", r"\varepsilon / \halff"),
        ["formulas.md:25", r"KaTeX cannot set the formula", r"Undefined control sequence: \halff", "mend the formula"],
    ),
    "a formula that LaTeX would not read": (
        lambda book: change(book / "formulas.md", r"\varepsilon / 3 < \varepsilon", "한글"),
        ["formulas.md", "KaTeX cannot set the formula '한글'"],
    ),
    "a cell's picture without alt text": (
        lambda book: change_cell(book / "lesson.ipynb", "raster", lambda cell: cell["metadata"].clear()),
        ["lesson.ipynb", "the picture of cell raster has no alt text", "mystnb.image.alt"],
    ),
    "a cell's picture with an empty alt text": (
        lambda book: change(book / "lesson.ipynb", "A curve that bends upwards: the squares of 0, 1 and 2.", " "),
        ["lesson.ipynb", "the picture of cell picture has no alt text"],
    ),
    "a chart without alt text": (
        lambda book: change_cell(book / "lesson.ipynb", "chart", lambda cell: cell["metadata"].clear()),
        ["lesson.ipynb", "the picture of cell chart has no alt text"],
    ),
    "a chart without a still": (
        lambda book: change_cell(book / "second.ipynb", "chart", lambda cell: without(cell, "image/png")),
        ["second.ipynb", "the chart of cell chart has no still picture", "python -m course run"],
    ),
    "a picture on a page without alt text": (
        lambda book: change(book / "index.md", "Read [the", "![](_static/favicon.svg)\n\nRead [the"),
        ["index.md", "the picture _static/favicon.svg has no alt text"],
    ),
    "a warning in a cell's output": (
        lambda book: change_cell(
            book / "second.ipynb",
            "hidden",
            lambda cell: cell["outputs"].append({"output_type": "stream", "name": "stderr", "text": ["careful\n"]}),
        ),
        ["second.ipynb", "stderr was found in the cell outputs of cell 9"],
    ),
    "an output of a kind that nobody renders": (
        lambda book: change_cell(
            book / "lesson.ipynb",
            "hidden",
            lambda cell: cell["outputs"].append(
                {"output_type": "display_data", "data": {"application/x-strange": "?"}, "metadata": {}}
            ),
        ),
        ["lesson.ipynb", "application/x-strange"],
    ),
    "a link to nowhere": (
        lambda book: change(book / "index.md", "lesson.ipynb", "lessons.ipynb"),
        ["index.md", "lessons.ipynb"],
    ),
    "a term that is not in the glossary": (
        lambda book: change(book / "index.md", "{term}`epoch`", "{term}`era`"),
        ["index.md", "term not in glossary: 'era'"],
    ),
    "a lesson without its figure": (
        lambda book: change(
            book / "index.md", "Read [the", ":::{lesson} lesson\n:figure: nothing\n\nWhy?\n:::\n\nRead [the"
        ),
        ["index.md", "no picture is stored in a cell nothing of lesson.ipynb"],
    ),
    "a source that is not in the bibliography": (
        lambda book: change(book / "index.md", "cybenko1989", "cybenko1999"),
        ["index.md", "cybenko1999"],
    ),
}


def warnings(done: CompletedProcess[str]) -> list[str]:
    """Return the warnings and errors of a build, one each."""
    return [line for line in done.stderr.splitlines() if "WARNING" in line or "ERROR" in line]


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory, copy_book, build: Build) -> list[CompletedProcess[str]]:
    """Build a book that has every fault, twice."""
    book = copy_book(tmp_path_factory.mktemp("faulty") / "book")
    shutil.copy(book / "lesson.ipynb", book / "second.ipynb")
    change(book / "second.ipynb", "fig-squares", "fig-squares-too")
    change(book / "second.ipynb", "sec-picture", "sec-picture-too")
    change(book / "_toc.yml", "  - file: formulas\n", "  - file: formulas\n  - file: second\n")
    for damage, _ in FAULTS.values():
        damage(book)
    return [build(book), build(book)]


@pytest.mark.parametrize("said", [said for _, said in FAULTS.values()], ids=FAULTS)
def test_fault_is_told_until_it_is_mended(faulty: list[CompletedProcess[str]], said: list[str]) -> None:
    """A fault is told in one line that names its place, by the next build too."""
    for done in faulty:
        assert [line for line in warnings(done) if all(words in line for words in said)]


def test_nothing_else_is_told(faulty: list[CompletedProcess[str]]) -> None:
    """What is not at fault gives no warning."""
    for line in warnings(faulty[0]):
        assert [said for _, said in FAULTS.values() if said[-1] in line], line


@pytest.mark.slow
def test_one_fault_fails_a_build_typed_by_hand(book: Path, build: Build) -> None:
    """One fault is enough for ``jupyter-book build`` to fail, the first time and the second, until it is mended."""
    text = (book / "formulas.md").read_text()
    change(book / "formulas.md", r"\varepsilon / 2", r"\halff")
    assert build(book).returncode == 1
    assert build(book).returncode == 1
    (book / "formulas.md").write_text(text)
    assert build(book).returncode == 0


def test_page_that_left_the_contents_leaves_the_site(book: Path, build: Build) -> None:
    """A page that is taken out of the contents is gone from the site, its sources and its search."""
    assert build(book).returncode == 0
    html = book / "_build" / "html"
    assert re.search(r'"giraff": (?!\[\])', (html / "searchindex.js").read_text())
    change(book / "_toc.yml", "  - file: formulas\n", "")
    assert build(book).returncode == 0
    assert not (html / "formulas.html").exists()
    assert not list((html / "_sources").glob("formulas*"))
    assert not re.search(r'"giraff": (?!\[\])', (html / "searchindex.js").read_text())  # the word is in no page


def test_file_that_is_not_in_the_contents_is_no_page(book: Path, build: Build) -> None:
    """A file that lies in the folder and is not in the contents is not read, even if it is broken."""
    (book / "README.md").write_text("# Not a page\n\n$\\brokenn$\n")
    (book / "lone.ipynb").write_text("not JSON")
    assert build(book).returncode == 0
    assert not (book / "_build" / "html" / "README.html").exists()


def test_build_leaves_nothing_beside_its_folder(book: Path, build: Build) -> None:
    """A build writes below _build alone."""
    before = set(book.iterdir())
    assert build(book).returncode == 0
    assert {path.name for path in set(book.iterdir()) - before} == {"_build"}


def test_an_svg_tells_its_size_whatever_letters_it_holds(tmp_path: Path) -> None:
    """Its size is found where its 1024th byte, at which imagesize stops reading, is in the middle of a letter."""
    head = '<svg width="30pt" height="60pt"><text>'
    (tmp_path / "drawing.svg").write_text(head + "x" * (1023 - len(head)) + "ŷ</text></svg>", encoding="utf-8")
    assert pictures.natural_size(tmp_path / "drawing.svg") == (40, 80)
