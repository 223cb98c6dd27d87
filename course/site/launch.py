"""Sphinx extension: every notebook's page has a button that opens it in Colab, from the repository that made the site.

Which repository and branch that is, the build finds out itself, so that the
buttons of a fork lead to the fork: GitHub's own variables in its workflows,
else the git remote ``origin``, else ``repository`` in ``_config.yml``.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sphinx.application import Sphinx
from sphinx.config import Config

COLAB = "https://colab.research.google.com/github"
GITHUB = "https://github.com"
REMOTE = re.compile(r"(?:https://(?:[^@/]+@)?github\.com/|(?:ssh://)?git@github\.com[:/])([^/]+/[^/]+?)(?:\.git)?/?")


@dataclass(frozen=True)
class Repository:
    """A repository on GitHub: ``owner/name`` and a branch or tag of it, or None for what ``_config.yml`` says."""

    name: str
    branch: str | None


def from_workflow(environ: Mapping[str, str]) -> Repository | None:
    """Return the repository that a GitHub workflow runs in; a pull request has no branch that outlives it."""
    name = environ.get("GITHUB_REPOSITORY")
    if not name:
        return None
    branch = environ.get("GITHUB_REF_NAME")
    return Repository(name, None if environ.get("GITHUB_REF", "").startswith("refs/pull/") else branch or None)


def git(folder: Path, *words: str) -> str | None:
    """Return what git says, or None where it fails or is not installed."""
    try:
        done = subprocess.run(["git", "-C", folder, *words], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip() or None


def from_remote(folder: Path) -> Repository | None:
    """Return the GitHub repository that ``origin`` names, with its default branch, else with the current one."""
    match = REMOTE.fullmatch(git(folder, "remote", "get-url", "origin") or "")
    if not match:
        return None
    default = git(folder, "symbolic-ref", "--short", "refs/remotes/origin/HEAD")
    branch = default.removeprefix("origin/") if default else git(folder, "symbolic-ref", "--short", "HEAD")
    return Repository(match[1], branch)


def set_repository(app: Sphinx, config: Config) -> None:
    """Let the theme's links, and ours, lead to the repository that is built."""
    found = from_workflow(os.environ) or from_remote(Path(app.srcdir))
    if found:
        config.html_theme_options["repository_url"] = f"{GITHUB}/{found.name}"
        if found.branch:
            config.html_theme_options["repository_branch"] = found.branch


def colab(options: Mapping[str, str], path: str) -> str:
    """Return the address that opens a notebook of the repository in Colab."""
    name = options["repository_url"].removeprefix(GITHUB).strip("/")
    return f"{COLAB}/{name}/blob/{quote(options['repository_branch'])}/{quote(path)}"


def add_address(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:  # noqa: ARG001 — Sphinx's signature
    """Give the templates the address that opens a notebook's page in Colab."""
    if pagename in app.env.found_docs and str(app.env.doc2path(pagename)).endswith(".ipynb"):
        context["colab_url"] = colab(app.config.html_theme_options, f"{pagename}.ipynb")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension to Sphinx."""
    app.connect("config-inited", set_repository)
    app.connect("html-page-context", add_address)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
