"""What the tests of homework share: the masters, the answers to them, and a kernel in which answers are tried."""

import json
import runpy
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbformat import v4

from course import data, homework, kernel, notebooks, release

sys.path.insert(0, str(Path(__file__).parent))  # for what the tables of answers share: changes.py

ANSWERS = Path(__file__).parents[1] / "answers"

# Runs in the kernel: the given cells, an answer and its check in a namespace of their own, as in a notebook where no
# other question is answered. Which messages the check chose is noted by their keys.
TRIAL = '''
import matplotlib.pyplot

matplotlib.pyplot.switch_backend("agg")  # nobody looks at the figures of given cells: none is rendered


def trial(given, answer, check, names=(), elsewhere=None):
    """Return the points that a check gives for an answer, the keys of what it said, and what it printed.

    The answer is worked out after other given cells, if there are any, and its names are handed over.
    """
    import contextlib, io, json, sys, torch, warnings
    space, keys, error = {"__name__": "__main__"}, [], ""
    place = {"__name__": "__main__"} if elsewhere else space
    torch.manual_seed(0)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()) as printed:
        warnings.simplefilter("ignore")
        exec(given, space)
        say = space["say"]
        space["say"] = lambda key, **facts: (keys.append(key), say(key, **facts))[1]
        try:
            exec(elsewhere or "", place)
            exec(answer, place)
            space.update({name: place[name] for name in names if name in place})
        except Exception as e:
            error = f"{type(e).__name__}: {e}"
        keys.clear()
        exec(check, space)
        matplotlib.pyplot.close("all")
    (earned, points), = (space["RESULTS"][key] for key in list(space["RESULTS"])[-1:])
    sys.stdout.write(json.dumps([earned, points, keys, printed.getvalue(), error]))
'''


def path_of(name):
    """Return the file of a master."""
    return notebooks.ROOT / "solutions" / name / f"{name}.ipynb"


def exercise(name, values):
    """Return what students get of a homework with these parameters."""
    return release.release(master(name, values), path_of(name))


def answers(name):
    """Return the tables of answers to a homework, by their names."""
    return runpy.run_path(str(ANSWERS / f"{name}.py"))


def master(name, values):
    """Return a master with these parameters."""
    return release.with_parameters(notebooks.read(path_of(name)), values, path_of(name))


def quick_master(name):
    """Return a master with the parameters with which it runs in seconds."""
    return master(name, answers(name)["PARAMETERS"])


@dataclass(frozen=True)
class Verdict:
    """What a check said of an answer.

    Attributes:
        earned: Its points.
        points: The most it could have.
        keys: The keys of the messages that were worded, in order.
        printed: What the student sees.
        error: The answer's own error, if it had one.
    """

    earned: float
    points: float
    keys: list[str]
    printed: str
    error: str


class Desk:
    """A kernel in which answers to a homework are tried, each alone."""

    def __init__(self, client, exercise):
        self.client, self.exercise = client, exercise
        if client:
            self.run(TRIAL)

    def run(self, source):
        """Run code in the kernel and return what it printed."""
        cell = v4.new_code_cell(source)
        self.client.nb.cells = [cell]
        self.client.execute_cell(cell, 0)
        return "".join(output.get("text", "") for output in cell.outputs)

    def given(self, check_id):
        """Return all code before a question that is neither answer nor call of a check."""
        parts = []
        for cell in self.exercise.cells:
            if cell.id == check_id:
                return "\n".join(parts)
            if cell.cell_type == "code" and homework.kind(cell) in {"given", "check"}:
                parts.append(cell.source.rpartition("\ngrade(")[0] or cell.source)
        raise LookupError(check_id)

    def try_out(self, question, code, elsewhere=None):
        """Return the verdict on a code that stands in place of a question's answers, run at another desk's if named."""
        check = question.check.id
        other = elsewhere.given(check) if elsewhere else None
        words = (self.given(check), code, question.check.source, question.names, other)
        said = self.run(f"trial(*{words!r})")
        return Verdict(*json.loads(said))


@pytest.fixture(scope="session")
def desk():
    """Return what opens a desk for a homework: a function of its name and its parameters; all share one kernel."""
    data.fill()
    with kernel.environment():
        client = NotebookClient(v4.new_notebook(), kernel_name="python3", timeout=120)
        with client.setup_kernel():
            desks = {}

            def opened(name, values):
                key = (name, json.dumps(values, sort_keys=True))
                if key not in desks:
                    desks[key] = Desk(client, exercise(name, values))
                return desks[key]

            yield opened
