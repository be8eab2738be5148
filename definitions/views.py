"""What people are shown of a run: folds of the same state the engine decides on.

Shapes are those of API.md (*RunView*, work lists). Nothing here knows the caller, except `legal`, which says what a
person could do by the state of the run and the roles of its steps; grants are laid over that at the door.
"""

from __future__ import annotations

from typing import Any

from definitions.engine.graph import Graph, Node
from definitions.engine.judge import COMMAND_KEYS, STEP_COMMANDS, blocked_by, may_act
from definitions.engine.scope import phase_status
from definitions.engine.state import ENDED, Execution, State, StepStatus
from definitions.wire import Actor

NOBODY: dict[str, list[str]] = {"users": [], "teams": [], "partners": []}


def run_view(graph: Graph, state: State) -> dict[str, Any]:
    """The RunView of API.md, without any `can`."""
    steps = [step_view(graph, state, node) for node in graph.nodes.values()]
    current = [step["id"] for step in steps if step["status"] not in ("pending", *ENDED)]
    return {
        "id": state.run,
        "definition": state.definition,
        "version": state.version,
        "name": state.name,
        "record": state.record,
        "status": str(state.status),
        "attention": has_attention(state),
        "holder": state.holder,
        "labels": list(state.labels),
        "started_at": state.started_at or None,
        "started_by": state.started_by or None,
        "ended_at": state.ended_at,
        "due": None,
        "closing": closing(state),
        "progress": progress(steps),
        "current": current,
        "next": following(graph, state, current),
        "phases": [
            {"id": p.id, "title": p.title or p.id, "status": phase_status(graph, state, p.id)}
            for p in graph.document.phases
        ],
        "steps": steps,
        "context": {"record": state.record_data, "inputs": state.inputs},
        "seq": state.seq,
    }


def has_attention(state: State) -> bool:
    """Whether any step of the run asks for a person's help."""
    return StepStatus.ATTENTION in state.open.values()


def closing(state: State) -> dict[str, Any]:
    """With which reasons, text and outcome the run ended."""
    said = state.closing
    return {"reasons": said.get("reasons", []), "text": said.get("text"), "outcome": said.get("outcome")}


def progress(steps: list[dict[str, Any]]) -> dict[str, int]:
    """How far the run is. Every step counts except those not taken."""
    found = [step["status"] for step in steps]
    return {
        "done": found.count("done"),
        "skipped": found.count("skipped"),
        "total": len(found) - found.count("not_taken"),
    }


def following(graph: Graph, state: State, current: list[str]) -> list[str]:
    """The pending steps that come directly after a current one, in the order of the document."""
    after = {step for name in current for step in graph.successors[name]}
    return [step for step in graph.nodes if step in after and step not in state.latest]


def step_view(graph: Graph, state: State, node: Node) -> dict[str, Any]:
    """One step with its newest round, as it stands in a RunView."""
    execution = state.of(node.id)
    pending = execution is None
    seen = round_view(execution) if execution else PENDING_ROUND
    return {
        "id": node.id,
        **seen,
        "execution": seen["execution"] or f"{node.id}#1",
        "kind": node.step.kind,
        "title": node.title,
        "phase": node.step.phase,
        "blocked_by": blocked_by(graph, state, node) if pending and not state.closed else [],
        "due": None,
        "overdue": False,
        "proposal": None,
        "notes": 0,
    }


def round_view(execution: Execution) -> dict[str, Any]:
    """One round of a step; rounds stand side by side in `GET /v1/runs/{id}/steps/{step}`."""
    return {
        "execution": execution.id,
        "round": execution.round,
        "status": str(execution.status),
        "attention": _attention(execution),
        "assignees": {**NOBODY, **execution.assignees},
        "output": execution.output,
        "choice": execution.choices[0] if execution.choices else None,
        "choices": list(execution.choices),
        "done_by": execution.done_by,
        "ended_by": execution.ended_by,
        "entered_at": execution.entered_at if execution.status is not StepStatus.NOT_TAKEN else None,
        "started_at": execution.started_at,
        "ended_at": execution.ended_at,
        "until": execution.until,
    }


def _attention(execution: Execution) -> dict[str, Any] | None:
    if execution.attention is None:
        return None
    keys = ("reason", "code", "message", "errors")
    return {key: execution.attention[key] for key in keys if key in execution.attention}


PENDING_ROUND = round_view(Execution(id="", step="", round=1, status=StepStatus.PENDING, entered_at="")) | {
    "entered_at": None
}


def legal(graph: Graph, state: State, actor: Actor) -> dict[str, Any]:
    """The command types this person could give now: `{"run": [...], "steps": {step: [...]}}`."""
    steps: dict[str, list[str]] = {}
    for execution in () if state.closed else state.live():
        node = graph.nodes[execution.step]
        if may_act(node, actor):
            steps[node.id] = step_commands(node, execution)
    return {"run": [] if state.closed else [c for c in COMMAND_KEYS if c not in STEP_COMMANDS], "steps": steps}


def step_commands(node: Node, execution: Execution) -> list[str]:
    """What an open round can take, in the order of the command table."""
    takes = {
        "complete": execution.status is StepStatus.READY,
        "skip": bool(node.step.skippable),
        "retry": execution.status is StepStatus.ATTENTION,
        "handle_manually": not node.for_a_person,
    }
    return [command for command in STEP_COMMANDS if takes[command]]


def task_rows(graph: Graph, state: State) -> list[dict[str, Any]]:
    """One row per open step, for the work lists: {run, step, execution, definition, title, kind, status, …}."""
    if state.closed:
        return []
    return [_task_row(graph, state, execution) for execution in state.live()]


def _task_row(graph: Graph, state: State, execution: Execution) -> dict[str, Any]:
    node = graph.nodes[execution.step]
    record = state.record or {}
    return {
        "run": state.run,
        "step": node.id,
        "execution": execution.id,
        "definition": state.definition,
        "run_name": state.name,
        "title": node.title,
        "kind": node.step.kind,
        "status": str(execution.status),
        "attention": execution.attention["reason"] if execution.attention else None,
        "users": execution.assignees.get("users", []),
        "teams": execution.assignees.get("teams", []),
        "roles": list(node.step.roles),
        "due": None,
        "entered_at": execution.entered_at,
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
        "due": None,
        "seq": state.seq,
    }


def waiting_for(graph: Graph, state: State) -> list[str]:
    """Whom and what the run waits for, one phrase each, for Temporal's search attribute: step ids, nothing personal."""
    return [execution.step for execution in state.live() if execution.status is not StepStatus.RUNNING]


def waiting_text(graph: Graph, state: State) -> str:
    """The same for people who look at the run in Temporal's UI, as markdown."""
    lines = []
    for execution in state.live():
        node = graph.nodes[execution.step]
        names = [name for kind in ("users", "teams", "partners") for name in execution.assignees.get(kind, [])]
        whom = ", ".join(names) or ", ".join(node.step.roles)
        lines.append(f"**{node.title}** (`{execution.id}`): {execution.status}{f', for {whom}' if whom else ''}")
    return "\n\n".join(lines) or f"The run has {state.status}."
