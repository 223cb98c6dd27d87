"""Lesson 03 of the syllabus, item by item: what the stored notebook does and what it shows."""

import re

import pytest

LESSON = "03-threes-and-sevens.ipynb"

# Each item: the cell that carries it, what its source says, what it shows. In the syllabus's order.
ITEMS = [
    pytest.param("path", r"untar_data\(URLs\.MNIST\)", r"~/\.fastai/data/mnist_png'", id="untar_data"),
    pytest.param("path-state", r"path\.name", r"'mnist_png'", id="a path has state"),
    pytest.param("path-ls", r"path\.ls\(\)\.sorted\(\)", r"/testing'.*/training'", id="a path has behaviour: ls"),
    pytest.param("path-join", r'path / "training"', r"mnist_png/training'", id="a path has behaviour: /"),
    pytest.param(
        "threes",
        r'\(path / "training" / "3"\)\.ls\(\)\.sorted\(key=by_number\)',
        r"'7\.png', '10\.png', '12\.png'",
        id="both combined, sorted by number",
    ),
    pytest.param("shell", r"!ls \{path\}", r"testing\s+training\s0\s.*\s9\s+6131$", id="the same from the shell"),
    pytest.param("count-threes", r"len\(threes\)", r"^6131$", id="Python counts what the shell counts"),
    pytest.param(
        "imshow-first",
        r'imshow\(tensor, cmap="gray"\).*colorbar.*\[\[1\.0, 2\.0\], \[2\.0, 4\.0\]\]',
        r"\[picture\] .*black for 1 .* white for 4 .*two equal .*greys",
        id="imshow of 1 2 2 4",
    ),
    pytest.param(
        "imshow-second",
        r"\[0\.1, 0\.2, 0\.3, 0\.4\]\)\.reshape\(2, 2\)",
        r"\[picture\] .*black for 0\.1 .* white for 0\.4",
        id="imshow of 0.1 to 0.4",
    ),
    pytest.param(
        "read-image",
        r'torchvision\.io\.read_image\(str\(path / "training" / "3" / "37912\.png"\)\)',
        r"torch\.uint8, torch\.Size\(\[1, 28, 28\]\)",
        id="read_image",
    ),
    pytest.param("pixels", r"^img\[", r"17,  66, 138.*116, 253, 252.*22, 205, 252", id="its pixels as numbers"),
    pytest.param("digit-picture", r"show\(img\[0\]", r"\[picture\] A handwritten 3 ", id="its pixels as a picture"),
    pytest.param("sevens", r'"training" / "7"', r"\(6131, 6265, 12396\)", id="6131 threes, 6265 sevens, 12396 images"),
    pytest.param(
        "stack",
        r"torch\.stack\(.*torch\.concat\(\[stack\(threes\), stack\(sevens\)\]\)",
        r"12396, 1, 28, 28",
        id="stack",
    ),
    pytest.param("X", r"reshape\(-1, 784\)\.float\(\)", r"\[12396, 784\]\), torch\.float32", id="X"),
    pytest.param(
        "y", r"\[0\.0\] \* len\(threes\) \+ \[1\.0\] \* len\(sevens\)", r"\[12396, 1\]", id="y: 0 for 3, then 1 for 7"
    ),
    pytest.param(
        "net",
        r"^torch\.manual_seed\(43052\)\nnet = torch\.nn\.Sequential\(",
        r"\(0\): Linear\(in_features=784, out_features=30, bias=True\)\s+\(1\): ReLU\(\)\s+"
        r"\(2\): Linear\(in_features=30, out_features=1, bias=True\)\s+\(3\): Sigmoid\(\)\s+\)",
        id="784-30-1, ReLU, sigmoid, seed 43052",
    ),
    pytest.param(
        "loss-before",
        r"torch\.nn\.BCELoss\(\)\noptimizer = torch\.optim\.Adam\(net\.parameters\(\)\)\n",
        r"^18\.8$",
        id="BCELoss, Adam as it comes",
    ),
    pytest.param("before", r"plot_outputs\(", r"\[picture\] .*outputs ignore", id="the plot before"),
    pytest.param("linear-range", r"net\[:3\]\(X\)", r"-54\..*47\.", id="raw pixels make a network sure"),
    pytest.param(
        "train",
        r"in range\(200\):\n    yhat = net\(X\).*loss = loss_fn\(yhat, y\).*loss\.backward\(\).*optimizer\.step\(\)"
        r".*optimizer\.zero_grad\(\)",
        r"^0\.011$",
        id="200 epochs of the four steps",
    ),
    pytest.param("after", r"plot_outputs\(", r"\[picture\] .*Nearly all blue outputs now lie on", id="the plot after"),
    pytest.param("accuracy-after", r"^accuracy\(net\(X\), y\)$", r"^tensor\(0\.9996\)$", id="training accuracy"),
    pytest.param("training-yhat", r"net\(X\).*\*before\* the last update", r"", id="why net(X) and not yhat"),
    pytest.param("ceiling", r"loss_fn\(", r"^tensor\(100\.\)$", id="why raw pixels work"),
    pytest.param("training-raw", r"Adam.*divided by 255", r"", id="what comes later: pixels over 255"),
    pytest.param("test-data", r'"testing" / "3".*"testing" / "7"', r"\(1010, 1028\)", id="the testing folder"),
    pytest.param(
        "accuracy-table",
        r"net\(X_test\)",
        r"training +12396 +12391 +5 +0\.9996\s+testing +2038 +2012 +26 +0\.9872",
        id="held-out accuracy",
    ),
    pytest.param("confusion", r"pd\.crosstab", r"3 +1001 +9\s+7 +17 +1011", id="which way it errs"),
    pytest.param("wrong", r"X_test\[wrong\]", r"\[picture\] Twenty-six ", id="the digits it gets wrong"),
    pytest.param("sure", r"0\.4999", r"False +98 +19 +117\s+True +1914 +7 +1921", id="sure and wrong"),
    pytest.param("digit-by-digit", r"alt\.vconcat", r"<Chart>.*\[picture\] .*38 ", id="digit by digit"),
]


def test_nothing_trains_between_the_loop_and_the_accuracy(lesson):
    """The accuracy is that of the network after its 200th update, and of no later one."""
    training = [cell.id for cell in lesson.cells if cell.cell_type == "code" and "optimizer.step()" in cell.source]
    assert training == ["train"]


def test_the_chart_holds_every_error_and_moves(lesson):
    """The chart has each wrong digit and some right ones, all with their pixels, and a slider to move through them."""
    (cell,) = (cell for cell in lesson.cells if cell.id == "digit-by-digit")
    chart = cell.outputs[0].data["application/vnd.vegalite.v5+json"]
    ((digits),) = chart["datasets"].values()
    wrong = [digit for digit in digits if digit["truth"] != digit["answer"]]
    assert len(wrong) == 26
    assert len(digits) == 38
    assert all(re.fullmatch("[0-9a-f]{784}", digit["ink"]) for digit in digits)
    assert all((digit["output"] > 0.5) == (digit["answer"] == "7") for digit in digits)
    assert sorted(digit["output"] for digit in digits) == [digit["output"] for digit in digits]
    assert chart["params"][0]["bind"] == {"input": "range", "min": 1, "max": 38, "step": 1, "name": "digit "}
