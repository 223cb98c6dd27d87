import ast
import sys
import sysconfig
from importlib.metadata import distributions, packages_distributions

import pytest
from packaging.requirements import Requirement

from course import errors, lock, notebooks


def test_lock_is_colabs_but_for_the_exceptions():
    """Every package that Colab's record names has Colab's version, or stands in colab/exceptions.toml."""
    record = lock.recorded_versions(lock.newest_record())
    moved = {name for name, versions in lock.locked_versions().items() if name in record and versions != {record[name]}}
    assert moved == set(lock.exceptions())


def test_every_exception_has_a_reason():
    """An exception says why it is one."""
    assert all(len(reason.split()) >= 3 for reason in lock.exceptions().values())


def test_what_is_installed_is_what_is_locked():
    """The environment of this run holds no version that the lock does not."""
    locked = lock.locked_versions()
    # setuptools, once imported, would add copies of its own
    folders = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    installed = {lock.normalised(d.name): d.version for d in distributions(path=folders)}
    assert {n: v for n, v in installed.items() if n in locked and v not in locked[n]} == {}


def test_everything_required_is_locked():
    """What the requirements files ask for is in the lock."""
    wanted = {lock.normalised(Requirement(line).name) for line in lock.requirements()}
    assert wanted <= set(lock.locked_versions())


@pytest.mark.parametrize("path", notebooks.find(), ids=lambda path: path.stem)
def test_notebooks_import_only_what_colab_ships(path):
    """A notebook imports the standard library and packages of Colab's record, in Colab's version."""
    distribution = packages_distributions()
    modules = {name for name in _imports(notebooks.read(path)) if name not in sys.stdlib_module_names}
    packages = {lock.normalised(package) for module in modules for package in distribution[module]}
    assert packages <= set(lock.recorded_versions(lock.newest_record())) - set(lock.exceptions())


def _imports(notebook):
    for cell in notebook.cells:
        code = "".join(line for line in cell.source.splitlines(keepends=True) if not line.startswith(("!", "%")))
        if cell.cell_type == "code":
            for node in ast.walk(ast.parse(code)):
                if isinstance(node, ast.Import):
                    yield from (alias.name.split(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom):
                    yield str(node.module).split(".")[0]


def test_a_lock_that_cannot_be_says_why():
    """Pins that contradict each other end in one line that names them."""
    with pytest.raises(errors.CourseError, match=r"no versions fit .*colab/exceptions.toml"):
        lock.solve(["torch==2.11.0", "sympy==1.0"])


def test_the_lock_is_what_the_command_writes(tmp_path):
    """Solving again with Colab's record gives the versions that are in the lock wherever Colab has the package."""
    record = lock.recorded_versions(lock.newest_record())
    pins = [f"{name}=={version}" for name, version in record.items() if name not in lock.exceptions()]
    out = tmp_path / "lock"
    out.write_text("\n".join(lock.solve(pins)))
    fresh = {n: v for n, v in lock.locked_versions(out).items() if n in record}
    assert fresh == {n: v for n, v in lock.locked_versions().items() if n in record}
