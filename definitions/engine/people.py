"""What a person's command does. Every command ends in an event: applied, or `command_refused` with its reason.

A duplicate id is the one exception: it was judged before, and its first answer stands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from definitions.engine.enter import begin
from definitions.engine.events import EventType
from definitions.engine.finish import abort_run, complete_run, stop
from definitions.engine.graph import Node
from definitions.engine.judge import STEP_COMMANDS, Refusal, answer, judge
from definitions.engine.messages import CommandGiven, Unreadable
from definitions.engine.settle import moved
from definitions.engine.state import ENDED
from definitions.engine.turn import Turn
from definitions.wire import CLI_ACTOR

EXCERPT = 200


def command_given(turn: Turn, message: CommandGiven) -> None:
    """Judge a command and carry it out, once."""
    command = message.command
    name = command_id(command, turn.state.seq)
    if name in turn.state.applied:
        return
    turn.cause = (message.actor.id, name)
    refusal = judge(turn.graph, turn.state, command, message.actor, turn.now)
    if refusal is not None:
        refuse(turn, refusal, command)
    elif command["type"] in STEP_COMMANDS:
        step = command["step"]
        APPLY[command["type"]](turn, turn.graph.nodes[step], command)
        if turn.state.status_of(step) in ENDED:
            moved(turn, step)
    else:
        _end_run(turn, command)


def command_id(command: dict[str, Any], seq: int) -> str:
    """The id that makes a command happen once. One sent by hand without an id gets the run's next number."""
    given = command.get("id")
    return given if isinstance(given, str) and given else f"{CLI_ACTOR}-{seq + 1}"


def unreadable(turn: Turn, message: Unreadable) -> None:
    """What is no command at all is refused too; silence would be a bug."""
    refusal = Refusal(
        message.code, message.problem, 422, {"signal": message.signal, "excerpt": message.excerpt[:EXCERPT]}
    )
    turn.cause = (CLI_ACTOR, command_id({}, turn.state.seq))
    refuse(turn, refusal, {})


def refuse(turn: Turn, refusal: Refusal, command: dict[str, Any]) -> None:
    """Record why a command was not carried out; nothing else changes."""
    data = {**refusal.to_json(), "type": str(command.get("type"))[:EXCERPT]}
    step = command.get("step")
    known = step if isinstance(step, str) and step in turn.graph.nodes else None
    turn.emit(EventType.COMMAND_REFUSED, data, step=known)


def _end_run(turn: Turn, command: dict[str, Any]) -> None:
    data = {"reasons": list(command.get("reasons") or []), "text": command.get("text")}
    if command["type"] == "abort":
        abort_run(turn, data)
    else:
        complete_run(turn, {**data, "early": bool(turn.state.open)}, because="closed")


def _done(turn: Turn, node: Node, command: dict[str, Any], by: str, **data: Any) -> dict[str, Any]:
    """What every ending by a person says; a choice adds its port."""
    choice = command.get("choice") if node.step.kind == "decision" else None
    said: dict[str, Any] = {"ports": ["done", choice] if choice else ["done"], "done_by": by, **data}
    if choice:
        said["choices"] = [choice]
    if command.get("occurred_at"):
        said["occurred_at"] = command["occurred_at"]
    return said


def _complete(turn: Turn, node: Node, command: dict[str, Any]) -> None:
    output, _ = answer(turn.graph, turn.state, node, command, turn.now)
    data = _done(turn, node, command, "person", **({"output": output} if output else {}))
    turn.emit(EventType.STEP_DONE, data, execution=turn.state.latest[node.id])


def _handle_manually(turn: Turn, node: Node, command: dict[str, Any]) -> None:
    execution = turn.execution(turn.state.latest[node.id])
    stop(turn, execution)
    extra = {key: command[key] for key in ("output", "reason") if command.get(key)}
    data = _done(turn, node, command, "manually", **extra)
    turn.emit(EventType.STEP_DONE, data, execution=execution.id)


def _skip(turn: Turn, node: Node, command: dict[str, Any]) -> None:
    execution = turn.execution(turn.state.latest[node.id])
    stop(turn, execution)
    data = {"reason": command["reason"]} if command.get("reason") else {}
    turn.emit(EventType.STEP_SKIPPED, data, execution=execution.id)


def _retry(turn: Turn, node: Node, command: dict[str, Any]) -> None:
    begin(turn, node, turn.state.latest[node.id])


APPLY: dict[str, Callable[[Turn, Node, dict[str, Any]], None]] = {
    "complete": _complete,
    "handle_manually": _handle_manually,
    "skip": _skip,
    "retry": _retry,
}
