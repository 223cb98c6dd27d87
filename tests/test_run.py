import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from nbformat import v4

from course import notebooks, run


@pytest.fixture
def notebook(tmp_path):
    """Return a function that writes a notebook of the given code cells and returns its path."""

    def make(*sources, tags=()):
        cells = [v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources, 1)]
        cells[-1].metadata.tags = list(tags)
        path = tmp_path / "x.ipynb"
        notebooks.write(path, v4.new_notebook(cells=cells))
        return path

    return make


def course_run(*arguments):
    """Run the command in this process and return what it printed and its exit code."""
    result = CliRunner().invoke(run.command, [str(a) for a in arguments])
    return result.output.strip(), result.exit_code


def outputs(path):
    """Return the outputs of each code cell of a stored notebook."""
    return [cell.outputs for cell in notebooks.read(path).cells if cell.cell_type == "code"]


FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
CHART = "import altair as alt, pandas as pd\nalt.Chart(pd.DataFrame({'a': [1, 2]})).mark_point().encode(x='a')"
MACHINE = "from pathlib import Path\nimport os\nPath.home(), object(), os.getcwd()[:0]"
NOISE = "import torch, random\n(torch.randn(100).exp().sum(), {str(i) for i in range(9)})"


@pytest.mark.slow
def test_running_twice_gives_the_same_bytes(notebook):
    """Figures, charts, machine paths, hash order and tensors come out the same the second time."""
    path = notebook("import torch\ntorch.manual_seed(1)", FIGURE, CHART, MACHINE, NOISE)
    assert course_run(path) == (f"{path}: stored", 0)
    first = path.read_bytes()
    assert course_run(path) == (f"{path}: unchanged", 0)
    assert path.read_bytes() == first


def test_a_figure_is_stored_once_and_a_chart_with_its_still(notebook):
    """A line plot is the smaller of PNG and SVG; a chart is Vega-Lite and a PNG; neither needs a renderer line."""
    path = notebook(FIGURE, CHART)
    course_run(path)
    [figure], [chart] = outputs(path)
    assert len([kind for kind in figure.data if kind.startswith("image/")]) == 1
    assert set(chart.data) == {notebooks.CHART, "image/png", "text/plain"}


def test_the_kernel_has_no_gpu_one_thread_and_no_name_of_ours(notebook):
    """What a notebook sees is fixed: no CUDA, one thread, and nothing in its namespace but its own."""
    path = notebook(
        "import torch\n(torch.cuda.is_available(), torch.get_num_threads(), 'alt' in dir(), 'course' in dir())"
    )
    course_run(path)
    assert outputs(path)[0][0].data["text/plain"] == "(False, 1, False, False)"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1\n\n1 / 0", "cell 2 (cell-2), line 3: ZeroDivisionError: division by zero; mend the cell"),
        ("f(0)", "cell 2 (cell-2), line 1: RuntimeError: mat1 and mat2 shapes cannot be multiplied"),
        ("if True\n    pass", "cell 2 (cell-2), line 1: SyntaxError: expected ':'"),
        ("import os\nos._exit(1)", "the kernel died (out of memory?)"),
    ],
)
def test_an_error_names_file_cell_and_line_and_changes_nothing(notebook, source, message):
    """A failing cell ends the run in one line, and the stored notebook stays byte for byte."""
    path = notebook("import torch\ndef f(x):\n    return torch.ones(2, 3) @ torch.ones(2, 3)", source)
    before = path.read_bytes()
    output, code = course_run(path)
    assert code == 1
    assert f"Error: {path}: {message}" in output.splitlines()[-1]
    assert path.read_bytes() == before


def test_a_declared_error_is_stored(notebook):
    """A cell tagged raises-exception keeps its error as its output."""
    path = notebook("1 / 0", tags=["raises-exception"])
    assert course_run(path)[1] == 0
    assert outputs(path)[0][0].traceback == ["<cell>\n----> 1 1 / 0", "ZeroDivisionError: division by zero"]


def test_a_declared_error_that_does_not_come_is_told(notebook):
    """A cell tagged raises-exception that ends well is a fault of the notebook."""
    output, code = course_run(notebook("1", tags=["raises-exception"]))
    assert code == 1
    assert "cell 1 (cell-1): should raise an error and did not" in output


def test_a_cell_that_never_ends_is_told(notebook, monkeypatch):
    """A cell over its time ends the run in one line."""
    monkeypatch.setattr(run, "CELL_SECONDS", 1)
    output, code = course_run(notebook("import time\ntime.sleep(60)"))
    assert code == 1
    assert "cell 1 (cell-1): still running after 1 s" in output


@pytest.mark.slow
def test_timings_stay_while_the_code_does(notebook):
    """A wall-clock cell keeps its output until some code of its notebook changes, or --refresh-timings."""
    path = notebook("n = 1", "import time\ntime.time()", tags=["wall-clock"])
    course_run(path)
    first = outputs(path)[1]
    course_run(path)
    assert outputs(path)[1] == first
    course_run(path, "--refresh-timings")
    second = outputs(path)[1]
    assert second != first
    changed = notebooks.read(path)
    changed.cells[0].source = "n = 2"
    notebooks.write(path, changed)
    course_run(path)
    assert outputs(path)[1] != second


def test_ctrl_c_leaves_the_notebook_and_no_kernel(notebook):
    """Interrupted while a cell runs, the command ends at once, the file is untouched and the kernel is gone."""
    path = notebook(
        "import os, time\nfrom pathlib import Path\nPath('pid').write_text(str(os.getpid()))\ntime.sleep(600)"
    )
    before = path.read_bytes()
    process = subprocess.Popen(
        [sys.executable, "-m", "course", "run", str(path)], start_new_session=True, stderr=subprocess.PIPE
    )
    pid_file = path.parent / "pid"
    while not (pid_file.exists() and pid_file.read_text()):
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 1
    assert path.read_bytes() == before
    assert not _alive(int(pid_file.read_text()))


def _alive(pid):
    return subprocess.run(["kill", "-0", str(pid)], capture_output=True, check=False).returncode == 0
