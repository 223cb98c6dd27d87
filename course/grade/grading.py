"""From hand-ins to marks, feedback and what a platform takes back: the steps of ``grade`` in their order."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
from nbformat import NotebookNode
from tqdm import tqdm

from course import errors, notebooks, release
from course.grade import record, workers
from course.grade.batch import Grader, Task
from course.grade.command import Options, home_of_data
from course.grade.examine import name_of
from course.grade.feedback import feedback
from course.grade.giveback import tables, zips
from course.grade.giveback.grades import grades
from course.grade.giveback.tables import GivenBack
from course.grade.gradebook import Book
from course.grade.handins import Batch, HandIn, Result, Student
from course.grade.intake.collect import collect
from course.grade.intake.rebuild import rebuild
from course.grade.lateness import Rule
from course.grade.plain import cell, line
from course.grade.sandbox import Template
from course.grade.similar import similar
from course.grade.summary import summary
from course.grade.told import parts

ZIPS = {"canvas": zips.canvas, "moodle": zips.moodle}
WORKSHEETS: Mapping[str, Callable[[Path, Sequence[Result], str], GivenBack]] = {
    "blackboard": lambda path, results, _: tables.blackboard(path, results),
    "canvas": lambda path, results, _: tables.canvas(path, results),
    "github": lambda path, results, _: tables.classroom(path, results),
    "moodle": tables.moodle,
}
MASTER = Student("master", "master")


def grade(name: str, paths: Sequence[Path], options: Options, template: Template | None) -> None:
    """Grade what was handed in for a homework, and write all that is given back.

    Args:
        name: The homework's name.
        paths: What was handed in.
        options: All else that was asked for.
        template: The sandbox, which may still be starting; nothing where answers run without one.

    Raises:
        CourseError: Something the teacher can mend; what is done by then is on record.
    """
    (path,) = release.find(options.masters, (name,))
    master = chosen(path, options.parameters)
    released = release.release(master, path)
    batch = collect(
        [*paths, *options.worksheets],  # Moodle's says when each was handed in
        released,
        platform=options.platform,
        roster=options.roster,
        tables=options.worksheets,
        due=options.due,
        others=others(path, options.masters),
        other_values=options.parameters is not None,
    )
    jobs = min(options.jobs, len(batch.hand_ins) or 1)
    store = record.Store(options.out / "record")
    whole = task(master, released, path, options)
    with Grader(whole, store, jobs, template) as grader, ThreadPoolExecutor(1) as beside:
        opened = beside.submit(Book, options.out, released, name)  # takes seconds where there is none yet
        prove(grader, path, HandIn(MASTER, str(path), rebuild(master, released)[0]))
        again = regraded(grader, batch, options.again)
        found = graded(grader, batch)
        book = opened.result()
    before, by_hand, written = {key: book.score(key) for key in again}, book.by_hand(), book.comments()
    results = [completed(each, options.rule, by_hand, written) for each in found]
    book.save(results)
    folder = options.out / name
    note_regrades(folder / "regrades.csv", before, results, options.reason or "")
    given_back(folder, batch, results, released, options)
    tell(folder, batch, results)


def task(master: NotebookNode, released: NotebookNode, path: Path, options: Options) -> Task:
    """Return the homework as workers get it."""
    modules = tuple(workers.modules(master))
    texts = notebooks.text(master), notebooks.text(released)
    home = home_of_data(modules) if options.unsandboxed else None
    return Task(*texts, path, options.language, modules, home, options.limits, options.unsandboxed)


def chosen(path: Path, parameters: Path | None) -> NotebookNode:
    """Return the master with the values that its parameters are to have."""
    master = notebooks.read(path)
    values = release.choose(release.read_parameters(parameters), path.stem, master, path) if parameters else {}
    return release.with_parameters(master, values, path)


def others(path: Path, masters: Path) -> dict[str, NotebookNode]:
    """Return what students get of the other homeworks, for a hand-in that is one of them."""
    return {other.stem: notebooks.read(other) for other in release.find(masters) if other != path}


def prove(grader: Grader, path: Path, master: HandIn) -> None:
    """See that the master's own answers get every point that a check gives.

    Raises:
        CourseError: They don't, under these parameters.
    """
    for result in grader.results([master]):
        for mark in result.marks:
            if not mark.by_hand and mark.points != mark.most:
                raise errors.master_loses(path, mark.name, mark.points or 0, mark.most, mark.said)


def graded(grader: Grader, batch: Batch) -> list[Result]:
    """Return the results of all, sorted by student.

    Raises:
        CourseError: It was interrupted; what is done is on record.
    """
    results = []
    with tqdm(total=len(batch.hand_ins), desc="Grading", unit="hand-in", disable=None) as progress:
        try:
            for result in grader.results(batch.hand_ins):
                results.append(result)
                progress.update()
        except KeyboardInterrupt:
            raise errors.grading_interrupted(len(results), len(batch.hand_ins)) from None
    return sorted(results, key=lambda result: result.hand_in.student.key)


def completed(
    result: Result,
    rule: Rule | None,
    by_hand: Mapping[str, Mapping[str, float]],
    written: Mapping[str, Mapping[str, str]],
) -> Result:
    """Return a result with the points that persons gave, with what they wrote, and with its penalty.

    Args:
        result: The result as the checks made it.
        rule: What lateness costs.
        by_hand: The points by student and cell, from the gradebook.
        written: The comments by student and cell; that on an answer goes to the next mark.
    """
    student = result.hand_in.student.key
    points, notes = by_hand.get(student, {}), dict(written.get(student, {}))
    comments = {
        # once each: cells that were added have an answer's name
        mark.name: "\n".join(note for name in names if (note := notes.pop(name, "")))
        for mark, names in parts(result)
    }
    marks = tuple(
        replace(mark, points=points.get(mark.name, mark.points), comment=comments.get(mark.name, ""))
        for mark in result.marks
    )
    result = replace(result, marks=marks)
    return replace(result, penalty=rule.penalty(result) if rule else 0.0)


def regraded(grader: Grader, batch: Batch, keys: Sequence[str]) -> list[str]:
    """Forget what is on record of these students' hand-ins, and return their keys.

    Raises:
        CourseError: One of them handed nothing in.
    """
    there = {hand_in.student.key: hand_in for hand_in in batch.hand_ins}
    for key in keys:
        if key not in there:
            raise errors.nobody_to_regrade(key, sorted(there))
        grader.forget(there[key])
    return list(keys)


def note_regrades(file: Path, before: Mapping[str, float | None], results: Sequence[Result], reason: str) -> None:
    """Add a line for each hand-in that was graded again: when, whose, why, and both scores."""
    if not before:
        return
    after = {result.hand_in.student.key: result.score for result in results}
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    file.parent.mkdir(parents=True, exist_ok=True)
    new = not file.exists()
    with file.open("a", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        if new:
            writer.writerow(["when", "student", "reason", "score before", "score after"])
        writer.writerows([now, key, cell(reason), score, after[key]] for key, score in before.items())


def given_back(folder: Path, batch: Batch, results: Sequence[Result], released: NotebookNode, options: Options) -> None:
    """Write what students and platforms get: pages, the table of grades, zips, and worksheets filled in.

    Raises:
        CourseError: A worksheet is not what the platform gave out.
    """
    language, open_ = options.language, options.unsandboxed
    pages = {r.hand_in.student.key: feedback(r, folder.name, language, unsandboxed=open_) for r in results}
    sources = {name_of(each): each.source for each in released.cells}
    alike = similar([result.hand_in for result in results], sources)
    notebooks.write_whole(folder / "grades.csv", grades(results, language))
    notebooks.write_whole(
        folder / "summary.html", summary(batch, results, folder.name, language, similar=alike, unsandboxed=open_)
    )
    for key, page in pages.items():
        notebooks.write_whole(folder / "feedback" / f"{key}.html", page)
    made = {f"feedback-{name}.zip": make(results, pages) for name, make in ZIPS.items() if name == batch.platform}
    for sheet in options.worksheets:
        if batch.platform not in WORKSHEETS:
            raise errors.no_worksheets(sheet, batch.platform, sorted(WORKSHEETS))
        made[sheet.name] = WORKSHEETS[batch.platform](sheet, results, language)
    for name, given in made.items():
        notebooks.write_whole(folder / name, given.data)
        for remark in given.remarks:
            click.echo(f"{name}: {line(remark.text(language))}")


def tell(folder: Path, batch: Batch, results: Sequence[Result]) -> None:
    """Say what was done, and where to look."""
    executed = sum(result.executed for result in results)
    waiting = sum(result.unmarked for result in results)
    click.echo(
        f"{len(results)} hand-ins by way of {batch.platform}: {executed} executed, {len(results) - executed} on record"
        f" or unreadable; other files: {len(batch.asides)}"
    )
    if waiting:
        click.echo(f"{waiting} to be marked by hand: run `jupyter lab`, choose Nbgrader → Formgrader → Manual Grading,")
        click.echo("then give this command once more")
    click.echo(f"See {folder / 'summary.html'}")
