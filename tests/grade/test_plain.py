import pytest

from course.grade.plain import cell, line, number, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://a.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0\x1b\\x", "x"),
        ("\x1bc\x1b(Bx", "x"),
        ("\x1b[", ""),
        ("a\x00b\x08c\x7fd", "abcd"),
        (" 10%\r 50%\r100%\n", "100%\n"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("x\ty", "x\ty"),
        ("if a:\u202e# }\u2066", "if a:⟨U+202E⟩# }⟨U+2066⟩"),
        ("a\u200bb\ufeff\u2028", "a⟨U+200B⟩b⟨U+FEFF⟩⟨U+2028⟩"),
        ("a\U000e0041", "a⟨U+E0041⟩"),
        ("👩\u200d💻 é e\u0301 각 가", "👩\u200d💻 é e\u0301 각 가"),
        ("\ud800x\udfff", "x"),
        ("Z" + "\u0300" * 500, "Z" + "\u0300" * 4),
    ],
)
def test_nothing_is_left_that_would_be_obeyed(text: str, shown: str) -> None:
    """Terminal codes, control characters and lone surrogates go; what hides or turns is named; letters stay."""
    assert plain(text) == shown
    plain(text).encode()


def test_what_is_too_long_is_cut() -> None:
    """A long text ends in an ellipsis; one that fits has none."""
    assert plain("abcdef", 3) == "abc…"
    assert plain("abc", 3) == "abc"
    assert line("a\n  b\tc") == "a b c"


@pytest.mark.parametrize(
    "formula",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "＋1", "－1", "＠x", "\x00=1", "\x1b[0m=1"],
)
@pytest.mark.parametrize("before", ["", "x;", "x,", "x\t", "x|"])
def test_no_cell_is_a_formula(before: str, formula: str) -> None:
    """Whatever a spreadsheet takes for the end of a cell, none begins as a formula."""
    shown = cell(before + formula)
    parts = [shown]
    for split in ";,|\t":
        parts = [piece for part in parts for piece in part.split(split)]
    assert [piece for piece in parts if piece.lstrip().startswith(tuple("=+-@＝＋－＠"))] == []
    assert "\n" not in shown


@pytest.mark.parametrize(
    ("value", "text"), [(3.0, "3"), (2.5, "2.5"), (1 / 3, "0.33"), (0.0, "0"), (-0.001, "0"), (1e6, "1000000")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    """A number has two decimals at most, no exponent and no sign for nothing."""
    assert number(value) == text
