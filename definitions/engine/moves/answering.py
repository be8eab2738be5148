"""Ending a step: a person's answer, leaving it out, doing a machine's work by hand, asking the machine again."""

from __future__ import annotations

from typing import Any

from definitions.engine.back import option_taken, send_back
from definitions.engine.confirming import checked
from definitions.engine.enter import begin
from definitions.engine.events import EventType
from definitions.engine.finish import stop
from definitions.engine.moves.base import Given, Move, Question, Refusal, not_now
from definitions.engine.moves.journeys import (
    can_submit,
    completes,
    form_answer,
    is_submission,
    judge_submission,
    submit,
)
from definitions.engine.moves.proposing import can_confirm, can_decline, confirm, decline, judge_confirm, judge_decline
from definitions.engine.scope import Sight, scope_of
from definitions.engine.sides import write_bound
from definitions.engine.state import BY_A_PERSON, ENDED, FINISHED, StepStatus
from definitions.forms import check_answer
from definitions.model import AiStep, DecisionStep, EscalateStep, JourneyStep, TaskStep
from definitions.task_forms import Finished, recheck, task_answer


def answer(asked: Question) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The output of a completion as it will be kept, and everything that is missing or wrong in it."""
    given, node, graph = asked.command.get("output") or {}, asked.step, asked.graph
    if isinstance(node.step, AiStep):
        return checked(Sight(graph, asked.state, asked.now), node, given, policy=asked.actor.policy)
    if isinstance(node.step, JourneyStep):
        return form_answer(asked)
    if isinstance(node.step, EscalateStep):
        output, problems = check_answer((), given, {}, {}, "")
        return output, [problem.to_json() for problem in problems]
    if not isinstance(node.step, TaskStep):
        return given, []
    scope = scope_of(graph, asked.state, asked.now, asked.actor.policy)
    output, problems = task_answer(graph.document, node.step, node.pointer, given, scope=scope, trees=graph.trees)
    return output, [problem.to_json() for problem in problems]


def open_requirements(asked: Question) -> list[dict[str, str]]:
    """What the finished steps' fields lack under today's policy, by step and path. For the step that hands over."""
    scope = scope_of(asked.graph, asked.state, asked.now, asked.actor.policy)
    others = [node for node in asked.graph.nodes.values() if node.id != asked.step.id]
    finished = [
        Finished(node.step, node.pointer, execution.output or {})
        for node in others
        if isinstance(node.step, TaskStep)
        and (execution := asked.state.of(node.id)) is not None
        and execution.status is StepStatus.DONE
    ]
    return recheck(asked.graph.document, finished, scope, asked.graph.trees)


def _judge_complete(asked: Question) -> Refusal | None:
    if is_submission(asked):
        return judge_submission(asked) or (_lacking(asked) if completes(asked) else None)
    if not asked.step.for_a_person:
        return judge_confirm(asked)
    if asked.round.status not in BY_A_PERSON:
        return not_now(asked)
    if asked.step.step.kind == "decision":
        return _choice(asked)
    _, problems = answer(asked)
    if problems:
        text = f"{asked.step.id} is not complete: {problems[0]['message']}"
        return Refusal("invalid_output", text, 422, {"errors": problems})
    return _lacking(asked)


def _lacking(asked: Question) -> Refusal | None:
    """The step that hands over is not completed while finished steps lack something."""
    if not isinstance(asked.step.step, TaskStep) or not asked.step.step.final:
        return None
    if not (lacking := open_requirements(asked)):
        return None
    text = f"{len(lacking)} requirements of finished steps are not met: {lacking[0]['message']}"
    return Refusal("requirements_unmet", text, 422, {"errors": lacking})


def _choice(asked: Question) -> Refusal | None:
    assert isinstance(asked.step.step, DecisionStep)
    options = [option.id for option in asked.step.step.options]
    choice = asked.command.get("choice")
    if choice in options:
        if option_taken(asked.state, asked.step.step, asked.step.id, choice) is not None:
            return None
        return Refusal("back_exhausted", f"{choice} has sent the run back as often as it may")
    code = "choice_missing" if choice is None else "unknown_option"
    problem = {"path": "/choice", "code": code, "message": f"choose one of {', '.join(options)}"}
    return Refusal(code, problem["message"], 422, {"errors": [problem]})


def _done(given: Given, by: str, **data: Any) -> dict[str, Any]:
    """What every ending by a person says; a choice adds its port."""
    choice = None
    if isinstance(given.node.step, DecisionStep):
        choice = option_taken(given.turn.state, given.node.step, given.node.id, given.command["choice"])
    said: dict[str, Any] = {"ports": ["done", choice] if choice else ["done"], "done_by": by, **data}
    if choice:
        said["choices"] = [choice]
    return {**said, **given.kept("occurred_at", "reason")}


def _complete(given: Given) -> None:
    turn, node = given.turn, given.node
    if is_submission(given.question()):
        submit(given)
        if isinstance(node.step, TaskStep) and node.step.final and turn.state.status_of(node.id) in ENDED:
            turn.emit(EventType.RUN_HANDED_OVER, {})
        return
    if not node.for_a_person:
        confirm(given)
        return
    output, _ = answer(given.question())
    _end(given, _done(given, "person", **({"output": output} if output else {})))
    if isinstance(node.step, TaskStep):
        write_bound(turn, node, output, given.actor)
        if node.step.final:
            turn.emit(EventType.RUN_HANDED_OVER, {})


def _end(given: Given, data: dict[str, Any]) -> None:
    """The step is done; a choice that sends the run back does so."""
    turn, node, execution = given.turn, given.node, given.execution.id
    turn.emit(EventType.STEP_DONE, data, execution=execution)
    send_back(turn, node, execution)


def _judge_manually(asked: Question) -> Refusal | None:
    """A person does what a machine was to do: at any time while it is open, never in place of a person's own step."""
    if not _can_do_by_hand(asked):
        return not_now(asked)
    if asked.step.step.kind == "decision":
        return _choice(asked)
    return _typed(asked) if asked.command.get("output") is not None else None


def _can_do_by_hand(asked: Question) -> bool:
    """Not once a machine is through with it: that it was done, and can be taken back, would be forgotten."""
    return asked.round.status not in ENDED and not asked.step.for_a_person and asked.round.waits != "done"


def _typed(asked: Question) -> Refusal | None:
    """What a person typed in a machine's place is checked like a form, where the step has fields."""
    _, problems = answer(asked)
    if not problems:
        return None
    text = f"{asked.step.id} cannot be answered so: {problems[0]['message']}"
    return Refusal("invalid_output", text, 422, {"errors": problems})


def _handle_manually(given: Given) -> None:
    output, _ = answer(given.question())
    stop(given.turn, given.execution)
    _end(given, _done(given, "manually", **({"output": output} if output else {})))


def _judge_skip(asked: Question) -> Refusal | None:
    if asked.round.status in ENDED or asked.round.waits == "done":
        return not_now(asked)
    if not asked.step.step.skippable:
        return Refusal("not_skippable", f"{asked.step.id} may not be skipped")
    return None


def _skip(given: Given) -> None:
    stop(given.turn, given.execution)
    given.turn.emit(EventType.STEP_SKIPPED, given.kept("reason", "occurred_at"), execution=given.execution.id)


def _judge_retry(asked: Question) -> Refusal | None:
    return None if asked.round.status is StepStatus.ATTENTION else not_now(asked)


def _retry(given: Given) -> None:
    begin(given.turn, given.node, given.execution.id)


def _judge_amend(asked: Question) -> Refusal | None:
    """A finished step's answer is corrected, checked like a completion; a choice stays, since the run went by it."""
    if asked.round.status not in FINISHED:
        return not_now(asked)
    if not isinstance(asked.command.get("output"), dict):
        return Refusal("malformed", "amend needs an output", 422)
    _, problems = answer(asked)
    if not problems:
        return None
    text = f"{asked.step.id} cannot be amended so: {problems[0]['message']}"
    return Refusal("invalid_output", text, 422, {"errors": problems})


def _amend(given: Given) -> None:
    turn, node = given.turn, given.node
    output, _ = answer(given.question())
    before = given.execution.output
    data = {"output": output, "before": before, **given.kept("reason")}
    turn.emit(EventType.STEP_AMENDED, data, execution=given.execution.id)
    if isinstance(node.step, TaskStep):
        write_bound(turn, node, output, given.actor)


def _can_complete(asked: Question) -> bool:
    if isinstance(asked.step.step, JourneyStep):
        return can_submit(asked)
    return asked.round.status in BY_A_PERSON if asked.step.for_a_person else can_confirm(asked)


ANSWERING: dict[str, Move] = {
    "complete": Move(
        {"output": dict, "choice": str, "reason": str, "journey": str},
        _judge_complete,
        _complete,
        _can_complete,
    ),
    "decline": Move({"reason": str}, judge_decline, decline, can_decline),
    "skip": Move(
        {"reason": str},
        _judge_skip,
        _skip,
        lambda asked: _judge_skip(asked) is None,
    ),
    "retry": Move({"reason": str}, _judge_retry, _retry, lambda asked: asked.round.status is StepStatus.ATTENTION),
    "handle_manually": Move(
        {"reason": str, "output": dict, "choice": str},
        _judge_manually,
        _handle_manually,
        _can_do_by_hand,
    ),
    "amend": Move({"output": dict, "reason": str}, _judge_amend, _amend, lambda asked: asked.round.status in FINISHED),
}
