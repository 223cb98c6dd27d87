"""Reading and writing notebooks, and the one canonical form in which they are stored and compared."""

from __future__ import annotations

import hashlib
import os
import re
import sysconfig
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
import nbformat.reader
import nbformat.validator
from nbformat import NotebookNode

from course import errors

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("lectures", "exercises", "solutions", "ko")
CHART = "application/vnd.vegalite.v5+json"

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
# What editors and runs leave behind: none of it is the author's.
_NOISE = {
    "ExecuteTime",
    "colab",
    "collapsed",
    "execution",
    "executionInfo",
    "id",
    "jupyter",
    "outputId",
    "papermill",
    "scrolled",
    "trusted",
    "vscode",
    "widgets",
}
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,16}\b")
_CELL_FILE = re.compile(r"""[^\s"']*ipykernel_\d+[/\\]\d+\.py|<ipython-input-[^>]*>""")
_SCOPE = re.compile(r"(<cell>) in (<module>|<cell line: \d+>)(\(\))?")


def find(root: Path = ROOT) -> list[Path]:
    """Return every notebook of the course below ``root``, sorted by path."""
    found = [p for folder in FOLDERS for p in (root / folder).rglob("*.ipynb")]
    return sorted(p for p in found if not any(part.startswith(".") for part in p.relative_to(root).parts))


def read(path: Path) -> NotebookNode:
    """Return the notebook at ``path``, validated.

    Raises:
        CourseError: There is no such file, or it is no notebook of format 4.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise errors.no_such_notebook(path) from None
    except (OSError, UnicodeDecodeError) as e:
        raise errors.not_a_notebook(path, str(e)) from e
    try:
        notebook: NotebookNode = nbformat.reader.reads(text)
        if notebook.get("nbformat") != 4:
            raise errors.not_a_notebook(path, f"format {notebook.get('nbformat')}, not 4")
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, AttributeError) as e:
        raise errors.not_a_notebook(path, str(e).splitlines()[0][:100]) from e
    for fault in nbformat.validator.iter_validate(notebook):  # not validate(), which changes what it checks
        raise errors.not_a_notebook(path, str(fault).splitlines()[0][:100])
    return notebook


def text(notebook: NotebookNode) -> str:
    """Return the notebook as it is written to disk: keys sorted, indented by one, UTF-8, a newline at the end."""
    return str(nbformat.writes(notebook, version=nbformat.NO_CONVERT, sort_keys=True)).rstrip("\n") + "\n"


def write(path: Path, notebook: NotebookNode) -> bool:
    """Write the notebook whole or not at all; return whether the file changed."""
    new = text(notebook)
    if path.exists() and path.read_text(encoding="utf-8") == new:
        return False
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".tmp", delete=False) as file:
        file.write(new)
    scratch = Path(file.name)
    try:
        scratch.chmod(path.stat().st_mode if path.exists() else 0o644)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
    return True


def code_sha256(notebook: NotebookNode) -> str:
    """Return the SHA-256 of all code of the notebook, in hexadecimal."""
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()


def cell_name(cell: NotebookNode, index: int) -> str:
    """Return how messages call a cell: its number among all cells, from 1, and its id."""
    return f"{index + 1} ({cell.get('id', 'no id')})"


def canonical(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook in the form in which it is stored: the same work gives the same bytes.

    Execution counts run 1…n over the code cells, every cell has an id, and what
    depends on the run, the editor or the machine is gone from metadata and outputs.
    """
    new: NotebookNode = nbformat.from_dict(notebook)
    new.nbformat, new.nbformat_minor = 4, 5
    new.metadata = nbformat.from_dict({**_without_noise(new.metadata), **_METADATA})
    new.cells = [cell for cell in new.cells if cell.source.strip() or cell.cell_type != "code"]
    _name_cells(new.cells)
    count = 0
    for cell in new.cells:
        cell.metadata = _without_noise(cell.metadata)
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            cell.outputs = canonical_outputs(cell.outputs)
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
    return new


def _without_noise(metadata: NotebookNode) -> NotebookNode:
    return NotebookNode({k: v for k, v in metadata.items() if k not in _NOISE})


def _name_cells(cells: Iterable[NotebookNode]) -> None:
    """Give each cell without an id, or with one that is taken, an id that follows from its place and source."""
    taken: set[str] = set()
    for index, cell in enumerate(cells):
        if cell.get("id", "") in taken | {""}:
            cell.id = hashlib.sha256(f"{index}\0{cell.source}".encode()).hexdigest()[:12]
        taken.add(cell.id)


def canonical_outputs(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Return outputs without what differs from run to run or from machine to machine.

    Streams of one name are one stream, as a terminal would show it; machine
    paths and memory addresses are neutral; of a figure's PNG and SVG the
    smaller stays; a traceback keeps the notebook's own frames and its last line.
    """
    new = [nbformat.from_dict(output) for output in outputs]
    streams: dict[str, NotebookNode] = {}
    kept = []
    for output in new:
        if output.output_type != "stream":
            kept.append(output)
        elif output.name in streams:
            streams[output.name].text += output.text
        else:
            streams[output.name] = output
            kept.append(output)
    for output in kept:
        _CANONICAL[output.output_type](output)
    return [output for output in kept if output.output_type != "stream" or output.text]


def _canonical_stream(output: NotebookNode) -> None:
    output.text = neutral(_as_on_a_terminal(output.text))


def _canonical_error(output: NotebookNode) -> None:
    frames = [neutral(_ANSI.sub("", frame)) for frame in output.traceback]
    own = [_SCOPE.sub(r"\1", frame).rstrip() for frame in frames[:-1] if "<cell>" in frame]
    output.evalue = neutral(output.evalue)
    output.traceback = [*own, frames[-1].rstrip()] if frames else []


def _canonical_data(output: NotebookNode) -> None:
    data = output.data
    if "image/svg+xml" in data:
        data["image/svg+xml"] = _canonical_svg(data["image/svg+xml"])
    if CHART not in data and {"image/png", "image/svg+xml"} <= data.keys():
        larger = max(("image/svg+xml", "image/png"), key=lambda kind: len(data[kind]))
        del data[larger]
    for kind, value in data.items():
        picture = kind.startswith("image/") and isinstance(value, str)
        data[kind] = value.strip() if picture else _neutral_everywhere(value)
    sizes = {k: v for k, v in output.metadata.items() if k in data and k.startswith("image/")}
    output.metadata = nbformat.from_dict(sizes)
    output.pop("transient", None)


def _canonical_svg(svg: str) -> str:
    """Return the picture without its date, in one line: Matplotlib writes one a point, JSON a string for each."""
    return re.sub(r"\s*\n\s*", " ", re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL))


_CANONICAL = {
    "stream": _canonical_stream,
    "error": _canonical_error,
    "display_data": _canonical_data,
    "execute_result": _canonical_data,
}


def _as_on_a_terminal(text: str) -> str:
    """Return what is left on screen: a carriage return overwrites its line from the start."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(_overwritten(line) for line in lines)


def _overwritten(line: str) -> str:
    shown = ""
    for part in line.split("\r"):
        shown = part + shown[len(part) :]
    return shown


def neutral(text: str) -> str:
    """Return text without memory addresses and without this machine's paths; home is ``~``."""
    for path, name in _machine_paths():
        text = re.sub(rf"{re.escape(path)}(?![\w.-])", name, text)
    return _ADDRESS.sub("0x…", _CELL_FILE.sub("<cell>", text))


def _machine_paths() -> list[tuple[str, str]]:
    """Return folders of this machine and what stands for each, the longest first."""
    paths = sysconfig.get_paths()
    names = {
        str(Path("~/.fastai").expanduser()): "~/.fastai",
        os.environ.get("FASTAI_HOME", ""): "~/.fastai",
        str(ROOT): "…",
        paths["purelib"]: "site-packages",
        paths["platlib"]: "site-packages",
        paths["stdlib"]: "python",
        tempfile.gettempdir(): "tmp",
        str(Path.home()): "~",
    }
    return sorted(((p, n) for p, n in names.items() if p not in ("", "/")), key=lambda item: -len(item[0]))


def _neutral_everywhere(value: Any) -> Any:
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, list):
        return [_neutral_everywhere(item) for item in value]
    if isinstance(value, dict):
        return nbformat.from_dict({key: _neutral_everywhere(item) for key, item in value.items()})
    return value
