"""Going back to a finished step, and running an action beside an open one."""

from __future__ import annotations

from definitions.engine import back
from definitions.engine.graph import Node
from definitions.engine.moves.base import Given, Move, Question, Refusal, malformed, not_now, texts
from definitions.engine.moves.closing import not_undoable
from definitions.engine.scope import Unresolved, inputs_of, scope_of
from definitions.engine.sides import run_automation
from definitions.engine.state import ENDED, FINISHED
from definitions.model.common import Automation


def _judge_revise(asked: Question) -> Refusal | None:
    if asked.round.status not in FINISHED:
        return not_now(asked)
    made = back.plan(asked.graph, asked.state, asked.step.id)
    given = asked.command.get("fingerprint")
    if given is not None and given != back.fingerprint(asked.state, made):
        return Refusal("fingerprint_changed", "the run has moved since the preview: look at it again")
    if asked.command.get("undo") is not None and not texts(asked.command["undo"]):
        return malformed("/undo", "undo must be a list of steps")
    return not_undoable(asked, [asked.state.executions[name] for name in made.touched])


def _revise(given: Given) -> None:
    undo = given.command.get("undo") or ()
    back.revise(given.turn, given.node.id, undo, given.actor.id, given.kept("reason"))


def _automation(node: Node, name: object) -> Automation | None:
    return next((each for each in node.step.automations if each.id == name), None)


def _judge_automation(asked: Question) -> Refusal | None:
    if asked.round.status in ENDED:
        return not_now(asked)
    automation = _automation(asked.step, asked.command.get("automation"))
    if automation is None:
        names = ", ".join(each.id for each in asked.step.step.automations) or "none"
        text = f"{asked.step.id} has no automation {asked.command.get('automation')!r}; it has: {names}"
        return Refusal("automation_unknown", text, 404)
    place = [each.id for each in asked.step.step.automations].index(automation.id)
    try:
        scope = scope_of(asked.graph, asked.state, asked.now)
        inputs_of(asked.graph, dict(automation.with_), f"{asked.step.pointer}/automations/{place}/with", scope)
    except Unresolved as problem:
        return Refusal("expression_failed", str(problem), 422)
    return None


def _run_automation(given: Given) -> None:
    automation = _automation(given.node, given.command["automation"])
    assert automation is not None
    run_automation(given.turn, given.node, automation, given.command.get("with") or {}, given.actor.id)


REVISING: dict[str, Move] = {
    "revise": Move(
        {"reason": str, "undo": list, "fingerprint": str},
        _judge_revise,
        _revise,
        lambda asked: asked.round.status in FINISHED,
    ),
    "automation": Move(
        {"automation": str, "with": dict, "reason": str},
        _judge_automation,
        _run_automation,
        lambda asked: asked.round.status not in ENDED and bool(asked.step.step.automations),
    ),
}
