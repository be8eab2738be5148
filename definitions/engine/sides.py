"""Errands: what machines do beside the steps, each an execution of its own that never holds a step up.

| kind | id | when |
|---|---|---|
| automation | `meter.mail#1` | a person runs an action from an open step |
| undo | `pay~undo#1` | the side effect of round 1 is taken back, newest first, one at a time |
| sync | `~sync0#3` | the run's record is kept up to date on an event of the run |
| bind | `check~bind#1` | bound fields of an answer are written to the record |
| journey | `quote~invite#1` | the link of a form is sent, again, or taken back (inviting.py) |
| draft | `check~draft#1` | a machine fills in a form that a person will answer (drafting.py) |
| act | `pay~act#1` | what counts as done, and was agreed to later, is done now (approvals.py) |
| reconcile | `pay~reconcile#1` | the outside is asked again what became of a step (reconciling.py) |
| notify | `~notify#2` | somebody is told |
| stop | `call~stop#1` | child runs that nobody waits for any more are stopped (stopping.py) |
| tell | `~tell#1` | the run that waits for this one is told how it stands (parent.py) |

They wait in lanes: undoing goes one at a time and stops where a person is asked, since the order matters; writes to the
record go one at a time too, but one that failed lets the next go on. Nothing new begins while the run is saved, except
telling people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from definitions.bound import writes
from definitions.contracts import ASK_A_MODEL, INVITE, MOVE_RUNS, TELL_PEOPLE, WRITE_RECORDS, EffectContract
from definitions.engine.commands import CancelEffect, StartEffect
from definitions.engine.drafting import drafted
from definitions.engine.events import EventType
from definitions.engine.execution import Execution, Side
from definitions.engine.graph import NO_CONTRACT, Graph, Node, activity_of
from definitions.engine.messages import EffectEnded, EffectFailed
from definitions.engine.rows import is_own_record
from definitions.engine.scope import Unresolved, inputs_of
from definitions.engine.state import RunStatus, SideStatus, State
from definitions.engine.turn import Turn
from definitions.model import TaskStep
from definitions.model.common import Automation
from definitions.wire import ACTIVITY_NOTIFY, ACTIVITY_UPDATE_DATA, Actor

LANES = {"undo": "undo", "sync": "record", "bind": "record"}
RECORD = ("sync", "bind")
FAMILY = ("stop", "tell")
RECONCILE = "reconcile"


def contract_of(graph: Graph, side: Side) -> EffectContract:
    """What an errand's activity promises."""
    if side.kind in RECORD:
        return WRITE_RECORDS
    if side.kind == "notify":
        return TELL_PEOPLE
    if side.kind == "draft":
        return ASK_A_MODEL
    if side.kind == "journey":
        return INVITE
    if side.kind in FAMILY:
        return MOVE_RUNS
    if side.kind == "act" and side.step in graph.nodes:
        return graph.nodes[str(side.step)].contract
    announced = graph.actions.get(side.activity, {}).get("contract")
    return EffectContract.from_json(announced) if announced else NO_CONTRACT


def next_side(state: State, base: str) -> str:
    """The id of the next errand of its kind."""
    return f"{base}#{state.counts.get(base, 0) + 1}"


def run_automation(turn: Turn, node: Node, automation: Automation, given: Mapping[str, Any], acting: str) -> None:
    """Begin an automation at once. `given` goes over what the author wrote. Raises Unresolved."""
    place = [each.id for each in node.step.automations].index(automation.id)
    pointer = f"{node.pointer}/automations/{place}/with"
    values = {**(inputs_of(turn.graph, dict(automation.with_), pointer, turn.scope()) or {}), **given}
    data = {
        "kind": "automation",
        "name": automation.id,
        "title": automation.title or automation.id,
        "activity": automation.action,
        "of": turn.state.latest[node.id],
        "acting": acting,
        "input": values,
    }
    request(turn, next_side(turn.state, f"{node.id}.{automation.id}"), node.id, data, 1)


def queue_undo(turn: Turn, execution: str, acting: str) -> None:
    """Have the side effect of one round taken back, after those that were asked for before."""
    done = turn.execution(execution)
    undo = turn.graph.nodes[done.step].step.undo
    assert undo is not None
    data = {
        "kind": "undo",
        "name": done.step,
        "title": f"Take back: {turn.graph.nodes[done.step].title}",
        "activity": undo.action,
        "of": execution,
        "acting": acting,
    }
    turn.emit(EventType.SIDE_QUEUED, data, execution=f"{done.step}~undo#{done.round}", step=done.step)


def queue_write(
    turn: Turn, base: str, values: Mapping[str, Any], acting: str, *, name: str, title: str, step: str | None
) -> None:
    """Have fields of the run's record written. A run without a record has nothing to keep up to date."""
    record = turn.state.record
    if record is None or not values:
        return
    kind = "bind" if base.endswith("~bind") else "sync"
    data = {
        "kind": kind,
        "name": name,
        "title": title,
        "activity": ACTIVITY_UPDATE_DATA,
        "acting": acting,
        "input": {"collection": record["collection"], "record": record["id"], "set": dict(values)},
    }
    turn.emit(EventType.SIDE_QUEUED, data, execution=next_side(turn.state, base), step=step)


def write_bound(turn: Turn, node: Node, output: Mapping[str, Any], actor: Actor) -> None:
    """What a person changed in fields that show the record goes back to it, with that person's rights."""
    assert isinstance(node.step, TaskStep)
    fields, scope = node.step.fields, turn.scope(actor.policy)
    changed = writes(fields, output, scope, turn.graph.trees, f"{node.pointer}/fields")
    title = f"Write back: {node.title}"
    queue_write(turn, f"{node.id}~bind", changed, actor.id, name=node.id, title=title, step=node.id)


def request_side(turn: Turn, base: str, step: str, data: dict[str, Any]) -> None:
    """Begin an errand at once: {kind, name, title, activity, of, acting, input}."""
    request(turn, next_side(turn.state, base), step, data, 1)


def notify(
    turn: Turn, to: Mapping[str, Sequence[str]], about: str, *, subject: str, text: str, step: str | None = None
) -> None:
    """Tell people, at once, also while the run is saved."""
    data = {
        "kind": "notify",
        "name": about,
        "title": subject,
        "activity": ACTIVITY_NOTIFY,
        "acting": turn.state.started_by,
        "input": {
            "users": list(to.get("users", ())),
            "teams": list(to.get("teams", ())),
            **({"inboxes": list(to["inboxes"])} if to.get("inboxes") else {}),
            "kind": about,
            "subject": subject,
            "text": text,
            "run": turn.state.run,
            "step": step,
        },
    }
    request(turn, next_side(turn.state, "~notify"), step, data, 1)


def begin_agreed(turn: Turn, node: Node, execution: str) -> None:
    """What counts as done already is done now that enough people agreed: to just what they saw, as who wanted it."""
    approval = turn.execution(execution).approval or {}
    data = {
        "kind": "act",
        "name": node.id,
        "title": node.title,
        "activity": activity_of(node.step),
        "of": execution,
        "acting": approval.get("by", ""),
        "input": approval.get("values", {}),
    }
    request(turn, f"{node.id}~act#{turn.execution(execution).round}", node.id, data, 1)


def ask_outside(turn: Turn, node: Node, of: Execution, activity: str, acting: str) -> None:
    """Have an action look what became of a round; it touches nothing itself."""
    data = {
        "kind": RECONCILE,
        "name": node.id,
        "title": f"Ask again: {node.title}",
        "activity": activity,
        "of": of.id,
        "acting": acting,
        "input": {"key": f"{turn.state.run}:{of.id}", "output": of.output},
    }
    request(turn, next_side(turn.state, f"{node.id}~{RECONCILE}"), node.id, data, 1)


def request(turn: Turn, name: str, step: str | None, data: dict[str, Any], number: int) -> None:
    """Ask for an errand now, the `number`th time."""
    turn.emit(EventType.SIDE_REQUESTED, {**data, "turn": number}, execution=name, step=step)
    side = turn.state.sides[name]
    contract = contract_of(turn.graph, side)
    turn.ask(StartEffect(name, step or "", number, side.activity, side.title, side.acting, side.input, contract))


def begin_queued(turn: Turn) -> None:
    """Let the first of each lane begin, where nothing is in its way."""
    if not turn.state.sides or turn.state.status is RunStatus.SAVED:
        return
    for lane in ("undo", "record"):
        sides = [side for side in turn.state.errands() if LANES.get(side.kind) == lane]
        stops = (SideStatus.RUNNING, SideStatus.ATTENTION) if lane == "undo" else (SideStatus.RUNNING,)
        if any(side.status in stops for side in sides):
            continue
        waiting = [side for side in sides if side.status is SideStatus.QUEUED]
        if waiting:
            begin_side(turn, waiting[0])


def begin_side(turn: Turn, side: Side) -> None:
    """Ask for an errand, or once more for one that asked a person; what it is given is worked out now."""
    if _is_overtaken(turn, side):
        return
    try:
        values = _undo_input(turn, side) if side.kind == "undo" else _input(turn, side)
    except Unresolved as problem:
        data = {"reason": "error", "code": "expression_failed", "message": str(problem)}
        turn.emit(EventType.SIDE_ATTENTION, data, execution=side.id, step=side.step)
        return
    keys = ("kind", "name", "title", "activity", "of")
    known = {key: getattr(side, key) for key in keys if getattr(side, key)}
    acting = side.acting if side.kind == "act" else turn.cause[0] or side.acting
    request(turn, side.id, side.step, {**known, "acting": acting, "input": values}, side.turn + 1)


def _is_overtaken(turn: Turn, side: Side) -> bool:
    """A write of which a later one has taken all fields is given up: the record must not go back in time."""
    if side.kind not in RECORD or _input(turn, side)["set"]:
        return False
    data = {"reason": "later writes have taken its place"}
    turn.emit(EventType.SIDE_GIVEN_UP, data, execution=side.id, step=side.step)
    return True


def _input(turn: Turn, side: Side) -> dict[str, Any]:
    """What an errand's activity is given: of a write that is tried again, the fields that no later write has taken."""
    if side.kind not in RECORD or side.turn == 0:
        return side.input
    order = list(turn.state.sides)
    later = [turn.state.sides[name] for name in order[order.index(side.id) + 1 :]]
    failed = (SideStatus.GIVEN_UP, SideStatus.ATTENTION)
    taken = [each.input["set"] for each in later if each.kind in RECORD and each.status not in failed]
    kept = {name: value for name, value in side.input["set"].items() if not any(name in each for each in taken)}
    return {**side.input, "set": kept}


def _undo_input(turn: Turn, side: Side) -> dict[str, Any]:
    done = turn.execution(side.of or "")
    node = turn.graph.nodes[done.step]
    assert node.step.undo is not None
    scope = {**turn.scope(), "output": done.output}
    found = inputs_of(turn.graph, dict(node.step.undo.with_), f"{node.pointer}/undo/with", scope)
    return found if isinstance(found, dict) else {}


def side_ended(turn: Turn, message: EffectEnded) -> None:
    """An errand came back; a late answer is recorded and used for nothing."""
    side = _awaited(turn, message)
    if side is None:
        _late(turn, message, "done", "")
        return
    if side.kind == "draft":
        turn.emit(EventType.SIDE_DONE, {"output": {}}, execution=side.id, step=side.step)
        drafted(turn, side, message.result)
        return
    turn.emit(EventType.SIDE_DONE, {"output": message.result}, execution=side.id, step=side.step)
    if side.kind in RECORD or _writes_own(turn, side, message.result):
        turn.emit(EventType.RECORD_READ, {"fields": message.result})
    _after(turn, side)


def _writes_own(turn: Turn, side: Side, result: dict[str, Any]) -> bool:
    node = turn.graph.nodes.get(side.step or "")
    return side.kind == "act" and node is not None and is_own_record(turn, node, result)


def side_failed(turn: Turn, message: EffectFailed) -> None:
    """An errand's failure asks a person and blocks no step. Telling people is tried, and then given up, and so is what
    was run from a step of a run that has ended: nobody is at the step any more.
    """
    side = _awaited(turn, message)
    if side is None:
        _late(turn, message, "unknown" if message.unknown else "failed", message.message)
        return
    if side.kind in ("notify", "draft", "tell", RECONCILE) or (
        side.kind in ("automation", "journey") and turn.state.closed
    ):
        turn.emit(EventType.SIDE_GIVEN_UP, {"reason": message.message}, execution=side.id, step=side.step)
        return
    data: dict[str, Any] = {"reason": message.reason, "code": message.code, "message": message.message}
    if message.errors:
        data["errors"] = list(message.errors)
    turn.emit(EventType.SIDE_ATTENTION, data, execution=side.id, step=side.step)


def give_up(turn: Turn, side: Side, reason: str | None) -> None:
    """Nobody waits for an errand any more; one that is under way is asked to stop."""
    if side.status is SideStatus.RUNNING:
        turn.ask(CancelEffect(side.id))
    data = {"reason": reason} if reason else {}
    turn.emit(EventType.SIDE_GIVEN_UP, data, execution=side.id, step=side.step)
    _after(turn, side)


def drop_automations(turn: Turn, executions: Sequence[str]) -> None:
    """These rounds were given up: what was run from them is asked to stop, and its answer is used for nothing."""
    for side in turn.state.errands():
        if side.kind in ("automation", "draft", "act", "journey", RECONCILE) and side.of in executions:
            give_up(turn, side, "its step was given up")


def forget_failed(turn: Turn) -> None:
    """The run has ended: automations that failed ask nobody any more."""
    for side in turn.state.errands():
        if side.kind in ("automation", "journey") and side.status is SideStatus.ATTENTION:
            give_up(turn, side, "the run has ended")


def _after(turn: Turn, side: Side) -> None:
    """A step whose side effect was taken back may begin again."""
    if side.kind == "undo" and side.step in turn.graph.nodes:
        turn.look_at([str(side.step)])


def _awaited(turn: Turn, message: EffectEnded | EffectFailed) -> Side | None:
    side = turn.state.sides[message.execution]
    return side if side.status is SideStatus.RUNNING and side.turn == message.turn else None


def _late(turn: Turn, message: EffectEnded | EffectFailed, outcome: str, detail: str) -> None:
    side = turn.state.sides[message.execution]
    data = {"turn": message.turn, "outcome": outcome, "detail": detail}
    turn.emit(EventType.EFFECT_LATE, data, execution=side.id, step=side.step)


def shown(side: Side) -> dict[str, Any]:
    """An errand as it stands in a RunView."""
    return {
        "execution": side.id,
        "kind": side.kind,
        "step": side.step,
        "name": side.name,
        "title": side.title,
        "action": side.activity,
        "status": str(side.status),
        "attention": side.attention,
        "output": side.output,
        "asked_at": side.asked_at,
        "ended_at": side.ended_at,
        "ended_by": side.ended_by,
        "by": side.acting or None,
    }
