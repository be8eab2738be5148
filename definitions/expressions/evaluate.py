"""Compute a frozen tree: deterministic, bounded, pure, and never an exception to the caller.

The same tree and the same scope give the same outcome on every machine and in every release: maps are walked in key
order, nothing is hashed into an order, there is no clock, and every bound counts work rather than time.

What cannot be computed is a value too (outcome.py). Reading what does not exist gives ABSENT; computing with it, with
a wrong type or past a bound gives Unknown with the reason; `truth` takes both for "not met", also under a negation.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from definitions.expressions.comprehensions import all_of, exists, exists_one, transform
from definitions.expressions.equality import compare, contains, find, same
from definitions.expressions.functions import EXTREMES, OVERLOADS, extreme
from definitions.expressions.kinds import CelType, Uint, kind
from definitions.expressions.machine import Handler, Machine
from definitions.expressions.outcome import ABSENT, Absent, Exhausted, Fault, Unknown, at_hand, no_overload
from definitions.expressions.reading import has, index, read, select, variable
from definitions.expressions.tree import TREE_VERSION, Node, Tree
from definitions.expressions.writing import json_text

_PLAIN = frozenset((str, int, float, bool))
"""Classes of which two values of the same one are compared by Python's own `==`: the case nearly always at hand."""
_READS = frozenset(("read", "select", "index", "var", "?:"))


def evaluate(tree: Tree, scope: Mapping[str, Any]) -> Any:
    """The value of a frozen expression, or ABSENT, or an Unknown. Never raises.

    `scope` maps the names in scope to JSON values (and aware datetimes, timedeltas). The value is one of kinds.py: a
    timestamp is a datetime, a duration a timedelta; values.resolve makes JSON of it.
    """
    try:
        if tree["cel"] > TREE_VERSION:
            return Unknown("the expression was frozen by a newer release")
        return run(tree["node"], scope)
    except Exception as broken:  # a tree nobody's compiler made: the run must live, whatever stands in it
        return Unknown(f"not a frozen expression ({type(broken).__name__})")


def render(tree: Tree, scope: Mapping[str, Any]) -> str | Unknown:
    """The text of a frozen template. What is absent prints as nothing; any other error makes the whole text Unknown."""
    try:
        if tree["cel"] > TREE_VERSION:
            return Unknown("the template was frozen by a newer release")
        machine = Machine(HANDLERS, scope)
        return machine.text(
            "".join(part if isinstance(part, str) else _printed(machine, part) for part in tree["parts"])
        )
    except Fault as fault:
        return Unknown(fault.reason)
    except Exhausted as bound:
        return Unknown(f"limit reached: {bound}")
    except Exception as broken:  # as in `evaluate`
        return Unknown(f"not a frozen template ({type(broken).__name__})")


def _printed(machine: Machine, node: Node) -> str:
    """As `string()` prints it; null prints as nothing, a list or map as JSON."""
    try:
        value = machine.run(node)
    except Absent:
        return ""
    if value is None:
        return ""
    if isinstance(value, list | tuple | Mapping):
        return json_text(value)
    return str(invoke(machine, "string", [value]))


def truth(tree: Tree, scope: Mapping[str, Any]) -> bool:
    """Whether a condition is met. Absent, unknown, an error and anything but `true` are not."""
    return evaluate(tree, scope) is True


def run(node: Node, scope: Mapping[str, Any]) -> Any:
    """The outcome of one node: a value, ABSENT or Unknown."""
    try:
        return Machine(HANDLERS, scope).run(node)
    except Absent as absent:
        return ABSENT if node[0] in _READS else Unknown(f"{absent.reason} is absent")
    except Fault as fault:
        return Unknown(fault.reason)
    except Exhausted as bound:
        return Unknown(f"limit reached: {bound}")


def _text(_: Machine, node: Node) -> Any:
    return node[1]


def _equals(machine: Machine, node: Node) -> bool:
    left, right = machine.run(node[1]), machine.run(node[2])
    if type(left) is type(right) and type(left) in _PLAIN:
        return bool(left == right)
    return same(machine, left, right)


def _not_equals(machine: Machine, node: Node) -> bool:
    return not same(machine, machine.run(node[1]), machine.run(node[2]))


def _ordering(symbol: str, decide: Callable[[Any, Any], bool]) -> Handler:
    def handler(machine: Machine, node: Node) -> bool:
        return decide(*compare(machine, symbol, machine.run(node[1]), machine.run(node[2])))

    return handler


def _call(machine: Machine, node: Node) -> Any:
    arguments = [machine.run(each) for each in node[2:]]
    if node[1] in EXTREMES:
        machine.charge(len(arguments[0]) if isinstance(arguments[0], list | tuple) else len(arguments))
        return extreme(node[1], arguments)
    return invoke(machine, node[1], arguments)


def _operator(machine: Machine, node: Node) -> Any:
    return invoke(machine, node[0], [machine.run(each) for each in node[1:]])


def invoke(machine: Machine, name: str, arguments: list[Any]) -> Any:
    """The function for these types; a class that only derives from a known one is looked up by that."""
    function = OVERLOADS.get((name, *map(type, arguments))) or OVERLOADS.get((name, *map(kind, arguments)))
    if function is None:
        raise no_overload(name, *arguments)
    return function(machine, *arguments)


def _boolean(value: Any, symbol: str) -> bool:
    if type(value) is not bool:
        raise no_overload(symbol, value)
    return value


def _and(machine: Machine, node: Node) -> bool:
    """False wins over an error on the other side: that is what makes a guard of a guard possible."""
    try:
        if not _boolean(machine.run(node[1]), "&&"):
            return False
    except Fault:
        if _boolean(machine.run(node[2]), "&&"):
            raise
        return False
    return _boolean(machine.run(node[2]), "&&")


def _or(machine: Machine, node: Node) -> bool:
    try:
        if _boolean(machine.run(node[1]), "||"):
            return True
    except Fault:
        if not _boolean(machine.run(node[2]), "||"):
            raise
        return True
    return _boolean(machine.run(node[2]), "||")


def _not(machine: Machine, node: Node) -> bool:
    return not _boolean(machine.run(node[1]), "!")


def _conditional(machine: Machine, node: Node) -> Any:
    try:
        met = _boolean(machine.run(node[1]), "?:")
    except Absent as absent:
        raise Fault(f"{absent.reason} is absent") from None
    return machine.run(node[2] if met else node[3])


def _in(machine: Machine, node: Node) -> bool:
    item, items = machine.run(node[1]), machine.run(node[2])
    if isinstance(items, Mapping):
        return find(at_hand(items), item, ABSENT) is not ABSENT
    if not isinstance(items, list | tuple):
        raise no_overload("in", item, items)
    return contains(machine, item, items)


def _list(machine: Machine, node: Node) -> list[Any]:
    return [machine.run(each) for each in node[1:]]


def _map(machine: Machine, node: Node) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    for key_node, value_node in zip(node[1::2], node[2::2], strict=True):
        key = machine.run(key_node)
        if find(made, key, ABSENT) is not ABSENT:
            raise Fault("a map has the same key twice")
        made[key] = machine.run(value_node)
    return made


HANDLERS: dict[str, Handler] = {
    "null": lambda machine, node: None,
    "bool": _text,
    "string": _text,
    "int": lambda machine, node: int(node[1]),
    "uint": lambda machine, node: Uint(node[1]),
    "double": lambda machine, node: float(node[1]),
    "bytes": lambda machine, node: base64.b64decode(node[1]),
    "type": lambda machine, node: CelType(str(node[1])),
    "read": read,
    "var": variable,
    "select": select,
    "has": has,
    "index": index,
    "list": _list,
    "map": _map,
    "&&": _and,
    "||": _or,
    "!": _not,
    "?:": _conditional,
    "==": _equals,
    "!=": _not_equals,
    "<": _ordering("<", lambda a, b: a < b),
    "<=": _ordering("<=", lambda a, b: a <= b),
    ">": _ordering(">", lambda a, b: a > b),
    ">=": _ordering(">=", lambda a, b: a >= b),
    "in": _in,
    **dict.fromkeys(("+", "-", "*", "/", "%", "neg"), _operator),
    "call": _call,
    "all": all_of,
    "exists": exists,
    "exists_one": exists_one,
    "transform": transform,
}
"""Tag -> how it is computed. One entry per tag of tree.py, which a test compares."""
