"""Bringing a package of npm as npm brings it, with whatever registry and proxy the user has set."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
from pathlib import Path

from course import errors

SECONDS = 300.0
OPTIONS = ("--loglevel=error", "--ignore-scripts", "--fetch-retries=1", "--fetch-retry-mintimeout=1000")


def pack(package: str, into: Path) -> Path:
    """Let npm put a package's tarball into a folder, and return its path.

    Raises:
        CourseError: npm is missing, failed, or took longer than ``SECONDS``.
        OSError: The disk is full.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise errors.npm_missing(package)
    command = [npm, "pack", package, f"--pack-destination={into}", *OPTIONS]
    try:
        done = subprocess.run(
            command, cwd=into, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise errors.npm_too_slow(package, SECONDS) from error
    except subprocess.CalledProcessError as error:
        if "ENOSPC" in error.stderr:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise errors.npm_stopped(package, _reason(error.stderr)) from error
    return into / done.stdout.split()[-1]


def _reason(stderr: str) -> str:
    """Return the line of npm's complaint that a person can use, with its code."""
    lines = [re.sub(r"^npm (error|ERR!) ?", "", line) for line in stderr.splitlines()]
    facts = dict(line.split(" ", 1) for line in lines if line.startswith(("code ", "syscall ", "errno ")))
    text = [line for line in lines if line and line.split()[0] not in facts]
    return " ".join([facts.get("code", ""), *text[:1]]).strip()
