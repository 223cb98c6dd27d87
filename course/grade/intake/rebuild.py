"""A notebook that was handed in, rebuilt: the homework as it was released, with the student's answers in their places.

Cells are matched by nbgrader's ``grade_id``, else by their id, else by the id that Colab keeps in the metadata, else by
their source (given cells word for word, answers by the names that they bind), else by their order between matched
neighbours. These rules decide what counts:

* What runs is what would run in the student's own notebook from top to bottom, question by question: of an answer that
  is there twice, both run, in their order, and so the last one counts. A copy in another question's place is taken for
  a cell that the student added there, and an untouched copy for none.
* A written answer is all that was written in its place.
* An answer that is not there is as it was released; but where another cell of the student binds one of its names, it
  is empty, as is an answer left untouched, so that the placeholder ``net = ...`` undoes nothing.
* Code that the student added runs after the answer that it follows, else before the answer that it precedes, else with
  the nearest answer of its question. Given cells, checks and texts are always the master's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from nbformat import NotebookNode

from course import homework
from course.grade.handins import Cell, Role
from course.grade.remarks import Remark

MOST_ADDED = 200
SHORTEST_GIVEN = 30  # characters from which on a given cell is recognized within another
_DEFINED = re.compile(r"(?:def|class) +(\w+)")
_TARGETS = re.compile(r"[\w\s,()*]+")
_POINTS = re.compile(r"\s*\([^()]*(?:points?|점)\)\s*$")
_LANGUAGE = re.compile(r"^LANGUAGE = .*$", re.MULTILINE)


@dataclass
class _Piece:
    """A cell that was handed in, or a part of one that was several.

    Attributes:
        kind: Its type.
        source: Its source.
        names: Its ``grade_id``, its id, its id in Colab; empty where it has none.
        index: Which released cell it is; nothing where it is none.
    """

    kind: str
    source: str
    names: tuple[str, ...] = ("", "", "")
    index: int | None = None

    @cached_property
    def bare(self) -> str:
        """Its source without the blanks that editors add and take away."""
        return _bare(self.source)

    @cached_property
    def bound(self) -> set[str]:
        """The names that it binds."""
        return _bound(self.source)


@dataclass
class _Sheet:
    """The released cells and the pieces that were handed in, as they are being matched."""

    released: Sequence[NotebookNode]
    roles: Sequence[Role]
    pieces: list[_Piece]
    said: dict[str, list[int]] = field(default_factory=dict)
    other_values: bool = False
    texts: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.texts = [_bare(cell.source) for cell in self.released]

    def say(self, key: str, index: int) -> None:
        self.said.setdefault(key, []).append(index)

    def answers(self) -> list[int]:
        """Return which released cells are answered."""
        return [index for index, role in enumerate(self.roles) if role in (Role.ANSWER, Role.WRITTEN)]

    def at(self, index: int) -> list[int]:
        """Return where the pieces of a released cell are."""
        return [place for place, piece in enumerate(self.pieces) if piece.index == index]


def rebuild(
    handed_in: NotebookNode, released: NotebookNode, *, other_values: bool = False
) -> tuple[tuple[Cell, ...], tuple[Remark, ...]]:
    """Return the cells of the rebuilt notebook, and what is to be said of how they were found.

    Args:
        handed_in: What a student handed in; its cells may lack any metadata.
        released: What students got.
        other_values: Whether its parameters are others than students got.
    """
    sheet = _match(handed_in, released)
    sheet.other_values = other_values
    _set_aside_copies(sheet)
    added = _added(sheet)
    cells = []
    for index, cell in enumerate(released.cells):
        before, after = added.get((index, False), []), added.get((index, True), [])
        name = _name(cell)
        cells += [Cell(Role.ADDED, name, piece.source) for piece in before]
        cells += _own(sheet, index)
        cells += [Cell(Role.ADDED, name, piece.source) for piece in after]
    return tuple(cells), _remarks(sheet)


def recognized(handed_in: NotebookNode, released: NotebookNode) -> int:
    """Return how many answers of a homework were found in a notebook: by name, by source, but not by order alone."""
    sheet = _match(handed_in, released, by_order=False)
    return sum(bool(sheet.at(index)) for index in sheet.answers())


def answered(cells: Sequence[Cell], released: NotebookNode) -> bool:
    """Return whether anything in a rebuilt notebook is the student's."""
    blank = {_bare(cell.source) for cell in released.cells} | {""}
    own = (Role.ADDED, Role.ANSWER, Role.WRITTEN)
    return any(cell.role in own and _bare(cell.source) not in blank for cell in cells)


def _match(handed_in: NotebookNode, released: NotebookNode, *, by_order: bool = True) -> _Sheet:
    roles = [_role(cell) for cell in released.cells]
    sheet = _Sheet(released.cells, roles, [])
    for cell in handed_in.cells:
        sheet.pieces += _pieces(cell, sheet)
    _by_name(sheet)
    _by_source(sheet)
    _by_binding(sheet)
    if by_order:
        _by_order(sheet)
    return sheet


def _role(cell: NotebookNode) -> Role:
    kind = homework.kind(cell)
    if kind:
        return Role(kind)
    return Role.GIVEN if cell.cell_type == "code" else Role.TEXT


def _name(cell: NotebookNode) -> str:
    return homework.grade_id(cell) or str(cell.get("id", ""))


def _bare(source: str) -> str:
    """Return a source without the blanks that editors add and take away."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


# Cells that were merged


def _pieces(cell: NotebookNode, sheet: _Sheet) -> Iterator[_Piece]:
    """Yield the cell, or where given cells stand in it word for word, them and what is between them."""
    names = (homework.grade_id(cell), str(cell.get("id", "")), str(cell.metadata.get("id", "")))
    bare = _bare(cell.source)
    given = [i for i, role in enumerate(sheet.roles) if role not in (Role.ANSWER, Role.WRITTEN)]
    parts = [(bare, None)] if bare in sheet.texts else _parts(bare, sheet, given)
    if len(parts) == 1:
        yield _Piece(cell.cell_type, cell.source, names)
        return
    own = next((i for i in sheet.answers() if _has(sheet.released[i], names)), None)
    for number, (source, index) in enumerate(parts):
        before = max((i for _, i in parts[:number] if i is not None), default=-1)
        after = next((i for _, i in parts[number:] if i is not None), len(sheet.released))
        if index is not None:
            kind = sheet.released[index].cell_type
            yield _Piece(kind, source, index=index)
        else:
            mine = own is not None and before < own < after
            sheet.say("intake_merged", own if mine and own is not None else max(before, 0))
            yield _Piece(cell.cell_type, source, names if mine else ("", "", ""))


def _has(cell: NotebookNode, names: Sequence[str]) -> bool:
    return names[0] == _name(cell) if names[0] else cell.get("id") in names[1:]


def _parts(source: str, sheet: _Sheet, given: Sequence[int]) -> list[tuple[str, int | None]]:
    """Return a source in parts, each with the given cell that it is; none is looked for twice."""
    for at, index in enumerate(given):
        text = sheet.texts[index]
        if len(text) < SHORTEST_GIVEN or text not in source:
            continue
        found = re.search(rf"(?:^|\n){re.escape(text)}(?:\n|$)", source)
        if found:
            before, after = source[: found.start()].strip("\n"), source[found.end() :].strip("\n")
            parts = _parts(before, sheet, given[at + 1 :]) if before else []
            return [*parts, (text, index), *(_parts(after, sheet, given[at + 1 :]) if after else [])]
    return [(source, None)]


# Matching


def _by_name(sheet: _Sheet) -> None:
    by_grade_id = {homework.grade_id(cell): i for i, cell in enumerate(sheet.released) if homework.grade_id(cell)}
    by_id = {str(cell.get("id")): i for i, cell in enumerate(sheet.released) if cell.get("id")}
    for piece in sheet.pieces:
        for name, known in zip(piece.names, (by_grade_id, by_id, by_id), strict=True):
            if piece.index is None and name:
                piece.index = known.get(name)


def _by_source(sheet: _Sheet) -> None:
    """Match given cells, and answers left untouched, by their source."""
    answers = sheet.answers()
    for piece in sheet.pieces:
        bare = piece.bare
        if piece.index is not None or not bare:
            continue
        same = [i for i, text in enumerate(sheet.texts) if text == bare]
        part = [
            i for i, text in enumerate(sheet.texts) if i not in answers and len(bare) >= SHORTEST_GIVEN and bare in text
        ]
        if same and (same[0] not in answers or (len(same) == 1 and not sheet.at(same[0]))):
            piece.index = same[0]
        elif part:  # a given cell was split
            piece.index = part[0]


def _by_binding(sheet: _Sheet) -> None:
    """Match answers to the cells that bind their names."""
    for index in sheet.answers():
        asked = _bound(sheet.released[index].source)
        if sheet.roles[index] != Role.ANSWER or not asked or sheet.at(index):
            continue
        counts = {
            place: len(asked & piece.bound)
            for place, piece in enumerate(sheet.pieces)
            if piece.index is None and piece.kind == "code"
        }
        most = max(counts.values(), default=0)
        if most:
            place = max(place for place, count in counts.items() if count == most)
            sheet.pieces[place].index = index
            sheet.say("intake_by_source", index)


def _bound(source: str) -> set[str]:
    """Return the names that a source binds at the start of its lines; it need not be Python."""
    names: set[str] = set()
    for line in source.splitlines():
        *targets, _ = line.split("=") if "==" not in line else (line.partition("=")[0], "")
        if defined := _DEFINED.match(line):
            names.add(defined[1])
        elif line[:1].strip():
            for target in (each.partition(":")[0] for each in targets):
                if not _TARGETS.fullmatch(target):
                    break
                names |= set(re.findall(r"\w+", target))
    return names


def _by_order(sheet: _Sheet) -> None:
    """Match what is left of the answers to what is left between the same neighbours."""
    for first, last in _gaps(sheet):
        low, high = _span(sheet, first, last)
        for written in (False, True):
            wanted = [
                i for i in range(first + 1, last)
                if sheet.roles[i] == (Role.WRITTEN if written else Role.ANSWER) and not sheet.at(i)
            ]  # fmt: skip
            free = [place for place in range(low, high) if sheet.pieces[place].index is None]
            fit = [p for p in free if (sheet.pieces[p].kind == "code") != written and sheet.pieces[p].source.strip()]
            chosen = [*fit[: len(wanted) - 1], *fit[len(wanted) - 1 :][-1:]]
            for index, place in zip(wanted, chosen, strict=False):
                sheet.pieces[place].index = index
                sheet.say("intake_by_order", index)


def _gaps(sheet: _Sheet) -> list[tuple[int, int]]:
    """Return the pairs of neighbours among the released cells that were found."""
    found = [-1, *(i for i in range(len(sheet.released)) if sheet.at(i)), len(sheet.released)]
    return [(a, b) for a, b in pairwise(found) if b - a > 1]


def _span(sheet: _Sheet, first: int, last: int) -> tuple[int, int]:
    """Return from where to where the pieces between two released cells are, whichever of the two comes first."""
    firsts, lasts = sheet.at(first) or [-1], sheet.at(last) or [len(sheet.pieces)]
    if max(firsts) < min(lasts):
        return max(firsts) + 1, min(lasts)
    return max(lasts) + 1, min(firsts)


# What stands where


def _question(sheet: _Sheet, index: int) -> int:
    """Return the number of checks before a released cell, which is the number of its question."""
    return sum(role == Role.CHECK for role in sheet.roles[:index])


def _set_aside_copies(sheet: _Sheet) -> None:
    """Take an answer's copies in another question's place for cells that were added there."""
    for index in sheet.answers():
        places = sheet.at(index)
        near = [place for place in places if _region(sheet, place, index) == _question(sheet, index)]
        if len(places) > 1 and near:
            for place in set(places) - set(near):
                sheet.pieces[place].index = None


def _region(sheet: _Sheet, place: int, index: int) -> int:
    """Return the question in which a piece stands, by the nearest other released cell before it."""
    for piece in reversed(sheet.pieces[:place]):
        if piece.index is not None and piece.index != index:
            return _question(sheet, piece.index)
    return 0


def _added(sheet: _Sheet) -> dict[tuple[int, bool], list[_Piece]]:
    """Return the code that the student added, by the answer with which it stands and whether it comes after it."""
    added: dict[tuple[int, bool], list[_Piece]] = {}
    untouched = {*sheet.texts, ""}
    count = 0
    for place, piece in enumerate(sheet.pieces):
        anchor = _anchor(sheet, place)
        if piece.index is not None or piece.kind != "code" or piece.bare in untouched or anchor is None:
            continue
        count += 1
        if count > MOST_ADDED:
            sheet.say("intake_many_added", anchor[0])
            break
        added.setdefault(anchor, []).append(piece)
    return added


def _anchor(sheet: _Sheet, place: int) -> tuple[int, bool] | None:
    answers = [i for i in sheet.answers() if sheet.roles[i] == Role.ANSWER]
    before = next((p.index for p in reversed(sheet.pieces[:place]) if p.index is not None), -1)
    after = next((p.index for p in sheet.pieces[place:] if p.index is not None), -1)
    if before in answers:
        return before, True
    if after in answers:
        return after, False
    if not answers:
        return None
    if before >= 0 and sheet.roles[before] == Role.CHECK:
        return max((i for i in answers if i < before), default=answers[0]), True
    following = [i for i in answers if i > before]
    return (following[0], False) if following else (answers[-1], True)


def _own(sheet: _Sheet, index: int) -> list[Cell]:
    """Return the cells that stand for a released cell: itself, or the student's."""
    cell, role = sheet.released[index], sheet.roles[index]
    if role == Role.WRITTEN:
        return [Cell(role, _name(cell), _written(sheet, index))]
    if role != Role.ANSWER:
        _compare(sheet, index)
        return [Cell(role, _name(cell), cell.source)]
    pieces = [sheet.pieces[place] for place in sheet.at(index)]
    if not pieces:
        sheet.say("intake_missing", index)
    if any(piece.kind != "code" for piece in pieces):
        sheet.say("intake_type_changed", index)
    texts = {piece.bare: piece.source for piece in pieces}  # of equal ones, one
    done = [source for bare, source in texts.items() if bare not in ("", _bare(cell.source))]
    if len(done) > 1:
        sheet.say("intake_several", index)
    if not done:
        return [Cell(role, _name(cell), "" if _bound_elsewhere(sheet, index) else cell.source)]
    first = [Cell(Role.ADDED, _name(cell), source) for source in done[:-1]]
    return [*first, Cell(role, _name(cell), done[-1])]


def _bound_elsewhere(sheet: _Sheet, index: int) -> bool:
    """Return whether another cell of the student's binds a name that this answer should bind."""
    asked = _bound(sheet.released[index].source)
    answers = sheet.answers()
    return any(
        piece.kind == "code" and piece.index != index and asked & piece.bound
        for piece in sheet.pieces
        if (piece.index is None or piece.index in answers) and piece.bare not in sheet.texts
    )


def _written(sheet: _Sheet, index: int) -> str:
    """Return all that was written in the place of a written answer."""
    released = sheet.released[index]
    places = sheet.at(index)
    if not places:
        sheet.say("intake_missing", index)
    if any(sheet.pieces[place].kind == "code" for place in places):
        sheet.say("intake_type_changed", index)
    found = [i for i in range(len(sheet.released)) if i != index and sheet.at(i)]
    first, last = max((i for i in found if i < index), default=-1), min((i for i in found if i > index), default=-1)
    if first >= 0 and last >= 0:
        low, high = _span(sheet, first, last)
        free = (p for p in range(low, high) if sheet.pieces[p].index is None and sheet.pieces[p].kind != "code")
        places = sorted({*places, *free})
    texts = {sheet.pieces[place].bare: sheet.pieces[place].source for place in places}  # of equal ones, one
    done = [source for bare, source in texts.items() if bare not in ("", _bare(released.source))]
    return "\n\n".join(done) or str(released.source)


def _compare(sheet: _Sheet, index: int) -> None:
    """Note it where a given cell of code was changed."""
    tags = sheet.released[index].metadata.get("tags", [])
    if sheet.roles[index] == Role.TEXT or (sheet.other_values and "parameters" in tags):
        return
    wanted = _bare(_LANGUAGE.sub("", sheet.texts[index]))
    places = sheet.at(index)
    if places and all(_bare(_LANGUAGE.sub("", sheet.pieces[place].source)) != wanted for place in places):
        sheet.say("intake_given_changed", index)


# Words


def _remarks(sheet: _Sheet) -> tuple[Remark, ...]:
    order = [piece.index for piece in sheet.pieces if piece.index is not None]
    firsts = list(dict.fromkeys(order))
    remarks = []
    if "intake_many_added" in sheet.said:
        remarks.append(Remark("intake_many_added", {"most": MOST_ADDED}))
    keys = ("intake_missing", "intake_merged", "intake_several", "intake_type_changed")
    remarks += [Remark(key, {"cells": _places(sheet, sheet.said[key])}) for key in keys if key in sheet.said]
    lost = [*sheet.said.get("intake_by_source", []), *sheet.said.get("intake_by_order", [])]
    if lost:
        remarks.append(Remark("intake_names_lost", {"cells": _places(sheet, lost)}))
    if firsts != sorted(firsts):
        remarks.append(Remark("intake_order"))
    if changed := sheet.said.get("intake_given_changed"):
        remarks.append(Remark("intake_given_changed", {"count": len(changed)}))
    return tuple(remarks)


def _places(sheet: _Sheet, indexes: Sequence[int]) -> str:
    """Return how students know these cells: by the headings that they stand under."""
    titles = []
    for index in sorted(set(indexes)):
        above = [cell.source for cell in sheet.released[: index + 1] if cell.cell_type == "markdown"]
        lines = [line for source in above for line in source.splitlines() if re.match(r"#+ ", line)]
        titles.append(_POINTS.sub("", lines[-1].lstrip("# ")) if lines else "?")
    return ", ".join(dict.fromkeys(titles))
