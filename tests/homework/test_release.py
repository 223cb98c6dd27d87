"""`python -m course release`: from masters to the students' notebooks, and what it refuses."""

import json
import re
import shutil

import pytest
from click.testing import CliRunner

from course import homework, notebooks, release

SOLUTIONS = notebooks.ROOT / "solutions"
NAMES = [path.stem for path in release.find(SOLUTIONS)]
FIRST = "03-threes-and-sevens"


def run(*arguments):
    """Run the command and return its exit code and what it said, in one line."""
    done = CliRunner().invoke(release.command, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, " ".join(done.output.split())


@pytest.fixture
def masters(tmp_path):
    """Return a folder with the master of one homework, to be broken."""
    shutil.copytree(SOLUTIONS / FIRST, tmp_path / "masters" / FIRST)
    return tmp_path / "masters"


@pytest.fixture
def edit(masters):
    """Return what edits a cell of the master: a function of the cell's id and of a function of the cell."""
    path = masters / FIRST / f"{FIRST}.ipynb"

    def edited(cell_id, change):
        notebook = notebooks.read(path)
        change(next(cell for cell in notebook.cells if cell.id == cell_id))
        notebooks.write(path, notebook)

    return edited


def test_the_exercises_are_what_release_makes(tmp_path):
    """What is committed under exercises/ is, byte for byte, what the command makes now, and nothing else is there."""
    code, said = run("--out", tmp_path)
    assert code == 0, said
    fresh = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    stored = notebooks.ROOT / "exercises"
    there = {
        path.relative_to(stored): path.read_bytes()
        for path in stored.rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }
    assert fresh == there


def regions(notebook):
    """Yield the lines of a master that students must not see."""
    for cell in notebook.cells:
        if homework.kind(cell) == "written":
            yield from cell.source.splitlines()
            continue
        within = False
        for line in cell.source.splitlines():
            if "BEGIN SOLUTION" in line or "BEGIN MARK SCHEME" in line:
                within = True
            elif "END SOLUTION" in line or "END MARK SCHEME" in line:
                within = False
            elif within:
                yield line


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_a_solution_is_in_the_exercise(name):
    """No line of a solution's region is in the students' notebook, in any cell, metadata or output."""
    exercise = notebooks.read(notebooks.ROOT / "exercises" / name / f"{name}.ipynb")
    master = notebooks.read(SOLUTIONS / name / f"{name}.ipynb")
    shown = "\n".join(given_text(cell) for cell in master.cells)
    secret = {line.strip() for line in regions(master) if len(line.strip()) > 12 and line.strip() not in shown}
    assert secret
    text = json.dumps(exercise, ensure_ascii=False)
    assert [line for line in secret if json.dumps(line, ensure_ascii=False)[1:-1] in text] == []
    assert all(not cell.outputs and cell.execution_count is None for cell in exercise.cells if cell.cell_type == "code")


def given_text(cell):
    """Return what students are meant to see of a cell of the master."""
    if homework.kind(cell) in {"written", "answer"}:
        return ""
    return re.sub(r"<!-- BEGIN MARK SCHEME -->.*?<!-- END MARK SCHEME -->", "", cell.source, flags=re.DOTALL)


def drop_grade_id(cell):
    """Take the cell's name from it."""
    del cell.metadata.nbgrader["grade_id"]


def no_nbgrader(cell):
    """Make an answer a cell that nbgrader doesn't know."""
    del cell.metadata["nbgrader"]


def replace(old, new):
    """Return the change of a cell's source."""

    def change(cell):
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def other_points(cell):
    """Tell nbgrader other points than the check gives."""
    cell.metadata.nbgrader["points"] = 9


def second_name(cell):
    """Give the cell another's name."""
    cell.metadata.nbgrader["grade_id"] = "build-answer"


def no_tag(cell):
    """Take the tag of the parameters away."""
    cell.metadata["tags"] = []


FAULTS = {
    "no-grade-id": ("raw-answer", drop_grade_id, r"cell 12 \(raw-answer\) has no grade_id"),
    "no-nbgrader": ("raw-answer", no_nbgrader, r"cell 12 \(raw-answer\) has no grade_id"),
    "taken": ("raw-answer", second_name, r"cell 12 \(raw-answer\) has the grade_id 'build-answer', as cell 9"),
    "open": ("raw-answer", replace("### END SOLUTION", ""), r"\(raw-answer\): BEGIN SOLUTION and END SOLUTION do not"),
    "not-begun": ("raw", replace("<!-- BEGIN MARK SCHEME -->", ""), r"\(raw\): BEGIN MARK SCHEME and END MARK SCHEME"),
    "nobody-asks": ("raw-answer", replace("raw_losses = ...\n", ""), r"\(raw-check\) reads 'raw_losses', which its"),
    "global": ("raw-check", replace("(raw_net, raw_losses, X,", "(raw_net, net, X,"), r"\(raw-check\) reads 'net'"),
    "points": ("raw-check", other_points, r"\(raw-check\): its metadata say 9 points and its last line does not"),
    "no-check": ("raw-check", replace("grade(2", "print(2"), r"\(raw-check\) does not end with grade\("),
    "syntax": ("data", replace("import torch\n", "import\n"), r"\(data\), as students get it, is not Python"),
    "parameters": ("parameters", no_tag, r"it has no cell tagged parameters"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_master_is_refused(fault, masters, edit, tmp_path):
    """A master with a fault is told in one line, with file, cell and what to do, and nothing is written."""
    cell, change, words = FAULTS[fault]
    edit(cell, change)
    code, said = run("--masters", masters, "--out", tmp_path / "out")
    assert code == 1
    assert said.startswith(f"Error: {masters / FIRST / FIRST}.ipynb: ")
    assert re.search(words, said), said
    assert said.endswith("nothing was written")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", ["mine", '{"cells": []}', None])
def test_a_file_that_is_not_its_own_is_never_overwritten(content, masters, tmp_path):
    """A file of another making, or a released notebook that was changed, stays as it is."""
    out = tmp_path / "out"
    assert run("--masters", masters, "--out", out)[0] == 0
    target = out / FIRST / f"{FIRST}.ipynb"
    if content is None:
        notebook = notebooks.read(target)
        notebook.cells[0].source += " A remark."
        notebooks.write(target, notebook)
    else:
        target.write_text(content)
    before = target.read_bytes()
    code, said = run("--masters", masters, "--out", out)
    assert (code, "is not as `release` wrote it" in said) == (1, True)
    assert target.read_bytes() == before


def test_a_second_run_changes_nothing(masters, tmp_path):
    """Released again, a notebook is unchanged, and the command says so."""
    out = tmp_path / "out"
    assert run("--masters", masters, "--out", out)[1].endswith(": written")
    assert run("--masters", masters, "--out", out)[1].endswith(": unchanged")


def test_parameters_make_another_year(masters, tmp_path):
    """Values of a file take the place of those in the parameters cell; nothing else but checksums moves."""
    file = tmp_path / "year.toml"
    file.write_text(f'SEED = 7\nLANGUAGE = "ko"\n["{FIRST}"]\nDIGITS = [3, 5]\nRATE = 1\n')
    out = tmp_path / "out"
    assert run("--masters", masters, "--out", out, "--parameters", file)[0] == 0
    released = notebooks.read(out / FIRST / f"{FIRST}.ipynb")
    cell = homework.parameters_cell(released, out)
    assert cell.source.splitlines()[:3] == ["SEED = 7", "DIGITS = (3, 5)", "RATE = 1.0"]
    assert cell.source.endswith('LANGUAGE = "ko"'.replace('"', "'"))
    stored = notebooks.read(notebooks.ROOT / "exercises" / FIRST / f"{FIRST}.ipynb")
    assert [a.id for a, b in zip(stored.cells, released.cells, strict=True) if a.source != b.source] == ["parameters"]


BAD = {
    "SEED = 7\nSEAD = 8": "no parameter 'SEAD' is in the parameters cell",
    'SEED = "seven"': "SEED = 'seven' does not fit SEED = 12345",
    f'["{FIRST}"]\nWIDTH = 3': "no parameter 'WIDTH' is in the parameters cell",
    "SEED 7": "no parameters can be read",
}


@pytest.mark.parametrize("text", BAD)
def test_parameters_that_do_not_fit_are_told(text, masters, tmp_path):
    """An unknown parameter, a value of another kind, a file that is no TOML: one line, and nothing is written."""
    file = tmp_path / "year.toml"
    file.write_text(text)
    code, said = run("--masters", masters, "--out", tmp_path / "out", "--parameters", file)
    assert (code, BAD[text] in said, said.endswith("nothing was written")) == (1, True, True), said
    assert not (tmp_path / "out").exists()


def test_a_homework_that_is_not_there_is_told(masters, tmp_path):
    """A wrong name, or a folder without masters, is told with the names there are."""
    code, said = run("--masters", masters, "--out", tmp_path / "out", "02-nothing")
    assert (code, f"there is no master 02-nothing/02-nothing.ipynb; name one of {FIRST}" in said) == (1, True)
    code, said = run("--masters", tmp_path / "empty", "--out", tmp_path / "out")
    assert (code, "name the masters' folder with --masters" in said) == (1, True)
