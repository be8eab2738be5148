"""When two values are the same, which comes first, and how a key is found in a map.

CEL compares numbers across int, uint and double by their value, and finds map keys so too. Python
agrees, except that it also takes True for 1: hence the family test before every comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from definitions.expressions.kinds import Uint, kind
from definitions.expressions.limits import CHARACTERS_PER_OPERATION
from definitions.expressions.machine import Machine
from definitions.expressions.outcome import Fault, no_overload

NUMBERS = frozenset((int, Uint, float))
ORDERED = frozenset((bool, str, bytes, datetime, timedelta, *NUMBERS))
_MISSING = object()


def family(value: Any) -> object:
    """What a value may be compared with: numbers with numbers, everything else with its own kind."""
    own = kind(value)
    return "number" if own in NUMBERS else own


def equal(machine: Machine, left: Any, right: Any) -> bool:
    """CEL's equality, of any two values, all the way down. Charged per member compared."""
    machine.charge(1)
    own = family(left)
    if own != family(right):
        return False
    if own is list:
        return len(left) == len(right) and all(equal(machine, a, b) for a, b in zip(left, right, strict=True))
    if own is dict:
        return len(left) == len(right) and all(_same_entry(machine, key, left[key], right) for key in left)
    if own is str or own is bytes:
        machine.charge(min(len(left), len(right)) // CHARACTERS_PER_OPERATION)
    left, right = alike(left, right)
    return bool(left == right)


def alike(left: Any, right: Any) -> tuple[Any, Any]:
    """An integer beside a double is compared as the double nearest to it, as CEL's own runtimes do."""
    if isinstance(left, float) != isinstance(right, float) and family(left) == "number":
        return float(left), float(right)
    return left, right


def _same_entry(machine: Machine, key: Any, value: Any, other: Mapping[Any, Any]) -> bool:
    found = find(other, key, _MISSING)
    return found is not _MISSING and equal(machine, value, found)


def same(machine: Machine, left: Any, right: Any) -> bool:
    """What `==` asks. Null may be compared with anything; other values of two families have no answer (LANGUAGE.md)."""
    own, other = family(left), family(right)
    if own != other and left is not None and right is not None:
        raise no_overload("==", left, right)
    return equal(machine, left, right)


def compare(machine: Machine, symbol: str, left: Any, right: Any) -> tuple[Any, Any]:
    """Both sides of `<` and its like, once it is certain that they have an order."""
    own = family(left)
    if own != family(right) or kind(left) not in ORDERED:
        raise no_overload(symbol, left, right)
    if own is str:
        machine.charge(min(len(left), len(right)) // CHARACTERS_PER_OPERATION)
    return alike(left, right)


def find(mapping: Mapping[Any, Any], key: Any, default: Any) -> Any:
    """The value under a key, numbers by value; a boolean key is never a number."""
    if isinstance(key, str):
        return mapping.get(key, default)
    if family(key) not in ("number", bool):
        raise Fault("a map key is a string, a number or a boolean")
    if key in (0, 1):
        return next((value for own, value in mapping.items() if own == key and family(own) == family(key)), default)
    return mapping.get(key, default)


def keys_in_order(mapping: Mapping[Any, Any]) -> list[Any]:
    """The one order in which a map is ever walked: booleans, numbers, then text by code points."""
    return sorted(mapping, key=_rank)


def _rank(key: Any) -> tuple[int, Any]:
    return (2, key) if isinstance(key, str) else (0 if isinstance(key, bool) else 1, key)


def contains(machine: Machine, item: Any, items: Iterable[Any]) -> bool:
    """What `in` asks of a list: by equality, so a wrong type is simply not in it."""
    return any(equal(machine, item, each) for each in items)
