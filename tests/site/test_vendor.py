"""What the pages load that others made is what they published, and is replaced as a whole or not at all."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from course import npm
from course.errors import CourseError
from course.site import vendor

FOLDERS = {vendor.FOLDER: vendor.PACKAGES, vendor.TESTS: vendor.FOR_TESTS}
EACH = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parts[-2])


def record(folder: Path) -> dict:
    """Return what stands in a folder's record."""
    return json.loads((folder / "vendor.json").read_text())


def npm_package(folder: Path, **files: str) -> Path:
    """Make a package of npm's, as a folder that npm can pack."""
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps({"name": folder.name, "version": "1.0.0"}))
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def example(folder: Path) -> vendor.Package:
    """Make a package and the description under which npm brings it from its folder."""
    npm_package(folder, LICENSE="Do as you like.", script="run()", extra="no")
    tarball = npm.pack(str(folder), folder.parent)
    return vendor.Package(folder.name, "1.0.0", vendor.sha256(tarball), "MIT", ("LICENSE", "script"), "dist")


@pytest.fixture
def from_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a package's name and version mean a folder, which is all that npm needs to pack it without a network."""
    monkeypatch.setattr(vendor.Package, "spec", property(lambda self: str(tmp_path / self.name)))


@EACH
def test_vendored_files_are_those_on_record(folder: Path) -> None:
    """Every file has the recorded sum, and no file is there that is not on record."""
    found = {
        path.relative_to(folder).as_posix(): vendor.sha256(path)
        for path in folder.rglob("*")
        if path.is_file() and path.name != "vendor.json"
    }
    assert found == {name: total for package in record(folder).values() for name, total in package["files"].items()}


@EACH
def test_record_is_of_the_packages_in_the_table(folder: Path) -> None:
    """The record names the versions, licences and tarballs of the table: whoever changed one ran the command."""
    table = {p.name: (p.version, p.licence, p.sha256) for p in FOLDERS[folder]}
    assert {name: (r["version"], r["licence"], r["tarball_sha256"]) for name, r in record(folder).items()} == table


@pytest.mark.parametrize("package", vendor.PACKAGES, ids=lambda package: package.name)
def test_licence_lies_beside_what_it_licenses(package: vendor.Package) -> None:
    """Each package brings its licence's text; Vega's is in the package of its own that lacks nothing."""
    folder = "vega-util" if package.name == "vega" else package.name
    assert "Permission is hereby granted" in (text := (vendor.FOLDER / folder / "LICENSE").read_text()) or (
        "Redistribution and use" in text
    )


@pytest.mark.usefixtures("from_folders")
def test_refresh_keeps_what_is_asked_for_and_replaces_all(tmp_path: Path) -> None:
    """A refresh brings what the table keeps of each package, records it, and removes what was there before."""
    target = tmp_path / "vendor"
    (target / "old").mkdir(parents=True)
    vendor.refresh((example(tmp_path / "thing"),), target)
    names = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert names == {"vendor.json", "thing/LICENSE", "thing/script"}
    assert json.loads((target / "vendor.json").read_text())["thing"]["version"] == "1.0.0"
    assert not list(tmp_path.glob(".vendor-*"))


@pytest.mark.usefixtures("from_folders")
@pytest.mark.parametrize("fault", ["another tarball", "no such package", "no npm"])
def test_failed_refresh_leaves_what_was_there(tmp_path: Path, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is not the one we know, or cannot be brought, changes nothing, and is said in one line."""
    target = tmp_path / "vendor"
    target.mkdir()
    (target / "here").write_text("before")
    good = example(tmp_path / "thing")
    bad, said = {
        "another tarball": (replace(good, sha256="0" * 64), f"SHA-256 is {good.sha256}, not {'0' * 64}"),
        "no such package": (replace(good, name="nothing"), "npm"),
        "no npm": (good, "npm is not installed"),
    }[fault]
    if fault == "no npm":
        monkeypatch.setenv("PATH", "")
    with pytest.raises(CourseError) as caught:
        vendor.refresh((good, bad), target)
    assert said in caught.value.message
    assert "\n" not in caught.value.message
    assert [path.name for path in target.iterdir()] == ["here"]
    assert not list(tmp_path.glob(".vendor-*"))


@pytest.mark.usefixtures("from_folders")
def test_command_says_what_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command names each package, and where they are."""
    monkeypatch.setattr(vendor, "PACKAGES", (example(tmp_path / "thing"),))
    monkeypatch.setattr(vendor, "FOLDER", tmp_path / "vendor")
    monkeypatch.setattr(vendor, "FOR_TESTS", (example(tmp_path / "other"),))
    monkeypatch.setattr(vendor, "TESTS", tmp_path / "tests")
    done = CliRunner().invoke(vendor.command)
    assert done.exit_code == 0, done.output
    assert "thing 1.0.0" in done.output
    assert (tmp_path / "vendor" / "thing" / "LICENSE").exists()
    assert (tmp_path / "tests" / "other" / "LICENSE").exists()
