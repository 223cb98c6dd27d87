"""Lesson 04 of the syllabus, item by item; and its drawing function, as it stands in the stored notebook."""

import json
import re
import subprocess
from itertools import pairwise, product

import pytest
import torch
from torch.nn import Identity, Linear, Module, ReLU, Sequential, Sigmoid, Tanh

from course import notebooks

LESSON = "04-drawing-networks.ipynb"

# Each item: the cell that carries it, what its source says, what it shows. In the syllabus's order.
ITEMS = [
    pytest.param("chain", r"x -> u -> ŷ", r"\[picture\] Three ellipses in a column", id="DOT text becomes a picture"),
    pytest.param(
        "helper",
        r'rankdir=LR.*def draw\(dot\):.*graphviz\.Source\("digraph \{" \+ style \+ dot \+ "\}"\)',
        r"",
        id="the helper",
    ),
    pytest.param("left-to-right", r"^draw\(", r"\[picture\] Three circles in a row", id="its picture, left to right"),
    pytest.param(
        "all-observations",
        r'row\.replace\("ᵢ", i\) for i in "₁₂ₙ"',
        r"\[picture\] Rows for observations 1, 2 and n.*w hat 0 plus w hat 1 times x",
        id="example 1: all observations and weights",
    ),
    pytest.param("one-observation", r"^draw\(row\)$", r"\[picture\] One row: .* x i,", id="example 1: index i"),
    pytest.param("no-index", r'row\.replace\("ᵢ", ""\)', r"\[picture\] .*without index", id="example 1: no index"),
    pytest.param("no-one", r"ŵ₁x\\nbias=True", r"\[picture\] .*bias=True", id="example 1: 1 absorbed by bias=True"),
    pytest.param("renamed", r"ŵx\\nbias=True.*label=ŵ\]", r"\[picture\] .*now called w hat", id="example 1: ŵ₁ → ŵ"),
    pytest.param("with-u", r"x -> u\nu -> ŷ \[label=sigmoid\]", r"\[picture\]", id="example 1: u"),
    pytest.param("same-numbers", r"torch\.allclose\(six\(x\), three\(", r"^True$", id="example 1: one network"),
    pytest.param(
        "weights-drawn",
        r'"-1"\].*"1"\].*"-9"\].*"-4\.5"\]',
        r"\[picture\] .*weights -1 and 1.*-9 and -4\.5",
        id="example 2: weights −1, 1, −9, −4.5",
    ),
    pytest.param("without-bias", r"\[\[-9\.0\], \[-4\.5\]\]", r"^tensor\(0\.5000\)$", id="example 2: never above 0.5"),
    pytest.param(
        "bias-drawn",
        r'1 -> u \[label="5"\].*"-15"\].*"-5"\]',
        r"\[picture\] .*from a 1, labelled 5",
        id="example 2: what the bias is",
    ),
    pytest.param("with-bias", r"\+ 5$|\+ 5\n", r"^tensor\(0\.9933\)$", id="example 2: with the bias it does"),
    pytest.param(
        "general", r'"u1\[:,0\]".*"v1\[:,1\]".*"v2 = ŷ"', r"\[picture\] .*v2 = y hat", id="example 2: general form"
    ),
    pytest.param("columns", r"u1\[:, \[0\]\]", r"\[201, 2\]\), True, True\)$", id="example 2: its names in code"),
    pytest.param(
        "clusters",
        r"cluster_0 .*layer 0.*cluster_1 .*layer 1.*cluster_2 .*layer 2",
        r"\[picture\] Three grey boxes",
        id="example 2: layers as clusters 0, 1, 2",
    ),
    pytest.param("nodes-drawn", r"node 1.*node 2", r"\[picture\] .*node 1 and node 2", id="example 2: nodes"),
    pytest.param("features", r"number of nodes is the number of features", r"", id="example 2: nodes = features"),
    pytest.param(
        "features-drawn", r"feature 1", r"\[picture\] .*feature 1 and feature 2", id="example 2: features drawn"
    ),
    pytest.param(
        "count-layers", r"module\.parameters\(\)", r"^\['Linear', 'Linear'\]$", id="counting: what is learnable counts"
    ),
    pytest.param(
        "count-answer",
        r"input is given, and an activation has nothing to learn.*layers\} = .*hidden layers\} \+ 1",
        r"",
        id="counting: hidden layers + 1",
    ),
    pytest.param(
        "long-drawn",
        r"input layer.*x₇₈₄.*hidden layer.*node 32.*output layer",
        r"\[picture\] .*dots and x 784.*dots and node 32",
        id="example 3: 784-32-1 with dots",
    ),
    pytest.param(
        "long-net",
        r"Linear\(784, 32\),\s+torch\.nn\.ReLU\(\),\s+torch\.nn\.Linear\(32, 1\),\s+torch\.nn\.Sigmoid\(\)",
        r"^25153$",
        id="example 3: its network",
    ),
    pytest.param("draw-net", r"^def draw_net\(net", r"", id="any Sequential"),
    pytest.param("auto-all", r'index="₁₂⋮ₙ"', r"\[picture\] Four rows", id="any Sequential: all observations"),
    pytest.param("auto-one", r'index="ᵢ"', r"\[picture\] .*u 2 i", id="any Sequential: one observation"),
    pytest.param("auto-layers", r"layers=True", r"\[picture\] Three grey boxes", id="any Sequential: clusters"),
    pytest.param("auto-bump", r"Linear\(1, 2048\), Bump\(\)", r"\[picture\] .*v 1 2048", id="any Sequential: dots"),
    pytest.param("auto-weights", r"weights=True", r"\[picture\] .*-4\.7 from x", id="any Sequential: learned weights"),
    pytest.param(
        "same-function", r"net, learned", r"^\[-10\.0, -2\.5, 5\.0.*\n\[-10\.5, -2\.7, 4\.5", id="one function"
    ),
    *(
        pytest.param(f"drill-{letter}", r"^draw\(", rf"\[picture\] Drawing {letter.upper()}\.", id=f"drill {letter}")
        for letter in "abcde"
    ),
    pytest.param("check", r"check\(letter", r"A write a network with 13 parameters.*E write", id="drill: the check"),
]


class Bump(Module):
    """The activation of lessons 01 and 02."""

    def forward(self, x):
        """Return the bump of each number."""
        return torch.sigmoid(200 * (x + 0.5)) + torch.sigmoid(-200 * (x - 0.5)) - 1


class Odd(Module):
    """A module that nobody has seen, with a layer of its own inside."""

    def __init__(self):
        super().__init__()
        self.inner = Linear(7, 7)


NETWORKS = {
    "01: 1-2-1": Sequential(Linear(1, 2), Sigmoid(), Linear(2, 1)),
    "01: 1-4-1": Sequential(Linear(1, 4), Sigmoid(), Linear(4, 1)),
    "01: bumps": Sequential(Linear(1, 3), Bump(), Linear(3, 1)),
    "02: 1-2048-1": Sequential(Linear(1, 2048), Bump(), Linear(2048, 1)),
    "02: with sigmoid": Sequential(Linear(1, 2048), Bump(), Linear(2048, 1), Sigmoid()),
    "02: exact": Sequential(Linear(1, 2), ReLU(), Linear(2, 1), Sigmoid()),
    "03: 784-30-1": Sequential(Linear(784, 30), ReLU(), Linear(30, 1), Sigmoid()),
    "04: 1-1": Sequential(Linear(1, 1), Sigmoid()),
    "05: 1-m-1": Sequential(Linear(1, 512), ReLU(), Linear(512, 1)),
    "05: one layer": Sequential(Linear(1, 1)),
    "06: 784-32-1": Sequential(Linear(784, 32), ReLU(), Linear(32, 1), Sigmoid()),
    "07: 1-512-1": Sequential(Linear(1, 512), ReLU(), Linear(512, 1)),
    "homework: 784-64-1": Sequential(Linear(784, 64), ReLU(), Linear(64, 1), Sigmoid()),
    "unknown module": Sequential(Linear(2, 3), Odd(), Linear(3, 2)),
    "nested": Sequential(Sequential(Linear(2, 3), Tanh()), Sequential(Sequential(Linear(3, 3)), ReLU()), Linear(3, 2)),
    "no activation": Sequential(Linear(3, 2), Linear(2, 4)),
    "width 1": Sequential(Linear(1, 1), ReLU(), Linear(1, 1), ReLU(), Linear(1, 1)),
    "no bias": Sequential(Linear(2, 2, bias=False), ReLU(), Linear(2, 1, bias=False)),
    "one bias": Sequential(Linear(2, 2, bias=False), ReLU(), Linear(2, 1)),
    "activation first": Sequential(ReLU(), Linear(2, 1)),
    "two activations": Sequential(Linear(2, 2), ReLU(), Identity(), Linear(2, 1)),
    "nothing linear": Sequential(ReLU()),
    "width 5": Sequential(Linear(5, 5), ReLU(), Linear(5, 5)),
}
STYLES = {
    "all observations": {"index": "₁₂⋮ₙ"},
    "one observation": {"index": "ᵢ"},
    "no index": {},
    "layers": {"layers": True},
    "layers of two": {"layers": True, "index": "₁₂"},
    "weights": {"weights": True},
    "longer": {"most": 6},
}
each_network = pytest.mark.parametrize("net", NETWORKS.values(), ids=NETWORKS)


@pytest.fixture(scope="module")
def draw_net():
    """Return the drawing function of the stored notebook: its cells' own source, run."""
    cells = {cell.id: cell.source for cell in notebooks.read(notebooks.ROOT / "lectures" / LESSON).cells}
    space = {}
    for name in ("imports", "helper", "draw-net"):
        exec(cells[name], space)  # noqa: S102 - the notebook is ours
    return space["draw_net"]


def drawn(source):
    """Return what dot makes of a drawing: its nodes' labels by column, from top to bottom, its arrows and boxes.

    Of a drawing at which dot warns, nothing.
    """
    done = subprocess.run(["dot", "-Tjson"], input=source.source, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    picture = json.loads(done.stdout)
    nodes = {thing["_gvid"]: thing for thing in picture["objects"] if "nodes" not in thing and "pos" in thing}
    columns = {}
    for node in sorted(nodes.values(), key=lambda node: -float(node["pos"].split(",")[1])):
        columns.setdefault(int(node["name"].split(" ")[0]), []).append(node["label"])
    arrows = [
        (nodes[edge["tail"]]["label"], nodes[edge["head"]]["label"], edge["label"])
        for edge in picture.get("edges", [])
        if edge.get("style") != "invis"
    ]
    boxes = [thing["label"] for thing in picture["objects"] if thing["name"].startswith("cluster")]
    return [columns[c] for c in sorted(columns)], arrows, boxes


def modules(net):
    """Return the modules of a Sequential, opened up."""
    return [m for part in net for m in (modules(part) if isinstance(part, Sequential) else [part])]


def cut(width, most=4):
    """Return which numbers of 1…width a column shows."""
    return list(range(1, width + 1)) if width <= most else [*range(1, most - 1), "⋮", width]


@each_network
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_every_network_is_drawn_in_every_style(draw_net, net, style):
    """Dot draws it without a warning; each column has the right circles, from top to bottom; each module its arrows."""
    columns, arrows, boxes = drawn(draw_net(net, **style))
    layers, index, most = style.get("layers", False), style.get("index", [""]), style.get("most", 4)
    linear = [m for m in modules(net) if isinstance(m, Linear)]
    width = linear[0].in_features if linear else 1
    expected, number = [[cut(width, most), False]], 0
    for module in modules(net):
        if isinstance(module, Linear):
            expected[-1][1] = module.bias is not None and not layers
            width = module.out_features
        if isinstance(module, Linear) or not layers:
            before, one = expected[-1]
            here = cut(width, most)
            number += len(index) * (len(here) * (len(before) + one) if isinstance(module, Linear) else len(here))
            expected.append([here, False])
    assert [len(column) for column in columns] == [len(index) * (len(own) + one) for own, one in expected]
    assert len(arrows) == number
    for column, (own, one) in zip(columns, expected, strict=True):
        per_copy = len(own) + one
        for copy, i in enumerate(index):
            labels = column[copy * per_copy : (copy + 1) * per_copy]
            if i == "⋮":
                assert set(labels) == {"⋮"}
                continue
            assert labels[:one] == ["1"] * one
            ends = [i + "".join(chr(0x2080 + int(d)) for d in str(j)) if j != "⋮" else "⋮" for j in own]
            assert all(
                label.endswith(end if len(own) > 1 else i) for label, end in zip(labels[one:], ends, strict=True)
            )
    assert len(boxes) == (1 + len(linear) if layers else 0)
    assert {label[0] for label in columns[-1]} <= {"ŷ", "⋮"}


def test_all_observations_one_and_none_differ_in_the_index_alone(draw_net):
    """Four copies, of which the third is dots; one with i; one without."""
    net = NETWORKS["04: 1-1"]
    assert drawn(draw_net(net, index="₁₂⋮ₙ"))[0] == [
        ["1", "x₁", "1", "x₂", "⋮", "⋮", "1", "xₙ"],
        ["u⁽¹⁾₁", "u⁽¹⁾₂", "⋮", "u⁽¹⁾ₙ"],
        ["ŷ₁", "ŷ₂", "⋮", "ŷₙ"],
    ]
    assert drawn(draw_net(net, index="ᵢ"))[0] == [["1", "xᵢ"], ["u⁽¹⁾ᵢ"], ["ŷᵢ"]]
    assert drawn(draw_net(net))[0] == [["1", "x"], ["u⁽¹⁾"], ["ŷ"]]


@each_network
def test_boxes_name_layers_and_activations(draw_net, net):
    """Layers are counted from 0, carry their activations, and say where a bias is absent."""
    titles = ["layer 0"]
    for module in modules(net):
        if isinstance(module, Linear):
            titles.append(f"layer {len(titles)}" + ("" if module.bias is not None else "\\nno bias"))
        else:
            titles[-1] += f"\\n{type(module).__name__}"
    assert drawn(draw_net(net, layers=True))[2] == titles


@each_network
def test_weights_are_the_networks_own(draw_net, net):
    """Each arrow of a linear layer says its weight or bias; arrows from or to dots say nothing; others their module."""
    arrows = drawn(draw_net(net, weights=True))[1]
    expected = []
    for module, width in zip(modules(net), widths(net), strict=True):
        if not isinstance(module, Linear):
            expected += [type(module).__name__] * len(cut(width))
            continue
        sources = [0] * (module.bias is not None) + cut(module.in_features)
        for a, b in product(sources, cut(module.out_features)):
            number = "" if "⋮" in (a, b) else module.weight[b - 1, a - 1] if a else module.bias[b - 1]
            expected.append(number if number == "" else f"{number.item():.2g}")
    assert [label for _, _, label in arrows] == expected


def widths(net):
    """Return how many numbers each module of a network gives."""
    linear = [m for m in modules(net) if isinstance(m, Linear)]
    width, found = linear[0].in_features if linear else 1, []
    for module in modules(net):
        width = module.out_features if isinstance(module, Linear) else width
        found.append(width)
    return found


def test_an_unknown_module_is_one_step_under_its_own_name(draw_net):
    """Whatever it holds inside, it goes straight ahead, and its class is its label."""
    arrows = drawn(draw_net(NETWORKS["unknown module"]))[1]
    assert [arrow for arrow in arrows if arrow[2]] == [(f"u⁽¹⁾{j}", f"v⁽¹⁾{j}", "Odd") for j in "₁₂₃"]


def test_a_sequential_inside_a_sequential_is_opened(draw_net):
    """The drawing is that of the same modules in one row."""
    net = NETWORKS["nested"]
    assert draw_net(net).source == draw_net(Sequential(*modules(net))).source


def test_drawing_changes_nothing(draw_net):
    """The network's numbers and gradients are as they were."""
    net = NETWORKS["02: exact"]
    before = [parameter.clone() for parameter in net.parameters()]
    draw_net(net, weights=True)
    assert all(torch.equal(a, b) for a, b in zip(before, net.parameters(), strict=True))


# The drill


def solutions(lesson):
    """Return the networks that the folded solutions of the drill give."""
    space = {"torch": torch, "mine": {}}
    for cell in lesson.cells:
        if re.fullmatch(r"drill-[a-e]-answer", cell.id):
            (code,) = re.findall(r"```python\n(.*?)```", cell.source, re.DOTALL)
            exec(code, space)  # noqa: S102 - the notebook is ours
    return space["mine"]


def test_the_check_knows_the_solutions(lesson):
    """Each solution is right, another network is not, and the number of parameters is that of the solution."""
    sources = {cell.id: cell.source for cell in lesson.cells}
    space = {}
    exec(sources["imports"], space)  # noqa: S102
    exec(sources["check-function"], space)  # noqa: S102
    answers = solutions(lesson)
    assert list(answers) == list(space["key"]) == list("ABCDE")
    for letter, net in answers.items():
        wanted = sum(parameter.numel() for parameter in net.parameters())
        assert space["check"](letter, net) == "right"
        assert space["check"](letter, None) == f"write a network with {wanted} parameters"
        assert space["check"](letter, Sequential(*net, Identity())).startswith(f"{wanted} parameters of {wanted};")


def test_the_drawings_of_the_drill_are_those_of_their_solutions(lesson):
    """Each drawing has the inputs, arrows and activations of the network that the solution gives."""
    sources = {cell.id: cell.source for cell in lesson.cells}
    for letter, net in solutions(lesson).items():
        dot = re.search(r'draw\("""(.*)"""\)', sources[f"drill-{letter.lower()}"], re.DOTALL)[1]
        text = "digraph {" + dot.replace("\\n", "\n") + "}"
        picture = json.loads(
            subprocess.run(["dot", "-Tjson"], input=text, capture_output=True, text=True, check=True).stdout
        )
        linear = [module for module in net if isinstance(module, Linear)]
        kinds = {type(module).__name__ for module in net} - {"Linear"}
        labels = [thing.get("label", "") for thing in (*picture["objects"], *picture["edges"])]
        assert {kind for kind in ("ReLU", "Tanh", "Sigmoid") if any(kind in label for label in labels)} == kinds
        assert any("no bias" in label for label in labels) is any(module.bias is None for module in linear)
        full = sum(len(cut(module.in_features)) * len(cut(module.out_features)) for module in linear)
        assert len([edge for edge in picture["edges"] if not edge.get("label")]) == full
        inputs = {thing["name"] for thing in picture["objects"]} - {"%3"}
        assert sum(name.startswith("x") for name in inputs) == len([j for j in cut(linear[0].in_features) if j != "⋮"])


def test_the_code_of_the_drill_does_not_name_modules(lesson):
    """No cell before the solutions says which network it is."""
    for cell in lesson.cells:
        if re.fullmatch(r"drill-[a-e]|mine|check.*", cell.id):
            assert "Linear(" not in cell.source


@pytest.mark.parametrize("exercise", ["ex-drawing-swap", "ex-drawing-softmax"])
def test_solutions_of_exercises_run(lesson, exercise):
    """What the solution claims is what its code gives."""
    sources = {cell.id: cell.source for cell in lesson.cells}
    (text,) = (part for part in sources["exercises"].split(":::{exercise}") if exercise in part)
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    *lines, last = code.strip().splitlines()
    space = {"torch": torch, "net": NETWORKS["02: exact"], "x": torch.linspace(-1, 1, 9).reshape(-1, 1)}
    exec("\n".join(lines), space)  # noqa: S102
    result = eval(last, space)  # noqa: S307
    if exercise == "ex-drawing-swap":
        assert result is True
    else:
        assert bool((result[0] != result[1]).all())


def test_the_order_of_the_six_drawings_is_kept(lesson):
    """From everything to nearly nothing."""
    order = [cell.id for cell in lesson.cells]
    six = ["all-observations", "one-observation", "no-index", "no-one", "renamed", "with-u"]
    assert all(order.index(a) < order.index(b) for a, b in pairwise(six))
