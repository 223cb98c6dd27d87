"""A class graded from Moodle's zip to what Moodle takes back, in real sandboxes, by the command a teacher types."""

import csv
import io
import re
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import small
from click.testing import CliRunner
from nbconvert import HTMLExporter
from nbgrader.api import Gradebook
from nbgrader.server_extensions.formgrader.handlers import template_path
from traitlets.config import Config, PyFileConfigLoader

from course import notebooks
from course.grade.command import command
from course.grade.gradebook import Book

pytestmark = pytest.mark.slow

OWN_MODULE = """
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(SEED)
        self.hidden, self.out = torch.nn.Linear(1, 4), torch.nn.Linear(4, 1)

    def forward(self, x):
        return self.out(torch.relu(self.hidden(x)))


net = Net()
"""
EQUAL_TO_ALL = """
class Agreeable(float):
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0


def loss_fn(yhat, y):
    return Agreeable(3)
"""
HAND_INS = {
    "Kim Minji_11": small.answered(),
    "이준호_12": small.answered(loss_answer="def loss_fn(yhat, y):\n    return ((yhat - y) ** 2).sum()"),
    "Ada Nkemelu_13": small.answered(build_answer=OWN_MODULE),
    "Mallory Quick_14": small.answered(loss_answer=EQUAL_TO_ALL),
    "Sofia Rossi_15": small.released(),
}
BROKEN = "Mateo Silva_16"
HEADER = (
    "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,Last modified (grade),"
    "Feedback comments\n"
)


def moodle(path: Path) -> Path:
    """Write the zip that Moodle gives out."""
    with zipfile.ZipFile(path, "w") as archive:
        for who, notebook in HAND_INS.items():
            archive.writestr(f"{who}_assignsubmission_file/small.ipynb", notebooks.text(notebook))
        archive.writestr(f"{BROKEN}_assignsubmission_file/small.ipynb", notebooks.text(small.answered())[:500])
    return path


def worksheet(path: Path) -> Path:
    """Write Moodle's worksheet for the same class."""
    rows = (who.rsplit("_") for who in [*HAND_INS, BROKEN])
    lines = [f"Participant {key},{name},{key}@example.org,Submitted,,8.00,Yes,-,\n" for name, key in rows]
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return path


def rows_of(out: Path) -> dict[str, list[str]]:
    """Return the lines of grades.csv by the students' keys, without key and name."""
    text = (out / "small" / "grades.csv").read_text(encoding="utf-8-sig")
    return {row[0]: row[2:] for row in csv.reader(io.StringIO(text))}


@dataclass
class Room:
    """A teacher's folder: the masters, the hand-ins, and what the grader made of them."""

    folder: Path

    def grade(self, *more: str) -> str:
        """Grade, and return what was said."""
        words = ["small", str(self.folder / "moodle.zip"), "--masters", str(self.folder / "masters")]
        words += ["--out", str(self.out), *more]
        done = CliRunner().invoke(command, words)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    @property
    def out(self) -> Path:
        """Where everything goes."""
        return self.folder / "grading"

    def rows(self) -> dict[str, list[str]]:
        """Return the lines of its grades.csv."""
        return rows_of(self.out)

    def files(self) -> dict[str, bytes]:
        """Return everything that is given back."""
        return {str(p.relative_to(self.out)): p.read_bytes() for p in (self.out / "small").rglob("*") if p.is_file()}

    def scores(self) -> dict[str, float]:
        """Return the scores in nbgrader's gradebook."""
        with Gradebook(f"sqlite:///{self.out / 'gradebook.db'}") as book:
            return {submission.student.id: submission.score for submission in book.assignment_submissions("small")}

    def by_hand(self, student: str, points: float, **comments: str) -> None:
        """Mark the written answer, and write comments on answers, as formgrader does."""
        with Gradebook(f"sqlite:///{self.out / 'gradebook.db'}") as book:
            grade = book.find_grade("why-answer", "small", "small", student)
            grade.manual_score, grade.needs_manual_grade = points, False
            for name, comment in comments.items():
                book.find_comment(f"{name}-answer", "small", "small", student).manual_comment = comment
            book.db.commit()


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """Return a folder in which the class was graded once, and what was said."""
    room = Room(tmp_path_factory.mktemp("room"))
    small.write(room.folder / "masters")
    moodle(room.folder / "moodle.zip")
    return room, room.grade()


def test_each_gets_what_the_answers_deserve(room):
    """Right answers, wrong ones, a module of one's own, one that is equal to everything, nothing, and half a file."""
    room, said = room
    rows = room.rows()
    assert rows["student"][:4] == [
        "Question 1: build it (2 points)", "Question 2: a loss (2 points)", "Question 3: train it (2 + 2 points)",
        "Question 3: train it (2 + 2 points), by hand",
    ]  # fmt: skip
    points = {key: row[:4] for key, row in rows.items()}
    assert points["11"] == ["2", "2", "2", ""]
    assert points["12"] == ["2", "0", "2", ""]
    assert points["13"] == ["2", "2", "2", ""]
    assert points["14"] == ["2", "0", "2", ""]
    assert points["15"] == points["16"] == ["0", "0", "0", "0"]
    assert "not JSON" in rows["16"][-1]
    assert "6 hand-ins by way of moodle: 5 executed" in said
    assert "4 to be marked by hand" in said


def test_a_second_run_executes_nothing_and_gives_the_same_bytes(room):
    """What is on record is not done again."""
    room, _ = room
    before = room.files()
    assert ": 0 executed" in room.grade()
    assert room.files() == before


def test_feedback_says_what_the_check_said_and_shows_the_answer(room):
    """A page for each student, with the check's words and the student's code."""
    room, _ = room
    page = (room.out / "small" / "feedback" / "12.html").read_text()
    assert "On an invented example your loss is 10.0; it should be 5.0." in page
    assert "loss_fn" in page
    assert {path.stem for path in (room.out / "small" / "feedback").iterdir()} == {"11", "12", "13", "14", "15", "16"}


def test_a_changed_check_looks_again_without_executing(room):
    """Words and points of a check may change; only where it asks something new, hand-ins are executed again."""
    room, _ = room
    path = room.folder / "masters" / "small" / "small.ipynb"
    original = path.read_text()
    try:
        path.write_text(original.replace("your loss is {got}", "is it a sum? your loss is {got}"))
        assert ": 0 executed" in room.grade()
        assert "is it a sum?" in (room.out / "small" / "feedback" / "12.html").read_text()
        path.write_text(original.replace("torch.tensor([[-1.0], [0.5]])", "torch.tensor([[-1.5], [0.5]])"))
        said = room.grade()
        assert " 0 executed" not in said
        assert room.rows()["11"][:3] == ["2", "2", "2"]
    finally:
        path.write_text(original)


@pytest.mark.slow
@pytest.mark.parametrize(("holder", "name"), [(Book, "_save"), (notebooks, "write")])
def test_a_gradebook_is_written_whole_or_not_and_made_up_for(tmp_path, monkeypatch, holder, name):
    """Cut off within the gradebook or among the notebooks, the next run leaves both as a run in peace does."""
    room = Room(tmp_path)
    path = small.write(room.folder / "masters")
    moodle(room.folder / "moodle.zip")
    room.grade()
    before = room.scores()
    path.write_text(path.read_text().replace('_same(_number(got, \\"loss_fn(yhat, y)\\"), wanted)', "True"))
    whole, calls = getattr(holder, name), []

    def cut_off(*given, **named):
        calls.append(given)
        if len(calls) > 3:
            raise RuntimeError
        return whole(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(holder, name, cut_off)
        with pytest.raises(RuntimeError):
            room.grade()
    cut = room.scores()
    room.grade()
    after = room.scores()
    assert after == {key: sum(map(float, row[:3])) for key, row in room.rows().items() if key != "student"}
    assert after != before
    assert cut == (before if name == "_save" else after)
    room.grade("--out", str(tmp_path / "peace"))
    for notebook in (tmp_path / "peace" / "autograded").rglob("*.ipynb"):
        assert (room.out / notebook.relative_to(tmp_path / "peace")).read_bytes() == notebook.read_bytes()


def test_marks_by_hand_survive_and_complete_the_worksheet(room):
    """What a person gave in formgrader stays when all is graded again; the worksheet gets scores that are complete.

    What a person wrote there goes to the student; and the worksheet is nobody's hand-in.
    """
    room, _ = room
    room.grade()
    room.by_hand("12", 1.5, why="Why <b>so</b>?", loss="Mean, not sum.")
    sheet = worksheet(room.folder / "sheet.csv")
    said = room.grade("--worksheet", str(sheet), "--regrade", "12", "--because", "=a wish")
    assert "1 executed" in said
    assert room.rows()["12"][3:7] == ["1.5", "5.5", "0", "5.5"]
    filled = list(csv.reader(io.StringIO((room.out / "small" / "sheet.csv").read_text(encoding="utf-8"))))
    assert {row[0]: row[4] for row in filled} | {"Identifier": ""} == {
        "Identifier": "", "Participant 11": "", "Participant 12": "5.5", "Participant 13": "", "Participant 14": "",
        "Participant 15": "0", "Participant 16": "0",
    }  # fmt: skip
    page = (room.out / "small" / "feedback" / "12.html").read_text()
    assert page.count("Why &lt;b&gt;so&lt;/b&gt;?") == page.count("Mean, not sum.") == 1
    (comments,) = (row[-1] for row in filled if row[0] == "Participant 12")
    assert re.search(r"Question 2: [^<]* Mean, not sum\.<br>", comments)
    assert "other files: 1\n" in said
    assert "The platform&#39;s or the teacher&#39;s own file" in (room.out / "small" / "summary.html").read_text()
    (_, noted) = csv.reader(io.StringIO((room.out / "small" / "regrades.csv").read_text()))
    assert noted[1:] == ["12", "'=a wish", "5.5", "5.5"]


def test_who_was_taken_out_of_the_gradebook_comes_back(room):
    """A student whom somebody removed from nbgrader's gradebook is in it again after the next run, with all points."""
    room, _ = room
    with Gradebook(f"sqlite:///{room.out / 'gradebook.db'}") as book:
        book.remove_submission("small", "14")
    assert ": 0 executed" in room.grade()
    with Gradebook(f"sqlite:///{room.out / 'gradebook.db'}") as book:
        again = book.find_submission("small", "14")
        assert (again.score, again.needs_manual_grade) == (4, True)


def test_a_regrade_needs_a_reason_and_a_student(room):
    """The message says which is missing; nothing is graded."""
    room, _ = room
    assert "add --because REASON" in room.grade("--regrade", "12")
    assert "nothing was handed in by that student; name one of 11, 12" in room.grade(
        "--regrade", "99", "--because", "x"
    )


def test_nbgrader_goes_on_from_the_gradebook(room):
    """Its own export has our scores, and its own feedback our outputs."""
    room, _ = room
    room.by_hand("12", 1.5)
    nbgrader = str(Path(sys.executable).with_name("nbgrader"))
    config = (notebooks.ROOT / "nbgrader_config.py").read_text()
    (room.folder / "nbgrader_config.py").write_text(config.replace('"solutions"', '"masters"'))
    for words in (["export"], ["generate_feedback", "small", "--student", "12"]):
        subprocess.run([nbgrader, *words], cwd=room.folder, check=True, capture_output=True)
    rows = {row["student_id"]: row for row in csv.DictReader((room.out / "grades.csv").open())}
    assert {key: float(row["score"]) for key, row in rows.items()} == {
        "11": 6, "12": 5.5, "13": 6, "14": 4, "15": 0, "16": 0,
    }  # fmt: skip
    page = (room.folder / "grading" / "feedback" / "12" / "small" / "small.html").read_text()
    assert "it should be 5.0" in page
    assert re.findall(r"<script[^>]* src=\"(?!data:)[^\"]*", page) == []


def test_formgrader_fetches_no_mathjax():
    """With the course's configuration the page on which a person marks has no program from another host."""
    # nbgrader's own first, as in FormgradeExtension
    config = Config({"HTMLExporter": {"template_name": "formgrade", "extra_template_basedirs": [template_path]}})
    config.merge(PyFileConfigLoader("nbgrader_config.py", str(notebooks.ROOT)).load_config())
    exporter = HTMLExporter(config=config)
    source, _, _ = exporter.environment.loader.get_source(exporter.environment, "mathjax.html.j2")
    assert "mathjax" in source
    assert "http" not in source


def test_other_parameters_catch_a_number_that_was_copied(room):
    """Under values that nobody has seen, an answer that computes stands and a constant falls."""
    room, _ = room
    year = room.folder / "year.toml"
    year.write_text("SEED = 8\n")
    copied = small.answered(smallest_answer="smallest = 0.2")
    honest = room.rows()["11"][:3]
    HAND_INS["Copy Cat_17"] = copied
    try:
        moodle(room.folder / "moodle.zip")
        room.grade("--parameters", str(year))
        assert room.rows()["11"][:3] == honest == ["2", "2", "2"]
        assert room.rows()["17"][:3] == ["2", "2", "1"]
        assert room.rows()["17"][-1] == ""  # nobody changed a given cell
    finally:
        del HAND_INS["Copy Cat_17"]
        moodle(room.folder / "moodle.zip")


def test_a_master_whose_own_answer_loses_grades_nobody(room, tmp_path):
    """Before anybody is graded, the master's answers must get every point."""
    room, _ = room
    path = small.write(tmp_path / "masters")
    path.write_text(path.read_text().replace("** 2).mean()", "** 2).sum()"))
    said = room.grade("--masters", str(tmp_path / "masters"), "--out", str(tmp_path / "grading"))
    assert re.search(r"its own answer gets 0 of 2 points of loss-check .* nobody was graded", said)
    assert not (tmp_path / "grading" / "small").exists()


def test_a_master_that_needs_more_than_the_limits_grades_nobody(room, tmp_path):
    """An answer of the master's that is stopped by a limit says that larger ones may help."""
    room, _ = room
    path = small.write(tmp_path / "masters")
    path.write_text(path.read_text().replace("losses = []", "losses = __import__('time').sleep(60) or []"))
    limit = ["--cell-seconds", "1", "--out", str(tmp_path / "grading")]
    said = room.grade("--masters", str(tmp_path / "masters"), *limit)
    assert re.search(r"its own answer gets 0 of 2 points of train-check .* larger limits; nobody was graded", said)
    assert not (tmp_path / "grading" / "small").exists()


WEAK = """
import os
import resource

with open("/proc/self/status") as file:
    used = next(int(line.split()[1]) << 10 for line in file if line.startswith("VmData"))
resource.setrlimit(resource.RLIMIT_DATA, (used + (100 << 20), resource.getrlimit(resource.RLIMIT_DATA)[1]))


def check_train(losses, smallest):
    if isinstance(smallest, str):
        os._exit(3)
"""


def test_a_worker_that_dies_or_runs_out_of_memory_costs_one_hand_in(tmp_path):
    """Whose hand-in it was is told so; everybody else gets what the answers deserve, in the same run."""
    path = small.write(tmp_path / "masters")
    master = notebooks.read(path)
    check = next(cell for cell in master.cells if cell.id == "train-check")
    check.source = check.source.replace("def check_train(losses, smallest):", WEAK.strip())
    notebooks.write(path, master)
    answers = {
        "smallest = 'the end'": "dies", "smallest = torch.zeros(50 << 20)": "dies",
        "smallest = min(losses)": "honest", "smallest = 0": "wrong",
    }  # fmt: skip
    for number, answer in enumerate([*answers, *answers], 1):
        folder = tmp_path / "in" / f"Student {number}_{number}_assignsubmission_file"
        folder.mkdir(parents=True)
        notebooks.write(folder / "small.ipynb", small.answered(smallest_answer=f"{answer}  # {number}"))
    words = ["small", str(tmp_path / "in"), "--masters", str(tmp_path / "masters"), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(command, words)
    assert done.exit_code == 0, done.output
    found = rows_of(tmp_path / "out")
    points = {"dies": ["0", "0", "0"], "honest": ["2", "2", "2"], "wrong": ["2", "2", "1"]}
    assert {key: row[:3] for key, row in found.items() if key != "student"} == {
        str(number): points[kind] for number, kind in enumerate([*answers.values()] * 2, 1)
    }
    assert sum("grader's own process ended" in " ".join(row) for row in found.values()) == 4


@pytest.mark.parametrize("option", ["--cell-seconds", "--seconds", "--megabytes"])
@pytest.mark.parametrize("value", ["0", "1e3", "2147483648", "9" * 16, "9" * 30])
def test_limits_that_no_machine_could_keep_are_refused_with_a_line(room, option, value):
    """What the clock, the kernel or the record could not hold is told before anything runs."""
    room, _ = room
    said = room.grade(option, value)
    assert f"Invalid value for '{option}'" in said
    assert "Traceback" not in said


def test_ctrl_c_stops_and_the_next_run_goes_on(room, tmp_path):
    """Stopped in the middle, it says how far it came; the same command executes only the rest."""
    room, _ = room
    for number in range(6):
        slow = small.answered(look_answer=f"import time\ntime.sleep({0 if number < 2 else 600})  # {number}")
        folder = tmp_path / "in" / f"Student {number}_{number + 1}_assignsubmission_file"
        folder.mkdir(parents=True)
        notebooks.write(folder / "small.ipynb", slow)
    words = ["small", str(tmp_path / "in"), "--masters", str(room.folder / "masters"), "--out", str(tmp_path / "out")]
    typed = [sys.executable, "-m", "course", "grade", *words]
    running = subprocess.Popen(typed, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    record = tmp_path / "out" / "record"
    while running.poll() is None and len([path for path in record.rglob("*") if path.is_file()]) < 6:
        time.sleep(0.1)  # the master's two records, and those of the two that are quick
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "stopped with 2 of 6 hand-ins on record; run the same again and it goes on from there" in said
    for folder in (tmp_path / "in").iterdir():
        text = (folder / "small.ipynb").read_text()
        (folder / "small.ipynb").write_text(text.replace("time.sleep(600)", "time.sleep(0)"))
    said = CliRunner().invoke(command, words).output
    assert "6 hand-ins by way of moodle: 4 executed, 2 on record" in said


def test_without_a_sandbox_answers_still_leave_as_values_and_every_page_warns(room, tmp_path):
    """Where there is no sandbox, a cheat's object gets nowhere either; each page says how it was graded."""
    room, _ = room
    for who in ("Kim Minji_11", "Mallory Quick_14"):
        folder = tmp_path / "in" / f"{who}_assignsubmission_file"
        folder.mkdir(parents=True)
        notebooks.write(folder / "small.ipynb", HAND_INS[who])
    words = ["small", str(tmp_path / "in"), "--masters", str(room.folder / "masters"), "--out", str(tmp_path / "out")]
    assert CliRunner().invoke(command, [*words, "--unsandboxed"]).exit_code == 0
    rows = rows_of(tmp_path / "out")
    assert rows["11"][:3] == ["2", "2", "2"]
    assert rows["14"][:3] == ["2", "0", "2"]
    for page in (tmp_path / "out" / "small").rglob("*.html"):
        assert "graded without a sandbox" in page.read_text(encoding="utf-8")
