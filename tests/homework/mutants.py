"""Mutants of an answer: what a fixed list of students' mistakes makes of its syntax tree, one at one place each."""

import ast
import copy
from collections.abc import Callable, Iterator

Change = Callable[[ast.AST], ast.AST | None]
OPPOSITE = {ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.LtE, ast.LtE: ast.GtE, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}


def call_of(node: ast.AST, *names: str) -> bool:
    """Return whether a node calls something of one of these names, whatever it belongs to."""
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", None)) in names


def statement_dropped(*names: str) -> Change:
    """Return the mistake of leaving out a line that calls one of these."""
    return lambda node: ast.Pass() if isinstance(node, ast.Expr) and call_of(node.value, *names) else None


def sigmoid_dropped(node: ast.AST) -> ast.AST | None:
    """Leave out a sigmoid: a layer, or a call."""
    if call_of(node, "Sequential"):
        rest = [argument for argument in node.args if not call_of(argument, "Sigmoid")]
        return ast.Call(node.func, rest, node.keywords) if len(rest) < len(node.args) else None
    return node.args[0] if call_of(node, "sigmoid") and node.args else None


def scaling_dropped(node: ast.AST) -> ast.AST | None:
    """Leave out a division by 255."""
    divides = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
    return node.left if divides and getattr(node.right, "value", None) == 255 else None


def rate_tenfold(node: ast.AST) -> ast.AST | None:
    """Take ten times the learning rate."""
    if not isinstance(node, ast.keyword) or node.arg != "lr":
        return None
    return ast.keyword("lr", ast.BinOp(node.value, ast.Mult(), ast.Constant(10)))


def labels_swapped(node: ast.AST) -> ast.AST | None:
    """Exchange the two labels."""
    if isinstance(node, ast.Name) and node.id == "y" and isinstance(node.ctx, ast.Load):
        return ast.BinOp(ast.Constant(1), ast.Sub(), node)
    if call_of(node, "zeros", "ones") and isinstance(node.func, ast.Attribute):
        other = {"zeros": "ones", "ones": "zeros"}[node.func.attr]
        return ast.Call(ast.Attribute(node.func.value, other, ast.Load()), node.args, node.keywords)
    return None


def loop_halved(node: ast.AST) -> ast.AST | None:
    """Loop half as often."""
    if not isinstance(node, ast.For) or not call_of(node.iter, "range"):
        return None
    half = ast.BinOp(node.iter.args[-1], ast.FloorDiv(), ast.Constant(2))
    loop = copy.copy(node)
    loop.iter = ast.Call(node.iter.func, [*node.iter.args[:-1], half], [])
    return loop


def wrong_axis(node: ast.AST) -> ast.AST | None:
    """Go along the other axis."""
    if not isinstance(node, ast.keyword) or node.arg not in {"dim", "axis"} or not isinstance(node.value, ast.Constant):
        return None
    return ast.keyword(node.arg, ast.Constant(0 if node.value.value else 1))


def wrong_comparison(node: ast.AST) -> ast.AST | None:
    """Compare the other way round."""
    if not isinstance(node, ast.Compare) or type(node.ops[0]) not in OPPOSITE:
        return None
    return ast.Compare(node.left, [OPPOSITE[type(node.ops[0])](), *node.ops[1:]], node.comparators)


def wrong_sign(node: ast.AST) -> ast.AST | None:
    """Add what should be subtracted, subtract what should be added, or forget a minus."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        return ast.BinOp(node.left, ast.Sub() if isinstance(node.op, ast.Add) else ast.Add(), node.right)
    return node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else None


def layers_swapped(place: int) -> Change:
    """Return the mistake of exchanging a layer of a Sequential with its next."""

    def change(node: ast.AST) -> ast.AST | None:
        if not call_of(node, "Sequential") or len(node.args) < place + 2:
            return None
        args = list(node.args)
        args[place : place + 2] = args[place + 1], args[place]
        return ast.Call(node.func, args, node.keywords)

    return change


MISTAKES: dict[str, Change] = {
    "sigmoid dropped": sigmoid_dropped,
    "zero_grad dropped": statement_dropped("zero_grad"),
    "backward dropped": statement_dropped("backward"),
    "step dropped": statement_dropped("step"),
    "seed dropped": statement_dropped("manual_seed"),
    "/255 dropped": scaling_dropped,
    "rate tenfold": rate_tenfold,
    "labels swapped": labels_swapped,
    "loop halved": loop_halved,
    "wrong axis": wrong_axis,
    "wrong comparison": wrong_comparison,
    "wrong sign": wrong_sign,
    "layers 1 and 2 swapped": layers_swapped(0),
    "layers 2 and 3 swapped": layers_swapped(1),
    "layers 3 and 4 swapped": layers_swapped(2),
}


class AtOnePlace(ast.NodeTransformer):
    """Makes a change at the n-th node, in the order of the text, to which it applies."""

    def __init__(self, change: Change, place: int) -> None:
        self.change, self.left, self.done = change, place, False

    def visit(self, node: ast.AST) -> ast.AST:
        """Change the node if it is the one; else go on inside it."""
        new = None if self.done else self.change(node)
        if new is not None:
            if self.left == 0:
                self.done = True
                return new
            self.left -= 1
        return self.generic_visit(node)


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Yield each mutant of a code: the mistake and its place, from 1, and the code with it."""
    for mistake, change in MISTAKES.items():
        for place in range(len(source)):
            transformer = AtOnePlace(change, place)
            tree = transformer.visit(ast.parse(source))
            if not transformer.done:
                break
            yield f"{mistake} ({place + 1})", ast.unparse(ast.fix_missing_locations(tree))
