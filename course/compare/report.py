"""``python -m course compare``: run notebooks aside and report what moved, for a person to accept.

It is how the course moves to a newer image of Colab: a tolerance keeps small
moves quiet from day to day, so here every number that moved is listed, and
every picture is shown beside its new self.
"""

from __future__ import annotations

from pathlib import Path

import click
from nbformat import NotebookNode

from course import data, notebooks, run
from course.compare import differences, outputs
from course.compare.differences import Finding
from course.compare.page import write_page
from course.errors import CourseError

WITHOUT_OUTPUTS = {"exercises", "ko"}  # the one is stored without, the other has the English ones


@click.command()
@click.argument("paths", metavar="[NOTEBOOK]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("_build", "compare"),
    show_default=True,
    help="Folder for the report and the newly run notebooks.",
)
def command(paths: tuple[Path, ...], out: Path) -> None:
    """Run notebooks (all that store outputs, if none is named) and report every number and picture that moved.

    The stored notebooks stay as they are. The report, index.html, and the
    notebooks as they ran are written below the folder --out.
    """
    data.fill()
    findings = []
    for path in paths or _with_outputs():
        found = compare_notebook(path, out)
        findings += found
        click.echo(f"{path}: {_count(found)}")
    report = out / "index.html"
    write_page(report, "What moved", f"{_count(findings)}.", findings)
    click.echo(f"{_count(findings)}; see {report}")


def _with_outputs() -> list[Path]:
    found = notebooks.find()
    return [path for path in found if not WITHOUT_OUTPUTS & set(path.relative_to(notebooks.ROOT).parts)]


def compare_notebook(path: Path, out: Path) -> list[Finding]:
    """Run a notebook, store it as it ran below ``out``, and return what moved, cell by cell."""
    try:
        stored, fresh = notebooks.canonical(notebooks.read(path)), run.execute(path)
    except CourseError as e:
        return [Finding(str(path), [differences.did_not_run(e.message)])]
    place = path.resolve()
    aside = out / (place.relative_to(notebooks.ROOT) if place.is_relative_to(notebooks.ROOT) else path.name)
    aside.parent.mkdir(parents=True, exist_ok=True)
    notebooks.write(aside, fresh)
    cells = zip(stored.cells, fresh.cells, strict=True)
    findings = [_compare_cells(path, old, new) for old, new in cells if old.cell_type == "code"]
    return [finding for finding in findings if finding.differences]


def _compare_cells(path: Path, stored: NotebookNode, fresh: NotebookNode) -> Finding:
    return Finding(f"{path}, cell {stored.id}", list(outputs.compare(stored, fresh.outputs)))


def _count(findings: list[Finding]) -> str:
    found = [difference for finding in findings for difference in finding.differences]
    moved = sum(not difference.stored for difference in found if difference.allowed)
    past = sum(not difference.allowed for difference in found)
    return f"{past} differences, {moved} numbers moved within their tolerance"
