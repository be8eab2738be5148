"""What each fact about a step changes: its execution, and what the run keeps of it for speed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from definitions.engine.execution import Execution
from definitions.engine.replacing import replace
from definitions.engine.state import (
    ENDED,
    SIDE_ENDED,
    UNDONE,
    RunStatus,
    SideStatus,
    State,
    StepStatus,
    seen,
    standing,
)
from definitions.wire import ACTIVITY_INVITE, Event

OUTSIDE = ("outside", "event", "journey")
"""What a round waits for that may come, or not, until its time has passed."""


def placed(state: State, execution: Execution, **changes: Any) -> State:
    """State with this execution as it is now. While it counts it is its step's newest round."""
    still_open = {**state.open, execution.id: execution.status}
    if execution.status in ENDED:
        del still_open[execution.id]
    executions = {**state.executions, execution.id: execution}
    rounds = state.rounds
    if rounds.get(execution.step, 0) < execution.round:
        rounds = {**rounds, execution.step: execution.round}
    if execution.step in state.forced:
        changes["forced"] = tuple(name for name in state.forced if name != execution.step)
    state = replace(state, executions=executions, rounds=rounds, open=still_open, **changes)
    if execution.round > 1 or execution.status in UNDONE or execution.behind:
        return restanding(state, execution.step)
    return replace(
        state,
        latest={**state.latest, execution.step: execution.id},
        scope={**state.scope, execution.step: seen(execution)},
    )


def restanding(state: State, step: str) -> State:
    """State with `latest` and `scope` of one step made anew from its rounds."""
    counts, scope = standing(state.rounds_of(step))
    latest = {name: execution for name, execution in state.latest.items() if name != step}
    seen_now = {name: value for name, value in state.scope.items() if name != step}
    if counts is not None:
        latest[step] = counts.id
    if scope is not None:
        seen_now[step] = scope
    return replace(state, latest=latest, scope=seen_now)


def opened(state: State, event: Event) -> Execution:
    """The execution an event speaks of, opened now if this is the first thing said of it."""
    if (known := state.executions.get(event.execution or "")) is not None:
        return known
    step, _, number = (event.execution or "").rpartition("#")
    return Execution(
        id=f"{step}#{number}", step=step, round=int(number), status=StepStatus.PENDING, entered_at=event.at
    )


def status(state: State) -> State:
    """A run is running while a machine is at work, and waiting as soon as only people or clocks can move it.

    What is taken back is the run's own work; other errands stand beside it.
    """
    if state.closed or state.status is RunStatus.SAVED:
        return state
    undoing = [side.status for side in state.sides.values() if side.kind == "undo" and side.status not in SIDE_ENDED]
    asking = SideStatus.ATTENTION in undoing
    at_work = StepStatus.RUNNING in state.open.values() or (bool(undoing) and not asking)
    idle = (bool(state.open) or asking) and not at_work
    return replace(state, status=RunStatus.WAITING if idle else RunStatus.RUNNING)


def changed(state: State, event: Event, **changes: Any) -> State:
    """State with the event's execution changed so, its status with it where it is named.

    A step that was scheduled, or waited for what comes from outside, and does so no longer has no moment any more.
    """
    known = opened(state, event)
    timed = known.status is StepStatus.SCHEDULED or known.waits in OUTSIDE
    if timed and changes.get("status", known.status) is not known.status:
        changes = {"until": None, "came_due": False, "waits": "", **changes}
    return status(placed(state, replace(known, **changes)))


def ready(state: State, event: Event) -> State:
    data = event.data
    return changed(
        state, event, status=StepStatus.READY, assignees=data.get("assignees", {}), before=data.get("before")
    )


def started(state: State, event: Event) -> State:
    execution = opened(state, event)
    assignees = _with_user(execution.assignees, event.actor)
    return changed(
        state,
        event,
        status=StepStatus.IN_PROGRESS,
        assignees=assignees,
        started_at=execution.started_at or event.at,
    )


def _with_user(assignees: dict[str, list[str]], user: str | None) -> dict[str, list[str]]:
    """Whoever starts a step joins its assignees."""
    users = assignees.get("users", [])
    return assignees if user is None or user in users else {**assignees, "users": [*users, user]}


def held(state: State, event: Event) -> State:
    return changed(state, event, status=StepStatus.ON_HOLD, held_from=opened(state, event).status)


def released(state: State, event: Event) -> State:
    back = opened(state, event).held_from or StepStatus.READY
    return changed(state, event, status=back, held_from=None)


def claimed(state: State, event: Event) -> State:
    before = {"by": event.actor, "assignees": opened(state, event).assignees}
    return changed(state, event, assignees=event.data["assignees"], claimed=before)


def unclaimed(state: State, event: Event) -> State:
    return changed(state, event, assignees=event.data["assignees"], claimed=None)


def assigned(state: State, event: Event) -> State:
    """For whom a step is; of one nobody has come to yet it is remembered until somebody does."""
    if event.execution is None:
        return replace(state, assign={**state.assign, event.step or "": event.data["assignees"]})
    return changed(state, event, assignees=event.data["assignees"], claimed=None)


def inboxed(state: State, event: Event) -> State:
    data = event.data
    if not data.get("escalated"):
        return changed(state, event, inbox=data["inbox"])
    said = {"inbox": data["inbox"], "reason": data.get("reason"), "by": event.actor, "at": event.at}
    return changed(state, event, inbox=data["inbox"], escalated=said)


def amended(state: State, event: Event) -> State:
    by = {"by": event.actor, "at": event.at, "reason": event.data.get("reason")}
    return changed(state, event, output=event.data.get("output"), amended=by)


def overdue(state: State, event: Event) -> State:
    return changed(state, event, overdue=bool(event.data.get("overdue", True)))


def came_due(state: State, event: Event) -> State:
    return changed(state, event, came_due=True)


def effect_requested(state: State, event: Event) -> State:
    known = opened(state, event)
    return changed(
        state,
        event,
        status=StepStatus.RUNNING,
        turn=event.data["turn"],
        started_at=known.started_at or event.at,
        attention=None,
        waits="",
        doing="act",
        assignees=event.data.get("assignees", known.assignees),
        **({"until": event.data["until"]} if "until" in event.data else {}),
        **({"links": _sent_to(known, event.data.get("to"))} if event.data["activity"] == ACTIVITY_INVITE else {}),
    )


def _sent_to(execution: Execution, to: str | None) -> dict[str, dict[str, Any]]:
    """The links of a round whose own form is being sent."""
    return {**execution.links, "": {**execution.links.get("", {}), "to": to}}


def awaits_event(state: State, event: Event) -> State:
    until = event.data.get("until")
    return changed(state, event, status=StepStatus.WAITING, waits="event", until=until, attention=None)


def heard(state: State, event: Event) -> State:
    return changed(state, event, heard=event.data["event"])


def waiting(state: State, event: Event) -> State:
    return changed(
        state, event, status=StepStatus.WAITING, until=event.data["until"], attention=None, started_at=event.at
    )


def scheduled(state: State, event: Event) -> State:
    data = event.data
    named = data.get("assignees", opened(state, event).assignees)
    return changed(
        state, event, status=StepStatus.SCHEDULED, until=data["until"], attention=None, assignees=named, came_due=False
    )


def awaits_outside(state: State, event: Event) -> State:
    data = event.data
    return changed(
        state,
        event,
        status=StepStatus.WAITING,
        waits="outside",
        output=data["output"],
        until=data.get("until"),
        attention=None,
        asked=event.at,
        reminded=0,
    )


def attention(state: State, event: Event) -> State:
    return changed(state, event, status=StepStatus.ATTENTION, attention=dict(event.data), waits="", until=None)


def done(state: State, event: Event) -> State:
    data = event.data
    return changed(
        state,
        event,
        status=StepStatus.DONE,
        **_end(event),
        done_by=data["done_by"],
        ports=tuple(data["ports"]),
        choices=tuple(data.get("choices", ())),
        output=data.get("output"),
        attention=data.get("attention"),
        pending=bool(data.get("pending")),
        via=data.get("via", ""),
    )


def skipped(state: State, event: Event) -> State:
    return changed(state, event, status=StepStatus.SKIPPED, **_end(event), ports=("skipped",), attention=None)


def not_taken(state: State, event: Event) -> State:
    ended = {**_end(event), "ended_by": None}
    return changed(
        state, event, status=StepStatus.NOT_TAKEN, **ended, attention=None, because=event.data.get("because")
    )


def _end(event: Event) -> dict[str, Any]:
    return {
        "ended_at": event.at,
        "ended_by": event.actor,
        "ended_seq": event.seq,
        "until": None,
        "waits": "",
        "came_due": False,
        "held_from": None,
    }


def revised(state: State, event: Event) -> State:
    """Somebody went back to this round. What it had answered is kept for whoever opens the step again.

    Loops that lead back through the steps given up begin to count anew.
    """
    state = changed(state, event, status=StepStatus.REVISED)
    unset = event.data.get("loops", ())
    return replace(state, loops={name: count for name, count in state.loops.items() if name not in unset})


def cancelled(state: State, event: Event) -> State:
    """A round that no longer counts. When it had ended stays as it was; one that was open ends now, by nobody."""
    known = opened(state, event)
    end = {} if known.status in ENDED else {**_end(event), "ended_by": None}
    return changed(state, event, status=StepStatus.CANCELLED, attention=None, **end)


def sent_back(state: State, event: Event) -> State:
    """The rounds named stay done, but a newer one is to come; the option that sent back is counted."""
    data = event.data
    state = _behind(state, data["behind"])
    to = state.rounds_of(data["to"])
    if to and to[-1].behind:
        state = placed(state, replace(to[-1], back=True))
    name = f"{event.step}:{data['option']}"
    return status(replace(state, loops={**state.loops, name: state.loops.get(name, 0) + 1}))


def forget(state: State, executions: Iterable[str], event: Event) -> State:
    """State in which these rounds, given up when the run ended, are to be opened anew."""
    return _behind(state, executions)


def _behind(state: State, executions: Iterable[str]) -> State:
    for name in executions:
        state = placed(state, replace(state.executions[name], behind=True))
    return state
