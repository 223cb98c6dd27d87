import json

import pytest

from course import notebooks

PLOT = """\
import matplotlib.pyplot as plt
plt.plot([1, 2, 4], color="tab:blue")
plt.title("A curve")
plt.show()"""
POINTS = PLOT.replace("[1, 2, 4]", "range(9000), '.'")
CHART = """\
import altair as alt, pandas as pd
alt.Chart(pd.DataFrame({"a": [1.5, 2.2, 2.5], "b": [1, 2, 3]})).mark_line().encode(x="a", y="b")"""
TIMED = """\
import time, matplotlib.pyplot as plt
print(f"took {time.perf_counter():.3f} s")
plt.plot([time.time() % 60, 2])
plt.show()"""
LOOSE = {"course": {"tolerance": {"rtol": 0.01}}}

# name, what is stored, what runs later, what the plugin then says of it; nothing where it passes
CHANGES = [
    ("same-words", "print('loss', 0.0139)\n12396", None, None),
    ("same-table", "import pandas as pd\npd.DataFrame({'x': [0.1, 0.2]})", None, None),
    ("same-plot", PLOT, None, None),
    ("same-points", POINTS, None, None),
    ("same-chart", CHART, None, None),
    ("same-error", "[1, 2][3]", None, None),
    ("progress", "from tqdm import tqdm\nfor _ in tqdm(range(3), bar_format='{n}'): pass", None, None),
    ("cleared", "from IPython.display import *\nprint('a')\nclear_output(wait=True)\nprint('b')", None, None),
    ("updated", "handle = display('old', display_id=True)\nhandle.update('new')", None, None),
    ("kernel", "import torch\ntorch.get_num_threads(), torch.cuda.is_available(), 'course' in globals()", None, None),
    ("timed", TIMED, None, None),
    ("seventh-digit", "1.2345678", "1.2345679", None),
    ("chart-seventh", CHART, CHART.replace("2.2,", "2.2000001,"), None),
    ("loose", "print('0.5000')", "print('0.5049')", None),
    ("digit", "print('accuracy', 0.9996)", "print('accuracy', 0.9995)", "output 1 (stdout): number 1 (line 1): stored"
     " 0.9996, now 0.9995, differs by 0.0001 > tolerance 5e-07"),
    ("count", "print(6131)", "print(6132)", "number 1 (line 1): stored 6131, now 6132, differs by 1 > tolerance 0"),
    ("nan", "0.5", "float('nan')", "number 1 (line 1): stored 0.5, now nan"),
    ("decimals", "print('0.50')", "print('0.500')", "number 1 (line 1): stored 0.50, now 0.500"),
    ("word", "print('three')", "print('seven')", "line 1: stored 'three', now 'seven'"),
    ("line", "print('a\\nb')", "print('a')", "output 1 (stdout): line 2 is missing: stored 'b'"),
    ("missing", "print('a')", "pass", "output 1 (stdout) is missing: stored a"),
    ("new", "pass", "print('a')", "output 1 (stdout) is new: a"),
    ("raises", "print('a')", "print('a'); 1 / 0", "error is new: ZeroDivisionError: division by zero"),
    ("warns", "print('a')", "import warnings; print('a'); warnings.warn('old')", "output 2 (stderr) is new: "),
    ("quiet-error", "[1, 2][3]", "[1, 2, 3]", "is tagged raises-exception and raised nothing"),
    ("other-error", "[1, 2][3]", "{}[3]", "stored 'IndexError: list index out of range', now 'KeyError: 3'"),
    ("colour", PLOT, PLOT.replace("blue", "red"), "output 1 (image/svg+xml): the picture changed"),
    ("png", POINTS, POINTS.replace("9000", "8000"), "output 1 (image/png): the picture changed"),
    ("encoding", CHART, CHART.replace("x=", "size="), "$.encoding.size is new: "),
    ("title", CHART, CHART + ".properties(title='A')", "output 1 (image/png): the picture changed"),
    ("timed-words", TIMED, TIMED.replace("took", "lasted"), "line 1: stored 'took 0', now 'lasted 0'"),
]  # fmt: skip
TAGS = dict.fromkeys(("same-error", "quiet-error", "other-error"), ("raises-exception",))
TAGS |= dict.fromkeys(("timed", "timed-words"), ("wall-clock",))


@pytest.fixture(scope="module")
def lesson(shared_project, cell):
    """Store a lesson with every kind of output; return its project and its path."""
    cells = [
        cell(name, source, *TAGS.get(name, ()), **(LOOSE if name == "loose" else {})) for name, source, _, _ in CHANGES
    ]
    return shared_project, shared_project.store("lectures/01-a.ipynb", *cells)


@pytest.fixture(scope="module")
def verdict(lesson):
    """Return what pytest says of the lesson when the code of its cells has changed."""
    project, path = lesson
    stored = path.read_text()
    project.edit(path, **{name.replace("-", "_"): new for name, _, new, _ in CHANGES if new})
    code, said = project.pytest("-v")
    path.write_text(stored)
    assert code == 1
    return said


def of_cell(said, name):
    """Return what was said of one cell."""
    _, _, rest = said.partition(f"lectures/01-a.ipynb, cell {name}\n")
    return rest.partition("\n  If that is meant: python -m course run lectures/01-a.ipynb")[0]


@pytest.mark.slow
def test_a_lesson_runs_again_to_what_is_stored(lesson):
    """Words, tables, figures, charts, errors, progress bars and timings pass in a kernel like that of course run."""
    project, _ = lesson
    code, said = project.pytest()
    assert code == 0, said


@pytest.mark.parametrize(("name", "words"), [pytest.param(name, words, id=name) for name, _, _, words in CHANGES])
def test_a_changed_cell_fails_and_says_in_what(verdict, name, words):
    """What differs is said of its cell, output and number; what is within a tolerance passes."""
    assert f"lectures/01-a.ipynb::{name} {'FAILED' if words else 'PASSED'}" in verdict
    assert (words or "") in of_cell(verdict, name)


def test_both_pictures_are_in_the_report(lesson, verdict):
    """The report shows each changed picture, stored and new, and asks no other file for anything."""
    project, _ = lesson
    page = (project.root / "_build" / "compare" / "index.html").read_text()
    changed = verdict.count("the picture changed")
    assert changed >= 4
    assert page.count("<img") == page.count('src="data:image/') == 2 * changed
    assert "side by side: _build/compare/index.html" in verdict


def test_one_character_of_a_stored_output_fails(lesson):
    """A digit, or a figure's colour, changed in the notebook's file alone fails at its cell."""
    project, path = lesson
    stored = path.read_text()
    path.write_text(stored.replace("loss 0.0139", "loss 0.0138").replace("#1f77b4", "#2ca02c", 2))
    _, said = project.pytest()
    path.write_text(stored)
    assert "stored 0.0138, now 0.0139" in of_cell(said, "same-words")
    assert "the picture changed" in of_cell(said, "same-plot")
    assert "2 failed" in said


@pytest.mark.slow
def test_every_notebook_is_found_by_folder_and_no_other(project, cell):
    """Typed by hand, pytest runs the notebooks of all four folders, and none that lies elsewhere.

    A translated notebook shares the run of its English twin; alone, it runs.
    """
    english = project.store("lectures/01-a.ipynb", cell("one", "1 + 1"))
    project.write("solutions/01-a/01-a.ipynb", *notebooks.read(english).cells)
    project.write("exercises/01-a/01-a.ipynb", cell("shown", "print('whatever')"), cell("broken", "nothing"))
    project.write("ko/lectures/01-a.ipynb", *notebooks.read(english).cells)
    project.write("tests/cases/broken.ipynb", cell("elsewhere", "1 / 0"))
    project.write("lectures/.ipynb_checkpoints/old.ipynb", cell("hidden", "1 / 0"))
    _, said = project.pytest("-v")
    for item in ("lectures/01-a.ipynb::one", "exercises/01-a/01-a.ipynb::shown", "solutions/01-a/01-a.ipynb::one"):
        assert f"{item} PASSED" in said
    assert "exercises/01-a/01-a.ipynb::broken FAILED" in said
    assert "error is new: NameError: name 'nothing' is not defined" in said
    assert "ko/lectures/01-a.ipynb::twin PASSED" in said
    assert "ko/lectures/01-a.ipynb::one" not in said
    assert "1 failed, 4 passed, 1 deselected" in said
    _, said = project.pytest("-v", "ko")
    assert "ko/lectures/01-a.ipynb::one PASSED" in said


def test_a_translation_with_other_code_fails(project, cell):
    """One byte of code that is not the English one's fails; a homework's LANGUAGE line may differ, and is run."""
    project.write("lectures/01-a.ipynb", cell("one", "LANGUAGE = 'en'"))
    project.write("ko/lectures/01-a.ipynb", cell("one", "LANGUAGE = 'ko'"))
    project.write("exercises/01-a/01-a.ipynb", cell("language", 'LANGUAGE = "en"\n1'))
    project.write("ko/exercises/01-a/01-a.ipynb", cell("language", 'LANGUAGE = "ko"\n1'))
    _, said = project.pytest("-v", "ko")
    assert "cell one: source is not the English one's: LANGUAGE = 'en' became LANGUAGE = 'ko'" in said
    assert "ko/exercises/01-a/01-a.ipynb::twin PASSED" in said
    assert "ko/exercises/01-a/01-a.ipynb::language PASSED" in said


def test_a_lesson_that_was_never_run_fails(project, cell):
    """A lesson's cell without outputs and count is compared all the same."""
    project.write("lectures/01-a.ipynb", cell("shown", "print('whatever')"))
    assert "output 1 (stdout) is new: whatever" in project.pytest()[1]


@pytest.mark.parametrize("broken", ["{", json.dumps({"cells": []}), "[]"])
def test_a_file_that_is_no_notebook_is_told_in_one_line(project, cell, broken):
    """A corrupted notebook, or a missing English one, is told with the way out and without a traceback."""
    project.write("ko/lectures/02-b.ipynb", cell("one", "1"))
    path = project.write("lectures/01-a.ipynb", cell("one", "1"))
    path.write_text(broken)
    code, said = project.pytest()
    assert code != 0
    assert "lectures/01-a.ipynb: not a Jupyter notebook" in said
    assert "restore it from git" in said
    assert "lectures/02-b.ipynb: there is no such notebook" in said
    assert "Traceback" not in said
