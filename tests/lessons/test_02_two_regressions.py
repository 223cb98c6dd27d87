"""Lesson 02 of the syllabus, item by item: what the stored notebook does and what it shows."""

import re

import pytest

LESSON = "02-two-regressions.ipynb"

# Each item: the cell that carries it, what its source says, what it shows. In the syllabus's order.
ITEMS = [
    pytest.param(
        "bump-module",
        r"class Bump\(torch\.nn\.Module\):.*"
        r"sigmoid\(200 \* \(x \+ 0\.5\)\) \+ torch\.sigmoid\(-200 \* \(x - 0\.5\)\) - 1",
        r"\[0\.0000, 0\.5000, 1\.0000, 0\.5000, 0\.0000\]",
        id="h and its module again",
    ),
    pytest.param("bump-plot", r"Bump\(\)\(x\)", r"\[picture\] Two bumps", id="h drawn, and h moved and widened"),
    pytest.param(
        "curve-data",
        r"^torch\.manual_seed\(43052\)\nx = torch\.linspace\(-10, 10, 200\)\.reshape\(-1, 1\)\n"
        r"underlying = torch\.sin\(2 \* x\) \+ torch\.sin\(x / 2\) \+ torch\.exp\(-x / 5\)",
        r"\[200, 1\]",
        id="sin/exp: seed first",
    ),
    pytest.param(
        "curve-noise",
        r"^noise = 0\.1 \* torch\.randn\(200, 1\)\ny = underlying \+ noise$",
        r"",
        id="sin/exp: then the noise",
    ),
    pytest.param("curve-plot", r"y, .*underlying, ", r"\[picture\] Grey .* orange curve", id="sin/exp: the data"),
    pytest.param(
        "curve-net",
        r"^net = torch\.nn\.Sequential\(",
        r"in_features=1, out_features=2048, bias=True\)\s+\(1\): Bump\(\)\s+\(2\): Linear\(in_features=2048, out_feat",
        id="sin/exp: then the network, 2048 nodes with h, no second seed",
    ),
    pytest.param("edges", r"net\[0\]\.weight", r"\(4096, 1828, 29\)", id="where random bumps stand"),
    pytest.param(
        "curve-loss-before",
        r"torch\.nn\.MSELoss\(\)\noptimizer = torch\.optim\.Adam\(net\.parameters\(\)\)\n",
        r"^9\.3$",
        id="sin/exp: MSELoss, Adam as it comes",
    ),
    pytest.param("noise-loss", r"loss_fn\(underlying, y\)", r"^0\.0096$", id="the loss of the truth"),
    pytest.param(
        "curve-train",
        r"in range\(200\):\n    yhat = net\(x\).*loss = loss_fn\(yhat, y\).*loss\.backward\(\).*optimizer\.step\(\)"
        r".*optimizer\.zero_grad\(\)",
        r"^0\.0139$",
        id="sin/exp: 200 epochs of the four steps, final loss 0.0139",
    ),
    pytest.param(
        "curve-fit", r"plot_curve\(.*, yhat\)", r"\[picture\] The same points .*dashed", id="sin/exp: the fit"
    ),
    pytest.param("curve-by-epoch", r"alt\.vconcat", r"<Chart>.*\[picture\] .*after 30 updates", id="the fit by epoch"),
    pytest.param(
        "curve-judge-both",
        r"net\(x\)",
        r"data: 0\.0139\nunderlying: 0\.0140",
        id="sin/exp: 0.0139 from the data, 0.0140 from the underlying",
    ),
    pytest.param("noise-share", r"error \* noise", r"^0\.5$", id="half of the noise is in the fit"),
    pytest.param(
        "noise-share-where",
        r"x\.abs\(\) < 5",
        r"^middle 0\.9\nends 0\.1$",
        id="nearly all of it in the middle, a tenth at the ends",
    ),
    pytest.param(
        "hiring", r"highly qualified, yet not hired.*15x \+ 5.*x < 0.*5 - 5x.*x \\ge 0", r"", id="employment: the story"
    ),
    pytest.param(
        "hiring-data",
        r"^torch\.manual_seed\(2022\)\nx = torch\.linspace\(-1, 1, 2000\).*"
        r"torch\.where\(x < 0, torch\.sigmoid\(15 \* x \+ 5\), torch\.sigmoid\(5 - 5 \* x\)\)\n"
        r"y = torch\.bernoulli\(underlying\)",
        r"^tensor\(0\.5995\)$",
        id="employment: 2000 points, Bernoulli, drawn here with a fixed seed",
    ),
    pytest.param(
        "hiring-frame",
        r"pd\.DataFrame",
        r"x  underlying    y\n.*1\.000       0\.500  0\.0.*2000 rows x 3 columns",
        id="employment: x, underlying, y in a DataFrame",
    ),
    pytest.param("hiring-plot", r"plot_hiring\(", r"\[picture\] .*rises .*sinks", id="employment: up, then down"),
    pytest.param(
        "cross-entropy",
        r"-p\.log\(\), -\(1 - p\)\.log\(\)",
        r"\[0\.0101, 0\.6931, 4\.6052\]",
        id="employment: what cross-entropy charges",
    ),
    pytest.param(
        "logistic-fit",
        r"Sequential\(torch\.nn\.Linear\(1, 1\), torch\.nn\.Sigmoid\(\)\)\nloss_fn = torch\.nn\.BCELoss\(\)",
        r"\[picture\] .*logistic regression rises slowly all the way",
        id="employment: logistic regression fails",
    ),
    pytest.param("logistic-answer", r"can't rise \*and\* fall", r"", id="employment: why no logistic regression can"),
    pytest.param("logistic-bottom", r"grad\.abs\(\)", r"^True$", id="employment: and no training helps it"),
    pytest.param(
        "hiring-train",
        r"^torch\.manual_seed\(43052\)\nnet = torch\.nn\.Sequential\(\n    torch\.nn\.Linear\(1, 2048\),\n"
        r"    Bump\(\),\n    torch\.nn\.Linear\(2048, 1\),\n    torch\.nn\.Sigmoid\(\),\n\)\n"
        r"round\(train\(net, loss_fn, epochs=100\), 3\)",
        r"^0\.256$",
        id="employment: 2048 nodes with h, sigmoid, seed 43052, 100 epochs",
    ),
    pytest.param(
        "hiring-fit",
        r"net\(x\)",
        r"\[picture\] .*network rises with the orange one",
        id="employment: the network follows",
    ),
    pytest.param(
        "hiring-table",
        r"loss_fn\(p, y\).*loss_fn\(p, underlying\)",
        r"logistic +0\.459 +0\.479\s+network +0\.256 +0\.271\s+underlying +0\.262 +0\.268",
        id="employment: the losses",
    ),
    pytest.param("logit-plot", r"torch\.logit\(underlying\)", r"\[picture\] .*bends", id="employment: the logit"),
    pytest.param("exact-formula", r"u = 5 - 15\\,\\mathrm\{relu\}\(-x\) - 5\\,", r"", id="employment: its formula"),
    pytest.param(
        "exact-net",
        r"Linear\(1, 2\),\n    torch\.nn\.ReLU\(\),\n    torch\.nn\.Linear\(2, 1\),\n    torch\.nn\.Sigmoid\(\)",
        r"",
        id="employment: a 1-2-1 ReLU network",
    ),
    pytest.param(
        "exact-weights",
        r"\[\[-1\.0\], \[1\.0\]\].*\[0\.0, 0\.0\].*\[\[-15\.0, -5\.0\]\].*\[5\.0\]",
        r"^tensor\(True\)$",
        id="employment: exactly this network",
    ),
    pytest.param("exact-count", r"numel", r"^\[7, 6145\]$", id="seven numbers against 6145"),
    pytest.param(
        "exact-train",
        r"range\(8\)",
        r"^\[0\.67, 0\.46, 0\.46, 0\.3, 0\.67, 0\.26, 0\.46, 0\.3\]$",
        id="exists, not found",
    ),
    pytest.param("exact-train-plot", r"curves\.items", r"\[picture\] Four panels", id="where the eight ended"),
    pytest.param(
        "best-constant",
        r"absolute",
        r"squared error 0\.75\ncross-entropy 0\.75\nabsolute error 0\.99",
        id="why the loss differs: not by its aim",
    ),
    pytest.param("price-plot", r"-yhat\.log\(\)", r"\[picture\] .*stays at 1", id="why the loss differs: the price"),
    pytest.param("price-yhat", r"tensor\(-7\.0", r"^0\.0009$", id="why the loss differs: a sure error"),
    pytest.param(
        "price-slopes",
        r"autograd\.grad",
        r"MSELoss\(\) 0\.998 slope -0\.002\nBCELoss\(\) 7\.001 slope -0\.999",
        id="why the loss differs: the slope",
    ),
    pytest.param("price-updates", r"BCELoss.*MSELoss", r"^\(8, 560\)$", id="why the loss differs: sure and wrong"),
    pytest.param("likelihood", r"maximum likelihood.*normal noise", r"", id="why the loss differs: how the data came"),
    pytest.param("refused", r"BCELoss", r"", id="why the loss differs: BCE is for probabilities"),
    pytest.param("choose", r"any number \| 0 or 1.*MSELoss.*BCELoss", r"", id="MSE for how much, BCE for how likely"),
]


def test_random_numbers_are_drawn_in_the_order_of_the_source(lesson):
    """The curve: seed, noise, network, and no seed between. The applicants: their own seed, then the network's."""
    drawn = [
        (cell.id, found)
        for cell in lesson.cells
        if cell.cell_type == "code"
        for found in re.findall(r"manual_seed\(\w+\)|randn|bernoulli\(|Linear\(1, 2048\)", cell.source)
    ]
    assert [step for step in drawn if step[0].startswith(("curve", "hiring"))] == [
        ("curve-data", "manual_seed(43052)"),
        ("curve-noise", "randn"),
        ("curve-net", "Linear(1, 2048)"),
        ("hiring-data", "manual_seed(2022)"),
        ("hiring-data", "bernoulli("),
        ("hiring-train", "manual_seed(43052)"),
        ("hiring-train", "Linear(1, 2048)"),
    ]


def test_later_examples_train_as_the_first_does(lesson):
    """The function that trains the other networks takes the same four steps, with Adam at its default rate."""
    (cell,) = (cell for cell in lesson.cells if cell.id == "train-function")
    assert "rate=0.001" in cell.source
    steps = ["Adam(net.parameters(), lr=rate)", "loss_fn(net(x), y)", ".backward()", ".step()", ".zero_grad()"]
    places = [cell.source.index(step) for step in steps]
    assert places == sorted(places)


def test_cross_entropy_refuses_what_is_no_probability(lesson):
    """The reader sees the real error."""
    (cell,) = (cell for cell in lesson.cells if cell.id == "refused")
    assert "raises-exception" in cell.metadata.tags
    assert [(o.output_type, o.ename) for o in cell.outputs] == [("error", "RuntimeError")]
    assert "between 0 and 1" in cell.outputs[0].evalue


def test_the_chart_holds_the_way_of_the_fit_and_moves(lesson):
    """The chart has the 200 points, the fit after every fifth update, and a slider to move through them."""
    (cell,) = (cell for cell in lesson.cells if cell.id == "curve-by-epoch")
    chart = cell.outputs[0].data["application/vnd.vegalite.v5+json"]
    frames = next(rows for rows in chart["datasets"].values() if "fit" in rows[0])
    points = next(rows for rows in chart["datasets"].values() if "f" in rows[0])
    assert [frame["updates"] for frame in frames] == list(range(0, 201, 5))
    assert {len(frame["fit"]) for frame in frames} == {len(points)} == {200}
    assert frames[-1]["loss"] == pytest.approx(0.0139, abs=1e-4)
    assert max(abs(v - p["f"]) for v, p in zip(frames[-1]["fit"], points, strict=True)) < 0.7
    assert chart["params"][0]["bind"] == {"input": "range", "min": 0, "max": 200, "step": 5, "name": "updates "}
