"""The checks, tested as code is: right answers, wrong ones, mutants of the master, other years, all in real kernels."""

import ast
import re

import pytest

from course import homework, notebooks, release

from .conftest import Desk, answers, exercise, path_of
from .mutants import mutants

MASTERS = release.find(notebooks.ROOT / "solutions")
TABLES = {path.stem: answers(path.stem) for path in MASTERS}
QUESTIONS = {path.stem: {q.check.id: q for q in homework.questions(notebooks.read(path))} for path in MASTERS}


def solution(question):
    """Return the master's own answer to a question."""
    return "\n".join(cell.source for cell in question.answers)


def cases(key):
    """Return the answers of one kind to all questions of all homeworks, in order, as pytest's parameters."""
    return [
        pytest.param(name, question, answer, id=f"{name[:2]}: {question} {number}")
        for name, table in TABLES.items()
        for question, answers in table.get(key, {}).items()
        for number, answer in enumerate(answers, 1)
    ]


def mutated():
    """Return every mutant of every answer of every master: the other answers of its question stay as they are."""
    found = []
    for name, questions in QUESTIONS.items():
        for check, question in questions.items():
            for place, cell in enumerate(question.answers):
                for mistake, code in mutants(cell.source):
                    sources = [answer.source for answer in question.answers]
                    sources[place] = code
                    named = f"{cell.id}: {mistake}"
                    found.append(pytest.param(name, check, named, "\n".join(sources), id=f"{name[:2]}: {named}"))
    return found


pytestmark = pytest.mark.slow
every_homework = pytest.mark.parametrize("name", QUESTIONS)


@pytest.fixture
def judge(desk):
    """Return the function that judges a code as the answer to a question of a homework."""

    def judged(name, question, code, **values):
        return desk(name, TABLES[name]["PARAMETERS"] | values).try_out(QUESTIONS[name][question], code)

    return judged


@every_homework
def test_the_master_gets_every_point_and_no_answer_none(name, judge):
    """Each question's own answer gets all its points, without the answers to the others; none gets none, in words."""
    for check, question in QUESTIONS[name].items():
        verdict = judge(name, check, solution(question))
        assert (verdict.earned, verdict.points, verdict.error) == (question.points, question.points, ""), verdict
        untouched = judge(name, check, "pass")
        assert (untouched.earned, untouched.keys[:1]) == (0, ["unanswered"]), untouched


@pytest.mark.parametrize(("name", "question", "code"), cases("RIGHT"))
def test_a_right_answer_gets_every_point(name, question, code, judge):
    """A right answer that is written differently gets all points."""
    verdict = judge(name, question, code)
    assert (verdict.earned, verdict.error) == (verdict.points, ""), verdict


@pytest.mark.parametrize(("name", "question", "answer"), cases("WRONG"))
def test_a_wrong_answer_gets_the_message_meant_for_it(name, question, answer, judge):
    """A mistake that students make loses points, and the check says what it is."""
    code, key = answer
    verdict = judge(name, question, code)
    assert verdict.earned < verdict.points, verdict
    assert verdict.keys[0] == key, verdict


@pytest.mark.parametrize(("name", "question", "answer"), cases("PARTIAL"))
def test_a_part_that_counts_apart_gets_its_points(name, question, answer, judge):
    """Where the parts of a question count apart, one that is right keeps its points beside a blank or a wrong one."""
    code, points = answer
    verdict = judge(name, question, code)
    assert verdict.earned == points, verdict


@pytest.mark.parametrize(("name", "question", "code"), cases("BLIND_RIGHT"))
def test_a_right_answer_of_somebody_who_saw_no_check_gets_every_point(name, question, code, judge):
    """Whoever answers rightly from the exercise alone gets all points."""
    verdict = judge(name, question, code)
    assert (verdict.earned, verdict.error) == (verdict.points, ""), verdict


@pytest.mark.parametrize(("name", "question", "code"), cases("BLIND_WRONG"))
def test_a_wrong_answer_of_somebody_who_saw_no_check_loses_points(name, question, code, judge):
    """Whoever answers wrongly from the exercise alone loses points."""
    verdict = judge(name, question, code)
    assert verdict.earned < verdict.points, verdict


@pytest.mark.parametrize(("name", "question", "mutant", "code"), mutated())
def test_a_mutant_of_the_master_loses_points(name, question, mutant, code, judge):
    """Each mistake of the fixed list, at each place of a master's answers, costs points, or has a reason why not."""
    verdict = judge(name, question, code)
    excused = mutant in TABLES[name]["EXCUSED"]
    assert (verdict.earned == verdict.points) is excused, verdict


@every_homework
def test_every_excuse_has_a_mutant_and_a_reason(name):
    """No mutant is excused that is not there, and none without a reason."""
    made = {case.values[2] for case in mutated() if case.values[0] == name}
    excused = TABLES[name]["EXCUSED"]
    assert set(excused) <= made
    assert all(len(reason.split()) >= 4 for reason in excused.values())


@every_homework
def test_the_tables_are_whole(name):
    """Each question has two right answers and four wrong ones, and each homework three other years."""
    table = TABLES[name]
    assert set(table["RIGHT"]) == set(table["WRONG"]) == set(QUESTIONS[name])
    assert all(len(answers) >= 2 for answers in table["RIGHT"].values())
    assert all(len(answers) >= 4 for answers in table["WRONG"].values())
    assert len(table["VARIANTS"]) >= 3


@pytest.mark.parametrize(
    ("name", "values"),
    [(name, values) for name, table in TABLES.items() for values in table["VARIANTS"]],
    ids=lambda value: value[:2] if isinstance(value, str) else "-".join(map(str, value.values())),
)
def test_the_master_gets_every_point_in_another_year(name, values, judge):
    """With another seed and other data the master's answers still get all points."""
    for check, question in QUESTIONS[name].items():
        verdict = judge(name, check, solution(question), **values)
        assert (verdict.earned, verdict.error) == (question.points, ""), verdict


@every_homework
def test_what_was_worked_out_for_another_year_is_not_taken(name, desk):
    """The values of an answer that a friend got with other parameters lose points, unless they are general."""
    table = TABLES[name]
    here = desk(name, table["PARAMETERS"])
    there = Desk(None, exercise(name, table["PARAMETERS"] | table["VARIANTS"][0]))
    for check, question in QUESTIONS[name].items():
        verdict = here.try_out(question, solution(question), there)
        assert not verdict.error, verdict
        assert (verdict.earned == verdict.points) is (check in table["GENERAL"]), verdict


@every_homework
def test_every_message_is_said(name, judge):
    """Every message of the homework's own is reached by a wrong answer of the table, or is praise."""
    said = {key for answers in TABLES[name]["WRONG"].values() for _, key in answers}
    told = {key for check, question in QUESTIONS[name].items() for key in judge(name, check, solution(question)).keys}
    assert own_keys(name) <= said | told


def own_keys(name):
    """Return the keys of a homework's own messages: those that not all homeworks have."""
    keys = {stem: set(messages(stem)["en"]) for stem in QUESTIONS}
    common = set.intersection(*keys.values()) if len(keys) > 1 else set()
    return keys[name] - common


def messages(name):
    """Return the table of messages of a homework."""
    notebook = notebooks.read(path_of(name))
    space = {}
    exec(next(cell.source for cell in notebook.cells if cell.id == "messages"), space)  # noqa: S102 - our own cell
    return space["MESSAGES"]


@every_homework
def test_messages_are_in_both_languages(name):
    """The table has each message in both languages, with the same facts in it; the Korean ones are Korean."""
    english, korean = messages(name)["en"], messages(name)["ko"]
    assert list(english) == list(korean)
    for key, text in english.items():
        assert sorted(set(re.findall(r"\{(\w+)", text))) == sorted(set(re.findall(r"\{(\w+)", korean[key]))), key
        assert re.search("[가-힣]", korean[key]), key


@every_homework
def test_the_checks_cell_is_the_same_everywhere(name):
    """The cell of checks is one text in all homeworks."""
    first, this = (
        next(cell.source for cell in notebooks.read(path).cells if cell.id == "checks")
        for path in (MASTERS[0], path_of(name))
    )
    assert this == first


@every_homework
def test_no_helper_of_a_check_takes_a_name_of_a_students(name):
    """What checks define for themselves begins with an underscore, so that no answer's own name is in their way."""
    cells = [cell for cell in notebooks.read(path_of(name)).cells if cell.cell_type == "code" and cell.id != "messages"]
    checks = [cell for cell in cells if cell.id == "checks" or homework.kind(cell) == "check"]
    students = "\n".join(cell.source for cell in cells if cell not in checks)
    defined = {
        n.name for c in checks for n in ast.parse(c.source).body if isinstance(n, ast.FunctionDef | ast.ClassDef)
    }
    free = {each for each in defined if not re.match("_|check_", each) and not re.search(rf"\b{each}\(", students)}
    assert free <= {"Wrong", "say", "expect", "judge", "grade", "summary"}


@every_homework
def test_no_question_needs_the_check_of_another(name):
    """What more than one question needs stands in a given cell, so that a check may be left out."""
    defined = {}
    for cell in notebooks.read(path_of(name)).cells:
        tree = ast.parse(cell.source) if cell.cell_type == "code" else ast.Module([], [])
        read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        if homework.kind(cell) == "check":
            here = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
            here |= {alias.name for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom) for alias in n.names}
            assert not {n: defined[n] for n in (read & set(defined)) - here}, cell.id
            defined |= dict.fromkeys(here, cell.id)
        else:
            assert not {n: defined[n] for n in read & set(defined)}, cell.id
