import struct
import zlib
from io import BytesIO

import pytest
from invented import png
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from course.grade.pictures import MOST_BYTES, redrawn


def chunk(name: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def built(*chunks: bytes) -> bytes:
    """Return a PNG of chunks."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def head(width: int, height: int) -> bytes:
    """Return the first chunk of a grey PNG."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))


END = chunk(b"IEND", b"")
LONG = b"\0" * 2**26


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pixels_stay(mode: str) -> None:
    """A picture of any kind is drawn anew with the same pixels, and the same bytes each time."""
    source = Image.frombytes("L", (40, 30), bytes(range(200)) * 6).convert(mode)
    target = BytesIO()
    source.save(target, "PNG")
    drawn = redrawn(target.getvalue())
    assert drawn is not None
    assert drawn == redrawn(target.getvalue())
    for kind in ("RGBA", "RGB"):
        before = Image.open(BytesIO(target.getvalue())).convert(kind)
        assert list(Image.open(BytesIO(drawn)).convert(kind).getdata()) == list(before.getdata())


def test_only_pixels_stay() -> None:
    """Texts, profiles and what follows the picture's end do not come through."""
    target = BytesIO()
    info = PngInfo()
    info.add_text("Comment", "<script>alert(1)</script>", zip=True)
    info.add_itxt("XML:com.adobe.xmp", "<script>")
    Image.new("RGB", (4, 4)).save(target, "PNG", pnginfo=info, icc_profile=b"evil profile")
    drawn = redrawn(target.getvalue() + b"<script>alert(2)</script>")
    assert drawn is not None
    assert [name for name in (b"script", b"iTXt", b"zTXt", b"iCCP", b"evil") if name in drawn] == []


HOSTILE = {
    "nothing": b"",
    "an SVG": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "a JPEG": b"\xff\xd8\xff\xe0",
    "a cut one": png()[:200],
    "no end": built(head(4, 4), chunk(b"IDAT", zlib.compress(b"\0" * 20))),
    "huge sides": built(head(100_000, 100_000), chunk(b"IDAT", zlib.compress(LONG)), END),
    "one long side": built(head(1, 2**31 - 1), chunk(b"IDAT", zlib.compress(LONG)), END),
    "no side": built(head(0, 4), chunk(b"IDAT", zlib.compress(b"")), END),
    "a wrong sum": built(head(4, 4)[:-1] + b"?", chunk(b"IDAT", zlib.compress(b"\0" * 20)), END),
    "two heads": built(head(4, 4), head(9000, 9000), chunk(b"IDAT", zlib.compress(LONG)), END),
    "no head": built(chunk(b"IDAT", zlib.compress(b"\0" * 20)), END),
    "a lying length": built(struct.pack(">I", 2**32 - 1) + b"IHDR"),
    "broken pixels": built(head(4, 4), chunk(b"IDAT", b"not zlib"), END),
    "too many bytes": built(
        head(4, 4), chunk(b"tEXt", b" " * MOST_BYTES), chunk(b"IDAT", zlib.compress(b"\0" * 20)), END
    ),
}


@pytest.mark.parametrize("size", [(2500, 2000), (1, 4_000_001)])
def test_an_honest_picture_that_is_too_large_is_refused(size) -> None:
    """The bound on pixels holds by itself; a picture of just as many is drawn."""
    target = BytesIO()
    Image.new("1", size).save(target, "PNG")
    assert redrawn(target.getvalue()) is None
    assert redrawn(png(2000, 2000)) is not None


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_honest_png_is_no_picture(data: bytes) -> None:
    """What is broken, too large or another format is refused, before it costs memory."""
    assert redrawn(data) is None


def test_a_bomb_of_texts_is_not_unpacked() -> None:
    """Compressed texts that would fill the memory are skipped unread; the picture is drawn."""
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(LONG))
    assert redrawn(built(head(4, 4), bomb * 20, chunk(b"IDAT", zlib.compress(b"\0" * 20)), END)) is not None
