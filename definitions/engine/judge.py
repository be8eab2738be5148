"""May this command be given now? One answer for the API's early check, the engine and a signal sent by hand.

A refusal is a value with a stable code. `status` is the HTTP status the API answers with: 403 the person lacks the
role, 404 no such step, 409 the state of the run refuses, 413 too large, 422 the command itself is wrong.
Who may see the run at all, and who holds which grant, is decided at the door (api/permissions.py), not here. What holds
for every command is here; what each type needs besides is its move (moves/).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from definitions.canonical import canonical
from definitions.engine.graph import Graph, Node
from definitions.engine.inviting import is_outside
from definitions.engine.moves import MOVES, Move, Question, Refusal
from definitions.engine.moves.migrating import FROZEN
from definitions.engine.scope import waits_for
from definitions.engine.state import RunStatus, Side, SideStatus, State
from definitions.references import KEY, reserved
from definitions.wire import COMMAND_SIGNALS, VALUE_LIMIT, Actor

COMMON_KEYS: dict[str, type] = {"id": str, "type": str, "step": str, "execution": str, "occurred_at": str}
COMMAND_KEYS: dict[str, dict[str, type]] = {name: move.keys for name, move in MOVES.items()}
"""The commands this release runs, with what each may carry beside the common keys."""

STEP_COMMANDS = tuple(name for name, move in MOVES.items() if move.on == "step")
SIDE_COMMANDS = ("retry", "skip", "handle_manually")
"""What an errand that asks for a person can take: again, or no more."""


def judge(graph: Graph, state: State, command: dict[str, Any], actor: Actor, now: datetime) -> Refusal | None:
    """The first reason why this command is refused at this moment, or None."""
    graph = graph.grown(state.added)
    if (refusal := _shape(command)) is not None:
        return refusal
    move = MOVES[command["type"]]
    if (side := side_of(state, command)) is not None:
        return _side(graph, state, side, command, actor)
    if (refusal := run_takes(graph, state, command["type"], move, actor)) is not None:
        return refusal
    asked = Question(graph, state, command, actor, now)
    if move.on == "run" or (move.on == "either" and command.get("step") is None):
        return move.judge(asked)
    return _of_step(asked, move)


def _of_step(asked: Question, move: Move) -> Refusal | None:
    graph, state, command = asked.graph, asked.state, asked.command
    node = graph.nodes.get(command.get("step", ""))
    if node is None:
        return Refusal("step_unknown", f"there is no step {command.get('step')!r} in this run", 404)
    if move.roles and not may_act(node, asked.actor):
        return Refusal("forbidden", f"{node.id} is for {', '.join(node.step.roles)}", 403)
    execution = state.of(node.id)
    if (refusal := _round(graph, state, node, command, move)) is not None:
        return refusal
    if execution is None and not move.pending:
        return None
    return move.judge(Question(graph, state, command, asked.actor, asked.now, node, execution))


def may_act(node: Node, actor: Actor) -> bool:
    """Whether the step's own `roles` let this person act on it."""
    return not node.step.roles or any(role in node.step.roles for role in actor.roles)


def side_of(state: State, command: dict[str, Any]) -> Side | None:
    """The errand a command is about, if its `execution` names one."""
    name = command.get("execution")
    return state.sides.get(name) if isinstance(name, str) else None


def _side(graph: Graph, state: State, side: Side, command: dict[str, Any], actor: Actor) -> Refusal | None:
    """An errand takes the same three answers as a machine's step, also in a run that is ending or has ended."""
    node = graph.nodes.get(side.step or "")
    if command["type"] not in SIDE_COMMANDS:
        return Refusal("step_not_ready", f"{side.id} cannot take {command['type']}")
    if node is not None and not may_act(node, actor):
        return Refusal("forbidden", f"{node.id} is for {', '.join(node.step.roles)}", 403)
    if side.status is not SideStatus.ATTENTION:
        text = f"{side.id} is {side.status} and cannot take this command"
        return Refusal("step_not_ready", text, details={"step_status": str(side.status)})
    return _saved(state) or _held(graph, state, actor)


def run_takes(graph: Graph, state: State, kind: str, move: Move, actor: Actor) -> Refusal | None:
    """Whether the run as a whole takes this kind of command now."""
    if state.closed and not move.closed:
        return Refusal("run_closed", f"the run has {state.status}", details={"run_status": str(state.status)})
    if state.ending is not None and kind != "note":
        return Refusal("run_closed", "the run is ending: its side effects are being taken back")
    if is_outside(actor):  # whoever answers a form knows nothing of how the run is held
        return None
    if not move.saved and (refusal := _saved(state)) is not None:
        return refusal
    return _held(graph, state, actor) if move.holder else None


def _saved(state: State) -> Refusal | None:
    if state.status is not RunStatus.SAVED:
        return None
    saved = state.saved or {}
    text = f"{saved.get('by')} saved the run at {saved.get('at')}: resume it first"
    return Refusal("run_saved", text, details={"saved_by": saved.get("by"), "saved_at": saved.get("at")})


def _held(graph: Graph, state: State, actor: Actor) -> Refusal | None:
    """Where the definition says `exclusive`, only the holder acts."""
    if not graph.document.exclusive or state.holder in (None, actor.id):
        return None
    return Refusal("held_by_other", f"{state.holder} holds the run", details={"holder": state.holder})


def _shape(command: dict[str, Any]) -> Refusal | None:
    kind = command.get("type")
    if not isinstance(kind, str) or kind not in COMMAND_SIGNALS:
        return Refusal("malformed", f"there is no command {str(kind)[:80]!r}", 422)
    allowed = {**COMMON_KEYS, **COMMAND_KEYS[kind]}
    errors = [_key_problem(key, value, allowed) for key, value in sorted(command.items())]
    problems = [problem for problem in errors if problem]
    if problems:
        return Refusal("malformed", problems[0]["message"], 422, {"errors": problems})
    size = stored_size({key: value for key, value in command.items() if key != FROZEN})
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


def _round(graph: Graph, state: State, node: Node, command: dict[str, Any], move: Move) -> Refusal | None:
    """Whether the step has a round, where the command needs one, and it is the one the caller saw."""
    execution = state.of(node.id)
    seen = command.get("execution")
    if execution is None and not move.pending and seen in (None, f"{node.id}#{state.rounds.get(node.id, 0) + 1}"):
        waits = waits_for(graph, state, node)
        text = f"{node.id} waits for {', '.join(waits) or 'the steps before it'}"
        return Refusal("requirements_open", text, details={"blocked_by": waits})
    newest = execution.id if execution else None
    if seen is not None and seen != newest:
        return Refusal("stale_execution", f"{seen} is not the current round of {node.id}", details={"current": newest})
    return None
