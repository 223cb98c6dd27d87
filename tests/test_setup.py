"""The commands of the Makefile and what they say where they can't go on."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course.notebooks import ROOT


def setup(folder, *arguments, **environment):
    """Run .ci/setup in a copy of the repository's root and return its exit code and what it said."""
    shutil.copytree(ROOT / ".ci", folder / ".ci", dirs_exist_ok=True)
    done = subprocess.run(
        [folder / ".ci" / "setup", *arguments],
        env={**os.environ, "VENV": "", "PYTHON": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr.strip()


def only(folder, *programs):
    """Return a PATH that holds these programs and no other."""
    for program in programs:
        (folder / program).symlink_to(shutil.which(program))
    return str(folder)


TOOLS = ("sh", "dirname", "rm", "env")


def test_no_python_at_all(tmp_path):
    """Where there is no Python and no uv, one line says how to get one, and nothing is made."""
    path = tmp_path / "bin"
    path.mkdir()
    code, said = setup(tmp_path, "light", PATH=only(path, *TOOLS))
    assert code == 1
    assert said.startswith("python3: no Python from 3.11 to 3.13 here")
    assert len(said.splitlines()) == 1
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("version", ["(3, 10)", "(3, 14)"])
def test_a_python_that_is_too_old_or_too_new_is_passed_over(tmp_path, version):
    """A name on PATH is taken only if it runs and is from 3.11 to 3.13."""
    path = tmp_path / "bin"
    path.mkdir()
    fake = path / "python3"
    # the interpreter of this test, that takes itself for another version
    fake.write_text(f"#!{sys.executable}\nimport sys\nsys.version_info = {version}\nexec(sys.argv[2])\n")
    fake.chmod(0o755)
    (path / "python3.13").write_text("#!/bin/sh\nexit 127\n")
    (path / "python3.13").chmod(0o755)
    code, said = setup(tmp_path, "light", PATH=only(path, *TOOLS))
    assert code == 1
    assert said.startswith("python3: no Python from 3.11 to 3.13 here")


def test_a_named_python_that_will_not_do(tmp_path):
    """PYTHON= names the interpreter; one that fails is named in the error."""
    code, said = setup(tmp_path, "light", PYTHON="/bin/false")
    assert code == 1
    assert said == "PYTHON=/bin/false: not a Python from 3.11 to 3.13; name one that is, or leave PYTHON out"


def test_a_full_disk_is_told_before_anything_is_installed(tmp_path):
    """On a disk without room, the error names what is free and what is needed, and pip never starts."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    script = (
        'mkdir small && mount -t tmpfs -o size=100m tmpfs small && exec env VENV=small/venv PYTHON="$0" .ci/setup whole'
    )
    command = ["unshare", *user, "--mount", "sh", "-c", script, sys.executable]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.search(r"\d+ MB of disk are free and \d{4} MB are needed; free some and run it again", done.stderr)
    assert "Installing" not in done.stderr


NO_CHROMIUM = "No Chromium, in which the tests open the pages; run: sudo apt-get install -y chromium"
NO_BUBBLEWRAP = "No bubblewrap, in whose sandbox homework is graded; run: sudo apt-get install -y bubblewrap"
NO_GRAPHVIZ = "No Graphviz, whose dot draws the networks of lesson 04; run: sudo apt-get install -y graphviz"


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ([], [NO_CHROMIUM, NO_GRAPHVIZ, NO_BUBBLEWRAP]),
        (["dot", "bwrap"], [NO_CHROMIUM]),
        (["chromium", "bwrap"], [NO_GRAPHVIZ]),
        (["chromium", "dot"], [NO_BUBBLEWRAP]),
        (["google-chrome", "dot", "bwrap"], []),
    ],
    ids=["none", "no Chromium", "no Graphviz", "no bubblewrap", "all"],
)
def test_programs_that_are_missing_and_cannot_be_installed(tmp_path, there, expected):
    """What the system lacks is told all at once, each with its exact command, where it can't be installed."""
    path = tmp_path / "bin"
    path.mkdir()
    for program in there:
        (path / program).symlink_to("/bin/true")
    code, said = setup(tmp_path, "system", PATH=only(path, *TOOLS, "id", "uname"))
    assert code == bool(expected)
    lines = said.splitlines()
    assert len(lines) == len(expected)
    assert all(line.startswith(wanted) for line, wanted in zip(lines, expected, strict=True))


def fake(path, name, script):
    """Put a program of a few lines of shell onto a PATH."""
    (path / name).write_text(f"#!/bin/sh\n{script}\n")
    (path / name).chmod(0o755)


def test_programs_that_are_missing_are_installed_with_apt(tmp_path):
    """Where apt may be used, it brings what is missing and nothing else; what it can't bring is told."""
    path = tmp_path / "bin"
    path.mkdir()
    only(path, *TOOLS, "chmod", "touch", "uname")
    (path / "bwrap").symlink_to("/bin/true")
    fake(path, "id", "echo 0")
    # an apt-get that brings Graphviz and knows no Chromium
    fake(path, "apt-get", f'echo "$@" >> {path}/log\n[ "$4" = graphviz ] && touch {path}/dot && chmod +x {path}/dot')
    code, said = setup(tmp_path, "system", PATH=str(path))
    assert code == 1
    assert said.splitlines()[-1].startswith(NO_CHROMIUM)
    assert NO_GRAPHVIZ not in said
    asked = (path / "log").read_text().splitlines()
    assert asked == ["update -qq", "install -y -qq chromium", "install -y -qq graphviz"]
    fake(path, "chromium", "")
    (path / "log").unlink()
    assert setup(tmp_path, "system", PATH=str(path)) == (0, "")
    assert not (path / "log").exists()


def test_an_environment_that_stands_is_made_again_only_for_new_pins(tmp_path):
    """Once it is whole, make has nothing to do for the environment, until a file that names versions changes."""
    pins = ["requirements-site.txt", "requirements.txt", "requirements.lock", "pyproject.toml"]
    for name in ["Makefile", *pins]:
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").mkdir()
    for stamp in ("light", "whole"):
        (tmp_path / ".venv" / stamp).touch()
    question = ["make", "--question", ".venv/light", ".venv/whole"]
    assert subprocess.run(question, cwd=tmp_path, check=False).returncode == 0
    for name in pins:
        os.utime(tmp_path / name, (2**32, 2**32))
        assert subprocess.run(question, cwd=tmp_path, check=False).returncode == 1, name
        os.utime(tmp_path / name, (0, 0))


def test_help_lists_every_command_there_is():
    """``make help`` has a line for each target that a person calls."""
    command = ["make", "--no-print-directory", "help"]  # below `make test`, make would say where it is
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    makefile = Path(ROOT, "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)[1].split())
    assert {line.split()[1] for line in shown.splitlines()} == targets - {"lint"}
