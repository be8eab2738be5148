"""Lengths of time, dates, time zones and anchors: whether they can be read, and be used where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from definitions.checks.subject import Subject
from definitions.expressions.values import is_expression
from definitions.findings import Finding
from definitions.model import Due, Step, WaitStep
from definitions.times import Offset, moment, zone

ANCHORS = ("start", "entered", "preceding:any", "preceding:all")
DURATION_HINT = "Write a number and a unit, such as '30 minutes' or '3 days'."
TRY_LIMIT = 30 * 86_400
"""Seconds: a machine that has not answered for a month will not."""


def check_times(subject: Subject) -> Iterator[Finding]:
    """Everything about time that is written out; what is computed is checked as an expression."""
    document = subject.document
    if document.timezone is not None:
        try:
            zone(document.timezone)
        except ValueError as wrong:
            yield Finding("bad_timezone", "/timezone", str(wrong), "Write one of the IANA names, such as 'UTC'.")
    yield from _due(subject, document.due, "/due")
    for index, phase in enumerate(document.phases):
        yield from _due(subject, phase.due, f"/phases/{index}/due")
    for _, pointer, step in subject.steps():
        yield from _step(subject, pointer, step)


def _step(subject: Subject, pointer: str, step: Step) -> Iterator[Finding]:
    yield from _due(subject, step.due, f"{pointer}/due")
    yield from _try(step.timeout, f"{pointer}/timeout")
    if step.retry is not None:
        yield from _try(step.retry.within, f"{pointer}/retry/within")
    if step.schedule is not None:
        yield from _schedule(subject, pointer, step)
    if isinstance(step, WaitStep):
        yield from _wait(pointer, step)
    elif step.kind == "journey":
        yield from _literal(step.expires, f"{pointer}/expires")
        yield from _lengths(step.remind, f"{pointer}/remind")
    elif step.kind == "action" and step.confirm is not None:
        yield from _literal(step.confirm.expires, f"{pointer}/confirm/expires")
        yield from _lengths(step.confirm.remind, f"{pointer}/confirm/remind")


def _wait(pointer: str, step: WaitStep) -> Iterator[Finding]:
    yield from _length(step.for_, f"{pointer}/for")
    yield from _literal(step.by, f"{pointer}/by")
    for key in ("until", "before", "after_date"):
        yield from _date(getattr(step, key), f"{pointer}/{key}")
    if step.expires is not None and not _is_date(step.expires):
        yield from _length(step.expires, f"{pointer}/expires")


def _schedule(subject: Subject, pointer: str, step: Step) -> Iterator[Finding]:
    schedule, at = step.schedule, f"{pointer}/schedule"
    if schedule is None:
        return
    said = [
        key for key, value in (("in", schedule.in_), ("before", schedule.before), ("after", schedule.after)) if value
    ]
    if len(said) != 1:
        yield Finding("one_of", at, "a schedule says one of 'in', 'before' and 'after'", "Keep one of them.")
    yield from _literal(schedule.in_, f"{at}/in")
    yield from _literal(schedule.by, f"{at}/by")
    for key in ("before", "after"):
        value = getattr(schedule, key)
        if isinstance(value, str) and value.startswith("step:"):
            yield from _anchor_step(subject, value, f"{at}/{key}")
        else:
            yield from _date(value, f"{at}/{key}")


def _due(subject: Subject, due: Due | None, pointer: str) -> Iterator[Finding]:
    if due is None:
        return
    if (due.in_ is None) == (due.at is None):
        yield Finding("one_of", pointer, "a due date says either 'in' or 'at'", "Keep one of them.")
    yield from _literal(due.in_, f"{pointer}/in")
    yield from _date(due.at, f"{pointer}/at")
    known = subject.known.calendars
    if due.calendar is not None and known is not None and due.calendar not in known:
        hint = "Name a country, such as 'NL', or a country and part of it, such as 'DE-BY'."
        yield Finding("unknown_calendar", f"{pointer}/calendar", f"there is no calendar {due.calendar!r}", hint)
    if due.from_ is not None and not is_expression(due.from_):
        yield from _anchor(subject, due.from_, f"{pointer}/from")


def _anchor(subject: Subject, text: str, pointer: str) -> Iterator[Finding]:
    head, _, name = text.partition(":")
    if text in ANCHORS:
        return
    if head == "step" and name:
        yield from _anchor_step(subject, text, pointer)
    elif head == "phase" and name:
        if name not in subject.phases and "phases" not in subject.lost:
            yield Finding("unknown_phase", pointer, f"there is no phase {name!r}", "Name a phase by its id.")
    else:
        hint = f"Use one of {', '.join(ANCHORS)}, step:<id>, phase:<id>, or '= …'."
        yield Finding("bad_anchor", pointer, f"nothing can be counted from {text!r}", hint)


def _anchor_step(subject: Subject, text: str, pointer: str) -> Iterator[Finding]:
    name = text.partition(":")[2]
    if name not in subject.ids and not subject.unreadable:
        yield Finding("unknown_step", pointer, f"there is no step {name!r}", "Name a step by its id.")


def _length(text: str | None, pointer: str) -> Iterator[Finding]:
    if text is None or is_expression(text):
        return
    try:
        Offset.parse(text)
    except ValueError as wrong:
        yield Finding("bad_duration", pointer, str(wrong), DURATION_HINT)


def _literal(text: str | None, pointer: str) -> Iterator[Finding]:
    """A length that is written out: computed it would come to nothing in the run, and nobody would be told."""
    if text is not None and is_expression(text):
        yield Finding("bad_duration", pointer, f"{text!r} is no length of time", DURATION_HINT)
    else:
        yield from _length(text, pointer)


def _lengths(value: object, pointer: str) -> Iterator[Finding]:
    """A length of time, or some: literal ones, for they are counted from when somebody was asked."""
    for index, text in enumerate(value) if isinstance(value, list | tuple) else [(None, value)]:
        at = pointer if index is None else f"{pointer}/{index}"
        if isinstance(text, str) and not is_expression(text):
            yield from _length(text, at)
        elif text is not None:
            yield Finding("bad_duration", at, f"{text!r} is no length of time", DURATION_HINT)


def _try(text: str | None, pointer: str) -> Iterator[Finding]:
    """A limit of a machine's work: exact, longer than nothing, and no longer than anybody waits for it."""
    if text is None:
        return
    try:
        seconds = Offset.parse(text).seconds
    except ValueError as wrong:
        yield Finding("bad_duration", pointer, str(wrong), DURATION_HINT)
        return
    if not 0 < seconds <= TRY_LIMIT:
        hint = "Write more than nothing and at most 30 days."
        yield Finding("bad_duration", pointer, f"{text!r} is no limit for a machine", hint)


def _is_date(text: str) -> bool:
    """Whether a text is a date as people write one."""
    return not list(_date(text, "")) and not is_expression(text)


def _date(text: object, pointer: str) -> Iterator[Finding]:
    if not isinstance(text, str) or is_expression(text):
        return
    try:
        moment(text, "UTC")
    except ValueError as wrong:
        yield Finding("bad_date", pointer, str(wrong), "Write '2026-11-30', or '2026-11-30T09:00:00Z' with a zone.")
