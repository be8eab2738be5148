"""Agreeing to a side effect before it happens, or refusing it with a reason. Who may is approvals.py's to say: neither
the step's own roles nor, in an exclusive run, who holds it, since it is others who agree.
"""

from __future__ import annotations

from typing import Any

from definitions.engine.approvals import awaited, refusal_code
from definitions.engine.events import EventType
from definitions.engine.moves.base import Given, Move, Question, Refusal, malformed, not_now
from definitions.engine.proposals import start
from definitions.engine.sides import begin_agreed

CODES = {
    "forbidden": ("{step} is for others to approve: {whom}", 403),
    "self_approval": ("who wants {step} done cannot also approve it", 403),
    "already_approved": ("you have approved {step} already; it needs somebody else", 409),
}


def _judge_approve(asked: Question) -> Refusal | None:
    approval = awaited(asked.round)
    if approval is None:
        return not_now(asked)
    if (code := refusal_code(approval, asked.actor)) is not None:
        return _no(asked, approval, code)
    return _as_seen(asked, approval)


def _no(asked: Question, approval: dict[str, Any], code: str) -> Refusal:
    text, status = CODES[code]
    whom = ", ".join([*approval["roles"], *approval["teams"]]) or "anybody else"
    return Refusal(code, text.format(step=asked.step.id, whom=whom), status)


def _as_seen(asked: Question, approval: dict[str, Any]) -> Refusal | None:
    """Whoever says what they saw agrees to that and to nothing else."""
    seen = asked.command.get("hash")
    if seen is None or seen == approval["hash"]:
        return None
    return Refusal("values_changed", "the values are others than those you saw", details={"hash": approval["hash"]})


def _approve(given: Given) -> None:
    turn, node, execution = given.turn, given.node, given.execution
    approval = awaited(execution)
    assert approval is not None
    data = {"hash": approval["hash"], **given.kept("reason", "occurred_at")}
    turn.emit(EventType.APPROVAL_GIVEN, data, execution=execution.id)
    if len(approval["given"]) + 1 < approval["count"]:
        return
    if execution.waits == "approval":
        start(turn, node, execution.id, approval["values"], approval["by"])
    else:
        begin_agreed(turn, node, execution.id)


def _judge_reject(asked: Question) -> Refusal | None:
    approval = awaited(asked.round)
    if approval is None:
        return not_now(asked)
    if (code := refusal_code({**approval, "not_by": [], "given": []}, asked.actor)) is not None:
        return _no(asked, approval, code)
    if not (asked.command.get("reason") or "").strip():
        return malformed("/reason", "say why: whoever repairs it reads the reason")
    return _as_seen(asked, approval)


def _reject(given: Given) -> None:
    """The step asks for somebody to repair it; what counted as done already is never done."""
    turn, execution = given.turn, given.execution
    approval = awaited(execution)
    assert approval is not None
    reason = given.command["reason"]
    data = {"hash": approval["hash"], "reason": reason}
    turn.emit(EventType.APPROVAL_REFUSED, data, execution=execution.id)
    if execution.waits == "approval":
        text = f"{given.actor.id} rejected it: {reason}"
        why = {"reason": "error", "code": "rejected", "message": text}
        turn.emit(EventType.STEP_ATTENTION, why, execution=execution.id)


def _may_approve(asked: Question) -> bool:
    approval = awaited(asked.round)
    return approval is not None and refusal_code(approval, asked.actor) is None


def _may_reject(asked: Question) -> bool:
    approval = awaited(asked.round)
    return approval is not None and refusal_code({**approval, "not_by": [], "given": []}, asked.actor) is None


APPROVING: dict[str, Move] = {
    "approve": Move({"reason": str, "hash": str}, _judge_approve, _approve, _may_approve, roles=False, holder=False),
    "reject": Move({"reason": str, "hash": str}, _judge_reject, _reject, _may_reject, roles=False, holder=False),
}
