"""``python -m course lock``: pin every package to the version that Colab's image has."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import click

from course import errors
from course.notebooks import ROOT

LOCK = ROOT / "requirements.lock"
HEADER = """\
# Made by `python -m course lock` from requirements.txt, {record} and colab/exceptions.toml.
# The notebooks' packages are Colab's; pip takes these versions as constraints, on Python 3.11 to 3.13.
"""


@click.command()
@click.option(
    "--record",
    type=click.Path(exists=True, path_type=Path),
    help="Colab's package list [default: the newest in colab/]",
)
def command(record: Path | None) -> None:
    """Write requirements.lock anew: Colab's versions wherever nothing in colab/exceptions.toml speaks against it."""
    record = record or newest_record()
    pins = [
        f"{name}=={version}" for name, version in sorted(recorded_versions(record).items()) if name not in exceptions()
    ]
    lines = solve(pins)
    LOCK.write_text(HEADER.format(record=record.relative_to(ROOT)) + "\n".join(lines) + "\n", encoding="utf-8")
    click.echo(f"{LOCK}: {len(lines)} packages, {len(exceptions())} exceptions")


def normalised(name: str) -> str:
    """Return a package's name in the one spelling of PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def newest_record() -> Path:
    """Return the newest record of Colab's packages.

    Raises:
        CourseError: There is none.
    """
    records = sorted((ROOT / "colab").glob("preinstalled-*.txt"))
    if not records:
        raise errors.no_colab_record(ROOT / "colab")
    return records[-1]


def recorded_versions(record: Path) -> dict[str, str]:
    """Return the version of every package that the record names with one."""
    pins = re.findall(r"^([\w.-]+)==(\S+)$", record.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {normalised(name): version for name, version in pins}


def locked_versions(lock: Path = LOCK) -> dict[str, set[str]]:
    """Return the versions of every package in the lock: more than one where it depends on Python's."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE):
        versions.setdefault(normalised(name), set()).add(version)
    return versions


def exceptions() -> dict[str, str]:
    """Return the packages that need not be Colab's, each with the reason."""
    reasons: dict[str, str] = tomllib.loads((ROOT / "colab" / "exceptions.toml").read_text(encoding="utf-8"))
    return reasons


def solve(pins: list[str]) -> list[str]:
    """Return the lines of a lock that fits requirements.txt and the pins, on every Python we support.

    Raises:
        CourseError: No set of versions fits.
    """
    with tempfile.TemporaryDirectory() as scratch:
        constraints, wanted, out = (Path(scratch, name) for name in ("constraints", "wanted.in", "lock"))
        constraints.write_text("\n".join(pins), encoding="utf-8")
        wanted.write_text("\n".join(requirements()), encoding="utf-8")
        if LOCK.exists():  # the solver keeps what is locked as far as it can, so that only what must move moves
            shutil.copy(LOCK, out)
        options = [
            "--universal",
            "--python-version",
            "3.11",
            "--no-header",
            "--no-annotate",
            "--quiet",
            "--no-emit-index-url",
        ]
        result = subprocess.run(
            [
                sys.executable,
                "-m",
                "uv",
                "pip",
                "compile",
                wanted,
                "--constraints",
                constraints,
                "--output-file",
                out,
                *options,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise errors.lock_unsolvable(" ".join(result.stderr.split())[:300])
        return out.read_text(encoding="utf-8").splitlines()


def requirements() -> list[str]:
    """Return what the two requirements files and pyproject.toml ask for, without their references to each other."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [
        *(ROOT / "requirements-site.txt").read_text().splitlines(),
        *(ROOT / "requirements.txt").read_text().splitlines(),
    ]
    return [*project["dependencies"], *(line for line in lines if re.match(r"\w", line))]
