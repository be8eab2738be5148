"""What people are shown of a run: folds of the same state the engine decides on.

Shapes are those of API.md (*RunView*, work lists). Nothing here knows the caller, except `legal`, which says what a
person could do by the state of the run and the roles of its steps; grants are laid over that at the door.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from definitions.engine.approvals import awaited, to_be_agreed
from definitions.engine.dues import passes_at
from definitions.engine.family_shown import children_view
from definitions.engine.graph import Graph, Node
from definitions.engine.judge import may_act, run_takes
from definitions.engine.moves import MOVES, Question
from definitions.engine.scope import blocked_by, phase_status, waits_for
from definitions.engine.sides import shown
from definitions.engine.state import ENDED, Execution, SideStatus, State, StepStatus
from definitions.model import TaskStep
from definitions.wire import Actor

NOBODY: dict[str, list[str]] = {"users": [], "teams": [], "partners": []}


def run_view(graph: Graph, state: State, now: datetime | None = None) -> dict[str, Any]:
    """The RunView of API.md, without any `can`. `now` is what overdue is measured by; nothing is without it."""
    graph = graph.grown(state.added)
    steps = [step_view(graph, state, node, now) for node in graph.nodes.values()]
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
        "saved": state.saved,
        "ending": (state.ending or {}).get("kind"),
        "labels": list(state.labels),
        "purposes": list(state.purposes),
        "assignees": {**NOBODY, **state.assignees},
        "started_at": state.started_at or None,
        "started_by": state.started_by or None,
        "ended_at": state.ended_at,
        "due": _due(state, "run"),
        "closing": closing(state),
        "closing_reasons": list(graph.document.closing_reasons.reasons) if graph.document.closing_reasons else [],
        "progress": progress(steps),
        "current": current,
        "next": following(graph, state, current),
        "phases": [_phase(graph, state, steps, phase.id, phase.title) for phase in graph.document.phases],
        "steps": steps,
        "errands": [shown(side) for side in state.sides.values() if side.kind != "automation"],
        "context": {"record": state.record_data, "inputs": state.inputs},
        "notes": state.notes.get("run", 0),
        "seq": state.seq,
    }


def _due(state: State, target: str) -> str | None:
    return state.due.get(target, {}).get("due")


def _phase(graph: Graph, state: State, steps: list[dict[str, Any]], phase: str, title: str | None) -> dict[str, Any]:
    return {
        "id": phase,
        "title": title or phase,
        "status": phase_status(graph, state, phase),
        "due": _due(state, f"phase:{phase}"),
        "progress": progress([step for step in steps if step["phase"] == phase]),
    }


def has_attention(state: State) -> bool:
    """Whether any step or errand of the run asks for a person's help."""
    return StepStatus.ATTENTION in state.open.values() or any(
        side.status is SideStatus.ATTENTION for side in state.errands()
    )


def closing(state: State) -> dict[str, Any]:
    """With which reasons, text and outcome the run ended; the text is a person's, or the reason of its `end` step."""
    said = state.closing
    text = said.get("text") or said.get("reason")
    return {"reasons": said.get("reasons", []), "text": text, "outcome": said.get("outcome")}


def progress(steps: list[dict[str, Any]]) -> dict[str, int]:
    """How far the run is. Every step counts except those not taken."""
    found = [step["status"] for step in steps]
    return {
        "done": found.count("done"),
        "skipped": found.count("skipped"),
        "total": len(found) - found.count("not_taken"),
    }


def following(graph: Graph, state: State, current: list[str]) -> list[str]:
    """The pending steps that come directly after a current one, in the order of the document.

    Where steps take turns, also the first that waits for nothing else.
    """
    after = {step for name in current for step in graph.successors[name]}
    if graph.document.sequential and current:
        pending = (node for node in graph.nodes.values() if node.id not in state.latest)
        in_turn = (
            node.id for node in pending if graph.fits(node, state.purposes) and not blocked_by(graph, state, node)
        )
        after |= {step for step in (next(in_turn, None),) if step}
    return [step for step in graph.nodes if step in after and step not in state.latest]


def step_view(graph: Graph, state: State, node: Node, now: datetime | None = None) -> dict[str, Any]:
    """One step with its newest round, as it stands in a RunView."""
    execution = state.of(node.id)
    seen = round_view(execution) if execution else _pending(state, node)
    due = _due(state, f"step:{node.id}")
    is_open = not state.closed and seen["status"] not in ENDED
    return {
        "id": node.id,
        **seen,
        "kind": node.step.kind,
        "title": node.title,
        "description": node.step.description,
        "button": node.step.button,
        "color": node.step.color,
        "phase": node.step.phase,
        "skippable": bool(node.step.skippable),
        "roles": list(node.step.roles),
        "after": list(dict.fromkeys(sources_of(graph, node))),
        "blocked_by": waits_for(graph, state, node) if execution is None and not state.closed else [],
        "due": due,
        "overdue": bool(due and now and is_open and _is_past(graph, due, now)),
        "proposal": proposal_view(execution) if execution else None,
        "approval": execution.approval if execution else None,
        "children": children_view(state.run, state.families.get(execution.id)) if execution else None,
        "notes": state.notes.get(node.id, 0),
        "journeys": _forms(node),
        "automations": [_automation(state, node, index) for index in range(len(node.step.automations))],
        "errands": [shown(side) for side in state.sides.values() if side.step == node.id and side.kind == "undo"],
    }


def _forms(node: Node) -> list[dict[str, Any]]:
    """The forms of a task that may be sent to somebody outside; `complete`: answering one completes it."""
    forms = node.step.journeys if isinstance(node.step, TaskStep) else ()
    return [{"id": each.id, "title": each.title or node.title, "complete": each.complete} for each in forms]


def _pending(state: State, node: Node) -> dict[str, Any]:
    """A step nobody has come to yet, or is pending again: under the number its next round will have."""
    number = state.rounds.get(node.id, 0) + 1
    planned = state.assign.get(node.id) or {}
    return {
        **PENDING_ROUND,
        "execution": f"{node.id}#{number}",
        "round": number,
        "assignees": {**NOBODY, **planned},
    }


def _is_past(graph: Graph, due: str, now: datetime) -> bool:
    passes = passes_at(graph, due)
    return passes is not None and passes <= now


def _automation(state: State, node: Node, index: int) -> dict[str, Any]:
    """An automation of a step, with every time it ran."""
    automation = node.step.automations[index]
    ran = [s for s in state.sides.values() if s.kind == "automation" and (s.step, s.name) == (node.id, automation.id)]
    return {
        "id": automation.id,
        "title": automation.title or automation.id,
        "action": automation.action,
        "runs": [shown(side) for side in ran],
    }


def sources_of(graph: Graph, node: Node) -> list[str]:
    """The steps an edge leads from to this one, so that a picture can be drawn of the run."""
    return [step for edge in node.edges for step in (graph.members[edge.source] if edge.phase else (edge.source,))]


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
        "ended_by": execution.ended_by or _answered_by(execution),
        "entered_at": execution.entered_at if execution.status is not StepStatus.NOT_TAKEN else None,
        "started_at": execution.started_at,
        "ended_at": execution.ended_at,
        "until": execution.until,
        "waits": waits_for_what(execution),
        "pending": execution.pending,
        "doing": execution.doing or None,
        "claimed_by": (execution.claimed or {}).get("by"),
        "inbox": execution.inbox,
        "escalated": execution.escalated,
        "amended": execution.amended,
        "before": execution.before,
        "because": execution.because,
        "via": execution.via or None,
        "links": [_link(name, each) for name, each in execution.links.items()],
        "submitted": [{"journey": name, **each} for name, each in execution.submitted.items()],
    }


def _answered_by(execution: Execution) -> str | None:
    """Who sent the form that completed the task: that answer has its actor, the end that came of it has none."""
    if not execution.via:
        return None
    return next((each["by"] for each in execution.submitted.values() if each["at"] == execution.ended_at), None)


def _link(name: str, link: dict[str, Any]) -> dict[str, Any]:
    """The link of a form, without what only the engine reads; `journey` null for the step's own form."""
    keys = ("link", "to", "at")
    return {"journey": name or None, **{key: link.get(key) for key in keys}, "revoked": bool(link.get("revoked"))}


def waits_for_what(execution: Execution) -> str | None:
    """What a waiting round waits for: timer, confirm, approval, done (a press), resume, outside (a word), event,
    children (runs of its own)."""
    return execution.waits or ("timer" if execution.until else None)


def proposal_view(execution: Execution) -> dict[str, Any] | None:
    """What is proposed for a round: {values, confidence, by, explanation?, basis?, usage?, options?, confirmed?}.

    `confirmed` says who confirmed it, and the values that were: what was asked of a model stands in the events alone.
    """
    proposal = execution.proposal
    if proposal is None or "values" not in proposal:
        return None
    shown = {key: value for key, value in proposal.items() if key != "schema_hash"}
    by_whom = execution.confirmed if execution.confirmed and execution.confirmed.get("by") else None
    return {"explanation": "", **shown, **({"confirmed": by_whom} if by_whom else {})}


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
    graph = graph.grown(state.added)
    steps: dict[str, list[str]] = {}
    for node in graph.nodes.values():
        if found := step_commands(graph, state, node, actor):
            steps[node.id] = found
    asked = Question(graph, state, {}, actor, EPOCH)
    takes = [name for name, move in MOVES.items() if move.on != "step" and _run_takes(graph, state, actor, name)]
    return {"run": [name for name in takes if MOVES[name].offered(asked)], "steps": steps}


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def step_commands(graph: Graph, state: State, node: Node, actor: Actor) -> list[str]:
    """What a step can take from this person, in the order of the command table."""
    execution = state.of(node.id)
    asked = Question(graph, state, {"step": node.id}, actor, EPOCH, node, execution)
    return [
        name
        for name, move in MOVES.items()
        if move.on != "run"
        and (execution is not None or move.pending)
        and (not move.roles or may_act(node, actor))
        and _run_takes(graph, state, actor, name)
        and move.offered(asked)
    ]


def _run_takes(graph: Graph, state: State, actor: Actor, name: str) -> bool:
    return run_takes(graph, state, name, MOVES[name], actor) is None


def waiting_for(graph: Graph, state: State) -> list[str]:
    """Whom and what the run waits for, one phrase each, for Temporal's search attribute: step ids, nothing personal."""
    graph = graph.grown(state.added)
    steps = [execution.step for execution in state.live() if execution.status is not StepStatus.RUNNING]
    steps += [] if state.closed else [each.step for each in to_be_agreed(graph, state)]
    return [*steps, *(side.id for side in state.errands() if side.status is SideStatus.ATTENTION)]


def next_due(graph: Graph, state: State) -> datetime | None:
    """When the first date of an open run passes: its own, or one of a step that is open. For Temporal's attribute."""
    if state.closed:
        return None
    dues = (_due(state, target) for target in ("run", *(f"step:{execution.step}" for execution in state.live())))
    passing = (passes_at(graph, due) for due in dues if due)
    return min((moment for moment in passing if moment), default=None)


STANDS = {
    "confirm": "waiting to be confirmed",
    "done": "waiting to be marked as done",
    "outside": "waiting for a confirmation from outside",
    "event": "waiting for an event",
    "journey": "waiting for an answer from outside",
    "children": "waiting for its child runs",
}


def waiting_text(graph: Graph, state: State) -> str:
    """The same for people who look at the run in Temporal's UI, as markdown."""
    graph = graph.grown(state.added)
    lines = [f"Saved by {state.saved['by']}."] if state.saved else []
    for execution in [*state.live(), *to_be_agreed(graph, state)]:
        node, asked = graph.nodes[execution.step], awaited(execution)
        names = [name for kind in ("users", "teams", "partners") for name in execution.assignees.get(kind, [])]
        whom = ", ".join(names) or ", ".join(node.step.roles)
        status = STANDS.get(execution.waits, str(execution.status))
        if asked is not None:
            status, whom = "waiting to be approved", ", ".join([*asked["roles"], *asked["teams"]])
        lines.append(f"**{node.title}** (`{execution.id}`): {status}{f', for {whom}' if whom else ''}")
    for side in state.errands():
        lines.append(f"{side.title} (`{side.id}`): {side.status}")
    return "\n\n".join(lines) or f"The run has {state.status}."
