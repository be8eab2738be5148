"""Filters of a list of records as they stand in an address: `field:value`, read as what the field holds.

What cannot be read as its field is handed on as it is: the records refuse it, by the field's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from api.paging import bad_query

BOOLEANS = {"true": True, "false": False}


def pairs(values: Sequence[str] | None) -> list[tuple[str, str]]:
    """Field and value of each. Raises Invalid (422)."""
    found = [value.partition(":") for value in values or ()]
    if any(not colon or not field for field, colon, _ in found):
        raise bad_query("where", "not_a_pair", "Give a field and its value such as where=status:planned.")
    return [(field, text) for field, _, text in found]


def typed(asked: Iterable[tuple[str, str]], fields: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Field -> value, list of values where it is named more than once, or None where it is to be empty.

    `fields` are {name, type} as a collection describes them.
    """
    kinds = {field["name"]: field["type"] for field in fields}
    found: dict[str, Any] = {}
    for field, text in asked:
        value = _value(text, kinds.get(field, "text")) if text else None
        found[field] = [*_listed(found[field]), *_listed(value)] or None if field in found else value
    return found


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _value(text: str, kind: str) -> Any:
    with suppress(ValueError):
        match kind:
            case "integer":
                return int(text)
            case "number":
                return float(text)
            case "boolean":
                return BOOLEANS.get(text, text)
            case _:
                return text
    return text
