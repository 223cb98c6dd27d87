"""What is started before all else, because it takes seconds to import: the process that workers are forked from."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from typing import Any

from course import homework

HEAVY = ("torch", "torch._dynamo")
ONE_THREAD = ("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def warm_up(names: Sequence[str]) -> None:
    """Begin to import what workers need of these modules; a fork keeps one thread, so there is no other."""
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    multiprocessing.set_forkserver_preload(["course.grade.batch", *(name for name in names if name in HEAVY)])
    forkserver.ensure_running()


def modules(master: Mapping[str, Any]) -> list[str]:
    """Return what is imported before a hand-in runs, sorted: what the master imports.

    Where the master has an optimizer, what torch imports when the first one is made
    comes with it: seconds that each student would wait for.
    """
    found = homework.imports(master)
    code = "".join("".join(cell["source"]) for cell in master["cells"] if cell["cell_type"] == "code")
    return sorted(found | ({"torch._dynamo"} if "torch" in found and "optim" in code else set()))


def context() -> ForkServerContext:
    """Return what starts the workers."""
    return multiprocessing.get_context("forkserver")
