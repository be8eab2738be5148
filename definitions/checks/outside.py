"""Forms that people without an account fill in: what they cannot be asked there, and where an answer goes.

Whoever has a link may look nothing up, so no field of theirs chooses a record. A public form starts a run with its
answers, so its fields are inputs; anybody may come, so it takes no files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from definitions.checks.subject import Subject
from definitions.findings import Finding
from definitions.model import FormField, JourneyStep, JourneyTrigger, TaskStep

FILES = ("pictures", "file")


def check_outside(subject: Subject) -> Iterator[Finding]:
    """Journeys of every sort."""
    for index, pointer, step in subject.steps():
        if index in subject.gaps:
            continue
        if isinstance(step, JourneyStep):
            yield from _no_records(step.fields, f"{pointer}/fields")
        elif isinstance(step, TaskStep):
            for place, journey in enumerate(step.journeys):
                yield from _no_records(journey.fields, f"{pointer}/journeys/{place}/fields")
    if not {"start", "inputs"} & set(subject.lost):
        yield from _starts(subject)


def _starts(subject: Subject) -> Iterator[Finding]:
    document = subject.document
    places = [at for at, each in enumerate(document.start.triggers) if isinstance(each, JourneyTrigger)]
    for at in places[1:]:
        message = "the trigger journey stands twice"
        yield Finding("duplicate_id", f"/start/triggers/{at}", message, "Leave one of them out.")
    for at in places:
        trigger = document.start.triggers[at]
        assert isinstance(trigger, JourneyTrigger)
        fields, pointer = trigger.fields, f"/start/triggers/{at}/fields"
        yield from _inputs(fields, {each.id: each for each in document.inputs}, pointer)
        asked, where = (fields, pointer) if fields else (document.inputs, "/inputs")
        yield from _no_records(asked, where)
        yield from _no_files(asked, where)


def _inputs(fields: Sequence[FormField], inputs: dict[str, FormField], pointer: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, each in enumerate(fields):
        at = f"{pointer}/{index}"
        if each.id in seen:
            yield Finding(
                "duplicate_id", f"{at}/id", f"the field {each.id!r} stands twice", "Give it an id of its own."
            )
        seen.add(each.id)
        known = inputs.get(each.id)
        if each.type != "info" and (known is None or known.type != each.type):
            message = f"the answer to {each.id!r} would be no input of the run"
            hint = f"Add it to 'inputs', with the same type: {{id: {each.id}, type: {each.type}}}."
            yield Finding("unknown_field", f"{at}/id", message, hint)


def _no_records(fields: Sequence[FormField], pointer: str) -> Iterator[Finding]:
    for index, each in enumerate(fields):
        if each.type == "record":
            message = "somebody outside cannot look up a record"
            yield Finding("wrong_value", f"{pointer}/{index}/type", message, "Ask for a text, or offer options.")
        yield from _no_records(each.fields, f"{pointer}/{index}/fields")


def _no_files(fields: Sequence[FormField], pointer: str) -> Iterator[Finding]:
    for index, each in enumerate(fields):
        if each.type in FILES:
            message = "a form that anybody may open takes no files"
            hint = "Ask for them in a step of kind journey, whose link goes to one person."
            yield Finding("wrong_value", f"{pointer}/{index}/type", message, hint)
        yield from _no_files(each.fields, f"{pointer}/{index}/fields")
