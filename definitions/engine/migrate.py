"""Moving an open run to another version of its definition: what would happen, and doing it.

Steps are the same where their id is. What has ended stays as it was, also for steps the new version no longer has; what
is open goes on under the new version. Safe: every open step is there with the same kind. Needs mapping: an open step is
not there, and somebody must say which step takes its place. Blocked: an effect of a step that would be gone is under
way, or its kind changed while it was open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from definitions.canonical import digest
from definitions.engine.back import stands
from definitions.engine.events import EventType
from definitions.engine.finish import stop
from definitions.engine.graph import Graph
from definitions.engine.sides import drop_automations
from definitions.engine.state import ENDED, State, StepStatus
from definitions.engine.turn import Turn


@dataclass(frozen=True, slots=True)
class Move:
    """What moving a run means. `reasons` name what stands in the way, `new` and `gone` the steps that differ."""

    verdict: str
    reasons: tuple[dict[str, Any], ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    passed: tuple[str, ...]
    fingerprint: str

    def to_json(self) -> dict[str, Any]:
        """The preview as the API answers it."""
        return {
            "verdict": self.verdict,
            "reasons": list(self.reasons),
            "new": list(self.new),
            "gone": list(self.gone),
            "not_taken": list(self.passed),
            "fingerprint": self.fingerprint,
        }


def look_ahead(old: Graph, new: Graph, state: State, version: int, mapping: Mapping[str, str]) -> Move:
    """What moving this run to that version comes to, with open steps mapped so."""
    reasons = [*_open_steps(old, new, state, mapping), *_mapping(new, state, mapping), *_errands(state)]
    verdict = "safe"
    if reasons:
        verdict = "blocked" if any(row["code"] != "needs_mapping" for row in reasons) else "needs_mapping"
    added = tuple(name for name in new.nodes if name not in old.nodes)
    print_of = {"to": version, "map": dict(sorted(mapping.items())), **stands(state)}
    return Move(
        verdict,
        tuple(reasons),
        added,
        tuple(name for name in old.nodes if name not in new.nodes),
        tuple(_passed(new, state, added)),
        digest(print_of)[:32],
    )


def _open_steps(old: Graph, new: Graph, state: State, mapping: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for execution in state.live():
        name = mapping.get(execution.step, execution.step)
        if execution.step not in new.nodes and name not in new.nodes:
            text = f"{execution.step} is open and not in the new version: say which step takes its place"
            found.append({"step": execution.step, "code": "needs_mapping", "message": text})
        elif name == execution.step and new.nodes[name].step.kind != old.nodes[name].step.kind:
            text = f"{execution.step} is open and has another kind in the new version"
            found.append({"step": execution.step, "code": "kind_changed", "message": text})
        elif name != execution.step and execution.status is StepStatus.RUNNING:
            text = f"{execution.step} is at work: wait for its answer, or handle it manually"
            found.append({"step": execution.step, "code": "effect_under_way", "message": text})
    return found


def _errands(state: State) -> list[dict[str, Any]]:
    """Taking back goes by what the old version says of it, to the end."""
    text = "a side effect is being taken back: wait until it is, or give it up"
    undoing = [side for side in state.errands() if side.kind == "undo"]
    return [{"step": side.step, "code": "undo_under_way", "message": text} for side in undoing]


def _mapping(new: Graph, state: State, mapping: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for source, target in sorted(mapping.items()):
        if target not in new.nodes:
            text = f"the new version has no step {target}"
            found.append({"step": source, "code": "step_unknown", "message": text})
        elif target in state.latest and target != source:
            text = f"{target} is {state.status_of(target)} already"
            found.append({"step": source, "code": "step_decided", "message": text})
    return found


def _passed(new: Graph, state: State, added: Sequence[str]) -> list[str]:
    """The new steps that stand before one that has been decided, or before another such: the run is past them."""
    found: list[str] = []
    rest = list(state.latest)
    while rest:
        follower = rest.pop()
        before = [name for name in added if follower in new.successors[name] and name not in found]
        found += before
        rest += before
    return [name for name in added if name in found]


def migrate(turn: Turn, new: Graph, version: int, name: str, mapping: Mapping[str, str]) -> None:
    """Go on by the new version: mapped steps are opened at their new place, new ones that were passed are left out."""
    old, before = turn.graph, turn.state
    grown = new.grown(before.added)
    moved = look_ahead(old, grown, before, version, mapping)
    opened = list(dict.fromkeys(target for source, target in mapping.items() if _moves(before, source, target)))
    data = {"version": version, "hash": name, "from": before.version, "map": dict(mapping), "open": opened}
    turn.emit(EventType.RUN_MIGRATED, data)
    for execution in before.live():
        if mapping.get(execution.step, execution.step) != execution.step:
            stop(turn, execution)
            turn.emit(EventType.STEP_CANCELLED, {"because": "migrated"}, execution=execution.id, step=execution.step)
            drop_automations(turn, [execution.id])
    turn.move_to(new)
    for step in moved.passed:
        if step not in opened and turn.state.status_of(step) is StepStatus.PENDING:
            node = turn.graph.nodes[step]
            turn.emit(EventType.STEP_NOT_TAKEN, {"because": "migrated"}, execution=turn.open_round(node))
    turn.look_at(name for name in turn.graph.nodes if name not in turn.state.latest)


def _moves(state: State, source: str, target: str) -> bool:
    """Whether an open step gives its place to another."""
    return source != target and source in state.latest and state.status_of(source) not in ENDED
