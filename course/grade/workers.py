"""The process from which those that grade are forked: started first, so that it imports while all else begins."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

ONE_THREAD = ("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def warm_up() -> None:
    """Begin to import what workers need; each computes on one core, and a fork keeps no other thread."""
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    multiprocessing.set_forkserver_preload(["course.grade.batch", "torch._dynamo"])
    forkserver.ensure_running()


def context() -> ForkServerContext:
    """Return what starts the workers."""
    return multiprocessing.get_context("forkserver")
