"""What is started before all else, because it takes seconds to import: the process that workers are forked from."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Mapping
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from typing import Any

from course import homework

ONE_THREAD = ("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def warm_up() -> None:
    """Begin to import what workers need; each computes on one core, and a fork keeps no other thread."""
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    multiprocessing.set_forkserver_preload(["course.grade.batch", "torch._dynamo"])
    forkserver.ensure_running()


def modules(master: Mapping[str, Any]) -> list[str]:
    """Return what is imported before a hand-in runs, sorted: what the master imports.

    With torch comes what its optimizers import when the first one is made, which
    takes seconds that each student would wait for.
    """
    found = homework.imports(master)
    return sorted(found | ({"torch._dynamo"} if "torch" in found else set()))


def context() -> ForkServerContext:
    """Return what starts the workers."""
    return multiprocessing.get_context("forkserver")
