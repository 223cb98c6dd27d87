"""``python -m course bench``: our lesson pages beside those of a stock Jupyter Book of the same sources.

Both are served by a server on the loopback interface that compresses as GitHub
Pages does, and opened in a Chromium with an empty cache, as a phone would on a
slow network (:data:`NETWORK`, a processor :data:`SLOWER` times slower: the
profile of Lighthouse). Counted is what comes before the reader does anything,
without the figures. What stock Jupyter Book asks of other hosts, MathJax above
all, is counted as a request of no bytes that is answered at once: its true
figures are worse.
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread
from typing import TYPE_CHECKING, Any

import click

from course import errors, notebooks
from course.notebooks import CHART, ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# what is not ours to answer for: a profile's background traffic, a sandbox in a sandbox, and hosts out of reach
FLAGS = ("--no-sandbox", "--disable-quic", "--disable-background-networking")
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
NETWORK = {"latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}  # ms, bytes a second
SLOWER = 4
PHONE = {"width": 390, "height": 844}
FIGURES = {"Image", "Media"}
COMPRESSED = {".css", ".html", ".js", ".json", ".svg", ".txt", ".xml"}
# what the sources need to be a book at all, and nothing that Jupyter Book does not do by itself
STOCK = {
    "title": "Deep Learning from One Hidden Layer",
    "only_build_toc_files": True,
    "execute": {"execute_notebooks": "off"},
    "bibtex_bibfiles": ["references.bib"],
    "parse": {
        "myst_enable_extensions": [
            "amsmath", "attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath", "smartquotes",
            "substitution", "tasklist",
        ]
    },
    "sphinx": {"extra_extensions": ["sphinx_exercise", "sphinx_proof"]},
}  # fmt: skip
SOURCES = ("*.md", "guide/*.md", "lectures/*.ipynb", "exercises/*/*.ipynb", "solutions/*/*.ipynb")
WATCH = """
window.measured = {lcp: 0, cls: 0};
new PerformanceObserver(list => list.getEntries().forEach(e => { measured.lcp = e.startTime; }))
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) measured.cls += e.value; }))
  .observe({type: "layout-shift", buffered: true});
"""
READ = """({...measured, fcp: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0})"""


@dataclass(frozen=True)
class Load:
    """What it took to show a page.

    Attributes:
        compressed: Bytes that came, without figures, headers included.
        raw: The same, before compression.
        requests: How many requests, without those for figures.
        fcp: When the first content was painted, in ms.
        lcp: When the largest was.
        cls: By how much the layout shifted in all.
    """

    compressed: float
    raw: float
    requests: float
    fcp: float
    lcp: float
    cls: float


ROWS: dict[str, tuple[str, Callable[[float], str]]] = {
    "compressed": ("Compressed, without figures", lambda value: f"{value / 1000:.0f} KB"),
    "raw": ("The same, unpacked", lambda value: f"{value / 1000:.0f} KB"),
    "requests": ("Requests, without figures", lambda value: f"{value:.0f}"),
    "fcp": ("First contentful paint", lambda value: f"{value / 1000:.2f} s"),
    "lcp": ("Largest contentful paint", lambda value: f"{value / 1000:.2f} s"),
    "cls": ("Cumulative layout shift", lambda value: f"{value:.3f}"),
}


class Compressing(SimpleHTTPRequestHandler):
    """Serves files, texts compressed, over connections that stay, and says nothing."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send a file, compressed where it is text."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        body = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        if path.suffix in COMPRESSED:
            body = gzip.compress(body, 6, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path, handler: type[SimpleHTTPRequestHandler] = Compressing) -> Iterator[str]:
    """Serve a folder on the loopback interface, compressed unless the handler is another, and yield its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Start the machine's Chromium and yield it.

    Raises:
        CourseError: There is none.
    """
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        raise errors.no_chromium(CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        yield browser
        browser.close()


class Traffic:
    """Counts what a page asks for, from when it is made.

    Args:
        session: Chromium's debugging session of the page.
    """

    def __init__(self, session: CDPSession) -> None:
        self.kinds: dict[str, str] = {}
        self.compressed: dict[str, float] = {}
        self.raw: dict[str, float] = {}
        session.on("Network.requestWillBeSent", self.note_request)
        session.on("Network.dataReceived", self.note_data)
        session.on("Network.loadingFinished", self.note_end)

    def note_request(self, event: dict[str, Any]) -> None:
        """Note a request, but for addresses that hold their data themselves."""
        if not event["request"]["url"].startswith(("data:", "blob:")):
            self.kinds[event["requestId"]] = event["type"]

    def note_data(self, event: dict[str, Any]) -> None:
        """Add what came, unpacked."""
        self.raw[event["requestId"]] = self.raw.get(event["requestId"], 0) + event["dataLength"]

    def note_end(self, event: dict[str, Any]) -> None:
        """Note what came, as it came."""
        self.compressed[event["requestId"]] = event["encodedDataLength"]

    def total(self, sizes: dict[str, float]) -> float:
        """Return the bytes of what is no figure."""
        return sum(size for name, size in sizes.items() if self.kinds.get(name, "Image") not in FIGURES)

    def requests(self) -> int:
        """Return the number of requests for what is no figure."""
        return sum(kind not in FIGURES for kind in self.kinds.values())


def throttled(page: Page) -> CDPSession:
    """Return a debugging session of a page on a phone's network and processor, with an empty cache."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Network.emulateNetworkConditions", {"offline": False, **NETWORK})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return session


def load(browser: Browser, address: str) -> Load:
    """Open a page as for the first time, wait until nothing more comes, and return what it took."""
    context = browser.new_context(viewport=PHONE, device_scale_factor=2, is_mobile=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.add_init_script(WATCH)
    traffic = Traffic(throttled(page))
    page.goto(address, wait_until="networkidle", timeout=120_000)
    page.wait_for_function("measured.lcp > 0")  # it is told late on a slow processor
    page.wait_for_timeout(500)
    times = page.evaluate(READ)
    context.close()
    return Load(traffic.total(traffic.compressed), traffic.total(traffic.raw), traffic.requests(), **times)


def middle(loads: list[Load]) -> Load:
    """Return the median of each measure."""
    return Load(*(median(getattr(each, field.name) for each in loads) for field in fields(Load)))


def without_chart(source: Path, target: Path) -> None:
    """Copy a notebook; of a chart only the still, which is what stock Jupyter Book can show."""
    notebook = notebooks.read(source)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(CHART, None)
    notebooks.write(target, notebook)


def copy_sources(book: Path) -> None:
    """Copy the pages of the course, with a plain configuration, to make a stock book of."""
    shutil.rmtree(book, ignore_errors=True)
    for source in (path for pattern in SOURCES for path in ROOT.glob(pattern)):
        target = book / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".ipynb":
            without_chart(source, target)
        else:
            shutil.copy(source, target)
    for name in ("_toc.yml", "references.bib"):
        shutil.copy(ROOT / name, book)
    (book / "_config.yml").write_text(json.dumps(STOCK))  # JSON is YAML


def build(book: Path) -> Path:
    """Build a book and return the folder of its pages.

    Raises:
        CourseError: There are none.
    """
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", "--keep-going", str(book)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    pages = book / "_build" / "html"
    if not (pages / "index.html").exists():
        raise errors.book_not_built(book, (done.stderr.strip().splitlines() or ["it said nothing"])[-1])
    return pages


def measure(browser: Browser, pages: Path, names: list[str], repeats: int) -> dict[str, Load]:
    """Return what each page of a folder took, the median of some repeats."""
    with served(pages) as address:
        return {name: middle([load(browser, f"{address}/{name}.html") for _ in range(repeats)]) for name in names}


def table(stock: dict[str, Load], ours: dict[str, Load]) -> str:
    """Return the measures of the worst page of each, side by side, as a table in Markdown."""
    lines = ["| | stock Jupyter Book 1 | this course |", "|---|---|---|"]
    for name, (words, show) in ROWS.items():
        worst = [show(max(getattr(each, name) for each in loads.values())) for loads in (stock, ours)]
        lines.append(f"| {words} | {worst[0]} | {worst[1]} |")
    return "\n".join(lines)


def lessons() -> list[str]:
    """Return the names of the lessons' pages."""
    return [path.relative_to(ROOT).with_suffix("").as_posix() for path in sorted(ROOT.glob("lectures/*.ipynb"))]


@click.command()
@click.option("--repeats", default=3, show_default=True, help="How often each page is opened; the median counts.")
def command(repeats: int) -> None:
    """Measure our lesson pages beside a stock Jupyter Book's.

    Prints a table: of each measure the worst of all lessons.
    """
    copy_sources(book := ROOT / "_build" / "bench")
    sites = {"stock": build(book), "ours": build(ROOT)}
    with chromium(ALONE) as browser:
        found = {name: measure(browser, pages, lessons(), repeats) for name, pages in sites.items()}
    click.echo(table(found["stock"], found["ours"]))
