"""The buttons to Colab lead to the repository that the site is built from."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from course.site.launch import Repository, colab, from_remote, from_workflow

Build = Callable[..., CompletedProcess[str]]


def git(folder: Path, *words: str) -> None:
    """Run git, as nobody in particular."""
    identity = ["-c", "user.name=a", "-c", "user.email=a@localhost", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", "-C", str(folder), *identity, *words], check=True, capture_output=True)


def button(book: Path) -> str:
    """Return where the button of the book's notebook leads."""
    page = (book / "_build" / "html" / "lesson.html").read_text()
    return re.search(r'href="(https://colab[^"]+)"', page)[1]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"GITHUB_REPOSITORY": ""}, None),
        (
            {"GITHUB_REPOSITORY": "ann/course", "GITHUB_REF_NAME": "main", "GITHUB_REF": "refs/heads/main"},
            Repository("ann/course", "main"),
        ),
        (
            {"GITHUB_REPOSITORY": "ann/course", "GITHUB_REF_NAME": "v1", "GITHUB_REF": "refs/tags/v1"},
            Repository("ann/course", "v1"),
        ),
        (
            {"GITHUB_REPOSITORY": "ann/course", "GITHUB_REF_NAME": "7/merge", "GITHUB_REF": "refs/pull/7/merge"},
            Repository("ann/course", None),
        ),
    ],
)
def test_workflow_says_repository_and_branch(environ: dict[str, str], expected: Repository | None) -> None:
    """In a workflow GitHub's variables say both; a pull request has no branch of its own."""
    assert from_workflow(environ) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/ann/course",
        "https://github.com/ann/course.git",
        "https://github.com/ann/course/",
        "https://ann:secret@github.com/ann/course.git",
        "git@github.com:ann/course.git",
        "ssh://git@github.com/ann/course.git",
    ],
)
def test_remote_says_repository_and_branch(tmp_path: Path, url: str) -> None:
    """Elsewhere the remote origin says it, in whichever way its address is written."""
    git(tmp_path, "init")
    git(tmp_path, "remote", "add", "origin", url)
    assert from_remote(tmp_path) == Repository("ann/course", "main")


def test_remote_s_default_branch_goes_before_the_current_one(tmp_path: Path) -> None:
    """A branch that is only here is not where the button leads."""
    git(tmp_path, "init")
    git(tmp_path, "commit", "--allow-empty", "-m", "one")
    git(tmp_path, "remote", "add", "origin", "https://github.com/ann/course")
    git(tmp_path, "update-ref", "refs/remotes/origin/trunk", "HEAD")
    git(tmp_path, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    git(tmp_path, "switch", "-c", "my-topic")
    assert from_remote(tmp_path) == Repository("ann/course", "trunk")


def test_detached_head_leaves_the_branch_to_the_configuration(tmp_path: Path) -> None:
    """Where no branch is known the one of _config.yml is taken."""
    git(tmp_path, "init")
    git(tmp_path, "commit", "--allow-empty", "-m", "one")
    git(tmp_path, "switch", "--detach")
    git(tmp_path, "remote", "add", "origin", "https://github.com/ann/course")
    assert from_remote(tmp_path) == Repository("ann/course", None)


@pytest.mark.parametrize("url", ["https://gitlab.com/ann/course", "../elsewhere", "https://github.com.evil.org/ann/c"])
def test_other_remotes_say_nothing(tmp_path: Path, url: str) -> None:
    """A remote that is not on GitHub leaves it to _config.yml, as Colab cannot open it."""
    git(tmp_path, "init")
    git(tmp_path, "remote", "add", "origin", url)
    assert from_remote(tmp_path) is None


def test_no_git_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of a repository, and where git is not installed, nothing is known."""
    assert from_remote(tmp_path) is None
    monkeypatch.setenv("PATH", "")
    assert from_remote(tmp_path) is None


def test_address_is_quoted() -> None:
    """A branch and a path with other signs than letters make an address that works."""
    options = {"repository_url": "https://github.com/ann/course", "repository_branch": "a b/c"}
    assert colab(options, "é/x.ipynb") == (
        "https://colab.research.google.com/github/ann/course/blob/a%20b/c/%C3%A9/x.ipynb"
    )


@pytest.mark.slow
def test_buttons_of_a_fork_lead_to_the_fork(book: Path, build: Build) -> None:
    """_config.yml is the last to be asked, the git remote goes before it, and GitHub's workflow before both."""
    assert build(book).returncode == 0
    assert button(book).endswith("/github/one-hidden-layer/course/blob/main/lesson.ipynb")
    git(book, "init")
    git(book, "remote", "add", "origin", "git@github.com:fork/course.git")
    assert build(book).returncode == 0
    assert button(book).endswith("/github/fork/course/blob/main/lesson.ipynb")
    workflow = {"GITHUB_REPOSITORY": "other/lessons", "GITHUB_REF_NAME": "dev", "GITHUB_REF": "refs/heads/dev"}
    assert build(book, **workflow).returncode == 0
    assert button(book).endswith("/github/other/lessons/blob/dev/lesson.ipynb")


def test_page_that_is_no_notebook_has_no_button(everything: Path) -> None:
    """Only a notebook can be opened in Colab."""
    assert "colab.research" not in (everything / "formulas.html").read_text()
