"""`evolve(state, event)`: the only function that changes a run's state. One small function per kind of fact.

It decides nothing and refuses nothing: an event has already happened. The API's read model and the workflow fold the
same events through it, so that a console cannot disagree with the engine. What happens to steps is in evolve_steps.py,
to what is proposed for them in evolve_proposals.py, to child runs in
evolve_children.py, to errands beside them in evolve_sides.py; the run itself is here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from definitions.engine import evolve_children as children
from definitions.engine import evolve_links as links
from definitions.engine import evolve_proposals as proposals
from definitions.engine import evolve_sides as sides
from definitions.engine import evolve_steps as steps
from definitions.engine.events import EventType
from definitions.engine.replacing import replace
from definitions.engine.state import APPLIED_KEPT, RunStatus, State
from definitions.wire import Event


def evolve(state: State, event: Event) -> State:
    """The state after `event`. Raises KeyError for a type that is not in the list: a programmer's mistake."""
    state = FOLDS[EventType(event.type)](state, event)
    state = replace(state, seq=event.seq)
    if event.command is not None:
        refusal = event.data if event.type == EventType.COMMAND_REFUSED else None
        state = replace(state, applied=_remember(state.applied, event.command, refusal))
    return state


def fold(events: Iterable[Event], state: State) -> State:
    """The state after all of `events`, in their order."""
    for event in events:
        state = evolve(state, event)
    return state


def next_execution(state: State, step: str) -> tuple[str, int]:
    """The id and number of the round that would be opened next."""
    number = state.rounds.get(step, 0) + 1
    return f"{step}#{number}", number


def _remember(
    applied: dict[str, dict[str, Any] | None], command: str, refusal: dict[str, Any] | None
) -> dict[str, dict[str, Any] | None]:
    """`applied` with one more, the oldest forgotten. The first word on a command stands: it is never overwritten."""
    if command in applied:
        return applied
    kept = islice(applied.items(), max(0, len(applied) + 1 - APPLIED_KEPT), None)
    return {**dict(kept), command: refusal}


def _run_started(state: State, event: Event) -> State:
    data = event.data
    return replace(
        state,
        definition=data["definition"],
        version=data["version"],
        hash=data["hash"],
        interpreter=data["interpreter"],
        name=data["name"],
        record=data.get("record"),
        record_data=data.get("record_data") or {},
        inputs=data.get("inputs") or {},
        input_records=data.get("input_records") or {},
        labels=tuple(data.get("labels", ())),
        purposes=tuple(data.get("purposes", ())),
        teams=tuple(data.get("teams", ())),
        source=data.get("source", "api"),
        assign=data.get("assign") or {},
        assignees=data.get("assignees") or {},
        chain=data.get("chain"),
        started_by=data["started_by"],
        holder=data["started_by"],
        unattended=bool(data.get("started_without_person")),
        started_at=event.at,
    )


def _record_read(state: State, event: Event) -> State:
    return replace(state, record_data={**state.record_data, **event.data["fields"]})


def _nothing(state: State, event: Event) -> State:
    return state


def _due_changed(state: State, event: Event) -> State:
    target, due = event.data["target"], event.data.get("due")
    kept = {name: value for name, value in state.due.items() if name != target}
    if due is not None:
        kept[target] = {"due": due, "fixed": bool(event.data.get("fixed"))}
    return replace(state, due=kept)


def _note_added(state: State, event: Event) -> State:
    target = event.step or "run"
    return replace(state, notes={**state.notes, target: state.notes.get(target, 0) + 1})


def _task_added(state: State, event: Event) -> State:
    return replace(state, added=(*state.added, event.data["task"]))


def _run_yielded(state: State, event: Event) -> State:
    return replace(state, rest=tuple(event.data.get("rest", ())))


def _run_assigned(state: State, event: Event) -> State:
    """For whom the whole run is; it takes the place of what the start said of that."""
    assignees = event.data["assignees"]
    named = {**state.assign, "run": assignees} if "run" in state.assign else state.assign
    return replace(state, assignees=assignees, assign=named)


def _run_waiting(state: State, event: Event) -> State:
    return replace(state, status=RunStatus.WAITING)


def _run_saved(state: State, event: Event) -> State:
    saved = {"by": event.actor, "at": event.at, "reason": event.data.get("reason")}
    return replace(state, status=RunStatus.SAVED, saved=saved)


def _run_resumed(state: State, event: Event) -> State:
    return steps.status(replace(state, status=RunStatus.RUNNING, saved=None, holder=event.actor or state.holder))


def _run_taken_over(state: State, event: Event) -> State:
    return replace(state, holder=event.actor or state.holder)


def _run_ending(state: State, event: Event) -> State:
    """What is taken back before the end is taken back now, also in a run that was saved."""
    return replace(state, ending=dict(event.data), status=RunStatus.RUNNING, saved=None)


def _run_completed(state: State, event: Event) -> State:
    return _ended(state, event, RunStatus.COMPLETED)


def _run_aborted(state: State, event: Event) -> State:
    return _ended(state, event, RunStatus.ABORTED)


def _ended(state: State, event: Event, status: RunStatus) -> State:
    closing = {key: value for key, value in event.data.items() if value}
    state = replace(state, ending=None, saved=None, reopened=0, forced=(), rest=())
    return replace(state, status=status, ended_at=event.at, closing=closing)


def _run_reopened(state: State, event: Event) -> State:
    state = replace(
        state,
        status=RunStatus.RUNNING,
        ended_at=None,
        closing={},
        reopened=event.seq,
        holder=event.actor or state.holder,
    )
    return steps.status(steps.forget(state, event.data["again"], event))


def _run_migrated(state: State, event: Event) -> State:
    data = event.data
    return replace(state, version=data["version"], hash=data["hash"], forced=tuple(data.get("open", ())))


FOLDS: dict[EventType, Callable[[State, Event], State]] = {
    EventType.RUN_STARTED: _run_started,
    EventType.RECORD_READ: _record_read,
    EventType.STEP_READY: steps.ready,
    EventType.STEP_STARTED: steps.started,
    EventType.STEP_HELD: steps.held,
    EventType.STEP_RELEASED: steps.released,
    EventType.STEP_CLAIMED: steps.claimed,
    EventType.STEP_UNCLAIMED: steps.unclaimed,
    EventType.STEP_ASSIGNED: steps.assigned,
    EventType.STEP_INBOXED: steps.inboxed,
    EventType.STEP_AMENDED: steps.amended,
    EventType.STEP_OVERDUE: steps.overdue,
    EventType.STEP_CAME_DUE: steps.came_due,
    EventType.EFFECT_REQUESTED: steps.effect_requested,
    EventType.EFFECT_LATE: _nothing,
    EventType.STEP_WAITING: steps.waiting,
    EventType.STEP_SCHEDULED: steps.scheduled,
    EventType.CONFIRMATION_AWAITED: steps.awaits_outside,
    EventType.PROPOSAL_REQUESTED: proposals.requested,
    EventType.PROPOSED: proposals.proposed,
    EventType.PROPOSAL_CONFIRMED: proposals.confirmed,
    EventType.APPROVAL_ASKED: proposals.approval_asked,
    EventType.APPROVAL_GIVEN: proposals.approval_given,
    EventType.APPROVAL_REFUSED: proposals.approval_refused,
    EventType.STEP_SUCCEEDED: proposals.succeeded,
    EventType.CHILDREN_PLANNED: children.planned,
    EventType.CHILDREN_REQUESTED: children.requested,
    EventType.CHILDREN_AGAIN: children.again,
    EventType.CHILD_STARTED: children.started,
    EventType.CHILD_REFUSED: children.refused,
    EventType.CHILD_TOLD: children.told,
    EventType.STEP_ATTENTION: steps.attention,
    EventType.JOURNEY_AWAITED: links.awaited,
    EventType.JOURNEY_SENT: links.sent,
    EventType.JOURNEY_REVOKED: links.revoked,
    EventType.JOURNEY_SUBMITTED: links.submitted,
    EventType.STEP_REMINDED: links.reminded,
    EventType.EVENT_AWAITED: steps.awaits_event,
    EventType.EVENT_HEARD: steps.heard,
    EventType.STEP_DONE: steps.done,
    EventType.STEP_SKIPPED: steps.skipped,
    EventType.STEP_NOT_TAKEN: steps.not_taken,
    EventType.STEP_REVISED: steps.revised,
    EventType.STEP_CANCELLED: steps.cancelled,
    EventType.SENT_BACK: steps.sent_back,
    EventType.SIDE_QUEUED: sides.queued,
    EventType.SIDE_REQUESTED: sides.requested,
    EventType.SIDE_DONE: sides.done,
    EventType.SIDE_ATTENTION: sides.attention,
    EventType.SIDE_GIVEN_UP: sides.given_up,
    EventType.DUE_CHANGED: _due_changed,
    EventType.NOTE_ADDED: _note_added,
    EventType.TASK_ADDED: _task_added,
    EventType.RUN_YIELDED: _run_yielded,
    EventType.RUN_WENT_ON: _run_yielded,
    EventType.RUN_ASSIGNED: _run_assigned,
    EventType.RUN_WAITING: _run_waiting,
    EventType.RUN_SAVED: _run_saved,
    EventType.RUN_RESUMED: _run_resumed,
    EventType.RUN_TAKEN_OVER: _run_taken_over,
    EventType.RUN_HANDED_OVER: _nothing,
    EventType.RUN_ENDING: _run_ending,
    EventType.RUN_COMPLETED: _run_completed,
    EventType.RUN_ABORTED: _run_aborted,
    EventType.RUN_REOPENED: _run_reopened,
    EventType.RUN_MIGRATED: _run_migrated,
    EventType.COMMAND_REFUSED: _nothing,
}
