"""Answers to homework 05: right ones written differently, wrong ones of the kind that students give.

A code stands in place of all answer cells of its question. Beside a wrong one is the key of the message meant for it.
"""

from changes import changed

# so that all of them run in seconds
PARAMETERS = {"STEPS": 8}

# other years
VARIANTS = [
    {"SEED": 1},
    {"SEED": 20271101, "STEPS": 12, "RATE": 0.05},
    {"SEED": 0, "STEPS": 5},
]

MEND = """
def program(device):
    net, x, y = fresh(), X, Y
    before = copy.deepcopy(net)
    net = net.to(device)
    x, y = x.to(device), y.to(device)
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = ((y - net(x)) ** 2).mean()
        loss.backward()
        optimizer.step()
    return report(before, net, x, y, optimizer)
"""
BEFORE, MAKE = "    before = copy.deepcopy(net)\n", "    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)\n"
MOVE = "    net = net.to(device)\n"

WHERE = {
    "dropped": "cpu",
    "copied": "cpu",
    "renamed": "second",
    "net_alone": "second",
    "net_alias": "second",
    "net_copied": "cpu",
    "net_kept": "cpu",
}
PLACES = f"where = {WHERE}\nplaces = {{name: where[kind] for name, kind in kinds.items()}}\n"

ERRORS = """
input_on, weights_on, labels_on = mat1, rest, behind
mend_first = 1 + [line.startswith("x = x" if mat1 != target else "net") for line in mends].index(True)
mend_second = 1 + [line.startswith("y = y") for line in mends].index(True)
"""

TIME = """
def time_step(number, count, repeats):
    machine = Machine(number)
    times = []
    for _ in range(1 + repeats):
        machine.wait()
        start = machine.clock()
        for _ in range(count):
            machine.step()
        machine.wait()
        times.append((machine.clock() - start) / count * 1000)
    return times[1:]


typical = sorted(time_step(SEED, 20, 11))[5]
"""

CROSS = """
bad = [a > b for a, b in zip(record["gpu_ms"], record["gpu_ms"][1:])].index(True)
spoiled_m = record["m"][bad]
m1, m2 = record["m"][3:]


def line(times):
    b = (times[4] - times[3]) / (m2 - m1)
    return times[3] - b * m1, b


launch_cpu, b_cpu = line(record["cpu_ms"])
launch_gpu, b_gpu = line(record["gpu_ms"])
crossover = (launch_gpu - launch_cpu) / (b_cpu - b_gpu)
"""


RIGHT = {
    "mend-check": [
        MEND,
        changed(MEND, "copy.deepcopy(net)", "fresh()"),
        changed(MEND, BEFORE, "    before = fresh()\n    before.load_state_dict(net.state_dict())\n"),
        changed(
            MEND,
            "((y - net(x)) ** 2).mean()",
            "torch.nn.MSELoss()(net(x), y)",
            "x.to(device), y",
            "x.to(device=device), y",
        ),
    ],
    "to-check": [
        PLACES,
        PLACES
        + "places = {name: device if place == 'second' else torch.device('cpu') for name, place in places.items()}",
        PLACES + "places = {name: place.upper() + ' ' for name, place in places.items()}",
    ],
    "errors-check": [
        ERRORS,
        ERRORS + "input_on, weights_on = input_on.upper(), ' ' + weights_on\nmend_first = float(mend_first)",
    ],
    "time-check": [
        TIME,
        changed(
            TIME,
            "machine = Machine(number)\n",
            "machine = Machine(number)\n    for _ in range(3 * count):\n        machine.step()\n",
        ),
        changed(
            TIME,
            "return times[1:]",
            "return torch.tensor(times)[1:]",
            "sorted(time_step(SEED, 20, 11))[5]",
            "time_step(SEED, 20, 11).median()",
        ),
    ],
    "crossover-check": [
        CROSS,
        CROSS
        + """
import numpy as np

good = [i for i in range(5) if i != bad]
b_cpu, launch_cpu = np.polyfit(record["m"], record["cpu_ms"], 1)
b_gpu, launch_gpu = np.polyfit([record["m"][i] for i in good], [record["gpu_ms"][i] for i in good], 1)
crossover = round((launch_gpu - launch_cpu) / (b_cpu - b_gpu))
""",
    ],
}

WRONG = {
    "mend-check": [
        ("pass", "unanswered"),
        ("program = broken", "mixed"),
        ("def program(device):\n    pass", "unanswered"),
        (changed(MEND, "return report(before, net, x, y, optimizer)", "return before, net"), "no_report"),
        (changed(MEND, "return report(before, net, x, y, optimizer)", "print(before, net)"), "prints"),
        (changed(MEND, "x, y = x.to(device), y.to(device)", "x.to(device), y.to(device)"), "mixed"),
        (changed(MEND, "x, y = x.to(device), y.to(device)", "x = x.to(device)"), "mixed"),
        (changed(MEND, MOVE, ""), "mixed"),
        (
            changed(MEND, BEFORE, "", "    return", "    before = copy.deepcopy(net).to('cpu')\n    return"),
            "no_way_back",
        ),
        (changed(MEND, "x, y = x.to(device), y.to(device)", "x, y = x.to('meta'), y.to('meta')"), "fixed"),
        (changed(MEND, "program(device):\n", "program(device):\n    device = 'meta'\n"), "hard_coded"),
        (changed(MEND, "program(device):\n", "program(device):\n    device = 'cpu'\n"), "net_place"),
        (
            changed(MEND, "x, y = x.to(device), y.to(device)", "y = y.to(device)", "net(x)", "net(x.to(device))"),
            "data_place",
        ),
        (changed(MEND, "copy.deepcopy(net)", "net"), "before_place"),
        (changed(MEND, BEFORE, "", MOVE, MOVE + BEFORE), "before_place"),
        (changed(MEND, "copy.deepcopy(net)", "torch.nn.Sequential(torch.nn.Linear(2, 1))"), "before_trained"),
        (changed(MEND, MAKE, "", BEFORE, BEFORE + MAKE), "held"),
        (changed(MEND, "lr=RATE", "lr=10 * RATE"), "end"),
        (changed(MEND, "range(STEPS)", "range(STEPS - 1)"), "end"),
        (changed(MEND, "range(STEPS)", "range(STEPS if device == 'cpu' else 0)"), "steps"),
        (changed(MEND, "        optimizer.step()\n", ""), "end"),
        (changed(MEND, "        optimizer.zero_grad()\n", ""), "end"),
    ],
    "to-check": [
        ("pass", "unanswered"),
        ("places = ['cpu'] * 7", "place_names"),
        (PLACES + "del places['c']", "place_names"),
        (PLACES + "places['a'] = 'there'", "place_word"),
        *[
            (changed(PLACES, f"'{kind}': '{place}'", f"'{kind}': '{'second' if place == 'cpu' else 'cpu'}'"), kind)
            for kind, place in WHERE.items()
        ],
    ],
    "errors-check": [
        ("pass", "unanswered"),
        (ERRORS + "labels_on = 'the CPU'", "device_word"),
        (ERRORS + "input_on, weights_on = rest, mat1", "operands"),
        (ERRORS + "weights_on = input_on", "operand"),
        (ERRORS + "labels_on = target", "labels"),
        (ERRORS + "mend_first = mend_second", "mend"),
        (ERRORS + "mend_second = 1 + [line.startswith('y.to') for line in mends].index(True)", "mend"),
        (ERRORS + "mend_first = mends[0]", "no_number"),
    ],
    "time-check": [
        ("pass", "unanswered"),
        ("def time_step(number, count, repeats):\n    pass\n\n\ntypical = 3", "unanswered"),
        (changed(TIME, "return times[1:]", "return times"), "warm_counted"),
        (
            changed(
                TIME,
                "return times[1:]",
                "return times[-1]",
                "sorted(time_step(SEED, 20, 11))[5]",
                "time_step(SEED, 20, 11)",
            ),
            "rounds",
        ),
        (changed(TIME, "range(1 + repeats)", "range(repeats)", "times[1:]", "times"), "no_warm"),
        (changed(TIME, " * 1000", ""), "as_seconds"),
        (changed(TIME, " / count", ""), "as_total"),
        (
            changed(TIME, "            machine.step()\n        machine.wait()\n", "            machine.step()\n"),
            "no_wait",
        ),
        (
            changed(TIME, "            machine.step()\n", "            machine.step()\n            machine.wait()\n"),
            "wait_each",
        ),
        (
            changed(
                TIME,
                "machine = Machine(number)\n",
                "machine = Machine(number)\n    for _ in range(count):\n        machine.step()\n",
                "        machine.wait()\n        start",
                "        start",
                "1 + repeats",
                "repeats",
                "[1:]",
                "",
            ),
            "wait_before",
        ),
        (
            changed(
                TIME,
                "        for _ in range(count):\n            machine.step()\n",
                "        machine.step()\n",
                " / count",
                "",
            ),
            "one_step",
        ),
        (changed(TIME, "machine.clock()", "time.perf_counter()", "def", "import time\n\n\ndef"), "real_clock"),
        (changed(TIME, "* 1000", "* 1e6"), "time"),
        (changed(TIME, "Machine(number)", "Machine(SEED)"), "other_machine"),
        (changed(TIME, "range(count)", "range(20)", "/ count", "/ 20"), "other_machine"),
        (TIME + "typical = sum(time_step(SEED, 20, 11)) / 11", "as_mean"),
        (TIME + "typical = max(time_step(SEED, 20, 11))", "typical"),
        (TIME + "typical = time_step(SEED, 20, 1)[0]", "typical"),
        (TIME + "typical = sorted(time_step(SEED, 20, 9))[4]", "typical"),
        (changed(TIME, "return times[1:]", "print(times[1:])", "sorted(time_step(SEED, 20, 11))[5]", "3"), "prints"),
        (TIME + "typical = time_step(SEED, 20, 11)", "no_number"),
        (TIME + "del typical", "unanswered"),
    ],
    "crossover-check": [
        ("pass", "unanswered"),
        (CROSS + "spoiled_m = record['m'][4]", "spoiled"),
        (CROSS + "spoiled_m = record['gpu_ms'][bad]", "spoiled_place"),
        (CROSS + "launch_gpu = record['gpu_ms'][3]", "launch_time"),
        (CROSS + "launch_cpu = record['cpu_ms'][0]", "launch_time"),
        (
            CROSS
            + "b = (record['gpu_ms'][bad + 1] - record['gpu_ms'][bad]) / (record['m'][bad + 1] - record['m'][bad])\n"
            "launch_gpu = record['gpu_ms'][bad] - b * record['m'][bad]",
            "launch_spoiled",
        ),
        (changed(CROSS, "times[3] - b", "times[3] + b"), "launch"),
        (CROSS + "launch_cpu, launch_gpu = launch_gpu, launch_cpu", "launch"),
        (CROSS + "crossover = -crossover", "cross_sign"),
        (CROSS + "crossover = 1 / crossover", "cross_upside"),
        (CROSS + "crossover = 5000000", "cross"),
        (changed(CROSS, "(b_cpu - b_gpu)", "(b_cpu + 3 * b_gpu)"), "cross"),
    ],
}

# answers of which a part counts, and its points
PARTIAL = {
    "time-check": [(TIME + "typical = ...", 3)],
}

# questions whose answer does not depend on the parameters, and why
GENERAL = {}

EXCUSED = {
    "mend-answer: labels swapped (2)": "report is only asked where y is: its values are not read",
    "time-answer: loop halved (1)": "half a round is warm-up enough: it covers the slow steps",
}

# written from the exercise alone, by somebody who had not seen the checks
BLIND_TIME = """
def time_step(number, count, repeats):
    machine = Machine(number)
    for _ in range(count):
        machine.step()
    times = []
    for _ in range(repeats):
        machine.wait()
        start = machine.clock()
        for _ in range(count):
            machine.step()
        machine.wait()
        times.append(1000 * (machine.clock() - start) / count)
    return times
"""
BLIND_RIGHT = {
    "mend-check": [
        """
def program(device):
    net, x, y = fresh(), X, Y
    before = copy.deepcopy(net)
    net.to(device)
    x = x.to(device)
    y = y.to(device)
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)

    for step in range(STEPS):
        loss = ((y - net(x)) ** 2).mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return report(before, net, x, y, optimizer)
""",
    ],
    "to-check": [
        """
places = {"a": "cpu", "b": "cpu", "c": "cpu", "d": "cpu", "e": "second", "f": "second", "g": "second"}
""",
    ],
    "errors-check": [
        """
input_on = "cuda:2"
weights_on = "cuda:3"
labels_on = "cuda:2"
mend_first = 1
mend_second = 3
""",
    ],
    "time-check": [
        # The median with two digits, as the lesson prints it.
        BLIND_TIME + "typical = round(statistics.median(time_step(SEED, 20, 11)), 2)\n",
        BLIND_TIME + "typical = statistics.median(time_step(SEED, 20, 11))\n",
    ],
    "crossover-check": [
        """
spoiled_m = 2048

def line(m, ms):
    b = (ms[1] - ms[0]) / (m[1] - m[0])
    return ms[0] - b * m[0], b

launch_cpu, b_cpu = line(record["m"][-2:], record["cpu_ms"][-2:])
launch_gpu, b_gpu = line(record["m"][-2:], record["gpu_ms"][-2:])
crossover = (launch_gpu - launch_cpu) / (b_cpu - b_gpu)
""",
    ],
}
BLIND_WRONG = {
    "mend-check": [
        # Forgets to clear the gradients.
        """
def program(device):
    net, x, y = fresh(), X, Y
    before = copy.deepcopy(net)
    net.to(device)
    x, y = x.to(device), y.to(device)
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    for step in range(STEPS):
        loss = ((y - net(x)) ** 2).mean()
        loss.backward()
        optimizer.step()
    return report(before, net, x, y, optimizer)
""",
        # before is only a second name: it moves and is trained along with net.
        """
def program(device):
    net, x, y = fresh(), X, Y
    before = net
    net.to(device)
    x, y = x.to(device), y.to(device)
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)

    for step in range(STEPS):
        loss = ((y - net(x)) ** 2).mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return report(before, net, x, y, optimizer)
""",
        # The optimizer is made before the move: on meta it holds the old weights (held is False there; not to
        """
def program(device):
    net = fresh()
    before = copy.deepcopy(net)
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    net.to(device)
    x, y = X.to(device), Y.to(device)

    for step in range(STEPS):
        loss = ((y - net(x)) ** 2).mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return report(before, net, x, y, optimizer)
""",
    ],
    "to-check": [
        # Thinks that .to moves a tensor itself.
        """
places = {"a": "second", "b": "second", "c": "cpu", "d": "cpu", "e": "second", "f": "second", "g": "second"}
""",
        # Thinks that a network's .to returns a copy, as a tensor's does.
        """
places = {"a": "cpu", "b": "cpu", "c": "cpu", "d": "cpu", "e": "cpu", "f": "second", "g": "cpu"}
""",
    ],
    "errors-check": [
        # Takes mat1 for the weights: input and weights swapped, and moves the network.
        """
input_on, weights_on, labels_on = "cuda:3", "cuda:2", "cuda:2"
mend_first = 5
mend_second = 3
""",
        # The bare x.to and y.to, whose copies are thrown away.
        """
input_on, weights_on, labels_on = "cuda:2", "cuda:3", "cuda:2"
mend_first = 2
mend_second = 4
""",
    ],
    "time-check": [
        # Reads the clock for the start once, so the rounds add up.
        changed(
            BLIND_TIME,
            "        machine.wait()\n        start = machine.clock()\n",
            "        machine.wait()\n",
            "    times = []\n",
            "    machine.wait()\n    start = machine.clock()\n    times = []\n",
        )
        + "typical = statistics.median(time_step(SEED, 20, 11))\n",
        # The quickest round, which nothing disturbed (typical).
        BLIND_TIME + "typical = min(time_step(SEED, 20, 11))\n",
        # The mean, which the disturbed rounds move (typical).
        BLIND_TIME + "typical = statistics.mean(time_step(SEED, 20, 11))\n",
        # The slowest round, that is, the disturbance itself (typical).
        BLIND_TIME + "typical = max(time_step(SEED, 20, 11))\n",
    ],
    "crossover-check": [
        # Guesses the narrowest, as in the lesson, without looking (spoiled_m).
        """
spoiled_m = 512

def line(m, ms):
    b = (ms[1] - ms[0]) / (m[1] - m[0])
    return ms[0] - b * m[0], b

launch_cpu, b_cpu = line(record["m"][-2:], record["cpu_ms"][-2:])
launch_gpu, b_gpu = line(record["m"][-2:], record["gpu_ms"][-2:])
crossover = (launch_gpu - launch_cpu) / (b_cpu - b_gpu)
""",
        # The place in the list instead of the number of nodes (spoiled_m).
        """
spoiled_m = 1

def line(m, ms):
    b = (ms[1] - ms[0]) / (m[1] - m[0])
    return ms[0] - b * m[0], b

launch_cpu, b_cpu = line(record["m"][-2:], record["cpu_ms"][-2:])
launch_gpu, b_gpu = line(record["m"][-2:], record["gpu_ms"][-2:])
crossover = (launch_gpu - launch_cpu) / (b_cpu - b_gpu)
""",
    ],
}
