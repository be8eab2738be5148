"""A step's turn has come: what that means for each kind. One function per kind, closed by a test over the language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from definitions.engine.assigning import ask_a_person, assignees_of
from definitions.engine.back import option_taken, send_back
from definitions.engine.children import begin_children
from definitions.engine.commands import ArmTimer
from definitions.engine.drafting import begin_draft
from definitions.engine.events import EventType
from definitions.engine.finish import complete_run
from definitions.engine.graph import Node
from definitions.engine.inboxes import escalate_step
from definitions.engine.inviting import invite
from definitions.engine.listening import listen
from definitions.engine.proposals import begin_machine
from definitions.engine.schedules import arm, has_schedule, is_unarmed, wait_until, wrong_moment
from definitions.engine.scope import met, resolved
from definitions.engine.state import StepStatus
from definitions.engine.turn import Turn
from definitions.model import DecisionStep, EndStep, WaitStep
from definitions.times import rfc3339


def enter(turn: Turn, node: Node) -> None:
    """Open the first round of a step, or leave it out where its guard is not met."""
    execution = turn.open_round(node)
    if not _guard_holds(turn, node):
        turn.emit(EventType.STEP_NOT_TAKEN, {"because": "guard"}, execution=execution)
    elif has_schedule(node):
        arm(turn, node, execution)
    else:
        open_up(turn, node, execution)


def open_up(turn: Turn, node: Node, execution: str) -> None:
    """The step begins: a person may act, or the machine does."""
    if node.step.kind == "escalate":
        escalate_step(turn, node, execution)
    elif node.for_a_person:
        data = {"assignees": assignees_of(turn, node), **_answered_before(turn, node, execution)}
        turn.emit(EventType.STEP_READY, data, execution=execution)
        begin_draft(turn, node, execution)
    else:
        ENTER[node.step.kind](turn, node, execution)


def _guard_holds(turn: Turn, node: Node) -> bool:
    """Whether its `when` is met. Of a step that somebody went back to it is not asked again: the run is to be there."""
    rounds = turn.state.rounds_of(node.id)
    if node.step.when is None or (rounds and (rounds[-1].status is StepStatus.REVISED or rounds[-1].back)):
        return True
    return met(turn.graph, node.step.when, f"{node.pointer}/when", turn.scope())


def _answered_before(turn: Turn, node: Node, execution: str) -> dict[str, Any]:
    """The answer of the round before, so that a step opened again is not filled in from nothing."""
    rounds = [each for each in turn.state.rounds_of(node.id) if each.id != execution]
    if not rounds or rounds[-1].status is StepStatus.NOT_TAKEN:
        return {}
    said = {"output": rounds[-1].output, "choices": list(rounds[-1].choices)}
    before = {key: value for key, value in said.items() if value}
    return {"before": before} if before else {}


def begin(turn: Turn, node: Node, execution: str) -> None:
    """Let the machine do a step again: its effect under the same key one turn further, its rules, its timer.

    The person who asked for it acts: their rights hold, no longer those of who started the run. A step whose schedule
    could not be armed is scheduled anew.
    """
    if is_unarmed(node, turn.execution(execution)):
        arm(turn, node, execution)
    else:
        ENTER[node.step.kind](turn, node, execution)


def _decide(turn: Turn, node: Node, execution: str) -> None:
    """Rules: the first option that is met, or all that are; what was compared is kept with the answer."""
    step = node.step
    assert isinstance(step, DecisionStep)
    if step.by == "ai":
        begin_machine(turn, node, execution)
        return
    scope = turn.scope()
    trace = [
        {"option": option.id, "met": met(turn.graph, option.when, f"{node.pointer}/options/{i}/when", scope)}
        for i, option in enumerate(step.options)
        if option.when is not None
    ]
    chosen = [str(row["option"]) for row in trace if row["met"]]
    chosen = chosen if step.take == "all" else chosen[:1]
    if not chosen and step.otherwise is None:
        ask_a_person(turn, execution, "error", "no_option", "no option of the decision is met")
        return
    choices = [option_taken(turn.state, step, node.id, name) for name in chosen or [str(step.otherwise)]]
    if None in choices:
        ask_a_person(
            turn, execution, "error", "back_exhausted", "it went back as often as it may, and has no otherwise"
        )
        return
    data = {"ports": ["done", *choices], "choices": choices, "done_by": "automation", "trace": trace}
    turn.emit(EventType.STEP_DONE, data, execution=execution)
    send_back(turn, node, execution)


def _wait(turn: Turn, node: Node, execution: str) -> None:
    """Until a moment that lies ahead. A past or empty one is for a person to see, never "now"."""
    step = node.step
    assert isinstance(step, WaitStep)
    if step.event is not None:
        listen(turn, node, execution)
        return
    until = wait_until(turn, node, step)
    if until is None or until <= turn.now:
        wrong_moment(turn, execution, until, "the date to wait for")
        return
    turn.emit(EventType.STEP_WAITING, {"until": rfc3339(until)}, execution=execution)
    turn.ask(ArmTimer(execution, until, node.title))


def _end(turn: Turn, node: Node, execution: str) -> None:
    step = node.step
    assert isinstance(step, EndStep)
    turn.emit(EventType.STEP_DONE, {"ports": ["done"], "done_by": "automation"}, execution=execution)
    scope = turn.scope()
    outcome = {
        "outcome": resolved(turn.graph, step.outcome, f"{node.pointer}/outcome", scope),
        "reason": resolved(turn.graph, step.reason, f"{node.pointer}/reason", scope),
    }
    complete_run(turn, {key: value for key, value in outcome.items() if value is not None}, because="ended")


def _later_release(turn: Turn, node: Node, execution: str) -> None:
    """A kind this release checks but does not run. Publishing refuses it; a run that has it all the same asks."""
    message = f"steps of kind {node.step.kind} do not run in this release"
    ask_a_person(turn, execution, "error", "kind_not_run", message)


ENTER: dict[str, Callable[[Turn, Node, str], None]] = {
    "task": _later_release,
    "decision": _decide,
    "get_data": begin_machine,
    "update_data": begin_machine,
    "action": begin_machine,
    "wait": _wait,
    "end": _end,
    "load_related": begin_machine,
    "mcp": begin_machine,
    "ai": begin_machine,
    "journey": invite,
    "workflow": begin_children,
    "escalate": escalate_step,
}
"""How each kind begins when no person does it. A task never comes here: it is for a person from the start."""
