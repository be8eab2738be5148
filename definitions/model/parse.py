"""From plain data to a Document, with every mistake of shape as a finding at its place.

Pydantic finds them all in one pass; here its errors become findings of ours: its names are its own and change, our
codes do not. Its location of a step or trigger also names the chosen kind, which is no place in the document.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from definitions.findings import Finding, pointer
from definitions.model.document import KINDS, LANGUAGE_VERSION, Document
from definitions.model.fields import FIELD_TYPES


def parse(raw: Any) -> tuple[Document | None, list[Finding]]:
    """The document, or None and what is wrong with its shape. Never raises; `raw` is plain JSON data."""
    if not isinstance(raw, dict):
        return None, [Finding("not_a_document", "", "a definition is a map of keys", "Begin with 'holdfast: 1'.")]
    try:
        return Document.model_validate(raw), []
    except ValidationError as problem:
        return None, [_finding(error) for error in problem.errors(include_url=False) if not _consequence(error)]


def _consequence(error: ErrorDetails) -> bool:
    """Pydantic calls a list too short when none of its members was right; only a list that is empty is."""
    return error["type"] == "too_short" and bool(error["input"])


def _finding(error: ErrorDetails) -> Finding:
    kind, place = error["type"], _place(error["loc"])
    path, last = pointer(*place), str(place[-1]) if place else "document"
    match kind:
        case "missing":
            return Finding("missing", path, f"{last} is missing", f"Add '{last}:'.")
        case "extra_forbidden":
            return Finding("unknown_key", path, f"there is no key {last!r} here", "Correct the spelling, or remove it.")
        case "union_tag_not_found":
            return _untagged(place)
        case "union_tag_invalid":
            return _mistagged(place, error)
        case "less_than_equal" if place == ("holdfast",):
            return _newer(path, error["input"])
        case _:
            code, hint = HINTS.get(kind, ("wrong_type", "See the language page for what this key takes."))
            return Finding(code, path, MESSAGES.get(kind) or _lower(error["msg"]), _hinted(hint, error))


def _place(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    if loc[:1] == ("steps",):
        return loc[:2] + loc[3:]
    if loc[:2] == ("start", "triggers"):
        return loc[:3] + loc[4:]
    return loc


def _untagged(place: tuple[int | str, ...]) -> Finding:
    key, known = ("kind", ", ".join(KINDS)) if place[0] == "steps" else ("type", "manual, opened, schedule, …")
    return Finding("missing", pointer(*place, key), f"{key} is missing", f"Add '{key}:', one of {known}.")


def _mistagged(place: tuple[int | str, ...], error: ErrorDetails) -> Finding:
    context = error.get("ctx", {})
    tag, known = context.get("tag", ""), str(context.get("expected_tags", "")).replace("'", "")
    code, key = ("unknown_kind", "kind") if place[0] == "steps" else ("unknown_type", "type")
    what = "kind of step" if key == "kind" else "type of trigger"
    hint = (
        f"Use one of {known}; a newer kind needs a newer release (this one reads language version {LANGUAGE_VERSION})."
    )
    return Finding(code, pointer(*place, key), f"there is no {what} {str(tag)[:80]!r}", hint)


def _newer(path: str, version: Any) -> Finding:
    message = f"the document is written in version {version} of the language"
    return Finding(
        "language_version",
        path,
        message,
        f"It needs a release that reads version {version}; this one reads version {LANGUAGE_VERSION}.",
    )


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


def _hinted(hint: str, error: ErrorDetails) -> str:
    context = {key: str(value) for key, value in error.get("ctx", {}).items()}
    return hint.format_map({"pattern": "", "expected": "", "max_length": "", "le": "", "ge": "", **context})


HINTS: dict[str, tuple[str, str]] = {
    "string_type": ("wrong_type", "Write a text; put numbers and dates in quotes."),
    "bool_type": ("wrong_type", "Write true or false."),
    "int_type": ("wrong_type", "Write a whole number without quotes."),
    "float_type": ("wrong_type", "Write a number without quotes."),
    "float_parsing": ("wrong_type", "Write a number without quotes."),
    "tuple_type": ("wrong_type", "Write a list."),
    "dict_type": ("wrong_type", "Write a map of keys."),
    "model_type": ("wrong_type", "Write a map of keys."),
    "model_attributes_type": ("wrong_type", "Write a map of keys."),
    "invalid_key": ("wrong_type", "Write keys as texts."),
    "condition": ("wrong_type", "Write true, false, or '= …'."),
    "bound": ("wrong_type", "Write a number, a date, or '= …'."),
    "written": ("wrong_type", "Write a text, or '= …'."),
    "listed": ("wrong_type", "Write a list, or '= …'."),
    "literal_error": ("wrong_value", "Use one of {expected}."),
    "greater_than_equal": ("wrong_value", "The least is {ge}."),
    "less_than_equal": ("wrong_value", "The most is {le}."),
    "finite_number": ("wrong_value", "Write a finite number."),
    "string_pattern_mismatch": ("wrong_form", "It must match {pattern}."),
    "string_too_long": ("too_long", "At most {max_length} characters."),
    "string_too_short": ("empty", "Write something, or remove the key."),
    "too_long": ("too_long", "At most {max_length} entries."),
    "too_short": ("empty", "Add at least one entry."),
    "control_character": ("control_character", "Remove it; a description may have several lines."),
    "string_unicode": ("control_character", "Remove what is not valid Unicode."),
    "unknown_type": ("unknown_type", f"Use one of {', '.join(FIELD_TYPES)}."),
}

MESSAGES = {
    "tuple_type": "must be a list",
    "dict_type": "must be a map of keys",
    "model_type": "must be a map of keys",
    "model_attributes_type": "must be a map of keys",
    "string_type": "must be a text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "string_pattern_mismatch": "is not written the way such names are",
    "too_short": "must not be empty",
}
"""What is wrong in the words of the document; pydantic's own speak of Python's types."""
