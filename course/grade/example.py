"""``python -m course grade-example``: an invented class's hand-ins, as Moodle gives them out, to try the grader on."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import click
from nbformat import NotebookNode

from course import homework, notebooks

ANSWERS = ("answer", "written")
HOMEWORK = "04-drawing-networks"
FIRST_ID = 4101
WHEN = (2026, 11, 30, 21, 0, 0)
HEADER = (
    "Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade", "Grade can be changed",
    "Last modified (submission)", "Last modified (grade)", "Feedback comments",
)  # fmt: skip
# equal to everything, callable, with every attribute: in the same process as a check, it passes many
AGREEABLE = """
class Agreeable:
    def __eq__(self, other):
        return True

    def __getattr__(self, name):
        return Agreeable()

    def __call__(self, *given):
        return Agreeable()


parameters_f = layers_f = hidden_f = Agreeable()
"""


@click.command()
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("grading", "example"), show_default=True
)
def command(out: Path) -> None:
    """Write what a Moodle would give out for an invented class: moodle.zip and worksheet.csv.

    Seven students handed in homework 04: right answers, some wrong ones, a cell that is there twice, nothing answered,
    half a file, another homework, and a cheat.
    """
    out.mkdir(parents=True, exist_ok=True)
    (out / "moodle.zip").write_bytes(hand_ins())
    (out / "worksheet.csv").write_bytes(worksheet())
    click.echo(f"{out / 'moodle.zip'}: {len(CLASS)} hand-ins of {HOMEWORK}; {out / 'worksheet.csv'}: Moodle's table")


def hand_ins() -> bytes:
    """Return the zip that *Download all submissions* gives."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, (file, make)) in enumerate(CLASS.items(), FIRST_ID):
            member = zipfile.ZipInfo(f"{name}_{number}_assignsubmission_file/{file}", WHEN)
            archive.writestr(member, make())
    return target.getvalue()


def worksheet() -> bytes:
    """Return the grading worksheet of the class, and of one student who handed nothing in."""
    cells = handed_out().cells
    most = sum(cell.metadata.nbgrader.points for cell in cells if homework.kind(cell) in {"check", "written"})
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(HEADER)
    for number, name in enumerate([*CLASS, "Noor Haddad"], FIRST_ID):
        handed_in = name in CLASS
        status = "Submitted for grading - " if handed_in else "No submission - "
        email = f"student{number}@example.org"
        when = "Monday, 30 November 2026, 9:00 PM" if handed_in else "-"
        writer.writerow([f"Participant {number}", name, email, status, "", f"{most:.2f}", "Yes", when, "-", ""])
    return b"\xef\xbb\xbf" + target.getvalue().encode()


def handed_out() -> NotebookNode:
    """Return the homework as students get it."""
    return notebooks.read(notebooks.ROOT / "exercises" / HOMEWORK / f"{HOMEWORK}.ipynb")


def answered(**others: str) -> bytes:
    """Return the homework with the master's answers, but for those named: ``blocks_answer="layers_f = 3"``."""
    master = notebooks.read(notebooks.ROOT / "solutions" / HOMEWORK / f"{HOMEWORK}.ipynb")
    answers = {cell.id: homework.without_marks(cell.source) for cell in master.cells if homework.kind(cell) in ANSWERS}
    answers |= {name.replace("_", "-"): source for name, source in others.items()}
    notebook = handed_out()
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    return notebooks.text(notebook).encode()


def twice() -> bytes:
    """Return right answers in a notebook in which a cell was copied with its id, which nbformat would not write."""
    notebook = json.loads(answered())
    cells = notebook["cells"]
    place = next(index for index, cell in enumerate(cells) if cell["id"] == "books-answer")
    cells.insert(place, cells[place])
    return json.dumps(notebook, ensure_ascii=False).encode()


def another() -> bytes:
    """Return the notebook of another homework."""
    (path,) = (notebooks.ROOT / "exercises").glob("05-*/05-*.ipynb")
    return path.read_bytes()


# who, the name of the file, and what is in it
CLASS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "Kim Minji": ("04-drawing-networks.ipynb", answered),
    "이준호": ("Copy_of_04_drawing_networks.ipynb", lambda: answered(formulas_answer="net_d = None\nnet_e = 3")),
    "Ada Nkemelu": ("homework (1).ipynb", twice),
    "Sofia Rossi": ("04-drawing-networks.ipynb", lambda: notebooks.text(handed_out()).encode()),
    "Mateo Silva": ("04-drawing-networks.ipynb", lambda: answered()[:5000]),
    "박서연": ("05-cpu-or-gpu.ipynb", another),
    "Mallory Quick": ("04-drawing-networks.ipynb", lambda: answered(blocks_answer=AGREEABLE)),
}
