"""What a person does about a step that is to begin by itself: let it begin now, or not at all."""

from __future__ import annotations

from definitions.engine.enter import open_up
from definitions.engine.events import EventType
from definitions.engine.finish import stop
from definitions.engine.moves.base import Given, Move, Question, Refusal, not_now
from definitions.engine.schedules import is_unarmed
from definitions.engine.state import StepStatus


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


SCHEDULING: dict[str, Move] = {
    "run_now": Move({"reason": str}, _judge, _run_now, _stands),
    "cancel_schedule": Move({"reason": str}, _judge, _cancel, _stands),
}
