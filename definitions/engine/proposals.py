"""Proposals: one mechanism for every step that a machine does, however much of it a person wants to see first.

    plan ── nothing to ask ──▶ pinned ──▶ automatic: act      assisted: wait for a person, `by: pinned`
      └── a question ──▶ holdfast.propose ──▶ values, confidence
              automatic, sure enough, whole and right ──▶ act
              automatic, not so                      ──▶ attention `low_confidence`, the proposal kept
              assisted                               ──▶ wait for a person: confirm, change, decline

A model's answer confirms nothing: what it proposes is acted on only where the author said `automatic`, and then only
within the definition's own fields, options and tools. Once values are to be done, a retry does exactly those again and
asks no model. What is asked for and what is done share a step's turns but not its key (workers/effects.py), so that a
second question is asked anew and a second deed is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from definitions.contracts import ASK_A_MODEL
from definitions.engine.approvals import may_begin
from definitions.engine.asking import RELATED_LIMIT, Plan, keyed, plan_of, row_question
from definitions.engine.assigning import ask_a_person, for_whom
from definitions.engine.back import option_taken, send_back
from definitions.engine.commands import StartEffect
from definitions.engine.events import EventType
from definitions.engine.execution import Execution
from definitions.engine.graph import Node, activity_of
from definitions.engine.reading import Read, Shortfall, malformed, read_answer, shortfall
from definitions.engine.scope import Unresolved
from definitions.engine.state import RunStatus
from definitions.engine.turn import Turn
from definitions.model import DecisionStep, LoadRelatedStep
from definitions.proposing import Question
from definitions.wire import ACTIVITY_PROPOSE

PINNED = {"confidence": 1.0, "by": "pinned"}
LOW = "low_confidence"


def begin_machine(turn: Turn, node: Node, execution: str) -> None:
    """A machine's step begins, or begins again: what was to be done is done again, else it is planned anew."""
    known = turn.state.executions.get(execution)
    acting = turn.cause[0] or turn.state.started_by
    try:
        if known is not None and known.confirmed is not None and not _is_out_of_date(known):
            act(turn, node, execution, known.confirmed["values"], acting)
        elif isinstance(node.step, LoadRelatedStep):
            _load(turn, node, execution, acting)
        else:
            _follow(turn, node, execution, plan_of(turn, node), acting)
    except Unresolved as problem:
        ask_a_person(turn, execution, "error", "expression_failed", str(problem))


def _is_out_of_date(execution: Execution) -> bool:
    """Whether what was to be done was meant for a tool that is another by now: then it is asked for anew."""
    return (execution.attention or {}).get("code") == "schema_changed"


def _follow(turn: Turn, node: Node, execution: str, plan: Plan, acting: str) -> None:
    if plan.question is not None:
        ask(turn, node, execution, plan.question, acting)
    elif node.mode == "assisted":
        data = {**PINNED, "values": plan.pinned, "then": "confirm", **for_whom(turn, node, execution)}
        turn.emit(EventType.PROPOSED, data, execution=execution)
    else:
        act(turn, node, execution, plan.pinned, acting)


def _number(turn: Turn, execution: str) -> int:
    known = turn.state.executions.get(execution)
    return known.turn + 1 if known else 1


def ask(turn: Turn, node: Node, execution: str, question: Question, acting: str) -> None:
    """Have values proposed. It touches nothing, so it may be tried again at will."""
    number, named = _number(turn, execution), for_whom(turn, node, execution)
    data = {"turn": number, "activity": ACTIVITY_PROPOSE, "acting": acting, "what": str(question.what), **named}
    if question.pinned.get("rows") and isinstance(node.step, LoadRelatedStep):
        data["options"] = question.pinned["rows"]
    turn.emit(EventType.PROPOSAL_REQUESTED, data, execution=execution)
    contract = node.contract if node.step.kind in ("ai", "decision") else ASK_A_MODEL
    given = question.to_json()
    turn.ask(StartEffect(execution, node.id, number, ACTIVITY_PROPOSE, node.title, acting, given, contract))


def act(turn: Turn, node: Node, execution: str, values: Mapping[str, Any], acting: str) -> None:
    """Do what was decided on: the step's own activity, or, where its answer is all there is, the end of the step.

    Raises Unresolved.
    """
    if node.step.kind in ("ai", "decision", "load_related"):
        accept(turn, node, execution, values, "ai")
        return
    given = may_begin(turn, node, execution, values, acting)
    if given is not None:
        start(turn, node, execution, given, acting)


def start(turn: Turn, node: Node, execution: str, given: dict[str, Any], acting: str) -> None:
    """Ask for the step's own activity, with the rights of whoever acts."""
    number, activity = _number(turn, execution), activity_of(node.step)
    named = for_whom(turn, node, execution)
    data = {"turn": number, "activity": activity, "acting": acting, **named}
    turn.emit(EventType.EFFECT_REQUESTED, data, execution=execution)
    turn.ask(StartEffect(execution, node.id, number, activity, node.title, acting, given, node.contract))


def accept(turn: Turn, node: Node, execution: str, values: Mapping[str, Any], by: str) -> None:
    """The values are the answer of the step: an output, an option, a row."""
    if isinstance(node.step, DecisionStep):
        choice = option_taken(turn.state, node.step, node.id, str(values.get("choice")))
        if choice is None:
            text = "it went back as often as it may, and has no otherwise"
            ask_a_person(turn, execution, "error", "back_exhausted", text)
            return
        succeed(turn, node, execution, {"ports": ["done", choice], "choices": [choice], "done_by": by})
        return
    output: Any = dict(values)
    if isinstance(node.step, LoadRelatedStep):
        known = turn.execution(execution).proposal or {}
        output = keyed(known.get("options", [])).get(str(values.get("row")), {})
        by = "automation" if by == "ai" and known.get("by") == "pinned" else by
    succeed(turn, node, execution, {"ports": ["done"], "done_by": by, "output": output})


def succeed(turn: Turn, node: Node, execution: str, data: dict[str, Any], pressed: bool = False) -> None:
    """The machine is done: so is the step, unless a person still has to press Done."""
    if node.step.advance == "manual" and not (pressed or data["done_by"] in ("person", "manually")):
        turn.emit(EventType.STEP_SUCCEEDED, data, execution=execution)
        return
    turn.emit(EventType.STEP_DONE, data, execution=execution)
    send_back(turn, node, execution)


def answered(turn: Turn, node: Node, execution: str, result: dict[str, Any]) -> None:
    """What was proposed has come. What it comes to is decided here alone, whatever it says of itself."""
    try:
        read = read_answer(turn, node, execution, result)
    except Unresolved as problem:
        ask_a_person(turn, execution, "error", "expression_failed", str(problem))
        return
    if read is None:
        ask_a_person(turn, execution, "error", "bad_answer", malformed(result))
        return
    why = shortfall(turn, node, read)
    then = _comes_to(turn, node, read, why)
    turn.emit(EventType.PROPOSED, {**read.said(), "then": then}, execution=execution)
    if then == "hold" and why is not None:
        data = {"reason": LOW, **why.to_json()}
        turn.emit(EventType.STEP_ATTENTION, data, execution=execution)
    elif then == "act":
        act_confirmed(turn, node, execution)


def _comes_to(turn: Turn, node: Node, read: Read, why: Shortfall | None) -> str:
    if why is not None and (node.mode == "automatic" or why.code in ("no_choice", "held")):
        return "hold"
    if node.mode != "automatic":
        return "confirm"
    return "resume" if turn.state.status is RunStatus.SAVED and node.step.kind != "ai" else "act"


def act_confirmed(turn: Turn, node: Node, execution: str) -> None:
    """Do what is to be done, with the rights of who confirmed it, else of who started the run."""
    confirmed = turn.execution(execution).confirmed or {}
    acting = confirmed.get("by") or turn.state.started_by
    try:
        act(turn, node, execution, confirmed.get("values", {}), acting)
    except Unresolved as problem:
        ask_a_person(turn, execution, "error", "expression_failed", str(problem))


def go_on(turn: Turn, node: Node, execution: str) -> None:
    """Somebody took the run up again: what was put off until then begins."""
    known = turn.execution(execution)
    if isinstance(node.step, LoadRelatedStep) and "row" not in (known.confirmed or {}).get("values", {}):
        rows = (known.proposal or {}).get("options", [])
        ask(turn, node, execution, row_question(turn, node, rows), turn.state.started_by)
    else:
        act_confirmed(turn, node, execution)


def _load(turn: Turn, node: Node, execution: str, acting: str) -> None:
    """Related rows are loaded before anybody can choose one."""
    assert isinstance(node.step, LoadRelatedStep)
    record = turn.state.record or {}
    given = {"collection": record.get("collection"), "record": record.get("id"), "relation": node.step.relation}
    start(turn, node, execution, {**given, "limit": RELATED_LIMIT}, acting)


def loaded(turn: Turn, node: Node, execution: str, result: dict[str, Any]) -> None:
    """The related rows have come: the only one is taken, or a person or a model chooses."""
    step, rows = node.step, result.get("rows")
    assert isinstance(step, LoadRelatedStep)
    if not isinstance(rows, list) or not rows:
        ask_a_person(turn, execution, "error", "no_rows", f"there is nothing related by {step.relation}")
        return
    if step.choose == "ai":
        if turn.state.status is RunStatus.SAVED:
            said = {**PINNED, "values": {}, "options": rows, "confidence": 0.0, "then": "resume"}
            turn.emit(EventType.PROPOSED, said, execution=execution)
        else:
            ask(turn, node, execution, row_question(turn, node, rows), turn.state.started_by)
        return
    only = {"row": next(iter(keyed(rows)), None)} if len(rows) == 1 else {}
    said = {**PINNED, "values": only, "options": rows, "confidence": 1.0 if only else 0.0}
    takes = step.choose == "only" and bool(only)
    turn.emit(EventType.PROPOSED, {**said, "then": "act" if takes else "confirm"}, execution=execution)
    if takes:
        act_confirmed(turn, node, execution)
