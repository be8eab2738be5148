"""A run as the lists keep it: a row of its own, and one for each open task. Folds of the same state as views."""

from __future__ import annotations

from typing import Any

from definitions.engine.approvals import awaited, to_be_agreed
from definitions.engine.graph import Graph
from definitions.engine.state import Execution, Side, SideStatus, State, StepStatus
from definitions.views import has_attention


def due_of(state: State, target: str) -> str | None:
    """The due date of the run, a phase or a step."""
    return state.due.get(target, {}).get("due")


def task_rows(graph: Graph, state: State) -> list[dict[str, Any]]:
    """One row per open step or errand that asks a person, for the work lists: {run, step, execution, title, …}."""
    graph = graph.grown(state.added)
    asked = to_be_agreed(graph, state)
    steps = [] if state.closed else [_task_row(graph, state, execution) for execution in (*state.live(), *asked)]
    return [*steps, *(_errand_row(state, side) for side in state.errands() if side.status is SideStatus.ATTENTION)]


def _task_row(graph: Graph, state: State, execution: Execution) -> dict[str, Any]:
    node = graph.nodes[execution.step]
    asked = awaited(execution)
    return {
        **_row_of(state, node.id, execution.id, node.title, node.step.kind),
        "status": str(StepStatus.WAITING if execution.pending else execution.status),
        "attention": execution.attention["reason"] if execution.attention else None,
        "users": [] if asked and execution.inbox is None else execution.assignees.get("users", []),
        "teams": asked["teams"] if asked else execution.assignees.get("teams", []),
        "roles": asked["roles"] if asked else list(node.step.roles),
        "due": due_of(state, f"step:{node.id}"),
        "entered_at": execution.entered_at,
        "inbox": execution.inbox,
        "manual": node.for_a_person,
    }


def _errand_row(state: State, side: Side) -> dict[str, Any]:
    return {
        **_row_of(state, side.id, side.id, side.title, side.kind),
        "status": str(side.status),
        "attention": (side.attention or {}).get("reason"),
        "users": [side.acting] if side.acting else [],
        "teams": [],
        "roles": [],
        "due": None,
        "entered_at": side.asked_at,
        "inbox": None,
        "manual": False,
    }


def _row_of(state: State, step: str, execution: str, title: str, kind: str) -> dict[str, Any]:
    record = state.record or {}
    return {
        "run": state.run,
        "step": step,
        "execution": execution,
        "definition": state.definition,
        "run_name": state.name,
        "title": title,
        "kind": kind,
        "record_collection": record.get("collection"),
        "record_id": record.get("id"),
    }


def run_row(graph: Graph, state: State) -> dict[str, Any]:
    """The columns of the run list."""
    record = state.record or {}
    return {
        "id": state.run,
        "definition": state.definition,
        "version": state.version,
        "name": state.name,
        "record_collection": record.get("collection"),
        "record_id": record.get("id"),
        "status": str(state.status),
        "attention": has_attention(state),
        "holder": state.holder,
        "labels": list(state.labels),
        "teams": list(state.teams),
        "started_at": state.started_at,
        "started_by": state.started_by,
        "ended_at": state.ended_at,
        "due": due_of(state, "run"),
        "seq": state.seq,
    }
