"""What changed between two documents, by place. Steps, phases, fields and options are matched by their `id`, so that
moving a step is not a change of every step after it.
"""

from __future__ import annotations

from typing import Any

from api.problems import pointer

Place = tuple[Any, ...]


def changes(before: Any, after: Any, place: Place = ()) -> list[dict[str, Any]]:
    """Rows of {path, change, before, after}, in the order of the documents."""
    if isinstance(before, dict) and isinstance(after, dict):
        return _members(before, after, place)
    if (old := _by_id(before)) is not None and (new := _by_id(after)) is not None:
        return _members(old, new, place)
    return [] if before == after else [_row(place, "changed", before, after)]


def _members(before: dict[str, Any], after: dict[str, Any], place: Place) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for key in [*before, *(key for key in after if key not in before)]:
        if key not in after:
            rows.append(_row((*place, key), "removed", before[key], None))
        elif key not in before:
            rows.append(_row((*place, key), "added", None, after[key]))
        else:
            rows += changes(before[key], after[key], (*place, key))
    return rows


def _by_id(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) and "id" in item for item in value):
        return None
    return {str(item["id"]): item for item in value}


def _row(place: Place, change: str, before: Any, after: Any) -> dict[str, Any]:
    return {"path": pointer(place), "change": change, "before": before, "after": after}
