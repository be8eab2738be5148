"""What a model is told is no more than the acting person may see.

A workflow may know fields that this person may not; told to a model, they could come back in its answer. So the fields
that are hidden from the person are taken out of the record and of rows that steps loaded. Where it is not said which
collection something is of, only what every limit of the person allows is left: not knowing opens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from definitions.effects import Scopes, allows_row, visible_fields

ROWS_KINDS = ("get_data", "update_data", "load_related")
"""Steps whose output is rows of a collection."""


def seen_by(context: Mapping[str, Any], scopes: Scopes, me: Mapping[str, Any]) -> dict[str, Any]:
    """The context without what is hidden from the person. `me` is what row expressions read of the person."""
    collection = context.get("collection")
    record = context.get("record") or {}
    if record and isinstance(collection, str) and not allows_row(scopes, collection, record, me):
        record = {}
    steps = [_step(each, collection, scopes) for each in context.get("steps") or []]
    return {**context, "record": _fields(record, collection, scopes), "steps": steps}


def rows_seen_by(pinned: Mapping[str, Any], scopes: Scopes) -> dict[str, Any]:
    """Values that stand, with rows to choose from as the person may see them."""
    rows = pinned.get("rows")
    return {**pinned, "rows": [_fields(each, None, scopes) for each in rows]} if isinstance(rows, list) else {**pinned}


def _step(step: Mapping[str, Any], collection: Any, scopes: Scopes) -> dict[str, Any]:
    if step.get("kind") not in ROWS_KINDS or not isinstance(output := step.get("output"), Mapping):
        return {**step}
    own = step.get("collection")
    of = own if isinstance(own, str) else collection if step.get("kind") == "update_data" else None
    if isinstance(rows := output.get("rows"), list):
        return {**step, "output": {**output, "rows": [_fields(each, of, scopes) for each in rows]}}
    return {**step, "output": _fields(output, of, scopes)}


def _fields(row: Any, collection: Any, scopes: Scopes) -> Any:
    if not isinstance(row, Mapping):
        return row
    if isinstance(collection, str):
        names = visible_fields(scopes, collection, list(row))
    else:
        names = tuple(name for name in row if all(name in allowed for allowed in scopes.fields.values()))
    return {name: row[name] for name in row if name in names or name == "id"}
