"""Answers to homework 01: right ones written differently, wrong ones of the kind that students give.

A code stands in place of all answer cells of its question. Beside a wrong one is the key of the message meant for it.
"""

from changes import changed

# so that all of them run in seconds
PARAMETERS = {"CELLS": 40}

# other years
VARIANTS = [
    {"SEED": 7},
    {"SEED": 1989, "STEEPNESS": 8, "START": -6, "END": 3, "EPSILON": 0.1},
    {"SEED": 20271101, "EPSILON": 0.02, "CELLS": 63},
    {"SEED": 0, "START": 1, "END": 9, "CELLS": 120},
]


PULSE = """
pulse_W1 = [-STEEPNESS, STEEPNESS]
pulse_b1 = [STEEPNESS * HIGH, -STEEPNESS * LOW]
pulse_W2 = [HEIGHT, HEIGHT]
pulse_b2 = -HEIGHT
"""

STAIRS = """
def staircase(edges, heights):
    W1, b1, W2 = [], [], []
    for j in range(len(heights)):
        W1 += [-STEEPNESS, STEEPNESS]
        b1 += [STEEPNESS * edges[j + 1], -STEEPNESS * edges[j]]
        W2 += [heights[j], heights[j]]
    return W1, b1, W2, -sum(heights)
"""

JUMPS = """
def staircase(edges, heights):
    zero = torch.zeros(1)
    W1 = torch.full_like(edges, STEEPNESS)
    return W1, -STEEPNESS * edges, torch.cat([zero, heights, zero]).diff(), 0
"""

PROMISE = """
L = A * B + C
m = math.ceil(L * (END - START) / (2 * EPSILON))
left_m = math.ceil(L * (END - START) / EPSILON)
"""

BUILD = """
def build(reach):
    d = (END - START) / CELLS
    middles = START + d * (torch.arange(-reach, CELLS + reach) + 0.5)
    first = linear(torch.full((len(middles), 1), 1 / d), -middles / d)
    heights = f(middles.clamp(START, END)).reshape(1, -1)
    return torch.nn.Sequential(first, Bump(), linear(heights, [0.0]))


built = build(1)
built_error = (built(FINE) - f(FINE)).abs().max().item()
alone_error = (build(0)(FINE) - f(FINE)).abs().max().item()
"""

HOLDS = """
true = ["∀f ∀ε ∃m ∃w ∀x", "∀ε ∀f ∃m ∃w ∀x", "∀f ∀ε ∀x ∃m ∃w", "∃m ∀f ∀ε ∀x ∃w", "∀x ∀f ∀ε ∃m ∃w"]
holds = [version in true for version in VERSIONS]
"""

RIGHT = {
    "pulse-check": [
        PULSE,
        # the nodes the other way round, as columns and rows that torch.nn.Linear would hold
        """
pulse_W1 = torch.tensor([[STEEPNESS], [-STEEPNESS]])
pulse_b1 = STEEPNESS * torch.tensor([-LOW, HIGH])
pulse_W2 = torch.tensor([[HEIGHT, HEIGHT]])
pulse_b2 = [-HEIGHT]
""",
        # two rising steps, one of them taken away
        """
import numpy as np

pulse_W1 = np.array([STEEPNESS, STEEPNESS])
pulse_b1 = -STEEPNESS * np.array([LOW, HIGH])
pulse_W2 = (HEIGHT, -HEIGHT)
pulse_b2 = 0
""",
        # so much higher that the top, too, is exactly at HEIGHT
        """
weight = HEIGHT / math.tanh(STEEPNESS * (HIGH - LOW) / 4)
pulse_W1 = [-STEEPNESS, STEEPNESS]
pulse_b1 = [STEEPNESS * HIGH, -STEEPNESS * LOW]
pulse_W2 = [weight, weight]
pulse_b2 = -weight
""",
    ],
    "stairs-check": [
        STAIRS,
        JUMPS,
        """
import numpy as np

def staircase(edges, heights):
    low, high, h = np.array(edges[:-1]), np.array(edges[1:]), np.array(heights)
    W1 = np.concatenate([np.full(len(h), STEEPNESS), np.full(len(h), -STEEPNESS)])
    return W1, STEEPNESS * np.concatenate([-low, high]), np.tile(h, 2), -h.sum()
""",
        """
def staircase(edges, heights):
    before, W2 = 0, []
    for height in [*heights.tolist(), 0]:
        W2.append(height - before)
        before = height
    return [[[STEEPNESS] for _ in edges], [-STEEPNESS * e for e in edges.tolist()], [W2], [0.0]]
""",
    ],
    "promise-check": [
        PROMISE,
        """
x = torch.linspace(START, END, 100001).double()
L = (A * B * torch.cos(B * x) + C).abs().max()
m = torch.ceil(L * (END - START) / 2 / EPSILON)
left_m = 2 * m
""",
        """
L, m = A * B + C, 1
while L * (END - START) / (2 * m) > EPSILON:
    m += 1
left_m = m
while L * (END - START) / left_m > EPSILON:
    left_m += 1
""",
    ],
    "build-check": [
        BUILD,
        """
class Stairs(torch.nn.Module):
    def __init__(self, first, last):
        super().__init__()
        self.d = (END - START) / CELLS
        self.middles = [START + (i + 0.5) * self.d for i in range(first, last)]

    def forward(self, x):
        total = torch.zeros_like(x)
        for middle in self.middles:
            height = f(torch.tensor(min(max(middle, START), END)))
            total = total + height * Bump()((x - middle) / self.d)
        return total


built = Stairs(-1, CELLS + 1)
built_error = max(abs(built(x.reshape(1, 1)) - f(x)).item() for x in FINE[:: len(FINE) - 1])
with torch.no_grad():
    built_error = (built(FINE) - f(FINE)).abs().max()
    alone_error = (Stairs(0, CELLS)(FINE) - f(FINE)).abs().max()
""",
        # the same in sigmoids, two beyond each end
        """
d = (END - START) / CELLS
middles = START + d * (torch.arange(-2, CELLS + 2) + 0.5)
heights = f(middles.clamp(START, END))
W1, b1 = torch.full_like(middles, 200 / d), -200 * middles / d
built = network(
    torch.cat([W1, -W1]).reshape(-1, 1), torch.cat([b1 + 100, 100 - b1]), torch.cat([heights, heights]), -sum(heights)
)
built_error = torch.dist(built(FINE).data, f(FINE), float("inf"))
alone = Bump()((FINE - middles[2:-2]) / d) @ heights[2:-2].reshape(-1, 1)
alone_error = torch.dist(alone, f(FINE), float("inf"))
""",
    ],
    "versions-check": [
        HOLDS,
        HOLDS + "holds = torch.tensor(holds)",
        """
holds = []
for version in VERSIONS:
    f, e, m, w, x = (version.index(letter) for letter in "fεmwx")
    holds.append(int(f < w and e < w and (w > x or m > max(f, e) and "∃m" in version)))
""",
    ],
}

WRONG = {
    "pulse-check": [
        ("pass", "unanswered"),
        ("pulse_W1 = pulse_b1 = pulse_W2 = pulse_b2 = ...", "unanswered"),
        (PULSE + "pulse_W1 = 'steep'", "no_tensor"),
        (PULSE + "pulse_b1 = [STEEPNESS * HIGH]", "shape"),
        (changed(PULSE, "[-STEEPNESS, STEEPNESS]", "[-1, 1]"), "steepness"),
        ("pulse_W1 = [-1, 1]\npulse_b1 = [HIGH, -LOW]\npulse_W2 = [HEIGHT, HEIGHT]\npulse_b2 = -HEIGHT", "steepness"),
        (changed(PULSE, "[STEEPNESS * HIGH, -", "[-STEEPNESS * HIGH, "), "mirrored"),
        (changed(PULSE, "[STEEPNESS * HIGH, -STEEPNESS * LOW]", "[HIGH, -LOW]"), "unscaled"),
        (changed(PULSE, "[STEEPNESS * HIGH, -STEEPNESS * LOW]", "[LOW, HIGH]"), "unscaled"),
        (changed(PULSE, "-STEEPNESS * LOW", "STEEPNESS * LOW"), "places"),
        (changed(PULSE, "[STEEPNESS * HIGH, -STEEPNESS * LOW]", "[10.0, 10.0]"), "places"),
        (
            changed(PULSE, "[-STEEPNESS, STEEPNESS]", "[STEEPNESS, STEEPNESS]", "[STEEPNESS * H", "[-STEEPNESS * H"),
            "one_way",
        ),
        (changed(PULSE, "[HEIGHT, HEIGHT]", "[HEIGHT, -HEIGHT]"), "one_way"),
        (changed(PULSE, "STEEPNESS * HIGH, -STEEPNESS * LOW", "STEEPNESS * LOW, -STEEPNESS * HIGH"), "upside"),
        (changed(PULSE, "[HEIGHT, HEIGHT]", "[-HEIGHT, -HEIGHT]"), "upside"),
        (changed(PULSE, "[HEIGHT, HEIGHT]", "[1, 1]", "-HEIGHT", "-1"), "height"),
        (changed(PULSE, "[HEIGHT, HEIGHT]", "[HEIGHT / 2, HEIGHT / 2]"), "height"),
        (changed(PULSE, "-HEIGHT", "0"), "floor"),
        (changed(PULSE, "-HEIGHT", "-1"), "floor"),
        (changed(PULSE, "-HEIGHT", "-2 * HEIGHT"), "floor"),
    ],
    "stairs-check": [
        ("pass", "unanswered"),
        ("def staircase(edges, heights):\n    pass", "unanswered"),
        (PULSE, "unanswered"),
        ("staircase = [1.0, 2.0]", "stopped"),
        (STAIRS + PULSE + "staircase = lambda e, h: network(pulse_W1, pulse_b1, pulse_W2, pulse_b2)", "four"),
        (changed(STAIRS, "return W1, b1, W2, -sum(heights)", "print(W1, b1, W2, -sum(heights))"), "prints"),
        (changed(STAIRS, ", -sum(heights)", ""), "four"),
        (changed(STAIRS, "[heights[j], heights[j]]", "[heights[j]]"), "sizes"),
        (changed(STAIRS, "-sum(heights)", "-heights"), "sizes"),
        (changed(STAIRS, "[-STEEPNESS, STEEPNESS]", "[-1, 1]"), "steepness"),
        (changed(STAIRS, "-sum(heights)", "-len(heights)"), "floor"),
        (changed(STAIRS, "-sum(heights)", "0"), "floor"),
        (changed(STAIRS, "-sum(heights)", "-heights[-1]"), "floor"),
        (
            changed(JUMPS, "torch.cat([zero, heights, zero]).diff()", "torch.cat([heights, -heights.sum(0, True)])"),
            "accumulates",
        ),
        (changed(JUMPS, "[zero, heights, zero]).diff()", "[heights, zero])"), "accumulates"),
        (changed(JUMPS, "-STEEPNESS * edges", "STEEPNESS * edges"), "stair"),
        (
            changed(
                JUMPS,
                "edges, torch.cat([zero, heights, zero]).diff()",
                "edges[:-1], heights.diff(prepend=zero)",
                "full_like(edges",
                "full_like(heights",
            ),
            "one_way",
        ),
        (changed(STAIRS, "[-STEEPNESS, STEEPNESS]", "[STEEPNESS, STEEPNESS]"), "one_way"),
        (changed(STAIRS, "STEEPNESS * edges[j + 1], -STEEPNESS * edges[j]", "edges[j + 1], -edges[j]"), "stair"),
        (
            changed(STAIRS, "range(len(heights))", "range(len(heights) - 1)", "-sum(heights)", "-sum(heights[:-1])"),
            "stair",
        ),
        (changed(STAIRS, "edges[j + 1]", "edges[j] + STEEPNESS * 2"), "stair"),
        (changed(STAIRS, "edges[j + 1]", "(edges[j + 1] - 0.4)"), "sides"),
        (changed(STAIRS, "range(len(heights))", "range(3)"), "only_given"),
        (changed(STAIRS, "edges[j", "EDGES[j", "heights[j]", "HEIGHTS[j]"), "only_given"),
        (changed(STAIRS, "-sum(heights)", "-heights.abs().sum()"), "only_given"),
    ],
    "promise-check": [
        ("pass", "unanswered"),
        (PROMISE + "L = 'A * B + C'", "no_number"),
        (changed(PROMISE, "A * B + C", "f(FINE).abs().max()"), "lipschitz_height"),
        (changed(PROMISE, "A * B + C", "A * B"), "lipschitz_small"),
        (changed(PROMISE, "A * B + C", "(A * B + C) * 0.9985"), "lipschitz_small"),
        (changed(PROMISE, "A * B + C", "A + C"), "lipschitz_small"),
        (changed(PROMISE, "A * B + C", "1"), "lipschitz_small"),
        (changed(PROMISE, "A * B + C", "A * B - C"), "lipschitz_small"),
        (changed(PROMISE, "A * B + C", "A * B + C + 3"), "lipschitz_large"),
        (PROMISE + "m = L * (END - START) / (2 * EPSILON) + 0.123", "m_whole"),
        (PROMISE + "m = left_m", "m_twice"),
        (PROMISE + "m = m - 1", "m_small"),
        (changed(PROMISE, "L * (END - START) / (2", "L * END / (2"), "m_small"),
        (PROMISE + "m = 0", "m_small"),
        (PROMISE + "m = m + 1", "m_large"),
        (PROMISE + "m = 10000", "m_large"),
        (PROMISE + "left_m = m", "left_same"),
        (PROMISE + "left_m = m // 2", "left_fewer"),
        (PROMISE + "left_m = m * m", "left"),
        (PROMISE + "left_m = m * 2 + 10", "left"),
    ],
    "build-check": [
        ("pass", "unanswered"),
        (BUILD + "built = 0.1", "no_call"),
        (BUILD + "built = f(FINE)", "no_call"),
        (BUILD + "built = torch.nn.Sequential(*built[:2])", "shape"),
        (changed(BUILD, "+ 0.5)", "+ 0.0)"), "built"),
        (changed(BUILD, "f(middles.clamp(START, END))", "f((middles - d / 2).clamp(START, END))"), "built_left"),
        (changed(BUILD, "f(middles.clamp(START, END))", "f((middles + d / 2).clamp(START, END))"), "built_left"),
        (changed(BUILD, "-middles / d)", "-middles)"), "built"),
        (changed(BUILD, "-middles / d)", "middles / d)"), "built"),
        (changed(BUILD, "1 / d)", "d)"), "built"),
        (changed(BUILD, "Bump()", "torch.nn.Sigmoid()"), "built"),
        (changed(BUILD, "[0.0]", "[1.0]"), "built"),
        (changed(BUILD, "f(middles.clamp(START, END)).reshape(1, -1)", "torch.ones(1, len(middles))"), "built"),
        (changed(BUILD, "/ CELLS", "/ (CELLS + 2)"), "built"),
        (BUILD + "built = f", "flat"),
        (changed(BUILD, "build(1)", "build(0)"), "built_ends"),
        (changed(BUILD, "f(middles.clamp(START, END))", "f(middles)"), "outer"),
        (changed(BUILD, "build(1)", "build(0)", "build(0)(", "build(1)("), "built_ends"),
        (BUILD + "built_error = (built(FINE) - f(FINE)).abs().mean()", "error_mean"),
        (BUILD + "built_error = (f(FINE) - built(FINE)).min()", "error_sign"),
        (BUILD + "built_error = ((built(FINE) - f(FINE)) ** 2).max()", "error_squared"),
        (BUILD + "built_error = torch.nn.MSELoss()(built(FINE), f(FINE))", "error_squared"),
        (BUILD + "built_error = (A * B + C) * (END - START) / (2 * CELLS) * 1.2", "error"),
        (BUILD + "built_error = built(FINE) - f(FINE)", "no_number"),
        (BUILD + "alone_error = built_error", "alone_same"),
        (BUILD + "alone_error = 0.272", "alone"),
        (BUILD + "alone_error = (build(0)(FINE) - f(FINE)).abs().mean()", "error_mean"),
        (BUILD + "alone_error = (build(0)(FINE) - f(FINE)).max()", "alone_same"),
        (BUILD + "alone_error = (build(0)(FINE) - f(FINE)).min()", "error_sign"),
        (BUILD + "alone_error = ((build(0)(FINE) - f(FINE)) ** 2).max()", "error_squared"),
    ],
    "versions-check": [
        ("pass", "unanswered"),
        ("holds = [True, False]", "shape"),
        ("holds = ['True'] * len(VERSIONS)", "quoted"),
        ("holds = 'True'", "no_tensor"),
        ("holds = [1, 2, 3, 4, 5, 6]", "holds_word"),
        (HOLDS + "holds[VERSIONS.index(next(v for v in VERSIONS if v in true[:2]))] = False", "theorem"),
        (HOLDS + "holds[VERSIONS.index(next(v for v in VERSIONS if v in true[2:]))] = False", "pointwise"),
        (HOLDS + "holds[VERSIONS.index('∀f ∃m ∀ε ∃w ∀x')] = True", "m_before_epsilon"),
        (HOLDS + "holds[VERSIONS.index('∀f ∃m ∃w ∀ε ∀x')] = True", "exact"),
        (HOLDS + "holds = ['∀m' in v or h for v, h in zip(VERSIONS, holds)]", "every_m"),
        (
            HOLDS + "holds = [v in ('∃m ∀f ∀ε ∃w ∀x', '∀ε ∃m ∀f ∃w ∀x') or h for v, h in zip(VERSIONS, holds)]",
            "m_first",
        ),
    ],
}

# questions whose answer does not depend on the parameters, and why
GENERAL = {"stairs-check": "a function, tried on edges and heights of the check's own"}

EXCUSED = {}

BLIND_RIGHT = {
    "pulse-check": [
        """
pulse_W1 = [-STEEPNESS, STEEPNESS]
pulse_b1 = [STEEPNESS * HIGH, -STEEPNESS * LOW]
pulse_W2 = [HEIGHT, HEIGHT]
pulse_b2 = -HEIGHT
""",
    ],
    "stairs-check": [
        """
def staircase(edges, heights):
    W1, b1, W2, b2 = [], [], [], 0.0
    for i in range(len(heights)):
        low, high, h = edges[i].item(), edges[i + 1].item(), heights[i].item()
        W1 += [STEEPNESS, -STEEPNESS]
        b1 += [-STEEPNESS * low, STEEPNESS * high]
        W2 += [h, h]
        b2 -= h
    return W1, b1, W2, b2
""",
    ],
    "promise-check": [
        """
L = A * B + C
m = math.ceil(L * (END - START) / (2 * EPSILON))
left_m = math.ceil(L * (END - START) / EPSILON)
""",
    ],
    "build-check": [
        """
d = (END - START) / CELLS
middles = START + d * (torch.arange(-1, CELLS + 1) + 0.5)
first_layer = linear(torch.full((CELLS + 2, 1), 1 / d), -middles / d)
heights = f(middles.clamp(START, END)).reshape(1, -1)
built = torch.nn.Sequential(first_layer, Bump(), linear(heights, torch.zeros(1)))
built_error = (f(FINE) - built(FINE)).abs().max().item()
inner = heights.clone()
inner[0, 0] = inner[0, -1] = 0
alone = torch.nn.Sequential(first_layer, Bump(), linear(inner, torch.zeros(1)))
alone_error = (f(FINE) - alone(FINE)).abs().max().item()
""",
    ],
    "versions-check": [
        """
truth = {
    "∀f ∀ε ∃m ∃w ∀x": True,
    "∀ε ∀f ∃m ∃w ∀x": True,
    "∀f ∀ε ∀x ∃m ∃w": True,
    "∃m ∀f ∀ε ∀x ∃w": True,
    "∀x ∀f ∀ε ∃m ∃w": True,
    "∃m ∀f ∀ε ∃w ∀x": False,
    "∀ε ∃m ∀f ∃w ∀x": False,
    "∀f ∀ε ∀m ∃w ∀x": False,
    "∀m ∀f ∀ε ∃w ∀x": False,
    "∀f ∃m ∀ε ∃w ∀x": False,
    "∀f ∃m ∃w ∀ε ∀x": False,
}
holds = [truth[row] for row in VERSIONS]
""",
    ],
}

BLIND_WRONG = {
    "pulse-check": [
        """
# wrong: the floor is not taken back to 0, b2 = 0 with one up and one down
pulse_W1 = [STEEPNESS, -STEEPNESS]
pulse_b1 = [-STEEPNESS * LOW, STEEPNESS * HIGH]
pulse_W2 = [HEIGHT, HEIGHT]
pulse_b2 = 0
""",
        """
# wrong: signs of the biases, the pulse stands at the mirrored place
pulse_W1 = [STEEPNESS, STEEPNESS]
pulse_b1 = [STEEPNESS * LOW, STEEPNESS * HIGH]
pulse_W2 = [HEIGHT, -HEIGHT]
pulse_b2 = 0
""",
    ],
    "stairs-check": [
        """
# wrong: heights taken for changes, each edge adds a whole height
def staircase(edges, heights):
    W1 = [STEEPNESS] * len(heights)
    b1 = [-STEEPNESS * x for x in edges[:-1].tolist()]
    return W1, b1, heights.tolist(), 0.0
""",
        """
# wrong: never comes down after the last edge
def staircase(edges, heights):
    jumps = torch.cat([heights[:1], heights.diff()])
    n = len(heights)
    return [STEEPNESS] * n, -STEEPNESS * edges[:-1], jumps, 0.0
""",
    ],
    "promise-check": [
        """
# wrong: forgets the factor B of the inner derivative
L = A + C
m = math.ceil(L * (END - START) / (2 * EPSILON))
left_m = math.ceil(L * (END - START) / EPSILON)
""",
        """
# wrong: rounds down, so the promise is just missed
L = A * B + C
m = int(L * (END - START) / (2 * EPSILON))
left_m = int(L * (END - START) / EPSILON)
""",
    ],
    "build-check": [
        """
# wrong: heights from the left edges of the cells
d = (END - START) / CELLS
middles = START + d * (torch.arange(-1, CELLS + 1) + 0.5)
heights = f((middles - d / 2).clamp(START, END)).reshape(1, -1)
l1 = linear(torch.full((CELLS + 2, 1), 1 / d), -middles / d)
built = torch.nn.Sequential(l1, Bump(), linear(heights, [0.0]))
built_error = (f(FINE) - built(FINE)).abs().max().item()
heights = heights.clone()
heights[0, 0] = heights[0, -1] = 0
alone = torch.nn.Sequential(l1, Bump(), linear(heights, [0.0]))
alone_error = (f(FINE) - alone(FINE)).abs().max().item()
""",
        """
# wrong: mean errors instead of largest errors
d = (END - START) / CELLS
middles = START + d * (torch.arange(-1, CELLS + 1) + 0.5)
heights = f(middles.clamp(START, END)).reshape(1, -1)
l1 = linear(torch.full((CELLS + 2, 1), 1 / d), -middles / d)
built = torch.nn.Sequential(l1, Bump(), linear(heights, [0.0]))
built_error = (f(FINE) - built(FINE)).abs().mean().item()
inner = heights.clone()
inner[0, 0] = inner[0, -1] = 0
alone = torch.nn.Sequential(l1, Bump(), linear(inner, [0.0]))
alone_error = (f(FINE) - alone(FINE)).abs().mean().item()
""",
    ],
    "versions-check": [
        """
# wrong: believes that only the theorem itself is true, misses the row with x before w
holds = [row.endswith("∃m ∃w ∀x") for row in VERSIONS]
""",
        """
# wrong: believes that m may be chosen before ε
holds = [
    row.endswith("∃w") or row.endswith("∃m ∃w ∀x") or row == "∀f ∃m ∀ε ∃w ∀x"
    for row in VERSIONS
]
""",
    ],
}
