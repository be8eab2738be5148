"""Others agree before a machine touches the world: to exactly what they saw, or they are asked again.

Agreement is bound to the hash of what the activity would be given, to the last byte. Whoever wants it done cannot also
agree to it, unless the author says `self: true`: not the person who confirmed the values, nor the one who asks again
after a failure, nor, where nobody confirmed anything, the one who started the run. Each person counts once. Agreement
that was given stands as long as the values do, so that what failed is tried again without asking everybody anew.

`wait: false` lets the run go on: the step counts as done and is *pending*; what is agreed to later runs as an errand
of that step, and its result becomes the step's output. The run stays open until then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from definitions.canonical import digest
from definitions.engine.asking import input_of
from definitions.engine.assigning import for_whom
from definitions.engine.events import EventType
from definitions.engine.execution import awaited
from definitions.engine.graph import Graph, Node, activity_of
from definitions.engine.scope import met
from definitions.engine.state import Execution, State
from definitions.engine.turn import Turn
from definitions.model.common import Approval
from definitions.wire import Actor


def may_begin(turn: Turn, node: Node, execution: str, values: Mapping[str, Any], acting: str) -> dict[str, Any] | None:
    """What the activity is to be given now, or None where others must agree first, who are asked. Raises Unresolved."""
    known = turn.state.executions.get(execution)
    seen = _seen(turn.graph, node, (known.proposal if known else None) or {}, values)
    given, approval = input_of(turn, node, values, seen), node.step.approval
    if approval is None or not _is_needed(turn, node, approval):
        return given
    name = digest([activity_of(node.step), given])
    barred = _barred(turn.state, approval, known, acting)
    if known is not None and agreed(known.approval, name, approval.count, barred):
        return given
    what = {"hash": name, "values": given, "by": acting, "not_by": barred, **for_whom(turn, node, execution)}
    _ask(turn, execution, approval, what)
    return None


def _seen(graph: Graph, node: Node, proposal: Mapping[str, Any], values: Mapping[str, Any]) -> str | None:
    """Which tool people decide about, by its hash: as it was proposed, else as it was published.

    A tool that is called by itself and that nobody agrees to is bound by what administrators looked at alone.
    """
    tool = values.get("tool")
    if proposal.get("schema_hash") and (proposal.get("values") or {}).get("tool") == tool:
        return str(proposal["schema_hash"])
    if node.step.kind != "mcp" or (node.mode != "assisted" and node.step.approval is None):
        return None
    published: str | None = graph.tools.get(f"{node.step.server}/{tool}", {}).get("schema_hash")
    return published


def _is_needed(turn: Turn, node: Node, approval: Approval) -> bool:
    return approval.when is None or met(turn.graph, approval.when, f"{node.pointer}/approval/when", turn.scope())


def _barred(state: State, approval: Approval, known: Execution | None, acting: str) -> list[str]:
    """Who may not agree."""
    if approval.self_:
        return []
    confirmed = (known.confirmed or {}).get("by") if known else None
    return list(dict.fromkeys([acting, confirmed or state.started_by]))


def agreed(asked: dict[str, Any] | None, name: str, count: int, barred: list[str]) -> bool:
    """Whether enough people agreed to just these values."""
    if asked is None or asked["hash"] != name:
        return False
    return len({given["by"] for given in asked["given"] if given["by"] not in barred}) >= count


def _ask(turn: Turn, execution: str, approval: Approval, what: dict[str, Any]) -> None:
    rule = {
        "count": approval.count,
        "wait": approval.wait,
        "roles": list(approval.roles),
        "teams": list(approval.teams),
    }
    turn.emit(EventType.APPROVAL_ASKED, {**what, **rule}, execution=execution)
    if not approval.wait:
        data = {"ports": ["done"], "done_by": "automation", "pending": True}
        turn.emit(EventType.STEP_DONE, data, execution=execution)


def refusal_code(asked: dict[str, Any], actor: Actor) -> str | None:
    """Why this person may not agree: forbidden, self_approval or already_approved; None where they may."""
    if asked["roles"] and not any(role in asked["roles"] for role in actor.roles):
        return "forbidden"
    if asked["teams"] and not any(team in asked["teams"] for team in actor.teams):
        return "forbidden"
    if actor.id in asked["not_by"]:
        return "self_approval"
    return "already_approved" if any(given["by"] == actor.id for given in asked["given"]) else None


def keeps_open(graph: Graph, state: State) -> bool:
    """Whether something that counts as done has not been agreed to, or is being done."""
    if any(side.kind == "act" for side in state.errands()):
        return True
    return bool(to_be_agreed(graph, state))


def to_be_agreed(graph: Graph, state: State) -> list[Execution]:
    """The rounds that count as done and wait for others to agree; not those of steps another version has no more."""
    pending = [each for each in state.executions.values() if each.pending and awaited(each)]
    return [each for each in pending if each.step in graph.nodes]


__all__ = ["agreed", "awaited", "keeps_open", "may_begin", "refusal_code", "to_be_agreed"]
