"""Stopwatches in pairs: the first of a timer starts it, the next one stops it, in the order of the document.

Which of two stopwatches stops the other is a matter of the document and not of what happened: so a stop that comes
before its start is seen as a stop, and a start that was left out does not turn the stop into another start. The columns
of a table are a document of their own: their pairs stand in one row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from definitions.expressions.values import member
from definitions.model import Document, FormField
from definitions.times import parse_instant

NOT_COMING = ("skipped", "not_taken", "done")
"""Statuses of a start's step after which a stop without its time is no mistake: there is nothing to wait for."""


@dataclass(frozen=True, slots=True)
class Start:
    """The stopwatch that a stop belongs to. `step` None: it stands in the same form or row."""

    step: str | None
    field: str


@dataclass(frozen=True, slots=True)
class Form:
    """Some fields, where they stand, and the step whose output they make (None for inputs)."""

    step: str | None
    pointer: str
    fields: Sequence[FormField]


def forms_of(document: Document) -> Iterator[Form]:
    """Every form of the steps whose answers are kept as the output of their step, in the order of the document."""
    for index, step in enumerate(document.steps):
        match step.kind:
            case "task":
                yield Form(step.id, f"/steps/{index}/fields", step.fields)
                for number, journey in enumerate(step.journeys):
                    yield Form(step.id, f"/steps/{index}/journeys/{number}/fields", journey.fields)
            case "journey":
                yield Form(step.id, f"/steps/{index}/fields", step.fields)
            case _:
                pass


def starts(forms: Iterator[Form] | Sequence[Form]) -> dict[str, Start]:
    """Pointer of each stopwatch that stops a timer -> the one that starts it."""
    running: dict[str, tuple[Form, str]] = {}
    found: dict[str, Start] = {}
    for form in forms:
        for index, each in enumerate(form.fields):
            here = member(form.pointer, index)
            if each.type == "table":
                found |= starts([Form(None, member(here, "fields"), each.fields)])
            if each.type != "stopwatch" or each.timer is None:
                continue
            if each.timer not in running:
                running[each.timer] = (form, each.id)
                continue
            began, name = running.pop(each.timer)
            found[here] = Start(None if began.pointer == form.pointer else began.step, name)
    return found


def started_at(start: Start, scope: Mapping[str, Any], kept: Mapping[str, Any]) -> datetime | None:
    """When the timer was started; None where that is not told.

    Raises NotStarted where the step that starts it has not ended.
    """
    if start.step is None:
        return _time(kept.get(start.field))
    step = (scope.get("steps") or {}).get(start.step) or {}
    output = step.get("output")
    if isinstance(output, Mapping) and (at := _time(output.get(start.field))) is not None:
        return at
    if step.get("status", "done") not in NOT_COMING:
        raise NotStarted(start.step)
    return None


class NotStarted(Exception):
    """A timer is stopped while the step that starts it is still to be done."""


def _time(value: Any) -> datetime | None:
    if not isinstance(value, Mapping):
        return None
    try:
        return parse_instant(value.get("at", ""))
    except ValueError:
        return None
