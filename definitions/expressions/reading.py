"""Reading the scope. What does not exist is Absent with its name, however far along the path it is missing.

JSON knows one kind of number and no time; where the type of a path was declared when the definition was checked, the
frozen tree carries it, and the value is taken as that type: `500` in a field of money is a double, text in a date
field a timestamp. What does not fit stays as it is, and is a wrong type wherever it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from definitions.expressions.equality import find
from definitions.expressions.instants import parse_day, parse_duration, parse_timestamp
from definitions.expressions.looked_up import inside
from definitions.expressions.machine import Machine
from definitions.expressions.outcome import ABSENT, Absent, Fault, Unknown, no_overload
from definitions.expressions.tree import Node

_MISSING = object()


def read(machine: Machine, node: Node) -> Any:
    """["read", as, name, field...]: walk the path; a step into anything but a map is a step into nothing."""
    value: Any = machine.scope
    for part in node[2:]:
        value = inside(value)
        value = value.get(part, _MISSING) if type(value) is dict or isinstance(value, Mapping) else _MISSING
        if value is _MISSING or type(value) is Unknown:
            raise Absent(".".join(node[2:]))
    return value if node[1] == "" else _as_declared(node[1], value)


def _as_declared(declared: str, value: Any) -> Any:
    convert = _CONVERSIONS.get((declared, type(value)))
    return value if convert is None else convert(value)


def _timestamp(text: str) -> Any:
    try:
        return parse_day(text) or parse_timestamp(text)
    except Fault:
        return text


def _duration(text: str) -> Any:
    try:
        return parse_duration(text)
    except Fault:
        return text


_CONVERSIONS: dict[tuple[str, type], Callable[[Any], Any]] = {
    ("double", int): float,
    ("int", float): lambda value: int(value) if value.is_integer() and abs(value) <= 2**53 else value,
    ("timestamp", str): _timestamp,
    ("duration", str): _duration,
}


def variable(machine: Machine, node: Node) -> Any:
    return machine.variables[node[1]]


def select(machine: Machine, node: Node) -> Any:
    """["select", node, field] of something computed."""
    value = inside(machine.run(node[1]))
    if isinstance(value, Mapping):
        return _present(value.get(node[2], _MISSING), node[2])
    if value is None:
        raise Absent(node[2])
    raise no_overload(f".{node[2]}", value)


def has(machine: Machine, node: Node) -> bool:
    """["has", node, field]: whether it is there. Inside something absent or null nothing is."""
    try:
        value = inside(machine.run(node[1]))
    except Absent:
        return False
    if isinstance(value, Mapping):
        return value.get(node[2], ABSENT) is not ABSENT
    if value is None:
        return False
    raise no_overload("has", value)


def index(machine: Machine, node: Node) -> Any:
    """["index", node, node]: of a list by position, of a map by key."""
    value, key = machine.run(node[1]), machine.run(node[2])
    if isinstance(value, Mapping):
        return _present(find(value, key, _MISSING), f"[{key!r}]" if isinstance(key, str) else f"[{key}]")
    if not isinstance(value, list | tuple):
        raise no_overload("[]", value, key)
    if isinstance(key, float) and key.is_integer():
        key = int(key)
    if not isinstance(key, int) or isinstance(key, bool):
        raise no_overload("[]", value, key)
    if not 0 <= key < len(value):
        raise Absent(f"[{key}]")
    return value[key]


def _present(value: Any, name: str) -> Any:
    if value is _MISSING or type(value) is Unknown:
        raise Absent(name)
    return value
