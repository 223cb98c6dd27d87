"""What the architecture says of imports: who may import whom, and what must not be imported too early."""

import ast
import subprocess
import sys

import pytest

from course.__main__ import COMMANDS
from course.notebooks import ROOT

MODULES = sorted((ROOT / "course").rglob("*.py"))
PARTS = ("grade", "site", "translate")
HEAVY = ("torch", "torchvision", "fastai", "matplotlib", "altair", "pandas", "vl_convert")


def imported(path):
    """Return the dotted names a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_grade_site_and_translate_are_apart(path):
    """The grader, the site and the translation never import each other."""
    part = path.relative_to(ROOT / "course").parts[0]
    others = {f"course.{other}" for other in PARTS if other != part}
    assert part not in PARTS or not [name for name in imported(path) if ".".join(name.split(".")[:2]) in others]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_starts_without_the_heavy_packages(command):
    """``--help`` of a command imports neither torch nor anything else that takes seconds."""
    code = f"import sys; from {COMMANDS[command][0]} import command; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_module_is_without_a_user():
    """Every module is a command, an extension named in a configuration, imported by another, or run by it."""
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in MODULES}
    used = {name for path in MODULES for name in _prefixes(imported(path))} | {m for m, _ in COMMANDS.values()}
    configured = "".join((ROOT / f).read_text(encoding="utf-8") for f in ("pyproject.toml", "_config.yml"))
    # a program or an extension that a module starts by its name
    named = "".join((ROOT / "course" / f).read_text(encoding="utf-8") for f in ("kernel.py", "grade/sandbox.py"))
    lonely = {n for n in names - used - {"course", "course.__main__"} if n not in configured + named}
    assert not lonely


def _prefixes(names):
    for name in names:
        parts = name.split(".")
        yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def test_help_lists_every_command_without_importing_one():
    """``python -m course --help`` names the commands and needs nothing but click."""
    code = "import sys, course.__main__ as m; print(sorted(n for n in sys.modules if n.startswith('course')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['course', 'course.__main__', 'course.errors']"
    shown = subprocess.run(
        [sys.executable, "-m", "course", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert [line.split()[0] for line in shown.split("Commands:\n")[1].splitlines()] == sorted(COMMANDS)
