"""Answers to homework 04: right ones written differently, wrong ones of the kind that students give.

A code stands in place of all answer cells of its question. Beside a wrong one is the key of the message meant for it.
"""

from changes import changed

# so that all of them run in seconds
PARAMETERS = {"WIDEST": 60}

# other years
VARIANTS = [
    {"SEED": 1},
    {"SEED": 20271101, "WIDEST": 900},
    {"SEED": 0, "WIDEST": 40},
]

BOOKS = """
nn = torch.nn
of = {"ReLU": nn.ReLU, "Tanh": nn.Tanh}
p, m, k, q = sizes["A"]
net_a = nn.Sequential(nn.Linear(p, m), of[acts["A"][0]](), nn.Linear(m, k), of[acts["A"][1]](), nn.Linear(k, q))
p, m, _ = sizes["B"]
net_b = nn.Sequential(nn.Linear(p, m), of[acts["B"][0]](), nn.Linear(m, 1, bias=False), nn.Sigmoid())
p, m, k, q = sizes["C"]
c1, c2, c3 = nn.Linear(p, m), nn.Linear(m, k, bias=False), nn.Linear(k, q)
net_c = nn.Sequential(c1, of[acts["C"][0]](), c2, c3, nn.Sigmoid())
"""

OWN = """
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        p, m, k, q = sizes["C"]
        self.first = torch.nn.Linear(p, m)
        self.second = torch.nn.Linear(m, k, bias=False)
        self.third = torch.nn.Linear(k, q)

    def forward(self, x):
        v = torch.relu(self.first(x)) if acts["C"][0] == "ReLU" else torch.tanh(self.first(x))
        return torch.sigmoid(self.third(self.second(v)))


torch.manual_seed(SEED)
net_c = Net()
"""

FORMULAS = """
nn = torch.nn
p, m, k, q = sizes["D"]
net_d = nn.Sequential(
    nn.Linear(p, m), nn.ReLU(), nn.Linear(m, k), nn.Tanh(), nn.Linear(k, q, bias=False), nn.Sigmoid()
)
p, m = sizes["E"]
net_e = nn.Sequential(nn.Linear(p, m, bias=False), nn.Sigmoid(), nn.Linear(m, 1))
"""

COUNTS = """
p, m, q = sizes["F"]
parameters_f = (p + 1) * m + blocks * (m + 1) * m + (m + 1) * q
layers_f = blocks + 2
hidden_f = blocks + 1
"""

DOT = """
names = [*acts["drawn"], "Sigmoid"]
boxes = [[f"n{layer}_{i}" for i in range(n)] for layer, n in enumerate(sizes["drawn"])]
dot = ""
for layer, box in enumerate(boxes):
    title = f"layer {layer}" + ("" if layer == 0 else " " + names[layer - 1])
    if layer and not biases[layer - 1]:
        title += "\\\\nno bias"
    dot += f'subgraph cluster_{layer} {{label="{title}"; {"; ".join(box)}}}\\n'
for this, that in zip(boxes, boxes[1:]):
    for a in this:
        for b in that:
            dot += f"{a} -> {b}\\n"
"""


RIGHT = {
    "books-check": [
        BOOKS,
        BOOKS + OWN,
        BOOKS + "net_a = nn.Sequential(net_a[:2], net_a[2:4], net_a[4])\nnet_b = nn.Sequential(*net_b, nn.Identity())",
    ],
    "formulas-check": [
        FORMULAS,
        FORMULAS + "net_d = nn.Sequential(nn.Sequential(*net_d[:4]), nn.Sequential(*net_d[4:]))",
        FORMULAS
        + """
class E(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.outer = nn.Linear(p, m, bias=False), nn.Linear(m, 1)

    def forward(self, x):
        return self.outer(1 / (1 + torch.exp(-self.inner(x))))


torch.manual_seed(SEED)
net_e = E()
""",
    ],
    "blocks-check": [
        COUNTS,
        """
p, m, q = sizes["F"]
modules = [torch.nn.Linear(p, m)] + [torch.nn.Linear(m, m) for _ in range(blocks)] + [torch.nn.Linear(m, q)]
parameters_f = torch.tensor(sum(t.numel() for t in torch.nn.ModuleList(modules).parameters()))
layers_f = len(modules)
hidden_f = len(modules[:-1])
""",
    ],
    "draw-check": [
        DOT,
        DOT + 'dot = "digraph net {\\n // a comment\\n rankdir=LR; node [shape=circle]\\n" + dot + "}"',
        DOT
        + """
dot = 'edge [arrowsize=0.5]\\n' + dot.split("n0_0 ->")[0].replace('n1_0', '"n1_0" [label="a", width=.8]')
dot += " -> ".join("{" + " ".join(box) + "}" for box in boxes) + " [color=grey];"
""",
        DOT + 'dot = dot.replace("label=", "graph [style=filled, label=").replace(";", "];", len(boxes)) '
        'if False else dot.replace("\\\\n", "<br/>").replace(\'label="\', "label=<").replace(\'"; n\', ">; n")',
        # no check may take long: the same arrow very often, and what begins as a tag and never ends
        DOT + "dot += '{' + 'n0_0 ' * 20_000 + '} -> {' + 'n1_0 ' * 20_000 + '}'",
        DOT + "dot = dot.replace('layer', '<' * 200_000)",
        DOT + 'for box in boxes:\n    dot += "{rank=same edge [style=invis] " + " -> ".join(box) + "}\\n"',
    ],
}

WRONG = {
    "books-check": [
        ("pass", "unanswered"),
        (BOOKS + "net_b = sizes['B']", "not_net"),
        (BOOKS + "net_a = nn.Sequential(nn.ReLU())", "no_linear"),
        (BOOKS + "net_a = nn.Sequential(nn.ReLU(), *net_a)", "act_extra"),
        (changed(BOOKS, "nn.Linear(m, k), of", "nn.Linear(m + 1, k), of"), "chain"),
        (changed(BOOKS, "c2, c3,", "nn.Linear(m, q),"), "depth"),
        (
            changed(BOOKS, "net_b = nn.Sequential(nn.Linear(p, m)", "net_b = nn.Sequential(nn.Linear(p + 1, m)"),
            "plus_one",
        ),
        (changed(BOOKS, "nn.Linear(k, q))", "nn.Linear(k, q + 1))"), "widths"),
        (changed(BOOKS, "nn.Linear(m, 1, bias=False)", "nn.Linear(m, 1)"), "bias_extra"),
        (changed(BOOKS, "nn.Linear(k, q))", "nn.Linear(k, q, bias=False))"), "bias_missing"),
        (changed(BOOKS, 'of[acts["A"][0]](), ', ""), "act_missing"),
        (changed(BOOKS, "nn.Linear(k, q))", "nn.Linear(k, q), nn.ReLU())"), "act_extra"),
        (changed(BOOKS, "c2, c3,", "c2, nn.ReLU(), c3,"), "act_extra"),
        (changed(BOOKS, 'acts["A"][0]', 'acts["A"][1]'), "act_other"),
        (changed(BOOKS, 'nn.Sigmoid())\np, m, k, q = sizes["C"]', 'nn.ReLU())\np, m, k, q = sizes["C"]'), "act_other"),
        (BOOKS + changed(OWN, "torch.manual_seed(SEED)", ""), "own_class"),
        (BOOKS + changed(OWN, "torch.sigmoid", ""), "own_class"),
        (FORMULAS + "net_a, net_b, net_c = net_d, net_e, net_e", "widths"),
    ],
    "formulas-check": [
        ("pass", "unanswered"),
        (
            changed(
                FORMULAS, "Linear(p, m), nn.R", "Linear(m, p), nn.R", "Linear(m, k)", "Linear(k, m)", "k, q", "q, k"
            )
            + "p, m, k, q = sizes['D']\nnet_d = nn.Sequential(nn.Linear(m, p), nn.Linear(k, m), nn.Linear(q, k))",
            "turned",
        ),
        (
            changed(FORMULAS, "nn.ReLU()", "nn.Sigmoid()", "bias=False), nn.Sigmoid()\n", "bias=False), nn.ReLU()\n"),
            "act_other",
        ),
        (changed(FORMULAS, "nn.Linear(k, q, bias=False)", "nn.Linear(k, q)"), "bias_extra"),
        (changed(FORMULAS, "nn.Linear(p, m, bias=False)", "nn.Linear(p, m)"), "bias_extra"),
        (changed(FORMULAS, "nn.Linear(m, 1)", "nn.Linear(m, 1, bias=False)"), "bias_missing"),
        (changed(FORMULAS, "nn.Linear(m, 1))", "nn.Linear(m, 1), nn.Sigmoid())"), "act_extra"),
        (changed(FORMULAS, ", nn.Sigmoid()\n", "\n"), "act_missing"),
        (changed(FORMULAS, "nn.Linear(m, 1))", "nn.Linear(m, p))"), "widths"),
        (FORMULAS + "net_e = nn.Linear(p, 1)", "own_class"),
    ],
    "blocks-check": [
        ("pass", "unanswered"),
        (COUNTS + "parameters_f = p * m + blocks * m * m + m * q", "weights_only"),
        (COUNTS + "parameters_f = p * m + blocks * m * m + m * q + blocks + 2", "one_bias"),
        (COUNTS + "parameters_f = (p + 1) * m + (m + 1) * m + (m + 1) * q", "one_block"),
        (COUNTS + "parameters_f = 2 * parameters_f", "parameters"),
        (COUNTS + "parameters_f = 'many'", "no_number"),
        (COUNTS + "layers_f = 2 * blocks + 3", "acts_counted"),
        (COUNTS + "layers_f = blocks + 3", "input_counted"),
        (COUNTS + "layers_f = 3", "block_counted"),
        (COUNTS + "layers_f = blocks", "layers"),
        (COUNTS + "hidden_f = layers_f", "hidden"),
    ],
    "draw-check": [
        ("pass", "unanswered"),
        ("dot = drawn", "no_text"),
        (DOT + "dot += '}'", "syntax"),
        (DOT + "dot = dot.replace('label=\"', 'label=\"\" \"', 1) + '\"'", "syntax"),
        (DOT + "dot += ' a-b'", "syntax"),
        (DOT + "dot = dot.replace('->', '--')", "undirected"),
        (DOT + "dot = dot.replace('cluster', 'box')", "no_box"),
        (DOT + "dot = dot.replace('n0_0 -> n1_0', 'x_0 -> n1_0')", "outside"),
        (DOT + "dot = dot.replace('n1_0', 'n0_0')", "twice"),
        (
            DOT
            + "dot = dot.replace('subgraph cluster_3', 'subgraph cluster_9 {label=Sigmoid act}\\nsubgraph cluster_3')",
            "boxes",
        ),
        (DOT + "dot += 'n3_0 -> n0_0'", "loop"),
        (
            DOT + "dot = ''.join(dot.split('n0_0 ->')[0]) + ' -> '.join('{' + ' '.join(b) + '}' for b in boxes[::-1])",
            "backwards",
        ),
        (DOT + "dot = dot.replace('n0_1;', 'n0_1; n0_9;').replace('n0_1}', 'n0_1; n0_9}')", "circles"),
        (DOT + "dot = dot.replace('n0_0 -> n1_1\\n', '')", "arrow_missing"),
        (DOT + "dot += 'n0_0 -> n2_0'", "arrow_extra"),
        # arrows for gigabytes
        (DOT + "dot += ' -> '.join('{' + ' '.join(f'{x}{i}' for i in range(9000)) + '}' for x in 'ab')", "arrow_extra"),
        (DOT + "dot = dot.replace('layer 0', 'layer 0 relu')", "title_input"),
        (DOT + "dot = dot.replace(names[0], 'X').replace(names[1], names[0]).replace('X', names[1])", "title"),
        (DOT + "dot = dot.replace('Sigmoid', '')", "title"),
        (DOT + "dot = dot.replace('no bias', '')", "title_bias"),
    ],
}

# questions whose answer does not depend on the parameters, and why
GENERAL = {}

EXCUSED = {}

BLIND_RIGHT = {
    "books-check": [
        """
import torch

kinds = {"ReLU": torch.nn.ReLU(), "Tanh": torch.nn.Tanh()}

p, m, k, q = sizes["A"]
net_a = torch.nn.Sequential(
    torch.nn.Linear(p, m),
    kinds[acts["A"][0]],
    torch.nn.Linear(m, k),
    kinds[acts["A"][1]],
    torch.nn.Linear(k, q),
)

p, m, q = sizes["B"]
net_b = torch.nn.Sequential(
    torch.nn.Linear(p, m),
    kinds[acts["B"][0]],
    torch.nn.Linear(m, 1, bias=False),
    torch.nn.Sigmoid(),
)

p, m, k, q = sizes["C"]
net_c = torch.nn.Sequential(
    torch.nn.Linear(p, m),
    kinds[acts["C"][0]],
    torch.nn.Linear(m, k, bias=False),
    torch.nn.Linear(k, q),
    torch.nn.Sigmoid(),
)
""",
        """
import torch


def build(numbers, names, one):
    modules = []
    for i, x in enumerate(zip(numbers, numbers[1:])):
        modules += [torch.nn.Linear(*x, bias=one[i])]
        if names[i]:
            modules += [getattr(torch.nn, names[i])()]
    return torch.nn.Sequential(*modules)


net_a, net_b, net_c = (
    build(sizes["A"], [*acts["A"], None], [True, True, True]),
    build(sizes["B"], [acts["B"][0], "Sigmoid"], [True, False]),
    build(sizes["C"], [acts["C"][0], None, "Sigmoid"], [True, False, True]),
)
""",
    ],
    "formulas-check": [
        """
import torch

net_d = torch.nn.Sequential(
    torch.nn.Linear(d[0], d[1]),
    torch.nn.ReLU(),
    torch.nn.Linear(d[1], d[2]),
    torch.nn.Tanh(),
    torch.nn.Linear(d[2], d[3], bias=False),
    torch.nn.Sigmoid(),
)
net_e = torch.nn.Sequential(
    torch.nn.Linear(e[0], e[1], bias=False),
    torch.nn.Sigmoid(),
    torch.nn.Linear(e[1], 1),
)
""",
    ],
    "blocks-check": [
        """
parameters_f = layers_f = 0
before = sizes["F"][0]
for number in [sizes["F"][1], *(sizes["F"][1] for i in range(blocks)), sizes["F"][2]]:
    weights = before * number
    parameters_f += weights + number
    layers_f += 1
    before = number
hidden_f = layers_f + (-1)
""",
        """
p, m, q = sizes["F"]
parameters_f = (p * m + m) + blocks * (m * m + m) + (m * q + q)
layers_f = blocks + 2
hidden_f = layers_f - 1
""",
    ],
    "draw-check": [
        """
p, m, k, q = sizes["drawn"]
names = [
    [f"x{i}" for i in range(1, p + 1)],
    [f"a{i}" for i in range(1, m + 1)],
    [f"b{i}" for i in range(1, k + 1)],
    ["ŷ"],
]
titles = ["input"]
for i in range(3):
    name = type(activations[i]()).__name__
    titles.append(f"layer {i + 1}\\n{name}" + ("" if biases[i] else "\\nno bias"))
dot = "splines=line\\n"
for i in range(4):
    dot += f'subgraph cluster_{i} {{label="{titles[i]}" {" ".join(names[i])}}}\\n'
dot += " -> ".join("{" + " ".join(x) + "}" for x in names)
draw(dot)
""",
    ],
}

BLIND_WRONG = {
    "books-check": [
        """
# A without biases, though the drawing says nothing of them
import torch

act = {name: [getattr(torch.nn, x)() for x in acts[name]] for name in "ABC"}
p, m, k, q = sizes["A"]
net_a = torch.nn.Sequential(
    torch.nn.Linear(p, m, bias=False), act["A"][0],
    torch.nn.Linear(m, k, bias=False), act["A"][1],
    torch.nn.Linear(k, q, bias=False),
)
p, m, q = sizes["B"]
net_b = torch.nn.Sequential(
    torch.nn.Linear(p, m), act["B"][0], torch.nn.Linear(m, q, bias=False), torch.nn.Sigmoid()
)
p, m, k, q = sizes["C"]
net_c = torch.nn.Sequential(
    torch.nn.Linear(p, m), act["C"][0],
    torch.nn.Linear(m, k, bias=False), torch.nn.Linear(k, q), torch.nn.Sigmoid(),
)
""",
        """
# A with its two activations in the wrong order
import torch

act = {name: [getattr(torch.nn, x)() for x in acts[name]] for name in "ABC"}
p, m, k, q = sizes["A"]
net_a = torch.nn.Sequential(
    torch.nn.Linear(p, m), act["A"][1], torch.nn.Linear(m, k), act["A"][0],
    torch.nn.Linear(k, q),
)
p, m, q = sizes["B"]
net_b = torch.nn.Sequential(
    torch.nn.Linear(p, m), act["B"][0], torch.nn.Linear(m, q, bias=False), torch.nn.Sigmoid()
)
p, m, k, q = sizes["C"]
net_c = torch.nn.Sequential(
    torch.nn.Linear(p, m), act["C"][0],
    torch.nn.Linear(m, k, bias=False), torch.nn.Linear(k, q), torch.nn.Sigmoid(),
)
""",
        """
# B with a bias in its output layer, where the drawing has no arrow from +1
import torch

act = {name: [getattr(torch.nn, x)() for x in acts[name]] for name in "ABC"}
p, m, k, q = sizes["A"]
net_a = torch.nn.Sequential(
    torch.nn.Linear(p, m), act["A"][0], torch.nn.Linear(m, k), act["A"][1],
    torch.nn.Linear(k, q),
)
p, m, q = sizes["B"]
net_b = torch.nn.Sequential(
    torch.nn.Linear(p, m), act["B"][0], torch.nn.Linear(m, q), torch.nn.Sigmoid()
)
p, m, k, q = sizes["C"]
net_c = torch.nn.Sequential(
    torch.nn.Linear(p, m), act["C"][0],
    torch.nn.Linear(m, k, bias=False), torch.nn.Linear(k, q), torch.nn.Sigmoid(),
)
""",
    ],
    "formulas-check": [
        """
# D with a bias in its last layer, where the formula has none
import torch

net_d = torch.nn.Sequential(
    torch.nn.Linear(d[0], d[1]), torch.nn.ReLU(), torch.nn.Linear(d[1], d[2]),
    torch.nn.Tanh(), torch.nn.Linear(d[2], d[3]), torch.nn.Sigmoid(),
)
net_e = torch.nn.Sequential(
    torch.nn.Linear(e[0], e[1], bias=False), torch.nn.Sigmoid(), torch.nn.Linear(e[1], 1)
)
""",
        """
# D read from left to right: tanh before relu
import torch

net_d = torch.nn.Sequential(
    torch.nn.Linear(d[0], d[1]), torch.nn.Tanh(), torch.nn.Linear(d[1], d[2]),
    torch.nn.ReLU(), torch.nn.Linear(d[2], d[3], bias=False), torch.nn.Sigmoid(),
)
net_e = torch.nn.Sequential(
    torch.nn.Linear(e[0], e[1], bias=False), torch.nn.Sigmoid(), torch.nn.Linear(e[1], 1)
)
""",
        """
# D takes the rows for the inputs and the columns for the outputs of each layer
import torch

net_d = torch.nn.Sequential(
    torch.nn.Linear(d[1], d[0]), torch.nn.ReLU(), torch.nn.Linear(d[2], d[1]),
    torch.nn.Tanh(), torch.nn.Linear(d[3], d[2], bias=False), torch.nn.Sigmoid(),
)
net_e = torch.nn.Sequential(
    torch.nn.Linear(e[0], e[1], bias=False), torch.nn.Sigmoid(), torch.nn.Linear(e[1], 1)
)
""",
    ],
    "blocks-check": [
        """
# counts the parameters of the block once only
p, m, q = sizes["F"]
parameters_f = (p * m + m) + (m * m + m) + (m * q + q)
layers_f = blocks + 2
hidden_f = blocks + 1
""",
        """
# leaves out the biases
p, m, q = sizes["F"]
parameters_f = p * m + blocks * m * m + m * q
layers_f = blocks + 2
hidden_f = blocks + 1
""",
    ],
    "draw-check": [
        """
# no title says where the bias is missing
names = [[f"{'xabc'[i]}{j}" for j in range(n)] for i, n in enumerate(sizes["drawn"])]
titles = ["input"] + [x.__name__ for x in activations]
dot = ""
for i in range(4):
    dot += f'subgraph cluster_{i} {{label="{titles[i]}" {" ".join(names[i])}}}\\n'
dot += " -> ".join("{" + " ".join(x) + "}" for x in names)
""",
        """
# draws the biases as circles of their own
names = [[f"{'xabc'[i]}{j}" for j in range(n)] for i, n in enumerate(sizes["drawn"])]
titles = ["input"] + [
    x.__name__ + "\\nno bias" * (not bias) for x, bias in zip(activations, biases)
]
for i in range(3):
    if biases[i]:
        names[i].append(f"one{i}")
dot = ""
for i in range(4):
    dot += f'subgraph cluster_{i} {{label="{titles[i]}" {" ".join(names[i])}}}\\n'
for i in range(3):
    new = [x for x in names[i + 1] if "one" not in x]
    dot += "{" + " ".join(names[i]) + "} -> {" + " ".join(new) + "}\\n"
""",
    ],
}
