"""The pytest plugin: nbval, with our kernel and our comparison, for every notebook of the course.

It goes through nbval's own collector and items: a notebook stays a file of
cells and its cells run in one kernel; what is ours is which notebooks are in,
what the kernel is, and when two outputs are the same.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode, from_dict
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from course import data, kernel, notebooks
from course.compare import differences, outputs, twins
from course.compare.differences import Difference, Finding
from course.compare.page import write_page
from course.errors import CourseError

REPORT = Path("_build", "compare", "index.html")
FINDINGS = pytest.StashKey["Findings"]()
FINDING = "finding"
HOMEWORK = "exercises"  # stored without outputs on purpose: the answers are the student's to give
TRANSLATED = "ko"


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Run notebooks with this interpreter's kernel, whatever kernels the user has installed."""
    config.stash[FINDINGS] = Findings()
    config.pluginmanager.register(config.stash[FINDINGS])
    if not config.option.nbval_kernel_name:
        config.option.nbval_current_env = True


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Generator[None, list[Any], list[Any]]:
    """Make nbval's files ours, and leave out notebooks that are none of the course's, unless one is asked for."""
    collected = yield
    ours = bool(_folders(parent.config, file_path)) or parent.session.isinitpath(file_path)
    others = [found for found in collected if not isinstance(found, IPyNbFile)]
    if len(others) < len(collected) and ours:
        others.append(NotebookFile.from_parent(parent, path=file_path))
    return others


def _folders(config: pytest.Config, path: Path) -> tuple[str, ...]:
    """Return the folders that a notebook of the course is in, the outermost first; none if it is another's."""
    if not path.is_relative_to(config.rootpath):
        return ()
    folders = path.relative_to(config.rootpath).parts[:-1]
    return folders if folders and folders[0] in notebooks.FOLDERS else ()


class Findings:
    """What was found of all cells, gathered from their reports: with pytest-xdist these come from other processes.

    Attributes:
        found: The findings so far.
    """

    def __init__(self) -> None:
        self.found: list[Finding] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a cell's report carries."""
        if report.when == "call":
            self.found += [Finding.of(value) for name, value in report.user_properties if name == FINDING]


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep a notebook's cells, and a module's tests, in one process.

    And let a translated notebook share the run of its English twin, where that is run and the code is the same.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))
    cells = [item for item in items if isinstance(item, NotebookCell)]
    running = {cell.path for cell in cells}
    shared = {cell for cell in cells if cell.parent.same_code_as in running}
    if shared:
        items[:] = [item for item in items if item not in shared]
        config.hook.pytest_deselected(items=list(shared))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write the report of what differs, and say where it is."""
    if findings := config.stash[FINDINGS].found:
        summary = f"{len(findings)} cells differ from what is stored."
        write_page(config.rootpath / REPORT, "Outputs that are not as stored", summary, findings)
        terminalreporter.write_line(f"What is stored and what came now, side by side: {REPORT}")


class NotebookFile(IPyNbFile):  # type: ignore[misc]
    """A notebook; its items are its cells, and for a translated one that it equals its English twin.

    Attributes:
        same_code_as: The English notebook, if this one translates it and has the same code and outputs.
        running: The cell that is being run.
    """

    same_code_as: Path | None = None
    running: NotebookCell

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each code cell, named by the cell's id."""
        try:
            notebooks.read(self.path)
            yield from self._twin()
        except CourseError as e:
            raise self.CollectError(str(e)) from e
        compared = HOMEWORK not in _folders(self.config, self.path)
        for stock in super().collect():
            if compared and stock.cell.execution_count is None:
                stock.cell.execution_count = 0  # or nbval would compare nothing
            stock.options["check"] = stock.options["check"] and compared
            name = stock.cell.get("id", stock.name)
            yield NotebookCell.from_parent(
                self, name=name, cell_num=stock.cell_num, cell=stock.cell, options=stock.options
            )

    def _twin(self) -> Iterator[pytest.Item]:
        folders = _folders(self.config, self.path)
        if folders[:1] != (TRANSLATED,):
            return
        english = self.config.rootpath.joinpath(*folders[1:], self.path.name)
        if twins.code(self.path) == twins.code(english):
            self.same_code_as = english
        yield Twin.from_parent(self, name="twin", english=english, homework=HOMEWORK in folders)

    def setup(self) -> None:
        """Fill MNIST's cache and start a kernel, both as ``course run`` does."""
        data.fill()
        self.environment = ExitStack()
        self.environment.enter_context(kernel.environment())
        self.displays: dict[str, dict[str, Any]] = {}
        self.clear_first = False
        super().setup()

    def teardown(self) -> None:
        """Stop the kernel and put the environment back."""
        super().teardown()
        self.environment.close()

    def get_kernel_message(self, timeout: float | None = None, stream: str = "iopub") -> dict[str, Any]:
        """Return the next message that nbval knows, having done what the others say to the outputs so far."""
        while True:
            message: dict[str, Any] = super().get_kernel_message(timeout, stream)
            content, kind = message["content"], message["msg_type"]
            if kind == "clear_output":
                self.clear_first = True
            elif kind == "update_display_data":
                self._update(content)
            else:
                self._show(kind, content)
                return message

    def _update(self, content: dict[str, Any]) -> None:
        """Put new data in place of a display's old data, in the very objects that nbval's outputs hold."""
        old = self.displays.get(content["transient"]["display_id"], {})
        for part in old.keys() & {"data", "metadata"}:
            old[part].clear()
            old[part].update(content[part])

    def _show(self, kind: str, content: dict[str, Any]) -> None:
        """Clear the outputs so far where the kernel said so, as soon as there is something to take their place."""
        if self.clear_first and kind in {"display_data", "execute_result", "stream", "error"}:
            self.running.test_outputs.clear()
            self.clear_first = False
        if "display_id" in content.get("transient", {}):
            # of nbformat's own kind, so that nbval takes these very objects into its outputs
            content.update(data=from_dict(content["data"]), metadata=from_dict(content["metadata"]))
            self.displays[content["transient"]["display_id"]] = content


class Different(Exception):  # noqa: N818 - it is no error of the program
    """A notebook is not as it should be; its text says in what."""


class Twin(pytest.Item):
    """That a translated notebook has the code and the outputs of the English one."""

    def __init__(self, *, english: Path, homework: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.english, self.homework = english, homework

    def runtest(self) -> None:
        """Compare the two files."""
        if found := list(twins.compare(self.path, self.english, homework=self.homework)):
            raise Different(Finding(str(self.path.relative_to(self.config.rootpath)), found))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what differs."""
        return str(excinfo.value) if excinfo.errisinstance(Different) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return how pytest names the check."""
        return self.path, 0, f"{self.path.name}: twin of {self.english.name}"


class NotebookCell(IPyNbCell):  # type: ignore[misc]
    """A code cell: run in its notebook's kernel, its outputs compared with the stored ones."""

    finding: Finding | None = None

    def runtest(self) -> None:
        """Run the cell; fail if it raises what it should not or shows what is not stored."""
        self.parent.running = self
        try:
            super().runtest()
        except NbCellError as e:
            if self.finding is None:
                errors = [o for o in self.test_outputs or [] if o.output_type == "error"]
                self._record([differences.new("error", _error(o)) for o in errors] or [Difference(str(e))])
            raise

    def compare_outputs(self, test: Iterable[NotebookNode], ref: object, skip_compare: object = None) -> bool:  # noqa: ARG002
        """Return whether the outputs are the stored ones: nbval's hook for it."""
        self.comparison_traceback: list[str] = []
        self._record([found for found in outputs.compare(self.cell, test) if not found.allowed])
        return self.finding is None

    def _record(self, found: list[Difference]) -> None:
        if found:
            place = f"{self.path.relative_to(self.config.rootpath)}, cell {self.name}"
            self.finding = Finding(place, found)
            self.user_properties.append((FINDING, asdict(self.finding)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
        """Return the notebook, the cell and what differs, and what to do if that is meant."""
        if not excinfo.errisinstance(NbCellError) or self.finding is None:
            return str(super().repr_failure(excinfo))
        path = self.path.relative_to(self.config.rootpath)
        return f"{self.finding}\n  If that is meant: python -m course run {path}"

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return how pytest names the cell."""
        return self.path, 0, f"{self.path.name}: {self.name}"


def _error(output: NotebookNode) -> str:
    """Return an error with the frames of the cell that raised it."""
    canonical = notebooks.canonical_outputs([output])[0]
    return "\n".join([f"{canonical.ename}: {canonical.evalue}", *canonical.traceback])
