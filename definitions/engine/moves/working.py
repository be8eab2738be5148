"""Working on a step: begin, lay it aside and take it up again, claim it for oneself and give it back."""

from __future__ import annotations

from definitions.engine.events import EventType
from definitions.engine.moves.base import Given, Move, Question, Refusal, not_now
from definitions.engine.state import BY_A_PERSON, ENDED, StepStatus


def _move(event: EventType, *statuses: StepStatus) -> Move:
    def offered(asked: Question) -> bool:
        return asked.round.status in statuses

    def judge(asked: Question) -> Refusal | None:
        return None if offered(asked) else not_now(asked)

    def apply(given: Given) -> None:
        given.turn.emit(event, given.kept("reason", "occurred_at"), execution=given.execution.id)

    return Move({"reason": str}, judge, apply, offered)


def _judge_claim(asked: Question) -> Refusal | None:
    if asked.round.status in ENDED:
        return not_now(asked)
    claimed = asked.round.claimed
    if claimed:
        text = f"{asked.step.id} is claimed by {claimed['by']}"
        return Refusal("already_claimed", text, details={"claimed_by": claimed["by"]})
    return None


def _claim(given: Given) -> None:
    """It is this person's alone; who it was for before is kept for whoever gives it back."""
    data = {"assignees": {"users": [given.actor.id]}}
    given.turn.emit(EventType.STEP_CLAIMED, data, execution=given.execution.id)


def _judge_unclaim(asked: Question) -> Refusal | None:
    if asked.round.status in ENDED:
        return not_now(asked)
    claimed = asked.round.claimed
    if claimed is None or claimed["by"] != asked.actor.id:
        return Refusal("not_claimed", f"{asked.step.id} is not claimed by {asked.actor.id}")
    return None


def _unclaim(given: Given) -> None:
    before = (given.execution.claimed or {}).get("assignees", {})
    given.turn.emit(EventType.STEP_UNCLAIMED, {"assignees": before}, execution=given.execution.id)


def _may_claim(asked: Question) -> bool:
    return asked.round.claimed is None and asked.round.status not in ENDED


def _may_unclaim(asked: Question) -> bool:
    return (asked.round.claimed or {}).get("by") == asked.actor.id and asked.round.status not in ENDED


WORKING: dict[str, Move] = {
    "start": _move(EventType.STEP_STARTED, StepStatus.READY),
    "hold": _move(EventType.STEP_HELD, *BY_A_PERSON),
    "release": _move(EventType.STEP_RELEASED, StepStatus.ON_HOLD),
    "claim": Move({"reason": str}, _judge_claim, _claim, _may_claim),
    "unclaim": Move({"reason": str}, _judge_unclaim, _unclaim, _may_unclaim),
}
