"""Fields of forms: options to choose from, bounds that fit, patterns that can be run, stopwatches that have a start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from definitions.answers import Wrong, typed
from definitions.checks.subject import Subject
from definitions.expressions.pattern_automaton import build
from definitions.expressions.pattern_syntax import PatternError
from definitions.expressions.values import is_expression
from definitions.findings import Finding
from definitions.forms import COUNTED, MEASURED, limit_of, option_ids
from definitions.model import FormField

CHOSEN = ("choice", "choices", "checklist")
BOUNDED = (*COUNTED, *MEASURED, "number", "integer", "money", "date", "datetime", "duration")


def check_fields(subject: Subject) -> Iterator[Finding]:
    """Every field of the definition, and the timers that run through it."""
    if "inputs" not in subject.lost:
        yield from _fields(subject.document.inputs, "/inputs")
    timers: dict[str, list[str]] = {}
    for index, pointer, step in subject.steps():
        for at, fields in _forms(pointer, step):
            _collect(fields, at, timers)
            if index not in subject.gaps:
                yield from _fields(fields, at)
    if not subject.gaps:
        yield from _timers(timers)


def _forms(pointer: str, step: Any) -> Iterator[tuple[str, Sequence[FormField]]]:
    match step.kind:
        case "task":
            yield f"{pointer}/fields", step.fields
            for index, journey in enumerate(step.journeys):
                yield f"{pointer}/journeys/{index}/fields", journey.fields
        case "journey":
            yield f"{pointer}/fields", step.fields
        case "ai":
            yield f"{pointer}/output", step.output


def _fields(fields: Sequence[FormField], pointer: str) -> Iterator[Finding]:
    for index, each in enumerate(fields):
        at = f"{pointer}/{index}"
        yield from _options(each, at)
        yield from _columns(each, at)
        yield from _bounds(each, at)
        yield from _pattern(each, at)
        yield from _default(each, at)
        if each.timer is not None and each.type != "stopwatch":
            yield _ignored(f"{at}/timer", "only a stopwatch has a timer")


def _options(each: FormField, at: str) -> Iterator[Finding]:
    if each.type not in CHOSEN:
        if each.options is not None:
            yield _ignored(f"{at}/options", f"a field of type {each.type} has no options")
        return
    if not each.options:
        yield Finding("options_missing", at, f"there is nothing to choose in {each.id!r}", "Add 'options: [...]'.")
    elif not isinstance(each.options, str):
        yield from _listed(each.options, f"{at}/options")


def _listed(options: Sequence[Any], at: str) -> Iterator[Finding]:
    ids = option_ids(options)
    for index, name in enumerate(ids):
        if isinstance(name, bool) or not isinstance(name, str | int | float):
            hint = "Write a text or number, or {id, label}."
            yield Finding("wrong_type", f"{at}/{index}", "an option is a value or has an id", hint)
        elif name in ids[:index]:
            yield Finding("duplicate_id", f"{at}/{index}", f"the option {name!r} is there twice", "Remove one.")


def _columns(each: FormField, at: str) -> Iterator[Finding]:
    if each.type == "table":
        if not each.fields:
            yield Finding("fields_missing", at, f"the table {each.id!r} has no columns", "Add 'fields: [...]'.")
        yield from _fields(each.fields, f"{at}/fields")
    elif each.fields:
        yield _ignored(f"{at}/fields", f"a field of type {each.type} has no columns")


def _bounds(each: FormField, at: str) -> Iterator[Finding]:
    limits = []
    for key in ("min", "max"):
        bound = getattr(each, key)
        if bound is None or is_expression(bound):
            continue
        limit = limit_of(each.type, bound) if each.type in BOUNDED else None
        if limit is None:
            message = f"{bound!r} cannot bound a field of type {each.type}"
            hint = "Numbers bound numbers, lengths and counts; dates bound dates; '3 days' a duration."
            yield Finding("bad_limit", f"{at}/{key}", message, hint)
        else:
            limits.append(limit)
    if len(limits) == 2 and limits[0] > limits[1]:
        yield Finding("bad_limit", f"{at}/max", "the most is less than the least", "Exchange 'min' and 'max'.")


def _pattern(each: FormField, at: str) -> Iterator[Finding]:
    if each.pattern is None:
        return
    try:
        build(f"^(?:{each.pattern})$")
    except PatternError as wrong:
        hint = "Write it without look-around, back references and nested repeats."
        yield Finding("unsupported_pattern", f"{at}/pattern", f"unsupported pattern: {wrong}", hint)


def _default(each: FormField, at: str) -> Iterator[Finding]:
    """A literal default is an answer like any other; tables and what is computed are judged in the run."""
    if each.default is None or each.type in ("info", "table") or _computed(each.default):
        return
    try:
        value = typed(each.type, each.default)
    except Wrong as wrong:
        hint = "Write one that a person could give."
        yield Finding("bad_default", f"{at}/default{wrong.at}", f"the default {wrong.message}", hint)
        return
    offered = option_ids(each.options) if isinstance(each.options, list) else None
    if each.type in CHOSEN and offered is not None:
        for name in [value] if each.type == "choice" else value:
            if name not in offered and not any(map(is_expression, offered)):
                hint = f"Use one of {', '.join(map(str, offered[:20]))}."
                yield Finding("bad_default", f"{at}/default", f"the default {name!r} is no option", hint)


def _computed(value: Any) -> bool:
    match value:
        case dict():
            return any(map(_computed, value.values()))
        case list() | tuple():
            return any(map(_computed, value))
        case _:
            return is_expression(value)


def _collect(fields: Sequence[FormField], pointer: str, timers: dict[str, list[str]]) -> None:
    for index, each in enumerate(fields):
        if each.type == "stopwatch" and each.timer is not None:
            timers.setdefault(each.timer, []).append(f"{pointer}/{index}")


def _timers(timers: dict[str, list[str]]) -> Iterator[Finding]:
    """A timer is started at its first stopwatch and stopped at the next: one alone measures nothing."""
    for name, places in timers.items():
        if len(places) % 2:
            message = f"the timer {name!r} is started and stopped in {len(places)} places"
            hint = "Give it one stopwatch that starts it and, after that, one that stops it."
            yield Finding("stop_without_start", f"{places[-1]}/timer", message, hint)


def _ignored(path: str, message: str) -> Finding:
    return Finding("ignored_key", path, message, "Remove it.", "warning")
