"""What each fact about a proposal changes: what is proposed, what a person wants done of it, who agreed to that."""

from __future__ import annotations

from typing import Any

from definitions.engine.evolve_steps import changed, opened
from definitions.engine.state import State, StepStatus
from definitions.wire import Event

SAID = ("values", "confidence", "by", "explanation", "basis", "usage", "schema_hash", "options")
WAITS = {"confirm": "confirm", "resume": "resume"}


def requested(state: State, event: Event) -> State:
    """Asked anew: what was proposed, confirmed or agreed to before counts no more."""
    known = opened(state, event)
    return changed(
        state,
        event,
        status=StepStatus.RUNNING,
        turn=event.data["turn"],
        started_at=known.started_at or event.at,
        attention=None,
        assignees=event.data.get("assignees", known.assignees),
        waits="",
        doing="propose",
        proposal={"options": event.data["options"]} if "options" in event.data else None,
        confirmed=None,
    )


def proposed(state: State, event: Event) -> State:
    """Kept beside the step. One that is acted on by itself is what is to be done, with nobody who confirmed it."""
    data, known = event.data, opened(state, event)
    changes: dict[str, Any] = {"proposal": _kept(data)}
    changes["assignees"] = data.get("assignees", known.assignees)
    then = data.get("then")
    if then in WAITS:
        changes |= {"status": StepStatus.WAITING, "waits": WAITS[then], "attention": None}
    if then in ("act", "resume"):
        changes["confirmed"] = {"values": data["values"]}
    return changed(state, event, **changes)


def _kept(data: dict[str, Any]) -> dict[str, Any]:
    """What a run carries of it: what a model was asked and replied, word by word, stays in the event."""
    said = {key: data[key] for key in SAID if key in data}
    if "usage" in said:
        said["usage"] = {key: value for key, value in said["usage"].items() if key not in ("request", "reply")}
    return said


def confirmed(state: State, event: Event) -> State:
    return changed(state, event, confirmed={"values": event.data["values"], "by": event.actor, "at": event.at})


def approval_asked(state: State, event: Event) -> State:
    """Those who agreed to the same values before need not agree again; to other values nobody has."""
    known = opened(state, event)
    before = known.approval or {}
    same = before.get("given", []) if before.get("hash") == event.data["hash"] else []
    given = [each for each in same if each["by"] not in event.data["not_by"]]
    kept = {key: value for key, value in event.data.items() if key != "assignees"}
    approval = {**kept, "at": event.at, "given": given}
    waits = {"status": StepStatus.WAITING, "waits": "approval", "attention": None} if event.data["wait"] else {}
    assignees = event.data.get("assignees", known.assignees)
    return changed(state, event, approval=approval, assignees=assignees, **waits)


def approval_given(state: State, event: Event) -> State:
    approval = opened(state, event).approval or {}
    said = {"by": event.actor, "at": event.at, "reason": event.data.get("reason")}
    return changed(state, event, approval={**approval, "given": [*approval.get("given", []), said]})


def approval_refused(state: State, event: Event) -> State:
    """Nobody's agreement counts any more: whoever repairs it asks all of them again."""
    approval = opened(state, event).approval or {}
    said = {"by": event.actor, "at": event.at, "reason": event.data.get("reason")}
    return changed(state, event, approval={**approval, "given": [], "refused": said})


def succeeded(state: State, event: Event) -> State:
    """The machine is done with it, and its answer can be read; the step ends when a person says so."""
    data = event.data
    return changed(
        state,
        event,
        status=StepStatus.WAITING,
        waits="done",
        until=None,
        came_due=False,
        attention=None,
        output=data.get("output"),
        ports=tuple(data["ports"]),
        choices=tuple(data.get("choices", ())),
        done_by=data["done_by"],
    )
