import ast
import os

import pytest
from click.testing import CliRunner
from nbformat import v4

from course import notebooks, record_timings

BENCHMARK = [("import time, torch", "benchmark"), ("1 / 0",), ("sizes = [1, 20]", "benchmark")]
MEASURE = ("measured = {'cpu': [time.perf_counter() % 1e-9 + 1.23456, 200.4]}", "benchmark")
RECORD = ("ours = {\n    'm': []\n}", "timing-record")


@pytest.fixture
def notebook(tmp_path):
    """Return a function that writes a notebook of the given code cells, each with its tags, and returns its path."""

    def make(*cells):
        made = [v4.new_code_cell(source, id=f"cell-{i}") for i, (source, *_) in enumerate(cells, 1)]
        for cell, (_, *tags) in zip(made, cells, strict=True):
            cell.metadata.tags = list(tags)
        path = tmp_path / "x.ipynb"
        notebooks.write(path, v4.new_notebook(cells=[v4.new_markdown_cell("# X", id="title"), *made]))
        return path

    return make


def record(path):
    """Run the command in this process and return what it printed and its exit code."""
    result = CliRunner().invoke(record_timings.command, [str(path)])
    return result.output.strip(), result.exit_code


def recorded(path):
    """Return the source of the record's cell."""
    (cell,) = (c for c in notebooks.read(path).cells if "timing-record" in c.metadata.get("tags", []))
    return cell.source


@pytest.mark.slow
def test_the_benchmark_is_run_and_its_figures_are_written(notebook):
    """The benchmark's cells alone are run; the record tells machine, versions, date, command, and figures per size."""
    path = notebook(*BENCHMARK, MEASURE, RECORD)
    output, code = record(path)
    assert code == 0
    assert output.startswith(f"{path}: figures of the CPU alone, for there is no CUDA device")
    name, _, literal = recorded(path).partition(" = ")
    told = ast.literal_eval(literal)
    assert name == "ours"
    assert list(told) == ["cpu", "gpu", "versions", "date", "command", "m", "cpu_ms", "gpu_ms"]
    assert (told["gpu"], told["m"], told["cpu_ms"], told["gpu_ms"]) == ("none", [1, 20], [1.23, 200.0], [])
    assert told["cpu"].startswith(f"{os.cpu_count()} cores, ")
    assert told["versions"].startswith("Python 3.")
    assert told["command"] == "python -m course record-timings x.ipynb"


@pytest.mark.slow
def test_the_record_is_canonical(notebook):
    """A second time gives the same bytes if the same is measured; nothing but the record's cell changes."""
    path = notebook(*BENCHMARK, MEASURE, RECORD)
    before = notebooks.read(path)
    record(path)
    first = path.read_bytes()
    record(path)
    assert path.read_bytes() == first
    changed = [old.id for old, new in zip(before.cells, notebooks.read(path).cells, strict=True) if old != new]
    assert changed == ["cell-5"]


@pytest.mark.slow
@pytest.mark.parametrize("visible", [None, "0"])
def test_the_gpu_is_not_hidden(notebook, monkeypatch, visible):
    """The benchmark sees the GPUs that its user sees, and a GPU's figures are written as such."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    seen = ("import os, torch\ntorch.cuda.get_device_name = lambda: repr(os.environ.get('CUDA_VISIBLE_DEVICES'))",)
    times = ("sizes, measured = [7], {'cpu': [2.0], 'cuda': [1.0]}",)
    path = notebook((*seen, "benchmark"), (*times, "benchmark"), RECORD)
    output, code = record(path)
    assert (code, output.startswith(f"{path}: figures recorded; now run")) == (0, True)
    told = ast.literal_eval(recorded(path).partition(" = ")[2])
    assert told["gpu"].startswith(f"{visible!r}, CUDA ")
    assert told["gpu_ms"] == [1.0]


@pytest.mark.parametrize(
    "cells",
    [
        [*BENCHMARK, MEASURE],
        [RECORD],
        [*BENCHMARK, MEASURE, RECORD, RECORD],
        [*BENCHMARK, MEASURE, ("print()", "timing-record")],
    ],
    ids=["no record", "no benchmark", "two records", "nothing assigned"],
)
def test_a_notebook_without_a_place_for_it_is_refused(notebook, cells):
    """Without benchmark, or without one cell that is the record, the command ends in one line."""
    path = notebook(*cells)
    before = path.read_bytes()
    output, code = record(path)
    assert code == 1
    assert output.startswith(f"Error: {path}: has not one cell tagged timing-record")
    assert len(output.splitlines()) == 1
    assert path.read_bytes() == before


def test_a_benchmark_that_fails_changes_nothing(notebook):
    """An error in a benchmark's cell is told in one line, with the cell, and the notebook stays byte for byte."""
    path = notebook(("measured = {'cpu': [1 / 0]}", "benchmark"), RECORD)
    before = path.read_bytes()
    output, code = record(path)
    assert code == 1
    assert f"Error: {path}: cell 2 (cell-1), line 1: ZeroDivisionError" in output
    assert path.read_bytes() == before
