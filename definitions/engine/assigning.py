"""For whom a step is, worked out when its turn comes and kept; and how a machine's step asks for a person at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from definitions.engine.events import EventType
from definitions.engine.graph import Node
from definitions.engine.scope import resolved
from definitions.engine.turn import Turn
from definitions.model.common import Assign


def assignees_of(turn: Turn, node: Node) -> dict[str, list[str]]:
    """Who the step is for, `from` worked out now and kept: {users, teams, partners}, empty parts left out.

    What the start, or a person, named goes before what the author wrote, for a step before for the whole run.
    """
    assign = turn.state.assign
    if (preset := assign[node.id] if node.id in assign else assign.get("run")) is not None:
        return {kind: list(names) for kind, names in preset.items() if names}
    if node.step.assign is not None:
        return assignees_named(turn, node.step.assign, f"{node.pointer}/assign")
    return _of_phase_or_run(turn, node)


def _of_phase_or_run(turn: Turn, node: Node) -> dict[str, list[str]]:
    """Who the step's phase is for, else the run as a whole."""
    document = turn.graph.document
    for index, phase in enumerate(document.phases):
        if phase.id == node.step.phase and phase.assign is not None:
            return assignees_named(turn, phase.assign, f"/phases/{index}/assign")
    if turn.state.assignees:
        return turn.state.assignees
    return assignees_named(turn, document.assign, "/assign") if document.assign is not None else {}


def assignees_named(turn: Turn, assign: Assign, pointer: str) -> dict[str, list[str]]:
    """What an `assign` comes to at this moment; empty parts are left out."""
    named = _names(resolved(turn.graph, assign.from_, f"{pointer}/from", turn.scope()))
    found = {
        "users": [*_each(turn, assign.users, f"{pointer}/users"), *named],
        "teams": _each(turn, assign.teams, f"{pointer}/teams"),
        "partners": _each(turn, assign.partners, f"{pointer}/partners"),
    }
    return {kind: list(dict.fromkeys(names)) for kind, names in found.items() if names}


def _each(turn: Turn, names: Sequence[str], pointer: str) -> list[str]:
    """Names as they are written; one that was frozen as an expression, what that comes to: a name or some."""
    found: list[str] = []
    for index, name in enumerate(names):
        at = f"{pointer}/{index}"
        found += _names(resolved(turn.graph, name, at, turn.scope())) if at in turn.graph.trees else [name]
    return found


def _names(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [name for name in values if isinstance(name, str) and name]


def for_whom(turn: Turn, node: Node, execution: str) -> dict[str, Any]:
    """The assignees, where nothing was said of this round before."""
    if execution in turn.state.executions:
        return {}
    found = assignees_of(turn, node)
    return {"assignees": found} if found else {}


def ask_a_person(turn: Turn, execution: str, reason: str, code: str, message: str) -> None:
    """Something cannot go on by itself: the step waits, visibly, and the run lives on."""
    data = {"reason": reason, "code": code, "message": message}
    turn.emit(EventType.STEP_ATTENTION, data, execution=execution)


def nobody_came(turn: Turn, node: Node, execution: str, code: str, message: str, **said: Any) -> None:
    """What was waited for did not come in time: the port `timeout`, where somebody drew it, else a person is asked.

    `said` is what else ends with the step by that port, such as its output.
    """
    if (node.id, "timeout") in turn.graph.named_ports:
        why = {"reason": "timeout", "code": code, "message": message}
        data = {"ports": ["timeout"], "done_by": "automation", "attention": why, **said}
        turn.emit(EventType.STEP_DONE, data, execution=execution)
    else:
        ask_a_person(turn, execution, "timeout", code, message)
