"""What starts runs without being asked: whom it turns to, which record it is about, when it comes, as whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from definitions.checks.subject import Subject
from definitions.findings import Finding
from definitions.model.start import EventTrigger, ScheduleTrigger
from definitions.times import zone

BY_SOMEBODY = ("manual", "opened")
NEEDS_RECORD = ("opened",)
CRON_HINT = "Write five fields (minute, hour, day of the month, month, day of the week), such as '0 7 * * 1-5'."


def check_triggers(subject: Subject) -> Iterator[Finding]:
    """Every trigger of the definition."""
    document = subject.document
    has_record = document.record is not None or "record" in subject.lost
    for index, trigger in enumerate(document.start.triggers):
        at = f"/start/triggers/{index}"
        if trigger.type not in BY_SOMEBODY and document.start.fallback_inbox is None:
            message = f"a run started by {trigger.type} has nobody to turn to"
            yield Finding("inbox_missing", at, message, "Add 'start.fallback_inbox:'.")
        if trigger.type in NEEDS_RECORD and not has_record:
            message = "only a definition with a record can be started by opening one"
            yield Finding("record_missing", at, message, "Name the run's record: 'record: source.collection'.")
        match trigger:
            case EventTrigger():
                yield from _event(subject, trigger, at, has_record)
            case ScheduleTrigger():
                yield from _schedule(subject, trigger, at)
            case _:
                pass
    yield from _twice(subject)


def _twice(subject: Subject) -> Iterator[Finding]:
    """A definition has one hook, and is offered once as a tool."""
    for kind in ("webhook", "mcp"):
        places = [at for at, each in enumerate(subject.document.start.triggers) if each.type == kind]
        for at in places[1:]:
            message = f"the trigger {kind} stands twice"
            yield Finding("duplicate_id", f"/start/triggers/{at}", message, "Leave one of them out.")


def _event(subject: Subject, trigger: EventTrigger, at: str, has_record: bool) -> Iterator[Finding]:
    if trigger.record is not None and not has_record:
        message = "the trigger names a record, and the definition works on none"
        yield Finding("record_missing", f"{at}/record", message, "Name the collection: 'record: source.collection'.")
    yield from _person(subject, trigger.as_, f"{at}/as")


def _schedule(subject: Subject, trigger: ScheduleTrigger, at: str) -> Iterator[Finding]:
    if (wrong := (subject.known.crons or {}).get(trigger.cron)) is not None:
        yield Finding("bad_cron", f"{at}/cron", f"{trigger.cron!r} cannot be read: {wrong}", CRON_HINT)
    if trigger.timezone is not None:
        try:
            zone(trigger.timezone)
        except ValueError as error:
            yield Finding("bad_timezone", f"{at}/timezone", str(error), "Write one of the IANA names, such as 'UTC'.")
    yield from _over(subject, trigger, at)
    yield from _person(subject, trigger.as_, f"{at}/as")


def _over(subject: Subject, trigger: ScheduleTrigger, at: str) -> Iterator[Finding]:
    over, known = trigger.over, subject.known
    if over is None or "record" in subject.lost:
        return
    if over.collection != subject.document.record:
        message = f"runs of this definition work on {subject.document.record or 'no record'}, not on {over.collection}"
        hint = f"Write 'record: {over.collection}', or go over the other collection."
        yield Finding("record_missing", f"{at}/over/collection", message, hint)
        return
    fields = known.fields(over.collection)
    for name in over.where if fields is not None else ():
        if name not in (fields or {}):
            yield Finding(
                "unknown_field",
                f"{at}/over/where/{name}",
                f"{over.collection} has no field {name!r}",
                _there_are(fields),
            )


def _there_are(fields: Iterable[str] | None) -> str:
    return f"There are {', '.join(sorted(fields or ())[:30])}."


def _person(subject: Subject, name: str | None, at: str) -> Iterator[Finding]:
    if name is not None and subject.known.people is not None and name not in subject.known.people:
        yield Finding("unknown_person", at, f"there is nobody {name!r} who may act", "Name a person by their id.")
