"""The JSON Schema of an answer: the values asked for, how sure the model is, why, and what it went by.

Two schemas, and only the first one counts. The *own* schema is what an answer is held against here. The *wire* schema
is what a server is told, in the form that constrained decoding wants: every property required, none beside them, what
may be left out said as null. So null on the wire means "cannot be said", and a field that is really to be emptied is
named in `clear`. Where a schema cannot be said in that form it is sent as it is and not called strict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NULL = {"type": "null"}
KEPT = ("type", "enum", "const", "description", "pattern", "minimum", "maximum", "$ref")
FORMATS = ("date", "date-time", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")
"""Keywords and formats that servers with constrained decoding know; what they do not know is only held here."""
DROPPED = ("title", "default", "examples", "minLength", "maxLength", "uniqueItems", "minItems", "maxItems",
           "exclusiveMinimum", "exclusiveMaximum", "deprecated", "readOnly", "writeOnly", "$comment")  # fmt: skip


class NotStrict(ValueError):
    """The schema says something that the strict form has no words for."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """`own` is the schema of the values with nothing required at the top; `wire` that of the whole answer."""

    own: dict[str, Any]
    required: tuple[str, ...]
    clearable: tuple[str, ...]
    wire: dict[str, Any]
    strict: bool


def envelope_of(schema: Mapping[str, Any]) -> Envelope:
    """The schemas for an answer with values of `schema`, an object's."""
    schema = {"type": "object", **schema}
    required = tuple(str(each) for each in schema.get("required", ()))
    clearable = tuple(name for name, each in (schema.get("properties") or {}).items() if _takes_null(each, schema))
    own = {key: value for key, value in schema.items() if key != "required"}
    try:
        values, strict = _strictly(schema), True
        definitions = {name: _strictly(each) for name, each in (schema.get("$defs") or {}).items()}
    except NotStrict:
        values, strict = {key: value for key, value in own.items() if key != "$defs"}, False
        definitions = dict(schema.get("$defs") or {})
    wire = _whole(values, clearable)
    return Envelope(own, required, clearable, {**wire, "$defs": definitions} if definitions else wire, strict)


def _whole(values: dict[str, Any], clearable: tuple[str, ...]) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "values": values,
        "confidence": {"type": "number", "description": "0 to 1: how likely every value is right."},
        "explanation": {"type": "string", "description": "One or two plain sentences for a colleague."},
        "basis": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Names of the data it rests on, such as record.email or steps.order.output.total.",
        },
    }
    if clearable:
        named = {"type": "string", "enum": list(clearable)}
        properties["clear"] = {"type": "array", "items": named, "description": "Fields that are to be emptied."}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _strictly(schema: Any) -> dict[str, Any]:
    """The schema in the strict form. Raises NotStrict."""
    if not isinstance(schema, Mapping):
        raise NotStrict
    found: dict[str, Any] = {}
    for key, value in schema.items():
        match key:
            case "properties" | "required" | "additionalProperties" | "$defs":
                continue
            case "items":
                found["items"] = _strictly(value)
            case "oneOf" | "anyOf":
                found |= _choices(value, found | dict(schema))
            case "format":
                found |= {"format": value} if value in FORMATS else {}
            case _ if key in KEPT:
                found[key] = value
            case _ if key not in DROPPED and not key.startswith("x-"):
                raise NotStrict
    return found | _members(schema) if _is_object(schema) else found


def _choices(branches: list[Any], beside: Mapping[str, Any]) -> dict[str, Any]:
    """Constants become an `enum`, which servers know best."""
    if all(isinstance(each, Mapping) and "const" in each for each in branches):
        return {} if "enum" in beside else {"enum": [each["const"] for each in branches]}
    return {"anyOf": [_strictly(each) for each in branches]}


def _is_object(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "object" or "properties" in schema


def _members(schema: Mapping[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties")
    if not properties or schema.get("additionalProperties") not in (None, False):
        raise NotStrict  # an object of free names has no strict form
    required = schema.get("required", ())
    made = {name: _strictly(each) if name in required else _or_null(each) for name, each in properties.items()}
    return {"type": "object", "properties": made, "required": list(made), "additionalProperties": False}


def _or_null(schema: Any) -> dict[str, Any]:
    strict = _strictly(schema)
    return strict if _takes_null(schema, {}) else {"anyOf": [strict, NULL]}


def _takes_null(schema: Any, root: Mapping[str, Any]) -> bool:
    """Whether null is one of the values that a property takes."""
    if not isinstance(schema, Mapping):
        return False
    if isinstance(ref := schema.get("$ref"), str):
        target = (root.get("$defs") or {}).get(ref.removeprefix("#/$defs/"))
        return target is not None and "$ref" not in target and _takes_null(target, root)
    kinds = schema.get("type")
    if kinds == "null" or (isinstance(kinds, list) and "null" in kinds):
        return True
    return any(_takes_null(each, root) for key in ("anyOf", "oneOf") for each in schema.get(key, ()))
