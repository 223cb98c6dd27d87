"""Networks of torch's own layers, told by how each layer is made and by its weights, and made anew from that."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

MOST_LAYERS = 2000
MOST_DEPTH = 10

_CONV = "in_channels out_channels kernel_size stride padding dilation groups bias? padding_mode"
_NORM = "num_features eps momentum affine track_running_stats"
_POOL = "kernel_size stride padding dilation return_indices ceil_mode"
_AVERAGE = "kernel_size stride padding ceil_mode count_include_pad"
_NONE = ("Sigmoid", "Tanh", "LogSigmoid", "Softsign", "Identity")
_INPLACE = ("ReLU", "ReLU6", "SiLU", "Hardtanh", "Mish", "SELU", "Hardswish", "Hardsigmoid")

# A layer's name: the arguments that it is made with; `bias?` is whether there is one, `weight!` a buffer.
LAYERS: Mapping[str, str] = {
    **dict.fromkeys(_NONE, ""),
    **dict.fromkeys(_INPLACE, "inplace"),
    "AdaptiveAvgPool2d": "output_size",
    "AvgPool1d": "kernel_size stride padding ceil_mode count_include_pad",
    "AvgPool2d": f"{_AVERAGE} divisor_override",
    "BCELoss": "weight! reduction",
    "BCEWithLogitsLoss": "weight! reduction pos_weight!",
    "BatchNorm1d": _NORM,
    "BatchNorm2d": _NORM,
    "Conv1d": _CONV,
    "Conv2d": _CONV,
    "CrossEntropyLoss": "weight! ignore_index reduction label_smoothing",
    "Dropout": "p inplace",
    "Dropout2d": "p inplace",
    "ELU": "alpha inplace",
    "Embedding": "num_embeddings embedding_dim padding_idx max_norm norm_type scale_grad_by_freq sparse",
    "Flatten": "start_dim end_dim",
    "GELU": "approximate",
    "Hardtanh": "min_val max_val inplace",
    "HuberLoss": "reduction delta",
    "KLDivLoss": "reduction log_target",
    "L1Loss": "reduction",
    "LayerNorm": "normalized_shape eps elementwise_affine bias?",
    "LeakyReLU": "negative_slope inplace",
    "Linear": "in_features out_features bias?",
    "LogSoftmax": "dim",
    "MSELoss": "reduction",
    "MaxPool1d": _POOL,
    "MaxPool2d": _POOL,
    "ModuleList": "",
    "NLLLoss": "weight! ignore_index reduction",
    "Sequential": "",
    "SmoothL1Loss": "reduction beta",
    "Softmax": "dim",
    "Softplus": "beta threshold",
    "Unflatten": "dim unflattened_size",
}
_ARGUMENTS = (bool, int, float, str, type(None))
_HOLDERS = ("Sequential", "ModuleList")
_HOOKS = (
    "_backward_pre_hooks", "_backward_hooks", "_forward_hooks", "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called", "_forward_pre_hooks", "_forward_pre_hooks_with_kwargs", "_state_dict_hooks",
    "_state_dict_pre_hooks", "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks",
)  # fmt: skip


def tell(net: Any, part: Callable[[Any], Any]) -> list[Any] | None:
    """Return how to make a network anew, or nothing where it is more than torch's own layers.

    Args:
        net: A module.
        part: What tells an argument or a weight.

    Raises:
        ValueError: It is too large to be told.
    """
    try:
        return ["network", *_tell(net, part, {}, set())] if plain(net) else None
    except (AttributeError, KeyError, TypeError):
        return None


def plain(net: Any) -> bool:
    """Return whether a network, through and through, is what its layers' types say and nothing besides."""
    seen: dict[int, Any] = {}
    waiting, weights = [net], set[int]()
    while waiting:
        module = waiting.pop()
        if id(module) in seen:
            continue
        seen[id(module)] = module
        name = _name(module)
        inside = object.__getattribute__(module, "__dict__")
        if len(seen) > MOST_LAYERS or name is None or not _untouched(name, inside):
            return False
        for tensor in (*inside["_parameters"].values(), *inside["_buffers"].values()):
            if tensor is not None and id(tensor) in weights:
                return False  # shared weights are more than each layer's own
            weights.add(id(tensor))
        waiting += inside["_modules"].values()
    return True


def _name(module: Any) -> str | None:
    """Return the name of a module's exact type, if it is one of torch's layers."""
    import torch

    name = type.__dict__["__name__"].__get__(type(module))
    return name if name in LAYERS and type(module) is getattr(torch.nn, name) else None


def _untouched(name: str, inside: Mapping[str, Any]) -> bool:
    """Return whether a module has what others of its type have, and no hook."""
    holds = name in _HOLDERS or not inside["_modules"]
    return holds and set(inside) == _attributes(name) and not any(inside.get(hook) for hook in _HOOKS)


@functools.cache
def _attributes(name: str) -> frozenset[str]:
    """Return the names of what a layer of that type keeps."""
    import torch

    example = {
        "AdaptiveAvgPool2d": (1,), "BatchNorm1d": (1,), "BatchNorm2d": (1,), "Conv1d": (1, 1, 1), "Conv2d": (1, 1, 1),
        "AvgPool1d": (1,), "AvgPool2d": (1,), "MaxPool1d": (1,), "MaxPool2d": (1,), "Linear": (1, 1),
        "Embedding": (1, 1), "LayerNorm": (1,), "Unflatten": (1, (1,)),
    }  # fmt: skip
    with torch.device("meta"):
        return frozenset(vars(getattr(torch.nn, name)(*example.get(name, ()))))


def _tell(module: Any, part: Callable[[Any], Any], known: dict[int, int], running: set[int]) -> list[Any]:
    """Tell one module: its place if it was told before, else type, arguments, weights, mode, and the modules in it."""
    if id(module) in running or len(running) >= MOST_DEPTH:
        raise TypeError("a network that holds itself, or too many in each other")
    if id(module) in known:
        return [known[id(module)]]
    known[id(module)] = len(known)
    running.add(id(module))
    name = str(_name(module))
    inside = object.__getattribute__(module, "__dict__")
    arguments = [_argument(inside, argument, part) for argument in LAYERS[name].split()]
    state = {**inside["_parameters"], **inside["_buffers"]}
    weights = [[key, part(value)] for key, value in sorted(state.items()) if value is not None]
    children = [[key, _tell(child, part, known, running)] for key, child in inside["_modules"].items()]
    running.discard(id(module))
    return [name, arguments, weights, bool(inside["training"]), children]


def _argument(inside: Mapping[str, Any], argument: str, part: Callable[[Any], Any]) -> Any:
    """Return an argument as the module keeps it."""
    if argument.endswith("?"):
        return inside["_parameters"][argument[:-1]] is not None
    if argument.endswith("!"):
        return inside["_buffers"][argument[:-1]] is not None
    return part(inside[argument])


def read(items: list[Any], part: Callable[[Any], Any]) -> Any:
    """Return the network that this tells.

    Args:
        items: What ``tell`` told, from anybody.
        part: What reads an argument or a weight.

    Raises:
        ValueError: It tells none.
    """
    return _read(items, part, [], 0)


def _read(items: Any, part: Callable[[Any], Any], known: list[Any], depth: int) -> Any:

    if isinstance(items, list) and len(items) == 1 and type(items[0]) is int and 0 <= items[0] < len(known):
        if known[items[0]] is None:
            raise ValueError("a network that holds itself")
        return known[items[0]]
    if not isinstance(items, list) or len(items) != 5 or not all(isinstance(items[n], list) for n in (1, 2, 4)):
        raise ValueError("no network")
    name, arguments, weights, training, children = items
    if name not in LAYERS or len(known) >= MOST_LAYERS or depth >= MOST_DEPTH or type(training) is not bool:
        raise ValueError("no network of torch's own layers")
    place = len(known)
    known.append(None)
    module = _made(name, arguments, part)
    _fill(module, weights, part)
    if children and name not in _HOLDERS:
        raise ValueError(f"{name} holds no modules")
    for key, child in children:
        if not isinstance(key, str) or key in module._modules:  # noqa: SLF001
            raise ValueError("no name of a module")
        try:
            module.add_module(key, _read(child, part, known, depth + 1))
        except KeyError:
            raise ValueError("no name of a module") from None
    module.training = training
    known[place] = module
    return module


def _made(name: str, arguments: list[Any], part: Callable[[Any], Any]) -> Any:
    """Return a new layer without weights, however large they are to be."""
    import torch

    wanted = LAYERS[name].split()
    if len(arguments) != len(wanted):
        raise ValueError(f"{name} is not made from {len(arguments)} arguments")
    given = {}
    for argument, told in zip(wanted, arguments, strict=True):
        value = part(told)
        if not all(isinstance(one, _ARGUMENTS) for one in (value if isinstance(value, (tuple, list)) else [value])):
            raise ValueError(f"{name} is not made from that")
        if argument.endswith("!"):
            value = torch.empty(0, device="meta") if value is True else None
        given[argument.rstrip("?!")] = value
    try:
        with torch.device("meta"):
            made = getattr(torch.nn, name)(**given)
    except Exception as error:  # noqa: BLE001  # torch refuses bad arguments in many ways
        raise ValueError(f"{name}: {str(error)[:200]}") from None
    if "inplace" in wanted:
        made.inplace = False  # its results are the same, and what a check gives it stays as it is
    return made


def _fill(module: Any, weights: list[Any], part: Callable[[Any], Any]) -> None:
    """Give a layer its weights, each of the shape that the layer says."""
    import torch

    slots = {**module._parameters, **module._buffers}  # noqa: SLF001
    wanted = {name for name, slot in slots.items() if slot is not None}
    given = {}
    for pair in weights:
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str) or pair[0] in given:
            raise ValueError("no weights")
        given[pair[0]] = part(pair[1])
    if set(given) != wanted or not all(isinstance(value, torch.Tensor) for value in given.values()):
        raise ValueError("not the weights of this layer")
    for name, value in given.items():
        free = name in module._buffers and type(module).__name__.endswith("Loss")  # noqa: SLF001  # a loss's weights may have any length
        if not free and value.shape != slots[name].shape:
            raise ValueError(f"{name} has the shape {tuple(value.shape)}, not {tuple(slots[name].shape)}")
        if (name in module._parameters) != isinstance(value, torch.nn.Parameter):  # noqa: SLF001
            raise ValueError(f"{name} is not what the layer keeps there")
        setattr(module, name, value)
