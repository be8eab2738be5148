"""Arithmetic: exact, checked, and never across types. `1 + 1.5` has no meaning in CEL, and overflow is an error."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from definitions.expressions.kinds import Uint
from definitions.expressions.limits import DURATION_SECONDS, INT_MAX, INT_MIN, UINT_MAX
from definitions.expressions.machine import Machine, Overloads
from definitions.expressions.outcome import Fault

LONGEST = timedelta(seconds=DURATION_SECONDS)
LONGEST_DIFFERENCE = timedelta(microseconds=INT_MAX // 1000)


def checked_int(value: int) -> int:
    """The value, if a signed 64-bit integer holds it."""
    if not INT_MIN <= value <= INT_MAX:
        raise Fault("integer overflow")
    return value


def checked_uint(value: int) -> Uint:
    if not 0 <= value <= UINT_MAX:
        raise Fault("unsigned integer overflow")
    return Uint(value)


def checked_duration(value: timedelta) -> timedelta:
    if abs(value) > LONGEST:
        raise Fault("duration out of range")
    return value


def _difference(a: datetime, b: datetime) -> timedelta:
    """Between two instants; CEL counts it in nanoseconds of 64 bits, which are 292 years."""
    between = a - b
    if abs(between) > LONGEST_DIFFERENCE:
        raise Fault("duration out of range")
    return between


def _divide(a: int, b: int) -> int:
    """Towards zero, as CEL has it; Python's own rounds down."""
    if b == 0:
        raise Fault("division by zero")
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def _remainder(a: int, b: int) -> int:
    """With the sign of the left side, so that a == (a / b) * b + a % b; hence an error where `a / b` overflows."""
    if b == 0:
        raise Fault("modulus by zero")
    return a - b * checked_int(_divide(a, b))


def _remainder_uint(a: Uint, b: Uint) -> Uint:
    if b == 0:
        raise Fault("modulus by zero")
    return Uint(int(a) % int(b))


def _divide_double(a: float, b: float) -> float:
    """IEEE 754: a zero below the line gives an infinity or NaN, where Python raises."""
    if b != 0:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1.0, b)


def _shift(at: datetime, by: timedelta) -> datetime:
    try:
        return at + by
    except OverflowError:
        raise Fault("timestamp out of range") from None


def _join_text(machine: Machine, a: str, b: str) -> str:
    machine.characters(len(a) + len(b))
    return a + b


def _join_bytes(machine: Machine, a: bytes, b: bytes) -> bytes:
    machine.characters(len(a) + len(b))
    return a + b


def _join_lists(machine: Machine, a: list[Any], b: list[Any]) -> list[Any]:
    machine.items(len(a) + len(b))
    return [*a, *b]


OVERLOADS: Overloads = {
    ("+", int, int): lambda _, a, b: checked_int(a + b),
    ("+", Uint, Uint): lambda _, a, b: checked_uint(int(a) + int(b)),
    ("+", float, float): lambda _, a, b: a + b,
    ("+", str, str): _join_text,
    ("+", bytes, bytes): _join_bytes,
    ("+", list, list): _join_lists,
    ("+", datetime, timedelta): lambda _, a, b: _shift(a, b),
    ("+", timedelta, datetime): lambda _, a, b: _shift(b, a),
    ("+", timedelta, timedelta): lambda _, a, b: checked_duration(a + b),
    ("-", int, int): lambda _, a, b: checked_int(a - b),
    ("-", Uint, Uint): lambda _, a, b: checked_uint(int(a) - int(b)),
    ("-", float, float): lambda _, a, b: a - b,
    ("-", datetime, datetime): lambda _, a, b: _difference(a, b),
    ("-", datetime, timedelta): lambda _, a, b: _shift(a, -b),
    ("-", timedelta, timedelta): lambda _, a, b: checked_duration(a - b),
    ("*", int, int): lambda _, a, b: checked_int(a * b),
    ("*", Uint, Uint): lambda _, a, b: checked_uint(int(a) * int(b)),
    ("*", float, float): lambda _, a, b: a * b,
    ("/", int, int): lambda _, a, b: checked_int(_divide(a, b)),
    ("/", Uint, Uint): lambda _, a, b: Uint(_divide(int(a), int(b))),
    ("/", float, float): lambda _, a, b: _divide_double(a, b),
    ("%", int, int): lambda _, a, b: _remainder(a, b),
    ("%", Uint, Uint): lambda _, a, b: _remainder_uint(a, b),
    ("neg", int): lambda _, a: checked_int(-a),
    ("neg", float): lambda _, a: -a,
    ("neg", timedelta): lambda _, a: -a,
}
