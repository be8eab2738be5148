"""The id of a record that was looked up, with the record's fields as they were then.

An input of type `record` is an id, and is used as one: written, compared, handed to actions. Behind the same name stand
the fields that were read when the run began: `inputs.order` is the id, `inputs.order.total` a field of that order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class LookedUp(str):
    """A text in every respect, and a step into it is a step into the record."""

    __slots__ = ("fields",)
    fields: Mapping[str, Any]

    @classmethod
    def of(cls, id: str, fields: Mapping[str, Any]) -> LookedUp:
        """The id with what was read."""
        made = cls(id)
        made.fields = fields
        return made


def inside(value: Any) -> Any:
    """What can be stepped into in a value's place: the record behind an id, else the value itself."""
    return value.fields if type(value) is LookedUp else value
