"""Values on their way out of the sandbox: what comes through whole, what is told of only, and what attackers send."""

import json
import math
import struct

import graphviz
import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from course.grade import layers, values
from course.grade.values import CallableMark, Refused

EXAMPLES = {
    "AdaptiveAvgPool2d": (2,), "AvgPool1d": (2,), "AvgPool2d": (2, 1), "BatchNorm1d": (3,), "BatchNorm2d": (3,),
    "Conv1d": (1, 2, 3), "Conv2d": (2, 4, (3, 2), 1, "same"), "Embedding": (5, 2, 0), "LayerNorm": ((2, 3),),
    "LeakyReLU": (0.2,), "Linear": (3, 2, False), "LogSoftmax": (1,), "MaxPool1d": (2,), "MaxPool2d": (2, 1),
    "Softmax": (1,), "Unflatten": (1, (2, 2)), "BCELoss": (torch.ones(3),), "CrossEntropyLoss": (torch.ones(4),),
}  # fmt: skip


def back(value, path="x"):
    """Return what comes out of a value after the way out and in."""
    return values.decode(values.encode(value, path), lambda mark: mark)


def data(told, blob=b""):
    """Return the bytes that tell this."""
    text = told if isinstance(told, bytes) else json.dumps(told).encode()
    return len(text).to_bytes(4, "big") + text + blob


def refused(told, blob=b""):
    """Return why bytes are no value."""
    with pytest.raises(ValueError, match=r".") as raised:
        values.decode(data(told, blob), lambda mark: mark)
    assert type(raised.value) is ValueError
    return str(raised.value)


class Int(int):
    """A number that lies."""

    def __int__(self):
        return 7

    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


class Str(str):
    """A text that lies."""

    def __str__(self):
        return "lie"

    def __iter__(self):
        return iter("lie")


class Dict(dict):
    """A dictionary that lies."""

    def items(self):
        """Lie."""
        return [("lie", 1)]

    def __iter__(self):
        return iter(["lie"])


class List(list):
    """A list that lies."""

    def __iter__(self):
        return iter([7])

    def __len__(self):
        return 1


class Tensor(torch.Tensor):
    """A tensor that lies."""

    shape = (7,)
    dtype = "lie"

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return "lie"

    def detach(self):
        """Lie."""
        return torch.zeros(7)


class Array(np.ndarray):
    """An array that lies."""

    def __array__(self, *_, **__):
        return np.zeros(7)

    def tobytes(self, *_):
        """Lie."""
        return b"lie"


class Lies:
    """Says that it is what it is not."""

    @property
    def __class__(self):
        return torch.Tensor

    def __getattr__(self, name):
        return 3


# Plain data


@pytest.mark.parametrize(
    "value",
    [
        None, ..., True, False, 0, -1, 2**63, 10**100, -(2**4000), 1.5, math.inf, -math.inf, 5e-324, 1j, "", "한글 🙂",
        "a\ud800b", "\x00\x1b[", b"\x00\xff", [], [1, [2, [3]]], (), (1,), {1, 2}, frozenset({"a"}), {},
        {"a": 1, 2: [3]},
        {(1, "x"): None, None: 1, True: 2, 1.5: 3}, range(3), range(0, 10**30, 7), slice(1, None, 2), torch.float32,
        torch.device("cpu"), torch.Size([2, 3]), [torch.Size([])], torch.device("cuda:1"),
    ],
)  # fmt: skip
def test_plain_data_comes_back_as_it_is(value):
    """Type, value and order are kept, and equal values have equal bytes."""
    found = back(value)
    assert (type(found), found, repr(found)) == (type(value), value, repr(value))
    assert values.encode(found) == values.encode(value)


@pytest.mark.parametrize("value", [math.nan, -0.0, [-0.0], complex(-0.0, math.nan)])
def test_numbers_that_are_not_equal_to_themselves(value):
    """NaN and −0.0 are kept."""
    assert repr(back(value)) == repr(value)


@pytest.mark.parametrize("dtype", values._DTYPES)
@pytest.mark.parametrize("shape", [(), (3,), (2, 0, 4), (2, 3)])
def test_tensor(dtype, shape):
    """All dtypes and shapes come through."""
    value = torch.arange(math.prod(shape)).reshape(shape).to(getattr(torch, dtype))
    found = back(value)
    assert (type(found), found.dtype, found.shape, found.device.type) == (torch.Tensor, value.dtype, value.shape, "cpu")
    assert found.tolist() == value.tolist()


@pytest.mark.parametrize(
    ("value", "needs"),
    [
        (torch.tensor([math.nan, -0.0, math.inf]), False),
        (torch.ones(2, requires_grad=True), True),
        (torch.ones(2, requires_grad=True) * 2, True),
        (torch.arange(6).reshape(2, 3).T, False),
        (torch.arange(6)[::2], False),
        (torch.ones(1).expand(1000), False),
        (torch.tensor([1 + 2j]).conj(), False),
        (nn.Parameter(torch.ones(2)), True),
    ],
)
def test_a_tensor_is_cut_loose(value, needs):
    """Views, graphs and hooks stay behind; bits and the wish for gradients do not."""
    found = back(value)
    assert (type(found), found.requires_grad, found.is_leaf) == (type(value), needs, True)
    assert torch.equal(found.nan_to_num(), value.nan_to_num())
    assert found.numpy(force=True).tobytes() == value.detach().resolve_conj().contiguous().numpy().tobytes()
    found.detach().zero_()


def test_a_tensor_without_data_has_none():
    """A meta tensor of any size is a few bytes."""
    found = back(torch.empty(10**9, device="meta"))
    assert (found.device.type, found.shape) == ("meta", (10**9,))


@pytest.mark.parametrize(
    "value",
    [
        np.arange(6).reshape(2, 3), np.array(3.5), np.zeros((0, 3)), np.array(["a", "한글", ""]), np.zeros(2, "f2"),
        np.array([True, False]), np.arange(6, dtype=">i4"), np.float32(1.5), np.int64(-3),
        np.bool_(True), np.array([1 + 1j]),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    ],
)  # fmt: skip
def test_array(value):
    """Arrays and scalars of numpy come through."""
    found = back(value)
    assert type(found) is type(value)
    assert (found.dtype.newbyteorder("<"), found.shape) == (value.dtype.newbyteorder("<"), value.shape)
    assert found.tolist() == value.tolist()


def test_a_drawing_is_its_text():
    """Of a drawing, its DOT text is kept."""
    drawing = graphviz.Digraph()
    drawing.edge("a", "b")
    assert back(drawing).source == drawing.source
    assert type(back(graphviz.Source("graph { a }"))) is graphviz.Source


@pytest.mark.parametrize(
    ("value", "kind", "wanted"),
    [
        (Int(3), int, 3),
        (Str("true"), str, "true"),
        (Dict(a=1), dict, {"a": 1}),
        (List([1, 2]), list, [1, 2]),
        (torch.ones(2).as_subclass(Tensor), torch.Tensor, [1.0, 1.0]),
        (np.ones(2).view(Array), np.ndarray, [1.0, 1.0]),
        (np.float64(1.5), float, 1.5),
    ],
)
def test_a_subclass_is_read_by_its_base(value, kind, wanted):
    """What a subclass says of itself counts for nothing."""
    found = back(value)
    assert type(found) is kind
    assert (found.tolist() if kind in (torch.Tensor, np.ndarray) else found) == wanted


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (Lies(), "Lies"), (object(), "object"), (pd.DataFrame({"a": [1]}), "DataFrame"), (math, "module"),
        (np.array([object()]), "ndarray"), (np.array(["2000-01-01"], "M8[D]"), "ndarray"), (iter([]), "list_iterator"),
        (torch.eye(2).to_sparse(), "Tensor"), (torch.Generator(), "Generator"),
        (torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8), "Tensor"),
    ],
)  # fmt: skip
def test_anything_else_is_told_of(value, kind):
    """A type that is not allowed is named, where it is, and the rest comes through."""
    found = back([value, 1])
    assert (type(found[0]), found[0].type, found[1]) == (Refused, kind, 1)


def test_what_is_too_large_is_told_of():
    """What is too deep, too long or too large is named so."""
    deep = []
    for _ in range(10_000):
        deep = [deep]
    around = []
    around.append(around)
    assert back(deep) == Refused("list", "nested too deeply")
    assert back(around) == Refused("list", "it holds itself")
    for kind in (list, tuple, set, frozenset, dict.fromkeys):
        assert back(kind(range(300_000))).why == "too many values"
    assert back([[0] * 150_000, [0] * 150_000]) == Refused("list", "too many values")
    assert back(10**5000) == Refused("int", "too many digits")
    assert back("x" * 10**7) == Refused("str", "too much text")
    assert back(torch.ones(1).expand(1 << 30)) == Refused("Tensor", "more than 256 MB")


def test_a_callable_is_told_of_by_where_it_is():
    """Functions and networks of unknown classes are marks with a path that leads to them."""

    class Net(nn.Module):
        pass

    found = back({"f": [len], 3: (Net(),), (1, "a"): print, "set": {len}}, "d")
    assert found["f"] == [CallableMark("d['f'][0]", "builtin_function_or_method")]
    assert found[3] == (CallableMark("d[3][0]", "Net", is_module=True),)
    assert found[1, "a"] == Refused("builtin_function_or_method")
    assert found["set"] == {Refused("builtin_function_or_method")}
    assert back(len, "") == Refused("builtin_function_or_method")


def test_a_stand_in_goes_back_as_its_mark():
    """The examiner can hand a stand-in back."""
    mark = CallableMark("net", "Net", is_module=True)
    stand_in = object()
    told = values.encode([stand_in], mark_of=lambda value: mark if value is stand_in else None)
    assert values.decode(told, lambda mark: mark) == [mark]


# Networks


@pytest.mark.parametrize("name", layers.LAYERS)
def test_layer(name):
    """Every layer on the list is made anew with all its arguments and weights."""
    layer = getattr(nn, name)(*EXAMPLES.get(name, ()))
    layer.eval()
    found = back(layer)
    assert (type(found), str(found), found.training) == (type(layer), str(layer), False)
    assert values.encode(found) == values.encode(layer)
    assert {n: v.tolist() for n, v in found.state_dict().items()} == {
        n: v.tolist() for n, v in layer.state_dict().items()
    }


def test_network():
    """A rebuilt network computes the same and trains on its own."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.Sequential(nn.ReLU(), nn.Dropout(0.5)), nn.Linear(3, 1))
    net[3].weight.requires_grad_(False)
    found, x = back({"net": net})["net"], torch.randn(2, 2, 2)
    net.eval(), found.eval()
    assert torch.equal(found(x), net(x))
    assert [p.requires_grad for p in found.parameters()] == [True, True, False, True]
    found(x).sum().backward()
    assert found[1].weight.grad is not None
    assert net[1].weight.grad is None


def test_a_module_that_is_there_twice_is_one():
    """A module used twice is shared again."""
    one = nn.Linear(2, 2)
    found = back(nn.Sequential(one, nn.ReLU(), one))
    assert found[0] is found[2]


def hooked(net):
    """Return the network with a hook."""
    net.register_forward_hook(lambda *_: 1)
    return net


def changed(net, **attributes):
    """Return the network with other attributes."""
    net.__dict__.update(attributes)
    return net


def tied():
    """Return a network whose layers share a weight."""
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[0].weight = net[1].weight
    return net


class Linear(nn.Linear):
    """A class that is only called like a layer."""


@pytest.mark.parametrize(
    "net",
    [
        hooked(nn.Linear(1, 1)),
        changed(nn.Linear(1, 1), forward=lambda x: x),
        nn.Sequential(nn.Linear(1, 1), changed(nn.ReLU(), forward=lambda x: x)),
        nn.utils.parametrizations.weight_norm(nn.Linear(2, 2)),
        Linear(1, 1),
        nn.Sequential(Linear(1, 1)),
        tied(),
        nn.LSTM(1, 1),
        type("Linear", (nn.Module,), {})(),
    ],
)
def test_a_network_that_is_more_than_its_layers_is_a_stand_in(net):
    """A hook, an own forward or an own class make a network a stand-in."""
    assert back(net, "net") == CallableMark("net", type(net).__name__, is_module=True)


# What attackers send

TENSOR = ["tensor", "float32", [2], False, False, "cpu"]
LINEAR = ["network", "Linear", [1, 1, True], [["bias", ["tensor", "float32", [1], True, True, "cpu"]],
          ["weight", ["tensor", "float32", [1, 1], True, True, "cpu"]]], True, []]  # fmt: skip


def test_the_forger_s_tools_are_right():
    """The forged bytes below would be values, were they not forged."""
    assert values.decode(data(TENSOR, struct.pack("<2f", 1, 2)), None).tolist() == [1.0, 2.0]
    assert values.decode(data(LINEAR, bytes(8)), None)(torch.ones(1)).item() == 0.0


@pytest.mark.parametrize(
    ("told", "blob"),
    [
        (TENSOR, b""),
        (TENSOR, bytes(7)),
        (TENSOR, bytes(9)),
        (["tensor", "float32", [-1], False, False, "cpu"], b""),
        (["tensor", "float32", [-1, -2], False, False, "cpu"], bytes(8)),
        (["tensor", "float32", [2.0], False, False, "cpu"], bytes(8)),
        (["tensor", "float32", [True], False, False, "cpu"], bytes(4)),
        (["tensor", "float32", [1 << 39, 1 << 39, 1 << 39], False, False, "cpu"], b""),
        (["tensor", "float32", [0, 1 << 39, 1 << 39], False, False, "cpu"], b""),
        (["tensor", "float32", [1 << 62], False, False, "meta"], b""),
        (["tensor", "float32", [1] * 100, False, False, "cpu"], bytes(4)),
        (["tensor", "float32", 2, False, False, "cpu"], bytes(8)),
        (["tensor", "qint8", [2], False, False, "cpu"], bytes(8)),
        (["tensor", "__class__", [2], False, False, "cpu"], bytes(8)),
        (["tensor", "float32", [2], False, False, "cuda"], bytes(8)),
        (["tensor", "int64", [1], True, False, "cpu"], bytes(8)),
        (["tensor", "float32", [2], 7, False, "cpu"], bytes(8)),
        (["tensor", "float32", [2]], bytes(8)),
        (["array", "O", [1]], bytes(8)),
        (["array", "<U0", [1 << 39]], b""),
        (["array", "<U999999", [1 << 30]], b""),
        (["array", "<U1", [1]], b"\xff\xff\xff\x7f"),
        (["array", "<f8", [1 << 30]], bytes(8)),
        (["scalar", "V8"], bytes(8)),
        ([], b""),
        ([1], b""),
        ([None, 1], b""),
        (["__init__", 1], b""),
        (["tensor"], b""),
        (["nothing"], b""),
        (["done"], b""),
        (["float", 1.5], b""),
        (["float", "1" * 1000], b""),
        (["float", "0x1p99999"], b""),
        (["complex", "1"], b""),
        (["bytes", "zz"], b""),
        (["set", ["list"]], b""),
        (["dict", [["list"], 1]], b""),
        (["dict", [1, 2], [1, 3]], b""),
        (["dict", [1, 2], [True, 3]], b""),
        (["dict", [1]], b""),
        (["dict", {"a": 1}], b""),
        (["size", "a"], b""),
        (["size", 1 << 90], b""),
        (["range", 1, 2, 0], b""),
        (["range", "a", 1, 1], b""),
        (["slice", 1], b"x"),
        (["dtype", "os"], b""),
        (["device", "cpu; rm"], b""),
        (["device", "cpu:99999999999"], b""),
        (["graph", 7], b""),
        (["callable", 7, "x", True], b""),
        (["callable", "x" * 10_000, "x", True], b""),
        (["refused", "x" * 1000, ""], b""),
        ({"a": 1}, b""),
        (b"1.5", b""),
        (b"NaN", b""),
        (b"[", b""),
        (b"\xff", b""),
        (b"", b""),
        (b"1" * 100_000, b""),
        (b"[" * 100_000, b""),
        (b'["list",' * 60 + b"1" + b"]" * 60, b""),
        (b"[" * 100 + b"]" * 100, b""),
        (json.dumps(["list", *[0] * 300_000]).encode(), b""),
        (json.dumps(["set", *(n * (2**61 - 1) for n in range(50_000))]).encode(), b""),
        (json.dumps(["dict", *([n * (2**61 - 1), 0] for n in range(50_000))]).encode(), b""),
    ],
)  # fmt: skip
def test_forged_bytes_are_refused_in_words(told, blob):
    """No forged bytes raise anything but words, and none is built."""
    assert refused(told, blob)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"Linear"', '"Bilinear"'),
        ('"Linear"', '"Module"'),
        ('"Linear"', '"modules"'),
        ('"Linear"', "[]"),
        ("[1, 1, true]", "[1, 1]"),
        ("[1, 1, true]", "[-1, 1, true]"),
        ("[1, 1, true]", '["x", 1, true]'),
        ("[1, 1, true]", "[1, 1, false]"),
        ("[1, 1, true]", "[1000000000000, 1000000000000, true]"),
        ("[1, 1, true]", '[["callable", "f", "f", false], 1, true]'),
        ("[1, 1, true]", "[1, 1, true, 1]"),
        ('"bias"', '"weight"'),
        ('"bias"', '"forward"'),
        ("[1, 1], true", "[1], true"),
        ("[1], true, true", "[1], true, false"),
        ('["tensor", "float32", [1], true, true, "cpu"]', "3"),
        ("true, []]", "1, []]"),
        ("true, []]", 'true, [["0", ["ReLU", [false], [], true, []]]]]'),
        ("true, []]", "true, {}]"),
    ],
)
def test_forged_networks_are_refused_in_words(old, new):
    """No forged layer is built."""
    text = json.dumps(LINEAR)
    assert old in text
    assert refused(text.replace(old, new, 1).encode(), bytes(8))


@pytest.mark.parametrize(
    "children",
    [
        [["0", [0]]],
        [["0", [5]]],
        [["0", ["ReLU", [False], [], True, []]], ["0", ["ReLU", [False], [], True, []]]],
        [["a.b", ["ReLU", [False], [], True, []]]],
        [["forward", ["ReLU", [False], [], True, []]]],
        [["", ["ReLU", [False], [], True, []]]],
        [[3, ["ReLU", [False], [], True, []]]],
        [["0"]],
        [["0", ["Conv2d", [1, 1, [3] * 9, 1, 0, 1, 1, True, "zeros"], [], True, []]]],
        [[str(n), ["ReLU", [False], [], True, []]] for n in range(3000)],
    ],
)
def test_forged_children_are_refused_in_words(children):
    """No forged network is built."""
    assert refused(["network", "Sequential", [], [], True, children])


def test_networks_are_not_nested_without_end():
    """Depth is bounded on both sides."""
    told = ["Sequential", [], [], True, []]
    for _ in range(30):
        told = ["Sequential", [], [], True, [["0", told]]]
    assert refused(["network", *told])
    net = nn.Sequential()
    for _ in range(30):
        net = nn.Sequential(net)
    assert type(back(net)) is CallableMark


def test_lengths_are_looked_at_first():
    """A length that is not there is refused first."""
    for forged in (b"", b"\0", b"\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\x05[]"):
        with pytest.raises(ValueError, match=r"bytes|JSON"):
            values.decode(forged, lambda mark: mark)


def test_a_forged_truth_is_true_or_false():
    """A truth value that is neither 0 nor 1 becomes 1."""
    found = values.decode(data(["tensor", "bool", [2], False, False, "cpu"], b"\x02\x00"), None)
    assert found.view(torch.uint8).tolist() == [1, 0]
    found = values.decode(data(["array", "|b1", [2]], b"\x02\x00"), None)
    assert found.view("u1").tolist() == [1, 0]
