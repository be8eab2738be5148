"""Every function an expression may call, by name and by the types it takes. What is not here does not exist."""

from __future__ import annotations

import math
from typing import Any

from definitions.expressions import conversions, instants, operators, patterns, strings
from definitions.expressions.conversions import type_of
from definitions.expressions.kinds import NAMES, Uint, kind
from definitions.expressions.machine import Function, Overloads
from definitions.expressions.operators import checked_int
from definitions.expressions.outcome import at_hand, no_overload

NUMBERS = (int, Uint, float)


def _round(value: float) -> float:
    """Half away from zero, as people round; Python rounds half to even."""
    return value if not math.isfinite(value) else math.copysign(math.floor(abs(value) + 0.5), value)


def _whole(function: Function) -> Function:
    return lambda _, value: float(function(value)) if math.isfinite(value) else value


def extreme(name: str, values: list[Any]) -> Any:
    """`greatest` or `least` of any number of numbers, or of one list of them; the first of equals."""
    numbers = values[0] if len(values) == 1 and isinstance(values[0], list | tuple) else values
    if not numbers or not all(kind(each) in NUMBERS and not math.isnan(each) for each in numbers):
        raise no_overload(name, *values)
    return max(numbers) if name == "greatest" else min(numbers)


_GENERAL: Overloads = {
    ("size", bytes): lambda _, value: len(value),
    ("size", list): lambda _, value: len(value),
    ("size", dict): lambda _, value: len(at_hand(value)),
    **{("dyn", own): lambda _, value: value for own in NAMES},
    **{("type", own): lambda _, value: type_of(value) for own in NAMES},
}

_MATH: Overloads = {
    ("abs", int): lambda _, value: checked_int(abs(value)),
    ("abs", Uint): lambda _, value: value,
    ("abs", float): lambda _, value: abs(value),
    ("ceil", float): _whole(math.ceil),
    ("floor", float): _whole(math.floor),
    ("trunc", float): _whole(math.trunc),
    ("round", float): lambda _, value: _round(value),
}

OVERLOADS: Overloads = {
    **_GENERAL,
    **_MATH,
    **operators.OVERLOADS,
    **strings.OVERLOADS,
    **conversions.OVERLOADS,
    **instants.OVERLOADS,
    **patterns.OVERLOADS,
}
"""(name, class of each argument...) -> function(machine, argument...)."""

OPERATORS = frozenset(("+", "-", "*", "/", "%", "neg"))
EXTREMES = frozenset(("greatest", "least"))
NAMES_OFFERED = frozenset(key[0] for key in OVERLOADS) - OPERATORS | EXTREMES
"""The names a `call` node may carry."""
