"""Inboxes: queues of tasks that are handed out one by one, and how they stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path, Query, Response
from sqlalchemy import Connection, insert, not_, select, update
from sqlalchemy.exc import IntegrityError

from api import inboxes
from api.doors import Calling, asks
from api.idempotency import KeyHeader, Once
from api.paging import Cursor, Limit, Order, cut, listing, read_cursor
from api.permissions import Decision, Subject, decide
from api.problems import Conflict, NotFound
from api.registers import done_once, made, written
from api.routing import READS, WRITES, answer, router
from api.schemas_out import Page
from api.schemas_registers import ChangedInbox, Column, Figures, HandedOut, Inbox, InboxName, NewInbox, Ticket
from api.store import inboxes as store
from api.store.inboxes import INBOXES
from api.store.projection import TASKS

routes = router("/v1/inboxes", "tasks")

Id = Annotated[str, Path(max_length=100)]
NAMES = Order("inbox-names", (INBOXES.c.id,))
ORDER = Order("tickets", (TASKS.c.due_sort, TASKS.c.run, TASKS.c.step))


@routes.get("", response_model=Page[Inbox], responses=READS)
@asks("inbox.view")
async def list_inboxes(caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The inboxes of the caller's teams and of everybody, with what lies there for the caller."""
    after = str(read_cursor(cursor, "inboxes", 1)[0]) if cursor else ""
    now = datetime.now(UTC)

    def look(connection: Connection) -> tuple[list[dict[str, Any]], str | None]:
        query = select(INBOXES).where(INBOXES.c.id > after).order_by(INBOXES.c.id)
        rows = [dict(row) for row in connection.execute(query).mappings()]
        rows = [row for row in rows if _is_seen(row)][: limit + 1]
        found, following = cut(rows, limit, "inboxes", lambda row: (row["id"],))
        return [inboxes.shown(connection, caller.who, row, now) for row in found], following

    def _is_seen(row: Mapping[str, Any]) -> bool:
        return decide(caller.who, "inbox.view", Subject(teams=tuple(row["teams"]))) is Decision.ALLOW

    return answer(listing(*await caller.house.store.look(look)))


@routes.get("/names", response_model=Page[InboxName], responses=READS)
@asks("people.view")
async def list_names(caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """Every inbox that takes something, of other teams too: to whom a step may be handed on, not what lies there."""
    query = NAMES.page(select(INBOXES.c.id, INBOXES.c.name).where(INBOXES.c.active), limit, cursor)

    def look(connection: Connection) -> tuple[list[dict[str, Any]], str | None]:
        rows = [dict(row) for row in connection.execute(query).mappings()]
        return cut(rows, limit, NAMES.name, lambda row: (row["id"],))

    return answer(listing(*await caller.house.store.look(look)))


@routes.post("", response_model=Inbox, status_code=201, responses=WRITES)
@asks("register.manage")
async def add_inbox(body: NewInbox, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Makes an inbox. 409 where the id is taken."""
    caller.allow("register.manage")

    def work(connection: Connection) -> dict[str, Any]:
        try:
            with connection.begin_nested():
                connection.execute(insert(INBOXES), {**body.model_dump(), "active": True})
        except IntegrityError:
            raise Conflict("There is one of this key already.", code="key_taken") from None
        return _told(connection, body.id)

    def _told(connection: Connection, name: str) -> dict[str, Any]:
        return inboxes.shown(connection, caller.who, _row(connection, name), datetime.now(UTC))

    return await made(caller, work, Once.of(idempotency_key, caller.who, "POST /v1/inboxes", body.model_dump()))


@routes.patch("/{inbox}", response_model=Inbox, responses=WRITES)
@asks("register.manage")
async def change_inbox(inbox: Id, body: ChangedInbox, caller: Calling) -> Response:
    """Changes an inbox; what is not named stays. One that is switched off hands nothing out."""
    caller.allow("register.manage")
    given = body.model_dump(exclude_unset=True)
    may_be_null = ("cap_per_person", "idle_release")
    values = {name: value for name, value in given.items() if value is not None or name in may_be_null}

    def work(connection: Connection) -> dict[str, Any]:
        _row(connection, inbox)
        if values:
            connection.execute(update(INBOXES).where(INBOXES.c.id == inbox).values(**values))
        return inboxes.shown(connection, caller.who, _row(connection, inbox), datetime.now(UTC))

    return answer(await written(caller, work))


@routes.get("/{inbox}/tickets", response_model=Page[Ticket], responses=READS)
@asks("inbox.view")
async def list_tickets(
    *,
    inbox: Id,
    caller: Calling,
    column: Annotated[Column | None, Query(description="Only those of one column.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """The tickets of an inbox, by due date."""
    now = datetime.now(UTC)

    def look(connection: Connection) -> tuple[list[dict[str, Any]], str | None]:
        row = inboxes.seen(caller, _row(connection, inbox))
        where = [*store.tickets_of(inbox), *store.seen_by(connection, caller.who), *_column(row, column, now)]
        found = connection.execute(ORDER.page(select(TASKS).where(*where), limit, cursor)).mappings().all()
        kept, following = cut(found, limit, "tickets", lambda each: (each["due_sort"], each["run"], each["step"]))
        return [inboxes.described(connection, dict(each), now) for each in kept], following

    return answer(listing(*await caller.house.store.look(look)))


def _column(row: Mapping[str, Any], column: Column | None, now: datetime) -> list[Any]:
    backlog = store.in_backlog(row, now)
    match column:
        case "backlog":
            return [backlog]
        case "doing":
            return [not_(backlog), store.is_doing()]
        case "todo":
            return [not_(backlog), not_(store.is_doing())]
        case _:
            return []


@routes.post("/{inbox}/next", response_model=HandedOut, responses=WRITES)
@asks("inbox.next")
async def next_ticket(inbox: Id, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Hands out the ticket that is due first: it is assigned to the caller and begun. 409 `cap_reached`."""
    caller.about.detail = {"inbox": inbox}

    async def work() -> dict[str, Any]:
        return {"ticket": await inboxes.hand_out(caller, inbox)}

    return await done_once(caller, work, Once.of(idempotency_key, caller.who, f"POST inboxes/{inbox}/next", None))


@routes.get("/{inbox}/figures", response_model=Figures, responses=READS)
@asks("inbox.figures")
async def inbox_figures(inbox: Id, caller: Calling) -> Response:
    """Backlog, age and load of an inbox. How long its tickets took stands under `/v1/analytics/steps`."""
    now = datetime.now(UTC)

    def look(connection: Connection) -> dict[str, Any]:
        row = inboxes.seen(caller, _row(connection, inbox), "inbox.figures")
        return inboxes.figures(connection, caller.who, row, now)

    return answer(await caller.house.store.look(look))


def _row(connection: Connection, inbox: str) -> Mapping[str, Any]:
    """The inbox of that id. Raises NotFound."""
    row = connection.execute(select(INBOXES).where(INBOXES.c.id == inbox)).mappings().first()
    if row is None:
        raise NotFound("inbox")
    return dict(row)
