"""One hand-in, from its rebuilt cells to its marks: executed in a sandbox, examined outside at each check's place."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from course.grade.bare import BareTemplate
from course.grade.examine import SUMMARY, Examiner, NotOnRecordError, Witness
from course.grade.handins import Cell, Mark, Ran, Role
from course.grade.remarks import Remark
from course.grade.replies import Answer
from course.grade.sandbox import Source


@dataclass(frozen=True)
class Transcript:
    """What an execution left: enough to examine it again without executing it.

    Attributes:
        ran: The cells that ran.
        answers: The encoded values that each check was given, by the check's name.
        calls: What each check asked the hand-in's functions, and their answers.
        remarks: What is to be said of the execution as a whole.
    """

    ran: tuple[Ran, ...] = ()
    answers: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    calls: Mapping[str, Mapping[str, Answer | None]] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Examined:
    """A hand-in's marks, and what they rest on."""

    marks: tuple[Mark, ...]
    transcript: Transcript


def execute(cells: Sequence[Cell], template: Source | BareTemplate, examiner: Examiner) -> Examined:
    """Run the cells in a fresh child of the template, and each check when the cells before it have run.

    Args:
        cells: The rebuilt notebook, as ``to_run`` returns it.
        template: The sandbox.
        examiner: The checks.
    """
    ran: list[Ran] = []
    answers: dict[str, Mapping[str, bytes]] = {}
    calls: dict[str, Mapping[str, Answer | None]] = {}
    marks: list[Mark] = []
    with template.child() as child:
        for index, cell in enumerate(cells):
            if cell.role is Role.CHECK:
                answers[cell.name] = child.fetch(examiner.questions[cell.name].names)
                witness = Witness(child.call, examiner.language)
                marks.append(examiner.mark(cell.name, answers[cell.name], witness))
                calls[cell.name] = witness.calls
            if cell.role is Role.WRITTEN:
                marks.append(examiner.by_hand(cell))
            elif cell.role is not Role.TEXT and cell.source.strip():
                ran.append(child.run(cell.source, index))
        remarks = tuple(child.remarks)
    return Examined(tuple(marks), Transcript(tuple(ran), answers, calls, remarks))


def examine_again(cells: Sequence[Cell], transcript: Transcript, examiner: Examiner) -> Examined | None:
    """Return the marks that the checks give for what is on record, or nothing where they ask what is not."""
    marks = []
    for cell in cells:
        if cell.role is Role.WRITTEN:
            marks.append(examiner.by_hand(cell))
        if cell.role is not Role.CHECK:
            continue
        if cell.name not in transcript.answers:
            return None
        witness = Witness(None, examiner.language, transcript.calls[cell.name])
        try:
            marks.append(examiner.mark(cell.name, transcript.answers[cell.name], witness))
        except NotOnRecordError:
            return None
    return Examined(tuple(marks), transcript)


def to_run(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return the cells as they run in a sandbox: of checks and their tools, only the definitions that answers use.

    The checks themselves run outside. What they define may be used by the answers
    after them, and so the execution depends on that, but on nothing else of them: a
    check or a message that is changed doesn't make what is on record worthless.
    """
    wanted: set[str] = set()
    pruned = []
    for cell in reversed(cells):
        source = cell.source if cell.name != SUMMARY else ""
        if cell.role in {Role.GIVEN, Role.CHECK} and (definitions := _definitions(cell.role, source)) is not None:
            source, read = _used(definitions, wanted)
            wanted |= read
        elif cell.role in {Role.GIVEN, Role.ANSWER, Role.ADDED}:
            wanted |= names_read(source)
        pruned.append(Cell(cell.role, cell.name, source))
    return tuple(reversed(pruned))


def _definitions(role: Role, source: str) -> list[str] | None:
    """Return the statements of a check but its last, or of a cell that only defines; of another cell nothing."""
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a magic of IPython
        return None
    if role is Role.CHECK:
        body = body[:-1]
    elif not all(map(_only_defines, body)):
        return None
    return [ast.unparse(node) for node in body]


def _only_defines(node: ast.stmt) -> bool:
    """Return whether a statement only names something, so that it can be left out where nobody uses the name."""
    if isinstance(node, ast.Assign):
        try:
            ast.literal_eval(node.value)
        except ValueError:
            return False
        return all(isinstance(target, ast.Name) for target in node.targets)
    return isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom)


def _used(statements: Sequence[str], wanted: set[str]) -> tuple[str, set[str]]:
    """Return the statements that bind wanted names, and all names that these read."""
    read: set[str] = set()
    kept: list[str] = []
    while len(kept) < len(found := [each for each in statements if _bound(each) & (wanted | read)]):
        kept = found
        read = set().union(*map(names_read, kept))
    return "\n".join(kept), read


def _bound(statement: str) -> set[str]:
    """Return the names that a statement binds in the notebook."""
    symbols = symtable.symtable(statement, "check", "exec").get_symbols()
    return {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}


def names_read(source: str) -> set[str]:
    """Return every name that a source uses; of one that is no Python, such as a half-written answer, every word."""
    try:
        return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a magic, a NUL, too deep: a stranger wrote it
        return set(re.findall(r"\b[^\W\d]\w*", source))
