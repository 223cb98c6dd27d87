"""What every lesson keeps to: form, size, plainness. The lessons are found by folder."""

import ast
import json
import re
import sys
from base64 import b64decode
from importlib.metadata import packages_distributions
from statistics import median, quantiles

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from course import notebooks

LESSONS = [path for path in notebooks.find() if path.parent == notebooks.ROOT / "lectures"]
LIMITS = {("04-drawing-networks", "draw-net"): 40}
COLAB = notebooks.ROOT / "colab" / "preinstalled-2026-08-19.txt"
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:root|home|Users|tmp|var|usr|opt|work|content|workspace)/")
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?!\w|\.\d)")

pytestmark = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def cells(path, kind):
    """Return the lesson's cells of that kind."""
    return [cell for cell in notebooks.read(path).cells if cell.cell_type == kind]


def lines(cell):
    """Return the number of lines of the cell that are not blank."""
    return sum(1 for line in cell.source.splitlines() if line.strip())


def prose(cell):
    """Return a Markdown cell's text as it is read: without labels, directive lines and the keys of citations."""
    text = re.sub(r"^(:{3,}|`{3,}|:\w+:|\([\w-]+\)=).*$", "", cell.source, flags=re.MULTILINE)
    text = re.sub(r"\$\$ \([\w-]+\)", "$$", text)
    text = re.sub(r"\{(?:cite|eq|ref|numref)[\w:]*\}`[^`]*`|\]\([^)]*\)", " ", text)
    return re.sub(r"\{term\}`([^`<]*?)(?: <[^`]*>)?`", r"\1", text)


def printed(path):
    """Return all code of the lesson and all that it shows as text."""
    parts = []
    for cell in cells(path, "code"):
        parts.append(cell.source)
        for output in cell.outputs:
            parts += [output.get("text", ""), output.get("data", {}).get("text/plain", "")]
    return "\n".join(parts)


def pictures(path):
    """Return, of each stored picture: its cell, its MIME type, and its size in bytes as a file."""
    return [
        (cell, kind, len(b64decode(value)) if kind == "image/png" else len(value.encode()))
        for cell in cells(path, "code")
        for output in cell.outputs
        for kind, value in output.get("data", {}).items()
        if kind.startswith("image/")
    ]


def unprinted(path):
    """Return the numbers of three digits or more in the prose that no cell says or prints."""
    said = [number for cell in cells(path, "markdown") for number in NUMBER.findall(prose(cell))]
    telling = {number for number in said if len(number.replace(".", "").lstrip("0")) >= 3}
    known = printed(path)
    return {number for number in telling if not re.search(rf"(?<![\d.]){re.escape(number)}(?!\d)", known)}


def test_code_comes_in_small_pieces(path):
    """A cell has 5 lines or fewer in the middle, 14 in nine of ten, never over 20, none wider than a page shows.

    But the function of lesson 04 that draws any network may have 40.
    """
    sizes = [lines(cell) for cell in cells(path, "code")]
    assert median(sizes) <= 5
    assert quantiles(sizes, n=10)[-1] <= 14
    assert [cell.id for cell in cells(path, "code") if lines(cell) > LIMITS.get((path.stem, cell.id), 20)] == []
    assert [line for cell in cells(path, "code") for line in cell.source.splitlines() if len(line) > 88] == []


def test_most_cells_show_something(path):
    """At least 60 % of the code cells have an output."""
    shows = [bool(cell.outputs) for cell in cells(path, "code")]
    assert sum(shows) >= 0.6 * len(shows)


def test_prose_and_code_keep_their_balance(path):
    """There are 8 to 12 words of prose for each line of code."""
    words = sum(len(re.findall(r"[^\W_][\w'’.-]*", prose(cell))) for cell in cells(path, "markdown"))
    assert 8 <= words / sum(lines(cell) for cell in cells(path, "code")) <= 12


def test_it_is_light(path):
    """The notebook has at most 1.5 MB, a figure or a chart's still 120 kB, a chart's specification 150 kB."""
    assert path.stat().st_size <= 1_500_000
    assert [(cell.id, size) for cell, _, size in pictures(path) if size > 120_000] == []
    charts = [
        o.data[notebooks.CHART] for c in cells(path, "code") for o in c.outputs if notebooks.CHART in o.get("data", {})
    ]
    assert max((len(json.dumps(chart)) for chart in charts), default=0) <= 150_000


def test_every_picture_says_what_it_shows(path):
    """Each picture and each chart has an alt text of a sentence or more."""
    alts = {cell.id: cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "") for cell, _, _ in pictures(path)}
    assert alts
    assert [name for name, alt in alts.items() if len(alt.split()) < 10 or not alt.endswith(".")] == []


def test_it_imports_what_colab_ships(path):
    """Opened alone in Colab it runs: no package that is not there, and no module of ours."""
    shipped = {re.sub(r"[-_.]+", "-", line.split("==")[0].strip().lower()) for line in COLAB.read_text().splitlines()}
    code = "\n".join(TransformerManager().transform_cell(cell.source) for cell in cells(path, "code"))
    modules = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            modules |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add("." if node.level else node.module.split(".")[0])
    homes = packages_distributions()
    missing = {
        module
        for module in modules - sys.stdlib_module_names
        if not shipped & {re.sub(r"[-_.]+", "-", home.lower()) for home in homes.get(module, [])}
    }
    assert modules
    assert missing == set()


def test_it_is_one_clean_run(path):
    """Ids are unique and telling, counts run from 1 to n, nothing was written to stderr, no path is one machine's."""
    notebook = notebooks.read(path)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not re.fullmatch(r"[a-zA-Z][a-z0-9]*(-[a-z0-9]+)*", name)] == []
    code = cells(path, "code")
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert [cell.id for cell in code for output in cell.outputs if output.get("name") == "stderr"] == []
    assert MACHINE_PATH.findall(json.dumps([cell.get("outputs", []) for cell in notebook.cells])) == []


def test_every_number_of_the_prose_is_printed(path):
    """What the prose quotes with three digits or more is said or printed by a cell."""
    assert unprinted(path) == set()


def test_it_has_the_form_of_a_lesson(path):
    """Title, time, needs, aims, questions to predict, a recap that answers the aims one by one, exercises, sources."""
    markdown = {cell.id: cell.source for cell in cells(path, "markdown")}
    everything = "\n".join(markdown.values())
    assert len(re.findall(r"^# ", everything, re.MULTILINE)) == 1
    assert markdown["title"].startswith("# ")
    assert "**Time:**" in markdown["title"]
    assert "**You need:**" in markdown["title"]
    aims = re.findall(r"^\d\. .*$", markdown["aims"], re.MULTILINE)
    recap = re.findall(r"^\d\. .*$", markdown["summary"], re.MULTILINE)
    assert len(aims) == len(recap) >= 3
    assert [claim for claim in recap if not re.search(r"\[[^]]+\]\(#[\w-]+\)", claim)] == []
    answers = everything.count("<details>\n<summary>Answer</summary>")
    assert everything.count("**Predict first.**") == answers >= 3
    for needed in (":::{exercise} ", "{cite", "```{bibliography}", "## Homework", "$$"):
        assert needed in everything


def test_it_reads_well_where_myst_is_unknown(path):
    """Colab shows Markdown and HTML alone: answers are folded and terms are linked by what it knows, too."""
    prose = "\n".join(cell.source for cell in cells(path, "markdown"))
    myst_alone = r"\{(?:term|ref|doc|numref|prf:ref)\}`|\{dropdown\}|^\([\w-]+\)=$|\[\]\("
    assert re.findall(myst_alone, prose, re.MULTILINE) == []
    assert prose.count("<details>") == prose.count("<summary>") == prose.count("</details>")
