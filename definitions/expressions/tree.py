"""The frozen tree: what a published version keeps of an expression, and the only thing the engine ever computes.

It is a persisted format. A version published today is evaluated for as long as its runs live, so: a tag never changes
its meaning, a tag is never removed, and a new meaning gets a new tag and, if old evaluators must refuse it, a new
TREE_VERSION.

    expression = {"cel": 1, "node": NODE}
    template   = {"cel": 1, "parts": [text or NODE, ...]}           text and `${...}` of a longer string, in order

A NODE is a JSON list, its tag first:

    ["null"]  ["bool", b]  ["string", s]                  literals
    ["int", n]  ["uint", n]  ["double", x]                numbers; as text where JSON readers could change them
    ["bytes", base64]  ["type", name]
    ["read", as, name, field, ...]                        a path from a name in scope; `as` is "", or the declared type
                                                          its value is read as: int, double, timestamp, duration
    ["has", node, field]  ["select", node, field]  ["index", node, node]
    ["var", name]                                         the variable of an enclosing comprehension
    ["list", node...]  ["map", key, value, key, value...]
    ["&&", a, b]  ["||", a, b]  ["!", a]  ["?:", condition, yes, no]
    ["==", a, b]  and so on for != < <= > >= + - * / % in;  ["neg", a]
    ["call", function, argument...]                       a method's receiver is its first argument
    ["all", var, range, test]  ["exists", ...]  ["exists_one", ...]
    ["transform", var, range, test or null, result]       map, and filter (whose result is the var)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

TREE_VERSION = 1

Node: TypeAlias = list[Any]
Tree: TypeAlias = dict[str, Any]

COMPREHENSIONS = ("all", "exists", "exists_one", "transform")
BOOLEAN = frozenset(
    ("bool", "!", "&&", "||", "==", "!=", "<", "<=", ">", ">=", "in", "has", "all", "exists", "exists_one")
)
"""Tags that give a boolean or nothing."""

SAFE_INT = 2**53


def expression(node: Node) -> Tree:
    return {"cel": TREE_VERSION, "node": node}


def template(parts: list[str | Node]) -> Tree:
    return {"cel": TREE_VERSION, "parts": parts}


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below this one, in the order they are computed."""
    for part in node[1:]:
        if isinstance(part, list):
            yield part


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def depth(node: Node) -> int:
    return 1 + max((depth(child) for child in children(node)), default=0)


def stacked(node: Node) -> int:
    """How many comprehensions stand inside or behind each other at the worst place: what their cost is a power of."""
    if node[0] not in COMPREHENSIONS:
        return max((stacked(child) for child in children(node)), default=0)
    _, _, source, *inner = node
    return 1 + stacked(source) + max((stacked(each) for each in inner if each is not None), default=0)


def integer(tag: str, value: int) -> Node:
    """`["int", n]`; as text beyond 2^53, where a JSON reader may round it."""
    return [tag, value if abs(value) <= SAFE_INT else str(value)]


def double(value: float) -> Node:
    """`["double", x]`; as text where JSON has no form for it or a database would change it (-0.0, 1e300, infinity)."""
    plain = value != 0 and abs(value) < 1e15 and abs(value) > 1e-6
    return ["double", value if plain or str(value) == "0.0" else repr(value)]
