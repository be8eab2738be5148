"""The little of JSON Schema that a definition is checked against: what pydantic writes for an action's input, output.

Whole validation is the worker's, when the action runs. Here only what is certain is said: a key that does not exist,
one that is missing, a value of a type that can never fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

EXPRESSION_TYPES = {
    "string": "string", "number": "double", "integer": "int", "boolean": "bool", "array": "list", "object": "map",
}  # fmt: skip
FITS = {
    "string": ("string", "timestamp", "duration"), "number": ("double", "int", "uint"), "integer": ("int", "uint"),
    "boolean": ("bool",), "array": ("list",), "object": ("map",), "null": ("null",),
}  # fmt: skip
"""JSON type -> the types of an expression that travel as it."""


def properties(schema: Schema | None) -> Mapping[str, Any]:
    """The keys an object of this schema may have."""
    found = (schema or {}).get("properties")
    return found if isinstance(found, Mapping) else {}


def is_open(schema: Schema | None) -> bool:
    """Whether keys beside its properties are taken."""
    return schema is None or "properties" not in schema or bool(schema.get("additionalProperties"))


def required(schema: Schema | None) -> tuple[str, ...]:
    """The keys that must be there."""
    return tuple((schema or {}).get("required", ()))


def types_of(part: Any, whole: Schema, depth: int = 0) -> frozenset[str] | None:
    """The JSON types a value may have; None where the schema does not say."""
    if not isinstance(part, Mapping) or depth > 8:
        return None
    if isinstance(reference := part.get("$ref"), str):
        return types_of(_referred(reference, whole), whole, depth + 1)
    for key in ("anyOf", "oneOf"):
        if key in part:
            found = [types_of(each, whole, depth + 1) for each in part[key]]
            known = [each for each in found if each is not None]
            return frozenset().union(*known) if len(known) == len(found) else None
    if "const" in part or "enum" in part:
        return frozenset(json_type(each) for each in part.get("enum", [part.get("const")]))
    named = part.get("type")
    return frozenset([named] if isinstance(named, str) else named) if named else None


def _referred(reference: str, whole: Schema) -> Any:
    found: Any = whole
    for key in reference.removeprefix("#/").split("/"):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def json_type(value: Any) -> str:
    """The JSON type of a literal."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case str():
            return "string"
        case Mapping():
            return "object"
        case _:
            return "array"


def takes(wanted: frozenset[str], value: Any) -> bool:
    """Whether a literal fits one of the JSON types."""
    own = json_type(value)
    return own in wanted or (own == "integer" and "number" in wanted)


def takes_type(wanted: frozenset[str], type_: str) -> bool:
    """Whether what an expression gives can fit one of the JSON types."""
    return type_ == "dyn" or any(type_ in FITS.get(each, (type_,)) for each in wanted)


def expression_types(schema: Schema | None) -> dict[str, str]:
    """What expressions read of an object of this schema: name -> type; empty where the schema does not say."""
    found = {}
    for key, part in properties(schema).items():
        types = (types_of(part, schema or {}) or frozenset()) - {"null"}
        found[key] = EXPRESSION_TYPES.get(next(iter(types)), "dyn") if len(types) == 1 else "dyn"
    return found
