"""The workflows of GitHub: valid, safe, pinned, and each gate with the reason why it can fail."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml

from course.lock import newest_record, normalised, recorded_versions
from course.notebooks import ROOT

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
EACH = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
USES = re.compile(r"^\s*(?:- )?uses: (\S+?)(?:@(\S+))?(?: # (.*))?$", re.MULTILINE)
OURS = "./.github/workflows/"


def lint(tool: str, *words: str | Path) -> None:
    """Run a linter of this environment; fail with its own words."""
    done = subprocess.run([Path(sys.executable).with_name(tool), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    """Return the jobs of a workflow."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    return found


def test_schema():
    """GitHub can read every workflow: keys, types and events are those of its schema."""
    lint("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)


def test_zizmor():
    """zizmor finds nothing, at its strictest: no injection, no excess permission, no leaked credential."""
    lint("zizmor", "--offline", "--persona", "pedantic", FOLDER)


@EACH
def test_pinned(path):
    """Every action is pinned to a commit, with its version behind it; only our own workflows go by their path."""
    uses = USES.findall(path.read_text(encoding="utf-8"))
    assert uses
    for name, commit, version in uses:
        if name.startswith(OURS):
            assert (ROOT / name).is_file()
        else:
            assert re.fullmatch(r"[0-9a-f]{40}", commit), name
            assert re.fullmatch(r"v\d+\.\d+\.\d+", version), name


def test_one_version_of_each_action():
    """All workflows use the same commit of an action, and write the same version behind it."""
    seen: dict[str, tuple[str, str]] = {}
    for path in WORKFLOWS:
        for name, commit, version in USES.findall(path.read_text(encoding="utf-8")):
            assert seen.setdefault(name, (commit, version)) == (commit, version), f"{path.name}: {name}"


@EACH
def test_least_permissions(path):
    """A workflow has no permission; each job names the few that it needs, and none may write to the repository."""
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["permissions"] == {}
    for name, job in jobs(path).items():
        assert job["permissions"], name
        assert job["permissions"].get("contents", "read") == "read", name


@EACH
def test_no_credentials_and_an_end(path):
    """No job leaves the token in its checkout, and each job ends by itself when it hangs."""
    for name, job in jobs(path).items():
        assert "timeout-minutes" in job or job.get("uses", "").startswith(OURS), name
        for step in job.get("steps", []):
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, name


@EACH
def test_gates_say_why(path):
    """Above every step that can turn a run red with a command of ours stands when it fails."""
    steps = re.split(r"\n(?=\n +(?:#|- name))", path.read_text(encoding="utf-8"))
    gates = [
        step
        for step in steps
        if re.search(r"^ +run:", step, re.MULTILINE) and not re.search(r"^ +if:", step, re.MULTILINE)
    ]
    silent = [step for step in gates if not re.search(r"^ +# .*\b[Ff]ails?\b", step, re.MULTILINE)]
    assert not silent


def test_both_ends_of_python():
    """Pull requests are tested on the oldest and the newest Python that we support."""
    matrix = jobs(FOLDER / "test.yml")["test"]["strategy"]["matrix"]["python"]
    supported = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    oldest, too_new = (int(minor) for minor in re.findall(r"3\.(\d+)", supported))
    assert matrix == [f"3.{oldest}", f"3.{too_new - 1}"]


def test_caches_follow_the_lock():
    """What a job keeps of pip's downloads is keyed on the lock, and what is published is built without a cache."""
    for path in WORKFLOWS:
        for job in jobs(path).values():
            for step in job.get("steps", []):
                options = step.get("with", {})
                if "cache" in options:
                    assert path.name == "test.yml"
                    assert options["cache-dependency-path"] == "requirements.lock"


def test_only_what_passed_is_published():
    """The site is built only after the tests, and published only after it was built."""
    publish = jobs(FOLDER / "publish.yml")
    assert publish["test"]["uses"] == f"{OURS}test.yml"
    assert publish["build"]["needs"] == "test"
    assert publish["publish"]["needs"] == "build"


def imports(path: Path, seen: set[Path]) -> set[str]:
    """Return the top-level names that a module imports, and those of the modules of ours that it imports."""
    seen.add(path)
    names = {"pytest"}  # which the script itself calls
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            dotted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            dotted = [f"{node.module}.{alias.name}" for alias in node.names] + [str(node.module)]
        else:
            continue
        for name in dotted:
            module = ROOT / f"{name.replace('.', '/')}.py"
            if name.startswith("course.") and module.is_file() and module not in seen:
                names |= imports(module, seen)
            names.add(name.split(".")[0])
    return names - {"course"} - sys.stdlib_module_names


def test_colab_has_what_compares():
    """What our comparison imports is in Colab's image, or is what the script puts beside Colab's packages."""
    script = (ROOT / "colab" / "run-lessons.sh").read_text(encoding="utf-8")
    brought = set(re.search(r"--editable \.(.*)", script)[1].split())
    there = recorded_versions(newest_record()).keys() | brought
    owners = packages_distributions()
    needed = {name: owners[name] for name in imports(ROOT / "course" / "compare" / "plugin.py", set())}
    assert "nbval" in needed
    assert "vl_convert" in needed
    assert [name for name, packages in needed.items() if not {normalised(p) for p in packages} & there] == []
