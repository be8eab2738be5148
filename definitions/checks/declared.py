"""What expressions may read, and of which type it is: from fields, inputs, and what the installation knows.

Types are those of CEL: int, double, string, bool, timestamp, duration, list, map, dyn; and date, which is compared and
counted with as a timestamp and stays a date where it only is handed on. What is not known is `dyn` (one
value of any type) or `map` (anything inside may be read).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from definitions.checks.subject import Subject
from definitions.model import FormField, Step
from definitions.schemas import expression_types

FIELD_TYPES = {
    "number": "double", "money": "double", "integer": "int", "boolean": "bool", "date": "date",
    "datetime": "timestamp", "duration": "duration", "choices": "list", "checklist": "list", "table": "list",
    "pictures": "list", "file": "dyn", "signature": "map", "location": "map",
}  # fmt: skip
"""Types of fields that are not text."""
RUN = {
    "run.id": "string", "run.key": "string", "run.version": "int", "run.started_by": "string",
    "run.started_at": "timestamp", "run.labels": "list",
}  # fmt: skip
SYNC = {
    "run.status": "string", "run.name": "string", "run.assignees": "map", "run.due": "dyn", "current_step": "string",
    "current_phase": "string", "step.title": "string", "step.assignees": "map", "step.due": "dyn",
    "phase.title": "string",
}  # fmt: skip
STEP = {"status": "string", "choice": "string", "done_by": "string", "ended_at": "timestamp", "round": "int"}
EVENT = {"id": "string", "name": "string", "data": "map", "at": "timestamp"}
ADDS: dict[str, dict[str, str]] = {
    "item": {"item": "dyn", "index": "int"},
    "event": {"event": "map"},
    "policy": {"policy": "map"},
    "sync": SYNC,
}
ALL_AT_ONCE = 200
"""Up to this many names every expression is checked against all of them, which the compiler prepares once."""
GUESSES = 50

_NAMED = re.compile(r"\bsteps\s*\.\s*([A-Za-z_][A-Za-z0-9_]*)")


@dataclass(slots=True)
class Declared:
    """The names in scope, by place; built once per check."""

    subject: Subject
    common: dict[str, str] = field(init=False)
    start: dict[str, str] = field(init=False)
    steps: dict[str, dict[str, str]] = field(init=False)
    everything: dict[str, str] | None = field(init=False)
    guesses: int = GUESSES

    def __post_init__(self) -> None:
        self.start = {**_record(self.subject), "now": "timestamp"}
        document = self.subject.document
        phases = {f"phases.{phase.id}.status": "string" for phase in document.phases}
        if "phases" in self.subject.lost:
            phases = {"phases": "map"}
        self.common = {**self.start, **RUN, **phases, **_inputs(self.subject)}
        self.steps = {step.id: _of_step(self.subject, index) for index, step in enumerate(document.steps)}
        total = sum(map(len, self.steps.values()))
        whole = {name: type_ for each in self.steps.values() for name, type_ in each.items()}
        self.everything = {**self.common, **whole} if total <= ALL_AT_ONCE else None

    def names(self, text: str, adds: tuple[str, ...], step: int | None) -> Mapping[str, str]:
        """What the expression in `text` may read. Of many steps only those it names are declared."""
        if "nothing" in adds:
            base: Mapping[str, str] = {"now": "timestamp"}
        elif "start" in adds:
            base = self.start
        else:
            base = self.everything or {**self.common, **self._named(text)}
        extra = {name: type_ for add in adds for name, type_ in ADDS.get(add, {}).items()}
        if "output" in adds and step is not None:
            extra |= own_output(self.steps[self.subject.document.steps[step].id])
        return {**base, **extra} if extra else base

    def _named(self, text: str) -> dict[str, str]:
        named = list(dict.fromkeys(_NAMED.findall(text)))
        if not named:
            return {"steps": "map"} if "steps" in text else {}
        found: dict[str, str] = {}
        for name in named:
            found |= self.steps.get(name) or self._nearest(name)
        return found

    def _nearest(self, name: str) -> dict[str, str]:
        """The step that was probably meant, so that the compiler can say so; a search that is not free."""
        near: list[str] = []
        if self.guesses > 0:
            self.guesses -= 1
            near = get_close_matches(name, list(self.steps), n=1)
        return self.steps[near[0] if near else next(iter(self.steps))]


def own_output(names: Mapping[str, str]) -> dict[str, str]:
    """A step's output under the name `output`."""
    inside = ((name.split(".", 2)[2], type_) for name, type_ in names.items())
    return {name: type_ for name, type_ in inside if name.split(".")[0] == "output"} or {"output": "map"}


def _record(subject: Subject) -> dict[str, str]:
    collection = subject.document.record
    if collection is None:
        return {"record": "map"} if "record" in subject.lost else {}
    fields = subject.known.fields(collection)
    if fields is None:
        return {"record": "map"}
    return {"record.id": "dyn", **{f"record.{name}": type_ for name, type_ in fields.items()}}


def _inputs(subject: Subject) -> dict[str, str]:
    if "inputs" in subject.lost:
        return {"inputs": "map"}
    found = of_fields("inputs", subject.document.inputs)
    for each in subject.document.inputs if subject.known.collections is not None else ():
        known = subject.known.fields(each.collection or subject.document.record) if each.type == "record" else None
        found |= {f"inputs.{each.id}.{name}": type_ for name, type_ in (known or {}).items()}
    return found


def of_fields(prefix: str, fields: Iterable[FormField]) -> dict[str, str]:
    """Types of what was answered, under their dotted names."""
    found: dict[str, str] = {}
    for each in fields:
        name = f"{prefix}.{each.id}"
        match each.type:
            case "info":
                continue
            case "stopwatch":
                found |= {f"{name}.at": "timestamp", f"{name}.timer": "string", f"{name}.minutes": "double"}
            case "choice":
                found[name] = "string" if _all_text(each.options) else "dyn"
            case "record":
                found[name] = "dyn"
            case _:
                found[name] = FIELD_TYPES.get(each.type, "string")
    return found


def _all_text(options: Any) -> bool:
    ids = [each.get("id") if isinstance(each, dict) else each for each in options] if isinstance(options, list) else []
    return bool(ids) and all(isinstance(each, str) for each in ids)


def _of_step(subject: Subject, index: int) -> dict[str, str]:
    step = subject.document.steps[index]
    base = f"steps.{step.id}"
    found = {f"{base}.{name}": type_ for name, type_ in STEP.items()}
    for automation in step.automations:
        found[f"{base}.automations.{automation.id}.output"] = "map"
    for journey in step.journeys if step.kind == "task" else ():
        found |= of_fields(f"{base}.journeys.{journey.id}.output", journey.fields)
    if index in subject.gaps:
        return {**found, f"{base}.output": "map"}
    return {**found, **_output(subject, step, f"{base}.output")}


def _output(subject: Subject, step: Step, name: str) -> dict[str, str]:
    match step.kind:
        case "task":
            inside = [field for journey in step.journeys if journey.complete for field in journey.fields]
            return of_fields(name, [*step.fields, *inside])
        case "journey":
            return of_fields(name, step.fields)
        case "ai":
            return of_fields(name, step.output) or {name: "map"}
        case "get_data" if step.many:
            return {f"{name}.rows": "list"}
        case "get_data":
            return _columns(subject, step.collection, name, step.fields)
        case "update_data" if step.create or step.each is not None:
            return {name: "map"}
        case "update_data":
            return _columns(subject, step.collection, name, tuple(step.set)) if not step.instruction else {name: "map"}
        case "action":
            info = subject.known.action(step.action)
            types = expression_types(info.get("output")) if info is not None else None
            return {f"{name}.{key}": type_ for key, type_ in types.items()} if types else {name: "map"}
        case "wait" if step.event is not None:
            return {f"{name}.{key}": type_ for key, type_ in EVENT.items()}
        case "decision" | "wait" | "end" | "escalate":
            return {}
        case _:
            return {name: "map"}


def _columns(subject: Subject, collection: str | None, name: str, wanted: tuple[str, ...]) -> dict[str, str]:
    """The fields that are read or written; of an unknown collection those named, of any type."""
    known = subject.known.fields(collection or subject.document.record)
    if not wanted:
        return {f"{name}.{key}": type_ for key, type_ in known.items()} if known else {name: "map"}
    return {f"{name}.{key}": (known or {}).get(key, "dyn") for key in wanted}
