"""Due dates of the run, its phases and steps: worked out after every message, and what happens when one has passed.

A *target* is `run`, `phase:<id>` or `step:<id>`. Its date follows from its anchor (definitions/due.py): unset until
that happened, worked out anew when it is revised. A date that a person set wins until they take it back.

A date needs a clock only where something is to happen: an `on_overdue`, or an edge from the port `overdue`. Which
clocks run follows from the state alone, so that nothing about them has to be remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from definitions.due import due_at, overdue_from
from definitions.engine.assigning import assignees_named
from definitions.engine.commands import ArmTimer
from definitions.engine.events import EventType
from definitions.engine.graph import Graph, Node, reads
from definitions.engine.scope import moment_of, resolved
from definitions.engine.settle import moved
from definitions.engine.sides import notify
from definitions.engine.state import ENDED, FINISHED, Execution, State, StepStatus
from definitions.engine.turn import Turn
from definitions.expressions.writing import to_json
from definitions.model.common import Due
from definitions.times import parse_date, parse_instant

FIRST_YEAR, LAST_YEAR = 1900, 9000
CLOCK = "due:"
"""What the timer of a due date is called: `due:<execution>`."""


def refresh(turn: Turn) -> None:
    """Work out every date that nobody set, and say which ones changed."""
    if turn.state.closed:
        return
    for target, due, pointer, node in _targets(turn.graph):
        known = turn.state.due.get(target)
        if known and (known["fixed"] or _counts_from_now(turn.graph, pointer)):
            continue
        found = _worked_out(turn, due, pointer, node)
        if found != (known or {}).get("due"):
            turn.emit(EventType.DUE_CHANGED, {"target": target, "due": found, "fixed": False}, step=_step(target))
            _no_longer_overdue(turn, target)


def _counts_from_now(graph: Graph, pointer: str) -> bool:
    """Whether a date is counted from `now`: it is worked out once, for it would move away with every message."""
    trees = [graph.trees.get(f"{pointer}/{key}") for key in ("at", "from")]
    return any(tree is not None and reads(tree, "now") for tree in trees)


def _no_longer_overdue(turn: Turn, target: str) -> None:
    """Another date: the step is overdue only when that one passes."""
    execution = turn.state.of(_step(target) or "")
    if execution and execution.overdue:
        turn.emit(EventType.STEP_OVERDUE, {"overdue": False}, execution=execution.id)


def _step(target: str) -> str | None:
    kind, _, name = target.partition(":")
    return name if kind == "step" else None


def _targets(graph: Graph) -> Iterator[tuple[str, Due, str, Node | None]]:
    if graph.document.due is not None:
        yield "run", graph.document.due, "/due", None
    for index, phase in enumerate(graph.document.phases):
        if phase.due is not None:
            yield f"phase:{phase.id}", phase.due, f"/phases/{index}/due", None
    for node in graph.nodes.values():
        if node.step.due is not None:
            yield f"step:{node.id}", node.step.due, f"{node.pointer}/due", node


def _worked_out(turn: Turn, due: Due, pointer: str, node: Node | None) -> str | None:
    """The date, or None while its anchor has not happened or it comes to nothing."""
    graph = turn.graph
    zone = graph.document.timezone or "UTC"
    value = _json(moment_of(graph, due.at, f"{pointer}/at", turn.scope())) if due.at is not None else None
    anchor = None if due.at is not None else _anchor(turn, due.from_ or "start", f"{pointer}/from", node)
    try:
        found = due_at(due, anchor, value, zone, graph.calendars)
    except (ValueError, OverflowError):
        return None
    return None if due_problem(found) else found


def _json(value: Any) -> Any:
    found = to_json(value)
    return found if isinstance(found, str) else None


def _anchor(turn: Turn, name: str, pointer: str, node: Node | None) -> datetime | str | None:
    """When the anchor happened: an instant, a local date where an expression gave one, or None."""
    state, graph = turn.state, turn.graph
    kind, _, of = name.partition(":")
    found: str | None
    match kind:
        case "start":
            found = state.started_at or None
        case "entered":
            execution = state.of(node.id) if node else None
            entered = execution is not None and execution.status is not StepStatus.NOT_TAKEN
            found = execution.entered_at if execution is not None and entered else None
        case "step":
            found = _finished(state, of)
        case "phase":
            members = graph.members.get(of, ())
            ends = [_finished(state, step) for step in members]
            open_ = any(state.status_of(step) not in ENDED for step in members)
            found = None if open_ else max(filter(None, ends), default=None)
        case "preceding":
            found = _preceding(graph, state, node, of) if node else None
        case _:
            return _date(_json(moment_of(graph, name, pointer, turn.scope())))
    return parse_instant(found) if found else None


def _date(text: str | None) -> datetime | str | None:
    try:
        return None if text is None else parse_instant(text)
    except ValueError:
        return text


def _finished(state: State, step: str) -> str | None:
    execution = state.of(step)
    return execution.ended_at if execution and execution.status in FINISHED else None


def _preceding(graph: Graph, state: State, node: Node, which: str) -> str | None:
    """When the first, or the last, of the steps it waits for was finished; those not taken do not count."""
    names = [name for edge in node.edges for name in (graph.members[edge.source] if edge.phase else (edge.source,))]
    ends = [end for end in (_finished(state, name) for name in names) if end]
    if which == "any":
        return min(ends, default=None)
    return max(ends, default=None) if all(state.status_of(name) in ENDED for name in names) else None


def due_problem(value: Any) -> str | None:
    """Why a value is no due date: a local date, an instant, or null."""
    if value is None:
        return None
    if not isinstance(value, str) or not (_is(parse_date, value) or _is(parse_instant, value)):
        return f"{str(value)[:40]!r} is neither a date such as '2026-11-30' nor a time such as '2026-11-30T09:00:00Z'"
    return None if FIRST_YEAR <= int(value[:4]) < LAST_YEAR else f"{value!r} lies too far away"


def _is(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except (ValueError, OverflowError):
        return False
    return True


def passes_at(graph: Graph, due: str) -> datetime | None:
    """When a due date has passed, in the workflow's zone; None for one that no calendar holds."""
    try:
        return overdue_from(due, graph.document.timezone or "UTC")
    except (ValueError, OverflowError):
        return None


def target_of(command: Mapping[str, Any]) -> str:
    """What a `set_due` is about."""
    if command.get("step"):
        return f"step:{command['step']}"
    return f"phase:{command['phase']}" if command.get("phase") else "run"


def set_by_hand(turn: Turn, target: str, due: str | None) -> None:
    """A person's date wins; null takes it back, and the author's rule holds again."""
    data = {"target": target, "due": due, "fixed": due is not None}
    turn.emit(EventType.DUE_CHANGED, data, step=_step(target))
    _no_longer_overdue(turn, target)


def clocks(graph: Graph, state: State) -> dict[str, ArmTimer]:
    """The timers of due dates that must be running, by their name."""
    if state.closed or not state.due:
        return {}
    found = {}
    for execution in state.live():
        node = graph.nodes.get(execution.step)
        due = state.due.get(f"step:{execution.step}")
        if node is None or due is None or execution.overdue or not _needs_clock(graph, node):
            continue
        if (until := passes_at(graph, due["due"])) is not None:
            name = f"{CLOCK}{execution.id}"
            found[name] = ArmTimer(name, until, f"Due: {node.title}")
    return found


def _needs_clock(graph: Graph, node: Node) -> bool:
    return node.step.on_overdue is not None or (node.id, "overdue") in graph.named_ports


def passed(turn: Turn, execution: Execution) -> None:
    """A due date has passed: the step says so, people hear of it, and the port is taken."""
    node = turn.graph.nodes[execution.step]
    due = turn.state.due[f"step:{node.id}"]["due"]
    turn.emit(EventType.STEP_OVERDUE, {"due": due}, execution=execution.id)
    if node.step.on_overdue is not None:
        _remind(turn, node, execution, due)
    moved(turn, node.id)


def _remind(turn: Turn, node: Node, execution: Execution, due: str) -> None:
    rule = node.step.on_overdue
    assert rule is not None
    if rule.assign is not None:
        more = assignees_named(turn, rule.assign, f"{node.pointer}/on_overdue/assign")
        turn.emit(EventType.STEP_ASSIGNED, {"assignees": more}, execution=execution.id)
    if rule.goto_inbox:
        turn.emit(EventType.STEP_INBOXED, {"inbox": rule.goto_inbox}, execution=execution.id)
    told = resolved(turn.graph, rule.notify, f"{node.pointer}/on_overdue/notify", turn.scope())
    if told:
        subject = f"Overdue: {node.title}"
        text = f"{node.title} of {turn.state.name} was due {due}."
        notify(turn, _whom(told, turn.execution(execution.id)), "overdue", subject=subject, text=text, step=node.id)


def _whom(told: Any, execution: Execution) -> dict[str, list[str]]:
    """`notify: assignees` or true: whoever the step is for; a name or a list of names; or {users, teams}."""
    if told is True or told == "assignees":
        return execution.assignees
    if isinstance(told, Mapping):
        return {key: _names(told.get(key)) for key in ("users", "teams")}
    return {"users": _names(told)}


def _names(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [name for name in values if isinstance(name, str) and name]
