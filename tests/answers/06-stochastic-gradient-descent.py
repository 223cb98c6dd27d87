"""Answers to homework 06: right ones written differently, wrong ones of the kind that students give.

A code stands in place of all answer cells of its question. Beside a wrong one is the key of the message meant for it.
"""

from changes import changed

# so that all of them run in seconds
PARAMETERS = {"IMAGES": 150, "SIZE": 36, "EPOCHS": 4}

# other years
VARIANTS = [
    {"SEED": 7, "DIGITS": (1, 2), "SIZE": 50, "EPOCHS": 3},
    {"SEED": 20271101, "DIGITS": (1, 3), "IMAGES": 200, "RATE": 0.002},
    {"SEED": 0, "DIGITS": (1, 0), "IMAGES": 180},
]


COUNT = """
import math
per_epoch = math.ceil(len(X) / SIZE)
last_size = len(X) % SIZE or SIZE
updates = EPOCHS * per_epoch
weight = SIZE / last_size
"""
CUT = """
def cut(x, y, size):
    return [(x[i : i + size], y[i : i + size]) for i in range(0, len(x), size)]
"""
CONTENTS = """
contents = [[int((yy == 0).sum()), int((yy == 1).sum())] for yy in y.split(SIZE)]
"""
LOADER = """
dataset = torch.utils.data.TensorDataset(ink, y)
listed_batches = list(torch.utils.data.DataLoader(dataset, batch_size=SIZE))
torch.manual_seed(SEED)
shuffled_batches = list(torch.utils.data.DataLoader(dataset, batch_size=SIZE, shuffle=True))
"""
TRAIN = """
data = torch.utils.data.TensorDataset(X, y)
listed = torch.utils.data.DataLoader(data, batch_size=SIZE)
shuffled = torch.utils.data.DataLoader(data, batch_size=SIZE, shuffle=True)

listed_net = fresh()
optimizer = torch.optim.Adam(listed_net.parameters(), lr=RATE)
listed_losses = []
for epoch in range(EPOCHS):
    for xx, yy in listed:
        loss = torch.nn.BCELoss()(listed_net(xx), yy)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        listed_losses.append(loss.item())

shuffled_net = fresh()
optimizer = torch.optim.Adam(shuffled_net.parameters(), lr=RATE)
shuffled_losses = []
for epoch in range(EPOCHS):
    for xx, yy in shuffled:
        loss = torch.nn.BCELoss()(shuffled_net(xx), yy)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        shuffled_losses.append(loss.item())

listed_wrong = int(((listed_net(X) > 0.5).float() != y).sum())
shuffled_wrong = int(((shuffled_net(X) > 0.5).float() != y).sum())
order_wrong = listed_wrong - shuffled_wrong
"""
LISTED_LOOP = "    for xx, yy in listed:\n"
SHUFFLED_LOOP = "    for xx, yy in shuffled:\n"

RIGHT = {
    "count-check": [
        COUNT,
        """
per_epoch = len(torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, y), batch_size=SIZE))
last_size = len(X.split(SIZE)[-1])
updates = torch.tensor(float(per_epoch * EPOCHS))
weight = (1 / last_size) / (1 / SIZE)
""",
        """
updates = 0
for epoch in range(EPOCHS):
    per_epoch = 0
    for rows in torch.arange(len(X)).split(SIZE):
        per_epoch += 1
        updates += 1
        last_size = len(rows)
weight = SIZE / last_size
""",
    ],
    "cut-check": [
        CUT + CONTENTS,
        """
def cut(x, y, size):
    return list(zip(x.split(size), y.split(size)))


contents = torch.stack([torch.bincount(yy.flatten().long(), minlength=2) for xx, yy in cut(X, y, SIZE)])
""",
        """
def cut(x, y, size):
    batches, start = [], 0
    while start < len(x):
        batches.append([x[start : start + size], y[start : start + size]])
        start += size
    return batches


contents = []
for xx, yy in cut(X, y, SIZE):
    zeros = ones = 0
    for label in yy:
        if label == 1:
            ones += 1
        else:
            zeros += 1
    contents.append((zeros, ones))
""",
    ],
    "loader-check": [
        LOADER,
        """
dataset = torch.utils.data.TensorDataset(ink, y)
shuffled = torch.utils.data.DataLoader(dataset, SIZE, sampler=torch.utils.data.RandomSampler(dataset))
listed_batches = [(xx, yy) for xx, yy in torch.utils.data.DataLoader(dataset, SIZE)]
torch.manual_seed(SEED)
shuffled_batches = []
for xx, yy in shuffled:
    shuffled_batches.append((xx, yy))
""",
    ],
    "train-check": [
        TRAIN,
        changed(TRAIN, LISTED_LOOP, "    for xx, yy in zip(X.split(SIZE), y.split(SIZE)):\n"),
        changed(
            TRAIN,
            "(listed_net(X) > 0.5).float() != y",
            "listed_net(X).round() != y",
            "append(loss.item())",
            "append(loss.detach())",
        ),
    ],
}

WRONG = {
    "count-check": [
        (changed(COUNT, "math.ceil(len(X) / SIZE)", "len(X) / SIZE"), "unrounded"),
        (changed(COUNT, "math.ceil(len(X) / SIZE)", "len(X) // SIZE"), "remainder"),
        (changed(COUNT, "math.ceil(len(X) / SIZE)", "len(X) // SIZE + 2"), "per_epoch"),
        (changed(COUNT, "len(X) % SIZE or SIZE", "SIZE - len(X) % SIZE"), "last_missing"),
        (changed(COUNT, "len(X) % SIZE or SIZE", "SIZE"), "last_size"),
        (changed(COUNT, "EPOCHS * per_epoch", "EPOCHS * len(X) / SIZE"), "unrounded"),
        (changed(COUNT, "EPOCHS * per_epoch", "EPOCHS * (len(X) // SIZE)"), "remainder"),
        (changed(COUNT, "EPOCHS * per_epoch", "per_epoch"), "one_epoch"),
        (changed(COUNT, "EPOCHS * per_epoch", "math.ceil(EPOCHS * len(X) / SIZE)"), "joined"),
        (changed(COUNT, "EPOCHS * per_epoch", "EPOCHS"), "updates"),
        (changed(COUNT, "SIZE / last_size", "last_size / SIZE"), "weight_inverse"),
        (changed(COUNT, "SIZE / last_size", "1 / last_size"), "weight"),
        (changed(COUNT, "SIZE / last_size", "5.4"), "weight"),
        (changed(COUNT, "SIZE / last_size", "SIZE / last_size + 0.04"), "weight_rounded"),
        (changed(COUNT, "SIZE / last_size", "'more'"), "no_number"),
        (changed(COUNT, "SIZE / last_size", "float('nan')"), "weight"),
    ],
    "cut-check": [
        (changed(CUT, "return [", "yield from [") + CONTENTS, "not_list"),
        (changed(CUT, "(x[i : i + size], y[i : i + size])", "x[i : i + size]") + CONTENTS, "not_pairs"),
        (
            changed(CUT, "(x[i : i + size], y[i : i + size])", "(y[i : i + size], x[i : i + size])") + CONTENTS,
            "pair_swapped",
        ),
        (changed(CUT, "len(x), size", "len(x) - size + 1, size") + CONTENTS, "cut_dropped"),
        (changed(CUT, "len(x), size", "len(x) + 1, size") + CONTENTS, "cut_empty"),
        (CONTENTS + "def cut(x, y, size):\n    return list(zip(x.chunk(size), y.chunk(size)))", "cut_number"),
        (changed(CUT, "len(x), size", "len(x)") + CONTENTS, "cut_sizes"),
        (changed(CUT, "y[i : i + size]", "y[:size]") + CONTENTS, "cut_rows"),
        (changed(CUT, "    return", "    pass #") + CONTENTS, "unanswered"),
        (changed(CUT, "return [", "print([", "size)]", "size)])") + CONTENTS, "prints"),
        (CUT + changed(CONTENTS, "== 0", "== 2", "== 1", "== 0", "== 2", "== 1"), "contents_swapped"),
        (CUT + changed(CONTENTS, ".sum())", ".sum()) / len(yy)", "(yy == 0)", "(yy == 0)"), "contents_share"),
        (CUT + changed(CONTENTS, "y.split(SIZE)]", "y.split(SIZE)][:-1]"), "contents_rows"),
        (CUT + changed(CONTENTS, "y.split(SIZE)", "y[torch.randperm(len(y))].split(SIZE)"), "contents"),
        (CUT + "contents = [len(yy) for yy in y.split(SIZE)]", "shape"),
        (CUT + "contents = y.split(SIZE)", "no_tensor"),
    ],
    "loader-check": [
        (LOADER + "listed_batches = 3", "loader_list"),
        (LOADER + "listed_batches = list(torch.utils.data.DataLoader(ink, SIZE))", "loader_pairs"),
        (changed(LOADER, "dataset, batch_size=SIZE)", "dataset)"), "loader_sizes"),
        (changed(LOADER, "shuffle=True", "shuffle=True, drop_last=True"), "loader_sizes"),
        (changed(LOADER, "batch_size=SIZE)", "batch_size=SIZE, shuffle=True)"), "is_shuffled"),
        (changed(LOADER, ", shuffle=True", ""), "not_shuffled"),
        (changed(LOADER, "torch.manual_seed(SEED)", ""), "other_order"),
        (changed(LOADER, "manual_seed(SEED)", "manual_seed(SEED)\ntorch.randn(1)"), "other_order"),
        (
            LOADER + "torn = torch.utils.data.TensorDataset(ink[torch.randperm(len(ink))], y)\n"
            "shuffled_batches = list(torch.utils.data.DataLoader(torn, SIZE, shuffle=True))",
            "loader_torn",
        ),
        (
            LOADER + "some = torch.randint(len(ink), (len(ink),))\n"
            "shuffled_batches = list(zip(ink[some].split(SIZE), y[some].split(SIZE)))",
            "loader_rows",
        ),
    ],
    "train-check": [
        (changed(TRAIN, "listed_net(xx), yy", "listed_net(X), y"), "first_full"),
        (changed(TRAIN, LISTED_LOOP, SHUFFLED_LOOP), "first_exchanged"),
        (changed(TRAIN, SHUFFLED_LOOP, LISTED_LOOP), "first_exchanged"),
        (changed(TRAIN, "shuffled_net = fresh()", "shuffled_net = fresh()\ntorch.randn(1)"), "first_order"),
        (changed(TRAIN, "listed_net(xx), yy", "listed_net(xx), 1 - yy"), "first"),
        (changed(TRAIN, "        listed_losses.append", "    listed_losses.append"), "first"),
        (TRAIN + "listed_losses = listed_losses[:: len(listed)]", "per_update"),
        (changed(TRAIN, "lr=RATE", "lr=10 * RATE"), "rate"),
        (changed(TRAIN, "torch.optim.Adam", "torch.optim.SGD"), "rate"),
        (changed(TRAIN, "        optimizer.zero_grad()\n", ""), "clear"),
        (changed(TRAIN, "range(EPOCHS)", "range(EPOCHS - 1)"), "length"),
        (changed(TRAIN, "in listed:\n", "in [*list(listed)[:3], *list(listed)[:2:-1]]:\n"), "later"),
        (
            changed(
                TRAIN,
                LISTED_LOOP,
                "    optimizer = torch.optim.Adam(listed_net.parameters(), lr=RATE)\n" + LISTED_LOOP,
            ),
            "renewed",
        ),
        (
            changed(
                TRAIN,
                "shuffled_losses = []\n",
                "shuffled_losses = []\nonce = list(shuffled)\n",
                "in shuffled:",
                "in once:",
            ),
            "second_epoch",
        ),
        (TRAIN + "listed_net, shuffled_net = shuffled_net, listed_net", "other_net"),
        (TRAIN + "shuffled_net = fresh()", "other_net"),
        (TRAIN + "listed_net = listed_losses", "no_call"),
        (TRAIN + "listed_net = listed_net[:3]", "outside"),
        (changed(TRAIN, "!= y", "== y"), "wrong_right"),
        (TRAIN + "listed_wrong = listed_wrong / len(X)", "wrong_share"),
        (TRAIN + "listed_wrong = int(((listed_net(X[:SIZE]) > 0.5) != y[:SIZE]).sum()) + 100", "wrong_early"),
        (TRAIN + "listed_wrong = shuffled_wrong = order_wrong = float('nan')", "wrong_early"),
        (TRAIN + "order_wrong = shuffled_wrong - listed_wrong", "order_sign"),
        (TRAIN + "order_wrong = listed_wrong", "order_all"),
        (TRAIN + "order_wrong = listed_wrong + shuffled_wrong", "order_wrong"),
    ],
}

# answers of which a part counts, and its points
PARTIAL = {
    "cut-check": [
        (CUT, 2),
        (CUT + "contents = ...", 2),
        (CONTENTS, 2),
        ("cut = 3" + CONTENTS, 2),
        (changed(CUT, "len(x), size", "len(x)") + CONTENTS, 2),
    ],
}

# these deserve their points
EXCUSED = {}

# right whatever the parameters are
GENERAL = {}

# written from the exercise alone, by somebody who had not seen the checks
BLIND_COUNT = """
import math
per_epoch = math.ceil(len(X) / SIZE)
last_size = len(X) - (per_epoch - 1) * SIZE
updates = per_epoch * EPOCHS
weight = SIZE / last_size
"""
BLIND_TRAIN = """
dataset = torch.utils.data.TensorDataset(X, y)
listed = torch.utils.data.DataLoader(dataset, batch_size=SIZE)
shuffled = torch.utils.data.DataLoader(dataset, batch_size=SIZE, shuffle=True)
loss_fn = torch.nn.BCELoss()


def train(batches):
    net = fresh()
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    losses = []
    for epoch in range(EPOCHS):
        for xx, yy in batches:
            yhat = net(xx)
            loss = loss_fn(yhat, yy)
            losses.append(loss.item())
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
    return net, losses


listed_net, listed_losses = train(listed)
shuffled_net, shuffled_losses = train(shuffled)


def wrong(net):
    with torch.no_grad():
        yhat = net(X)
    return ((yhat > 0.5) != y).sum().item()


listed_wrong = wrong(listed_net)
shuffled_wrong = wrong(shuffled_net)
order_wrong = listed_wrong - shuffled_wrong
listed_wrong, shuffled_wrong, order_wrong
"""
BLIND_RIGHT = {
    "count-check": [
        # Two digits are enough.
        BLIND_COUNT + "weight = round(weight, 2)\n",
        BLIND_COUNT,
        """
sizes = [len(part) for part in X.split(SIZE)]
per_epoch = len(sizes)
last_size = sizes[-1]
updates = EPOCHS * len(sizes)
weight = (1 / sizes[-1]) / (1 / SIZE)
print(per_epoch, last_size, updates, weight)
""",
    ],
    "cut-check": [
        """
def cut(x, y, size):
    return [(x[i : i + size], y[i : i + size]) for i in range(0, len(x), size)]


contents = [[int((b == 0).sum()), int((b == 1).sum())] for a, b in cut(X, y, SIZE)]
""",
    ],
    "loader-check": [
        """
dataset = torch.utils.data.TensorDataset(ink, y)
listed = torch.utils.data.DataLoader(dataset, batch_size=SIZE)
shuffled = torch.utils.data.DataLoader(dataset, batch_size=SIZE, shuffle=True)
listed_batches = list(listed)
torch.manual_seed(SEED)
shuffled_batches = list(shuffled)
""",
    ],
    "train-check": [
        # The losses as numbers of NumPy.
        changed(BLIND_TRAIN, "loss.item()", "loss.data.numpy()"),
        # The errors from the accuracy, not quite whole.
        changed(
            BLIND_TRAIN, "((yhat > 0.5) != y).sum().item()", "(1 - ((yhat > 0.5) == y).float().mean().item()) * len(X)"
        ),
        # Batches cut by hand.
        changed(BLIND_TRAIN, "train(listed)", "train(list(zip(X.split(SIZE), y.split(SIZE))))"),
        """
dataset = torch.utils.data.TensorDataset(X, y)
listed = torch.utils.data.DataLoader(dataset, batch_size=SIZE)
shuffled = torch.utils.data.DataLoader(dataset, batch_size=SIZE, shuffle=True)
loss_fn = torch.nn.BCELoss()


def train(loader):
    net = fresh()
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    losses = []
    for epoch in range(EPOCHS):
        for xx, yy in loader:
            yhat = net(xx)
            loss = loss_fn(yhat, yy)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.item())
    return net, losses


def count_wrong(net):
    with torch.no_grad():
        return int(((net(X) > 0.5) != (y == 1)).sum())


listed_net, listed_losses = train(listed)
shuffled_net, shuffled_losses = train(shuffled)
listed_wrong = count_wrong(listed_net)
shuffled_wrong = count_wrong(shuffled_net)
order_wrong = listed_wrong - shuffled_wrong
""",
    ],
}
BLIND_WRONG = {
    "count-check": [
        # The share of one picture in the last batch.
        BLIND_COUNT + "weight = 1 / last_size\n",
        # Forgets the remainder: one batch too few per epoch, and so too few updates.
        """
per_epoch = len(X) // SIZE
last_size = len(X) % SIZE
updates = per_epoch * EPOCHS
weight = SIZE / last_size
""",
        # A fraction as the number of batches.
        """
per_epoch = len(X) / SIZE
last_size = len(X) % SIZE
updates = per_epoch * EPOCHS
weight = SIZE / last_size
""",
        # The weight upside down: a picture in the short batch weighs more, not less (weight).
        """
per_epoch = -(-len(X) // SIZE)
last_size = len(X) % SIZE
updates = per_epoch * EPOCHS
weight = last_size / SIZE
""",
    ],
    "cut-check": [
        # Drops the short last batch.
        """
def cut(x, y, size):
    return [(x[i : i + size], y[i : i + size]) for i in range(0, len(x) - size + 1, size)]

contents = [[int((b == 0).sum()), int((b == 1).sum())] for a, b in cut(X, y, SIZE)]
""",
        # chunk makes batches of nearly equal length, 250 each, instead of full ones and a remainder.
        """
def cut(x, y, size):
    count = -(-len(x) // size)
    return list(zip(x.chunk(count), y.chunk(count)))

contents = [[int((b == 0).sum()), int((b == 1).sum())] for a, b in cut(X, y, SIZE)]
""",
        # Uses SIZE instead of the argument: only that size is cut right.
        """
def cut(x, y, size):
    return [(x[i : i + SIZE], y[i : i + SIZE]) for i in range(0, len(x), SIZE)]

contents = [[int((b == 0).sum()), int((b == 1).sum())] for a, b in cut(X, y, SIZE)]
""",
    ],
    "loader-check": [
        # No seed: another order at each run (shuffled_batches).
        """
dataset = torch.utils.data.TensorDataset(ink, y)
listed = torch.utils.data.DataLoader(dataset, batch_size=SIZE)
shuffled = torch.utils.data.DataLoader(dataset, batch_size=SIZE, shuffle=True)
listed_batches = list(listed)
shuffled_batches = list(shuffled)
""",
        # Nothing is shuffled: both lists are the same (shuffled_batches).
        """
dataset = torch.utils.data.TensorDataset(ink, y)
listed = torch.utils.data.DataLoader(dataset, batch_size=SIZE)
shuffled = torch.utils.data.DataLoader(dataset, batch_size=SIZE)
listed_batches = list(listed)
torch.manual_seed(SEED)
shuffled_batches = list(shuffled)
""",
    ],
    "train-check": [
        # The same shuffled batches in each epoch.
        changed(BLIND_TRAIN, "    losses = []\n", "    losses = []\n    batches = list(batches)\n"),
        # A new optimizer for each epoch.
        changed(
            BLIND_TRAIN,
            "    for epoch in range(EPOCHS):\n",
            "    for epoch in range(EPOCHS):\n        optimizer = torch.optim.Adam(net.parameters(), lr=RATE)\n",
        ),
        # Records the loss after the update instead of that of step 2.
        """
dataset = torch.utils.data.TensorDataset(X, y)
listed = torch.utils.data.DataLoader(dataset, batch_size=SIZE)
shuffled = torch.utils.data.DataLoader(dataset, batch_size=SIZE, shuffle=True)
loss_fn = torch.nn.BCELoss()


def train(loader):
    net = fresh()
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    losses = []
    for epoch in range(EPOCHS):
        for xx, yy in loader:
            yhat = net(xx)
            loss = loss_fn(yhat, yy)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss_fn(net(xx), yy).item())
    return net, losses


def count_wrong(net):
    with torch.no_grad():
        return int(((net(X) > 0.5) != (y == 1)).sum())


listed_net, listed_losses = train(listed)
shuffled_net, shuffled_losses = train(shuffled)
listed_wrong = count_wrong(listed_net)
shuffled_wrong = count_wrong(shuffled_net)
order_wrong = listed_wrong - shuffled_wrong
""",
        # One loss per epoch instead of one per update.
        """
dataset = torch.utils.data.TensorDataset(X, y)
listed = torch.utils.data.DataLoader(dataset, batch_size=SIZE)
shuffled = torch.utils.data.DataLoader(dataset, batch_size=SIZE, shuffle=True)
loss_fn = torch.nn.BCELoss()


def train(loader):
    net = fresh()
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    losses = []
    for epoch in range(EPOCHS):
        for xx, yy in loader:
            yhat = net(xx)
            loss = loss_fn(yhat, yy)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        losses.append(loss.item())
    return net, losses


def count_wrong(net):
    with torch.no_grad():
        return int(((net(X) > 0.5) != (y == 1)).sum())


listed_net, listed_losses = train(listed)
shuffled_net, shuffled_losses = train(shuffled)
listed_wrong = count_wrong(listed_net)
shuffled_wrong = count_wrong(shuffled_net)
order_wrong = listed_wrong - shuffled_wrong
""",
    ],
}
