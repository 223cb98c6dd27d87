"""Answers to homework 07: right ones written differently, wrong ones of the kind that students give.

A code stands in place of all answer cells of its question. Beside a wrong one is the key of the message meant for it.
"""

from changes import changed

# so that all of them run in seconds
PARAMETERS = {"NODES": 256, "EPOCHS": 100, "REPEATS": 1}

# other years
VARIANTS = [
    {"SEED": 7, "CUT": 0.5},
    {"SEED": 20271101, "N": 80, "TRAIN": 60, "NOISE": 0.4},
    {"SEED": 0, "RATE": 0.02, "EPOCHS": 150},
]


SPLIT = """
torch.manual_seed(SEED)
order = torch.randperm(N)
random_train = order[:TRAIN]
random_test = order[TRAIN:]
place_train = [i for i in range(N) if x[i] <= CUT]
place_test = [i for i in range(N) if x[i] > CUT]
"""
TRAIN = """
curve_net = fresh()
optimizer = torch.optim.Adam(curve_net.parameters(), lr=RATE)
train_losses = []
test_losses = []
for epoch in range(EPOCHS):
    loss = torch.nn.MSELoss()(curve_net(x[train_rows]), y[train_rows])
    with torch.no_grad():
        test_loss = torch.nn.MSELoss()(curve_net(x[test_rows]), y[test_rows])
    train_losses.append(loss.item())
    test_losses.append(test_loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
MORE = """
for epoch in range(500):
    loss = torch.nn.MSELoss()(curve_net(x[train_rows]), y[train_rows])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
BEGINS = "begins = int(test_curve.argmin())\n"
HONEST = """
def honest(validation, test):
    epoch = validation.index(min(validation))
    return epoch, test[epoch]
"""
EDGE = """
out = ((x_new < x_seen.min()) | (x_new > x_seen.max())).flatten()
beyond = torch.arange(len(x_new))[out]
squares = ((yhat_new - y_new) ** 2).flatten()
inside_loss = squares[~out].mean()
beyond_loss = squares[out].mean()
share = squares[out].sum() / squares.sum()
"""
CASES = """
words = ["overfitting", "nothing wrong", "extrapolation", "not there yet"]
diagnosis = {letter: words[place] for letter, place in zip("ABCD", places)}
"""


def mistaken(kind, word):
    """Return the code of a diagnosis that gives the training of one kind the word of another."""
    return CASES + f"diagnosis = {{k: '{word}' if v == '{kind}' else v for k, v in diagnosis.items()}}"


RIGHT = {
    "split-check": [
        SPLIT,
        changed(SPLIT, "order = torch.randperm(N)", "order = torch.randperm(N).tolist()"),
        changed(SPLIT, "order[:TRAIN]", "order[:TRAIN].sort().values")
        + "place_train = torch.where(x <= CUT)[0].numpy()\nplace_test = torch.where(x > CUT)[0].numpy()",
    ],
    "train-check": [
        TRAIN,
        changed(
            TRAIN,
            "curve_net(x[train_rows])",
            "curve_net(x)[train_rows]",
            "torch.nn.MSELoss()(curve_net(x[test_rows]), y[test_rows])",
            "((curve_net(x) - y)[test_rows] ** 2).mean()",
        ),
        TRAIN + "train_losses, test_losses = torch.tensor(train_losses), torch.tensor(test_losses)",
    ],
    "begin-check": [
        BEGINS + HONEST,
        """
begins = 0
for epoch in range(EPOCHS):
    if test_curve[epoch] < test_curve[begins]:
        begins = epoch


def honest(validation, test):
    best = 0
    for epoch in range(len(validation)):
        if validation[epoch] < validation[best]:
            best = epoch
    return [best, test[best]]
""",
        """
begins = test_curve.argmin()


def honest(validation, test):
    epoch = torch.tensor(validation).argmin()
    return epoch.item(), torch.tensor(test)[epoch].item()
""",
    ],
    "edge-check": [
        EDGE,
        """
low, high = min(x_seen.flatten().tolist()), max(x_seen.flatten().tolist())
beyond, inside, sums = [], [], [0, 0]
for i in range(len(x_new)):
    square = float(yhat_new[i] - y_new[i]) ** 2
    if low <= x_new[i] <= high:
        inside.append(i)
        sums[0] += square
    else:
        beyond.append(i)
        sums[1] += square
inside_loss, beyond_loss = sums[0] / len(inside), sums[1] / len(beyond)
share = sums[1] / sum(sums)
""",
    ],
    "cases-check": [
        CASES,
        CASES + "diagnosis = {k.lower(): v.upper().replace(' ', '-') for k, v in diagnosis.items()}",
        CASES + "diagnosis = [' ' + diagnosis[letter].capitalize() for letter in 'ABCD']",
    ],
}

WRONG = {
    "split-check": [
        (SPLIT + "random_train = torch.isin(torch.arange(N), order[:TRAIN])", "mask"),
        (SPLIT + "random_train = x[order[:TRAIN]]", "not_rows"),
        (changed(SPLIT, "order[TRAIN:]", "order[TRAIN - 1:]"), "overlap"),
        (changed(SPLIT, "order[TRAIN:]", "order[TRAIN + 1:]"), "not_all"),
        (changed(SPLIT, "order[:TRAIN]", "order[:-TRAIN]", "order[TRAIN:]", "order[-TRAIN:]"), "split_size"),
        (changed(SPLIT, "torch.randperm(N)", "torch.arange(N)"), "in_order"),
        (SPLIT + "random_train, random_test = random_test, random_train", "split_exchanged"),
        (changed(SPLIT, "torch.manual_seed(SEED)", ""), "other_split"),
        (changed(SPLIT, "SEED", "43052"), "other_split"),
        (
            SPLIT + "n = len(place_train)\nplace_train, place_test = torch.arange(N)[:n], torch.arange(N)[n:]",
            "place_by_rows",
        ),
        (changed(SPLIT, "x[i] <= CUT", "x[i] > CUT", "if x[i] > CUT]\n", "if x[i] <= CUT]\n"), "overlap"),
        (SPLIT + "place_train, place_test = place_test, place_train", "split_exchanged"),
        (changed(SPLIT, "x[i]", "x[i].abs()"), "place"),
        (changed(SPLIT, "CUT", "0"), "place"),
    ],
    "train-check": [
        (changed(TRAIN, "curve_net(x[train_rows]), y[train_rows]", "curve_net(x), y"), "train_all"),
        (changed(TRAIN, "train_rows", "ROWS", "test_rows", "train_rows", "ROWS", "test_rows"), "exchanged"),
        (
            changed(
                TRAIN,
                "loss = torch.nn.MSELoss()(curve_net(x[t",
                "loss = torch.nn.MSELoss(reduction='sum')(curve_net(x[t",
            ),
            "first_sum",
        ),
        (
            changed(TRAIN, "    train_losses.append(loss.item())\n", "")
            + "    train_losses.append(torch.nn.MSELoss()(curve_net(x[train_rows]), y[train_rows]).item())",
            "first_later",
        ),
        (changed(TRAIN, "y[train_rows])", "y[train_rows].flatten())"), "first"),
        (changed(TRAIN, "torch.nn.MSELoss()", "torch.nn.L1Loss()"), "first"),
        (changed(TRAIN, "loss.backward()", "torch.nn.MSELoss()(curve_net(x), y).backward()"), "leak"),
        (changed(TRAIN, "lr=RATE", "lr=10 * RATE"), "rate"),
        (changed(TRAIN, ", lr=RATE", ""), "rate"),
        (changed(TRAIN, "    optimizer.zero_grad()\n", ""), "clear"),
        (changed(TRAIN, "    optimizer.step()\n", "    if epoch < 3:\n        optimizer.step()\n"), "later"),
        (changed(TRAIN, "range(EPOCHS)", "range(EPOCHS // 2)"), "length"),
        (
            changed(TRAIN, "    test_losses.append(test_loss.item())\n", "")
            + "    test_losses.append(torch.nn.MSELoss()(curve_net(x[test_rows]), y[test_rows]).item())",
            "test_late",
        ),
        (changed(TRAIN, "curve_net(x[test_rows]), y[test_rows]", "curve_net(x), y"), "test_all"),
        (changed(TRAIN, "x[test_rows]), y[test_rows]", "x[train_rows]), y[train_rows]"), "test_same"),
        (TRAIN + "test_losses = [loss * len(test_rows) for loss in test_losses]", "test"),
        (TRAIN + "curve_net = fresh()", "other_net"),
        (TRAIN + MORE, "other_net"),
        # the first epochs, invented losses, and a network that nobody trained
        (TRAIN + "train_losses[20:] = [float('inf')] * (EPOCHS - 20)\ncurve_net = fresh()", "later"),
        (TRAIN + "train_losses[20:] = train_losses[:1] * (EPOCHS - 20)\ncurve_net = fresh()", "other_net"),
        (TRAIN + "curve_net = train_losses", "no_call"),
    ],
    "begin-check": [
        (changed(BEGINS, "test_curve", "train_curve") + HONEST, "begins_train"),
        ("begins = EPOCHS - 1" + HONEST, "begins_train"),
        (changed(BEGINS, "argmin())", "argmin()) + 1") + HONEST, "begins_one"),
        ("begins = test_curve.min()" + HONEST, "begins_loss"),
        ("begins = 3" + HONEST, "begins"),
        (BEGINS + changed(HONEST, "return epoch, test[epoch]", "return epoch"), "pair"),
        (BEGINS + changed(HONEST, "validation.index(min(validation))", "test.index(min(test))"), "peeks"),
        (
            BEGINS
            + changed(
                HONEST,
                "validation.index(min(validation))",
                "next(e for e in range(len(test)) if validation[e + 1] > validation[e])",
            ),
            "first_rise",
        ),
        (BEGINS + changed(HONEST, "validation.index(min(validation))", "len(validation) - 1"), "honest_last"),
        (BEGINS + changed(HONEST, "return epoch,", "return epoch + 1,"), "honest_one"),
        (BEGINS + changed(HONEST, "validation.index(min(validation))", "7"), "honest_epoch"),
        (BEGINS + changed(HONEST, "test[epoch]", "min(test)"), "honest_best"),
        (BEGINS + changed(HONEST, "test[epoch]", "validation[epoch]"), "honest_validation"),
        (BEGINS + changed(HONEST, "test[epoch]", "test[-1]"), "honest_loss"),
        (BEGINS + changed(HONEST, "return", "pass #"), "unanswered"),
        (BEGINS + changed(HONEST, "return epoch, test[epoch]", "print(epoch, test[epoch])"), "prints"),
    ],
    "edge-check": [
        (changed(EDGE, "(x_new < x_seen.min()) | (x_new > x_seen.max())", "x_new > x_seen.max()"), "one_side"),
        (changed(EDGE, "[out]\nsquares", "[~out]\nsquares"), "beyond_inside"),
        (changed(EDGE, "x_seen.min()", "-0.9", "x_seen.max()", "0.9"), "beyond"),
        (EDGE + "beyond = out", "mask"),
        (EDGE + "beyond = x_new[out]", "not_rows"),
        (EDGE + "inside_loss, beyond_loss = beyond_loss, inside_loss", "losses_exchanged"),
        (changed(EDGE, "[~out].mean()", "[~out].sum()"), "loss_sum"),
        (changed(EDGE, "[~out].mean()", "[~out].sum() / len(x_new)"), "loss_over_all"),
        (changed(EDGE, "[~out].mean()", "[~out].mean().sqrt()"), "loss_root"),
        (EDGE + "inside_loss = (yhat_new - torch.sin(4 * x_new)).square().flatten()[~out].mean()", "loss_truth"),
        (EDGE + "share = out.float().mean()", "share_count"),
        (EDGE + "share = beyond_loss / (beyond_loss + inside_loss)", "share_means"),
        (EDGE + "share = 100 * share", "share_percent"),
        (EDGE + "share = 1 - share", "share_inside"),
        (EDGE + "share = 0.1234", "share"),
    ],
    "cases-check": [
        (CASES + "diagnosis = 'overfitting'", "diagnosis_form"),
        (CASES + "diagnosis.pop('A')", "diagnosis_form"),
        (CASES + "diagnosis['A'] = 'bad'", "word"),
        (mistaken("overfitting", "extrapolation"), "see_overfitting"),
        (mistaken("nothing wrong", "overfitting"), "see_fine"),
        (mistaken("not there yet", "overfitting"), "see_early"),
        (mistaken("extrapolation", "overfitting"), "see_extrapolation"),
    ],
}

# answers of which a part counts, and its points
PARTIAL = {
    "begin-check": [
        (BEGINS, 1),
        (BEGINS + "def honest(validation, test):\n    pass", 1),
        (HONEST, 2),
        ("begins = ..." + HONEST, 2),
        ("begins = 3" + HONEST, 2),
        (HONEST + BEGINS + "honest = 3", 1),
    ],
}

# these deserve their points
EXCUSED = {}

# right whatever the parameters are
GENERAL = {}

# written from the exercise alone, by somebody who had not seen the checks
BLIND_TRAIN = """
curve_net = fresh()
loss_fn = torch.nn.MSELoss()
optimizer = torch.optim.Adam(curve_net.parameters(), lr=RATE)
train_losses = []
test_losses = []
for epoch in range(EPOCHS):
    yhat = curve_net(x)
    loss = loss_fn(yhat[train_rows], y[train_rows])
    train_losses.append(loss.item())
    test_losses.append(loss_fn(yhat[test_rows], y[test_rows]).item())
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
"""
BLIND_PATIENCE = """
begins = test_curve.argmin().item()
begins

def honest(validation, test):
    best = 0
    for e in range(len(validation)):
        if validation[e] < validation[best]:
            best = e
        if e - best >= 3:
            break
    return best, test[best]
"""
BLIND_RIGHT = {
    "split-check": [
        # What torch.where returns, a tuple.
        """
torch.manual_seed(SEED)
order = torch.randperm(N)
random_train = order[:TRAIN]
random_test = order[TRAIN:]
place_train = (x <= CUT).flatten().nonzero().flatten()
place_test = (x > CUT).flatten().nonzero().flatten()
place_train = torch.where(x.flatten() <= CUT)
place_test = torch.where(x.flatten() > CUT)
""",
        """
torch.manual_seed(SEED)
order = torch.randperm(N)
random_train = order[:TRAIN]
random_test = order[TRAIN:]
left = x.flatten() <= CUT
place_train = left.nonzero().flatten()
place_test = (~left).nonzero().flatten()
""",
    ],
    "train-check": [
        # The losses as numbers of NumPy.
        """
def fit(net):
    opt = torch.optim.Adam(net.parameters(), RATE)
    a, b = [], []
    for _ in range(EPOCHS):
        e = (net(x) - y).square()
        l = e[train_rows].mean()
        a.append(l.detach().numpy())
        b.append(e[test_rows].mean().detach().numpy())
        l.backward()
        opt.step()
        opt.zero_grad()
    return net, a, b


curve_net, train_losses, test_losses = fit(fresh())
""",
        """
curve_net = fresh()
loss_fn = torch.nn.MSELoss()
optimizer = torch.optim.Adam(curve_net.parameters(), lr=RATE)
train_losses, test_losses = [], []
for epoch in range(EPOCHS):
    yhat = curve_net(x)  # 1
    loss = loss_fn(yhat[train_rows], y[train_rows])  # 2
    test_loss = loss_fn(yhat[test_rows], y[test_rows])
    train_losses.append(loss.item())
    test_losses.append(test_loss.item())
    loss.backward()  # 3
    optimizer.step()  # 4
    optimizer.zero_grad()
""",
    ],
    "begin-check": [
        # The smallest pair of all.
        """
begins = test_curve.argmin().item()
begins

def honest(validation, test):
    v, e, loss = min(zip(validation, range(len(validation)), test))
    return e, loss
""",
        """
begins = int(test_curve.argmin())

def honest(validation, test):
    epoch = validation.index(min(validation))
    return epoch, test[epoch]
""",
    ],
    "edge-check": [
        """
low, high = x_seen.min(), x_seen.max()
out = ((x_new < low) | (x_new > high)).flatten()
beyond = out.nonzero().flatten()
squares = (yhat_new - y_new).square().flatten()
inside_loss = squares[~out].mean().item()
beyond_loss = squares[out].mean().item()
share = (squares[out].sum() / squares.sum()).item()
""",
    ],
    "cases-check": [
        """
diagnosis = {"A": "extrapolation", "B": "nothing wrong", "C": "not there yet", "D": "overfitting"}
""",
    ],
}
BLIND_WRONG = {
    "split-check": [
        # No seed before randperm (random_…).
        """
order = torch.randperm(N)
random_train = order[:TRAIN]
random_test = order[TRAIN:]
left = x.flatten() <= CUT
place_train = left.nonzero().flatten()
place_test = (~left).nonzero().flatten()
""",
        # Doesn't shuffle: the first TRAIN rows as observed (random_…).
        """
torch.manual_seed(SEED)
order = torch.arange(N)
random_train = order[:TRAIN]
random_test = order[TRAIN:]
left = x.flatten() <= CUT
place_train = left.nonzero().flatten()
place_test = (~left).nonzero().flatten()
""",
    ],
    "train-check": [
        # A new optimizer for each epoch.
        changed(
            BLIND_TRAIN,
            "for epoch in range(EPOCHS):\n",
            "for epoch in range(EPOCHS):\n    optimizer = torch.optim.Adam(curve_net.parameters(), lr=RATE)\n",
        ),
        # Gives train_rows and test_rows another meaning.
        "train_rows = x.flatten().argsort()[:TRAIN]\ntest_rows = x.flatten().argsort()[TRAIN:]\n" + BLIND_TRAIN,
        # Both losses are of the network after the update.
        """
curve_net = fresh()
loss_fn = torch.nn.MSELoss()
optimizer = torch.optim.Adam(curve_net.parameters(), lr=RATE)
train_losses, test_losses = [], []
for epoch in range(EPOCHS):
    loss = loss_fn(curve_net(x[train_rows]), y[train_rows])
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    with torch.no_grad():
        train_losses.append(loss_fn(curve_net(x[train_rows]), y[train_rows]).item())
        test_losses.append(loss_fn(curve_net(x[test_rows]), y[test_rows]).item())
""",
        # The test loss is that after the update, one step later than the training loss.
        """
curve_net = fresh()
loss_fn = torch.nn.MSELoss()
optimizer = torch.optim.Adam(curve_net.parameters(), lr=RATE)
train_losses, test_losses = [], []
for epoch in range(EPOCHS):
    loss = loss_fn(curve_net(x[train_rows]), y[train_rows])
    train_losses.append(loss.item())
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    test_losses.append(loss_fn(curve_net(x[test_rows]), y[test_rows]).item())
""",
    ],
    "begin-check": [
        # The same with twenty epochs (honest).
        changed(BLIND_PATIENCE, ">= 3:", ">= 20:"),
        # Stops when three epochs brought nothing better (honest).
        BLIND_PATIENCE,
        # The lowest training loss, at about the end (begins).
        """
begins = int(train_curve.argmin())

def honest(validation, test):
    epoch = validation.index(min(validation))
    return epoch, test[epoch]
""",
        # Counts the epochs from 1 (begins).
        """
begins = int(test_curve.argmin()) + 1

def honest(validation, test):
    epoch = validation.index(min(validation))
    return epoch, test[epoch]
""",
    ],
    "edge-check": [
        # CUT instead of the range of x_seen.
        """
low, high = x_seen.min(), x_seen.max()
out = (x_new.abs() > CUT).flatten()
beyond = out.nonzero().flatten()
squares = (yhat_new - y_new).square().flatten()
inside_loss = squares[~out].mean().item()
beyond_loss = squares[out].mean().item()
share = (squares[out].sum() / squares.sum()).item()
""",
        # Only the right side: left of the data is beyond as well.
        """
low, high = x_seen.min(), x_seen.max()
out = (x_new > high).flatten()
beyond = out.nonzero().flatten()
squares = (yhat_new - y_new).square().flatten()
inside_loss = squares[~out].mean().item()
beyond_loss = squares[out].mean().item()
share = (squares[out].sum() / squares.sum()).item()
""",
    ],
    "cases-check": [
        # Takes the largest gap for overfitting, although its test points lie right of the others.
        """
diagnosis = {"A": "overfitting", "B": "nothing wrong", "C": "not there yet", "D": "extrapolation"}
""",
        # Takes two curves close together for “nothing wrong”, though they are high and still falling, and vic
        """
diagnosis = {"A": "extrapolation", "B": "not there yet", "C": "nothing wrong", "D": "overfitting"}
""",
    ],
}
