import json
import os
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from course import errors, notebooks


def data(**kinds):
    """Return an output of the given MIME types, a `__` in a name standing for a slash."""
    return v4.new_output("display_data", {kind.replace("__", "/"): value for kind, value in kinds.items()})


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        pytest.param("10%\r 50%\r100%\n", "100%\n", id="a progress bar is its last state"),
        pytest.param("abcdef\rxyz", "xyzdef", id="what is not overwritten stays"),
        pytest.param("0  1\r\n2  3\r\n", "0  1\n2  3\n", id="a terminal's line ends"),
        pytest.param("<object at 0x7f4bd6f99cb0>", "<object at 0x…>", id="no memory address"),
        pytest.param("0x1f", "0x1f", id="a short hexadecimal number is a value"),
        pytest.param("/tmp/ipykernel_71/42.py:1: UserWarning: hey\n", "<cell>:1: UserWarning: hey\n", id="cell file"),
        pytest.param(f"{Path.home()}/.fastai/data", "~/.fastai/data", id="fastai's home"),
        pytest.param(f"Path('{Path.home()}')", "Path('~')", id="home"),
        pytest.param(os.__file__, "python/os.py", id="the standard library"),
        pytest.param(nbformat.__file__, "site-packages/nbformat/__init__.py", id="a package"),
        pytest.param(str(notebooks.ROOT / "lectures"), "…/lectures", id="the repository"),
    ],
)
def test_text_is_what_any_machine_would_show(raw, shown):
    """A stream holds neither what a terminal has overwritten nor what is of this machine."""
    assert notebooks.canonical_outputs([v4.new_output("stream", text=raw)])[0].text == shown


def test_fastai_home_elsewhere_reads_the_same(monkeypatch):
    """A cache that FASTAI_HOME has moved is shown as ~/.fastai."""
    monkeypatch.setenv("FASTAI_HOME", "/big/disk/fastai")
    assert notebooks.neutral("Path('/big/disk/fastai/data/mnist_png')") == "Path('~/.fastai/data/mnist_png')"


def test_a_longer_name_is_another_folder(monkeypatch):
    """Only a whole name is replaced: somebody else's home is not mine."""
    monkeypatch.setenv("HOME", "/home/ann")
    assert notebooks.neutral("/home/ann/x /home/anna/x") == "~/x /home/anna/x"


def test_streams_of_one_name_are_one():
    """However the kernel cut its output into messages, the stored stream is one."""
    parts = [v4.new_output("stream", text="a"), v4.new_output("stream", name="stderr", text="!")]
    merged = notebooks.canonical_outputs([*parts, v4.new_output("stream", text="b\n")])
    assert [(o.name, o.text) for o in merged] == [("stdout", "ab\n"), ("stderr", "!")]


@pytest.mark.parametrize(("png", "kept"), [("A" * 10, "image/png"), ("A" * 1000, "image/svg+xml")])
def test_of_two_pictures_the_smaller_stays(png, kept):
    """A figure that came as PNG and as SVG is stored as the smaller of the two."""
    [output] = notebooks.canonical_outputs([data(image__png=png, **{"image__svg+xml": "<svg>" + "x" * 100})])
    assert [kind for kind in output.data if kind.startswith("image")] == [kept]


def test_an_svg_is_stored_in_one_line_without_its_date():
    """A point of a curve is no line of the stored notebook, and when a figure was drawn is not stored."""
    svg = '<svg>\n <metadata>\n  <date>2026</date>\n </metadata>\n <path d="M 0 0 \nL 1 2\n"/>\n</svg>\n'
    [output] = notebooks.canonical_outputs([data(**{"image__svg+xml": svg})])
    assert output.data == {"image/svg+xml": '<svg> <path d="M 0 0 L 1 2 "/> </svg>'}


def test_a_chart_keeps_its_still():
    """A chart's PNG is not the alternative of a figure: it is what shows without scripts."""
    [output] = notebooks.canonical_outputs([v4.new_output("display_data", {notebooks.CHART: {}, "image/png": "A"})])
    assert set(output.data) == {notebooks.CHART, "image/png"}


def test_a_traceback_keeps_the_frames_of_the_notebook():
    """A stored error holds the reader's own lines and the message, and nothing of the library between."""
    frames = [
        "\x1b[0;31m-----\x1b[0m",
        "\x1b[0;31mRuntimeError\x1b[0m   Traceback (most recent call last)",
        "\x1b[0;32m/tmp/ipykernel_7/42.py\x1b[0m in \x1b[0;36m<cell line: 0>\x1b[0;34m()\x1b[0m\n----> 1 net(x)\n",
        "/lib/torch/nn/modules/module.py in _call_impl(self)\n   1\n",
        "\x1b[0;31mRuntimeError\x1b[0m: no",
    ]
    [error] = notebooks.canonical_outputs([v4.new_output("error", ename="RuntimeError", evalue="no", traceback=frames)])
    assert error.traceback == ["<cell>\n----> 1 net(x)", "RuntimeError: no"]


def test_canonical_form_is_the_same_for_the_same_work():
    """Counts run from 1, metadata of editors is gone, ids are there, and once more changes nothing."""
    cells = [v4.new_code_cell("1", execution_count=7, metadata={"scrolled": True, "tags": ["a"], "colab": {}})]
    cells += [v4.new_code_cell(""), v4.new_markdown_cell("x"), v4.new_code_cell("2", execution_count=9)]
    cells[0].outputs = [v4.new_output("execute_result", {"text/plain": "1"}, execution_count=7)]
    for cell in cells:
        del cell["id"]
    once = notebooks.canonical(
        nbformat.from_dict(
            {
                "nbformat": 4,
                "nbformat_minor": 0,
                "cells": cells,
                "metadata": {"colab": {}, "kernelspec": {"name": "mine", "display_name": "Mine"}},
            }
        )
    )
    code = [cell for cell in once.cells if cell.cell_type == "code"]
    assert [(c.execution_count, c.metadata) for c in code] == [(1, {"tags": ["a"]}), (2, {})]
    assert code[0].outputs[0].execution_count == 1
    assert len({cell.id for cell in once.cells}) == 3
    assert set(once.metadata) == {"course", "kernelspec", "language_info"}
    assert notebooks.text(notebooks.canonical(once)) == notebooks.text(once)


def test_two_cells_of_one_id_are_told_apart(tmp_path):
    """A copied cell gets an id of its own; the first keeps its."""
    cells = [v4.new_markdown_cell("a", id="same"), v4.new_markdown_cell("b", id="same")]
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps(v4.new_notebook(cells=cells)))
    first, second = notebooks.canonical(notebooks.read(path)).cells
    assert first.id == "same" != second.id
    assert second.id == notebooks.canonical(notebooks.read(path)).cells[1].id


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a Jupyter notebook (Notebook does not appear to be JSON: ''); restore it from git"),
        (b"{}", "not a Jupyter notebook ("),
        (b"[]", "not a Jupyter notebook ("),
        (b"print()", "not a Jupyter notebook (Notebook does not appear to be JSON: 'print()')"),
        (b"\xff\xfe{", "not a Jupyter notebook ('utf-8' codec can't decode"),
        (b'{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}', "format 3, not 4"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{}]}', "not a Jupyter notebook ("),
    ],
)
def test_what_is_no_notebook_is_told_in_one_line(tmp_path, content, message):
    """A file that is no notebook ends in one line that names it and says what to do."""
    path = tmp_path / "x.ipynb"
    path.write_bytes(content)
    with pytest.raises(errors.CourseError) as caught:
        notebooks.read(path)
    assert caught.value.message.startswith(f"{path}: ")
    assert message in caught.value.message
    assert "\n" not in caught.value.message


def test_a_notebook_that_is_not_there(tmp_path):
    """A name that is no file is said to be none."""
    with pytest.raises(errors.CourseError, match="there is no such notebook; check the name"):
        notebooks.read(tmp_path / "x.ipynb")


def test_a_write_is_whole_or_not_at_all(tmp_path, monkeypatch):
    """If the last step fails, the old file is there and nothing else; writing the same again touches nothing."""
    path = tmp_path / "x.ipynb"
    assert notebooks.write(path, v4.new_notebook())
    assert not notebooks.write(path, v4.new_notebook())
    before = path.read_bytes()
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("no space")))
    with pytest.raises(OSError, match="no space"):
        notebooks.write(path, v4.new_notebook(cells=[v4.new_markdown_cell("new")]))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_find_takes_the_course_folders_alone(tmp_path):
    """Notebooks are found by folder, sorted; checkpoints and other folders are left alone."""
    for name in ("solutions/02/b.ipynb", "lectures/a.ipynb", "lectures/.ipynb_checkpoints/a.ipynb", "other/c.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [p.relative_to(tmp_path).as_posix() for p in notebooks.find(tmp_path)] == [
        "lectures/a.ipynb",
        "solutions/02/b.ipynb",
    ]
