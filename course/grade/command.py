"""``python -m course grade``: what a teacher types."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from course import data, errors
from course.grade import workers
from course.grade.intake.platforms import PLATFORMS
from course.grade.lateness import Rule, RuleType, WhenType
from course.grade.remarks import LANGUAGES
from course.grade.sandbox import Limits, Template

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
MASTERS = Path(__file__).parents[2] / "solutions"
DAY = 24 * 60 * 60


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Options:
    """What was asked for, besides the homework and the hand-ins; ``command`` says what each is."""

    platform: str | None
    roster: Path | None
    worksheets: tuple[Path, ...]
    due: datetime | None
    rule: Rule | None
    parameters: Path | None
    masters: Path
    language: str
    out: Path
    jobs: int
    cell_seconds: int
    seconds: int
    megabytes: int
    unsandboxed: bool
    again: tuple[str, ...]
    reason: str | None

    @property
    def limits(self) -> Limits:
        """What a hand-in may use."""
        return Limits(
            memory=self.megabytes << 20,
            cpu_seconds=max(Limits.cpu_seconds, self.seconds),
            cell_seconds=self.cell_seconds,
            total_seconds=self.seconds,
        )


@click.command()
@click.argument("name", metavar="HOMEWORK")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--from", "platform", type=click.Choice(sorted(PLATFORMS)), help="Whose naming PATH has [seen from it].")
@click.option("--roster", type=FILE, help="Who is who: a CSV with a line per student.")
@click.option(
    "--worksheet", "worksheets", type=FILE, multiple=True, help="The platform's own table of marks, to fill in."
)
@click.option("--due", type=WhenType(), help="The deadline, such as 2026-11-30T23:59.")
@click.option("--late", "rule", type=RuleType(), help="What each hour, day or week costs, such as 10%/day.")
@click.option("--parameters", type=FILE, help="Values that the students have not seen, in TOML.")
@click.option("--masters", type=FOLDER, default=MASTERS, help="The masters [default: solutions].")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="What feedback speaks.")
@click.option("--out", type=FOLDER, default=Path("grading"), show_default=True, help="Where everything goes.")
@click.option("--jobs", type=click.IntRange(1), default=cores, help="Hand-ins at a time [default: one per core].")
@click.option(
    "--cell-seconds", type=click.IntRange(1, DAY), default=120, show_default=True, help="What a cell may take."
)
@click.option("--seconds", type=click.IntRange(1, DAY), default=900, show_default=True, help="What a hand-in may take.")
@click.option(
    "--megabytes", type=click.IntRange(512, 1 << 20), default=2048, show_default=True, help="Memory of a hand-in."
)
@click.option("--unsandboxed", is_flag=True, help="Run answers with your own rights; every page warns of it.")
@click.option("--regrade", "again", metavar="STUDENT", multiple=True, help="Execute this one's again.")
@click.option("--because", "reason", metavar="REASON", help="Why; kept with both scores.")
def command(name: str, paths: tuple[Path, ...], **given: Any) -> None:
    """Grade what was handed in for HOMEWORK, such as 03-threes-and-sevens.

    PATH is what a platform gives: its zip, a folder, single notebooks. Marks,
    feedback and what the platform takes back go to grading/HOMEWORK, and all
    marks into nbgrader's gradebook. Answers run in a sandbox, never in this
    process. What is on record is not done twice: stopped with Ctrl-C, the same
    command goes on from there.
    """
    options = Options(**given)
    if options.again and not options.reason:
        raise errors.no_reason()
    with begun(name, options) as template:
        from course.grade.grading import grade  # takes seconds, as the sandbox and the workers do

        grade(name, paths, options, template)


def begun(name: str, options: Options) -> AbstractContextManager[Template | None]:
    """Return the sandbox; it and the workers begin to import. What is wrong with the master is told later."""
    try:
        master = json.loads((options.masters / name / f"{name}.ipynb").read_bytes())
        modules = workers.modules(master)
    except (OSError, ValueError, KeyError, TypeError):
        return nullcontext()
    workers.warm_up(modules)
    return (
        nullcontext() if options.unsandboxed else Template(modules, home_of_data(modules), options.limits, wait=False)
    )


def home_of_data(modules: Sequence[str]) -> Path | None:
    """Return fastai's home, with MNIST in it, for a homework that reads it."""
    return data.fill().parents[1] if any(name.partition(".")[0] == "fastai" for name in modules) else None
