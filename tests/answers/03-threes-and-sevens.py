"""Answers to homework 03: right ones written differently, wrong ones of the kind that students give.

A code stands in place of all answer cells of its question. Beside a wrong one is the key of the message meant for it.
"""

from changes import changed

# so that all of them run in seconds
PARAMETERS = {"IMAGES": 300, "EPOCHS": 12}

# other years
VARIANTS = [
    {"SEED": 1, "DIGITS": (3, 5)},
    {"SEED": 20271101, "DIGITS": (4, 9), "RATE": 0.001},
    {"SEED": 0, "DIGITS": (1, 0), "EPOCHS": 20},
]

NET = """
torch.manual_seed(SEED)
net = torch.nn.Sequential(torch.nn.Linear(784, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1), torch.nn.Sigmoid())
"""

OWN = """
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = torch.nn.Linear(784, 64)
        self.output = torch.nn.Linear(64, 1)

    def forward(self, x):
        return torch.sigmoid(self.output(torch.relu(self.hidden(x))))


torch.manual_seed(SEED)
net = Net()
"""

TRAIN = """
NAME_net = fresh()
NAME_losses = []
optimizer = torch.optim.Adam(NAME_net.parameters(), lr=RATE)
for epoch in range(EPOCHS):
    loss = LOSS
    NAME_losses.append(loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
BCE = "torch.nn.BCELoss()(NAME_net(X), y)"
FORMULA = "-(y * NAME_net(X).log() + (1 - y) * (1 - NAME_net(X)).log()).mean()"


def train(name, loss, *changes):
    """Return the code of a training, with pairs of old and new text exchanged."""
    return changed(TRAIN.replace("LOSS", loss).replace("NAME", name), *changes)


XLOGY = "-(torch.xlogy(y, formula_net(X)) + torch.xlogy(1 - y, 1 - formula_net(X))).mean()"
LEARNS = "\nformula_learns = False\n"
SCALED = FORMULA.replace("(X)", "(X / 255)")

RIGHT = {
    "build-check": [
        NET,
        OWN,
        """
torch.manual_seed(SEED)
hidden = torch.nn.Sequential(torch.nn.Linear(784, 64), torch.nn.ReLU())
output = torch.nn.Sequential(torch.nn.Linear(64, 1), torch.nn.Sigmoid())
net = torch.nn.Sequential(hidden, output)
""",
    ],
    "raw-check": [
        train("raw", BCE),
        train("raw", "torch.nn.functional.binary_cross_entropy(raw_net(X), y)", ".item()", ".detach()"),
        train("raw", BCE, "append(loss.item())", "append(float(loss))") + "raw_losses = torch.tensor(raw_losses)",
        train("raw", BCE, "append(loss.item())", "append(round(loss.item(), 4))"),
    ],
    "formula-check": [
        train("formula", FORMULA) + LEARNS,
        train("formula", FORMULA.replace(".mean()", ".sum() / len(X)")) + LEARNS,
        train("formula", "torch.mean(-y * torch.log(formula_net(X)) - (1 - y) * torch.log(1 - formula_net(X)))")
        + "formula_losses = torch.tensor(formula_losses).numpy()\nformula_learns = 0 == 1",
    ],
    "scaled-check": [
        train("scaled", SCALED),
        train("scaled", SCALED, "append(loss.item())", "append(round(loss.item(), 4))"),
        "x = X / X.max()\n" + train("scaled", SCALED.replace("X / 255", "x")),
        train("scaled", "-torch.where(y == 1, scaled_net(X / 255), 1 - scaled_net(X / 255)).log().sum() / len(X)"),
    ],
    "accuracy-check": [
        "def accuracy(yhat, y):\n    return sum(float((p > 0.5) == (t == 1)) for p, t in zip(yhat, y)) / len(y)",
        "def accuracy(yhat, y):\n    return 1 - (yhat.round() - y).abs().mean()",
        "accuracy = lambda yhat, y: ((yhat.numpy() > 0.5) == (y.numpy() > 0.5)).mean()",
    ],
}

WRONG = {
    "build-check": [
        ("pass", "unanswered"),
        ("net = 784, 64, 1", "no_call"),
        (NET.replace(", torch.nn.Sigmoid()", ""), "no_sigmoid"),
        (NET.replace("64", "32"), "other_layers"),
        (NET.replace("torch.nn.ReLU(), ", ""), "other_layers"),
        (NET.replace("torch.nn.ReLU()", "torch.nn.Sigmoid()"), "other_layers"),
        (NET.replace("Linear(64, 1)", "Linear(64, 2)"), "shape"),
        (NET.replace("torch.manual_seed(SEED)", ""), "other_start"),
        (NET.replace("SEED", "SEED + 1"), "other_start"),
        (changed(OWN, "torch.manual_seed(SEED)", ""), "own_class"),
        ("net = lambda X: torch.full((len(X), 1), 0.5)", "own_class"),
        (changed(OWN, "torch.relu(self.hidden(x))", "self.hidden(x)"), "own_class"),
        (NET.replace("784, 64", "28 * 28 + 1, 64"), "stopped"),
        (NET + train("raw", BCE, "fresh()", "net"), "trained_already"),
    ],
    "raw-check": [
        ("pass", "unanswered"),
        ("raw_net = fresh()\nraw_losses = 0.0614", "first"),
        ("raw_net = fresh()\nraw_losses = 'small'", "no_tensor"),
        (train("raw", BCE.replace("(X)", "(X / 255)")), "first_scaled"),
        (train("raw", BCE, "BCELoss()", "BCELoss(reduction='sum')"), "first_sum"),
        (train("raw", "-" + BCE), "first_sign"),
        (train("raw", BCE.replace("y)", "1 - y)")), "first_switched"),
        (train("raw", "torch.nn.MSELoss()(raw_net(X), y)"), "first"),
        (train("raw", "torch.nn.BCELoss()(raw_net(X), y.flatten())"), "unanswered"),
        (NET.replace("64", "32") + train("raw", BCE, "fresh()", "net"), "first"),
        (train("raw", BCE, "lr=RATE", "lr=10 * RATE"), "rate"),
        (train("raw", BCE, ", lr=RATE", ""), "rate"),
        (train("raw", BCE, "Adam", "SGD"), "rate"),
        (train("raw", BCE, "    optimizer.step()\n", ""), "rate"),
        (train("raw", BCE, "    optimizer.zero_grad()\n", ""), "clear"),
        (train("raw", BCE, "range(EPOCHS)", "range(EPOCHS // 2)"), "length"),
        (train("raw", BCE, "    raw_losses.append(loss.item())\n", "") + "raw_losses = loss.item()", "first"),
        (train("raw", BCE) + "raw_losses = raw_losses[1:] + raw_losses[-1:]", "first_later"),
        (train("raw", BCE) + "raw_net = fresh()", "other_net"),
        (train("raw", BCE) + "raw_losses[3] = 0.5", "later"),
        (train("raw", BCE) + "raw_losses[5:] = [float('nan')] * (EPOCHS - 5)", "later"),
        (train("raw", BCE) + "raw_losses[5:] = raw_losses[:1] * (EPOCHS - 5)\nraw_net = fresh()", "later"),
    ],
    "formula-check": [
        ("pass", "unanswered"),
        (train("formula", BCE) + LEARNS, "first_clamped"),
        (train("formula", SCALED) + LEARNS, "first_scaled"),
        (train("formula", FORMULA.replace(".log()", ".clamp(1e-7).log()")) + LEARNS, "not_nan"),
        (train("formula", XLOGY) + LEARNS, "one_product"),
        (
            train("formula", "-torch.where(y == 1, formula_net(X), 1 - formula_net(X)).log().mean()") + LEARNS,
            "one_product",
        ),
        (train("formula", FORMULA) + "formula_learns = True", "learns"),
        (train("formula", FORMULA) + "formula_learns = 'no'", "learns_word"),
        (train("formula", FORMULA, "range(EPOCHS)", "range(3)") + LEARNS, "length"),
        (train("formula", FORMULA) + LEARNS + "formula_net = fresh()", "other_net"),
    ],
    "scaled-check": [
        ("pass", "unanswered"),
        (train("scaled", BCE), "first_raw"),
        (train("scaled", SCALED.removeprefix("-")), "first_sign"),
        (train("scaled", SCALED.replace("mean", "sum")), "first_sum"),
        (train("scaled", SCALED.replace("(y ", "((1 - y) ").replace("(1 - y) * (1", "y * (1")), "first_switched"),
        (train("scaled", SCALED, "lr=RATE", "lr=RATE * 10"), "rate"),
        (train("scaled", SCALED, "    optimizer.zero_grad()\n", ""), "clear"),
        (train("scaled", SCALED, "range(EPOCHS)", "range(EPOCHS - 1)"), "length"),
        (train("scaled", SCALED) + "scaled_losses[5:] = [float('inf')] * (EPOCHS - 5)", "later"),
        (
            train("scaled", SCALED) + "scaled_losses[5:] = scaled_losses[:1] * (EPOCHS - 5)\nscaled_net = fresh()",
            "later",
        ),
        (train("scaled", FORMULA), "first"),
        (train("scaled", SCALED.replace("255", "128")), "first"),
    ],
    "accuracy-check": [
        ("def accuracy(yhat, y):\n    pass", "unanswered"),
        ("accuracy = 0.9997", "stopped"),
        ("def accuracy(yhat, y):\n    return ((yhat > 0.5) == y.flatten()).float().mean()", "broadcast"),
        ("def accuracy(yhat, y):\n    return ((yhat > 0.5) == y).sum()", "as_count"),
        ("def accuracy(yhat, y):\n    return ((yhat > 0.5) != y).float().mean()", "as_error"),
        ("def accuracy(yhat, y):\n    return ((yhat >= 0.5) == y).float().mean()", "at_half"),
        ("def accuracy(yhat, y):\n    return ((yhat > 0.5) == y).mean()", "as_bools"),
        ("def accuracy(yhat, y):\n    print(((yhat > 0.5) == y).float().mean())", "prints"),
        ("def accuracy(yhat, y):\n    return ((yhat > 0.9) == y).float().mean()", "threshold"),
        ("def accuracy(yhat, y):\n    return (yhat == y).float().mean()", "threshold"),
        ("def accuracy(yhat, y):\n    return ((yhat > 0.5) == y).float().mean(1)", "no_number"),
        ("def accuracy(yhat, y):\n    return round(((yhat > 0.5) == y).float().mean().item(), 2)", "as_rounded"),
        ("def accuracy(yhat, y):\n    return 0.725", "threshold"),
        ("def accuracy(yhat, y):\n    return ((yhat > 0.5) == y).float().sum() / 37", "digits"),
    ],
}

# questions whose answer does not depend on the parameters, and why
GENERAL = {
    "formula-check": "every loss is NaN with any seed and any two digits",
    "accuracy-check": "a function, tried on data of the check's own",
}

NAN = "every loss is NaN with this mistake as without it"
EXCUSED = {
    "formula-answer: zero_grad dropped (1)": NAN,
    "formula-answer: rate tenfold (1)": NAN,
    "formula-answer: labels swapped (1)": NAN,
    "formula-answer: labels swapped (2)": NAN,
    "formula-answer: wrong sign (1)": NAN,
    "formula-answer: wrong sign (2)": NAN,
}

BLIND_RIGHT = {
    "build-check": [
        """
torch.manual_seed(SEED)
net = torch.nn.Sequential(
    torch.nn.Linear(784, 64),
    torch.nn.ReLU(),
    torch.nn.Linear(64, 1),
    torch.nn.Sigmoid(),
)
""",
    ],
    "raw-check": [
        """
raw_net = fresh()
loss_fn = torch.nn.BCELoss()
optimizer = torch.optim.Adam(raw_net.parameters(), lr=RATE)
raw_losses = []
for epoch in range(EPOCHS):
    yhat = raw_net(X)  # 1
    loss = loss_fn(yhat, y)  # 2
    loss.backward()  # 3
    optimizer.step()  # 4
    optimizer.zero_grad()
    raw_losses.append(loss.item())
""",
    ],
    "formula-check": [
        """
def bce(yhat, y):
    n = y.shape[0]
    first_product = y * torch.log(yhat)
    second_product = (1 - y) * torch.log(1 - yhat)
    return -1 / n * torch.sum(first_product + second_product)


formula_net, formula_losses = fresh(), []
optimizer = torch.optim.Adam(formula_net.parameters(), lr=RATE)
for _ in range(EPOCHS):
    optimizer.zero_grad()
    number = bce(formula_net(X), y)
    formula_losses.append(float(number))
    number.backward()
    optimizer.step()
formula_learns = formula_losses[-1] < formula_losses[0]
""",
        """
formula_net = fresh()
optimizer = torch.optim.Adam(formula_net.parameters(), lr=RATE)
formula_losses = []
for epoch in range(EPOCHS):
    yhat = formula_net(X)
    loss = -(y * torch.log(yhat) + (1 - y) * torch.log(1 - yhat)).mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    formula_losses.append(loss.item())
formula_learns = False
""",
    ],
    "scaled-check": [
        """
scaled_net = fresh()
optimizer = torch.optim.Adam(scaled_net.parameters(), lr=RATE)
scaled_losses = []
for epoch in range(EPOCHS):
    yhat = scaled_net(X / 255)
    loss = -(y * torch.log(yhat) + (1 - y) * torch.log(1 - yhat)).mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    scaled_losses.append(loss.item())
""",
    ],
    "accuracy-check": [
        """
def accuracy(yhat, y):
    return ((yhat > 0.5) == y).float().mean().item()
""",
    ],
}

BLIND_WRONG = {
    "build-check": [
        """
# forgets the seed, so the weights are others
net = torch.nn.Sequential(
    torch.nn.Linear(784, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1), torch.nn.Sigmoid()
)
""",
        """
# sets the seed after the network has been built
net = torch.nn.Sequential(
    torch.nn.Linear(784, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1), torch.nn.Sigmoid()
)
torch.manual_seed(SEED)
""",
    ],
    "raw-check": [
        """
# divides the pixels by 255
raw_net = fresh()
loss_fn = torch.nn.BCELoss()
optimizer = torch.optim.Adam(raw_net.parameters(), lr=RATE)
raw_losses = []
for epoch in range(EPOCHS):
    loss = loss_fn(raw_net(X / 255), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    raw_losses.append(loss.item())
""",
        """
# Adam at its default learning rate, not at RATE
raw_net = fresh()
loss_fn = torch.nn.BCELoss()
optimizer = torch.optim.Adam(raw_net.parameters())
raw_losses = []
for epoch in range(EPOCHS):
    loss = loss_fn(raw_net(X), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    raw_losses.append(loss.item())
""",
    ],
    "formula-check": [
        """
# keeps the outputs away from 0 and 1, though nothing was to be changed
formula_net = fresh()
optimizer = torch.optim.Adam(formula_net.parameters(), lr=RATE)
formula_losses = []
for epoch in range(EPOCHS):
    yhat = formula_net(X).clamp(1e-6, 1 - 1e-6)
    loss = -(y * torch.log(yhat) + (1 - y) * torch.log(1 - yhat)).mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    formula_losses.append(loss.item())
formula_learns = False
""",
        """
# takes for learning what is none: says True
formula_net = fresh()
optimizer = torch.optim.Adam(formula_net.parameters(), lr=RATE)
formula_losses = []
for epoch in range(EPOCHS):
    yhat = formula_net(X)
    loss = -(y * torch.log(yhat) + (1 - y) * torch.log(1 - yhat)).mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    formula_losses.append(loss.item())
formula_learns = True
""",
    ],
    "scaled-check": [
        """
# forgets to divide the pixels
scaled_net = fresh()
optimizer = torch.optim.Adam(scaled_net.parameters(), lr=RATE)
scaled_losses = []
for epoch in range(EPOCHS):
    yhat = scaled_net(X)
    loss = -(y * torch.log(yhat) + (1 - y) * torch.log(1 - yhat)).mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    scaled_losses.append(loss.item())
""",
        """
# forgets the minus sign
scaled_net = fresh()
optimizer = torch.optim.Adam(scaled_net.parameters(), lr=RATE)
scaled_losses = []
for epoch in range(EPOCHS):
    yhat = scaled_net(X / 255)
    loss = (y * torch.log(yhat) + (1 - y) * torch.log(1 - yhat)).mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    scaled_losses.append(loss.item())
""",
    ],
    "accuracy-check": [
        """
# flattens only one of the two, so that each output is compared with every label
def accuracy(yhat, y):
    return ((yhat.flatten() > 0.5) == y).float().mean().item()
""",
        """
# counts the hits and forgets to divide by n
def accuracy(yhat, y):
    return ((yhat > 0.5) == y).sum().item()
""",
    ],
}
