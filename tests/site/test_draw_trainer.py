"""The page's trainer does PyTorch's arithmetic: in Node.js and in a Chromium, against stored runs of PyTorch itself."""

import json
import subprocess
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Page

from course.notebooks import ROOT
from course.site.math import node_binary

from .draw import reference

NETWORK = ROOT / "_static" / "draw" / "network.js"
STORED = json.loads(reference.STORED.read_text(encoding="utf-8"))
RUNS = [(name, m) for name in reference.ACTIVATIONS for m in reference.SIZES]

# functions of the page's Draw and of one argument
TRAIN = """({ runs, y, seed, rate, steps }) => runs.map(([activation, m]) => {
  const network = Draw.Network.started(activation, m, seed);
  const training = new Draw.Training(network, Draw.linspace(200), Float64Array.from(y), rate);
  return Array.from({ length: steps }, () => training.step());
})"""
START = "([activation, m, seed]) => Draw.Network.started(activation, m, seed).weights.map((all) => Array.from(all))"
OUTPUTS = """([activation, m, seed, x]) =>
  Array.from(Draw.Network.started(activation, m, seed).outputs(Float64Array.from(x)))"""


def in_node(function: str, argument: object) -> object:
    """Return what a function of the page's ``Draw`` returns in Node.js."""
    program = (
        "globalThis.window = globalThis; require(process.argv[1]);"
        "const argument = JSON.parse(require('fs').readFileSync(0));"
        f"console.log(JSON.stringify(({function})(argument)))"
    )
    command = [node_binary(), "-e", program, str(NETWORK)]
    done = subprocess.run(command, input=json.dumps(argument), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def in_chromium(wide, site: Path):
    """Return what calls a function of the page's ``Draw`` in a Chromium, on the page from disk."""
    page: Page = wide.page
    page.goto((site / "draw.html").as_uri())
    return page.evaluate


def task() -> dict[str, object]:
    """Return the twelve trainings."""
    return {
        "runs": RUNS,
        "y": reference.curve(),
        "seed": reference.SEED,
        "rate": reference.RATE,
        "steps": reference.STEPS,
    }


def assert_losses_are_stored(found: list[list[float]]) -> None:
    """Assert that all losses are those of PyTorch, but for a billionth."""
    assert sum(map(len, found)) == len(RUNS) * reference.STEPS
    for (name, m), losses in zip(RUNS, found, strict=True):
        assert losses == pytest.approx(STORED[f"{name} {m}"], rel=1e-9, abs=0), f"{name} {m}"


def test_losses_in_node() -> None:
    """200 steps from PyTorch's start have PyTorch's losses: three activations, four sizes, in Node.js."""
    assert_losses_are_stored(in_node(TRAIN, task()))


def test_losses_in_chromium(in_chromium) -> None:
    """The same in a Chromium, whose exp() is of another make."""
    assert_losses_are_stored(in_chromium(TRAIN, task()))


@pytest.mark.parametrize("name", reference.ACTIVATIONS)
def test_stored_losses_are_what_pytorch_gives(name: str) -> None:
    """The stored runs can be had again from PyTorch: script and file have not parted."""
    for m in (8, 512):
        assert reference.losses(name, m) == pytest.approx(STORED[f"{name} {m}"], rel=1e-9, abs=0)


@pytest.mark.parametrize(("m", "seed"), [(1, 0), (3, 1), (623, 43052), (2047, 2**32 - 1), (2048, 5489)])
def test_start_is_pytorch_s_to_the_last_bit(m: int, seed: int) -> None:
    """A seed gives the weights that torch.manual_seed and two torch.nn.Linear give, all bits of float32."""
    found = in_node(START, ["relu", m, seed])
    expected = [p.flatten().tolist() for p in reference.start("relu", m, seed).parameters()]
    assert found == expected


@pytest.mark.parametrize("name", reference.ACTIVATIONS)
def test_outputs_between_the_points(name: str) -> None:
    """A network's outputs at 1991 places are PyTorch's, also where a bump is skipped because it is 0."""
    x = torch.linspace(-10, 10, 1991, dtype=torch.float64)
    expected = reference.start(name, 300, 7)(x.reshape(-1, 1)).flatten().tolist()
    assert in_node(OUTPUTS, [name, 300, 7, x.tolist()]) == pytest.approx(expected, rel=0, abs=1e-12)
