"""`workflow` steps: other definitions as child runs, one or one for each item of a list, some at a time.

A child is a run like any other; its parent starts it, waits for it, and stops it. All three are activities, so that
what happens outside has its row before it happens:

    planned ── room for one more ──▶ holdfast.child (an effect of its own for each) ──▶ started
       │                                              └── could not be started ──▶ the step asks a person
       └── a child tells how it stands (a message of its own, `ChildTold`) ──▶ all ended ──▶ the step is done

A round that is given up stops its children, unless it does not wait for them (`detach`): by an errand, which is done
also when the run has ended. A start that is under way then is let finish, and its child is stopped when it is there,
so that no child is left that nobody knows of.
"""

from __future__ import annotations

from typing import Any

from definitions.canonical import canonical
from definitions.contracts import MOVE_RUNS
from definitions.engine.assigning import ask_a_person, for_whom
from definitions.engine.commands import StartEffect
from definitions.engine.events import EventType
from definitions.engine.family import (
    BEGUN,
    ENDED,
    FAILED,
    LETTERS,
    STANDS,
    STARTING,
    UNDER_WAY,
    WAITING,
    Family,
    child_run,
    effect_name,
    read_name,
)
from definitions.engine.family_shown import output_of
from definitions.engine.graph import Node
from definitions.engine.messages import ChildTold, EffectEnded, EffectFailed
from definitions.engine.proposals import succeed
from definitions.engine.rows import items_of
from definitions.engine.scope import Unresolved, inputs_of
from definitions.engine.state import RunStatus, StepStatus
from definitions.engine.stopping import stop_children, stop_these
from definitions.engine.turn import Turn
from definitions.model import WorkflowStep
from definitions.wire import ACTIVITY_CHILD, VALUE_LIMIT

TOLD = tuple(STANDS[letter] for letter in (*BEGUN, *ENDED))
"""What a child may say of itself."""

AT_ONCE = 10
"""Children at work at a time where the author said nothing."""


def begin_children(turn: Turn, node: Node, execution: str) -> None:
    """The step begins; or it is tried again: then those are started that could not be."""
    acting = turn.cause[0] or turn.state.started_by
    family = turn.state.families.get(execution)
    if family is not None:
        turn.emit(EventType.CHILDREN_AGAIN, {"acting": acting, "turn": family.turn + 1}, execution=execution)
        return
    try:
        rows = _rows(turn, node)
    except Unresolved as problem:
        ask_a_person(turn, execution, "error", "expression_failed", str(problem))
        return
    if len(canonical(rows)) > VALUE_LIMIT:
        text = f"what the children are given has more than {VALUE_LIMIT // 1024} KB"
        ask_a_person(turn, execution, "error", "input_too_large", text)
        return
    turn.emit(EventType.CHILDREN_PLANNED, _plan(turn, node, execution, rows, acting), execution=execution)
    _end_if_complete(turn, node, execution)


def _plan(turn: Turn, node: Node, execution: str, rows: list[dict[str, Any]], acting: str) -> dict[str, Any]:
    step = node.step
    assert isinstance(step, WorkflowStep)
    said = {"version": step.version, "detach": step.detach, "alone": step.each is None}
    return {
        "definition": step.definition,
        "rows": rows,
        "at_once": step.at_once or AT_ONCE,
        "acting": acting,
        **{key: value for key, value in said.items() if value},
        **for_whom(turn, node, execution),
    }


def _rows(turn: Turn, node: Node) -> list[dict[str, Any]]:
    """What each child is given: {record?, inputs?}. Worked out at once, as all of this moment. Raises Unresolved."""
    step, scope = node.step, turn.scope()
    assert isinstance(step, WorkflowStep)
    if step.each is None:
        return [_row(turn, node, step, scope)]
    items = items_of(turn, node, step.each, scope)
    return [_row(turn, node, step, {**scope, "item": item, "index": place}) for place, item in enumerate(items)]


def _row(turn: Turn, node: Node, step: WorkflowStep, scope: dict[str, Any]) -> dict[str, Any]:
    record = inputs_of(turn.graph, step.record, f"{node.pointer}/record", scope)
    if step.record is not None and not (isinstance(record, str | int) and str(record)):
        raise Unresolved("record", "it names no record")
    inputs = inputs_of(turn.graph, dict(step.inputs), f"{node.pointer}/inputs", scope) or {}
    return {**({"record": str(record)} if step.record is not None else {}), **({"inputs": inputs} if inputs else {})}


def start_children(turn: Turn) -> None:
    """Ask for as many children as there is room for. Not while some could not be started: a person looks first."""
    state = turn.state
    if not state.families or state.closed or state.ending is not None or state.status is RunStatus.SAVED:
        return
    for family in list(state.families.values()):
        if (
            state.open.get(family.execution) is StepStatus.WAITING
            and family.count(WAITING)
            and not family.count(FAILED)
        ):
            busy = family.count(STARTING) if family.detach else family.count(*UNDER_WAY)
            places = family.places(WAITING)[: max(0, family.at_once - busy)]
            if places:
                _request(turn, family, places)


def _request(turn: Turn, family: Family, places: list[int]) -> None:
    data = {"places": places, "turn": family.turn}
    turn.emit(EventType.CHILDREN_REQUESTED, data, execution=family.execution)
    title = turn.graph.nodes[family.step].title
    for index in places:
        name = effect_name(family.execution, index)
        given = {
            **family.rows[index],
            "definition": family.definition,
            "version": family.version,
            "child": child_run(turn.state.run, family.execution, index),
            "chain": {"index": index, "waits": not family.detach, "alone": family.alone},
        }
        turn.ask(StartEffect(name, family.step, family.turn, ACTIVITY_CHILD, title, family.acting, given, MOVE_RUNS))


def child_started(turn: Turn, message: EffectEnded) -> bool:
    """A child is there. Whether the message was about one."""
    found = _place(turn, message.execution)
    if found is None:
        return False
    family, index = found
    if family.standing[index] != STARTING:
        _late(turn, family, message.turn, "done")
        return True
    run = child_run(turn.state.run, family.execution, index)
    data = {"index": index, "run": run, "version": message.result.get("version")}
    turn.emit(EventType.CHILD_STARTED, data, execution=family.execution)
    if _is_given_up(turn, family):
        stop_these(turn, family, [index])
    else:
        _go_on(turn, family)
    return True


def child_refused(turn: Turn, message: EffectFailed) -> bool:
    """A child could not be started: the flow goes on by the port `error` where one is drawn, or a person is asked."""
    found = _place(turn, message.execution)
    if found is None:
        return False
    family, index = found
    if family.standing[index] != STARTING:
        _late(turn, family, message.turn, "failed")
        return True
    why = {"reason": message.reason, "code": message.code, "message": message.message}
    turn.emit(EventType.CHILD_REFUSED, {"index": index, **why}, execution=family.execution)
    if _is_given_up(turn, family):
        return True
    if (family.step, "error") in turn.graph.named_ports:
        stop_children(turn, turn.execution(family.execution))
        output = output_of(turn.state.run, turn.state.families[family.execution])
        data = {"ports": ["error"], "done_by": "automation", "attention": why, "output": output}
        turn.emit(EventType.STEP_DONE, data, execution=family.execution)
    elif turn.state.open[family.execution] is StepStatus.WAITING:
        turn.emit(EventType.STEP_ATTENTION, why, execution=family.execution)
    return True


def _late(turn: Turn, family: Family, number: int, outcome: str) -> None:
    """The child has told of itself already."""
    turn.emit(EventType.EFFECT_LATE, {"turn": number, "outcome": outcome, "detail": ""}, execution=family.execution)


def child_told(turn: Turn, message: ChildTold) -> None:
    """A child says how it stands. One that nobody knows is no child; one whose round is over is noted."""
    family = turn.state.families.get(message.execution)
    if family is None or not 0 <= message.index < len(family.standing) or turn.state.over:
        return
    stood = family.standing[message.index]
    if STANDS[stood] == message.status or stood == WAITING or message.status not in TOLD:
        return
    data = {"index": message.index, "status": message.status, **message.said}
    turn.emit(EventType.CHILD_TOLD, data, execution=family.execution)
    if not _is_given_up(turn, family):
        _go_on(turn, family)
    elif LETTERS[message.status] in BEGUN:  # it began, and spoke before that was heard
        stop_these(turn, family, [message.index])


def _place(turn: Turn, name: str) -> tuple[Family, int] | None:
    """The family and place of a child's effect."""
    read = read_name(name)
    family = turn.state.families.get(read[0]) if read else None
    return (family, read[1]) if family is not None and read is not None and read[1] < len(family.standing) else None


def _is_given_up(turn: Turn, family: Family) -> bool:
    """Whether the round has ended otherwise than by its children."""
    return family.execution not in turn.state.open


def _go_on(turn: Turn, family: Family) -> None:
    _end_if_complete(turn, turn.graph.nodes[family.step], family.execution)


def _end_if_complete(turn: Turn, node: Node, execution: str) -> None:
    family = turn.state.families[execution]
    if family.complete and turn.state.open.get(execution) is not None:
        data = {"ports": ["done"], "done_by": "automation", "output": output_of(turn.state.run, family)}
        succeed(turn, node, execution, data)
