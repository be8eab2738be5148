"""Values against the JSON Schema of an action's inputs or of a row, before a person confirms them or a machine acts.

Only what is certain is refused: a required value that is missing, a key that is not taken, a type, an option, a bound.
The worker checks the whole schema when the action runs; what is found here is told at once, every item by its path,
with the codes that forms use (definitions/forms.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from definitions.answers import is_empty
from definitions.expressions.values import member
from definitions.forms import Problem
from definitions.schemas import is_open, json_type, properties, required, takes, types_of

DEPTH = 12
COLUMN_TYPES = {"string": "string", "int": "integer", "double": "number", "bool": "boolean"}
"""Expression type of a column -> the JSON type a value for it has; a column of another type takes any."""

BOUNDS: tuple[tuple[str, str, bool, type | tuple[type, ...]], ...] = (
    ("minimum", "too_small", False, (int, float)),
    ("maximum", "too_large", True, (int, float)),
    ("minLength", "too_short", False, str),
    ("maxLength", "too_long", True, str),
    ("minItems", "too_short", False, list),
    ("maxItems", "too_long", True, list),
)
"""Keyword, the code of what breaks it, whether it bounds from above, and the values it is about."""


def row_schema(columns: Mapping[str, str], needed: tuple[str, ...] = ()) -> dict[str, Any]:
    """The schema of values for some columns: any of them, null to clear one."""
    made = {name: _column(type_) for name, type_ in columns.items()}
    return {"type": "object", "properties": made, "required": list(needed), "additionalProperties": False}


def _column(type_: str) -> dict[str, Any]:
    return {"type": [COLUMN_TYPES[type_], "null"]} if type_ in COLUMN_TYPES else {}


def without(schema: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """The same object schema without some of its properties: what is left to be asked."""
    kept = {key: part for key, part in properties(schema).items() if key not in names}
    needed = [key for key in required(schema) if key not in names]
    return {**schema, "type": "object", "properties": kept, "required": needed}


def problems_of(schema: Mapping[str, Any], values: Any, base: str = "/output") -> list[Problem]:
    """Everything that is missing or wrong in an object, in the order of the schema. Never raises."""
    return list(_object(schema, schema, values, base, 0))


def _object(part: Mapping[str, Any], whole: Mapping[str, Any], value: Any, path: str, depth: int) -> Iterator[Problem]:
    known = properties(part)
    for key in required(part):
        if is_empty(value.get(key)):
            yield Problem(member(path, key), "missing", f"{_title(known.get(key), key)} is missing")
    for key, item in value.items():
        if key in known:
            if item is not None or key not in required(part):
                yield from _value(known[key], whole, item, member(path, key), _title(known[key], key), depth + 1)
        elif not is_open(part):
            yield Problem(member(path, str(key)[:80]), "unknown_field", f"there is no value {str(key)[:80]!r}")


def _title(part: Any, key: str) -> str:
    title = part.get("title") if isinstance(part, Mapping) else None
    return title if isinstance(title, str) else key


def _value(part: Any, whole: Mapping[str, Any], value: Any, path: str, name: str, depth: int) -> Iterator[Problem]:  # noqa: PLR0917
    part = _referred(part, whole)
    if not isinstance(part, Mapping) or depth > DEPTH:
        return
    wanted = types_of(part, whole)
    if wanted is not None and not takes(wanted, value):
        yield Problem(path, "wrong_type", f"{name} must be {' or '.join(sorted(wanted))}, not {json_type(value)}")
        return
    offered = part.get("enum", [part["const"]] if "const" in part else None)
    if offered is not None and value not in offered:
        names = ", ".join(str(each) for each in offered[:20])
        yield Problem(path, "not_an_option", f"{str(value)[:80]!r} is none of {names}")
        return
    yield from _bounds(part, value, path, name)
    if isinstance(value, dict) and "properties" in part:
        yield from _object(part, whole, value, path, depth)
    if isinstance(value, list) and isinstance(part.get("items"), Mapping):
        for index, item in enumerate(value[:1_000]):
            yield from _value(part["items"], whole, item, member(path, index), f"{name} {index + 1}", depth + 1)


def _referred(part: Any, whole: Mapping[str, Any]) -> Any:
    reference = part.get("$ref") if isinstance(part, Mapping) else None
    if not isinstance(reference, str):
        return part
    found: Any = whole
    for key in reference.removeprefix("#/").split("/"):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _bounds(part: Mapping[str, Any], value: Any, path: str, name: str) -> Iterator[Problem]:
    for key, code, above, kind in BOUNDS:
        limit = part.get(key)
        if limit is None or isinstance(value, bool) or not isinstance(value, kind):
            continue
        size = value if isinstance(value, int | float) else len(value)  # type: ignore[arg-type]
        if size > limit if above else size < limit:
            yield Problem(path, code, f"{name} must be at {'most' if above else 'least'} {limit}")
