"""Handing on: a step, or all that people could do in a run, goes into an inbox for somebody else."""

from __future__ import annotations

from definitions.engine.execution import Execution
from definitions.engine.inboxes import escalate, needs_a_person
from definitions.engine.moves.base import Given, Move, Question, Refusal, malformed, not_now
from definitions.engine.state import ENDED, State


def _judge(asked: Question) -> Refusal | None:
    for key, what in (("inbox", "name the inbox"), ("reason", "say why: whoever takes it reads the reason")):
        if not (asked.command.get(key) or "").strip():
            return malformed(f"/{key}", what)
    if asked.node is not None:
        return not_now(asked) if asked.round.status in ENDED else None
    return (
        None if _to_hand_on(asked.state) else Refusal("nothing_to_escalate", "nobody could do anything in the run now")
    )


def _to_hand_on(state: State) -> list[Execution]:
    return [each for each in state.live() if needs_a_person(each)]


def _apply(given: Given) -> None:
    turn, command = given.turn, given.command
    rounds = [given.execution] if command.get("step") else _to_hand_on(turn.state)
    for each in rounds:
        escalate(turn, turn.graph.nodes[each.step], each, command["inbox"], command["reason"])


def _offered(asked: Question) -> bool:
    return asked.round.status not in ENDED if asked.node is not None else bool(_to_hand_on(asked.state))


ESCALATING: dict[str, Move] = {
    "escalate": Move({"inbox": str, "reason": str}, _judge, _apply, _offered, on="either"),
}
