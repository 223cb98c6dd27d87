from decimal import Decimal

import pytest

from course.compare import numbers, text
from course.compare.numbers import Tolerance


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ("accuracy 0.9996", ["0.9996"]),
        ("12,396 images", ["12,396"]),
        ("tensor([[ 0.1000, -0.2000]])", ["0.1000", "-0.2000"]),
        ("tensor([1., 2.])", ["1.", "2."]),
        ("[1. 2.]", ["1.", "2."]),
        ("1e-05 and 3.2E+07", ["1e-05", "3.2E+07"]),
        ("nan, NaN, -inf", ["nan", "NaN", "-inf"]),
        ("99.96%", ["99.96"]),
        ("a 784-30-1 network", ["784", "30", "1"]),
        ("there are 6131.", ["6131"]),
        ("−3.5", ["−3.5"]),
        ("torch 2.11.0, uint8, x1, 37912.png, #1f77b4, information", []),
    ],
)
def test_numbers_are_found_as_they_are_printed(printed, found):
    """Signs, separators, exponents, NaN and trailing points belong to a number; digits within words do not."""
    assert [number.text for number in numbers.numbers(printed)] == found


@pytest.mark.parametrize(
    ("stored", "fresh"),
    [
        ("1.2345678", "1.2345679"),
        ("-0.0000", "0.0000"),
        ("[ 0.1, 2.0]", "[0.1,   2.0]"),
        ("0.46000000834465027", "0.4600000083446503"),
    ],
)
def test_what_says_the_same_is_allowed(stored, fresh):
    """The seventh significant digit, the sign of a zero, padding and the length of a float's repr may differ."""
    assert all(found.allowed for found in text.compare(stored, fresh, Tolerance()))


@pytest.mark.parametrize(
    ("stored", "fresh"),
    [
        ("0.999999", "1.000000"),
        ("0.100001", "0.100002"),
        ("9.99999", "9.99998"),
        ("3.2e-07", "3.3e-07"),
        ("-0.3467", "0.3467"),
        ("0.50", "0.5"),
        ("12,396", "12396"),
        ("0.00001", "1e-05"),
        ("inf", "-inf"),
        ("nan", "0.0"),
        ("6265000", "6265001"),
        ("it has 6265000.", "it has 6265001."),
    ],
)
def test_what_says_another_thing_is_not(stored, fresh):
    """One unit in the last of up to six digits, a sign, a count and a notation are held."""
    assert any(not found.allowed for found in text.compare(stored, fresh, Tolerance()))


def test_a_cell_states_its_tolerance_in_its_metadata():
    """What a cell leaves out keeps its default."""
    assert Tolerance.of({"course": {"tolerance": {"rtol": 1e-3}}}) == Tolerance(rtol=Decimal("0.001"))
    assert Tolerance.of({}) == Tolerance()
