"""Lesson 06 of the syllabus, item by item: what the stored notebook does and what it shows."""

import pytest

LESSON = "06-stochastic-gradient-descent.ipynb"

# Each item: the cell that carries it, what its source says, what it shows. In the syllabus's order.
ITEMS = [
    pytest.param("memory", r"on the card.*24 GB", r"", id="a 24 GB card"),
    pytest.param("photographs", r"1_000_000 \* 3 \* 224 \* 224 \* 4", r"^602$", id="against big data"),
    pytest.param(
        "line-data",
        r"x = torch\.linspace\(-10, 10, 100000\).*y = 2 \* x \+ torch\.randn\(100000, 1\)",
        r"^800000$",
        id="y = 2x + error, 100000 points",
    ),
    pytest.param(
        "fit-line",
        r"fit_line\(x, y\).*fit_line\(x\[::100\], y\[::100\]\)",
        r"intercept +0\.0 +0\.02\s+slope +2\.0 +2\.00$",
        id="every 100th: nearly the same line, fitted",
    ),
    pytest.param(
        "every-hundredth",
        r"zip\(axes, \[1, 100\], lines\)",
        r"\[picture\] .*100000 points .*1000 points .*on the orange truth",
        id="and shown",
    ),
    pytest.param(
        "memory-answer",
        r"Two halves in turn.*load the network's \[parameters\].*even points.*unload the even points and load the odd",
        r"",
        id="the even/odd algorithm, in words",
    ),
    pytest.param(
        "halves",
        r"slice\(update % 2, None, 2\).*\.to\(device\).*# load.*# 1.*# 2.*# 3.*# 4.*del xx, yy, .*# unload",
        r"",
        id="the even/odd algorithm, in code",
    ),
    pytest.param("halves-line", r"net\.bias", r"halves in turn\s+intercept .* 0\.0\s+slope .* 2\.0$", id="its line"),
    pytest.param(
        "three-ways", r"all ten samples.*one sample per update.*say \$m = 3\$", r"", id="ten samples, three ways"
    ),
    pytest.param(
        "split",
        r"arange\(1, 11\)\.split\(3\)",
        r"tensor\(\[1, 2, 3\]\), tensor\(\[4, 5, 6\]\), tensor\(\[7, 8, 9\]\), tensor\(\[10\]\)",
        id="m = 3: 3 + 3 + 3 + 1",
    ),
    pytest.param("updates", r"\[10, 1, 3\]", r"^\{10: 1, 1: 10, 3: 4\}$", id="updates per epoch"),
    pytest.param(
        "three-answer",
        r"remainder counts.*\| all 10 \| 1 \| gradient descent, or batch gradient descent \| gradient descent \|"
        r".*\| 1 \| 10 \| stochastic gradient descent \| SGD with batch size 1 \|"
        r".*\| 3 \| 4 \| mini-batch \(stochastic\) gradient descent \| SGD with batch size 3 \|",
        r"",
        id="names then and now",
    ),
    pytest.param(
        "dataset",
        r"arange\(10\.0\)\ny = torch\.tensor\(\[1\.0\] \* 5 \+ \[0\.0\] \* 5\)\n"
        r"dataset = torch\.utils\.data\.TensorDataset\(x, y\)",
        r"tensor\(\[0\., 1\., .* 9\.\]\),\s+tensor\(\[1\., 1\., 1\., 1\., 1\., 0\., 0\., 0\., 0\., 0\.\]\)",
        id="TensorDataset, five ones then five zeros",
    ),
    pytest.param("loader-ten", r"DataLoader\(dataset, batch_size=3\)", r"^4$", id="DataLoader, batch size 3"),
    pytest.param("iter", r'"__iter__" in dir\(loader\)', r"^True$", id="why it can be looped over"),
    pytest.param("next", r"iter\(loader\)\nnext\(", r"tensor\(\[0\., 1\., 2\.\]\)", id="what for does, by hand"),
    pytest.param("own", r"def __iter__\(self\)", r"^\[3, 3, 3, 1\]$", id="a class of our own that can be looped over"),
    pytest.param(
        "loop",
        r"for xx, yy in loader",
        r"\[0\., 1\., 2\.\]\) tensor\(\[1\., 1\., 1\.\]\)\s.*\[3\., 4\., 5\.\]\) tensor\(\[1\., 1\., 0\.\]\)\s"
        r".*\[6\., 7\., 8\.\]\) tensor\(\[0\., 0\., 0\.\]\)\s.*\[9\.\]\) tensor\(\[0\.\]\)$",
        id="the four batches",
    ),
    pytest.param("load-digits", r"sorted\(key=.*int\(file\.stem\)", r"^\(5923, 6742\)$", id="files by number"),
    pytest.param(
        "digits-tensors",
        r"concat\(\[zeros, ones\]\)\.reshape\(-1, 784\) / 255",
        r"\[12665, 784\]\), torch\.Size\(\[12665, 1\]",
        id="12665 images, zeros then ones, over 255",
    ),
    pytest.param(
        "digits-loader",
        r"DataLoader\(dataset, batch_size=2048\)",
        r"6\.18 .*\[2048, 2048, 2048, 2048, 2048, 2048, 377\]$",
        id="7 batches, the last of 377",
    ),
    pytest.param(
        "net",
        r"manual_seed\(43052\).*BCELoss\(\)",
        r"in_features=784, out_features=32.*ReLU.*in_features=32, out_features=1, .*Sigmoid",
        id="784-32-1, seed 43052, BCE",
    ),
    pytest.param(
        "train",
        r"Adam\(net\.parameters\(\)\).*for epoch in range\(epochs\):\s+for xx, yy in batches:\s+yhat = net\(xx\)"
        r".*loss_fn\(yhat, yy\).*backward\(\).*step\(\).*zero_grad\(\)",
        r"",
        id="Adam; the batches train",
    ),
    pytest.param(
        "train-full", r"train\(\[\(X, y\)\], epochs=70\)", r"69 .* 0\.9981\s+70 .* 0\.9981$", id="full batch: 0.9981"
    ),
    pytest.param("digits-which", r"after the last update.*net\(X\).*\*before\* that update", r"", id="says which"),
    pytest.param("train-listed", r"train\(listed, epochs=10\)", r"70 .* 0\.9949$", id="not shuffled: 0.9949"),
    pytest.param(
        "digits-answer", r"The batches train; the accuracy is measured on all of \$\\bf X\$\.", r"", id="what on what"
    ),
    pytest.param(
        "price",
        r"price\(full=full, listed=by_list\)",
        r"full +70 +886550 +24 +0\.9981\s+listed +70 +126650 +64 +0\.9949$",
        id="the same 70 updates",
    ),
    pytest.param(
        "classes",
        r"classes\(listed\)",
        r"1 +2048 +0\s+2 +2048 +0\s+3 +1827 +221\s+4 +0 +2048\s+5 +0 +2048\s+6 +0 +2048\s+7 +0 +377$",
        id="two batches of zeros, one of both, four of ones",
    ),
    pytest.param("order-found", r"generator, the one that `manual_seed` sets", r"", id="the shuffle's seed"),
    pytest.param(
        "classes-shuffled",
        r"DataLoader\(dataset, batch_size=2048, shuffle=True\)",
        r"1 +963 +1085\s.*7 +173 +204$",
        id="shuffled batches hold both",
    ),
    pytest.param("classes-picture", r"classes\(loader\)", r"\[picture\] .*every bar is", id="its picture"),
    pytest.param(
        "train-shuffled", r"train\(shuffled, epochs=10\)", r"shuffled +70 +126650 +30 +0\.9976$", id="shuffled: 0.9976"
    ),
    pytest.param("order-answer", r"most of the gap was the order", r"", id="the order, not the batch size"),
    pytest.param(
        "three-trainings",
        r"full.*by_list.*by_chance",
        r"\[picture\] .*shuffled batches lies on the thick grey one .*as listed, stays higher",
        id="the order's figure",
    ),
    pytest.param("nine", r"head\(9\)", r"\[0\.4677\] 0\.4677\s+35$", id="at first 0 to everything, then half as fast"),
    pytest.param(
        "compare",
        r"compare\(listed\).*compare\(shuffled\)",
        r"1 +0\.52 +2\.1 +1\.0 +1\.0\s.*7 +0\.50 +1\.8 +1\.0 +1\.0$",
        id="what a batch of one class asks for",
    ),
    pytest.param("rest", r"raise_all", r"zeros 1\.0\s+ones -1\.0$", id="and what is not to the point of it"),
    pytest.param("weight", r"2048 / 377", r"^5\.4$", id="the last batch's images weigh 5.4 times as much"),
    pytest.param("ten", r"linspace\(-1, 1, 10\)", r"^\[-0\.05, 2\.25\] 0\.286$", id="a simple linear regression"),
    pytest.param("ten-picture", r"best\[1\] \* x10", r"\[picture\] Ten grey dots", id="its samples and lines"),
    pytest.param(
        "walks",
        r"\[10, 3, 1\].*walk\(rate, size, order\)",
        r"0\.2 +10 .*0\.286\s.*0\.2 +3 .*0\.2 +1 .*0\.559$",
        id="the three variants walk",
    ),
    pytest.param("contours", r"contours\.append", r"^0\.41$", id="the loss surface as contour lines"),
    pytest.param("chart-paths", r"add_params\(rate, size, order\)", r"<Chart>.*\[picture\] ", id="the paths move"),
    pytest.param("wander-answer", r"every sample would like a line through itself", r"", id="why they wander"),
    pytest.param("sigmas", r"def law\(rate, size\)", r"^\[0\.29, 0\.18\]$", id="by how much, in theory"),
    pytest.param(
        "by-size",
        r"distance\(0\.05, m, drawn\)",
        r"1 +0\.15 +0\.16 +0\.08\s+2 +0\.11 +0\.11 +0\.04\s+5 +0\.07 +0\.07 +0\.01\s+10 +0\.05 +0\.05 +0\.00$",
        id="by how much, by batch size",
    ),
    pytest.param("by-rate", r"loglog", r"\[picture\] .*on the black line of the law", id="by how much, by rate"),
    pytest.param("by-rate-read", r"let it shrink.*\\eta < 2 / h = 1", r"", id="what the learning rate does"),
]


def test_every_training_starts_alike_and_is_measured_alike(lesson):
    """The weights come from one seed inside the one training function, and accuracy is of net(X) after each update."""
    cells = {cell.id: cell.source for cell in lesson.cells if cell.cell_type == "code"}
    loops = [name for name, source in cells.items() if "loss.backward()" in source and "epoch" in source]
    assert loops == ["train"]
    assert "net = make_net()" in cells["train"]
    assert cells["train"].index("optimizer.step()") < cells["train"].index("history.append(measure(net))")
    assert "yhat = net(X)" in cells["measure"]


def chart_of(lesson):
    """Return the specification of the lesson's chart."""
    (cell,) = (cell for cell in lesson.cells if cell.id == "chart-paths")
    return cell.outputs[0].data["application/vnd.vegalite.v5+json"]


def test_the_chart_moves(lesson):
    """A slider moves the learning rate, one choice the batch size, another the order."""
    binds = {param["bind"]["name"]: param for param in chart_of(lesson)["params"]}
    slider = {"input": "range", "min": 0.05, "max": 0.4, "step": 0.05, "name": "learning rate "}
    assert binds["learning rate "]["bind"] == slider
    assert binds["batch size "]["bind"]["options"] == [10, 3, 1]
    assert binds["order "]["bind"]["options"] == ["as listed", "shuffled"]
    assert [binds[name]["value"] for name in ("learning rate ", "batch size ", "order ")] == [0.2, 1, "shuffled"]


def test_the_chart_holds_a_path_for_each_choice(lesson):
    """Each path has a start and 60 updates; all at once comes to rest at the minimum, one at a time doesn't."""
    walks = next(rows for rows in chart_of(lesson)["datasets"].values() if "rate" in rows[0])
    assert {len(walk["b0"]) for walk in walks} == {len(walk["b1"]) for walk in walks} == {61}
    at = {(walk["rate"], walk["size"], walk["order"]): walk for walk in walks}
    assert len(at) == len(walks) == 8 * 3 * 2
    assert at[0.2, 10, "shuffled"]["b0"] == at[0.2, 10, "as listed"]["b0"]
    still, moving = at[0.2, 10, "shuffled"], at[0.2, 1, "shuffled"]
    assert abs(still["b1"][60] - 2.248) < 0.002
    assert max(moving["b0"][40:]) - min(moving["b0"][40:]) > 0.5
