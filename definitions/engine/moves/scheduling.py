"""What a person does about a step that is to begin by itself: let it begin now, or not at all; and the one command that
comes from somebody outside, who says that what an action began is done.
"""

from __future__ import annotations

from definitions.engine.enter import open_up
from definitions.engine.events import EventType
from definitions.engine.finish import stop
from definitions.engine.moves.base import Given, Move, Question, Refusal, not_now
from definitions.engine.outside import confirm_outside, waits_outside
from definitions.engine.reconciling import ask_again, asks, can_be_asked
from definitions.engine.schedules import is_unarmed
from definitions.engine.state import StepStatus
from definitions.wire import OUTSIDE_ACTOR


def _stands(asked: Question) -> bool:
    """Whether the step waits for its moment, or for somebody to say what that is."""
    return asked.round.status is StepStatus.SCHEDULED or is_unarmed(asked.step, asked.round)


def _judge(asked: Question) -> Refusal | None:
    return None if _stands(asked) else not_now(asked)


def _run_now(given: Given) -> None:
    """It begins as it would have later; whoever says so acts."""
    execution = given.execution
    stop(given.turn, execution)
    open_up(given.turn, given.node, execution.id)


def _cancel(given: Given) -> None:
    """A schedule that is called off ends skipped: it did not fail, and what comes after it goes on."""
    stop(given.turn, given.execution)
    given.turn.emit(EventType.STEP_SKIPPED, given.kept("reason", "occurred_at"), execution=given.execution.id)


def _judge_confirm(asked: Question) -> Refusal | None:
    """Only over the link, which the door knows: who is signed in ends the step by hand, and is seen to."""
    if asked.actor.id != OUTSIDE_ACTOR:
        return Refusal("forbidden", f"{asked.step.id} is confirmed by its link", 403)
    return None if waits_outside(asked.round) else not_now(asked)


def _confirm(given: Given) -> None:
    stop(given.turn, given.execution)
    confirm_outside(given.turn, given.node, given.execution)


def _can_reconcile(asked: Question) -> bool:
    return can_be_asked(asked.graph, asked.state, asked.step, asked.round)


def _judge_reconcile(asked: Question) -> Refusal | None:
    if asks(asked.graph, asked.step) is None:
        return Refusal("not_reconcilable", f"nothing can be asked about {asked.step.id}: its action names no other")
    return None if _can_reconcile(asked) else not_now(asked)


def _reconcile(given: Given) -> None:
    ask_again(given.turn, given.node, given.execution, given.actor.id)


SCHEDULING: dict[str, Move] = {
    "run_now": Move({"reason": str}, _judge, _run_now, _stands),
    "cancel_schedule": Move({"reason": str}, _judge, _cancel, _stands),
    "reconcile": Move({"reason": str}, _judge_reconcile, _reconcile, _can_reconcile),
    "confirm": Move({}, _judge_confirm, _confirm, lambda _: False, saved=True, roles=False, holder=False),
}
