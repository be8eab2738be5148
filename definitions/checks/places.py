"""Every place of a document where a value may be computed, with what is in scope there and what it must give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from definitions.findings import pointer as pointed
from definitions.model import Assign, Document, Due, FormField, Step, TaskStep


@dataclass(frozen=True, slots=True)
class Place:
    """One value. `adds` names what is in scope beside the run: item, event, output, policy, sync, start.

    `gives` is what the value must come to: bool, list, date, duration, or any; `day` for what a field of type date
    begins with.
    """

    pointer: str
    value: Any
    adds: tuple[str, ...] = ()
    gives: str = "any"
    step: int | None = None


def places(document: Document) -> Iterator[Place]:
    """All places, in the order of the document."""
    yield Place("/start/when", document.start.when, ("start",), "bool")
    for index, trigger in enumerate(document.start.triggers):
        yield from _trigger(trigger, f"/start/triggers/{index}")
    yield from _fields(document.inputs, "/inputs", ("start", "policy"))
    yield from _common(document.assign, document.due, "")
    for index, phase in enumerate(document.phases):
        yield from _common(phase.assign, phase.due, f"/phases/{index}")
    for index, each in enumerate(document.sync):
        yield Place(f"/sync/{index}/set", each.set, ("sync",))
    for index, step in enumerate(document.steps):
        for place in _step(step, f"/steps/{index}"):
            yield Place(place.pointer, place.value, place.adds, place.gives, index)


def _trigger(trigger: Any, at: str) -> Iterator[Place]:
    match trigger.type:
        case "event":
            yield Place(f"{at}/record", trigger.record, ("event",))
            yield Place(f"{at}/when", trigger.when, ("event",), "bool")
        case "schedule" if trigger.over is not None:
            yield Place(f"{at}/over/where", trigger.over.where, ("nothing",))
        case "journey":
            yield from _fields(trigger.fields, f"{at}/fields", ("nothing", "policy"))


def _common(assign: Assign | None, due: Due | None, at: str) -> Iterator[Place]:
    if assign is not None:
        yield from _assign(assign, f"{at}/assign")
    if due is not None:
        yield Place(f"{at}/due/at", due.at, gives="date")
        yield Place(f"{at}/due/from", due.from_, gives="date")


def _assign(assign: Assign, at: str) -> Iterator[Place]:
    for key in ("users", "teams", "partners"):
        yield Place(f"{at}/{key}", getattr(assign, key))
    yield Place(f"{at}/from", assign.from_)


def _step(step: Step, at: str) -> Iterator[Place]:
    yield Place(f"{at}/when", step.when, gives="bool")
    yield from _common(step.assign, step.due, at)
    if step.on_overdue is not None and step.on_overdue.assign is not None:
        yield from _assign(step.on_overdue.assign, f"{at}/on_overdue/assign")
    if step.schedule is not None:
        yield Place(f"{at}/schedule/before", step.schedule.before)
        yield Place(f"{at}/schedule/after", step.schedule.after)
    if step.approval is not None:
        yield Place(f"{at}/approval/when", step.approval.when, gives="bool")
    for index, automation in enumerate(step.automations):
        yield Place(f"{at}/automations/{index}/with", automation.with_)
    yield from _of_kind(step, at)
    if step.undo is not None:
        yield Place(f"{at}/undo/with", step.undo.with_, ("output",))


def _of_kind(step: Step, at: str) -> Iterator[Place]:
    match step.kind:
        case "task":
            yield from _task(step, at)
        case "journey":
            yield from _fields(step.fields, f"{at}/fields", ("policy",))
            yield Place(f"{at}/to", step.to)
        case "decision":
            for index, option in enumerate(step.options):
                yield Place(f"{at}/options/{index}/when", option.when, gives="bool")
        case "get_data":
            yield from (Place(f"{at}/record", step.record), Place(f"{at}/where", step.where))
        case "update_data":
            inside = ("item",) if step.each is not None else ()
            yield from (Place(f"{at}/record", step.record, inside), Place(f"{at}/set", step.set, inside))
            yield Place(f"{at}/each", step.each, gives="list")
        case "action" | "mcp":
            yield Place(f"{at}/with", step.with_)
        case "ai":
            yield Place(f"{at}/hold_when", step.hold_when, ("output",), "bool")
            yield from _fields(step.output, f"{at}/output", ("policy",))
        case "wait":
            yield from _wait(step, at)
        case "workflow":
            inside = ("item",) if step.each is not None else ()
            yield from (Place(f"{at}/record", step.record, inside), Place(f"{at}/inputs", step.inputs, inside))
            yield Place(f"{at}/each", step.each, gives="list")
        case "escalate":
            yield Place(f"{at}/reason", step.reason)
        case "end":
            yield from (Place(f"{at}/outcome", step.outcome), Place(f"{at}/reason", step.reason))
        case "load_related":
            return


def _task(step: TaskStep, at: str) -> Iterator[Place]:
    yield from _fields(step.fields, f"{at}/fields", ("policy",))
    days = [each.id for each in step.fields if each.type == "date"]
    for name, value in step.prefill.items():
        yield Place(f"{at}/prefill{pointed(name)}", value, gives="day" if name in days else "any")
    for index, journey in enumerate(step.journeys):
        yield from _fields(journey.fields, f"{at}/journeys/{index}/fields", ("policy",))
        yield Place(f"{at}/journeys/{index}/to", journey.to)


def _wait(step: Any, at: str) -> Iterator[Place]:
    yield Place(f"{at}/for", step.for_, gives="duration")
    yield Place(f"{at}/until", step.until, gives="date")
    yield Place(f"{at}/before", step.before, gives="date")
    yield Place(f"{at}/after_date", step.after_date, gives="date")
    yield Place(f"{at}/expires", step.expires)
    if step.event is not None:
        yield Place(f"{at}/event/match", step.event.match, ("event",), "bool")


def _fields(fields: Sequence[FormField], at: str, adds: tuple[str, ...]) -> Iterator[Place]:
    """A field's own places; the columns of a table see their row as `item`."""
    for index, each in enumerate(fields):
        here = f"{at}{pointed(index)}"
        for key in ("required", "visible", "editable"):
            yield Place(f"{here}/{key}", getattr(each, key), adds, "bool")
        yield Place(f"{here}/default", each.default, adds, "day" if each.type == "date" else "any")
        for key in ("min", "max"):
            yield Place(f"{here}/{key}", getattr(each, key), adds, f"bound:{each.type}")
        yield Place(f"{here}/options", each.options, adds, "list")
        inner = adds if "item" in adds else (*adds, "item")
        yield from _fields(each.fields, f"{here}/fields", inner)
