"""Forms for somebody outside: answering one, sending its link (again), taking the link back."""

from __future__ import annotations

from typing import Any

from definitions.engine.inviting import (
    JOURNEY,
    form_of,
    invite,
    is_over,
    send,
    submitted,
    take_back,
    takes_answers,
)
from definitions.engine.moves.base import Given, Move, Question, Refusal, not_now
from definitions.engine.scope import resolved, scope_of
from definitions.engine.state import BY_A_PERSON, StepStatus
from definitions.forms import check_answer
from definitions.model import JourneyStep, TaskStep


def is_submission(asked: Question) -> bool:
    """Whether a completion answers a form that may be sent to somebody outside."""
    return bool(asked.command.get("journey")) or isinstance(asked.step.step, JourneyStep)


def completes(asked: Question) -> bool:
    """Whether answering the form completes the step."""
    form = form_of(asked.step, asked.command.get("journey") or "")
    return form is not None and form.completes


def form_answer(asked: Question) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The answer to a form as it will be kept, and everything that is missing or wrong in it."""
    form, given = form_of(asked.step, asked.command.get("journey") or ""), asked.command.get("output") or {}
    if form is None:
        return {}, []
    scope = scope_of(asked.graph, asked.state, asked.now, asked.actor.policy)
    output, problems = check_answer(form.fields, given, scope, asked.graph.trees, form.place)
    return output, [problem.to_json() for problem in problems]


def judge_submission(asked: Question) -> Refusal | None:
    name = asked.command.get("journey") or ""
    if form_of(asked.step, name) is None:
        return _unknown(asked, name)
    if not takes_answers(asked.step, asked.round, asked.actor):
        return not_now(asked)
    if is_over(asked.round, name, asked.actor):
        return Refusal("step_not_ready", f"this link to {asked.step.id} cannot be used any more")
    _, problems = form_answer(asked)
    if not problems:
        return None
    text = f"{asked.step.id} is not complete: {problems[0]['message']}"
    return Refusal("invalid_output", text, 422, {"errors": problems})


def _unknown(asked: Question, name: str) -> Refusal:
    names = [each.id for each in asked.step.step.journeys] if isinstance(asked.step.step, TaskStep) else []
    has = f"it has: {', '.join(names)}" if names else "it has none"
    return Refusal("journey_unknown", f"{asked.step.id} has no form {name!r}; {has}", 404)


def submit(given: Given) -> None:
    """Keep the answer, and end the step where the form is to."""
    form = form_of(given.node, given.command.get("journey") or "")
    assert form is not None
    output, _ = form_answer(given.question())
    submitted(given.turn, given.execution, form, output, given.kept("occurred_at", "reason"))


def can_submit(asked: Question) -> bool:
    return asked.round.waits == JOURNEY


def _may_send(asked: Question) -> bool:
    """Whether a form of the step may be sent now."""
    if isinstance(asked.step.step, JourneyStep):
        return asked.round.waits == JOURNEY or asked.round.status is StepStatus.ATTENTION
    forms = isinstance(asked.step.step, TaskStep) and bool(asked.step.step.journeys)
    return forms and asked.round.status in (*BY_A_PERSON, StepStatus.ON_HOLD)


def _judge_resend(asked: Question) -> Refusal | None:
    name = asked.command.get("journey") or ""
    if form_of(asked.step, name) is None:
        return _unknown(asked, name)
    return None if _may_send(asked) else not_now(asked)


def _resend(given: Given) -> None:
    """Sent for the first time, or again by the same link; to whom it went before, unless somebody else is named."""
    turn, node, execution = given.turn, given.node, given.execution
    name, to = given.command.get("journey") or "", given.command.get("to")
    if execution.status is StepStatus.ATTENTION:
        invite(turn, node, execution.id, to)
        return
    known = execution.links.get(name, {})
    address = to or known.get("to") or _address(given, name)
    again = bool(known) and not known.get("revoked") and to in (None, known.get("to"))
    send(turn, node, execution, name, address, given.actor.id, again=again)


def _address(given: Given, name: str) -> str | None:
    """To whom the author would send a form of a task."""
    turn, step = given.turn, given.node.step
    if not isinstance(step, TaskStep):
        return None
    for index, each in enumerate(step.journeys):
        if each.id == name:
            found = resolved(turn.graph, each.to, f"{given.node.pointer}/journeys/{index}/to", turn.scope())
            return found if isinstance(found, str) and found else None
    return None


def _has_link(asked: Question) -> bool:
    return any(link.get("link") and not link.get("revoked") for link in asked.round.links.values())


def _judge_revoke(asked: Question) -> Refusal | None:
    name = asked.command.get("journey") or ""
    if form_of(asked.step, name) is None:
        return _unknown(asked, name)
    if not _may_send(asked):
        return not_now(asked)
    known = asked.round.links.get(name, {})
    if known.get("link") and not known.get("revoked"):
        return None
    return Refusal("nothing_sent", f"no link of {asked.step.id} is out that could be taken back")


def _revoke(given: Given) -> None:
    name = given.command.get("journey") or ""
    take_back(given.turn, given.node, given.execution, name, given.actor.id)


JOURNEYS: dict[str, Move] = {
    "resend": Move(
        {"journey": str, "to": str, "reason": str}, _judge_resend, _resend, _may_send, roles=False, holder=False
    ),
    "revoke": Move(
        {"journey": str, "reason": str},
        _judge_revoke,
        _revoke,
        lambda asked: _may_send(asked) and _has_link(asked),
        roles=False,
        holder=False,
    ),
}
