"""README, CONTRIBUTING and the guide are true: what they name is there, and what they quote is said."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from course.__main__ import COMMANDS
from course.notebooks import ROOT

WRITTEN = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "index.md", *sorted((ROOT / "guide").glob("*.md"))]
EACH = pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
BUILT = ("_build/", ".venv", "grading/", "~/")  # what the commands make
ELSEWHERE = {"googlecolab/backend-info", "pip-freeze.txt", "year.toml", "grades.csv"}  # of others, and the teacher's
PLACEHOLDERS = re.compile(r"NN-name|YYYY-MM-DD")
PATH = re.compile(r"[\w.~*-]+(?:/[\w.*-]+)*/?")
SUFFIXES = {".bib", ".cff", ".html", ".ipynb", ".lock", ".md", ".py", ".sh", ".toml", ".txt", ".webp", ".yml"}


def text(path: Path) -> str:
    """Return a document."""
    return path.read_text(encoding="utf-8")


def code(path: Path) -> list[str]:
    """Return what a document sets as code: spans within a line, and lines of console blocks behind their prompt."""
    blocks = re.compile(r"^```(.*?)\n(.*?)^```", re.MULTILINE | re.DOTALL)
    lines = [line for _, block in blocks.findall(text(path)) for line in re.findall(r"^\$ (.*)", block, re.MULTILINE)]
    return lines + re.findall(r"`([^`\n]+)`", blocks.sub("", text(path)))


def paths(path: Path) -> set[str]:
    """Return the words of a document's code that name a file or a folder of this repository."""
    words = {word for span in code(path) for word in span.split() if PATH.fullmatch(word)}
    named = {word for word in words if "/" in word.rstrip("/") or word.endswith("/") or Path(word).suffix in SUFFIXES}
    return {word for word in named if not word.startswith(BUILT)} - ELSEWHERE


def validate(schema: str, path: Path) -> None:
    """Check a file against a schema that check-jsonschema brings."""
    tool = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run([tool, "--builtin-schema", schema, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@EACH
def test_make_targets(path):
    """Every `make X` is a target of the Makefile."""
    targets = set(re.findall(r"^([\w./-]+):(?!=)", text(ROOT / "Makefile"), re.MULTILINE))
    named = {target for span in code(path) for target in re.findall(r"^make ([a-z.][\w./-]*)", span)}
    assert named <= targets


def test_both_commands_are_in_the_readme():
    """The README begins with the two commands, and both are found."""
    named = re.findall(r"\bmake ([a-z-]+)", " ".join(code(ROOT / "README.md")))
    assert named[:2] == ["site", "test"]


def test_targets_are_told():
    """Every target that `make help` lists is told of in the README or in CONTRIBUTING."""
    listed = re.findall(r"^([\w-]+):.*## ", text(ROOT / "Makefile"), re.MULTILINE)
    assert listed
    spans = " ".join(code(ROOT / "README.md") + code(ROOT / "CONTRIBUTING.md"))
    assert [target for target in listed if not re.search(rf"\bmake {target}(?![\w-])", spans)] == []


@EACH
def test_commands(path):
    """Every `python -m course X` is a command."""
    assert set(re.findall(r"python -m course ([a-z][\w-]*)", text(path))) <= COMMANDS.keys()


@EACH
def test_paths(path):
    """Every file and folder named in code is there; for a placeholder, any that fits."""
    for name in paths(path):
        assert any(ROOT.glob(PLACEHOLDERS.sub("*", name).rstrip("/"))), name


@EACH
def test_links(path):
    """Every link to a file, and every picture, leads to one."""
    for target in re.findall(r"\]\(([^)#]+)", text(path)):
        assert target.startswith("https://") or (path.parent / target).is_file(), target


@pytest.mark.parametrize("message", re.findall(r"^\| `([^`]+)` \|", text(ROOT / "CONTRIBUTING.md"), re.MULTILINE))
def test_messages(message):
    """Every message that CONTRIBUTING explains is one that a tool gives, word for word but for its gaps."""
    sources = [text(source) for source in (*(ROOT / "course").rglob("*.py"), ROOT / ".ci" / "setup")]
    parts = [part.strip(", ") for part in message.split("…")]
    assert any(all(part in source for part in parts) for source in sources)


def test_lessons_are_listed():
    """The front page links every lesson that is there, and announces none of those as still to come."""
    front = text(ROOT / "index.md")
    for lesson in sorted((ROOT / "lectures").glob("*.ipynb")):
        (entry,) = re.findall(
            rf"^:::{{lesson}} lectures/{re.escape(lesson.stem)}\n(.*?)^:::$", front, re.MULTILINE | re.DOTALL
        )
        assert "to come" not in entry


def test_versions():
    """The versions in the README are those of the lock, and the image is the one on record."""
    _, versions = text(ROOT / "README.md").split("## Versions\n")
    named = dict(re.findall(r"\b([a-z]+) (\d+\.\d+\.\d+)", versions))
    pinned = dict(re.findall(r"^([a-z]+)==(\S+)", text(ROOT / "requirements.lock"), re.MULTILINE))
    assert named == {
        name: pinned[name] for name in ("torch", "torchvision", "fastai", "numpy", "pandas", "matplotlib", "altair")
    }
    (record,) = (ROOT / "colab").glob("preinstalled-*.txt")
    assert f"image of {record.stem.removeprefix('preinstalled-')}" in versions


def test_citation():
    """CITATION.cff follows its format, names both licences, and has the version of the package."""
    validate("vendor.citation-file-format", ROOT / "CITATION.cff")
    citation = yaml.safe_load(text(ROOT / "CITATION.cff"))
    project = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]
    assert citation["license"] == ["MIT", "CC-BY-4.0"]
    assert citation["version"] == project["version"]


def test_licences():
    """The two licences are there in full."""
    assert text(ROOT / "LICENSE").startswith("MIT License\n")
    assert text(ROOT / "LICENSE").rstrip().endswith("SOFTWARE.")
    legal_code = text(ROOT / "LICENSE-TEXT")
    assert legal_code.startswith("Creative Commons Attribution 4.0 International Public License\n")
    assert re.findall(r"^Section (\d) -- ", legal_code, re.MULTILINE) == [str(n) for n in range(1, 9)]
    assert legal_code.rstrip().endswith("Creative Commons may be contacted at creativecommons.org.")


def test_credits():
    """The credits name the source and its authors, and every package on our pages with its licence."""
    credits_page = text(ROOT / "guide" / "credits.md")
    for name in ("Guebin Choi", "DL2022", "서연", "no text and no code"):
        assert name in credits_page
    rows = [line.lower() for line in credits_page.splitlines() if line.startswith("|")]
    for name, package in json.loads(text(ROOT / "_static" / "vendor" / "vendor.json")).items():
        assert any(re.search(rf"\b{name}\b(?!-)", row) and package["licence"].lower() in row for row in rows), name
