"""Fields of forms: options to choose from, bounds that fit, patterns that can be run, stopwatches that have a start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from definitions.answers import Wrong, typed
from definitions.bound import BINDABLE
from definitions.checks.subject import Subject
from definitions.expressions.pattern_automaton import build
from definitions.expressions.pattern_syntax import PatternError
from definitions.expressions.values import is_expression, member
from definitions.findings import Finding
from definitions.forms import option_ids
from definitions.measures import COUNTED, MEASURED, limit_of
from definitions.model import FormField, JourneyTrigger, TaskStep

CHOSEN = ("choice", "choices", "checklist")
BOUNDED = (*COUNTED, *MEASURED, "number", "integer", "money", "date", "datetime", "duration")


def check_fields(subject: Subject) -> Iterator[Finding]:
    """Every field of the definition, and the timers that run through it."""
    if "inputs" not in subject.lost:
        yield from _fields(subject.document.inputs, "/inputs")
        yield from _unbound(subject.document.inputs, "/inputs", "an input")
    for place, trigger in enumerate(() if "start" in subject.lost else subject.document.start.triggers):
        if isinstance(trigger, JourneyTrigger):
            yield from _fields(trigger.fields, f"/start/triggers/{place}/fields")
            yield from _unbound(trigger.fields, f"/start/triggers/{place}/fields", "a field of a public form")
    timers: dict[str, list[str]] = {}
    for index, pointer, step in subject.steps():
        for at, fields in _forms(pointer, step):
            _collect(fields, at, timers)
            if index in subject.gaps:
                continue
            yield from _fields(fields, at)
            if step.kind == "task" and at == f"{pointer}/fields":
                yield from _bound(subject, fields, at)
            else:
                yield from _unbound(fields, at, "a field outside of a task's own form")
        if isinstance(step, TaskStep) and index not in subject.gaps:
            yield from _prefill(step, f"{pointer}/prefill")
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


def _bound(subject: Subject, fields: Sequence[FormField], pointer: str) -> Iterator[Finding]:
    """What a field of the run's record is shown in, and written back from."""
    for index, each in enumerate(fields):
        at = f"{pointer}/{index}"
        if each.bind is None:
            yield from _unbound(each.fields, f"{at}/fields", "a column")
        elif each.type not in BINDABLE:
            message = f"a field of type {each.type} cannot stand for a field of the record"
            yield Finding("wrong_value", f"{at}/bind", message, f"Types that can are {', '.join(BINDABLE)}.")
        elif subject.document.record is None and "record" not in subject.lost:
            hint = "Name the run's record at the top: 'record: source.collection'."
            yield Finding("record_missing", f"{at}/bind", "there is no record to show a field of", hint)


def _unbound(fields: Sequence[FormField], pointer: str, what: str) -> Iterator[Finding]:
    for index, each in enumerate(fields):
        if each.bind is not None:
            hint = "Begin with the record's value instead: 'default: = record.<field>'."
            yield Finding("wrong_value", f"{pointer}/{index}/bind", f"{what} cannot be bound to the record", hint)


def _prefill(step: TaskStep, pointer: str) -> Iterator[Finding]:
    """A prefill names fields of the form; a literal one is an answer like any other."""
    fields = {each.id: each for each in step.fields}
    for name, value in step.prefill.items():
        at = member(pointer, name)
        if name not in fields:
            hint = f"The fields are {', '.join(list(fields)[:20])}." if fields else "The step has no fields."
            yield Finding("unknown_field", at, f"the form has no field {name!r}", hint)
        elif fields[name].type == "info":
            yield _ignored(at, "a field of type info is not filled in")
        else:
            yield from _literal(fields[name], value, at, "prefill")


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
    if each.type != "info":
        yield from _literal(each, each.default, f"{at}/default", "default")


def _literal(each: FormField, value: Any, at: str, what: str) -> Iterator[Finding]:
    """A literal first value is an answer like any other; tables and what is computed are judged in the run."""
    if value is None or each.type == "table" or _computed(value):
        return
    try:
        value = typed(each.type, value)
    except Wrong as wrong:
        hint = "Write one that a person could give."
        yield Finding("bad_default", f"{at}{wrong.at}", f"the {what} {wrong.message}", hint)
        return
    offered = option_ids(each.options) if isinstance(each.options, list) else None
    if each.type in CHOSEN and offered is not None:
        for name in [value] if each.type == "choice" else value:
            if name not in offered and not any(map(is_expression, offered)):
                hint = f"Use one of {', '.join(map(str, offered[:20]))}."
                yield Finding("bad_default", at, f"the {what} {name!r} is no option", hint)


def _computed(value: Any) -> bool:
    match value:
        case dict():
            return any(map(_computed, value.values()))
        case list() | tuple():
            return any(map(_computed, value))
        case _:
            return is_expression(value)


def _collect(fields: Sequence[FormField], pointer: str, timers: dict[str, list[str]]) -> None:
    """The stopwatches by timer. Those in the columns of a table are paired within their row, and so kept apart."""
    for index, each in enumerate(fields):
        at = f"{pointer}/{index}"
        if each.type == "stopwatch" and each.timer is not None:
            timers.setdefault(each.timer, []).append(at)
        if each.type == "table":
            inside: dict[str, list[str]] = {}
            _collect(each.fields, f"{at}/fields", inside)
            timers |= {f"{at}/{name}": places for name, places in inside.items()}


def _timers(timers: dict[str, list[str]]) -> Iterator[Finding]:
    """A timer is started at its first stopwatch and stopped at the next: one alone measures nothing."""
    for name, places in timers.items():
        if len(places) % 2:
            message = f"the timer {name.rsplit('/', 1)[-1]!r} is started and stopped in {len(places)} places"
            hint = "Give it one stopwatch that starts it and, after that, one that stops it."
            yield Finding("stop_without_start", f"{places[-1]}/timer", message, hint)


def _ignored(path: str, message: str) -> Finding:
    return Finding("ignored_key", path, message, "Remove it.", "warning")
