"""Fields as JSON Schema: what may be answered, at one moment, for one person.

The same schema tells a person's form and a model what is asked. Conditions are worked out by the evaluator that will
judge the answer (definitions/forms.py); what is not visible is not in the schema, and what cannot be answered by typing
(`info`) neither. What stands in a table's columns is worked out without a row. Whoever judges an answer is the form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from definitions.expressions.evaluate import truth
from definitions.expressions.outcome import ABSENT
from definitions.expressions.values import resolve
from definitions.model import FormField

Trees = Mapping[str, Any]
Scope = Mapping[str, Any]

TEXT, NUMBER = {"type": "string"}, {"type": "number"}


def _shape(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


FILE = _shape({"file": TEXT, "caption": TEXT}, ["file"])
"""A file as an answer names it; the rest of what is kept of it is found by the door."""

TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "long_text": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "money": {"type": "number"},
    "boolean": {"type": "boolean"},
    "choice": {},
    "choices": {"type": "array", "uniqueItems": True, "items": {}},
    "checklist": {"type": "array", "uniqueItems": True, "items": {}},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "duration": {"type": "string"},
    "email": {"type": "string", "format": "email"},
    "phone": {"type": "string"},
    "url": {"type": "string", "format": "uri"},
    "record": {"type": "string"},
    "pictures": {"type": "array", "items": FILE},
    "file": {"oneOf": [FILE, {"type": "array", "items": FILE}]},
    "signature": _shape({"name": TEXT, "typed": {"type": "boolean"}, "file": TEXT}, ["name"]),
    "location": _shape({"lat": NUMBER, "lon": NUMBER, "accuracy": NUMBER}, ["lat", "lon"]),
    "barcode": {"type": "string"},
    "stopwatch": _shape({"at": {"type": "string", "format": "date-time"}}, ["at"]),
}
"""Field type -> the JSON Schema it begins with; a `table` is made of its columns, `info` asks nothing."""

LENGTHS = ("text", "long_text", "email", "phone", "url", "barcode")
COUNTED = ("choices", "checklist", "table", "pictures")


def fields_schema(trees: Trees, fields: Sequence[FormField], pointer: str, scope: Scope) -> dict[str, Any]:
    """An object of some fields; `pointer` is where they stand in the document (`/steps/3/fields`)."""
    shown = [(each, f"{pointer}/{index}") for index, each in enumerate(fields)]
    shown = [
        (each, at) for each, at in shown if each.type != "info" and holds(trees, each.visible, f"{at}/visible", scope)
    ]
    properties = {each.id: field_schema(trees, each, at, scope) for each, at in shown}
    return object_of(
        properties, [each.id for each, at in shown if holds(trees, each.required, f"{at}/required", scope)]
    )


def field_schema(trees: Trees, field: FormField, at: str, scope: Scope) -> dict[str, Any]:
    """One field; `at` is where it stands."""
    schema: dict[str, Any] = {"title": field.label or field.id, **TYPES.get(field.type, {})}
    if field.type == "table":
        schema |= {"type": "array", "items": fields_schema(trees, field.fields, f"{at}/fields", scope)}
    if field.pattern:
        schema["pattern"] = field.pattern
    _bounds(schema, field, lambda name, value: worth(trees, value, f"{at}/{name}", scope))
    options = worth(trees, field.options, f"{at}/options", scope)
    if isinstance(options, list | tuple):
        choices = [_option(option) for option in options]
        if field.type in ("choices", "checklist"):
            schema["items"] = {"oneOf": choices}
        else:
            schema["oneOf"] = choices
    return schema


def holds(trees: Trees, value: Any, at: str, scope: Scope) -> bool:
    """Whether a condition is met: a literal true, or an expression that is true."""
    if isinstance(value, bool):
        return value
    tree = trees.get(at)
    return tree is not None and truth(tree, dict(scope))


def worth(trees: Trees, value: Any, at: str, scope: Scope) -> Any:
    """A value with its expressions worked out; None where it is absent."""
    found = resolve(value, at, trees, scope)
    return None if found is ABSENT else found


def object_of(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """An object of these properties and no others."""
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _bounds(schema: dict[str, Any], field: FormField, worth: Callable[[str, Any], Any]) -> None:
    names = ("minimum", "maximum")
    if field.type in LENGTHS:
        names = ("minLength", "maxLength")
    elif field.type in COUNTED:
        names = ("minItems", "maxItems")
    for name, bound in zip(names, (("min", field.min), ("max", field.max)), strict=True):
        value = worth(*bound)
        if isinstance(value, int | float) and not isinstance(value, bool):
            schema[name] = value


def _option(option: Any) -> dict[str, Any]:
    if isinstance(option, dict):
        name = option.get("id", option.get("value"))
        return {"const": name, "title": str(option.get("label", name))}
    return {"const": option, "title": str(option)}
