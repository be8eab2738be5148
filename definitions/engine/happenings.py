"""What happened to a run in the words of the language: `step.done`, `phase.in_progress`, `run.aborted`.

Facts are finer than that and are named for the engine; these names are for people and other programs. What keeps a
record up to date (`sync`), what is told to other systems and what starts other runs all go by this one mapping.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from definitions.engine.events import EventType
from definitions.engine.graph import Graph
from definitions.engine.scope import phase_status
from definitions.engine.state import State, StepStatus
from definitions.wire import Event

OF_RUN = {
    EventType.RUN_STARTED: "run.started",
    EventType.RUN_COMPLETED: "run.completed",
    EventType.RUN_ABORTED: "run.aborted",
    EventType.RUN_REOPENED: "run.reopened",
    EventType.RUN_ASSIGNED: "run.assigned",
    EventType.RUN_HANDED_OVER: "run.handed_over",
}
OF_STEP = {
    EventType.STEP_READY: ("step.changed", "step.current"),
    EventType.EFFECT_REQUESTED: ("step.changed", "step.current"),
    EventType.STEP_WAITING: ("step.changed", "step.current"),
    EventType.STEP_SCHEDULED: ("step.changed", "step.current"),
    EventType.CHILDREN_PLANNED: ("step.changed", "step.current"),
    EventType.CHILDREN_AGAIN: ("step.changed",),
    EventType.CONFIRMATION_AWAITED: ("step.changed",),
    EventType.EVENT_AWAITED: ("step.changed",),
    EventType.JOURNEY_AWAITED: ("step.changed",),
    EventType.JOURNEY_SENT: ("step.changed",),
    EventType.JOURNEY_SUBMITTED: ("step.changed",),
    EventType.STEP_ATTENTION: ("step.changed",),
    EventType.STEP_CLAIMED: ("step.changed",),
    EventType.STEP_UNCLAIMED: ("step.changed",),
    EventType.STEP_ASSIGNED: ("step.changed",),
    EventType.STEP_AMENDED: ("step.changed",),
    EventType.STEP_OVERDUE: ("step.changed",),
    EventType.STEP_STARTED: ("step.changed", "step.in_progress"),
    EventType.STEP_HELD: ("step.changed", "step.on_hold"),
    EventType.STEP_RELEASED: ("step.changed", "step.in_progress"),
    EventType.STEP_DONE: ("step.changed", "step.done"),
    EventType.STEP_SKIPPED: ("step.changed", "step.skipped"),
    EventType.STEP_NOT_TAKEN: ("step.changed",),
    EventType.STEP_REVISED: ("step.changed",),
    EventType.STEP_CANCELLED: ("step.changed",),
}
OF_PHASE = {"in_progress": ("phase.changed", "phase.in_progress"), "completed": ("phase.changed", "phase.done")}


class Happening(NamedTuple):
    """One name, the event that it goes back to, and the step or phase that it is about."""

    seq: int
    name: str
    step: str | None = None
    phase: str | None = None


def happenings(
    before_graph: Graph, before: State, graph: Graph, state: State, events: Sequence[Event]
) -> Iterator[Happening]:
    """What the events of one message, which led from `before` to `state`, mean. A phase goes with the last of them."""
    for event in events:
        kind = EventType(event.type)
        if kind in OF_RUN:
            yield Happening(event.seq, OF_RUN[kind])
        if kind in OF_STEP and event.step in graph.nodes:
            for name in _names_of(state, kind, event):
                yield Happening(event.seq, name, event.step, graph.nodes[event.step].step.phase)
        if kind is EventType.DUE_CHANGED and event.data["target"] == "run":
            yield Happening(event.seq, "run.due_changed")
        if kind is EventType.DUE_CHANGED and event.step in graph.nodes:
            yield Happening(event.seq, "step.changed", event.step, graph.nodes[event.step].step.phase)
    for phase in graph.members:
        after = phase_status(graph, state, phase)
        if events and after != _phase_before(before_graph, before, phase):
            for name in OF_PHASE.get(after, ("phase.changed",)):
                yield Happening(events[-1].seq, name, None, phase)


def _names_of(state: State, kind: EventType, event: Event) -> tuple[str, ...]:
    """A machine that tries again has not become current again; what is released may go back to waiting for somebody."""
    again = kind is EventType.EFFECT_REQUESTED and event.data["turn"] > 1
    execution = state.executions.get(event.execution or "")
    idle = kind is EventType.STEP_RELEASED and execution is not None and execution.status is StepStatus.READY
    return ("step.changed",) if again or idle else OF_STEP[kind]


def _phase_before(graph: Graph, before: State, phase: str) -> str:
    return phase_status(graph, before, phase) if phase in graph.members else "open"
