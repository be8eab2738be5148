"""Inboxes as SQL: how they stand, and which ticket comes next.

A *ticket* is an open task that lies in an inbox: a person's, or a machine's that asks for one. Nobody has it
(*backlog*), somebody has it (*to do*), or
somebody works on it (*doing*): all of that is read off the task itself, so that whatever happens to it by other ways (a
lead assigns it, somebody claims it) needs no word here. What is kept is only who was handed what, and when: so that two
people who ask at once get two tickets, and that one which lies idle comes up again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, func, not_, or_, select, type_coerce

from api.lists import sight
from api.permissions import Who
from api.store.projection import ASSIGNMENTS, RUNS, TASKS
from api.store.register_tables import InboxRow
from api.store.rounds import DRAFTS, TICKETS
from api.store.row import Row
from api.store.statements import insert_new
from definitions.times import Offset

INBOXES = Row.metadata.tables[str(InboxRow.__tablename__)]

ON_ITS_WAY = timedelta(seconds=60)
"""How long a ticket that was handed out counts as somebody's although its task does not say so yet."""

DOING = "in_progress"
STUCK = ("attention", "waiting")
"""How a machine's step stands that somebody put into an inbox, where it does not work."""
TRIES = 50
"""Tickets that are looked through for one the person may do."""


def nobodys() -> ColumnElement[bool]:
    """SQL: assigned to no person."""
    return type_coerce(TASKS.c.users, Text) == "[]"


def is_of(person: str) -> ColumnElement[bool]:
    """SQL: assigned to this person."""
    same = and_(ASSIGNMENTS.c.run == TASKS.c.run, ASSIGNMENTS.c.step == TASKS.c.step)
    mine = and_(ASSIGNMENTS.c.kind == "user", ASSIGNMENTS.c.who == person)
    return select(ASSIGNMENTS.c.run).where(same, mine).correlate(TASKS).exists()


def tickets_of(inbox: str) -> list[ColumnElement[bool]]:
    """SQL: the tickets of an inbox: what a person does, and where a machine cannot go on without one."""
    return [TASKS.c.inbox == inbox, or_(TASKS.c.manual, TASKS.c.status.in_(STUCK))]


def seen_by(connection: Connection, who: Who) -> list[ColumnElement[bool]]:
    """SQL: the tasks somebody may see."""
    owner = select(RUNS.c.started_by).where(RUNS.c.id == TASKS.c.run).scalar_subquery()
    return sight(connection, who).also(TASKS.c.teams_key, owner)


def is_doing() -> ColumnElement[bool]:
    """SQL: somebody works on it."""
    return TASKS.c.status == DOING


def idle_since(inbox: Mapping[str, Any], now: datetime) -> ColumnElement[bool] | None:
    """SQL: handed out so long ago that it is anybody's again, and no form of it was saved since; None: never.

    One that was laid on hold has been said something about, and stays.
    """
    if inbox["idle_release"] is None:
        return None
    since = now - timedelta(seconds=Offset.parse(inbox["idle_release"]).seconds)
    handed = _handed(TICKETS.c.handed_at <= since)
    of_it = and_(DRAFTS.c.run == TASKS.c.run, DRAFTS.c.execution == TASKS.c.execution)
    worked = select(DRAFTS.c.run).where(of_it, DRAFTS.c.saved_at > since).correlate(TASKS).exists()
    return and_(TASKS.c.status.in_(("ready", DOING)), handed, not_(worked))


def _handed(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    same = and_(TICKETS.c.run == TASKS.c.run, TICKETS.c.execution == TASKS.c.execution)
    return select(TICKETS.c.run).where(same, *conditions).correlate(TASKS).exists()


def in_backlog(inbox: Mapping[str, Any], now: datetime) -> ColumnElement[bool]:
    """SQL: waits for somebody."""
    idle = idle_since(inbox, now)
    free = and_(nobodys(), not_(_handed(TICKETS.c.handed_at > now - ON_ITS_WAY)))
    return free if idle is None else or_(free, idle)


def counted(connection: Connection, *where: ColumnElement[bool]) -> int:
    """How many tasks there are of these."""
    return int(connection.execute(select(func.count()).select_from(TASKS).where(*where)).scalar_one())


def held(connection: Connection, inbox: Mapping[str, Any], person: str, now: datetime) -> int:
    """Tickets that count against a person's cap: theirs and not on hold, or on their way to them."""
    of_inbox = tickets_of(inbox["id"])
    theirs = or_(is_of(person), _handed(TICKETS.c.person == person, TICKETS.c.handed_at > now - ON_ITS_WAY))
    idle = idle_since(inbox, now)
    return counted(connection, *of_inbox, theirs, TASKS.c.status != "on_hold", *([] if idle is None else [not_(idle)]))


def candidates(
    connection: Connection, inbox: Mapping[str, Any], who: Who, now: datetime, passed: Sequence[tuple[str, str]]
) -> Iterator[Mapping[str, Any]]:
    """The tickets the person may do, the one that is due first at the head."""
    where = [*tickets_of(inbox["id"]), TASKS.c.current, in_backlog(inbox, now), *seen_by(connection, who)]
    order = (TASKS.c.due_sort, TASKS.c.entered_at, TASKS.c.run, TASKS.c.step)
    for row in connection.execute(select(TASKS).where(*where).order_by(*order).limit(TRIES)).mappings():
        asks_for = set(row["roles"])
        if (row["run"], row["execution"]) not in passed and (not asks_for or asks_for & set(who.roles)):
            yield dict(row)


def hand_out(connection: Connection, row: Mapping[str, Any], person: str, now: datetime) -> str | None:
    """Write down who was handed it; gives who had it before and let it lie."""
    key = (TICKETS.c.run == row["run"], TICKETS.c.execution == row["execution"])
    before = connection.execute(select(TICKETS.c.person).where(*key)).scalar()
    connection.execute(TICKETS.delete().where(*key))
    values = {"run": row["run"], "execution": row["execution"], "inbox": row["inbox"]}
    insert_new(connection, TICKETS, {**values, "person": person, "handed_at": now})
    return before if before != person else None


def take_back(connection: Connection, run: str, execution: str) -> None:
    """It did not come to be handed out after all."""
    connection.execute(TICKETS.delete().where(TICKETS.c.run == run, TICKETS.c.execution == execution))


def locked(connection: Connection, inbox: str) -> Mapping[str, Any] | None:
    """The inbox, held until the transaction ends: one person after the other is handed out a ticket of it."""
    row = connection.execute(select(INBOXES).where(INBOXES.c.id == inbox).with_for_update()).mappings().first()
    return dict(row) if row is not None else None
