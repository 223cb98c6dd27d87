"""What these tests share: notebooks that were really run, and the plugin's verdict on them."""

import subprocess
import sys

import pytest
from nbformat import v4

from course import notebooks, run


def code_cell(name, source, *tags, **metadata):
    """Return a code cell of that id."""
    cell = v4.new_code_cell(source, id=name)
    cell.metadata.update(metadata, **({"tags": list(tags)} if tags else {}))
    return cell


class Project:
    """A folder with notebooks in it, as a repository of the course is."""

    def __init__(self, root):
        self.root = root
        (root / "pytest.ini").write_text("[pytest]\naddopts = --nbval -p no:cacheprovider\n")

    def store(self, place, *cells):
        """Run a notebook of these cells, store its outputs, and return its path."""
        path = self.write(place, *cells)
        notebooks.write(path, run.execute(path))
        return path

    def write(self, place, *cells):
        """Write a notebook of these cells as it is, and return its path."""
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        notebooks.write(path, v4.new_notebook(cells=cells))
        return path

    def edit(self, path, **sources):
        """Give cells another source; an id's hyphens are underscores here. Their outputs stay as they are stored."""
        notebook = notebooks.read(path)
        cells = {cell.id.replace("-", "_"): cell for cell in notebook.cells}
        for name, source in sources.items():
            cells[name].source = source
        notebooks.write(path, notebook)

    def pytest(self, *arguments):
        """Run pytest by hand and return its exit code and what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--color=no", *arguments],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path):
    """Return an empty project."""
    return Project(tmp_path)


@pytest.fixture(scope="module")
def shared_project(tmp_path_factory):
    """Return an empty project for all tests of a module."""
    return Project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def cell():
    """Return the function that makes a code cell."""
    return code_cell
