"""May this command be given now? One answer for the API's early check, the engine and a signal sent by hand.

A refusal is a value with a stable code. `status` is the HTTP status the API answers with: 403 the person lacks the
role, 404 no such step, 409 the state of the run refuses, 413 too large, 422 the command itself is wrong.
Who may see the run at all, and who holds which grant, is decided at the door (api/permissions.py), not here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from definitions.canonical import canonical
from definitions.engine.graph import Graph, Node
from definitions.engine.scope import scope_of
from definitions.engine.state import ENDED, Execution, State, StepStatus
from definitions.forms import check_answer
from definitions.model import DecisionStep, TaskStep
from definitions.references import KEY, reserved
from definitions.wire import COMMAND_SIGNALS, VALUE_LIMIT, Actor

COMMON_KEYS = {"id": str, "type": str, "step": str, "execution": str, "occurred_at": str}
COMMAND_KEYS: dict[str, dict[str, type]] = {
    "complete": {"output": dict, "choice": str},
    "skip": {"reason": str},
    "retry": {"reason": str},
    "handle_manually": {"reason": str, "output": dict, "choice": str},
    "abort": {"reasons": list, "text": str},
    "close": {"reasons": list, "text": str},
}
"""The commands this release runs, with what each may carry beside the common keys."""


@dataclass(frozen=True, slots=True)
class Question:
    """A well-formed command for one step that has an open or ended round."""

    graph: Graph
    state: State
    node: Node
    execution: Execution
    command: dict[str, Any]
    now: datetime


STEP_COMMANDS = ("complete", "skip", "retry", "handle_manually")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not. `details` stand beside code and message in the answer and in the event (`errors`, `blocked_by`, …)."""

    code: str
    message: str
    status: int = 409
    details: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The refusal as the event carries it and the API answers it."""
        return {"code": self.code, "message": self.message, "status": self.status, **self.details}


def judge(graph: Graph, state: State, command: dict[str, Any], actor: Actor, now: datetime) -> Refusal | None:
    """The first reason why this command is refused at this moment, or None."""
    if (refusal := _shape(command)) is not None:
        return refusal
    if state.closed:
        return Refusal("run_closed", f"the run has {state.status}", details={"run_status": str(state.status)})
    if command["type"] not in STEP_COMMANDS:
        return _closing(graph, command)
    node = graph.nodes.get(command.get("step", ""))
    if node is None:
        return Refusal("step_unknown", f"there is no step {command.get('step')!r} in this run", 404)
    if not may_act(node, actor):
        return Refusal("forbidden", f"{node.id} is for {', '.join(node.step.roles)}", 403)
    execution = state.of(node.id)
    if (refusal := _round(graph, state, node, command)) is not None or execution is None:
        return refusal
    return JUDGES[command["type"]](Question(graph, state, node, execution, command, now))


def may_act(node: Node, actor: Actor) -> bool:
    """Whether the step's own `roles` let this person act on it."""
    return not node.step.roles or any(role in node.step.roles for role in actor.roles)


def blocked_by(graph: Graph, state: State, node: Node) -> list[str]:
    """The unfinished steps a pending step waits for, in the order they are named."""
    found: dict[str, None] = {}
    for edge in node.edges:
        for source in graph.members[edge.source] if edge.phase else (edge.source,):
            if state.status_of(source) not in ENDED:
                found[source] = None
    return list(found)


def _shape(command: dict[str, Any]) -> Refusal | None:
    kind = command.get("type")
    if not isinstance(kind, str) or kind not in COMMAND_SIGNALS:
        return Refusal("malformed", f"there is no command {str(kind)[:80]!r}", 422)
    if kind not in COMMAND_KEYS:
        return Refusal("command_not_available", f"the command {kind} does not run in this release", 422)
    allowed = {**COMMON_KEYS, **COMMAND_KEYS[kind]}
    errors = [_key_problem(key, value, allowed) for key, value in sorted(command.items())]
    problems = [problem for problem in errors if problem]
    if problems:
        return Refusal("malformed", problems[0]["message"], 422, {"errors": problems})
    size = stored_size(command)
    if size is None:
        return Refusal("malformed", "a command is JSON: finite numbers, no NUL, no lone surrogates", 422)
    if size > VALUE_LIMIT:
        return Refusal("too_large", f"a command may hold {VALUE_LIMIT} bytes", 413)
    if (place := reserved(command)) is not None:
        text = f"the key {KEY} is kept for values that the run itself has stored"
        return Refusal("malformed", text, 422, {"errors": [{"path": place, "code": "reserved_key", "message": text}]})
    return None


def stored_size(value: Any) -> int | None:
    """Bytes of a value's JSON, or None where it is not JSON that Temporal and both databases take."""
    try:
        text = canonical(value).encode()
    except (ValueError, TypeError, RecursionError):
        return None
    return None if b"\\u0000" in text else len(text)


def _key_problem(key: str, value: Any, allowed: dict[str, type]) -> dict[str, str] | None:
    if key not in allowed:
        return {"path": f"/{key}", "code": "extra", "message": f"{key} does not belong to this command"}
    if value is not None and not isinstance(value, allowed[key]):
        return {"path": f"/{key}", "code": "type", "message": f"{key} must be a {allowed[key].__name__}"}
    return None


def _closing(graph: Graph, command: dict[str, Any]) -> Refusal | None:
    """Reasons are those of the workflow, one where it says one, and some where it asks for some."""
    reasons = command.get("reasons") or []
    rule = graph.document.closing_reasons
    if not all(isinstance(reason, str) for reason in reasons):
        return Refusal("malformed", "reasons must be a list of keys", 422)
    if rule is None:
        return None
    unknown = [reason for reason in reasons if reason not in rule.reasons]
    if unknown:
        return Refusal("unknown_reason", f"{unknown[0]!r} is none of {', '.join(rule.reasons)}", 422)
    if rule.choose == "one" and len(reasons) > 1:
        return Refusal("one_reason", "this workflow takes one closing reason", 422)
    needed = "abort" if command["type"] == "abort" else "complete"
    if needed in rule.required_on and not reasons:
        return Refusal("reasons_required", f"choose a reason: {', '.join(rule.reasons)}", 422)
    return None


def _round(graph: Graph, state: State, node: Node, command: dict[str, Any]) -> Refusal | None:
    """Whether the step has a round, and it is the one the caller saw."""
    execution = state.of(node.id)
    seen = command.get("execution")
    if execution is None and seen in (None, f"{node.id}#1"):
        waits = blocked_by(graph, state, node)
        return Refusal("requirements_open", f"{node.id} waits for {', '.join(waits)}", details={"blocked_by": waits})
    newest = execution.id if execution else None
    if seen is not None and seen != newest:
        return Refusal("stale_execution", f"{seen} is not the current round of {node.id}", details={"current": newest})
    return None


def _not_now(asked: Question) -> Refusal:
    execution, step = asked.execution, asked.node.id
    details: dict[str, Any] = {"step_status": str(execution.status)}
    if execution.status not in ENDED:
        return Refusal("step_not_ready", f"{step} is {execution.status} and cannot take this command", details=details)
    by = execution.ended_by or execution.done_by or "the run"
    details |= {"ended_by": execution.ended_by, "ended_at": execution.ended_at}
    text = f"{step} already ended ({execution.status}) by {by} at {execution.ended_at}"
    return Refusal("step_not_ready", text, details=details)


def _complete(asked: Question) -> Refusal | None:
    if asked.execution.status is not StepStatus.READY:
        return _not_now(asked)
    if asked.node.step.kind == "decision":
        return _choice(asked)
    _, problems = answer(asked.graph, asked.state, asked.node, asked.command, asked.now)
    if not problems:
        return None
    text = f"{asked.node.id} is not complete: {problems[0]['message']}"
    return Refusal("invalid_output", text, 422, {"errors": problems})


def answer(
    graph: Graph, state: State, node: Node, command: dict[str, Any], now: datetime
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The output of a completion as it will be kept, and everything that is missing or wrong in it."""
    given = command.get("output") or {}
    if not isinstance(node.step, TaskStep):
        return given, []
    scope = scope_of(graph, state, now)
    output, problems = check_answer(node.step.fields, given, scope, graph.trees, f"{node.pointer}/fields")
    return output, [problem.to_json() for problem in problems]


def _choice(asked: Question) -> Refusal | None:
    assert isinstance(asked.node.step, DecisionStep)
    options = [option.id for option in asked.node.step.options]
    choice = asked.command.get("choice")
    if choice in options:
        return None
    code = "choice_missing" if choice is None else "unknown_option"
    problem = {"path": "/choice", "code": code, "message": f"choose one of {', '.join(options)}"}
    return Refusal(code, problem["message"], 422, {"errors": [problem]})


def _skip(asked: Question) -> Refusal | None:
    if asked.execution.status in ENDED:
        return _not_now(asked)
    if not asked.node.step.skippable:
        return Refusal("not_skippable", f"{asked.node.id} may not be skipped")
    return None


def _retry(asked: Question) -> Refusal | None:
    return None if asked.execution.status is StepStatus.ATTENTION else _not_now(asked)


def _handle_manually(asked: Question) -> Refusal | None:
    """A person does what a machine was to do: at any time while it is open, never in place of a person's own step."""
    if asked.execution.status in ENDED or asked.node.for_a_person:
        return _not_now(asked)
    return _choice(asked) if asked.node.step.kind == "decision" else None


JUDGES: dict[str, Callable[[Question], Refusal | None]] = {
    "complete": _complete,
    "skip": _skip,
    "retry": _retry,
    "handle_manually": _handle_manually,
}
