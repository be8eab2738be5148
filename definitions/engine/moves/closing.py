"""How people end a run, and open it again."""

from __future__ import annotations

from collections.abc import Iterable

from definitions.engine.back import can_undo
from definitions.engine.events import EventType
from definitions.engine.finish import abort_run, begin_ending, complete_run
from definitions.engine.messages import Abandoned
from definitions.engine.moves.base import Given, Move, Question, Refusal, malformed, texts
from definitions.engine.state import Execution, StepStatus
from definitions.engine.turn import Turn

GIVEN_UP_BY_ITS_END = ("aborted", "closed", "ended")


def _judge_end(asked: Question) -> Refusal | None:
    if asked.command.get("undo") is not None:
        if not texts(asked.command["undo"]):
            return malformed("/undo", "undo must be a list of steps")
        if (refusal := not_undoable(asked, asked.state.executions.values())) is not None:
            return refusal
    return _reasons(asked)


def not_undoable(asked: Question, rounds: Iterable[Execution]) -> Refusal | None:
    """Refuses steps whose side effect cannot be taken back."""
    able = [each.step for each in rounds if can_undo(asked.graph, asked.state, each)]
    for index, name in enumerate(asked.command.get("undo") or ()):
        if name not in able:
            text = f"{name} has no side effect that can be taken back"
            problem = {"path": f"/undo/{index}", "code": "not_undoable", "message": text}
            return Refusal("not_undoable", text, 422, {"errors": [problem]})
    return None


def _reasons(asked: Question) -> Refusal | None:
    """Reasons are those of the workflow, one where it says one, and some where it asks for some."""
    reasons = asked.command.get("reasons") or []
    rule = asked.graph.document.closing_reasons
    if not all(isinstance(reason, str) for reason in reasons):
        return Refusal("malformed", "reasons must be a list of keys", 422)
    if rule is None:
        return None
    unknown = [reason for reason in reasons if reason not in rule.reasons]
    if unknown:
        return Refusal("unknown_reason", f"{unknown[0]!r} is none of {', '.join(rule.reasons)}", 422)
    if rule.choose == "one" and len(reasons) > 1:
        return Refusal("one_reason", "this workflow takes one closing reason", 422)
    needed = "abort" if asked.command["type"] == "abort" else "complete"
    if needed in rule.required_on and not reasons:
        return Refusal("reasons_required", f"choose a reason: {', '.join(rule.reasons)}", 422)
    return None


def _undo_list(given: Given) -> list[Execution]:
    """The rounds to take back: those of the steps named, else all of them where the definition says so on abort."""
    turn, named = given.turn, given.command.get("undo")
    if named is None and not (given.command["type"] == "abort" and turn.graph.document.on_abort == "undo"):
        return []
    return [each for each in _able(turn) if named is None or each.step in named]


def _end(given: Given) -> None:
    turn, command = given.turn, given.command
    data = {"reasons": list(command.get("reasons") or []), "text": command.get("text")}
    undo = [each.id for each in _undo_list(given)]
    if command["type"] == "close":
        data = {**data, "early": bool(turn.state.open)}
    if undo:
        begin_ending(turn, command["type"], data, undo, given.actor.id)
    elif command["type"] == "abort":
        abort_run(turn, data)
    else:
        complete_run(turn, data, because="closed")


def abandon(turn: Turn, message: Abandoned) -> None:
    """The run that started this one has given it up: it ends as by an abort, whatever reasons it asks for."""
    if turn.state.closed or turn.state.ending is not None or not turn.state.started_at:
        return
    turn.cause = (message.by, None)
    undo = [each.id for each in _able(turn)] if turn.graph.document.on_abort == "undo" else []
    data = {"reasons": list(message.reasons), "text": message.text}
    if undo:
        begin_ending(turn, "abort", data, undo, message.by)
    else:
        abort_run(turn, data)


def _able(turn: Turn) -> list[Execution]:
    """The rounds whose side effect can be taken back."""
    return [each for each in turn.state.executions.values() if can_undo(turn.graph, turn.state, each)]


def _judge_reopen(asked: Question) -> Refusal | None:
    return None if asked.state.closed else Refusal("run_open", "the run has not ended")


def _reopen(given: Given) -> None:
    """What its end gave up is open again; steps that people finished stay finished."""
    turn = given.turn
    live = [turn.execution(name) for name in turn.state.latest.values()]
    again = [each.id for each in live if each.status is StepStatus.NOT_TAKEN and each.because in GIVEN_UP_BY_ITS_END]
    turn.emit(EventType.RUN_REOPENED, {"again": again, **given.kept("reason")})
    turn.look_at(name for name in turn.graph.nodes if name not in turn.state.latest)


CLOSING: dict[str, Move] = {
    "abort": Move(
        {"reasons": list, "text": str, "undo": list}, _judge_end, _end, lambda asked: True, on="run", saved=True
    ),
    "close": Move(
        {"reasons": list, "text": str, "undo": list}, _judge_end, _end, lambda asked: True, on="run", saved=True
    ),
    "reopen": Move(
        {"reason": str, "reasons": list, "text": str},
        _judge_reopen,
        _reopen,
        lambda asked: asked.state.closed,
        on="run",
        closed=True,
        holder=False,
    ),
}
