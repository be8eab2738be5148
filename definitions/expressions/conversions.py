"""From one type to another, always by name: CEL converts nothing by itself."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import Any

from definitions.expressions.instants import (
    EPOCH,
    parse_duration,
    parse_timestamp,
    whole,
    write_duration,
    write_timestamp,
)
from definitions.expressions.kinds import NAMES, CelType, Uint, kind
from definitions.expressions.machine import Machine, Overloads
from definitions.expressions.operators import checked_int, checked_uint
from definitions.expressions.outcome import Fault

_INTEGER = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?|[+-]?(inf|infinity)|nan", re.ASCII | re.IGNORECASE)
_TRUE = frozenset(("true", "True", "TRUE", "t", "1"))
_FALSE = frozenset(("false", "False", "FALSE", "f", "0"))


def _truncated(value: float) -> int:
    if not math.isfinite(value) or abs(value) >= 2**63:
        raise Fault("double out of the range of an integer")
    return math.trunc(value)


def _integer(text: str) -> int:
    if _INTEGER.fullmatch(text) is None:
        raise Fault("text is not an integer")
    return int(text)


def _unsigned(text: str) -> Uint:
    if text.startswith(("-", "+")):
        raise Fault("text is not an unsigned integer")
    return checked_uint(_integer(text))


def _unsigned_double(value: float) -> Uint:
    if not 0 <= value < 2**64:
        raise Fault("double out of the range of an unsigned integer")
    return Uint(math.trunc(value))


def _double(text: str) -> float:
    if len(text) > 400 or _NUMBER.fullmatch(text) is None:
        raise Fault("text is not a number")
    return float(text)


def _boolean(text: str) -> bool:
    if text not in _TRUE and text not in _FALSE:
        raise Fault("text is not a boolean")
    return text in _TRUE


def _decoded(machine: Machine, value: bytes) -> str:
    try:
        return machine.text(value.decode())
    except UnicodeDecodeError:
        raise Fault("bytes are not UTF-8") from None


def _instant(seconds: int) -> datetime:
    try:
        return EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        raise Fault("timestamp out of range") from None


def write_double(value: float) -> str:
    """The shortest text that reads back the same; a whole number has no `.0`, an infinity is `inf`."""
    if not math.isfinite(value):
        return str(value)
    text = repr(value)
    return text.removesuffix(".0") if "e" not in text else text.replace(".0e", "e")


def type_of(value: Any) -> CelType:
    return CelType(NAMES[kind(value)])


OVERLOADS: Overloads = {
    ("int", int): lambda _, value: value,
    ("int", Uint): lambda _, value: checked_int(int(value)),
    ("int", float): lambda _, value: _truncated(value),
    ("int", str): lambda _, value: checked_int(_integer(value)),
    ("int", datetime): lambda _, value: (value - EPOCH) // timedelta(seconds=1),
    ("int", timedelta): lambda _, value: whole(value, timedelta(seconds=1)),
    ("uint", Uint): lambda _, value: value,
    ("uint", int): lambda _, value: checked_uint(value),
    ("uint", float): lambda _, value: _unsigned_double(value),
    ("uint", str): lambda _, value: _unsigned(value),
    ("double", float): lambda _, value: value,
    ("double", int): lambda _, value: float(value),
    ("double", Uint): lambda _, value: float(value),
    ("double", str): lambda _, value: _double(value),
    ("bool", bool): lambda _, value: value,
    ("bool", str): lambda _, value: _boolean(value),
    ("string", str): lambda _, value: value,
    ("string", int): lambda _, value: str(value),
    ("string", Uint): lambda _, value: str(int(value)),
    ("string", float): lambda _, value: write_double(value),
    ("string", bool): lambda _, value: "true" if value else "false",
    ("string", bytes): _decoded,
    ("string", datetime): lambda _, value: write_timestamp(value),
    ("string", timedelta): lambda _, value: write_duration(value),
    ("bytes", bytes): lambda _, value: value,
    ("bytes", str): lambda machine, value: machine.text(value).encode(),
    ("timestamp", datetime): lambda _, value: value,
    ("timestamp", str): lambda _, value: parse_timestamp(value),
    ("timestamp", int): lambda _, value: _instant(value),
    ("duration", timedelta): lambda _, value: value,
    ("duration", str): lambda _, value: parse_duration(value),
    ("duration", int): lambda _, value: parse_duration(f"{value}s"),
}
