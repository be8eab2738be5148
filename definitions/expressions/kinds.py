"""Which Python value stands for which type of the language.

null None, bool bool, int int, double float, string str, bytes bytes, list list, map dict, timestamp an aware
datetime, duration timedelta. CEL has two types more that Python has no own class for; JSON never brings them in, only
an expression makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


class Uint(int):
    """CEL's unsigned integer: the literal `5u`, or `uint(5)`."""


@dataclass(frozen=True, slots=True)
class CelType:
    """A type as a value: what `type(x)` gives and the names `int`, `string`, … stand for."""

    name: str


_NULL = type(None)

NAMES: dict[type, str] = {
    _NULL: "null_type",
    bool: "bool",
    Uint: "uint",
    int: "int",
    float: "double",
    str: "string",
    bytes: "bytes",
    list: "list",
    dict: "map",
    datetime: "google.protobuf.Timestamp",
    timedelta: "google.protobuf.Duration",
    CelType: "type",
}
"""Python class -> the name CEL's `type()` gives it. Order matters to `kind`: bool before int, Uint before int."""


def kind(value: Any) -> type:
    """The class the tables know a value by: its own, or the one it derives from (a StrEnum is a string)."""
    own = type(value)
    if own in NAMES:
        return own
    if isinstance(value, Mapping):
        return dict
    if isinstance(value, tuple):
        return list
    return next((known for known in NAMES if isinstance(value, known)), own)
