"""Books that are built, servers that serve them, and a real Chromium that reads them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from course.site.bench import served

sys.path.insert(0, str(Path(__file__).parent))  # for what the tests share: pages.py

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
BOOK = Path(__file__).parent / "books" / "everything"


@pytest.hookimpl(tryfirst=True)  # before every other item gets its module's group
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests in one process: they share a built site and a browser."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("site"))


def run_jupyter_book(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Build a book as one types it, with no GitHub workflow around it but what is asked for."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, env=outside | variables, check=False)


@pytest.fixture(scope="session")
def build() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return what builds a book: a function of its folder and of environment variables."""
    return run_jupyter_book


def copy_everything(target: Path) -> Path:
    """Copy the miniature book that holds one of each, and give it the course's own configuration and static files."""
    shutil.copytree(BOOK, target)
    shutil.copy(ROOT / "_config.yml", target)
    for folder in ("_static", "_templates"):
        (target / folder).symlink_to(ROOT / folder)
    return target


@pytest.fixture(scope="session")
def copy_book() -> Callable[[Path], Path]:
    """Return what copies the miniature book: a function of the copy's folder."""
    return copy_everything


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a copy of the miniature book, to be broken and built."""
    return copy_everything(tmp_path / "book")


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the miniature book once, and return the folder of its pages."""
    folder = copy_everything(tmp_path_factory.mktemp("everything") / "book")
    done = run_jupyter_book(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "_build" / "html"


@pytest.fixture(scope="session")
def site() -> Path:
    """Build the course's own site, where it is out of date, and return the folder of its pages."""
    done = run_jupyter_book(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return ROOT / "_build" / "html"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session", params=["http", "disk"])
def address(request: pytest.FixtureRequest, site: Path) -> Iterator[str]:
    """Return the site's address, over http and from disk in turn."""
    if request.param == "disk":
        yield site.as_uri()
    else:
        with served(site, Quiet) as url:
            yield url


@pytest.fixture(params=[390, 1400])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """Return a new window of a phone's width and a laptop's in turn."""
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    yield context
    context.close()


@dataclass
class Visit:
    """A page, and all that went wrong on it or was asked of any host.

    Attributes:
        page: The browser's page.
        wrong: Console errors and warnings, uncaught errors, failed requests and answers other than success.
        requests: The addresses of all requests.
    """

    page: Page
    wrong: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        page = self.page
        page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("requestfailed", self.note_failure)
        page.on("response", lambda r: self.wrong.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
        page.on("request", lambda request: self.requests.append(request.url))

    def note_failure(self, request: Request) -> None:
        """Note a failed request, unless it was the page that left before a late picture came."""
        if request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"failed: {request.url}")

    def strangers(self, address: str) -> list[str]:
        """Return the requests that went elsewhere than to where the page is from."""
        home = urlsplit(address)
        return [
            url for url in self.requests if not url.startswith(("data:", "blob:")) and urlsplit(url)[:2] != home[:2]
        ]

    def scroll_through(self) -> None:
        """Bring every part of the page near the window, as a reader does, and wait for what that loads."""
        top = 0
        while top < self.page.evaluate("document.documentElement.scrollHeight"):  # which grows as parts are laid out
            self.page.evaluate("top => window.scrollTo(0, top)", top)
            self.page.wait_for_timeout(20)
            top += 600
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_function("() => !document.querySelector('figure.chart:not(.is-live)')")


@pytest.fixture
def visit(context: BrowserContext) -> Visit:
    """Return a page that records what goes wrong, in windows of both widths in turn."""
    return Visit(context.new_page())


@pytest.fixture
def wide(browser: Browser) -> Iterator[Visit]:
    """Return a page that records what goes wrong, in a window of a laptop's width."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    yield Visit(context.new_page())
    context.close()
