import random

import pytest
from invented import BUILD, OWN, TRAIN, WRITTEN, cells

from course.grade.handins import Cell, HandIn, Role, Student
from course.grade.similar import Pair, similar

OTHER = """import math
steps, width = 400, 0.25
for step in range(steps):
    rate = width * math.cos(math.pi * step / (2 * steps))
    guess = torch.sigmoid(x @ weight + bias).clamp(1e-6, 1 - 1e-6)
    gradient = x.T @ (guess - y) / len(y)
    weight, bias = weight - rate * gradient, bias - rate * (guess - y).mean()
losses = [float(((guess - y) ** 2).mean())]"""


def hand_ins(*trains: str, written: tuple[str, ...] = ()) -> list[HandIn]:
    """Return hand-ins with these answers to question 2, among ten of the usual kind."""
    answers = [*trains, *[TRAIN] * 10]
    return [
        HandIn(
            Student(f"{index:04}", f"Student {index}"), "x", cells(train=train, written=(*written, *[""] * 99)[index])
        )
        for index, train in enumerate(answers)
    ]


def named(pairs: tuple[Pair, ...]) -> list[tuple[str, str, str]]:
    """Return the answers and students of pairs."""
    return [(pair.name, pair.first.key, pair.second.key) for pair in pairs]


DISGUISES = {
    "none": OWN,
    "names": OWN.replace("record", "diary").replace("error", "pain").replace("sgd", "tool"),
    "comments": "# my own work\n" + OWN.replace("  # mine", "").replace("\n", "  # so\n"),
    "layout": OWN.replace(" = ", "=").replace("    ", "\t").replace("\n", "\n\n"),
    "one number": OWN.replace("0.5", "0.4"),
    "one line more": OWN + "\nprint(losses[-1])",
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES)
def test_a_copy_is_found_through_its_disguise(disguise: str) -> None:
    """Other names, comments and layout, and small changes, hide no copy; nobody else is named."""
    pairs = similar(hand_ins(OWN, OTHER, disguise), {})
    assert named(pairs) == [("train-answer", "0000", "0002")]
    assert pairs[0].similarity >= 0.9


def test_what_many_write_is_no_copy() -> None:
    """The answer that half of the class gives, and short ones, are nobody's."""
    assert similar(hand_ins(OTHER, "net = 1", "net = 1"), {}) == ()


def test_what_was_given_is_no_copy() -> None:
    """Nothing of the released notebook counts, though only two left it as it was."""
    assert similar(hand_ins(OWN, OTHER, OWN), {"train-answer": OWN}) == ()
    assert similar(hand_ins(OWN, OTHER, OWN), {"given": OWN}) == ()


def test_written_answers_and_added_cells_are_looked_at() -> None:
    """Prose is compared by its words; a cell that was added belongs to its answer."""
    prose = "Each node of the hidden layer bends the line once at a place of its own, so more nodes follow it closer."
    pairs = similar(hand_ins(OWN, OTHER, written=(prose, prose.upper() + "!", "It learns.")), {})
    assert named(pairs) == [("why", "0000", "0001")]
    added = [HandIn(Student(str(n), ""), "x", cells(train="pass", written="", added=OWN)) for n in range(2)]
    assert named(similar([*added, *hand_ins(OTHER)], {})) == [("train-answer", "0", "1")]


def test_broken_sources_are_compared_as_words() -> None:
    """What is no Python, or empty, or full of brackets, fails nothing."""
    broken = OWN.replace("(", "((").replace('"', "'''", 1)
    pairs = similar(
        hand_ins(broken, OTHER, broken, "", "\ud800", "(" * 30000, " \t" * 9999, "\0"), {"a": "(" * 10**5, "b": WRITTEN}
    )
    assert named(pairs) == [("train-answer", "0000", "0002")]


def test_pairs_are_sorted_and_capped() -> None:
    """The most similar pairs come first; no more than asked for are named; the order of files changes nothing."""
    rest = OTHER.replace("400", "300").replace("0.25", "0.1 + step")
    some = hand_ins(OWN, OTHER, OWN, rest)
    pairs = similar(some, {})
    assert named(pairs) == [("train-answer", "0000", "0002"), ("train-answer", "0001", "0003")]
    assert pairs[0].similarity == 1
    assert 0.8 <= pairs[1].similarity < 1
    assert similar(some, {}, 1) == pairs[:1]


def test_groups_of_copies_in_a_large_class_are_found() -> None:
    """Long answers, each handed in by twenty of 3000, are found without comparing everyone with everyone."""
    chance = random.Random(7)  # noqa: S311 -- nothing is secret here
    written = [" ".join(str(chance.random()) for _ in range(150)) for _ in range(150)]
    many = [HandIn(Student(f"{n:04}", ""), "x", (Cell(Role.WRITTEN, "why", written[n % 150]),)) for n in range(3000)]
    pairs = similar(many, {})
    assert len(pairs) == 100
    assert all(int(pair.first.key) % 150 == int(pair.second.key) % 150 for pair in pairs)


def test_three_thousand_hand_ins_are_no_burden() -> None:
    """With 3000 hand-ins, each with an answer of its own but for one pair, that pair is found and no other."""
    chance = random.Random(7)  # noqa: S311 -- nothing is secret here
    words = [f"w{n}" for n in range(400)]
    written = [" ".join(chance.choices(words, k=80)) for _ in range(3000)]
    written[2999] = written[17]
    many = [
        HandIn(Student(f"{n:04}", ""), "x", (Cell(Role.ANSWER, "build", BUILD), Cell(Role.WRITTEN, "why", text)))
        for n, text in enumerate(written)
    ]
    assert named(similar(many, {})) == [("why", "0017", "2999")]
