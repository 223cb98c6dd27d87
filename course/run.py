"""``python -m course run``: execute notebooks and store their outputs in canonical form."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

from course import data, errors, kernel, notebooks, weights

CELL_SECONDS = 600
WALL_CLOCK = "wall-clock"
STORED = ("lectures", "solutions")  # the students' homework is stored without outputs


@click.command()
@click.argument("paths", metavar="[NOTEBOOK]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--refresh-timings", is_flag=True, help="Renew the outputs of cells tagged wall-clock.")
def command(paths: tuple[Path, ...], refresh_timings: bool) -> None:
    """Execute notebooks (all lessons and homework masters, if none is named) and store their outputs.

    The stored form is canonical: running again changes no byte. A cell tagged
    wall-clock keeps its output as long as no code of its notebook changes. A
    notebook in which a cell fails stays as it was.
    """
    data.fill()
    for path in paths or [p for p in notebooks.find() if p.relative_to(notebooks.ROOT).parts[0] in STORED]:
        stored = notebooks.read(path)
        new, answer = execute_and_ask(path, weights.question(path))
        if not refresh_timings:
            keep_timings(stored, new)
        click.echo(f"{path}: {'stored' if notebooks.write(path, new) else 'unchanged'}")
        for file in weights.store(answer) if answer else ():
            click.echo(f"{file}: stored")


def execute(path: Path) -> NotebookNode:
    """Return the notebook at ``path``, run from its first cell to its last in a fresh kernel, in canonical form.

    Raises:
        CourseError: It is no notebook, a cell failed, did not raise though it is
            tagged ``raises-exception``, or ran longer than ``CELL_SECONDS``; or the kernel died.
    """
    return execute_and_ask(path, None)[0]


def execute_and_ask(path: Path, question: str | None) -> tuple[NotebookNode, str | None]:
    """Return the notebook as ``execute`` does, and the string that an expression then has in its kernel.

    Raises:
        CourseError: As ``execute``.
    """
    notebook = notebooks.canonical(notebooks.read(path))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    cells = [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=CELL_SECONDS,
        record_timing=False,
        resources={"metadata": {"path": str(path.resolve().parent)}},
    )
    with (
        kernel.environment(),
        client.setup_kernel(),
        tqdm(cells, desc=path.name, unit="cell", leave=False, disable=None) as progress,
    ):
        for index, cell in progress:
            execute_cell(client, path, cell, index)
        answer = ask(client, path, question) if question else None
    _stamp_timings(notebook)
    return notebooks.canonical(notebook), answer


def ask(client: NotebookClient, path: Path, question: str) -> str:
    """Return the string that the last expression of some code has in a kernel whose notebook has run.

    Raises:
        CourseError: The code failed: the notebook lacks a name that it asks for.
    """
    cell = nbformat.v4.new_code_cell(question, id="asked-at-the-end")
    client.nb.cells.append(cell)
    execute_cell(client, path, cell, len(client.nb.cells) - 1)
    client.nb.cells.pop()
    return str(ast.literal_eval(cell.outputs[-1].data["text/plain"]))


def execute_cell(client: NotebookClient, path: Path, cell: NotebookNode, index: int) -> None:
    """Execute one cell, in place.

    Raises:
        CourseError: As ``execute``.
    """
    name = notebooks.cell_name(cell, index)
    try:
        client.execute_cell(cell, index)
    except CellExecutionError as e:
        error = f"{e.ename}: {e.evalue}".splitlines()[0]
        raise errors.cell_failed(path, name, _failing_line(cell.outputs), error) from e
    except CellTimeoutError as e:
        raise errors.cell_timed_out(path, name, CELL_SECONDS) from e
    except DeadKernelError as e:
        raise errors.kernel_died(path) from e
    if "raises-exception" in _tags(cell) and not any(o.output_type == "error" for o in cell.outputs):
        raise errors.cell_did_not_raise(path, name)


def _failing_line(outputs: Iterable[NotebookNode]) -> int | None:
    """Return the line of the cell at which its error came up, from 1, if the traceback tells."""
    for output in notebooks.canonical_outputs(o for o in outputs if o.output_type == "error"):
        for frame in output.traceback[:1]:
            if found := re.search(r"^-+> (\d+)|line (\d+)", frame, flags=re.MULTILINE):
                return int(found[1] or found[2])
    return None


def _tags(cell: NotebookNode) -> list[str]:
    tags: list[str] = cell.metadata.get("tags", [])
    return tags


def _stamp_timings(notebook: NotebookNode) -> None:
    """Write into each wall-clock cell which code its timings belong to."""
    code = notebooks.code_sha256(notebook)
    for cell in notebook.cells:
        if WALL_CLOCK in _tags(cell):
            cell.metadata.setdefault("course", NotebookNode())["timed_code"] = code


def keep_timings(stored: NotebookNode, new: NotebookNode) -> None:
    """Put the stored outputs of wall-clock cells into ``new`` where they were made by the same code."""
    timed: dict[str, Any] = {
        cell.id: cell.outputs
        for cell in stored.cells
        if WALL_CLOCK in _tags(cell)
        and cell.metadata.get("course", {}).get("timed_code") == notebooks.code_sha256(new)
        and cell.outputs
    }
    for cell in new.cells:
        if cell.get("id") in timed:
            cell.outputs = [nbformat.from_dict(output) for output in timed[cell.id]]
