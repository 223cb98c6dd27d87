"""Answers to homework 02: right ones written differently, wrong ones of the kind that students give.

A code stands in place of all answer cells of its question. Beside a wrong one is the key of the message meant for it.
"""

from changes import changed

# so that all of them run in seconds
PARAMETERS = {"POINTS": 100, "BUMPS": 256, "PEOPLE": 300, "NODES": 32, "EPOCHS": 14}

# other years
VARIANTS = [
    {"SEED": 7, "U": -5.0},
    {"SEED": 1989, "U": -3.5, "CURVE_RATE": 0.004, "EPOCHS": 20},
    {"SEED": 20271101, "U": -6.0, "CHANCE_RATE": 0.02, "NODES": 48, "PEOPLE": 500},
]


CHOOSE = """
last_layers, loss_names = [], []
for column in COLUMNS:
    if ((column == 0) | (column == 1)).all():
        last_layers.append("sigmoid")
        loss_names.append("BCELoss")
    else:
        last_layers.append("linear")
        loss_names.append("MSELoss")
"""

PRICE = """
u = torch.tensor(U, requires_grad=True)
yhat = torch.sigmoid(u)
(slope_squared,) = torch.autograd.grad((yhat - 1) ** 2, u, retain_graph=True)
(slope_entropy,) = torch.autograd.grad(-yhat.log(), u)
"""

TRAIN = """
torch.manual_seed(SEED)
NAME_net = torch.nn.Sequential(LAYERS)
optimizer = torch.optim.Adam(NAME_net.parameters(), lr=RATE)
NAME_losses = []
for epoch in range(EPOCHS):
    optimizer.zero_grad()
    loss = LOSS
    loss.backward()
    optimizer.step()
    NAME_losses.append(loss.item())
"""
JUDGED = """
to_data = ((curve_net(x_curve) - y_curve) ** 2).mean()
to_truth = ((curve_net(x_curve) - f_curve) ** 2).mean()
"""
FIT = changed(
    TRAIN,
    "LAYERS",
    "torch.nn.Linear(1, BUMPS), Bump(), torch.nn.Linear(BUMPS, 1)",
    "LOSS",
    "torch.nn.MSELoss()(curve_net(x_curve), y_curve)",
    "NAME",
    "curve",
    "RATE",
    "CURVE_RATE",
)
CURVE = FIT + JUDGED
UNTRAINED = """
torch.manual_seed(SEED)
curve_net = torch.nn.Sequential(torch.nn.Linear(1, BUMPS), Bump(), torch.nn.Linear(BUMPS, 1))
"""
AS_CLASS = """
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = torch.nn.Linear(1, SIZE)
        self.last = torch.nn.Linear(SIZE, 1)

    def forward(self, x):
        return FORWARD


torch.manual_seed(SEED)
NAME_net = Net()
"""

LOGISTIC = """
logistic = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Sigmoid())
optimizer = torch.optim.Adam(logistic.parameters(), lr=0.05)
for epoch in range(600):
    optimizer.zero_grad()
    torch.nn.BCELoss()(logistic(x_chance), y_chance).backward()
    optimizer.step()
"""
CHANCE = changed(
    TRAIN,
    "LAYERS",
    "torch.nn.Linear(1, NODES), torch.nn.ReLU(), torch.nn.Linear(NODES, 1), torch.nn.Sigmoid()",
    "LOSS",
    "torch.nn.BCELoss()(chance_net(x_chance), y_chance)",
    "NAME",
    "chance",
    "RATE",
    "CHANCE_RATE",
)
FORMULA = "-(y_chance * yhat.log() + (1 - y_chance) * (1 - yhat).log()).mean()"
BY_FORMULA = changed(
    CHANCE,
    "loss = torch.nn.BCELoss()(chance_net(x_chance), y_chance)",
    f"yhat = chance_net(x_chance)\n    loss = {FORMULA}",
)

UNSET = """
hand = torch.nn.Sequential(torch.nn.Linear(1, 2), torch.nn.ReLU(), torch.nn.Linear(2, 1), torch.nn.Sigmoid())
"""
HAND = (
    UNSET
    + """
with torch.no_grad():
    hand[0].weight[:] = torch.tensor([[1.0], [1.0]])
    hand[0].bias[:] = torch.tensor([-BENDS[0], -BENDS[1]])
    hand[2].weight[:] = torch.tensor([[SLOPES[0], SLOPES[1] - SLOPES[0]]])
    hand[2].bias[:] = LEVEL
"""
)

RIGHT = {
    "choose-check": [
        CHOOSE,
        """
last_layers = tuple("Sigmoid" if column.unique().numel() == 2 else "Linear" for column in COLUMNS)
loss_names = ["torch.nn." + ("MSELoss()", "BCELoss()")[layer == "Sigmoid"] for layer in last_layers]
""",
    ],
    "price-check": [
        PRICE,
        """
import math

yhat = 1 / (1 + math.exp(-U))
slope_squared = round(-2 * yhat * (1 - yhat) ** 2, 7)
slope_entropy = yhat - 1
""",
        """
def slope(cost, h=0.01):
    low, high = torch.sigmoid(torch.tensor([U - h, U + h]).double())
    return (cost(high) - cost(low)) / (2 * h)

slope_squared = slope(lambda yhat: (1 - yhat) ** 2)
slope_entropy = slope(lambda yhat: -yhat.log())
""",
    ],
    "curve-check": [
        CURVE,
        changed(
            CURVE,
            "torch.nn.MSELoss()(curve_net(x_curve), y_curve)",
            "((y_curve - curve_net(x_curve)) ** 2).sum() / POINTS",
        ),
        changed(AS_CLASS, "SIZE", "BUMPS", "FORWARD", "self.last(Bump()(self.hidden(x)))", "NAME", "curve")
        + FIT[FIT.index("optimizer") :]
        + JUDGED
        + "curve_losses = torch.tensor(curve_losses)",
        # rounded to four places after the point
        CURVE
        + """
curve_losses = [round(loss, 4) for loss in curve_losses]
to_data, to_truth = round(to_data.item(), 4), round(to_truth.item(), 4)
""",
    ],
    "chance-check": [
        LOGISTIC + CHANCE,
        BY_FORMULA + changed(LOGISTIC, "Adam", "SGD", "0.05", "1.0", "600", "4000"),
        changed(
            AS_CLASS, "SIZE", "NODES", "FORWARD", "torch.sigmoid(self.last(self.hidden(x).relu()))", "NAME", "chance"
        )
        + CHANCE[CHANCE.index("optimizer") :]
        + LOGISTIC,
    ],
    "hand-check": [
        HAND,
        # the nodes the other way round, and steeper inside
        """
hand = torch.nn.Sequential(torch.nn.Linear(1, 2), torch.nn.ReLU(), torch.nn.Linear(2, 1), torch.nn.Sigmoid())
hand[0].weight.data = torch.tensor([[2.0], [4.0]])
hand[0].bias.data = torch.tensor([-2 * BENDS[1], -4 * BENDS[0]])
hand[2].weight.data = torch.tensor([[(SLOPES[1] - SLOPES[0]) / 2, SLOPES[0] / 4]])
hand[2].bias.data = torch.tensor([LEVEL])
""",
        """
class Hand(torch.nn.Module):
    def forward(self, x):
        u = LEVEL + SLOPES[0] * torch.relu(x - BENDS[0])
        return torch.sigmoid(u + (SLOPES[1] - SLOPES[0]) * torch.relu(x - BENDS[1]))


hand = Hand()
""",
    ],
}

BCE = "torch.nn.BCELoss()(chance_net(x_chance), y_chance)"
MSE = "torch.nn.MSELoss()(curve_net(x_curve), y_curve)"
CLEAR = "    optimizer.zero_grad()\n"

WRONG = {
    "choose-check": [
        ("pass", "unanswered"),
        (CHOOSE + "last_layers = last_layers[:4]", "how_many"),
        (CHOOSE + "loss_names = [*loss_names, 'MSELoss']", "how_many"),
        (CHOOSE + "last_layers = 'sigmoid'", "how_many"),
        (CHOOSE + "last_layers = ['relu'] * 5", "word"),
        (CHOOSE + "last_layers, loss_names = loss_names, last_layers", "word"),
        (CHOOSE + "last_layers = ['linear'] * 5", "labels"),
        (CHOOSE + "last_layers = ['sigmoid'] * 5", "numbers"),
        (CHOOSE + "loss_names = ['MSELoss'] * 5", "labels"),
        (CHOOSE + "loss_names = ['BCELoss' if c.max() < 5 else 'MSELoss' for c in COLUMNS]", "numbers"),
        (CHOOSE + "loss_names = ['MSELoss' if name == 'BCELoss' else 'BCELoss' for name in loss_names]", "labels"),
    ],
    "price-check": [
        ("pass", "unanswered"),
        (PRICE + "slope_squared = 'flat'", "no_number"),
        (PRICE + "slope_squared = (1 - yhat) ** 2", "slope_cost"),
        (PRICE + "slope_entropy = -yhat.log()", "slope_cost"),
        (PRICE + "slope_squared = -slope_squared", "slope_sign"),
        (PRICE + "slope_entropy = 1 - yhat", "slope_sign"),
        (PRICE + "slope_squared = 2 * (yhat - 1)", "slope_yhat"),
        (PRICE + "slope_entropy = -1 / yhat", "slope_yhat"),
        (PRICE + "slope_squared, slope_entropy = slope_entropy, slope_squared", "slope_other"),
        (PRICE + "slope_entropy = yhat", "slope_label"),
        (PRICE + "slope_squared = -0.03", "slope_rounded"),
        (PRICE + "slope_squared = -0.25", "slope"),
        (PRICE + "slope_entropy = -0.9", "slope_rounded"),
    ],
    "curve-check": [
        ("pass", "unanswered"),
        (CURVE + "curve_losses = 'small'", "no_tensor"),
        (changed(CURVE, "torch.manual_seed(SEED)", ""), "first"),
        (changed(CURVE, "Bump()", "torch.nn.ReLU()"), "first"),
        (changed(CURVE, "torch.nn.MSELoss()", "torch.nn.L1Loss()"), "first"),
        (changed(CURVE, "Linear(BUMPS, 1)", "Linear(BUMPS, 1), torch.nn.Sigmoid()"), "first_sigmoid"),
        (changed(CURVE, "(BUMPS, 1)", "(BUMPS, 1), torch.nn.Sigmoid()", "MSELoss", "BCELoss"), "unanswered"),
        (changed(CURVE, "_curve)\n    loss.b", "_curve.flatten())\n    loss.b"), "first_flat"),
        (changed(CURVE, "torch.nn.MSELoss()", "torch.nn.MSELoss(reduction='sum')"), "first_sum"),
        (changed(CURVE, "y_curve)\n    loss.b", "f_curve)\n    loss.b"), "first_truth"),
        (CURVE + "curve_losses = curve_losses[1:] + curve_losses[-1:]", "first_later"),
        (changed(CURVE, "range(EPOCHS)", "range(EPOCHS // 2)"), "length"),
        (changed(CURVE, "lr=CURVE_RATE", "lr=10 * CURVE_RATE"), "rate"),
        (changed(CURVE, ", lr=CURVE_RATE", ""), "rate"),
        (changed(CURVE, "Adam", "SGD"), "rate"),
        (changed(CURVE, "    optimizer.step()\n", ""), "rate"),
        (changed(CURVE, CLEAR, ""), "clear"),
        (CURVE + "curve_losses[9] = 100.0", "later"),
        (CURVE + "curve_losses[4] *= 1.5", "later"),
        (CURVE + "curve_net = f_curve", "no_call"),
        (FIT + "to_data = loss.item()\nto_truth = 0.0", "judge"),
        (
            CURVE
            + "torch.manual_seed(1)\ncurve_net = torch.nn.Sequential(torch.nn.Linear(1, 9), torch.nn.Linear(9, 1))",
            "other_net",
        ),
        # the first epochs, invented losses, and a network that nobody trained
        (CURVE + "curve_losses[6:] = [0.99 * curve_losses[0]] * (EPOCHS - 6)\n" + UNTRAINED, "other_net"),
        (CURVE + "to_data, to_truth = to_truth, to_data", "judge_swapped"),
        (CURVE + "to_data = ((y_curve - f_curve) ** 2).mean()", "judge_noise"),
        (CURVE + "to_data = (curve_net(x_curve) - y_curve).abs().mean()", "judge"),
        (CURVE + "to_data = 0.0139", "judge"),
    ],
    "chance-check": [
        ("pass", "unanswered"),
        (CHANCE + LOGISTIC + "logistic = logistic[0]", "outside"),
        (CHANCE + "logistic = chance_net", "logistic_bent"),
        (CHANCE + "logistic = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Sigmoid())", "logistic_high"),
        (CHANCE + changed(LOGISTIC, "600", "5"), "logistic_high"),
        (CHANCE + changed(LOGISTIC, "y_chance)", "1 - y_chance)"), "logistic_high"),
        (CHANCE + "logistic = 0.51", "no_call"),
        (LOGISTIC + changed(CHANCE, ", torch.nn.Sigmoid()", ""), "length"),
        (LOGISTIC + changed(CHANCE, ", torch.nn.Sigmoid()", "", "BCELoss", "BCEWithLogitsLoss"), "outside"),
        (LOGISTIC + changed(CHANCE, "BCELoss", "BCEWithLogitsLoss"), "first_linear"),
        (LOGISTIC + changed(CHANCE, "BCELoss", "MSELoss"), "first_squared"),
        (LOGISTIC + changed(BY_FORMULA, "y_chance", "y_chance.flatten()"), "first_flat"),
        (LOGISTIC + changed(BY_FORMULA, ".mean()", ".sum()"), "first_sum"),
        (LOGISTIC + changed(CHANCE, "y_chance)", "p_chance)"), "first_truth"),
        (LOGISTIC + changed(BY_FORMULA, "-(y", "(y"), "first"),
        (LOGISTIC + changed(CHANCE, "torch.nn.ReLU()", "torch.nn.Sigmoid()"), "first"),
        (LOGISTIC + changed(CHANCE, "y_chance)", "y_chance.long())"), "length"),
        (LOGISTIC + changed(CHANCE, "lr=CHANCE_RATE", "lr=0.001"), "rate"),
        (LOGISTIC + changed(CHANCE, CLEAR, ""), "clear"),
        (LOGISTIC + CHANCE + "chance_losses = chance_losses[-1]", "first"),
        (LOGISTIC + CHANCE + "torch.nn.init.zeros_(chance_net[2].weight)", "other_net"),
    ],
    "hand-check": [
        ("pass", "unanswered"),
        ("hand = [1.0, 1.0]", "no_call"),
        (HAND + "hand = hand[:3]", "hand_linear"),
        (HAND + "hand[0].weight.data = torch.tensor([1.0, 1.0])", "hand_weight"),
        (HAND + "hand[2].weight.data = hand[2].weight.data.T", "hand_weight"),
        (
            changed(HAND, ", torch.nn.Sigmoid()", "", "hand[2].bias[:] = LEVEL", "hand[2].bias[:] = LEVEL + 2"),
            "outside",
        ),
        (changed(HAND, "torch.nn.ReLU()", "torch.nn.Sigmoid()"), "hand_layers"),
        (changed(HAND, "torch.nn.ReLU(), ", "", "hand[2]", "hand[1]"), "hand_layers"),
        (
            UNSET.replace("2", "3"),
            "hand_layers",
        ),
        (changed(HAND, "[-BENDS[0], -BENDS[1]]", "[BENDS[0], BENDS[1]]"), "hand_mirrored"),
        (changed(HAND, "SLOPES[1] - SLOPES[0]", "SLOPES[1]"), "hand_change"),
        (changed(HAND, "= LEVEL", "= 0"), "hand_level"),
        (changed(HAND, "= LEVEL", "= -LEVEL"), "hand_level"),
        (changed(HAND, "[[1.0], [1.0]]", "[[-1.0], [1.0]]"), "hand_left"),
        (changed(HAND, "[-BENDS[0], -BENDS[1]]", "[-BENDS[1], -BENDS[0]]"), "hand_middle"),
        (changed(HAND, "SLOPES[1] - SLOPES[0]", "SLOPES[0] - SLOPES[1]"), "hand_right"),
        (
            UNSET,
            "hand_left",
        ),
        (HAND + "hand = torch.nn.Sequential(*hand[:3], torch.nn.Flatten(0), torch.nn.Sigmoid())", "shape"),
    ],
}

# questions whose answer does not depend on the parameters, and why
GENERAL = {}

EXCUSED = {
    "chance-answer: loop halved (1)": "half of the updates, too, get logistic regression to the bottom",
    "chance-answer: rate tenfold (1)": "any rate will do for logistic regression, if its loss gets to the bottom",
}

BLIND_RIGHT = {
    "choose-check": [
        """
last_layers, loss_names = [], []
for y in COLUMNS:
    if set(y.unique().tolist()) == {0.0, 1.0}:
        last_layers.append("sigmoid")
        loss_names.append("BCELoss")
    else:
        last_layers.append("linear")
        loss_names.append("MSELoss")
""",
    ],
    "price-check": [
        """
import numpy as np
number = np.exp(-U)
# (1 - yhat)^2 = (number / (1 + number))^2
slope_squared = round(float(-2 * number**2 / (1 + number) ** 3), 6)
slope_entropy = round(float(-number / (1 + number)), 6)
""",
        """
yhat = torch.sigmoid(torch.tensor(U)).item()
slope_squared = 2 * (yhat - 1) * yhat * (1 - yhat)
slope_entropy = yhat - 1
""",
    ],
    "curve-check": [
        """
torch.manual_seed(SEED)
curve_net = torch.nn.Sequential(
    torch.nn.Linear(1, BUMPS),
    Bump(),
    torch.nn.Linear(BUMPS, 1),
)
loss_fn = torch.nn.MSELoss()
optimizer = torch.optim.Adam(curve_net.parameters(), lr=CURVE_RATE)
curve_losses = []
for epoch in range(EPOCHS):
    yhat = curve_net(x_curve)  # 1
    loss = loss_fn(yhat, y_curve)  # 2
    loss.backward()  # 3
    optimizer.step()  # 4
    optimizer.zero_grad()
    curve_losses.append(loss.item())
to_data = loss_fn(curve_net(x_curve), y_curve).item()
to_truth = loss_fn(curve_net(x_curve), f_curve).item()
""",
    ],
    "chance-check": [
        """
def fit(net, epochs, rate):
    loss_fn = torch.nn.BCELoss()
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    losses = []
    for epoch in range(epochs):
        loss = loss_fn(net(x_chance), y_chance)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses


logistic = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Sigmoid())
fit(logistic, 1000, 0.05)
torch.manual_seed(SEED)
chance_net = torch.nn.Sequential(
    torch.nn.Linear(1, NODES),
    torch.nn.ReLU(),
    torch.nn.Linear(NODES, 1),
    torch.nn.Sigmoid(),
)
chance_losses = fit(chance_net, EPOCHS, CHANCE_RATE)
""",
    ],
    "hand-check": [
        """
hand = torch.nn.Sequential(
    torch.nn.Linear(1, 2),
    torch.nn.ReLU(),
    torch.nn.Linear(2, 1),
    torch.nn.Sigmoid(),
)
hand[0].weight.data = torch.tensor([[1.0], [1.0]])
hand[0].bias.data = torch.tensor([-BENDS[0], -BENDS[1]])
hand[2].weight.data = torch.tensor([[SLOPES[0], SLOPES[1] - SLOPES[0]]])
hand[2].bias.data = torch.tensor([LEVEL])
""",
    ],
}

BLIND_WRONG = {
    "choose-check": [
        """
# wrong: takes whole numbers (children, minutes late) for classes
whole = [bool((y == y.floor()).all()) for y in COLUMNS]
last_layers = ["sigmoid" if i else "linear" for i in whole]
loss_names = ["BCELoss" if i else "MSELoss" for i in whole]
""",
        """
# wrong: last layer right, but MSELoss everywhere
last_layers = ["sigmoid" if y.unique().numel() == 2 else "linear" for y in COLUMNS]
loss_names = ["MSELoss"] * 5
""",
    ],
    "price-check": [
        """
# wrong: sign lost, sizes only
yhat = torch.sigmoid(torch.tensor(U)).item()
slope_squared = 2 * (1 - yhat) * yhat * (1 - yhat)
slope_entropy = 1 - yhat
""",
        """
# wrong: derivative by yhat instead of by u
yhat = torch.sigmoid(torch.tensor(U)).item()
slope_squared = 2 * (yhat - 1)
slope_entropy = -1 / yhat
""",
    ],
    "curve-check": [
        """
# wrong: a sigmoid at the end, for the question how much
torch.manual_seed(SEED)
curve_net = torch.nn.Sequential(
    torch.nn.Linear(1, BUMPS), Bump(), torch.nn.Linear(BUMPS, 1), torch.nn.Sigmoid()
)
loss_fn = torch.nn.MSELoss()
optimizer = torch.optim.Adam(curve_net.parameters(), lr=CURVE_RATE)
curve_losses = []
for epoch in range(EPOCHS):
    yhat = curve_net(x_curve)
    loss = loss_fn(yhat, y_curve)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    curve_losses.append(loss.item())
to_data = loss_fn(curve_net(x_curve), y_curve).item()
to_truth = loss_fn(curve_net(x_curve), f_curve).item()
""",
        """
# wrong: gradients are never cleared
torch.manual_seed(SEED)
curve_net = torch.nn.Sequential(
    torch.nn.Linear(1, BUMPS), Bump(), torch.nn.Linear(BUMPS, 1)
)
loss_fn = torch.nn.MSELoss()
optimizer = torch.optim.Adam(curve_net.parameters(), lr=CURVE_RATE)
curve_losses = []
for epoch in range(EPOCHS):
    yhat = curve_net(x_curve)
    loss = loss_fn(yhat, y_curve)
    loss.backward()
    optimizer.step()
    pass
    curve_losses.append(loss.item())
to_data = loss_fn(curve_net(x_curve), y_curve).item()
to_truth = loss_fn(curve_net(x_curve), f_curve).item()
""",
    ],
    "chance-check": [
        """
# wrong: logistic regression stopped long before the bottom
logistic = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Sigmoid())
loss_fn = torch.nn.BCELoss()
optimizer = torch.optim.Adam(logistic.parameters(), lr=0.05)
for epoch in range(5):
    loss = loss_fn(logistic(x_chance), y_chance)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
torch.manual_seed(SEED)
chance_net = torch.nn.Sequential(
    torch.nn.Linear(1, NODES), torch.nn.ReLU(), torch.nn.Linear(NODES, 1), torch.nn.Sigmoid()
)
loss_fn = torch.nn.BCELoss()
optimizer = torch.optim.Adam(chance_net.parameters(), lr=CHANCE_RATE)
chance_losses = []
for epoch in range(EPOCHS):
    loss = loss_fn(chance_net(x_chance), y_chance)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    chance_losses.append(loss.item())
""",
        """
# wrong: the squared error for the question how likely
logistic = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Sigmoid())
loss_fn = torch.nn.BCELoss()
optimizer = torch.optim.Adam(logistic.parameters(), lr=0.05)
for epoch in range(1000):
    loss = loss_fn(logistic(x_chance), y_chance)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
torch.manual_seed(SEED)
chance_net = torch.nn.Sequential(
    torch.nn.Linear(1, NODES), torch.nn.ReLU(), torch.nn.Linear(NODES, 1), torch.nn.Sigmoid()
)
loss_fn = torch.nn.MSELoss()
optimizer = torch.optim.Adam(chance_net.parameters(), lr=CHANCE_RATE)
chance_losses = []
for epoch in range(EPOCHS):
    loss = loss_fn(chance_net(x_chance), y_chance)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    chance_losses.append(loss.item())
""",
    ],
    "hand-check": [
        """
# wrong: the second slope itself, not the change of slope
hand = torch.nn.Sequential(
    torch.nn.Linear(1, 2), torch.nn.ReLU(), torch.nn.Linear(2, 1), torch.nn.Sigmoid()
)
hand[0].weight.data = torch.tensor([[1.0], [1.0]])
hand[0].bias.data = torch.tensor([-BENDS[0], -BENDS[1]])
hand[2].weight.data = torch.tensor([[SLOPES[0], SLOPES[1]]])
hand[2].bias.data = torch.tensor([LEVEL])
""",
        """
# wrong: signs of the biases, bends at the mirrored places
hand = torch.nn.Sequential(
    torch.nn.Linear(1, 2), torch.nn.ReLU(), torch.nn.Linear(2, 1), torch.nn.Sigmoid()
)
hand[0].weight.data = torch.tensor([[1.0], [1.0]])
hand[0].bias.data = torch.tensor([BENDS[0], BENDS[1]])
hand[2].weight.data = torch.tensor([[SLOPES[0], SLOPES[1] - SLOPES[0]]])
hand[2].bias.data = torch.tensor([LEVEL])
""",
    ],
}
