"""Handing out tickets: the next one is chosen and written down first, then taken by the ordinary commands.

`assign` and `start` are given in the name of who asks, so that the run itself has the last word and its events say what
happened. Where the run refuses (somebody was faster by another way), the next ticket is tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, not_, select

from api.activity import About
from api.doors import Caller
from api.permissions import Subject, Who
from api.problems import ApiError, Conflict, NotFound
from api.schemas_commands import Act, Assign
from api.store import inboxes as store
from api.store.notices import tell
from api.store.projection import TASKS
from api.store.rounds import TICKETS
from definitions.times import rfc3339

AT_MOST = 5
"""Tickets that are tried before the caller is told that there is none."""

NAMES = (
    *("run", "step", "execution", "definition", "run_name", "title", "kind", "status", "attention"),
    *("roles", "due", "manual"),
)


def seen(caller: Caller, row: Mapping[str, Any] | None, operation: str = "inbox.view") -> Mapping[str, Any]:
    """The inbox, where the caller may do that with it: 404, 403."""
    if row is None:
        raise NotFound("inbox")
    caller.allow(operation, Subject(teams=tuple(row["teams"])), "inbox")
    return row


def shown(connection: Connection, who: Who, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """An inbox and how it stands for somebody."""
    names = ("id", "name", "teams", "cap_per_person", "idle_release", "active")
    tickets = [*store.tickets_of(row["id"]), *store.seen_by(connection, who)]
    backlog = store.in_backlog(row, now)
    mine = [*tickets, store.is_of(who.id), not_(backlog)]
    return {
        **{name: row[name] for name in names},
        "todo": store.counted(connection, *mine, not_(store.is_doing())),
        "doing": store.counted(connection, *mine, store.is_doing()),
        "backlog": store.counted(connection, *tickets, backlog),
    }


async def hand_out(caller: Caller, inbox: str) -> dict[str, Any] | None:
    """The ticket that is the caller's now, or None. Raises Conflict `cap_reached`."""
    passed: list[tuple[str, str]] = []
    while len(passed) < AT_MOST:
        row = await caller.house.store.transact(partial(_reserve, caller=caller, inbox=inbox, passed=passed))
        if row is None:
            return None
        if await _taken(caller, row):
            return await caller.house.store.look(partial(ticket, before=row, person=caller.who.id))
        passed.append((row["run"], row["execution"]))
        await _give_back(caller, row)
    return None


def _reserve(
    connection: Connection, caller: Caller, inbox: str, passed: list[tuple[str, str]]
) -> Mapping[str, Any] | None:
    now, person = datetime.now(UTC), caller.who.id
    row = seen(caller, store.locked(connection, inbox), "inbox.next")
    cap = row["cap_per_person"]
    if cap is not None and (held := store.held(connection, row, person, now)) >= cap:
        raise Conflict(f"You hold {held} tickets of this inbox, at most {cap}.", code="cap_reached", held=held, cap=cap)
    found = next(store.candidates(connection, row, caller.who, now, passed), None) if row["active"] else None
    if found is not None and (before := store.hand_out(connection, found, person, now)) is not None:
        _say_released(connection, found, before, now)
    return found


def _say_released(connection: Connection, row: Mapping[str, Any], person: str, now: datetime) -> None:
    notice = {
        "kind": "ticket_released",
        "subject": f"Handed on: {row['title']}",
        "text": f"{row['title']} of {row['run_name']} lay idle and was handed to somebody else.",
        "run": row["run"],
        "step": row["step"],
    }
    tell(connection, [person], notice, f"released:{row['run']}:{row['execution']}:{rfc3339(now)}", now)


async def _taken(caller: Caller, row: Mapping[str, Any]) -> bool:
    """Whether the run took it: assigned, and begun where it was not."""
    on_it = {"step": row["step"], "execution": row["execution"]}
    commands: list[Assign | Act] = [Assign(type="assign", users=[caller.who.id], teams=row["teams"], **on_it)]
    if row["status"] == "ready":
        commands.append(Act(type="start", **on_it))
    about = caller.about.action
    try:
        for command in commands:
            await caller.house.commands.give(Caller(caller.who, caller.house, About()), row["run"], command)
    except ApiError as refused:
        if refused.http_status not in (403, 404, 409):
            raise
        return False
    caller.about.action, caller.about.run, caller.about.step = about, row["run"], row["step"]
    return True


async def _give_back(caller: Caller, row: Mapping[str, Any]) -> None:
    run, execution = row["run"], row["execution"]
    await caller.house.store.transact(lambda connection: store.take_back(connection, run, execution))


def ticket(connection: Connection, before: Mapping[str, Any], person: str) -> dict[str, Any]:
    """A ticket as it stands now; one whose task has gone meanwhile as it was."""
    same = (TASKS.c.run == before["run"], TASKS.c.step == before["step"])
    row = connection.execute(select(TASKS).where(*same)).mappings().first()
    found = described(connection, before if row is None else {**row, "inbox": before["inbox"]}, datetime.now(UTC))
    mine = {**found["assignees"], "users": found["assignees"]["users"] or [person]}
    return {**found, "assignees": mine, "column": "doing" if found["column"] == "backlog" else found["column"]}


def described(connection: Connection, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A task of an inbox as its page shows it."""
    inbox = dict(connection.execute(select(store.INBOXES).where(store.INBOXES.c.id == row["inbox"])).mappings().one())
    key = (TICKETS.c.run == row["run"], TICKETS.c.execution == row["execution"])
    handed = connection.execute(select(TICKETS.c.handed_at).where(*key)).scalar()
    same = (TASKS.c.run == row["run"], TASKS.c.step == row["step"])
    waits = store.counted(connection, *same, store.in_backlog(inbox, now)) > 0
    return {
        **{name: row[name] for name in NAMES},
        "entered_at": row["entered_at"] or None,
        "assignees": {"users": row["users"], "teams": row["teams"], "partners": []},
        "overdue": row["due_sort"] <= rfc3339(now),
        "record": {"collection": row["record_collection"], "id": row["record_id"]} if row["record_id"] else None,
        "inbox": row["inbox"],
        "column": "backlog" if waits else "doing" if row["status"] == store.DOING else "todo",
        "handed_at": rfc3339(handed) if handed else None,
    }


def figures(connection: Connection, who: Who, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """An inbox for its lead: how much lies there, how old the oldest is, and who has how much."""
    tickets = [*store.tickets_of(row["id"]), *store.seen_by(connection, who)]
    backlog = store.in_backlog(row, now)
    held, doing = [*tickets, not_(backlog)], store.is_doing()
    late = TASKS.c.due_sort <= rfc3339(now)
    oldest = select(TASKS.c.entered_at).where(*tickets, backlog).order_by(TASKS.c.entered_at).limit(1)
    return {
        "backlog": store.counted(connection, *tickets, backlog),
        "todo": store.counted(connection, *held, not_(doing)),
        "doing": store.counted(connection, *held, doing),
        "overdue": store.counted(connection, *tickets, late),
        "oldest": connection.execute(oldest).scalar() or None,
        "people": _loads(connection, held),
    }


def _loads(connection: Connection, held: list[Any]) -> list[dict[str, Any]]:
    loads: dict[str, dict[str, Any]] = {}
    for row in connection.execute(select(TASKS.c.users, TASKS.c.status).where(*held)):
        for person in row.users:
            load = loads.setdefault(person, {"person": person, "todo": 0, "doing": 0})
            load["doing" if row.status == store.DOING else "todo"] += 1
    return [loads[person] for person in sorted(loads)]
