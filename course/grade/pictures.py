"""Pictures of strangers, decoded under strict bounds and encoded anew, so that only pixels are left of them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

MOST_BYTES = 4 * 2**20
MOST_PIXELS = 4_000_000
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}  # all else in a PNG is text, profiles, dates, further pictures


def redrawn(data: bytes) -> bytes | None:
    """Return a PNG with the same pixels as another and nothing else of it, or nothing where it is no honest PNG."""
    from PIL import Image

    try:
        bare = _SIGNATURE + b"".join(_chunks(data))
        with Image.open(BytesIO(bare), formats=["PNG"]) as picture:
            picture.load()
            clear = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
            pixels = picture.convert("RGBA" if clear else "L" if picture.mode == "L" else "RGB")
        target = BytesIO()
        pixels.save(target, "PNG")
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, struct.error, zlib.error):
        return None
    return target.getvalue()


def _chunks(data: bytes) -> Iterator[bytes]:
    """Yield the chunks that make the pixels, once it is sure that those are not too many.

    Raises:
        ValueError: It is no PNG, or too large a one.
    """
    if len(data) > MOST_BYTES or not data.startswith(_SIGNATURE):
        raise ValueError
    place, last = len(_SIGNATURE), b""
    while last != b"IEND":
        length, name = struct.unpack_from(">I4s", data, place)
        end = place + 12 + length
        if end > len(data) or (last == b"" and name != b"IHDR"):
            raise ValueError
        if name == b"IHDR":
            width, height = struct.unpack_from(">II", data, place + 8)
            if width * height > MOST_PIXELS:
                raise ValueError
        if name in _PIXELS:
            yield data[place:end]
        place, last = end, name
