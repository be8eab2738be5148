"""Keeping the run's record up to date: writes that a definition asks for on events of the run.

After each message its events are read once more, in their order; every entry of `sync` that one of them names is worked
out with what is current then, and queued as an errand (sides.py). An entry named several times in one message is
written once, with the last values.
"""

from __future__ import annotations

from typing import Any

from definitions.engine.graph import Graph, Node
from definitions.engine.happenings import happenings
from definitions.engine.scope import resolved
from definitions.engine.sides import queue_write
from definitions.engine.state import State, StepStatus
from definitions.engine.turn import Turn
from definitions.model.document import Sync


def queue_sync(turn: Turn) -> None:
    """Queue what the events of this message ask to be written."""
    rules = turn.graph.document.sync
    if not rules or turn.state.record is None:
        return
    happened = list(happenings(turn.before_graph, turn.before, turn.graph, turn.state, turn.events))
    for index, rule in enumerate(rules):
        fitting = [(each.step, each.phase) for each in happened if _fits(rule, each.name, each.step, each.phase)]
        if fitting:
            _queue(turn, index, rule, *fitting[-1])


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
