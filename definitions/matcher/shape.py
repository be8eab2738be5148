"""Whether a value is valid by a JSON Schema, said so carefully that yes always means yes.

Only what is understood is judged: a keyword that is not known here makes the answer no. The matcher can do without a
value, but it must not propose one that is refused later. References within the schema are followed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from definitions.answers import TYPES, Wrong
from definitions.forms import matches

DEPTH = 12
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_URI = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?(\?[A-Za-z0-9._~=&-]*)?")
_PLAIN_EMAIL = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9]+(-[A-Za-z0-9]+)*(\.[A-Za-z]{2,})+")
_PYTHON: dict[str, type] = {"string": str, "object": dict, "array": list, "null": type(None)}
_SAYS_NOTHING = (
    "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$defs", "$comment",
)  # fmt: skip


def fits(schema: Any, value: Any, root: Mapping[str, Any], depth: int = DEPTH) -> bool:
    """Whether the value is certainly valid. `root` is the schema in which references are looked up."""
    if schema is True or schema == {}:
        return True
    if not isinstance(schema, Mapping) or depth == 0:
        return False
    return all(_keyword(key, schema, value, root, depth) for key in schema if not _silent(key))


def resolved(schema: Any, root: Mapping[str, Any], depth: int = DEPTH) -> Any:
    """The schema that a reference within `root` means; the schema itself where it is none, or leads nowhere."""
    while isinstance(schema, Mapping) and "$ref" in schema and depth:
        found: Any = root
        for part in str(schema["$ref"]).removeprefix("#/").split("/"):
            found = found.get(part) if isinstance(found, Mapping) else None
        if not isinstance(found, Mapping) or not str(schema["$ref"]).startswith("#/"):
            return schema
        schema, depth = {**found, **{key: value for key, value in schema.items() if key != "$ref"}}, depth - 1
    return schema


def _silent(key: str) -> bool:
    return key in _SAYS_NOTHING or key.startswith(("x-", "ui:"))


def _keyword(key: str, schema: Mapping[str, Any], value: Any, root: Mapping[str, Any], depth: int) -> bool:
    asked = schema[key]
    match key:
        case "$ref":
            target = resolved({"$ref": asked}, root)
            return "$ref" not in target and fits(target, value, root, depth - 1)
        case "type":
            return any(_is(kind, value) for kind in ([asked] if isinstance(asked, str) else asked))
        case "enum":
            return any(_same(item, value) for item in asked)
        case "const":
            return _same(asked, value)
        case "anyOf" | "allOf" | "oneOf":
            return _combined(key, asked, value, root, depth)
        case "properties" | "required" | "additionalProperties":
            return not isinstance(value, Mapping) or _member(key, schema, value, root, depth)
        case "items" | "minItems" | "maxItems" | "uniqueItems":
            return not isinstance(value, list) or _list(key, asked, value, root, depth)
        case "minLength" | "maxLength" | "pattern" | "format":
            return not isinstance(value, str) or _text(key, asked, value)
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            return not _is("number", value) or _number(key, asked, value)
        case _:
            return False


def _combined(key: str, asked: list[Any], value: Any, root: Mapping[str, Any], depth: int) -> bool:
    """`oneOf` is only believed of constants: that another branch does not hold is not known for certain otherwise."""
    if key == "oneOf" and not all(isinstance(each, Mapping) and "const" in each for each in asked):
        return False
    held = [fits(each, value, root, depth - 1) for each in asked]
    return all(held) if key == "allOf" else sum(held) == 1 if key == "oneOf" else any(held)


def _is(kind: str, value: Any) -> bool:
    match kind:
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")
        case _:
            return kind in _PYTHON and isinstance(value, _PYTHON[kind])


def _same(left: Any, right: Any) -> bool:
    return type(left) is type(right) and bool(left == right)


def _member(key: str, schema: Mapping[str, Any], value: Any, root: Mapping[str, Any], depth: int) -> bool:
    known = schema.get("properties", {})
    match key:
        case "required":
            return all(name in value for name in schema["required"])
        case "properties":
            return all(fits(known[name], value[name], root, depth - 1) for name in known if name in value)
        case _:
            others = schema["additionalProperties"]
            return all(fits(others, value[name], root, depth - 1) for name in value if name not in known)


def _list(key: str, asked: Any, value: list[Any], root: Mapping[str, Any], depth: int) -> bool:
    match key:
        case "items":
            return all(fits(asked, item, root, depth - 1) for item in value)
        case "minItems":
            return bool(len(value) >= asked)
        case "maxItems":
            return bool(len(value) <= asked)
        case _:
            return not asked or all(item not in value[:index] for index, item in enumerate(value))


def _number(key: str, asked: Any, value: Any) -> bool:
    match key:
        case "minimum":
            return bool(value >= asked)
        case "maximum":
            return bool(value <= asked)
        case "exclusiveMinimum":
            return bool(value > asked)
        case _:
            return bool(value < asked)


def _text(key: str, asked: Any, value: str) -> bool:
    match key:
        case "minLength":
            return bool(len(value) >= asked)
        case "maxLength":
            return bool(len(value) <= asked)
        case "pattern":
            return matches(value, asked)
        case _:
            return is_format(asked, value)


def is_format(name: str, value: str) -> bool:
    """Whether the text certainly has a format of JSON Schema."""
    match name:
        case "email":
            return _PLAIN_EMAIL.fullmatch(value) is not None and len(value.partition("@")[0]) <= 64 and _kept(value)
        case "date":
            return _DATE.fullmatch(value) is not None and _parses(date.fromisoformat, value)
        case "date-time":
            return _INSTANT.fullmatch(value) is not None and _parses(datetime.fromisoformat, value)
        case "uri":
            return _URI.fullmatch(value) is not None
        case _:
            return False


def _kept(value: str) -> bool:
    try:
        return bool(TYPES["email"](value) == value)
    except Wrong:
        return False


def _parses(read: Any, value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True
