"""A homework's master as its questions: which cells are answered, what each check reads, and how many points it gives.

A master is a notebook of nbgrader. Its given cells and its checks are locked;
an answer cell is a *solution* cell. A question is a check with the answer
cells between it and the check before. What a check reads of an answer are the
parameters of its function, so that a grader can fetch them by name.
"""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from course import errors, notebooks

PARAMETERS = "parameters"
MARK = re.compile(r"^\s*### (?:BEGIN|END) SOLUTION\s*$")
STUB = re.compile(r"^\w+ = \.\.\.$")
REGIONS = ("SOLUTION", "MARK SCHEME", "HIDDEN TESTS")


@dataclass(frozen=True)
class Question:
    """A check and the answers that it looks at.

    Attributes:
        check: The check's cell.
        answers: The answer cells, in the notebook's order.
        names: What the check reads, in the order of its function's parameters.
        points: The most points that it gives.
    """

    check: NotebookNode
    answers: tuple[NotebookNode, ...]
    names: tuple[str, ...]
    points: int


def kind(cell: NotebookNode) -> str:
    """Return what a cell is to nbgrader: ``answer``, ``written`` (marked by hand), ``check``, ``given``, or nothing."""
    nbgrader = cell.metadata.get("nbgrader", {})
    if nbgrader.get("solution"):
        return "written" if nbgrader.get("grade") else "answer"
    if nbgrader.get("grade"):
        return "check"
    return "given" if nbgrader.get("locked") else ""


def grade_id(cell: NotebookNode) -> str:
    """Return the name by which nbgrader knows the cell, or nothing."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id") or "")


def questions(notebook: NotebookNode) -> list[Question]:
    """Return the questions of a well-formed homework, in order."""
    found, answers = [], []
    for cell in notebook.cells:
        if kind(cell) == "answer":
            answers.append(cell)
        elif kind(cell) == "check":
            names = [argument.arg for argument in _check(cell)[0].args.args]
            found.append(Question(cell, tuple(answers), tuple(names), int(cell.metadata.nbgrader.points)))
            answers = []
    return found


def _check(cell: NotebookNode) -> tuple[ast.FunctionDef, Any]:
    """Return the function that the cell's last line hands to ``grade``, and the points that it names.

    Raises:
        LookupError: There is no such line or no such function.
    """
    body = ast.parse(cell.source).body
    match body[-1] if body else None:
        case ast.Expr(ast.Call(ast.Name("grade"), [_, ast.Name(name)], [ast.keyword("points", ast.Constant(points))])):
            for node in body:
                if isinstance(node, ast.FunctionDef) and node.name == name:
                    return node, points
    raise LookupError


def check_names(released: NotebookNode, path: Path) -> None:
    """See that each check reads what its question asks for.

    Args:
        released: What students get of the master.
        path: The master's file, for messages.

    Raises:
        CourseError: A check is not one, gives other points than nbgrader is told, reads a name that its question
            does not ask for, or two questions ask for the same name.
    """
    given, asked = set(dir(builtins)), dict[str, str]()
    offered: set[str] = set()
    for index, cell in enumerate(released.cells):
        where = notebooks.cell_name(cell, index)
        if cell.cell_type != "code":
            continue
        bound, used = _names(cell, path, where)
        if kind(cell) == "answer":
            offered |= bound
            continue
        if kind(cell) == "check":
            question = _question(cell, path, where)
            for name in question.names:
                if name not in offered:
                    raise errors.nobody_asks(path, where, name)
                if name in asked:
                    raise errors.asked_twice(path, where, name, asked[name])
                asked[name] = where
            offered = set()
        for name in sorted(used - bound - given):
            raise errors.nobody_asks(path, where, name)
        given |= bound


def _question(cell: NotebookNode, path: Path, where: str) -> Question:
    try:
        (question,) = questions(NotebookNode(cells=[cell]))
    except LookupError:
        raise errors.no_check(path, where) from None
    if _check(cell)[1] != question.points:
        raise errors.other_points(path, where, question.points)
    return question


def _names(cell: NotebookNode, path: Path, where: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell binds in the notebook, and those that it reads there."""
    try:
        table = symtable.symtable(cell.source, "cell", "exec")
    except SyntaxError as e:
        raise errors.not_python(path, where, str(e)) from e
    symbols = table.get_symbols()
    bound = {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}
    used = {symbol.get_name() for symbol in symbols if symbol.is_referenced()}
    return bound, used | set(_globals(table))


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    """Yield the names of the notebook that the functions and classes in a cell read."""
    for child in table.get_children():
        yield from (symbol.get_name() for symbol in child.get_symbols() if symbol.is_global())
        yield from _globals(child)


def without_marks(code: str) -> str:
    """Return a master's answer without the lines that are there for nbgrader and for students."""
    lines = [line for line in code.splitlines() if not MARK.match(line) and not STUB.match(line)]
    return "\n".join(lines).strip("\n")


def check_cells(master: NotebookNode, path: Path) -> None:
    """See that nbgrader can make a student's version of the master.

    Raises:
        CourseError: It has no cell tagged ``parameters``; a cell has no ``grade_id`` or another's; a region is not
            closed, or stands in a cell that is no answer.
    """
    taken: dict[str, str] = {}
    for index, cell in enumerate(master.cells):
        where = notebooks.cell_name(cell, index)
        _check_regions(cell, path, where)
        if "nbgrader" not in cell.metadata:
            continue
        name = grade_id(cell)
        if not name:
            raise errors.no_grade_id(path, where)
        if name in taken:
            raise errors.grade_id_taken(path, where, name, taken[name])
        taken[name] = where
    parameters_cell(master, path)


def _check_regions(cell: NotebookNode, path: Path, where: str) -> None:
    for region in REGIONS:
        within = False
        for line in cell.source.splitlines():
            if f"BEGIN {region}" in line or f"END {region}" in line:
                if within is (f"BEGIN {region}" in line):
                    raise errors.region_open(path, where, region)
                within = not within
        if within:
            raise errors.region_open(path, where, region)
    if "BEGIN SOLUTION" in cell.source and kind(cell) not in {"answer", "written"}:
        raise errors.no_grade_id(path, where)


def parameters_cell(master: NotebookNode, path: Path) -> NotebookNode:
    """Return the cell tagged ``parameters``, papermill's convention.

    Raises:
        CourseError: There is none.
    """
    cells: list[NotebookNode] = master.cells
    for cell in cells:
        if cell.cell_type == "code" and PARAMETERS in cell.metadata.get("tags", []):
            return cell
    raise errors.not_a_homework(path, f"it has no cell tagged {PARAMETERS}")


def imports(notebook: Mapping[str, Any]) -> set[str]:
    """Return the modules that a notebook's code imports; a cell that is not Python alone is left out."""
    found: set[str] = set()
    for cell in notebook["cells"]:
        try:
            tree = ast.parse("".join(cell["source"]) if cell["cell_type"] == "code" else "")
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
    return found
