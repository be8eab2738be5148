"""Arguments of a tool against its schema, before anything is sent: who chose them is told every problem at once.

A schema comes from the server, so it is data of somebody else: it is never fetched from elsewhere, its patterns are
bounded, and a name that it does not know is refused even where it forgets to say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from activities.errors import ActionError, InvalidInput

PROBLEMS = 20
"""Problems that are told at once."""
PATTERN_STEPS = 100_000
OPEN = ("additionalProperties", "patternProperties", "$ref", "allOf", "anyOf", "oneOf", "unevaluatedProperties", "if")
"""Where one of these stands, names that are not in `properties` may be meant."""


def check_arguments(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> None:
    """Returns for arguments that fit. Raises InvalidInput with the problems, or ActionError `mcp_unusable`."""
    found = [
        {"path": _path(each), "code": _code(each), "message": each.message[:300]} for each in _errors(schema, arguments)
    ]
    found += [
        {"path": f"/{name}", "code": "unknown_field", "message": "the tool has no such argument"}
        for name in _unknown(schema, arguments)
    ]
    if found:
        raise InvalidInput(found[:PROBLEMS])


def _errors(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> list[Any]:
    options = jsonschema_rs.FancyRegexOptions(backtrack_limit=PATTERN_STEPS)
    try:
        validator = jsonschema_rs.validator_for(dict(schema), offline=True, pattern_options=options)
    except Exception:
        raise ActionError("mcp_unusable", "The tool's schema of arguments cannot be used.") from None
    return sorted(validator.iter_errors(dict(arguments)), key=_path)


def _unknown(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> list[str]:
    if any(key in schema for key in OPEN):
        return []
    known = schema.get("properties")
    return [name for name in arguments if not isinstance(known, dict) or name not in known]


def _path(error: Any) -> str:
    return "/" + "/".join(str(part) for part in error.instance_path)


def _code(error: Any) -> str:
    kind = type(error.kind).__name__
    return {"Required": "required", "Enum": "not_an_option", "AdditionalProperties": "unknown_field"}.get(
        kind, "wrong_type"
    )
