"""Every failure of the tools, in words: what happened, where, and what to do.

A failure is one line on stderr and exit code 1. Each function here makes the
exception for one kind of failure; the modules raise what they get from here
and hold no wording of their own.
"""

from __future__ import annotations

from os import PathLike, fspath

import click

Place = str | PathLike[str]


class CourseError(click.ClickException):
    """A failure that the user can do something about.

    Attributes:
        where: The file, address or cell that is at fault.
        what: What happened there.
        todo: What the user can do.
    """

    exit_code = 1

    def __init__(self, where: Place, what: str, todo: str) -> None:
        self.where, self.what, self.todo = fspath(where), what, todo
        super().__init__(" ".join(f"{self.where}: {what}; {todo}".split()))


# Environment


def package_missing(command: str, package: str) -> CourseError:
    """A command needs a package that the light environment leaves out."""
    return CourseError(
        f"python -m course {command}",
        f"the package {package} is not installed",
        "install the whole set with `make .venv/whole` or `pip install -r requirements.txt`",
    )


def lock_unsolvable(why: str) -> CourseError:
    """No set of versions fits the requirements and Colab's record."""
    return CourseError(
        "requirements.lock",
        f"no versions fit ({why})",
        "add the package at fault to colab/exceptions.toml, with the reason; the lock is unchanged",
    )


def no_colab_record(folder: Place) -> CourseError:
    """There is no record of Colab's packages to pin to."""
    return CourseError(folder, "no record of Colab's packages (preinstalled-*.txt)", "restore it from git")


# Notebooks


def no_such_notebook(path: Place) -> CourseError:
    """The named notebook does not exist."""
    return CourseError(path, "there is no such notebook", "check the name")


def not_a_notebook(path: Place, why: str) -> CourseError:
    """The file cannot be read as a Jupyter notebook (format 4)."""
    return CourseError(path, f"not a Jupyter notebook ({why})", "restore it from git or open and save it in Jupyter")


def cell_failed(path: Place, cell: str, line: int | None, error: str) -> CourseError:
    """A cell raised an error that it does not declare."""
    place = f"cell {cell}" if line is None else f"cell {cell}, line {line}"
    return CourseError(
        path, f"{place}: {error}", "mend the cell, or tag it raises-exception; the stored notebook is unchanged"
    )


def cell_did_not_raise(path: Place, cell: str) -> CourseError:
    """A cell tagged ``raises-exception`` ended without an error."""
    return CourseError(
        path, f"cell {cell}: should raise an error and did not", "mend the cell or remove its tag raises-exception"
    )


def cell_timed_out(path: Place, cell: str, seconds: float) -> CourseError:
    """A cell ran longer than it may."""
    return CourseError(
        path, f"cell {cell}: still running after {seconds:g} s", "make it quicker; the stored notebook is unchanged"
    )


def kernel_died(path: Place) -> CourseError:
    """The kernel ended while the notebook ran."""
    return CourseError(
        path, "the kernel died (out of memory?)", "free memory and run it again; the stored notebook is unchanged"
    )
