"""Expressions: compiled with the types that are known where they stand, and frozen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from definitions.checks.declared import Declared
from definitions.checks.places import Place, places
from definitions.checks.subject import Subject
from definitions.expressions.compiler import Compiled, compile_text
from definitions.expressions.errors import ExpressionError
from definitions.expressions.values import is_expression, member
from definitions.findings import Finding

GIVES = {
    "bool": ("not_boolean", ("bool",), "true or false"),
    "list": ("expression_type", ("list",), "a list"),
    "date": ("bad_date", ("timestamp", "string"), "a date"),
    "duration": ("bad_duration", ("duration", "string"), "a length of time"),
}
"""What a place asks for -> code, types that fit, and its name."""
DAYS = ("day", "bound:date")
"""Places of a field of type date, in which `now` gives today."""
NUMBERS = ("int", "double", "uint")
DATES = ("timestamp", "string")

HINTS = {
    "unknown_name": "In scope are record, inputs, run, steps, phases, now; a field is steps.<id>.output.<field>.",
    "expression_type": "Compare and combine values of one type; string(x), int(x) and double(x) convert.",
    "expression_syntax": "Write CEL, the Common Expression Language: a == b && c in ['x', 'y'].",
    "expression_too_long": "Compute a part of it in a step of its own.",
    "expression_too_deep": "Compute a part of it in a step of its own.",
    "expression_too_costly": "Compute a part of it in a step of its own.",
    "expression_empty": "Write an expression after the '=', or escape it: '\\='.",
    "unknown_function": "Use one of CEL's functions, such as size, contains, startsWith, matches, has.",
    "attribute_not_allowed": "Read fields of data only.",
    "unsupported_pattern": "Write the pattern without look-around, back references and nested repeats.",
    "template_unclosed": "Close it with '}', or escape it: '\\${'.",
}


def check_expressions(subject: Subject) -> tuple[dict[str, Any], dict[str, Compiled], list[Finding]]:
    """The trees by pointer, what was compiled by pointer, and every mistake in an expression."""
    declared = Declared(subject)
    compiled: dict[str, Compiled] = {}
    findings: list[Finding] = []
    for place in places(subject.document):
        for pointer, text in _texts(place.value, place.pointer):
            names = declared.names(text, place.adds, place.step)
            meant = _today(subject) if text[1:].strip() == "now" and place.gives in DAYS else text
            try:
                compiled[pointer] = compile_text(meant, names)
            except ExpressionError as error:
                findings.append(_finding(subject, pointer, text, error))
            else:
                findings += _gives(place, pointer, compiled[pointer])
    return {pointer: each.tree for pointer, each in compiled.items()}, compiled, findings


def _today(subject: Subject) -> str:
    """What `now` is in a field of type date: the day it is where the workflow is at home."""
    zone = f"'{subject.document.timezone or 'UTC'}'"
    month, day = f"now.getMonth({zone})", f"now.getDate({zone})"
    return (
        f"= string(now.getFullYear({zone})) + ({month} < 9 ? '-0' : '-') + string({month} + 1)"
        f" + ({day} < 10 ? '-0' : '-') + string({day})"
    )


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            if is_expression(value):
                yield pointer, value
        case dict():
            for key, each in value.items():
                yield from _texts(each, member(pointer, key))
        case list() | tuple():
            for index, each in enumerate(value):
                yield from _texts(each, member(pointer, index))


def _finding(subject: Subject, pointer: str, text: str, error: ExpressionError) -> Finding:
    where = "" if error.position is None else f" (at character {error.position + 1} of {text[:60]!r})"
    hint = HINTS.get(error.code, "")
    if error.code == "unknown_name" and error.message.startswith("record") and subject.document.record is None:
        hint = "Name the record the run works on at the top: 'record: source.collection'."
    return Finding(error.code, pointer, f"{error.message}{where}", hint)


def _gives(place: Place, pointer: str, compiled: Compiled) -> Iterator[Finding]:
    """Whether the whole value comes to what its place asks for; parts of a map or list may be anything."""
    if pointer != place.pointer or compiled.type == "dyn":
        return
    if place.gives.startswith("bound:"):
        yield from _bounds(place, pointer, compiled)
        return
    code, types, name = GIVES.get(place.gives, ("", (compiled.type,), ""))
    if compiled.type not in types:
        message = f"the expression gives a {compiled.type}, not {name}"
        yield Finding(code, pointer, message, f"Write one that gives {name}.")


def _bounds(place: Place, pointer: str, compiled: Compiled) -> Iterator[Finding]:
    kind = place.gives.removeprefix("bound:")
    dated, timed = kind in ("date", "datetime"), kind == "duration"
    types = DATES if dated else ("duration", "string") if timed else NUMBERS
    if compiled.type not in types:
        name = "a date" if dated else "a length of time" if timed else "a number"
        message = f"the expression gives a {compiled.type}, not {name}"
        yield Finding("bad_limit", pointer, message, f"Write one that gives {name}.")
