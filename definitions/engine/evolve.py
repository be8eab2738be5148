"""`evolve(state, event)`: the only function that changes a run's state. One small function per kind of fact.

It decides nothing and refuses nothing: an event has already happened. The API's read model and the workflow fold the
same events through it, so that a console cannot disagree with the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from typing import Any

from definitions.engine.events import EventType
from definitions.engine.state import APPLIED_KEPT, ENDED, Execution, RunStatus, State, StepStatus, seen
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
    last = state.of(step)
    number = last.round + 1 if last else 1
    return f"{step}#{number}", number


def _remember(
    applied: dict[str, dict[str, Any] | None], command: str, refusal: dict[str, Any] | None
) -> dict[str, dict[str, Any] | None]:
    """`applied` with one more, the oldest forgotten. The first word on a command stands: it is never overwritten."""
    if command in applied:
        return applied
    kept = islice(applied.items(), max(0, len(applied) + 1 - APPLIED_KEPT), None)
    return {**dict(kept), command: refusal}


def _with(state: State, execution: Execution, **changes: Any) -> State:
    """State with this execution as its step's newest round."""
    still_open = {**state.open, execution.id: execution.status}
    if execution.status in ENDED:
        del still_open[execution.id]
    return replace(
        state,
        executions={**state.executions, execution.id: execution},
        latest={**state.latest, execution.step: execution.id},
        open=still_open,
        scope={**state.scope, execution.step: seen(execution)},
        **changes,
    )


def _opened(state: State, event: Event) -> Execution:
    """The execution an event speaks of, opened now if this is the first thing said of it."""
    if (known := state.executions.get(event.execution or "")) is not None:
        return known
    step, _, number = (event.execution or "").rpartition("#")
    return Execution(
        id=f"{step}#{number}", step=step, round=int(number), status=StepStatus.PENDING, entered_at=event.at
    )


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
        labels=tuple(data.get("labels", ())),
        purposes=tuple(data.get("purposes", ())),
        teams=tuple(data.get("teams", ())),
        source=data.get("source", "api"),
        assign=data.get("assign") or {},
        started_by=data["started_by"],
        holder=data["started_by"],
        started_at=event.at,
    )


def _record_read(state: State, event: Event) -> State:
    return replace(state, record_data={**state.record_data, **event.data["fields"]})


def _step_ready(state: State, event: Event) -> State:
    execution = replace(_opened(state, event), status=StepStatus.READY, assignees=event.data.get("assignees", {}))
    return _status(_with(state, execution))


def _effect_requested(state: State, event: Event) -> State:
    opened = _opened(state, event)
    execution = replace(
        opened,
        status=StepStatus.RUNNING,
        turn=event.data["turn"],
        started_at=opened.started_at or event.at,
        attention=None,
        assignees=event.data.get("assignees", opened.assignees),
    )
    return _status(_with(state, execution))


def _nothing(state: State, event: Event) -> State:
    return state


def _step_waiting(state: State, event: Event) -> State:
    execution = replace(
        _opened(state, event), status=StepStatus.WAITING, until=event.data["until"], attention=None, started_at=event.at
    )
    return _status(_with(state, execution))


def _step_attention(state: State, event: Event) -> State:
    execution = replace(_opened(state, event), status=StepStatus.ATTENTION, attention=dict(event.data))
    return _status(_with(state, execution))


def _step_done(state: State, event: Event) -> State:
    data = event.data
    execution = replace(
        _opened(state, event),
        status=StepStatus.DONE,
        ended_at=event.at,
        ended_by=event.actor,
        done_by=data["done_by"],
        ports=tuple(data["ports"]),
        choices=tuple(data.get("choices", ())),
        output=data.get("output"),
        attention=data.get("attention"),
        until=None,
    )
    return _status(_with(state, execution))


def _step_skipped(state: State, event: Event) -> State:
    execution = replace(
        _opened(state, event),
        status=StepStatus.SKIPPED,
        ended_at=event.at,
        ended_by=event.actor,
        ports=("skipped",),
        attention=None,
        until=None,
    )
    return _status(_with(state, execution))


def _step_not_taken(state: State, event: Event) -> State:
    execution = replace(
        _opened(state, event), status=StepStatus.NOT_TAKEN, ended_at=event.at, attention=None, until=None
    )
    return _status(_with(state, execution))


def _run_waiting(state: State, event: Event) -> State:
    return replace(state, status=RunStatus.WAITING)


def _run_completed(state: State, event: Event) -> State:
    return replace(state, status=RunStatus.COMPLETED, ended_at=event.at, closing=_closing(event))


def _run_aborted(state: State, event: Event) -> State:
    return replace(state, status=RunStatus.ABORTED, ended_at=event.at, closing=_closing(event))


def _closing(event: Event) -> dict[str, Any]:
    return {key: value for key, value in event.data.items() if value}


def _status(state: State) -> State:
    """A run is running while a machine is at work, and waiting as soon as only people or clocks can move it."""
    if state.closed:
        return state
    idle = bool(state.open) and StepStatus.RUNNING not in state.open.values()
    return replace(state, status=RunStatus.WAITING if idle else RunStatus.RUNNING)


FOLDS: dict[EventType, Callable[[State, Event], State]] = {
    EventType.RUN_STARTED: _run_started,
    EventType.RECORD_READ: _record_read,
    EventType.STEP_READY: _step_ready,
    EventType.EFFECT_REQUESTED: _effect_requested,
    EventType.EFFECT_LATE: _nothing,
    EventType.STEP_WAITING: _step_waiting,
    EventType.STEP_ATTENTION: _step_attention,
    EventType.STEP_DONE: _step_done,
    EventType.STEP_SKIPPED: _step_skipped,
    EventType.STEP_NOT_TAKEN: _step_not_taken,
    EventType.RUN_WAITING: _run_waiting,
    EventType.RUN_COMPLETED: _run_completed,
    EventType.RUN_ABORTED: _run_aborted,
    EventType.COMMAND_REFUSED: _nothing,
}
