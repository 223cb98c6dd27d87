"""A class's hand-ins, several at a time: what is on record is not done again, and whatever breaks is one student's."""

from __future__ import annotations

import ctypes
import resource
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, as_completed
from concurrent.futures import TimeoutError as TimedOut
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import nbformat
from nbformat import NotebookNode
from pebble import ProcessExpired, ProcessPool

from course import errors, homework
from course.grade import record, workers
from course.grade.bare import BareTemplate
from course.grade.examine import Examiner, unearned
from course.grade.execute import Examined, Transcript, examine_again, execute, to_run
from course.grade.handins import Cell, HandIn, Mark, Result
from course.grade.remarks import Remark
from course.grade.sandbox import Guest, Limits, Source, Template

CHECK_SECONDS = 60  # what a check may take, its questions to the sandbox apart
MEMORY = 4 << 30  # of a worker, which computes with what students make
START_SECONDS = 120  # what a worker may take to get ready


@dataclass(frozen=True)
class Task:
    """A homework as it is graded.

    Attributes:
        master: The master, with the parameters that count, as text.
        released: What students get of it, as text.
        path: The master's file, for messages.
        language: What checks and feedback speak.
        modules: What is imported before an answer runs.
        data: Without a sandbox, fastai's home where the homework reads MNIST.
        limits: What an answer may use.
        unsandboxed: Whether answers run with the grader's own rights.
    """

    master: str
    released: str
    path: Path
    language: str = "en"
    modules: tuple[str, ...] = ()
    data: Path | None = None
    limits: Limits = field(default_factory=Limits)
    unsandboxed: bool = False

    def notebooks(self) -> tuple[NotebookNode, NotebookNode]:
        """Return the master, and what students get of it."""
        master, released = (
            nbformat.reads(text, as_version=nbformat.NO_CONVERT) for text in (self.master, self.released)
        )
        return master, released


@dataclass(frozen=True)
class Job:
    """A hand-in as it is graded.

    Attributes:
        hand_in: The hand-in.
        cells: Its notebook as it runs.
        executed: The key of its execution's record.
        examined: The key of its examination's record.
    """

    hand_in: HandIn
    cells: tuple[Cell, ...]
    executed: str
    examined: str


class Worker:
    """What one process grades with: a line to the sandbox's template, and the homework's checks."""

    def __init__(self, task: Task, address: str) -> None:
        """Prepare the checks, and call the sandbox's template at that address.

        Raises:
            CourseError: There is no sandbox here, or the master is at fault.
        """
        master, released = task.notebooks()
        self._template: Source | BareTemplate
        if task.unsandboxed:
            self._template = BareTemplate(task.modules, task.data, task.limits)
        else:
            self._template = Guest(address, task.limits)
        self._examiner = Examiner(master, released, task.path, task.language, CHECK_SECONDS)

    def grade(self, cells: tuple[Cell, ...], transcript: Transcript | None) -> tuple[Examined, bool]:
        """Return what the cells earn, and whether they had to be executed for that."""
        if transcript and (examined := examine_again(cells, transcript, self._examiner)):
            return examined, False
        return execute(cells, self._template, self._examiner), True


_worker: Worker | errors.CourseError


def _start(task: Task, address: str) -> None:
    """Make this process a worker; its failure waits for the first task, which can tell of it."""
    global _worker  # noqa: PLW0603 - a process has one
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the grader is asked to stop, and stops us
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: nobody computes for a grader that is gone
    try:
        _worker = Worker(task, address)
    except errors.CourseError as e:
        _worker = e


def _grade(cells: tuple[Cell, ...], transcript: Transcript | None) -> tuple[Examined, bool] | tuple[str, str, str]:
    if isinstance(_worker, errors.CourseError):
        return _worker.where, _worker.what, _worker.todo
    try:
        return _worker.grade(cells, transcript)
    except errors.CourseError as e:
        return e.where, e.what, e.todo


class Grader:
    """Grades the hand-ins of one homework, and keeps what it did. Use it as a context manager."""

    def __init__(self, task: Task, store: record.Store, jobs: int, template: Template | None) -> None:
        """Grade by this many processes at a time, in the template's children, and keep records in the store."""
        self._task, self._store, self._jobs = task, store, jobs
        self._template = template
        self._pool: ProcessPool | None = None
        master, self._released = task.notebooks()
        self._checks = [cell.source for cell in master.cells if homework.kind(cell) in {"given", "check"}]

    def results(self, hand_ins: Iterable[HandIn]) -> Iterator[Result]:
        """Yield each hand-in's result as it is there, those on record first.

        Raises:
            CourseError: There is no sandbox, or a check of the master is at fault.
        """
        open_: list[tuple[Job, Transcript | None]] = []
        for hand_in in hand_ins:
            if not hand_in.cells:
                yield Result(hand_in, unearned(self._released), executed=False)
                continue
            job = self._job(hand_in)
            transcript = self._store.load(job.executed, Transcript)
            marks = self._store.load(job.examined, tuple[Mark, ...])
            if marks and transcript:
                yield _made(hand_in, marks, transcript, executed=False)
            else:
                open_.append((job, transcript))
        if not open_:
            return
        pool = self._workers()
        seconds = START_SECONDS + self._task.limits.total_seconds + 2 * CHECK_SECONDS * len(self._checks)
        futures: dict[Future[Any], Job] = {
            pool.schedule(_grade, args=[job.cells, transcript], timeout=seconds): job for job, transcript in open_
        }
        for future in as_completed(futures):
            yield self._result(futures[future], future.result)

    def _workers(self) -> ProcessPool:
        """Return the processes that grade, all on one template, which begins while they are started."""
        if self._pool is None:
            address = self._template.address if self._template else ""
            self._pool = ProcessPool(
                self._jobs, initializer=_start, initargs=[self._task, address], context=workers.context()
            )
            if self._template:
                self._template.ready()
        return self._pool

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the processes: at once, where something went wrong."""
        if self._pool is not None:
            if kind is None:
                self._pool.close()  # type: ignore[no-untyped-call]
            else:
                self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()

    def _job(self, hand_in: HandIn) -> Job:
        cells = to_run(hand_in.cells)
        executed = record.execution_key(cells, self._task.limits, self._task.unsandboxed)
        examined = record.examination_key(executed, self._checks, hand_in.cells, self._task.language)
        return Job(hand_in, cells, executed, examined)

    def _result(self, job: Job, outcome: Callable[[], object]) -> Result:
        try:
            match outcome():
                case Examined() as examined, bool(executed):
                    self._store.keep(job.executed, examined.transcript)
                    self._store.keep(job.examined, examined.marks)
                    return _made(job.hand_in, examined.marks, examined.transcript, executed)
                case where, what, todo:
                    raise errors.CourseError(str(where), str(what), str(todo))
        except BrokenProcessPool as e:
            raise errors.workers_ended(str(e)) from e
        except TimedOut:
            remark = Remark("grader_timed_out")
        except (ProcessExpired, MemoryError, RecursionError):  # a check's own are told to the student
            remark = Remark("grader_died")
        return Result(job.hand_in, unearned(self._released), remarks=(remark,))

    def forget(self, hand_in: HandIn) -> None:
        """Drop what is on record of a hand-in, so that it is executed again."""
        job = self._job(hand_in)
        self._store.drop(job.executed)
        self._store.drop(job.examined)


def _made(hand_in: HandIn, marks: tuple[Mark, ...], transcript: Transcript, executed: bool) -> Result:
    return Result(hand_in, marks, transcript.ran, executed=executed, remarks=transcript.remarks)
