"""Values that leave the sandbox or enter it: plain data as canonical bytes, never pickled, never trusted.

Bytes are a length, JSON of that length, and the raw elements of every tensor and array that the JSON tells of, one
after the other. In the JSON, None, True, False, whole numbers and texts stand for themselves; all else is a list that
begins with what it is. There are no objects in it, and no offsets: what is told must use up the bytes exactly.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from course.grade import layers

MOST_BYTES = 1 << 28
MOST_JSON = 1 << 23
MOST_REFUSED = 2000
MOST_NODES = 200_000
MOST_DEPTH = 40
MOST_DIGITS = 4000
MOST_TEXT = 1 << 22
MOST_AXES = 16
MOST_OF_A_HASH = 100

_DTYPES = (
    "bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64", "complex64",
    "complex128", "uint16", "uint32", "uint64",
)  # fmt: skip
_ARRAY = re.compile(r"\|b1|[|<][iu](?:1|2|4|8)|<f(?:2|4|8)|<c(?:8|16)|<U[1-9]\d{0,5}", re.ASCII)
_DEVICE = re.compile(r"(?:cpu|meta|cuda|mps)(?::\d{1,2})?", re.ASCII)
_CONTAINERS = (list, tuple, dict, set, frozenset)
_KEYS = (str, int, float, bool, type(None))


@dataclass(frozen=True)
class CallableMark:
    """A value that can be called where it is: a function, a class, a network that is not plain.

    Attributes:
        path: Where it is: ``net``, ``nets[0]``, ``d['f']``; ``@2`` is what the third call returned.
        type: Its type's name.
        is_module: Whether it is a ``torch.nn.Module``.
    """

    path: str
    type: str
    is_module: bool = False


@dataclass(frozen=True)
class Refused:
    """A value of a type that does not leave the sandbox.

    Attributes:
        type: Its type's name.
        why: Why, where it is not for its type.
    """

    type: str
    why: str = ""


class _TooMuchError(ValueError):
    """There is more than may be told."""


Marker = Callable[[object], CallableMark | None]


def encode(value: object, path: str = "", mark_of: Marker = lambda _: None, most: int = MOST_BYTES) -> bytes:
    """Return a value as bytes; equal plain values, told in the same order, give equal bytes.

    What cannot be told is told of: a callable by where it is, all else by its type.

    Args:
        value: The value.
        path: Where it is; without one, callables cannot be called and are refused.
        mark_of: What knows of a stand-in where its value is.
        most: How many bytes it may take; a value that takes more is refused, in less than ``MOST_REFUSED``.
    """
    teller = Teller(mark_of, most)
    try:
        told = teller.tell(value, path, 0)
        text = _compact(told)
        teller.room(len(text) + 4)
    except Exception as error:  # noqa: BLE001  # what cannot be read is told of as such
        teller = Teller(mark_of, most)
        why = str(error) if isinstance(error, _TooMuchError) else "it cannot be read"
        text = _compact(["refused", _type_name(value), why])
    return len(text).to_bytes(4, "big") + text + b"".join(teller.blobs)


def _compact(told: Any) -> bytes:
    """Return JSON without a space."""
    text = json.dumps(told, separators=(",", ":")).encode("ascii")
    if len(text) > MOST_JSON:
        raise _TooMuchError("too much text")
    return text


def _type_name(value: object) -> str:
    """Return the name of a value's type, as text that can be shown."""
    name = type.__dict__["__name__"].__get__(type(value))
    return "".join(c if c.isprintable() else "?" for c in str.__str__(name))[:80]


def _module(name: str) -> Any:
    """Return a module if it is there: without it, there can be no value of its types."""
    return sys.modules.get(name)


class Teller:
    """Tells one value.

    Attributes:
        blobs: The raw elements told of so far.
    """

    def __init__(self, mark_of: Marker, most: int) -> None:
        self.blobs: list[bytes] = []
        self._most = most
        self._mark_of = mark_of
        self._nodes = 0
        self._bytes = 0
        self._inside: set[int] = set()

    def tell(self, value: object, path: str, depth: int) -> Any:
        """Return the JSON of a value.

        Raises:
            ValueError: It is too large.
        """
        self._nodes += 1
        if depth > MOST_DEPTH:
            raise _TooMuchError("nested too deeply")
        if self._nodes > MOST_NODES:
            raise _TooMuchError("too many values")
        if value is None or value is True or value is False:
            return value
        if (mark := self._mark_of(value)) is not None:
            return ["callable", mark.path, mark.type, mark.is_module]
        kind = type(value)
        for base, how in self._plain():
            if issubclass(kind, base):
                return how(value)
        if issubclass(kind, _CONTAINERS):
            return self._container(value, path, depth)
        return self._library(value, path, depth)

    def _plain(self) -> Iterator[tuple[type, Callable[[Any], Any]]]:
        yield int, self._int
        yield float, lambda value: ["float", float.hex(value)]
        yield complex, lambda value: ["complex", float.hex(complex.real.__get__(value)), _imaginary(value)]
        yield str, self._text
        yield bytes, lambda value: ["bytes", self._text(bytes.hex(value))]
        yield type(...), lambda _: ["ellipsis"]

    def _int(self, value: int) -> Any:
        if int.bit_length(value) > MOST_DIGITS * 3:
            return ["refused", _type_name(value), "too many digits"]
        return int.__int__(value)

    def _text(self, value: str) -> str:
        if str.__len__(value) > MOST_TEXT:
            raise _TooMuchError("too much text")
        return str.__str__(value)

    def _container(self, value: Any, path: str, depth: int) -> Any:
        """Tell what holds other values; what holds itself is too deep."""
        kind = type(value)
        if id(value) in self._inside:
            raise _TooMuchError("it holds itself")
        base: Any = next(each for each in _CONTAINERS if issubclass(kind, each))
        if self._nodes + base.__len__(value) > MOST_NODES:  # before any is told, which takes its time
            raise _TooMuchError("too many values")
        self._inside.add(id(value))
        try:
            if base is dict:
                return self._dict(value, path, depth)
            if base in (set, frozenset):
                return self._set(value, depth, base)
            torch = _module("torch")
            name = "size" if torch is not None and kind is torch.Size else base.__name__
            items = list(base.__iter__(value))
            return [name, *(self.tell(v, f"{path}[{n}]" if path else "", depth + 1) for n, v in enumerate(items))]
        finally:
            self._inside.discard(id(value))

    def _set(self, value: Any, depth: int, base: Any) -> Any:
        return [
            base.__name__,
            *sorted((self.tell(item, "", depth + 1) for item in base.__iter__(value)), key=json.dumps),
        ]

    def _dict(self, value: Any, path: str, depth: int) -> Any:
        told: list[Any] = ["dict"]
        for key, item in list(dict.items(value)):
            plain = key is None or issubclass(type(key), _KEYS)
            first = self.tell(key, "", depth + 1)
            below = f"{path}[{_restored(first)!r}]" if path and plain and not _is_refused(first) else ""
            told.append([first, self.tell(item, below, depth + 1)])
        return told

    def _library(self, value: Any, path: str, depth: int) -> Any:
        """Tell a value of torch, numpy, graphviz, or of range and slice."""
        kind = type(value)
        if kind in (range, slice):
            parts = (value.start, value.stop, value.step)
            return [kind.__name__, *(self.tell(part, "", depth + 1) for part in parts)]
        torch, numpy, graphviz = _module("torch"), _module("numpy"), _module("graphviz")
        if torch is not None and (told := self._torch(value, depth, torch)) is not None:
            return told
        if numpy is not None and issubclass(kind, (numpy.ndarray, numpy.generic)):
            return self._array(value)
        if graphviz is not None and issubclass(kind, (graphviz.Graph, graphviz.Digraph, graphviz.Source)):
            return ["graph", self._text(_source(value, graphviz))]
        if callable(value) and path:
            return ["callable", path[:1000], _type_name(value), torch is not None and issubclass(kind, torch.nn.Module)]
        return ["refused", _type_name(value), ""]

    def _torch(self, value: Any, depth: int, torch: Any) -> Any:
        """Tell a value of torch, or return nothing."""
        kind = type(value)
        if issubclass(kind, torch.Tensor):
            try:
                return self._tensor(value)
            except (AttributeError, NotImplementedError, RuntimeError, TypeError):
                return ["refused", _type_name(value), "its elements cannot be read"]
        if kind is torch.dtype:
            name = str(value).removeprefix("torch.")
            return ["dtype", name] if name in _DTYPES else None
        if kind is torch.device:
            return ["device", str(value)]
        return layers.tell(value, self._part(depth)) if issubclass(kind, torch.nn.Module) else None

    def _part(self, depth: int) -> Callable[[Any], Any]:
        """Return what tells a constructor's argument or a weight of a network."""
        return lambda value: self.tell(value, "", depth + 1)

    def _tensor(self, value: Any) -> Any:
        import torch

        with torch._C.DisableTorchFunctionSubclass():  # noqa: SLF001  # else a subclass answers
            is_parameter = issubclass(type(value), torch.nn.Parameter)
            slot: Any = torch.Tensor.requires_grad
            needs = bool(slot.__get__(value))
            plain = torch.Tensor.detach(value).as_subclass(torch.Tensor)
            dtype, shape = str(plain.dtype).removeprefix("torch."), list(plain.shape)
            if plain.layout != torch.strided or dtype not in _DTYPES or len(shape) > MOST_AXES:
                return ["refused", _type_name(value), f"{plain.layout}, {plain.dtype}"]
            device = "meta" if plain.device.type == "meta" else "cpu"
            told = ["tensor", dtype, shape, needs, is_parameter, device]
            if device == "meta":
                return told
            self.room(math.prod(shape) * plain.element_size())
            raw = plain.cpu().resolve_conj().resolve_neg().contiguous().reshape(-1).view(torch.uint8)
            self.blobs.append(raw.numpy().tobytes())
        return told

    def _array(self, value: Any) -> Any:
        import numpy as np

        scalar = issubclass(type(value), np.generic)
        array = np.asarray(value) if scalar else np.ndarray.__array__(value).view(np.ndarray)
        array = array.astype(array.dtype.newbyteorder("<"))
        if not _ARRAY.fullmatch(array.dtype.str) or array.ndim > MOST_AXES:
            return ["refused", _type_name(value), f"dtype {str(array.dtype)[:40]}"]
        self.room(array.nbytes)
        self.blobs.append(array.tobytes("C"))
        return ["scalar", array.dtype.str] if scalar else ["array", array.dtype.str, list(array.shape)]

    def room(self, count: int) -> None:
        """Make sure that so many bytes more may be told.

        Raises:
            ValueError: They may not.
        """
        self._bytes += count
        if self._bytes > self._most:
            raise _TooMuchError(f"more than {max(0, self._most) >> 20} MB")


def _imaginary(value: complex) -> str:
    return float.hex(complex.imag.__get__(value))


def _source(value: Any, graphviz: Any) -> str:
    """Return the DOT text of a drawing."""
    for base in (graphviz.Digraph, graphviz.Graph, graphviz.Source):
        if issubclass(type(value), base):
            return str.__str__(base.source.fget(value))
    raise TypeError


def _is_refused(told: Any) -> bool:
    return isinstance(told, list) and told[0] == "refused"


def _restored(told: Any) -> Any:
    """Return the key that this tells."""
    return float.fromhex(told[1]) if isinstance(told, list) else told


# Back


def decode(data: bytes, stand_in: Callable[[CallableMark], object]) -> object:
    """Return the value that bytes tell, made of genuine objects of Python, torch and numpy.

    Args:
        data: The bytes, from anybody.
        stand_in: What makes an object of a callable that stayed where it is.

    Raises:
        ValueError: They tell no value.
    """
    if len(data) > MOST_BYTES or len(data) < 4:
        raise ValueError(f"{len(data)} bytes are no value")
    length = int.from_bytes(data[:4], "big")
    if length > min(MOST_JSON, len(data) - 4):
        raise ValueError("its JSON is longer than it may be")
    told = _json(data[4 : 4 + length])
    reader = _Reader(memoryview(data)[4 + length :], stand_in)
    value = reader.read(told, 0)
    reader.done()
    return value


# an end that is missing counts too: a pattern that looks for it again from each quote takes quadratic time
_QUOTED = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)


def _json(text: bytes) -> Any:
    """Return what the JSON says, of bounded depth."""
    depth = 0
    # quoted brackets count too: that is on the safe side for nothing, so they are taken out first
    bare = re.sub(_QUOTED, b"", text)
    for byte in bare.translate(None, bytes(set(range(256)) - set(b"[]"))):
        depth += 1 if byte == ord("[") else -1
        if depth > 3 * MOST_DEPTH:
            raise ValueError("nested too deeply")
    try:
        return json.loads(
            text.decode("ascii"), parse_float=_no, parse_constant=_no, object_pairs_hook=_no, parse_int=_whole
        )
    except (ValueError, RecursionError) as error:
        raise ValueError(f"no JSON of a value: {str(error)[:80]}") from None


def _no(*_: object) -> Any:
    raise ValueError("it holds what no value is told by")


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError("too many digits")
    return int(digits)


class _Reader:
    """Makes one value."""

    def __init__(self, blob: memoryview, stand_in: Callable[[CallableMark], object]) -> None:
        self._blob, self._place, self._stand_in, self._nodes = blob, 0, stand_in, 0

    def done(self) -> None:
        """Make sure that all bytes are used.

        Raises:
            ValueError: Some are left.
        """
        if self._place != len(self._blob):
            raise ValueError(f"{len(self._blob) - self._place} bytes are left over")

    def read(self, told: Any, depth: int) -> Any:
        """Return the value.

        Raises:
            ValueError: This tells none.
        """
        self._nodes += 1
        if depth > MOST_DEPTH or self._nodes > MOST_NODES:
            raise ValueError("nested too deeply or too many values")
        if told is None or isinstance(told, (bool, int, str)):
            return told
        if not isinstance(told, list) or not told or not isinstance(told[0], str):
            raise ValueError("this tells no value")
        how = getattr(self, f"_read_{told[0]}", None) if told[0].isalpha() else None
        if how is None:
            raise ValueError(f"there is no kind {told[0][:40]!r}")
        try:
            return how(*(told[1:] if told[0] in _FLAT else [told[1:], depth]))
        except (TypeError, OverflowError, RuntimeError, MemoryError) as error:
            raise ValueError(f"{told[0]}: {str(error)[:200]}") from None

    def _read_float(self, text: str) -> float:
        return float.fromhex(_text(text, 40))

    def _read_complex(self, real: str, imaginary: str) -> complex:
        return complex(float.fromhex(_text(real, 40)), float.fromhex(_text(imaginary, 40)))

    def _read_bytes(self, text: str) -> bytes:
        return bytes.fromhex(_text(text, MOST_TEXT))

    def _read_ellipsis(self) -> object:
        return ...

    def _read_list(self, items: list[Any], depth: int) -> list[Any]:
        return [self.read(item, depth + 1) for item in items]

    def _read_tuple(self, items: list[Any], depth: int) -> tuple[Any, ...]:
        return tuple(self._read_list(items, depth))

    def _read_set(self, items: list[Any], depth: int) -> set[Any]:
        return set(_apart(self._read_list(items, depth)))

    def _read_frozenset(self, items: list[Any], depth: int) -> frozenset[Any]:
        return frozenset(_apart(self._read_list(items, depth)))

    def _read_dict(self, items: list[Any], depth: int) -> dict[Any, Any]:
        if not all(isinstance(item, list) and len(item) == 2 for item in items):
            raise ValueError("a dictionary of no pairs")
        pairs = [(self.read(key, depth + 1), self.read(value, depth + 1)) for key, value in items]
        _apart([key for key, _ in pairs])
        made = dict(pairs)
        if len(made) != len(items):
            raise ValueError("a key that is there twice")
        return made

    def _read_size(self, items: list[Any], _: int) -> Any:
        import torch

        return torch.Size(_shape(items))

    def _read_range(self, start: Any, stop: Any, step: Any) -> range:
        return range(start, stop, step)

    def _read_slice(self, items: list[Any], depth: int) -> slice:
        return slice(*self._read_list(items, depth))

    def _read_dtype(self, name: str) -> Any:
        import torch

        return getattr(torch, _one_of(name, _DTYPES))

    def _read_device(self, name: str) -> Any:
        import torch

        if not _DEVICE.fullmatch(_text(name, 20)):
            raise ValueError("no device")
        return torch.device(name)

    def _read_graph(self, source: str) -> Any:
        import graphviz

        return graphviz.Source(_text(source, MOST_TEXT))

    def _read_tensor(self, dtype: str, shape: Any, needs: Any, is_parameter: Any, device: str) -> Any:
        import torch

        kind, sizes = getattr(torch, _one_of(dtype, _DTYPES)), _shape(shape)
        if _one_of(device, ("cpu", "meta")) == "meta":
            made = torch.empty(sizes, dtype=kind, device="meta")
        else:
            count = math.prod(sizes)
            raw = self._take(count * kind.itemsize)
            made = torch.frombuffer(raw, dtype=torch.uint8) if count else torch.empty(0, dtype=torch.uint8)
            made = made.ne(0) if kind is torch.bool else made.view(kind)
            made = made.reshape(sizes)
        if needs not in (True, False) or is_parameter not in (True, False):
            raise ValueError("a tensor that is neither this nor that")
        return torch.nn.Parameter(made, requires_grad=needs) if is_parameter else made.requires_grad_(needs)

    def _read_array(self, dtype: str, shape: Any) -> Any:
        import numpy as np

        if not _ARRAY.fullmatch(_text(dtype, 20)):
            raise ValueError("no dtype of an array")
        kind, sizes = np.dtype(dtype), _shape(shape)
        raw = self._take(math.prod(sizes) * kind.itemsize)
        if not raw:
            return np.zeros(sizes, kind)
        if kind.kind == "U" and np.frombuffer(raw, "<u4").max() > sys.maxunicode:
            raise ValueError("no text")
        if kind.kind == "b":
            return (np.frombuffer(raw, "u1") != 0).reshape(sizes)
        return np.frombuffer(raw, kind).reshape(sizes)

    def _read_scalar(self, dtype: str) -> Any:
        return self._read_array(dtype, [])[()]

    def _read_network(self, items: list[Any], depth: int) -> Any:
        return layers.read(items, lambda told: self.read(told, depth + 1))

    def _read_callable(self, path: str, type_name: str, is_module: Any) -> object:
        return self._stand_in(CallableMark(_text(path, 1000), _shown(_text(type_name, 80)), is_module is True))

    def _read_refused(self, type_name: str, why: str) -> Refused:
        return Refused(_shown(_text(type_name, 80)), _shown(_text(why, 200)))

    def _take(self, count: int) -> bytearray:
        """Return the next bytes, in memory of their own that can be written to."""
        if count > len(self._blob) - self._place:
            raise ValueError(f"{count} bytes are told of, {len(self._blob) - self._place} are there")
        self._place += count
        return bytearray(self._blob[self._place - count : self._place])


_FLAT = {
    "float", "complex", "bytes", "ellipsis", "range", "dtype", "device", "graph", "tensor", "array", "scalar",
    "callable", "refused",
}  # fmt: skip


def _apart(keys: list[Any]) -> list[Any]:
    """Return keys of which few have one hash: a dictionary of others takes hours to make."""
    hashes = Counter(map(hash, keys))
    if hashes and max(hashes.values()) > MOST_OF_A_HASH:
        raise ValueError("too many keys of one hash")
    return keys


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise ValueError("no text, or too long a one")
    return value


def _shown(text: str) -> str:
    """Return a text that any message can hold."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _one_of(value: Any, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ValueError(f"{str(value)[:40]!r} is unknown")
    return str(value)


def _shape(value: Any) -> list[int]:
    """Return the sizes of a tensor's axes: few, none negative, and no product beyond what can be told."""
    if not isinstance(value, list) or len(value) > MOST_AXES:
        raise ValueError("no shape")
    if not all(type(size) is int and 0 <= size < 1 << 40 for size in value):
        raise ValueError("a size that no tensor has")
    if math.prod(size for size in value if size) >= 1 << 46:
        raise ValueError("a shape that no memory holds")
    return value
