"""The examination: a master's checks, run in the grader's own process on plain values that the answers left behind.

Nothing of a student's is executed here. What a check reads arrives as bytes and
is decoded into values of ours; a function or network of a student's own is a
stand-in that asks the sandbox. What checks compare with comes from the master's
given cells, which run here once.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import faulthandler
import hashlib
import io
import os
import re
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import CodeType, MappingProxyType
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from course import errors, homework, notebooks
from course.grade import values
from course.grade.handins import Cell, Mark
from course.grade.remarks import Remark
from course.grade.replies import Answer
from course.grade.values import CallableMark

LATE = 30  # seconds after the alarm in which a check may come back from C
SAID = 2000  # characters of what a check says
SUMMARY = "summary"  # the given cell that sums the checks up: nothing for a grader

Ask = Callable[[str, bytes, bytes], Answer]
NOTHING: Mapping[str, Answer | None] = MappingProxyType({})


_nowhere = Path(os.devnull).open("w")  # noqa: SIM115 - faulthandler wants one that stays open


class NotOnRecordError(BaseException):
    """A check asks what nobody has asked this hand-in yet; no check takes this for an answer's own error."""


class TooLongError(BaseException):
    """A check runs longer than it may."""


class Witness:
    """What a check asks a hand-in's functions and networks, and what they answer.

    Attributes:
        calls: The answer to each question, by the SHA-256 of the question; None where there were two.
    """

    def __init__(
        self, ask: Ask | None, language: str, calls: Mapping[str, Answer | None] = NOTHING, seconds: float = 60
    ) -> None:
        """Make a witness for one check.

        Args:
            ask: Asks the sandbox; without it, all answers are those on record.
            language: In which language it says what is wrong with an answer.
            calls: What is on record.
            seconds: How long all answers together may take.
        """
        self._ask, self._language, self._left = ask, language, seconds
        self._here, self._there = b"", b""
        self._stand_ins: list[tuple[object, CallableMark]] = []
        self.calls = dict(calls)

    def stand_in(self, there: CallableMark) -> object:
        """Return what stands here for a function or network in the sandbox: called, it asks for the answer there."""
        import torch

        def ask(*given: Any, **named: Any) -> object:
            return self.question(there.path, given, named)

        made: object = ask
        if there.is_module:
            body = {"forward": lambda _, *given, **named: ask(*given, **named)}
            made = type(there.type, (torch.nn.Module,), body)()
        self._stand_ins.append((made, there))
        return made

    def _mark_of(self, value: object) -> CallableMark | None:
        """Return what a stand-in stands for, so that it can be an argument too."""
        return next((there for made, there in self._stand_ins if made is value), None)

    def question(self, path: str, given: tuple[Any, ...], named: dict[str, Any]) -> object:
        """Return what the value at that path returns for these arguments.

        Its random numbers go on from where this process's are, or, if these have not
        moved since the last question, from where that has left them over there: as in
        one process, but for that an answer never chooses the random numbers of a check.

        Raises:
            NotOnRecordError: There is no sandbox to ask, and the question is not on record.
            Exception: It raises this error, of Python's own types; or it can't be taken for an answer.
        """
        import torch

        here = torch.get_rng_state().numpy().tobytes()
        if here != self._here:
            self._here = self._there = here
        answer = self._answer(path, values.encode((given, named), mark_of=self._mark_of), self._there)
        self._there = answer.state or self._there
        if answer.error:
            name, text = answer.error
            kind = getattr(builtins, name, None)
            raise (kind if isinstance(kind, type) and issubclass(kind, Exception) else RuntimeError)(text)
        return values.decode(answer.value, self.stand_in)

    def _answer(self, path: str, arguments: bytes, state: bytes) -> Answer:
        asked = hashlib.sha256(b"\0".join((path.encode(errors="surrogatepass"), arguments, state))).hexdigest()
        if self._ask is None and asked not in self.calls:
            raise NotOnRecordError
        if self._ask:
            answer = self._timed(self._ask, path, arguments, state)
            if self.calls.setdefault(asked, answer) != answer:
                self.calls[asked] = None
        kept = self.calls[asked]
        if kept is None:
            raise ValueError(Remark("fickle", {"name": path}).text(self._language))
        return kept

    def _timed(self, ask: Ask, path: str, arguments: bytes, state: bytes) -> Answer:
        if self._left <= 0:
            raise TimeoutError(Remark("answers_too_slow", {"name": path}).text(self._language))
        start = time.monotonic()
        try:
            return ask(path, arguments, state)
        finally:
            self._left -= time.monotonic() - start


class Opaque:
    """A value of a type that no check can read."""


class Examiner:
    """A homework's checks, with everything that they read but the answers.

    Attributes:
        questions: The homework's questions by the names of their checks.
        language: What the checks speak, where the homework can.
    """

    def __init__(
        self, master: NotebookNode, released: NotebookNode, path: Path, language: str, seconds: float = 60
    ) -> None:
        """Run the given cells and the definitions of the checks, in order.

        Args:
            master: A well-formed master.
            released: What students get of it.
            path: The master's file, for messages.
            language: What the checks speak, where the homework can.
            seconds: How long a check may take.

        Raises:
            CourseError: A cell of the master ends in an error.
        """
        self.language = language
        self.questions = {name_of(question.check): question for question in homework.questions(master)}
        self._unearned = {mark.name: mark for mark in unearned(released)}
        self._blank = {name_of(cell): cell.source for cell in released.cells}
        self._path, self._seconds = path, seconds
        self._space: dict[str, Any] = {"__name__": "__main__"}
        self._prepared: dict[str, tuple[dict[str, Any], CodeType]] = {}
        with _quiet(), contextlib.redirect_stdout(io.StringIO()):  # given cells show what is for students
            for index, cell in enumerate(master.cells):
                self._prepare(cell, notebooks.cell_name(cell, index), language)

    def _prepare(self, cell: NotebookNode, where: str, language: str) -> None:
        kind = homework.kind(cell)
        if cell.cell_type != "code" or kind not in {"given", "check"} or name_of(cell) == SUMMARY:
            return
        body = ast.parse(TransformerManager().transform_cell(cell.source)).body
        last = body.pop() if kind == "check" else None
        file = f"<{self._path.name}, cell {where}>"
        try:
            exec(compile(ast.Module(body, []), file, "exec"), self._space)  # noqa: S102 - our own master's
        except Exception as e:
            raise errors.master_failed(self._path, where, f"{type(e).__name__}: {e}") from e
        if homework.PARAMETERS in cell.metadata.get("tags", []) and "LANGUAGE" in self._space:
            self._space["LANGUAGE"] = language
        if isinstance(last, ast.Expr):
            self._prepared[name_of(cell)] = dict(self._space), compile(ast.Expression(last.value), file, "eval")

    def mark(self, check: str, answers: Mapping[str, bytes], witness: Witness) -> Mark:
        """Return what the check of that name gives for these answers, and says.

        Args:
            check: The name of the check's cell.
            answers: The encoded value of each name that the check reads, of those that the hand-in has.
            witness: Asks the sandbox.

        Raises:
            NotOnRecordError: The witness has no answer.
        """
        before, call = self._prepared[check]
        self._space.clear()
        self._space.update(before)
        mark = self._unearned[check]
        notes = []
        with contextlib.redirect_stdout(io.StringIO()) as said:
            try:
                with _quiet(), _at_most(self._seconds):
                    for name in self.questions[check].names:
                        self._space.pop(name, None)
                        if name in answers:
                            self._space[name], note = self._decoded(name, answers[name], witness)
                            notes += note
                    points = eval(call, self._space)  # noqa: S307 - the check is ours, and all that it reads is decoded
            except TooLongError:
                return replace(mark, said=Remark("check_too_long", {"seconds": self._seconds}).text(self.language))
        if not isinstance(points, int | float) or not 0 <= points <= mark.most:
            raise errors.strange_points(self._path, check, repr(points)[:40], mark.most)
        words = "\n".join([said.getvalue().strip()[:SAID], *(notes if points < mark.most else [])])
        return replace(mark, points=points, said=words.encode(errors="replace").decode())

    def _decoded(self, name: str, told: bytes, witness: Witness) -> tuple[object, list[str]]:
        """Return an answer's value, and what is to be said of it where it did not leave the sandbox.

        In place of such a value the check gets an object of its type's name that can do nothing.
        """
        try:
            value = values.decode(told, witness.stand_in)
        except ValueError as e:
            return Opaque(), [Remark("unreadable", {"name": name, "why": str(e)}).text(self.language)]
        refused = _refused(value)
        if refused is None:
            return value, []
        facts = {"name": name, "got": refused.type, "why": f" ({refused.why})" if refused.why else ""}
        opaque: type[Opaque] = type(refused.type, (Opaque,), {})
        return opaque() if refused is value else value, [Remark("refused", facts).text(self.language)]

    def by_hand(self, cell: Cell) -> Mark:
        """Return the mark of a written answer: nothing yet, or 0 where nothing was written."""
        answered = cell.source.strip() != self._blank[cell.name].strip()
        return replace(self._unearned[cell.name], points=None if answered else 0)


def _refused(value: object) -> values.Refused | None:
    """Return what of a value did not leave the sandbox, if anything."""
    if isinstance(value, values.Refused):
        return value
    if isinstance(value, dict):
        return _refused([*value.keys(), *value.values()])
    if isinstance(value, list | tuple | set | frozenset):
        return next((found for part in value if (found := _refused(part))), None)
    return None


def name_of(cell: NotebookNode) -> str:
    """Return a cell's ``grade_id``, else its id."""
    return homework.grade_id(cell) or str(cell.id)


def unearned(released: NotebookNode) -> tuple[Mark, ...]:
    """Return the marks of a homework of which nothing could be read: 0 for each graded cell."""
    marks, heading = [], ""
    for cell in released.cells:
        if cell.cell_type == "markdown" and (found := re.findall(r"^#+ (.+)$", cell.source, re.MULTILINE)):
            heading = found[-1]
        if (kind := homework.kind(cell)) in {"check", "written"}:
            marks.append(Mark(name_of(cell), heading, 0, cell.metadata.nbgrader.points, by_hand=kind == "written"))
    return tuple(marks)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Show no figure, warning or progress bar of the master's."""
    os.environ["MPLBACKEND"] = "agg"  # read when Matplotlib is imported, which not every master does
    with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    if plt := sys.modules.get("matplotlib.pyplot"):
        plt.close("all")


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """End what runs longer, by the alarm clock of the process."""

    def ring(_number: int, _frame: object) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    faulthandler.dump_traceback_later(seconds + LATE, exit=True, file=_nowhere)  # what runs in C hears no alarm
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
