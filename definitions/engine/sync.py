"""Keeping the run's record up to date: writes that a definition asks for on events of the run.

After each message its events are read once more, in their order; every entry of `sync` that one of them names is worked
out with what is current then, and queued as an errand (sides.py). An entry named several times in one message is
written once, with the last values.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from definitions.engine.events import EventType
from definitions.engine.graph import Graph, Node
from definitions.engine.scope import phase_status, resolved
from definitions.engine.sides import queue_write
from definitions.engine.state import State, StepStatus
from definitions.engine.turn import Turn
from definitions.model.document import Sync
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
    EventType.CONFIRMATION_AWAITED: ("step.changed",),
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


def queue_sync(turn: Turn) -> None:
    """Queue what the events of this message ask to be written."""
    rules = turn.graph.document.sync
    if not rules or turn.state.record is None:
        return
    happened = list(_happened(turn))
    for index, rule in enumerate(rules):
        fitting = [(step, phase) for name, step, phase in happened if _fits(rule, name, step, phase)]
        if fitting:
            _queue(turn, index, rule, *fitting[-1])


def _happened(turn: Turn) -> Iterator[tuple[str, str | None, str | None]]:
    """The events of the language in this message: name, step, phase."""
    for event in turn.events:
        kind = EventType(event.type)
        if kind in OF_RUN:
            yield OF_RUN[kind], None, None
        if kind in OF_STEP and event.step in turn.graph.nodes:
            for name in _names_of(turn.state, kind, event):
                yield name, event.step, turn.graph.nodes[event.step].step.phase
        if kind is EventType.DUE_CHANGED and event.data["target"] == "run":
            yield "run.due_changed", None, None
        if kind is EventType.DUE_CHANGED and event.step in turn.graph.nodes:
            yield "step.changed", event.step, turn.graph.nodes[event.step].step.phase
    for phase in turn.graph.members:
        after = phase_status(turn.graph, turn.state, phase)
        if after != _phase_before(turn, phase):
            for name in OF_PHASE.get(after, ("phase.changed",)):
                yield name, None, phase


def _names_of(state: State, kind: EventType, event: Event) -> tuple[str, ...]:
    """A machine that tries again has not become current again; what is released may go back to waiting for somebody."""
    again = kind is EventType.EFFECT_REQUESTED and event.data["turn"] > 1
    execution = state.executions.get(event.execution or "")
    idle = kind is EventType.STEP_RELEASED and execution is not None and execution.status is StepStatus.READY
    return ("step.changed",) if again or idle else OF_STEP[kind]


def _phase_before(turn: Turn, phase: str) -> str:
    known = phase in turn.before_graph.members
    return phase_status(turn.before_graph, turn.before, phase) if known else "open"


def _fits(rule: Sync, name: str, step: str | None, phase: str | None) -> bool:
    return rule.event == name and rule.step in (None, step) and rule.phase in (None, phase)


def _queue(turn: Turn, index: int, rule: Sync, step: str | None, phase: str | None) -> None:
    scope = {**turn.scope(), **current(turn.graph, turn.state)}
    scope["run"] = {**scope["run"], **_run(turn.state)}
    if step is not None:
        scope["step"] = _step(turn.state, turn.graph.nodes[step])
    if phase is not None:
        scope["phase"] = {"title": _phase_title(turn.graph, phase)}
    values = resolved(turn.graph, dict(rule.set), f"/sync/{index}/set", scope)
    acting = next((event.actor for event in turn.events if event.actor), None) or turn.state.started_by
    title = f"Keep the record up to date: {rule.event}"
    queue_write(turn, f"~sync{index}", values or {}, acting, name=rule.event, title=title, step=step)


def current(graph: Graph, state: State) -> dict[str, Any]:
    """Titles of the current step and phase: the first of each in the order of the document, '' for none."""
    open_ = [node for node in graph.nodes.values() if node.id in state.latest and state.latest[node.id] in state.open]
    if not open_:
        return {"current_step": "", "current_phase": ""}
    phase = next((node.step.phase for node in open_ if node.step.phase), None)
    return {"current_step": open_[0].title, "current_phase": _phase_title(graph, phase) if phase else ""}


def _phase_title(graph: Graph, phase: str) -> str:
    return next((each.title or each.id for each in graph.document.phases if each.id == phase), phase)


def _run(state: State) -> dict[str, Any]:
    due = state.due.get("run", {}).get("due")
    values = {
        "status": str(state.status),
        "name": state.name,
        "assignees": [name for names in state.assignees.values() for name in names],
        "due": due,
    }
    return {key: value for key, value in values.items() if value is not None}


def _step(state: State, node: Node) -> dict[str, Any]:
    execution = state.of(node.id)
    named = execution.assignees if execution else {}
    values = {
        "title": node.title,
        "status": str(execution.status if execution else StepStatus.PENDING),
        "assignees": [name for names in named.values() for name in names],
        "due": state.due.get(f"step:{node.id}", {}).get("due"),
    }
    return {key: value for key, value in values.items() if value is not None}
