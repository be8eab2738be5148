"""Partners and closing reasons: lists of the organisation, in which what is no longer used is switched off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path, Response
from sqlalchemy import Connection, Table

from api.doors import Caller, Calling, asks
from api.idempotency import KeyHeader, Once
from api.paging import Cursor, Limit, cut, listing, read_cursor
from api.problems import Conflict, NotFound
from api.registers import made, written
from api.routing import READS, WRITES, answer, router
from api.schemas import Body
from api.schemas_out import Page
from api.schemas_people import ClosingReason
from api.schemas_registers import ChangedPartner, ChangedReason, NewPartner, NewReason, Partner
from api.store import registers
from api.store.registers import PARTNERS, REASONS

routes = router("/v1", "people")

Id = Annotated[str, Path(max_length=100)]


@routes.get("/partners", response_model=Page[Partner], responses=READS)
@asks("people.view")
async def list_partners(caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The partners whom steps may be assigned to, by id; also those that are switched off."""
    after = str(read_cursor(cursor, "partners", 1)[0]) if cursor else ""
    rows = await caller.house.store.look(lambda connection: registers.page(connection, PARTNERS, after, limit + 1))
    shown, following = cut(rows, limit, "partners", lambda row: (row["id"],))
    return answer(listing([dict(row) for row in shown], following))


@routes.post("/partners", response_model=Partner, status_code=201, responses=WRITES)
@asks("register.manage")
async def add_partner(body: NewPartner, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Adds a partner. 409 where the id is taken."""
    return await _added(caller, PARTNERS, body, {**body.model_dump(), "active": True}, idempotency_key)


@routes.patch("/partners/{partner}", response_model=Partner, responses=WRITES)
@asks("register.manage")
async def change_partner(partner: Id, body: ChangedPartner, caller: Calling) -> Response:
    """Changes a partner; what is not named stays. Steps that are assigned to one switched off stay so."""
    values = body.model_dump(exclude_unset=True)
    kept = {name: value for name, value in values.items() if value is not None or name == "email"}
    return await _changed(caller, PARTNERS, partner, kept, "partner")


@routes.post("/closing-reasons", response_model=ClosingReason, status_code=201, responses=WRITES)
@asks("register.manage")
async def add_reason(body: NewReason, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Adds a reason to the library. 409 where the key is taken."""
    return await _added(caller, REASONS, body, {**body.model_dump(), "active": True}, idempotency_key)


@routes.patch("/closing-reasons/{reason}", response_model=ClosingReason, responses=WRITES)
@asks("register.manage")
async def change_reason(reason: Id, body: ChangedReason, caller: Calling) -> Response:
    """Renames a reason or switches it off. Runs keep the reasons they started with."""
    values = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    return await _changed(caller, REASONS, reason, values, "closing reason")


async def _added(caller: Caller, table: Table, body: Body, row: dict[str, Any], key: str | None) -> Response:
    caller.allow("register.manage")
    caller.about.detail = {table.name: next(iter(row.values()))}

    def work(connection: Connection) -> dict[str, Any]:
        if not registers.add(connection, table, row):
            raise Conflict("There is one of this key already.", code="key_taken")
        return row

    return await made(caller, work, Once.of(key, caller.who, f"POST {table.name}", body.model_dump()))


async def _changed(caller: Caller, table: Table, key: str, values: Mapping[str, Any], what: str) -> Response:
    caller.allow("register.manage")
    caller.about.detail = {table.name: key}

    def work(connection: Connection) -> dict[str, Any]:
        if not registers.change(connection, table, key, values):
            raise NotFound(what)
        return dict(registers.one(connection, table, key) or {})

    return answer(await written(caller, work))
