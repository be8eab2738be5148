"""What a person does about a proposal: confirm it or change it, decline it, press Done when the machine is through."""

from __future__ import annotations

from typing import Any

from definitions.engine.assigning import ask_a_person
from definitions.engine.confirming import checked, merged, starts_from, wrong_shape
from definitions.engine.events import EventType
from definitions.engine.moves.base import Given, Question, Refusal, not_now
from definitions.engine.proposals import accept, act
from definitions.engine.scope import Sight, Unresolved
from definitions.engine.state import StepStatus

ANSWERS = ("ai", "decision", "load_related")
"""Kinds whose confirmed values are the step's end: no activity follows."""


def can_confirm(asked: Question) -> bool:
    """Whether a machine's step stands where a person's word on its values is what it needs."""
    execution = asked.round
    if execution.waits in ("confirm", "done"):
        return True
    has_values = "values" in (execution.proposal or {})
    if execution.waits == "approval":
        return has_values
    if execution.status is not StepStatus.ATTENTION:
        return False
    step = asked.step.step
    by_hand = step.kind == "decision" and step.by == "ai"
    by_hand |= execution.doing == "propose" and asked.step.has_effect
    return has_values or by_hand


def judge_confirm(asked: Question) -> Refusal | None:
    """Why this confirmation is refused: 409 where nothing is to be confirmed, 422 with every problem."""
    if not can_confirm(asked):
        return not_now(asked)
    if asked.round.waits == "done":
        return _nothing_to_say(asked)
    _, problems = confirmed_values(asked)
    if problems:
        text = f"{asked.step.id} cannot be confirmed so: {problems[0]['message']}"
        code = problems[0]["code"] if asked.step.step.kind == "decision" else "invalid_output"
        return Refusal(code, text, 422, {"errors": problems})
    return None


def _nothing_to_say(asked: Question) -> Refusal | None:
    if not asked.command.get("output") and not asked.command.get("choice"):
        return None
    problem = {"path": "/output", "code": "unknown_field", "message": "it is done: there is nothing to fill in"}
    return Refusal("invalid_output", problem["message"], 422, {"errors": [problem]})


def confirmed_values(asked: Question) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """All values of the step as this command would have them done, and everything missing or wrong in them."""
    node, execution = asked.step, asked.round
    run = Sight(asked.graph, asked.state, asked.now)
    given = dict(asked.command.get("output") or {})
    if node.step.kind == "decision":
        given = {"choice": asked.command.get("choice") or given.get("choice")}
        given = {} if given["choice"] is None else given
    if wrong := wrong_shape(node, given):
        return {}, wrong
    options = (execution.proposal or {}).get("options")
    values = merged(node, starts_from(run, node, execution), given)
    kept, problems = checked(run, node, values, options, asked.actor.policy)
    return kept, _of_choice(asked, kept, problems)


def _of_choice(asked: Question, values: dict[str, Any], problems: list[dict[str, str]]) -> list[dict[str, str]]:
    """A choice has its own words for what is wrong with it."""
    if asked.step.step.kind != "decision" or not problems:
        return problems
    code = "choice_missing" if values.get("choice") is None else "unknown_option"
    return [{"path": "/choice", "code": code, "message": problems[0]["message"]}]


def confirm(given: Given) -> None:
    """Do exactly what was confirmed, with the rights of whoever confirmed it."""
    turn, node, execution = given.turn, given.node, given.execution
    if execution.waits == "done":
        _press(given)
        return
    values, _ = confirmed_values(given.question())
    if node.step.kind in ANSWERS:
        accept(turn, node, execution.id, values, "person")
        return
    before = starts_from(turn, node, execution)
    changed = [key for key in values if values[key] != before.get(key)] + [key for key in before if key not in values]
    data = {"values": values, "changed": changed, **given.kept("reason", "occurred_at")}
    turn.emit(EventType.PROPOSAL_CONFIRMED, data, execution=execution.id)
    try:
        act(turn, node, execution.id, values, given.actor.id)
    except Unresolved as problem:
        ask_a_person(turn, execution.id, "error", "expression_failed", str(problem))


def _press(given: Given) -> None:
    execution = given.execution
    data: dict[str, Any] = {"ports": list(execution.ports), "done_by": execution.done_by, "output": execution.output}
    if execution.choices:
        data["choices"] = list(execution.choices)
    said = {key: value for key, value in data.items() if value is not None}
    given.turn.emit(EventType.STEP_DONE, {**said, **given.kept("reason", "occurred_at")}, execution=execution.id)


def can_decline(asked: Question) -> bool:
    """Whether something is proposed that has not been tried, and that can be left undone."""
    execution = asked.round
    if asked.step.for_a_person or asked.step.step.kind in ("decision", "task"):
        return False
    if execution.waits in ("confirm", "approval"):
        return True
    untried = execution.status is StepStatus.ATTENTION and execution.doing != "act"
    return untried and "values" in (execution.proposal or {})


def judge_decline(asked: Question) -> Refusal | None:
    return None if can_decline(asked) else not_now(asked)


def decline(given: Given) -> None:
    """A success in which nothing was done: later steps are told so."""
    data = {"ports": ["done"], "done_by": "declined", **given.kept("reason", "occurred_at")}
    given.turn.emit(EventType.STEP_DONE, data, execution=given.execution.id)
