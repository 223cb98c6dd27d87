"""Lesson 01 of the syllabus, item by item: what the stored notebook does and what it shows."""

import re

import pytest

LESSON = "01-one-hidden-layer.ipynb"
CHART = "application/vnd.vegalite.v5+json"

# Each item: the cell that carries it, what its source says, what it shows. In the syllabus's order.
ITEMS = [
    pytest.param(
        "two-bends-net",
        r"linspace\(-10, 10, 200\).*\(first, torch\.nn\.ReLU\(\), linear\(",
        r"200, 1",
        id="bent",
    ),
    pytest.param(
        "two-bends",
        r"torch\.sigmoid\(net\(x\)\)",
        r"\[picture\] .*two bends.*after a sigmoid",
        id="a bent line, and a sigmoid",
    ),
    pytest.param("many-bends", r"bent_line\(torch\.sin", r"\[picture\] .*nearly on", id="many bends, a curve"),
    pytest.param("bent-plane-net", r"cartesian_prod", r"\[81, 2\]\), torch\.Size\(\[81, 1\]", id="(n,2)"),
    pytest.param("bent-plane", r"plot_surface", r"\[picture\] .*flat pieces.*creases", id="a bent plane"),
    pytest.param(
        "one-hidden",
        r"\(n,p\).*\(n,m\).*\(n,m\).*\(n,1\).*\(n,1\).*a network with one \[hidden layer\]",
        r"",
        id="its name and its shapes",
    ),
    pytest.param(
        "theorem",
        r":::\{prf:theorem\}.*\[compact\].*\*\*For every\*\* continuous .*\*\*every\*\* \$\\varepsilon > 0\$ "
        r"\*\*there are\*\* a number of nodes .* weights .*\*\*for every\*\* \$x \\in K\$.*< \\varepsilon"
        r".*cybenko1989.*hornik1989",
        r"",
        id="the theorem, its quantifiers in order",
    ),
    pytest.param("band", r"1989", r"\[picture\] .*band", id="epsilon is a band"),
    pytest.param(
        "theorem-predict",
        r"\(a\) No\. \$m\$ is chosen \*after\*.*\(b\).*continuous.*\(c\).*1\. If one layer .*2\. .*ReLU.*3\. ",
        r"",
        id="its conditions, and the three doubts",
    ),
    pytest.param(
        "theorem-predict",
        r"\*there are\* weights.*does not say that training finds.*how many nodes.*right about new data \(\[lesson 07",
        r"",
        id="what it does not say",
    ),
    pytest.param(
        "theorem-predict",
        r"\(n,p\).*\(n,1\).*\*Linear → activation → linear\* can approximate",
        r"",
        id="the weapon",
    ),
    pytest.param(
        "pulse",
        r"linear\(\[\[-5\.0\], \[5\.0\]\], \[10\.0, 10\.0\]\), linear\(\[\[1\.0, 1\.0\]\], \[-1\.0\]\)",
        r"\[picture\] Three panels.*lines.*sigmoid that falls.*pulse of height 1 between −2 and 2",
        id="the first pulse, in three panels",
    ),
    pytest.param(
        "two-pulses",
        r"\[0\.0, 20\.0\]\), linear\(\[\[1\.0, 1\.0\]\], \[-1\.0\]"
        r".*\[20\.0, 0\.0\]\), linear\(\[\[2\.5, 2\.5\]\], \[-2\.5\]",
        r"\[picture\] .*height 1 between −4 and 0.*2\.5 between 0 and 4",
        id="two pulses on the same axes",
    ),
    pytest.param(
        "four-nodes",
        r"\[\[-5\.0\], \[5\.0\], \[-5\.0\], \[5\.0\]\], \[0\.0, 20\.0, 20\.0, 0\.0\]\).*"
        r"\[\[1\.0, 1\.0, 2\.5, 2\.5\]\], \[-1\.0 - 2\.5\]",
        r"\[picture\] .*two stairs",
        id="four nodes",
    ),
    pytest.param("four-is-the-sum", r"output\(\*left\) \+ output\(\*right\)", r"^True$", id="four nodes are the sum"),
    pytest.param("weights-to-pulse", r"add_params", r"<Chart>.*\[picture\] .*four sliders", id="weights to pulse"),
    pytest.param("bumps", r"h\(u\) = \\sigma\(200\(u \+ 0\.5\)\) \+ \\sigma\(-200\(u - 0\.5\)\) - 1", r"", id="h"),
    pytest.param(
        "bump",
        r"class Bump\(torch\.nn\.Module\)"
        r".*sigmoid\(200 \* \(u \+ 0\.5\)\) \+ torch\.sigmoid\(-200 \* \(u - 0\.5\)\) - 1",
        r"0\.0000, 0\.5000, 1\.0000, 0\.5000, 0\.0000",
        id="h as an activation of one's own",
    ),
    pytest.param("bump-picture", r"Bump\(\)\(u\)", r"\[picture\] .*1 between −½ and ½", id="h drawn"),
    pytest.param("two-m-formula", r"2m\$ sigmoids.*\(n,m\).*\\quad=\\quad.*\(n,2m\)", r"", id="2m sigmoids: formulas"),
    pytest.param("two-m", r"with_sigmoids\(bumps\.double\(\)\)", r"^\(3, 6, True\)$", id="2m sigmoids: both built"),
    pytest.param(
        "draw-random",
        r"torch\.manual_seed\(43052\)\n    grid = .*\n    figure, axes = plt\.subplots\(4, 4",
        r"",
        id="the seed",
    ),
    pytest.param("random-1", r"^draw_random\(1, ", r"\[picture\] Four by four panels", id="random, m = 1"),
    pytest.param("random-2", r"^draw_random\(2, ", r"\[picture\] Four by four panels", id="random, m = 2"),
    pytest.param("random-3", r"^draw_random\(3, ", r"\[picture\] Four by four panels", id="random, m = 3"),
    pytest.param("random-1024", r"^draw_random\(1024, ", r"\[picture\] Four by four .*ragged", id="random, m = 1024"),
    pytest.param("random-2048", r"^draw_random\(2048, ", r"\[picture\] Four by four .*no taller", id="m = 2048"),
    pytest.param("random-answer", r"gets jagged.*hardly taller.*\\pm 1/\\sqrt m", r"", id="why no taller"),
    pytest.param(
        "random-heights",
        r"range\(1000\)",
        r"1 +0\.70 +0\.71\s+2 +0\.59 +0\.58\s+3 +0\.52 +0\.53\s+1024 +0\.40 +0\.41\s+2048 +0\.41 +0\.41",
        id="no taller, measured",
    ),
    pytest.param("ends-picture", r"net\(ends\)", r"\[picture\] .*two ends.*out of the band", id="the ends, drawn"),
    pytest.param("ends", r"1280, reach=0\)", r"0\.5440, +0\.2687\].*-0\.5440, -0\.2687", id="f/2 at the ends"),
    pytest.param("ends-cure", r"0\.272.*reach beyond the ends", r"", id="why the grid reaches beyond"),
    pytest.param("built-sigmoids", r"build\(torch\.sin, -10, 10, 40\)", r"^84$", id="built, not trained"),
    pytest.param("reach", r"net\(fine\)", r"\[picture\] .*stays inside", id="with reach it stays inside"),
    pytest.param("beyond", r"linspace\(-20, 20", r"\[picture\] .*only between −10 and 10", id="on K only"),
    pytest.param("shares", r"sum\(pulses\)", r"\[picture\] .*sum.*is 1 all over", id="neighbours share out 1"),
    pytest.param(
        "proof",
        r":::\{prf:theorem\}.*continuous on \$\[a, b\]\$.*\\frac\{L\(b - a\)\}\{2m\} \+ 4M e\^\{-k/2\}"
        r".*for every \$\\varepsilon > 0\$ there are \$m\$ and \$k\$ such that .* for every \$x \\in \[a, b\]\$"
        r".*:::\{prf:proof\}.*uniformly continuous",
        r"",
        id="the theorem and the proof in one dimension",
    ),
    pytest.param("tail", r"4 \* math\.exp\(-200 / 2\)", r"e-43$", id="the sigmoids' share of the bound"),
    pytest.param("proof-tail", r"\{prf:remark\}.*Stone and Weierstrass", r"", id="from one input to p"),
    pytest.param(
        "measure",
        r"\[10, 20, 40, 80, 160, 320, 640, 1280\]",
        r"10 +1\.000 +0\.907 .*40 +0\.250 +0\.234 .*1280 +0\.008 +0\.007 +0\.275$",
        id="the error, measured",
    ),
    pytest.param("log-log", r"loglog\(errors\[\"bound\"\].*slope −1", r"\[picture\] .*slope −1", id="log-log"),
    pytest.param("slope", r"steps", r"-0\.9700, -0\.9900, -1\.0000, .* -1\.0000\]", id="slope −1"),
    pytest.param("bump-by-bump", r"alt\.vconcat", r"<Chart>.*\[picture\] .*slider for m", id="bump by bump"),
    pytest.param("trained", r"range\(1000\).*backward\(\).*step\(\)", r"^1\.1$", id="doubt 1: finding weights"),
    pytest.param("curse", r"40\*\*p", r"3: 64000, 10: 10485760000000000", id="doubt 1: how many nodes"),
    pytest.param("open-curse", r"cybenko1989.*\*Is a fit the truth\?\*.*Lesson 07", r"", id="doubt 1: truth"),
    pytest.param(
        "open-curse",
        r"### Why ReLU\?.*leshno1993.*\*exactly if .* is not a polynomial\*",
        r"",
        id="doubt 2",
    ),
    pytest.param(
        "slopes", r"autograd", r"sigmoid \['0\.23500', '0\.00665', '0\.00005'\]\s+relu \['1\.0", id="doubt 2: slopes"
    ),
    pytest.param("open-relu", r"### Why deep networks\?.*at most one bend per node", r"", id="doubt 3"),
    pytest.param("tents", r"\*tent \* times", r"\[picture\] .*sixteen", id="doubt 3: folding"),
    pytest.param("tents-answer", r"31: .*telgarsky2016", r"", id="doubt 3: what depth saves"),
]


def test_the_measured_error_obeys_the_bound_at_the_bound_s_slope(lesson, show):
    """In the stored table the error is below L(b − a)/(2m) and halves with each doubling; without reach it stalls."""
    (cell,) = (cell for cell in lesson.cells if cell.id == "measure")
    rows = [[float(part) for part in line.split()] for line in show(cell).splitlines() if line[:1].isdigit()]
    assert [m for m, *_ in rows] == [10 * 2**k for k in range(8)]
    assert all(error < bound for _, bound, error, _ in rows)
    assert all(abs(error / (10 / m) - 0.93) < 0.04 for m, _, error, _ in rows)
    assert all(alone > 0.272 for *_, alone in rows)


def chart_of(lesson, cell_id):
    """Return the stored chart of that cell."""
    (cell,) = (cell for cell in lesson.cells if cell.id == cell_id)
    return cell.outputs[0].data[CHART]


def test_the_pulse_moves(lesson):
    """The reader sets position, width, steepness and height; both sigmoids and their sum are drawn from them."""
    chart = chart_of(lesson, "weights-to-pulse")
    sliders = {param["name"]: param["bind"] for param in chart["params"]}
    assert set(sliders) == {"pulse_position", "pulse_width", "pulse_steepness", "pulse_height"}
    assert {bind["input"] for bind in sliders.values()} == {"range"}
    assert [bind["name"].strip() for bind in sliders.values()] == ["position", "width", "steepness", "height"]
    curves = chart["layer"][0]
    (fold,) = (step["fold"] for step in curves["transform"] if "fold" in step)
    assert fold == ["up", "down", "sum"]
    formulas = {step["as"]: step["calculate"] for step in curves["transform"] if "calculate" in step}
    assert formulas["sum"] == "pulse_height * (datum.up + datum.down - 1)"
    assert all("pulse_steepness" in formulas[kind] and "pulse_position" in formulas[kind] for kind in ("up", "down"))


def test_the_fit_follows_the_number_of_bumps(lesson):
    """The chart holds fit and error for each m from 1 to 40, and a slider that chooses m."""
    chart = chart_of(lesson, "bump-by-bump")
    ((fits),) = chart["datasets"].values()
    assert [fit["m"] for fit in fits] == list(range(1, 41))
    assert all(len(re.findall(r"-?\d+", fit["fit"])) == 321 for fit in fits)
    assert all(0 < fit["error"] <= fit["bound"] for fit in fits)
    (slider,) = (param["bind"] for param in chart["params"] if "bind" in param)
    assert slider == {"input": "range", "min": 1, "max": 40, "step": 1, "name": "m "}
