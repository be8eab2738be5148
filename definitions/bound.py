"""Fields of a form that stand for fields of the run's record (`bind`): what is shown, and what is written back.

A bound field shows what the record holds. Where it may be edited, the answer goes back to the record when the step
completes: a changed value is written, an emptied one is cleared, and what is as it was is not written again, so that
two people who correct different fields do not undo each other's work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from definitions.answers import is_empty
from definitions.expressions.evaluate import truth
from definitions.expressions.values import member
from definitions.model import FormField

BINDABLE = (
    "text", "long_text", "number", "integer", "money", "boolean", "choice", "date", "datetime", "email", "phone", "url",
    "record", "barcode", "info",
)  # fmt: skip
"""Types of field that stand for one value, as a field of a record is; `info` shows it and is never answered."""


def shown(fields: Sequence[FormField], record: Mapping[str, Any]) -> dict[str, Any]:
    """What the record holds for each bound field that has a value there, by the id of the field."""
    found = {each.id: record.get(each.bind) for each in fields if each.bind is not None}
    return {name: value for name, value in found.items() if not is_empty(value)}


def writes(
    fields: Sequence[FormField],
    output: Mapping[str, Any],
    scope: Mapping[str, Any],
    trees: Mapping[str, Any],
    pointer: str,
) -> dict[str, Any]:
    """What a kept answer changes in the record: field of the record -> value, None to clear it.

    `scope` is that of the answer, with the record as it was shown; `pointer` is where the fields stand in the document.
    """
    record = scope.get("record") or {}
    changed: dict[str, Any] = {}
    for index, each in enumerate(fields):
        at = member(pointer, index)
        if each.bind is None or not asked(each, at, scope, trees):
            continue
        value, held = output.get(each.id), record.get(each.bind)
        if value != held and not (is_empty(value) and is_empty(held)):
            changed[each.bind] = value
    return changed


def asked(each: FormField, at: str, scope: Mapping[str, Any], trees: Mapping[str, Any]) -> bool:
    """Whether the field could be answered: what was hidden or only shown is nobody's wish."""
    if each.type == "info":
        return False
    for key in ("visible", "editable"):
        condition = getattr(each, key)
        if isinstance(condition, bool):
            met = condition
        else:
            tree = trees.get(f"{at}/{key}")
            met = tree is not None and truth(tree, scope)
        if not met:
            return False
    return True
