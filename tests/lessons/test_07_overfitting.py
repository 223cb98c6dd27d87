"""Lesson 07 of the syllabus, item by item: what the stored notebook does and what it shows."""

import pytest

LESSON = "07-overfitting.ipynb"

# Each item: the cell that carries it, what its source says, what it shows. In the syllabus's order.
ITEMS = [
    pytest.param(
        "definition",
        r"\[overfits\]\(#overfitting\).*\\text\{underlying\} \+ \\text\{error\}.*fitted the errors, that is over",
        r"",
        id="definition, and ours: underlying and error",
    ),
    pytest.param(
        "data",
        r"^torch\.manual_seed\(5\)\nx = torch\.linspace\(0, 1, 100\)\.reshape\(100, 1\)\n"
        r"y = 0 \* x \+ 0\.01 \* torch\.randn\(100, 1\)",
        r"^tensor\(0\.0106\)$",
        id="y = 0x + error, seed 5",
    ),
    pytest.param(
        "data-picture", r"^draw\(", r"\[picture\] A cloud of 100 grey dots .* flat orange line", id="its picture"
    ),
    pytest.param(
        "net",
        r"Linear\(1, m\).*ReLU.*Linear\(m, 1\).*torch\.manual_seed\(1\)\nnet = make_net\(512\)",
        r"in_features=1, out_features=512.*ReLU.*in_features=512, out_features=1, bias=True\)\s+\)$",
        id="1-512-1 ReLU, seed 1",
    ),
    pytest.param("truth-loss", r"MSELoss\(\).*loss_fn\(0 \* x, y\)", r"^1\.1e-04$", id="what the truth costs"),
    pytest.param(
        "train",
        r"Adam\(net\.parameters\(\)\)\nfor epoch in range\(1000\):\n    yhat = net\(x\).*loss = loss_fn\(yhat, y\)"
        r".*loss\.backward\(\).*optimizer\.step\(\).*optimizer\.zero_grad\(\)",
        r"^8\.7e-05$",
        id="Adam, 1000 epochs: below the truth's loss",
    ),
    pytest.param("follows", r"yhat=net\(x\)", r"\[picture\] .*blue curve leaves the line", id="it follows noise"),
    pytest.param("strays", r"loss_fn\(net\(x\), 0 \* x\)", r"^1\.4e-05$", id="how far it strays"),
    pytest.param(
        "split",
        r"rows\[:80\], rows\[80:\]",
        r"\[picture\] .*The 20 right of it are hollow",
        id="first figure: the split",
    ),
    pytest.param(
        "train-rows",
        r"torch\.manual_seed\(1\)\n    net = make_net\(512\).*Adam.*range\(1000\).*loss_fn\(yhat\[rows\], y\[rows\]\)",
        r"",
        id="only the training set is trained on",
    ),
    pytest.param("fit-train", r"train\(first\)", r"\[picture\] .*up to x = 0\.8 only", id="second figure: good there"),
    pytest.param("fit-test", r"useless", r"\[picture\] .*straight line to 0\.075", id="third figure: useless here"),
    pytest.param(
        "last-report",
        r"^report\(fits_first\[1000\], first, last\)$",
        r"training set +9\.5e-05 +1\.3e-04\s+test set +2\.3e-03 +4\.3e-05$",
        id="2e-3 against 4e-5 for predicting 0",
    ),
    pytest.param("unseen-read", r"## Overfitting, or extrapolation\?.*\$x > 0\.8\$", r"", id="the test extrapolates"),
    pytest.param(
        "random-split",
        r"torch\.manual_seed\(43052\)\norder = torch\.randperm\(100\)",
        r"^tensor\(\[ 2,  9, .*89, 94\]\)$",
        id="a random split, within the data",
    ),
    pytest.param(
        "random-report",
        r"train\(most\)\nreport\(fits_most\[1000\], most, others\)",
        r"training set +8\.7e-05 +1\.2e-04\s+test set +1\.1e-04 +9\.3e-05$",
        id="about equal errors",
    ),
    pytest.param("random-fit", r"most, others", r"\[picture\] .*20 hollow ones scattered", id="its picture"),
    pytest.param(
        "no-noise", r"curve = x\*\*2.*train\(first, curve\).*train\(most, curve\)", r"", id="data without error"
    ),
    pytest.param(
        "apart",
        r"loss_fn\(",
        r"noise, last 20\) +1e-04 +2e-03\s+\(noise, random 20\) +9e-05 +1e-04\s+"
        r"\(x², no noise, last 20\) +2e-07 +1e-03\s+\(x², no noise, random 20\) +8e-07 +9e-07",
        id="both failures, each alone, neither",
    ),
    pytest.param(
        "no-noise-picture",
        r"No noise",
        r"\[picture\] .*goes on straight and ends below",
        id="extrapolation, its picture",
    ),
    pytest.param("apart-read", r"overfitting \*and\* extrapolation", r"", id="both are told apart"),
    pytest.param("frames", r"range\(0, 1001, 20\)", r"", id="both losses by epoch"),
    pytest.param("chart-epochs", r"add_params\(pick\)", r"<Chart>.*\[picture\] ", id="the epochs move"),
    pytest.param("epochs-answer", r"goes on falling.*turns and rises.*#validation set", r"", id="where to stop"),
    pytest.param(
        "twenty", r"randn\(20, 100, 1\)\ntraining = .* < 80", r"^tensor\(\[80\]\)$", id="20 data sets, 20 splits"
    ),
    pytest.param("train-twenty", r"make_net\(m\) for _ in range\(20\).*range\(1001\)", r"", id="20 networks"),
    pytest.param(
        "twenty-table",
        r"train_twenty\(512\)",
        r"100 +0\.93 +1\.18 +0\.13\s+200 +0\.83 +1\.09 +0\.07\s+400 +0\.79 +1\.08 +0\.08\s+1000 +0\.72 +1\.10 +0\.12$",
        id="by epoch, averaged over seeds",
    ),
    pytest.param("twenty-epochs", r"show_twenty\(", r"\[picture\] .*smallest value near epoch 200", id="its figure"),
    pytest.param("train-nodes", r"\[1, 2, 4, 8, 16, 64, 256, 512\].*train_twenty\(m\)", r"", id="from 1 to 512 nodes"),
    pytest.param(
        "nodes-table",
        r"not there yet",
        r"1 +53\.30 +53\.03 +52\.56 +9\s+2 +14\.58 +14\.13 +13\.59 +10\s+4 +2\.83 +3\.69 +2\.03 +6\s+8 +0\.94 .* 0\s.*"
        r"512 +0\.72 +1\.10 +0\.12 +0$",
        id="by m, averaged over seeds: up to 4 it often does not converge",
    ),
    pytest.param("nodes-picture", r"show_twenty\(", r"\[picture\] .*smallest at m = 64", id="its figure"),
    pytest.param(
        "theorem", r"What did the theorem promise\?.*one for each of \$m\$ cells", r"", id="back to lesson 01"
    ),
    pytest.param("build", r"arange\(-1, m \+ 1\).*@ target\(centres\)", r"", id="built from bumps, beyond both ends"),
    pytest.param("distances", r"10001.*build\(m, t\) for m in sizes", r"^3\.7$", id="the steepest slope"),
    pytest.param(
        "gaps",
        r"built\[1000\].*trained",
        r"built, m = 1000 +1\.5e-03 +2\.7e-02\s+trained, m = 512 +2\.7e-02 +1\.4e-02$",
        id="close to the data, far from the truth; and the other way round",
    ),
    pytest.param(
        "circle",
        r"A close fit, of noise.*slope / \(2 \* m\).*from_truth",
        r"\[picture\] Above: .*zigzags through every dot\. Below, .*slope -1; .*from the truth rises",
        id="one figure with the promise and the noise",
    ),
    pytest.param("theorem-answer", r"promises a \*fit\* .* It can't promise a \*truth\*", r"", id="a fit, not a truth"),
]


def test_no_network_sees_its_test_set(lesson):
    """In each loop that trains on a part, the loss takes only that part."""
    loops = {cell.id: cell.source for cell in lesson.cells if "loss.backward()" in cell.source}
    assert list(loops) == ["train", "train-rows", "train-twenty"]
    assert "loss_fn(yhat[rows], y[rows])" in loops["train-rows"]
    assert "(yhat - y20).square()[training]" in loops["train-twenty"]


def chart_of(lesson):
    """Return the specification of the lesson's chart."""
    (cell,) = (cell for cell in lesson.cells if cell.id == "chart-epochs")
    return cell.outputs[0].data["application/vnd.vegalite.v5+json"]


def test_the_chart_moves(lesson):
    """A slider moves the epoch, a choice the test set, and the still shows the last epoch of the random split."""
    params = {param["name"]: param for param in chart_of(lesson)["params"]}
    slider, radio = sorted(params.values(), key=lambda param: "views" not in param)
    assert slider["bind"] == {"input": "range", "min": 0, "max": 1000, "step": 20, "name": "epoch "}
    assert slider["value"] == [{"epoch": 1000}]
    assert radio["bind"] == {"input": "radio", "options": ["random 20", "last 20"], "name": "test set "}
    assert radio["value"] == "random 20"


def test_the_chart_shows_the_fork(lesson):
    """It holds both losses and all fits; on the random split the losses part, on the last 20 the test runs away."""
    frames = next(rows for rows in chart_of(lesson)["datasets"].values() if "fit" in rows[0])
    assert all(len(frame["fit"]) == 100 for frame in frames)
    runs = {name: [f for f in frames if f["split"] == name] for name in ("random 20", "last 20")}
    assert all([frame["epoch"] for frame in run] == list(range(0, 1001, 20)) for run in runs.values())
    at_100, at_1000 = runs["random 20"][5], runs["random 20"][50]
    assert at_1000["train"] < 0.85 * at_100["train"]
    assert at_1000["test"] > 1.1 * at_100["test"]
    assert runs["last 20"][50]["test"] > 20 * runs["last 20"][50]["train"]
