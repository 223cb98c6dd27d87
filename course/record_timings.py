"""``python -m course record-timings``: run a notebook's own benchmark here, and write its figures into the notebook.

A notebook with a benchmark tags the cells that are the benchmark, its imports included, ``benchmark``; after them its
kernel holds ``sizes``, and ``measured``: milliseconds for each size by device, ``cpu`` and perhaps ``cuda``. One more
cell is tagged ``timing-record``: it assigns a dictionary, which this command writes anew. Unlike ``run``, it lets the
benchmark see the machine's GPU.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from nbclient import NotebookClient
from nbformat import NotebookNode, v4

from course import errors, kernel, notebooks, run

BENCHMARK, RECORD = "benchmark", "timing-record"
HIDE = "CUDA_VISIBLE_DEVICES"

# What only the benchmark's own kernel knows, said by it as JSON.
TELL = """\
import json, os, platform, torch
_rounded = {device: [float(f"{ms:.3g}") for ms in times] for device, times in measured.items()}
print(json.dumps({
    "cpu": f"{os.cpu_count()} cores, {platform.machine()}, threads used: {torch.get_num_threads()}",
    "gpu": f"{torch.cuda.get_device_name()}, CUDA {torch.version.cuda}" if "cuda" in measured else "none",
    "versions": f"Python {platform.python_version()}, torch {torch.__version__.split('+')[0]}",
    "m": list(sizes),
    "cpu_ms": _rounded["cpu"],
    "gpu_ms": _rounded.get("cuda", []),
}))"""


@click.command()
@click.argument("path", metavar="NOTEBOOK", type=click.Path(path_type=Path))
def command(path: Path) -> None:
    """Run a notebook's benchmark on this machine and write its figures into the notebook's record.

    The GPU is used where there is one. The outputs stay as they were: after
    this comes `python -m course run`, and a look at what the prose says.
    """
    notebook = notebooks.read(path)
    cell = record_cell(notebook, path)
    told = measure(notebook, path)
    cell.source = written(cell.source, {**told, "date": _today(), "command": _called(path)})
    notebooks.write(path, notebook)
    without = "" if told["gpu_ms"] else " of the CPU alone, for there is no CUDA device"
    click.echo(f"{path}: figures{without} recorded; now run: python -m course run {path}")


def record_cell(notebook: NotebookNode, path: Path) -> NotebookNode:
    """Return the one cell that holds the record.

    Raises:
        CourseError: There is none or more than one, it assigns nothing, or no cell is a benchmark.
    """
    records = _tagged(notebook, RECORD)
    if len(records) != 1 or not _tagged(notebook, BENCHMARK) or " = {" not in records[0].source:
        raise errors.no_timing_record(path, RECORD, BENCHMARK)
    return records[0]


def _tagged(notebook: NotebookNode, tag: str) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code" and tag in cell.metadata.get("tags", [])]


def measure(notebook: NotebookNode, path: Path) -> dict[str, Any]:
    """Return what the benchmark's cells, run in order in a fresh kernel, tell of the machine and measure.

    Raises:
        CourseError: One of the cells failed, or the figures are not where they should be.
    """
    whole = notebooks.canonical(notebook)
    tell = v4.new_code_cell(TELL, id="record-timings")
    benchmark = [*_tagged(whole, BENCHMARK), tell]
    whole.cells.append(tell)
    client = NotebookClient(whole, kernel_name="python3", timeout=run.CELL_SECONDS, record_timing=False)
    with _gpu_visible(), client.setup_kernel():
        for cell in benchmark:
            run.execute_cell(client, path, cell, whole.cells.index(cell))
    told: dict[str, Any] = json.loads(tell.outputs[0].text)
    return told


@contextmanager
def _gpu_visible() -> Iterator[None]:
    """Set our kernel's environment, but let it see the GPUs that this process sees."""
    visible = os.environ.get(HIDE)
    with kernel.environment():
        del os.environ[HIDE]
        if visible is not None:
            os.environ[HIDE] = visible
        yield


def written(source: str, record: dict[str, Any]) -> str:
    """Return a cell that assigns the record, a key a line, to the name that the source assigned."""
    order = ("cpu", "gpu", "versions", "date", "command", "m", "cpu_ms", "gpu_ms")
    lines = [f"    {json.dumps(key)}: {json.dumps(record[key], ensure_ascii=False)}," for key in order]
    return "\n".join([f"{source.partition(' = {')[0]} = {{", *lines, "}"])


def _today() -> str:
    return datetime.datetime.now(tz=datetime.UTC).date().isoformat()


def _called(path: Path) -> str:
    """Return the command, without this machine's folders."""
    inside = path.resolve().is_relative_to(notebooks.ROOT)
    return f"python -m course record-timings {path.resolve().relative_to(notebooks.ROOT) if inside else path.name}"
