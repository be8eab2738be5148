"""One row of a table: found by its id, shown as JSON, changed within somebody's bounds.

Whoever writes is judged twice, by the row as it was and as it would become: or a write could push a row out of
everybody's sight.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.records.errors import RecordError
from activities.records.schema import key_of, readable
from activities.records.values import Kind, field_kind, to_json
from definitions.effects import Scopes, allows_row

Me = Mapping[str, Any]
Place = tuple[int, int]
"""Which row of how many."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Whose rights hold, and where."""

    collection: str
    scopes: Scopes
    me: Me


async def find_row(connection: AsyncConnection, table: Table, id: str, lock: bool = False) -> Row[Any] | None:
    """The row of that id; None also for what can be no id of this table."""
    key = demand_key(table, table.name)
    value: Any = id
    if field_kind(key) is Kind.INTEGER:
        if not id.removeprefix("-").isdecimal() or not id.isascii() or len(id) > 18:
            return None
        value = int(id)
    elif "\x00" in id:
        return None
    asked = select(*table.columns).where(key == value)
    return (await connection.execute(asked.with_for_update() if lock else asked)).one_or_none()


async def change(
    connection: AsyncConnection, table: Table, asked: tuple[str, Mapping[str, Any]], bounds: Bounds, place: Place
) -> dict[str, Any]:
    """Writes fitted values into the row of that id and answers those fields as they are stored. Raises RecordError."""
    id, values = asked
    key = demand_key(table, bounds.collection)
    with named(*place):
        before = await find_row(connection, table, id, lock=True)
        if before is None:
            raise RecordError("not_found", f"There is no {bounds.collection} {id!r}.")
        demand_row(bounds.scopes, bounds.collection, as_json(table, before), bounds.me, id)
        if values:
            await connection.execute(update(table).where(key == before._mapping[key]).values(dict(values)))
        stored = await find_row(connection, table, id)
        after = as_json(table, stored) if stored is not None else {}
        demand_row(bounds.scopes, bounds.collection, after, bounds.me, id)
    return {name: after[name] for name in values}


def as_json(table: Table, row: Row[Any]) -> dict[str, Any]:
    """The row's readable fields as JSON, by name."""
    return {column.name: to_json(row._mapping[column], field_kind(column)) for column in readable(table)}


def demand_key(table: Table, collection: str) -> Column[Any]:
    """The one column that identifies a row. Raises RecordError `no_key`."""
    if (key := key_of(table)) is None:
        raise RecordError("no_key", f"{collection} has no single-column key.")
    return key


def demand_row(scopes: Scopes, collection: str, row: Mapping[str, Any], me: Me, id: str) -> None:
    """Raises RecordError `out_of_scope` for a row that the person may not touch."""
    if not allows_row(scopes, collection, row, me):
        raise RecordError("out_of_scope", f"{collection} {id!r} is outside of what you may touch.")


@contextmanager
def named(place: int, count: int) -> Iterator[None]:
    """A refusal that is about one row of several says which one: its paths begin with the row's place."""
    try:
        yield
    except RecordError as error:
        if count == 1:
            raise
        errors = [{**each, "path": f"/{place}{each['path']}"} for each in error.errors]
        raise RecordError(error.code, f"Row {place + 1} of {count}: {error.message}", errors) from None
