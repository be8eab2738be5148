"""From the compiler's parsed expression to the frozen tree.

Three things change on the way. A chain of field accesses that starts at a name in scope becomes one `read`, so that
it is one step to compute and one reference to report. The folds that CEL's macros expand to become what the author
wrote. And whatever this language does not offer, though the compiler knows it, is refused here.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field

from definitions.expressions import celproto as proto
from definitions.expressions.celproto import Message
from definitions.expressions.errors import ExpressionError
from definitions.expressions.functions import NAMES_OFFERED
from definitions.expressions.kinds import NAMES
from definitions.expressions.tree import Node, double, integer

OPERATORS = {
    "_&&_": "&&",
    "_||_": "||",
    "!_": "!",
    "_?_:_": "?:",
    "_==_": "==",
    "_!=_": "!=",
    "_<_": "<",
    "_<=_": "<=",
    "_>_": ">",
    "_>=_": ">=",
    "_+_": "+",
    "_-_": "-",
    "_*_": "*",
    "_/_": "/",
    "_%_": "%",
    "-_": "neg",
    "@in": "in",
    "_[_]": "index",
}
"""CEL's name of an operator -> its tag."""

FUNCTIONS = {
    "math.@max": "greatest",
    "math.@min": "least",
    "math.abs": "abs",
    "math.ceil": "ceil",
    "math.floor": "floor",
    "math.round": "round",
    "math.trunc": "trunc",
}
"""Names that are written differently in a tree."""

_TYPES = frozenset(NAMES.values())


@dataclass(frozen=True, slots=True)
class Read:
    """One path the expression reads: its parts, whether only `has()` asks for it, and where it stands in the source."""

    path: tuple[str, ...]
    tested: bool
    position: int | None


@dataclass(slots=True)
class Translation:
    """One expression on its way; what was met is collected for the checks that follow."""

    positions: dict[int, int]
    declared: Callable[[tuple[str, ...]], str]
    reads: list[Read] = field(default_factory=list)
    nulls: list[int] = field(default_factory=list)
    patterns: list[tuple[str, int | None]] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)

    def node(self, data: bytes) -> Node:
        """The frozen node of one serialised `cel.expr.Expr`. Raises ExpressionError for what is not offered."""
        expr = proto.message(data)
        at = self.positions.get(proto.number(expr, 2))
        readers: dict[int, Callable[[Message, int | None], Node]] = {
            3: self._literal,
            4: self._name,
            5: self._select,
            6: self._call,
            7: self._list,
            8: self._map,
            9: self._comprehension,
        }
        for kind, reader in readers.items():
            if kind in expr:
                return reader(proto.message(proto.block(expr, kind)), at)
        raise ExpressionError("expression_syntax", "there is an empty part", at)

    def _literal(self, constant: Message, at: int | None) -> Node:
        match next(iter(constant)):
            case 1:
                self.nulls += [at] if at is not None else []
                return ["null"]
            case 2:
                return ["bool", bool(proto.number(constant, 2))]
            case 3:
                return integer("int", proto.signed(constant, 3))
            case 4:
                return integer("uint", proto.number(constant, 4))
            case 5:
                return double(proto.floating(constant, 5))
            case 6:
                return ["string", proto.text(constant, 6)]
            case _:
                return ["bytes", base64.b64encode(proto.block(constant, 7)).decode()]

    def _name(self, ident: Message, at: int | None) -> Node:
        name = proto.text(ident, 1).removeprefix(".")
        if name in self.variables:
            return ["var", name]
        if name in _TYPES and not self.declared((name,)):
            return ["type", name]
        return self._read((name,), False, at)

    def _read(self, path: tuple[str, ...], tested: bool, at: int | None) -> Node:
        self.reads.append(Read(path, tested, at))
        return ["read", self.declared(path), *path]

    def _select(self, select: Message, at: int | None) -> Node:
        operand = self._unread(proto.block(select, 1))
        name = proto.text(select, 2)
        refuse_attribute(name, at)
        if proto.number(select, 3):
            if operand[0] == "read":
                self.reads.append(Read((*operand[2:], name), True, at))
            return ["has", operand, name]
        if operand[0] != "read":
            return ["select", operand, name]
        path = (*operand[2:], name)
        return ["type", ".".join(path)] if ".".join(path) in _TYPES else self._read(path, False, at)

    def _unread(self, data: bytes) -> Node:
        """An operand whose path goes on: it is not read by itself, so its own reference is taken back."""
        known = len(self.reads)
        operand = self.node(data)
        if operand[0] == "read":
            del self.reads[known:]
            return ["read", "", *operand[2:]]
        return operand

    def _call(self, call: Message, at: int | None) -> Node:
        name = proto.text(call, 2)
        if name == "_[_]":
            source, key = proto.blocks(call, 3)
            return self._index(source, key, at)
        if self._is_math(call):
            name, parts = f"math.{name}", proto.blocks(call, 3)
        else:
            parts = proto.blocks(call, 1) + proto.blocks(call, 3)
        if name in OPERATORS:
            return [OPERATORS[name], *map(self.node, parts)]
        if name in FUNCTIONS:
            return ["call", FUNCTIONS[name], *self._numbers(name, parts)]
        if name not in NAMES_OFFERED or name in FUNCTIONS.values():
            raise not_offered(name, method=1 in call, at=at)
        arguments = list(map(self.node, parts))
        if name == "matches" and arguments[1][0] == "string":
            self.patterns.append((arguments[1][1], at))
        return ["call", name, *arguments]

    def _is_math(self, call: Message) -> bool:
        """`math` is no value but the family name of a few functions."""
        target = proto.message(proto.block(call, 1))
        name = proto.text(proto.message(proto.block(target, 4)), 1)
        return name == "math" and name not in self.variables and not self.declared((name,))

    def _numbers(self, name: str, parts: list[bytes]) -> list[Node]:
        """`math.greatest(a, b, c)` arrives as one list; a tree holds its members."""
        arguments = list(map(self.node, parts))
        spread = name.startswith("math.@") and len(arguments) == 1 and arguments[0][0] == "list"
        return arguments[0][1:] if spread else arguments

    def _index(self, operand: bytes, key: bytes, at: int | None) -> Node:
        """`steps['send-mail']` reads what `steps.send_mail` would, were it a name."""
        source, inner = self._unread(operand), self.node(key)
        if inner[0] == "string":
            refuse_attribute(inner[1], at)
        if source[0] == "read" and inner[0] == "string":
            return self._read((*source[2:], inner[1]), False, at)
        if source[0] == "read":
            self.reads.append(Read(tuple(source[2:]), False, at))
        return ["index", source, inner]

    def _list(self, made: Message, _: int | None) -> Node:
        return ["list", *map(self.node, proto.blocks(made, 1))]

    def _map(self, made: Message, at: int | None) -> Node:
        if proto.text(made, 1):
            raise ExpressionError("expression_syntax", "messages cannot be made, only maps: {'key': value}", at)
        entries = [proto.message(each) for each in proto.blocks(made, 2)]
        return ["map", *(self.node(proto.block(entry, key)) for entry in entries for key in (3, 4))]

    def _comprehension(self, fold: Message, at: int | None) -> Node:
        """Which macro a fold came from is told by what it starts with and how it goes on."""
        name, source = proto.text(fold, 1), self.node(proto.block(fold, 2))
        refuse_attribute(name, at)
        self.variables.append(name)
        start, step = proto.message(proto.block(fold, 4)), proto.block(fold, 6)
        try:
            if 7 in start:
                return ["transform", name, source, *self._transform(step)]
            call = proto.message(proto.block(proto.message(step), 6))
            arguments = proto.blocks(call, 3)
            match proto.text(call, 2):
                case "_&&_":
                    return ["all", name, source, self.node(arguments[1])]
                case "_||_":
                    return ["exists", name, source, self.node(arguments[1])]
                case "_?_:_":
                    return ["exists_one", name, source, self.node(arguments[0])]
            raise ExpressionError("expression_syntax", "this macro is not offered", at)
        finally:
            self.variables.pop()

    def _transform(self, step: bytes) -> list[Node | None]:
        """Test (or None) and result of `map` and `filter`: `test ? made + [result] : made`, or `made + [result]`."""
        call = proto.message(proto.block(proto.message(step), 6))
        arguments = proto.blocks(call, 3)
        if proto.text(call, 2) == "_?_:_":
            test = self.node(arguments[0])
            return [test, *self._transform(arguments[1])[1:]]
        added = proto.message(proto.block(proto.message(arguments[1]), 7))
        return [None, self.node(proto.block(added, 1))]


def refuse_attribute(name: str, at: int | None) -> None:
    """Names with double underscores are how the insides of languages are reached; no data is called so."""
    if name.startswith("__") or name.endswith("__"):
        raise ExpressionError("attribute_not_allowed", f"attribute not allowed: {name}", at)


def not_offered(name: str, *, method: bool, at: int | None) -> ExpressionError:
    """The refusal of a function that is not in the list."""
    if method:
        return ExpressionError(
            "attribute_not_allowed", f"attribute not allowed: .{name}() is not a method of any value", at
        )
    return ExpressionError("unknown_function", f"there is no function {name}()", at)
