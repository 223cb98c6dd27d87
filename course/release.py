"""``python -m course release``: make the students' homework from its masters."""

from __future__ import annotations

import ast
import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import nbformat
from nbformat import NotebookNode
from nbgrader.nbgraderformat import ValidationError
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)
from traitlets.config.loader import Config, PyFileConfigLoader

from course import errors, homework, notebooks

CONFIG = notebooks.ROOT / "nbgrader_config.py"
# Those of `nbgrader generate_assignment`, in its order, without those that read or write its database.
STEPS = (LockCells, ClearSolutions, ClearOutput, ClearHiddenTests, ClearMarkScheme, ComputeChecksums, CheckCellMetadata)


@click.command()
@click.argument("names", metavar="[HOMEWORK]...", nargs=-1)
@click.option(
    "--masters",
    type=click.Path(path_type=Path),
    default=notebooks.ROOT / "solutions",
    help="Where the masters are [default: solutions].",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=notebooks.ROOT / "exercises",
    help="Where the students' notebooks go [default: exercises].",
)
@click.option("--parameters", "file", type=click.Path(path_type=Path), help="Values for another year, in TOML.")
def command(names: tuple[str, ...], masters: Path, out: Path, file: Path | None) -> None:
    """Make the students' version of HOMEWORK, such as 03-threes-and-sevens; of all, if none is named.

    The solutions go, by nbgrader's own steps; everything else stays. With
    --parameters FILE, the parameters cell of each homework gets the values that
    FILE gives them: NAME = value for every homework that has it, and under a
    heading ["03-threes-and-sevens"] for that one alone. When anything is wrong,
    nothing is written; a notebook that is not this command's own is never overwritten.
    """
    values = read_parameters(file) if file else {}
    paths = find(masters, names)
    originals = {path: notebooks.read(path) for path in paths}
    changes = {path: choose(values, path.stem, master, path) for path, master in originals.items()}
    if file:
        _all_known(values, changes, file)
    made = {path: release(with_parameters(originals[path], changes[path], path), path) for path in paths}
    targets = {path: out / path.stem / path.name for path in paths}
    for target in targets.values():
        refuse_foreign(target)
    for path, target in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        click.echo(f"{target}: {'written' if notebooks.write(target, made[path]) else 'unchanged'}")


def find(masters: Path, names: tuple[str, ...] = ()) -> list[Path]:
    """Return the masters of these homeworks, of all if none is named, sorted.

    Raises:
        CourseError: There is no such homework, or none at all.
    """
    there = {path.stem: path for path in sorted(masters.glob("*/*.ipynb")) if path.parent.name == path.stem}
    for name in names:
        if name not in there:
            raise errors.no_such_homework(masters, name, sorted(there))
    if not there:
        raise errors.no_such_homework(masters, "NN-name", [])
    return [there[name] for name in sorted(set(names) or there)]


def release(master: NotebookNode, path: Path) -> NotebookNode:
    """Return what students get of a master: without solutions and outputs, in canonical form, with its mark.

    Raises:
        CourseError: The master is not one that can be released; ``path`` and the cell are named.
    """
    homework.check_cells(master, path)
    notebook: NotebookNode = nbformat.from_dict(master)
    resources: dict[str, Any] = {}
    config = nbgrader_config()
    for step in STEPS:
        try:
            notebook, resources = step(config=config).preprocess(notebook, resources)
        except (ValidationError, RuntimeError, ValueError) as e:
            raise errors.not_a_homework(path, " ".join(str(e).split())) from e
    homework.check_names(notebook, path)
    notebook = notebooks.canonical(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = None
    notebook.metadata.course["released"] = checksum(notebook)
    return notebook


def nbgrader_config() -> Config:
    """Return the configuration in nbgrader_config.py."""
    config: Config = PyFileConfigLoader(CONFIG.name, path=str(CONFIG.parent)).load_config()
    return config


def checksum(notebook: NotebookNode) -> str:
    """Return the SHA-256 of a notebook apart from its mark, in hexadecimal."""
    bare = nbformat.from_dict(notebook)
    bare.metadata.pop("course", None)
    return hashlib.sha256(notebooks.text(bare).encode()).hexdigest()


def refuse_foreign(target: Path) -> None:
    """See that a file is missing, or is what this command wrote.

    Raises:
        CourseError: It is something else, or was changed since.
    """
    if not target.exists():
        return
    try:
        there = notebooks.read(target)
    except errors.CourseError:
        raise errors.not_our_product(target) from None
    if there.metadata.get("course", {}).get("released") != checksum(there):
        raise errors.not_our_product(target)


def read_parameters(file: Path) -> dict[str, Any]:
    """Return the values that a file of parameters gives.

    Raises:
        CourseError: The file cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise errors.no_parameters(file, str(e)) from e


def choose(values: Mapping[str, Any], name: str, master: NotebookNode, path: Path) -> dict[str, Any]:
    """Return the values that are meant for one homework: those of its own heading, and common ones that it has.

    Raises:
        CourseError: The master has no parameters cell.
    """
    known = assignments(homework.parameters_cell(master, path))
    common = {key: value for key, value in values.items() if key in known and not isinstance(value, dict)}
    own: dict[str, Any] = values.get(name, {})
    return common | own


def _all_known(values: Mapping[str, Any], changes: Mapping[Path, Mapping[str, Any]], file: Path) -> None:
    used = {key for change in changes.values() for key in change} | {path.stem for path in changes}
    for key in values:
        if key not in used and not isinstance(values[key], dict):
            raise errors.unknown_parameter(file, key)


def assignments(cell: NotebookNode) -> dict[str, ast.expr]:
    """Return the value that a parameters cell gives each of its names, as Python's syntax."""
    return {
        node.targets[0].id: node.value
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def with_parameters(master: NotebookNode, values: Mapping[str, Any], path: Path) -> NotebookNode:
    """Return the master with these values in its parameters cell; a list stands for a tuple, too.

    Raises:
        CourseError: The master has no such parameter, or its value is of another kind.
    """
    changed: NotebookNode = nbformat.from_dict(master)
    cell = homework.parameters_cell(changed, path)
    known = assignments(cell)
    lines = cell.source.splitlines()
    for name, value in sorted(values.items(), key=lambda item: -known[item[0]].lineno if item[0] in known else 0):
        if name not in known:
            raise errors.unknown_parameter(path, name)
        node = known[name]
        new = as_before(value, ast.literal_eval(node))
        if new is None or node.end_lineno != node.lineno:
            raise errors.other_kind(path, name, value, ast.unparse(node))
        line = lines[node.lineno - 1]
        lines[node.lineno - 1] = line[: node.col_offset] + repr(new) + line[node.end_col_offset :]
    cell.source = "\n".join(lines)
    return changed


def as_before(value: Any, before: Any) -> Any:
    """Return a value as the kind of thing that stood there before, or None where it is another kind."""
    if isinstance(before, tuple) and isinstance(value, list | tuple):
        return tuple(value)
    if type(before) is float and type(value) is int:
        return float(value)
    return value if type(value) is type(before) else None
