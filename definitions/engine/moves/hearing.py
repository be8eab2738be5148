"""The one command that nobody gives but the system: something happened that a step waits for."""

from __future__ import annotations

from definitions.engine.listening import event_of, event_problem, hear, listens, refused
from definitions.engine.moves.base import Given, Move, Question, Refusal, malformed, not_now
from definitions.engine.scope import scope_of
from definitions.wire import SYSTEM_ACTOR


def _judge(asked: Question) -> Refusal | None:
    """Whether it is the event, once. One that is not leaves the step as it is."""
    if asked.actor.id != SYSTEM_ACTOR:
        return Refusal("forbidden", "events are handed to a run by the system", 403)
    if not listens(asked.step, asked.round):
        return not_now(asked)
    problem = event_problem(asked.command.get("event"))
    if problem is not None:
        return malformed("/event", problem)
    event, scope = event_of(asked.command["event"]), scope_of(asked.graph, asked.state, asked.now)
    why = refused(asked.graph, asked.state, asked.step, event, scope)
    return Refusal(why.code, why.message) if why else None


def _apply(given: Given) -> None:
    hear(given.turn, given.node, given.execution, event_of(given.command["event"]))


HEARING: dict[str, Move] = {
    "event": Move({"event": dict}, _judge, _apply, lambda _: False, saved=True, roles=False, holder=False),
}
