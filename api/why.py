"""Why is this run not moving? One list of reasons, from what the run waits for to what is broken around it.

What people and time are waited for stands in the run's own state. What Temporal knows besides (an effect that is tried
again, a task that fails, a queue nobody serves) is asked for, and left out where it does not answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from api.answers import state_of
from api.engine import EngineError, Gone
from api.engine_look import Look
from api.serving import unserved
from api.store.flags import told
from api.store.tables import CommandRow, OutboxRow, RunRow
from api.versions import Published
from definitions.engine import Graph, State
from definitions.engine.approvals import to_be_agreed
from definitions.engine.evolve_children import CHILDREN
from definitions.engine.graph import Node
from definitions.engine.inviting import JOURNEY
from definitions.engine.listening import EVENT
from definitions.engine.state import BY_A_PERSON, Execution, Side, SideStatus, StepStatus
from definitions.model import WaitStep
from definitions.times import rfc3339
from definitions.views import following, step_view

if TYPE_CHECKING:
    from api.house import House

Reason = dict[str, Any]
DEADLINE = 2.0
"""Seconds that Temporal has to answer."""
PENDING_SHOWN = 20


async def why(house: House, row: RunRow, published: Published) -> dict[str, Any]:
    """{run, status, moving, temporal, reasons}; `moving` where nothing but work under way is in the list."""
    state = state_of(row, published)
    graph = published.graph.grown(state.added)
    look, broken = await _look(house, row, state)
    now = datetime.now(UTC)
    reasons = [*broken, *await _not_told(house, row), *_of_run(graph, row, state), *_of_steps(graph, state, now, look)]
    reasons += [*_of_errands(state, look), *await _unserved(house, graph, state, look), *_blocked(graph, state)]
    moving = not state.closed and bool(reasons) and all(each["code"] in UNDER_WAY for each in reasons)
    temporal = not any(each["code"] == "temporal_unreachable" for each in broken)
    return {"run": row.id, "status": str(state.status), "moving": moving, "temporal": temporal, "reasons": reasons}


UNDER_WAY = ("effect_running", "blocked")


async def _look(house: House, row: RunRow, state: State) -> tuple[Look | None, list[Reason]]:
    """What Temporal says, and what is wrong there. A run that is over is not asked about."""
    if state.over:
        return None, []
    try:
        look = await house.engine.look(row.id, DEADLINE)
    except Gone:
        return None, [_reason("run_vanished", "Temporal does not know this run: it cannot go on.")] * (row.seq > 0)
    except EngineError as error:
        return None, [_reason("temporal_unreachable", f"{error}: what Temporal knows is missing here.")]
    return look, list(_broken(look))


def _broken(look: Look) -> Iterator[Reason]:
    if look.status != "running":
        yield _reason("run_stopped", f"Temporal says that its workflow is {look.status}.", workflow_status=look.status)
    if not look.workers:
        yield _reason("no_worker", f"Nobody works on the queue {look.queue}.", queue=look.queue)
    if look.task_attempt > 1:
        text = f"Its workflow task fails; it is being tried for the {look.task_attempt}. time."
        yield _reason("failing_workflow_task", text, since=look.task_since, attempt=look.task_attempt)


async def _not_told(house: House, row: RunRow) -> list[Reason]:
    """What was taken and has not arrived: entries of the outbox, and commands without a verdict.

    That an entry was sent is written a moment later, by another process it may be (api/sent.py): one that the run has
    answered was sent.
    """
    answered = select(CommandRow.id).where(
        col(CommandRow.id) == col(OutboxRow.command), col(CommandRow.outcome) != "received"
    )
    unsent = house.outbox.unsent(row.id).where(~answered.exists())
    if row.seq:
        unsent = unsent.where(col(OutboxRow.kind) != "start")
    waiting = select(CommandRow).where(col(CommandRow.run) == row.id, col(CommandRow.outcome) == "received")
    async with house.store.reading() as session:
        entries = (await session.exec(unsent.limit(PENDING_SHOWN))).all()
        commands = (await session.exec(waiting.order_by(col(CommandRow.at)).limit(PENDING_SHOWN))).all()
    return [
        *(
            _reason(
                "not_told",
                f"Temporal has not been told of this {'start' if each.kind == 'start' else 'command'} yet.",
                since=rfc3339(each.created_at),
                attempts=each.attempts,
                error=each.error,
                command=each.command,
            )
            for each in entries
        ),
        *(
            _reason(
                "command_waits",
                f"The command {each.type} of {each.actor} is stored and not applied yet.",
                since=rfc3339(each.at),
                command=each.id,
            )
            for each in commands
        ),
    ]


def _of_run(graph: Graph, row: RunRow, state: State) -> Iterator[Reason]:
    if (flagged := told(row.engine)) is not None:
        yield _reason("out_of_order", flagged["message"], flag=flagged["flag"])
    if state.closed:
        yield _reason("ended", f"The run has {state.status}.", since=state.ended_at)
    if state.seq == 0:
        yield _reason("not_taken_up", "No worker has taken the run up yet.", since=row.started_at)
    if state.saved:
        by, at, text = state.saved["by"], state.saved["at"], state.saved.get("reason")
        yield _reason("saved", f"{by} saved the run.", since=at, by=by, reason=text)
    if state.ending:
        yield _reason("ending", "The run is ending: its side effects are being taken back.")
    agreed = not to_be_agreed(graph, state)
    if not state.closed and state.seq and not state.open and not state.errands() and not state.saved and agreed:
        text = "Every step has ended: somebody must close the run, or revise a step."
        yield _reason("closing", text, since=_last_end(state))


def _last_end(state: State) -> str | None:
    return max((each.ended_at for each in state.executions.values() if each.ended_at), default=None)


def _of_steps(graph: Graph, state: State, now: datetime, look: Look | None) -> Iterator[Reason]:
    for each in to_be_agreed(graph, state):
        base = {"step": each.step, "execution": each.id, "title": graph.nodes[each.step].title}
        yield _approval({**base, "since": (each.approval or {}).get("at")}, each)
    for each in state.live():
        view = step_view(graph, state, graph.nodes[each.step], now)
        base = {"step": each.step, "execution": each.id, "title": view["title"], "since": _since(each)}
        people = {"assignees": view["assignees"], "roles": view["roles"], "due": view["due"]}
        people |= {"overdue": view["overdue"], "inbox": view["inbox"]}
        match each.status:
            case StepStatus.RUNNING:
                yield _effect(base, each.id, look)
            case StepStatus.WAITING:
                yield _waits(graph.nodes[each.step], base, each, view, people)
            case StepStatus.SCHEDULED:
                text = f"{view['title']} begins by itself at {each.until}, or when somebody says so."
                yield _reason("scheduled", text, **base, **people, until=each.until)
            case StepStatus.ATTENTION:
                said = view["attention"] or {}
                text = f"{view['title']} asks for a person: {said.get('message') or said.get('reason')}"
                yield _reason("attention", text, **base, **people, attention=said)
            case StepStatus.ON_HOLD:
                yield _reason("on_hold", f"{view['title']} is on hold.", **base, **people)
            case status if status in BY_A_PERSON:
                text = f"{view['title']} waits for {_whom(view)}."
                yield _reason("waiting_for_person", text, **base, **people, status=str(status))


WAITS = {
    "confirm": ("waiting_for_confirmation", "{title} is proposed: {whom} must confirm, change or decline it."),
    "done": ("waiting_for_confirmation", "{title} is done by a machine: {whom} must press Done."),
    "resume": ("waiting_for_resume", "{title} goes on as soon as the run is resumed."),
}


def _waits(node: Node, base: Reason, each: Execution, view: Reason, people: Reason) -> Reason:
    """A step that a clock, a person or several people hold up."""
    if each.waits == "approval":
        return _approval(base, each)
    if each.waits == "outside":
        text = f"{base['title']} waits until somebody outside confirms it."
        return _reason("waiting_for_outside", text, **base, until=each.until)
    if each.waits == JOURNEY:
        to = each.links.get("", {}).get("to")
        text = f"{base['title']} waits for an answer to its form{f', which {to} was sent' if to else ''}."
        return _reason("waiting_for_answer", text, **base, until=each.until, reminded=each.reminded)
    if each.waits == EVENT:
        name = node.step.event.name if isinstance(node.step, WaitStep) and node.step.event else ""
        text = f"{base['title']} waits for the event {name}."
        return _reason("waiting_for_event", text, **base, event=name, until=each.until)
    if each.waits == CHILDREN:
        return _children(base, view["children"])
    if each.waits in WAITS:
        code, text = WAITS[each.waits]
        return _reason(code, text.format(title=view["title"], whom=_whom(view)), **base, **people)
    return _reason("timer", f"{view['title']} waits until {each.until}.", **base, until=each.until)


def _children(base: Reason, children: dict[str, Any]) -> Reason:
    """The runs that a step waits for; the first that asks for a person is named before all others."""
    left = children["total"] - children["done"] - children["aborted"]
    text = f"{base['title']} waits for {left} of {children['total']} runs of {children['definition']}."
    asking = [row["run"] for row in children["runs"] if row["status"] == "attention"]
    if asking:
        text = f"{text} {children['attention']} of them ask for a person: {asking[0]} first."
    rows = [row for row in children["runs"] if row["status"] in ("open", "attention", "starting")]
    return _reason("waiting_for_children", text, **base, children={**children, "runs": rows})


def _approval(base: Reason, each: Execution) -> Reason:
    """Who must still agree, and who may not."""
    asked = each.approval or {}
    given, count = [said["by"] for said in asked.get("given", [])], asked.get("count", 1)
    whom = ", ".join([*asked.get("roles", []), *asked.get("teams", [])]) or "others"
    text = f"{base['title']} must be approved by {whom}: {len(given)} of {count} did."
    more = {"roles": asked.get("roles"), "teams": asked.get("teams"), "not_by": asked.get("not_by")}
    base = {**base, "since": asked.get("at") or base.get("since")}
    return _reason("waiting_for_approval", text, **base, given=given, count=count, **more)


def _since(each: Execution) -> str:
    return each.started_at or each.entered_at


def _whom(view: dict[str, Any]) -> str:
    names = [name for kind in ("users", "teams", "partners") for name in view["assignees"][kind]]
    return ", ".join(names or view["roles"]) or "anybody who may"


def _effect(base: dict[str, Any], execution: str, look: Look | None) -> Reason:
    """An effect under way, or one that has failed before and is tried again."""
    pending = next((each for each in look.pending if each.execution == execution), None) if look else None
    if pending is not None and pending.attempt > 1:
        text = f"{base['title']} failed and is tried again, for the {pending.attempt}. time."
        more = {"attempt": pending.attempt, "next_at": pending.next_at, "failure": pending.failure}
        return _reason("retrying", text, **base, **more)
    return _reason("effect_running", f"{base['title']} is at work.", **base)


def _of_errands(state: State, look: Look | None) -> Iterator[Reason]:
    for side in state.errands():
        base = {"step": side.step, "execution": side.id, "title": side.title, "since": side.asked_at}
        match side.status:
            case SideStatus.RUNNING:
                yield _effect(base, side.id, look)
            case SideStatus.ATTENTION:
                yield _errand_asks(side, base)
            case SideStatus.QUEUED:
                yield _reason("errand_queued", f"{side.title} waits for its turn.", **base)


async def _unserved(house: House, graph: Graph, state: State, look: Look | None) -> list[Reason]:
    """The actions under way, or failed, that nobody serves: what to start, and where."""
    found = []
    for each in await unserved(house, graph, state, look.queue if look else None):
        text = (
            f"No live worker serves the action {each['action']} from the task queue {each['queue'] or 'of the runs'}."
        )
        found.append(_reason("action_not_served", text, **each, title=graph.nodes[each["step"]].title))
    return found


def _errand_asks(side: Side, base: dict[str, Any]) -> Reason:
    said = side.attention or {}
    text = f"{side.title} asks for a person: {said.get('message') or said.get('reason')}"
    return _reason("errand_attention", text, **base, attention=said, assignees={"users": [side.acting]})


def _blocked(graph: Graph, state: State) -> Iterator[Reason]:
    """The steps that come next, and what each waits for."""
    if state.closed:
        return
    for name in following(graph, state, [each.step for each in state.live()]):
        waits = step_view(graph, state, graph.nodes[name])["blocked_by"]
        if waits:
            titles = ", ".join(graph.nodes[each].title if each in graph.nodes else each for each in waits)
            text = f"{graph.nodes[name].title} waits for {titles}."
            yield _reason("blocked", text, step=name, blocked_by=waits)


def _reason(name: str, message: str, **more: Any) -> Reason:
    return {"code": name, "message": message, **{key: value for key, value in more.items() if value is not None}}
