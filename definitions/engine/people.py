"""What a person's command does. Every command ends in an event: applied, or `command_refused` with its reason.

A duplicate id is the one exception: it was judged before, and its first answer stands.
"""

from __future__ import annotations

from typing import Any

from definitions.engine.events import EventType
from definitions.engine.judge import judge, side_of
from definitions.engine.messages import CommandGiven, Unreadable
from definitions.engine.moves import MOVES, Given, Refusal
from definitions.engine.settle import moved
from definitions.engine.sides import begin_side, give_up
from definitions.engine.state import ENDED, Side
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
    elif (side := side_of(turn.state, command)) is not None:
        _answer_side(turn, side, command)
    else:
        MOVES[command["type"]].apply(Given(turn, command, message.actor))
        step = command.get("step")
        if step in turn.state.latest and turn.state.status_of(step) in ENDED:
            moved(turn, step)


def _answer_side(turn: Turn, side: Side, command: dict[str, Any]) -> None:
    if command["type"] == "retry":
        begin_side(turn, side)
    else:
        give_up(turn, side, command.get("reason"))


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
