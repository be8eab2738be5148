"""An answer's text becomes values, or a list of what is wrong with it, in words that its author can use.

Nothing is believed: not that it is JSON, not that it has the shape that was asked for, not that an option is one. What
is only written differently is mended as a form would (spaces around a text, `5.0` for a whole number, a number as a
text); what is of another kind is refused. A value that JSON cannot hold (NaN), a NUL, half a character: refused.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import jsonschema_rs

from activities.ai.envelope import Envelope
from activities.errors import ActionError, Unusable
from activities.result import checked_result

PROBLEMS = 10
"""Problems that are told at once."""
EXPLANATION, NAMES = 2_000, 20
PATTERN_STEPS = 100_000
_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?```\s*\Z", re.DOTALL)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Read:
    """What an answer says. `problems` are sentences; where there are any, nothing else is to be used."""

    values: dict[str, Any] = field(default_factory=dict)
    confidence: float = 0.0
    explanation: str = ""
    basis: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class Reader:
    """Reads answers to one question. Raises ActionError `schema_unusable` for a schema that cannot be held against."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        options = jsonschema_rs.FancyRegexOptions(backtrack_limit=PATTERN_STEPS)
        try:
            self._validator = jsonschema_rs.Draft202012Validator(
                envelope.own, validate_formats=True, offline=True, pattern_options=options
            )
        except Exception:
            raise ActionError("schema_unusable", "The schema of what is asked cannot be used.") from None

    def read(self, text: str) -> Read:
        """What the text says, held against the schema. Never raises."""
        try:
            answer = json.loads(_unfenced(text), parse_constant=_refuse, object_pairs_hook=_once)
            checked_result({"answer": answer})
        except (ValueError, RecursionError, Unusable) as error:
            return Read(problems=(f"the answer is not JSON as asked: {str(error)[:200]}",))
        if not isinstance(answer, dict) or not isinstance(answer.get("values"), dict):
            return Read(problems=("the answer must be an object with the member values, itself an object",))
        sure = _sureness(answer.get("confidence"))
        if sure is None:
            return Read(problems=("confidence must be a number between 0 and 1",))
        return self._held(answer, sure)

    def problems(self, values: dict[str, Any]) -> tuple[str, ...]:
        """What is wrong with some values, in sentences; that one is lacking is not."""
        return tuple(_told(each) for each in islice(self._validator.iter_errors(values), PROBLEMS))

    def _held(self, answer: dict[str, Any], sure: float) -> Read:
        values = self._values(answer)
        if problems := self.problems(values):
            return Read(problems=problems)
        explanation, basis = answer.get("explanation"), answer.get("basis")
        said = _CONTROL.sub(" ", explanation)[:EXPLANATION] if isinstance(explanation, str) else ""
        names = [each[:200] for each in basis if isinstance(each, str)] if isinstance(basis, list) else []
        return Read(values, sure, said, tuple(dict.fromkeys(names))[:NAMES])

    def _values(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Null is "cannot be said" and left out, unless the field is named as one to be emptied."""
        clear = answer.get("clear")
        cleared = [each for each in clear if each in self._envelope.clearable] if isinstance(clear, list) else []
        schema = self._envelope.own
        said = {name: mended(value, _property(schema, name), schema) for name, value in answer["values"].items()}
        return {**{name: each for name, each in said.items() if each is not None}, **dict.fromkeys(cleared)}


def mended(value: Any, schema: Any, root: Mapping[str, Any], depth: int = 8) -> Any:
    """A value that was only written differently, as its schema has it; any other value as it is."""
    schema = _followed(schema, root)
    if not isinstance(schema, Mapping) or depth == 0:
        return value
    kinds = _kinds(schema, root)
    match value:
        case str() if "string" in kinds:
            return value if value in schema.get("enum", ()) else value.strip()
        case str() if ("number" in kinds or "integer" in kinds) and _NUMBER.fullmatch(value.strip()):
            return mended(json.loads(_plain(value)), schema, root, depth - 1)
        case float() if "integer" in kinds and math.isfinite(value) and value.is_integer():
            return int(value)
        case list():
            return [mended(item, schema.get("items"), root, depth - 1) for item in value]
        case dict():
            made = {key: mended(each, _property(schema, key), root, depth - 1) for key, each in value.items()}
            needed = schema.get("required", ())
            return {key: each for key, each in made.items() if each is not None or key in needed}
        case _:
            return value


def _plain(text: str) -> str:
    """A number as JSON writes it: without zeros before it."""
    sign, digits = ("-", text.strip()[1:]) if text.strip().startswith("-") else ("", text.strip())
    whole, point, rest = digits.partition(".")
    return f"{sign}{whole.lstrip('0') or '0'}{point}{rest}"


def _kinds(schema: Mapping[str, Any], root: Mapping[str, Any]) -> list[str]:
    found = schema.get("type", [])
    kinds = [found] if isinstance(found, str) else list(found)
    for each in schema.get("anyOf", ()):
        inner = _followed(each, root)
        kinds += _kinds(inner, root) if isinstance(inner, Mapping) and "anyOf" not in inner else []
    return kinds


def _property(schema: Mapping[str, Any], name: str) -> Any:
    known = schema.get("properties")
    return known.get(name) if isinstance(known, Mapping) else None


def _followed(schema: Any, root: Mapping[str, Any]) -> Any:
    """The definition that a reference names, one step far; what refers to a reference is not mended."""
    if isinstance(schema, Mapping) and isinstance(ref := schema.get("$ref"), str):
        return (root.get("$defs") or {}).get(ref.removeprefix("#/$defs/"))
    return schema


def _sureness(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return None
    return round(float(value), 4)


def _told(error: Any) -> str:
    place = "/" + "/".join(str(part) for part in error.instance_path)
    return f"{place}: {error.message}"[:300]


def _unfenced(text: str) -> str:
    """The text between the marks that some models put around JSON."""
    found = _FENCE.match(text)
    return found.group(1) if found else text


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found
