"""Laying a run aside, taking it up again, taking it over. The holder is who did one of these last."""

from __future__ import annotations

from definitions.engine.answers import resume_due
from definitions.engine.events import EventType
from definitions.engine.moves.base import Given, Move, Question, Refusal
from definitions.engine.sides import notify
from definitions.engine.state import RunStatus


def _is_saved(asked: Question) -> bool:
    return asked.state.status is RunStatus.SAVED


def _judge_resume(asked: Question) -> Refusal | None:
    return None if _is_saved(asked) else Refusal("run_not_saved", "the run is not saved")


def _save(given: Given) -> None:
    given.turn.emit(EventType.RUN_SAVED, given.kept("reason"))


def _resume(given: Given) -> None:
    """Whoever resumes holds the run from now on; what came due meanwhile takes effect now."""
    before = given.turn.state.holder
    given.turn.emit(EventType.RUN_RESUMED, {"from": before, **given.kept("reason")})
    _tell(given, before)
    resume_due(given.turn)


def _judge_take_over(asked: Question) -> Refusal | None:
    if asked.state.holder == asked.actor.id:
        return Refusal("already_holder", f"{asked.actor.id} holds the run")
    return None


def _take_over(given: Given) -> None:
    before = given.turn.state.holder
    given.turn.emit(EventType.RUN_TAKEN_OVER, {"from": before, **given.kept("reason")})
    _tell(given, before)


def _tell(given: Given, before: str | None) -> None:
    """The one who held it is told."""
    if before and before != given.actor.id:
        name = given.turn.state.name
        text = f"{given.actor.id} took over {name}." + (
            f" Reason: {given.command['reason']}" if given.command.get("reason") else ""
        )
        notify(given.turn, {"users": [before]}, "taken_over", subject=f"Taken over: {name}", text=text)


PAUSING: dict[str, Move] = {
    "save": Move({"reason": str}, lambda asked: None, _save, lambda asked: not _is_saved(asked), on="run"),
    "resume": Move({"reason": str}, _judge_resume, _resume, _is_saved, on="run", saved=True, holder=False),
    "take_over": Move(
        {"reason": str},
        _judge_take_over,
        _take_over,
        lambda asked: asked.state.holder != asked.actor.id,
        on="run",
        saved=True,
        holder=False,
    ),
}
