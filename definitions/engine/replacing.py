"""The same value with some fields changed, three times as fast as `dataclasses.replace`.

Folding an event makes the state anew a few times, and both the workflow and the read model fold every event: most of
what a step costs the engine is this. `dataclasses.replace` calls `__init__`, which of a frozen class sets each of its
forty fields through a lookup by name; here each slot is filled by its own descriptor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")


def replace(value: T, **changes: Any) -> T:
    """A copy of a frozen dataclass with slots and without `__post_init__`. KeyError for a field that there is not."""
    kind: Any = type(value)
    read, fill, by_name = _of(kind)
    copy = object.__new__(type(value))
    for set_slot, item in zip(fill, read(value), strict=True):
        set_slot(copy, item)
    for name, item in changes.items():
        by_name[name](copy, item)
    return copy


Setter = Callable[[Any, Any], None]


@cache
def _of(kind: Any) -> tuple[Callable[[Any], Any], tuple[Setter, ...], dict[str, Setter]]:
    """How to read all fields of a class at once, and how to set each."""
    names = [field.name for field in fields(kind)]
    by_name: dict[str, Setter] = {name: kind.__dict__[name].__set__ for name in names}
    return attrgetter(*names), tuple(by_name.values()), by_name
