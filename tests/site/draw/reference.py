"""PyTorch's own training of the networks that the page trains, in float64; ``losses.json`` holds what it gave.

python tests/site/draw/reference.py     # trains them again, and stores the losses
"""

import json
import math
from pathlib import Path

import torch

STORED = Path(__file__).with_name("losses.json")
SEED = 43052
STEPS = 200
RATE = 0.001
SIZES = (8, 64, 512, 2048)


class Bump(torch.nn.Module):
    """The bump of lessons 01 and 02."""

    def forward(self, u):
        """Return 1 between -1/2 and 1/2, else 0, but for steep sides."""
        return torch.sigmoid(200 * (u + 0.5)) + torch.sigmoid(-200 * (u - 0.5)) - 1


ACTIVATIONS = {"bump": Bump, "relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid}


def curve():
    """Return a wave at the 200 points, with three decimals, as the page has it."""
    points = [-10 + 20 * i / 199 for i in range(200)]
    return [round(0.6 * math.sin(0.6 * x) + 0.3 * math.sin(1.3 * x + 0.7), 3) for x in points]


def start(activation, m, seed=SEED):
    """Return the network 1-m-1 as a lesson makes it, then in float64."""
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(1, m), ACTIVATIONS[activation](), torch.nn.Linear(m, 1)).double()


def losses(activation, m):
    """Return the loss before each of 200 steps of Adam on the wave."""
    x = torch.linspace(-10, 10, 200, dtype=torch.float64).reshape(-1, 1)
    y = torch.tensor(curve(), dtype=torch.float64).reshape(-1, 1)
    net = start(activation, m)
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    found = []
    for _ in range(STEPS):
        loss = torch.nn.functional.mse_loss(net(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        found.append(loss.item())
    return found


def main():
    """Train all twelve and store their losses, with 14 digits."""
    torch.set_num_threads(1)
    runs = {f"{name} {m}": [float(f"{loss:.14g}") for loss in losses(name, m)] for name in ACTIVATIONS for m in SIZES}
    rows = ",\n".join(f" {json.dumps(name)}: {json.dumps(run, separators=(',', ':'))}" for name, run in runs.items())
    STORED.write_text(f"{{\n{rows}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
