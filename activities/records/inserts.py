"""New rows, once for each idempotency key, in somebody else's tables.

A row that was inserted by a try whose answer got lost must be recognised by the next try. Nothing can be kept beside
it, since only what stands in the same database commits together with it. So the row itself carries the key: in a
unique column `idempotency_key` where the table has one, and in its id, which is made from the key, where ids are text
or UUIDs. A table with numbered rows and without that column cannot be inserted into: a repeated try would make a second
row. Where the values name an id themselves, a row under that id that holds these values is the one made before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Table, UniqueConstraint, insert, select
from sqlalchemy import types as sql
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.records.errors import RecordError
from activities.records.rows import Bounds, Place, as_json, demand_key, demand_row, named
from activities.records.values import Kind, field_kind, fit_values

KEY_COLUMN = "idempotency_key"
ID_LENGTH = 24
"""Hex digits of an id made from a key: 96 bits, which no two keys share."""

ROWS_LIMIT = 1_000
"""Rows that one step may write: all of them are one transaction."""


@dataclass(frozen=True, slots=True)
class New:
    """A row to insert: as its columns take it, and which of them its author gave."""

    row: Mapping[str, Any]
    given: tuple[str, ...]


def prepared(table: Table, collection: str, values: Mapping[str, Any], key: str, dialect: str) -> New:
    """The whole row to insert. Raises RecordError naming every value that does not fit or is missing."""
    row = {**fit_values(values, table.columns, dialect), **_marks(table, collection, values, key)}  # type: ignore[arg-type]
    missing = [column.name for column in table.columns if column.name not in row and _needed(column)]
    if missing:
        errors = [{"path": f"/{name}", "code": "invalid_value", "message": "must be given"} for name in missing]
        raise RecordError("invalid_values", f"A new row of {collection} needs {', '.join(missing)}.", errors)
    return New(row, tuple(values))


async def insert_once(
    connection: AsyncConnection, table: Table, new: New, bounds: Bounds, place: Place
) -> dict[str, Any]:
    """The row as it is stored: made now, or by an earlier try under the same key. Raises RecordError."""
    made = select(*table.columns).where(_made(table, new))
    with named(*place):
        stored = (await connection.execute(made)).one_or_none()
        if stored is None:
            await connection.execute(insert(table).values(dict(new.row)))
            stored = (await connection.execute(made)).one()
        elif not _is_ours(table, new, stored):
            raise RecordError("conflict", f"{bounds.collection} has another row under that id.")
        whole = as_json(table, stored)
        demand_row(bounds.scopes, bounds.collection, whole, bounds.me, str(whole[demand_key(table, "").name]))
    return whole


def _made(table: Table, new: New) -> ColumnElement[bool]:
    """What is true of the row that a try under the same key has made, and of no other."""
    column = table.columns[KEY_COLUMN] if _has_key_column(table) else demand_key(table, table.name)
    return cast("ColumnElement[bool]", column == new.row[column.name])


def _is_ours(table: Table, new: New, stored: Row[Any]) -> bool:
    """Whether a row that is there was made by us: by its key, or, under an id that was named, by all it holds."""
    if _has_key_column(table) or demand_key(table, table.name).name not in new.given:
        return True
    return all(stored._mapping[table.columns[name]] == new.row[name] for name in new.given)


def _marks(table: Table, collection: str, values: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The columns that carry the key."""
    marks: dict[str, Any] = {KEY_COLUMN: key} if _has_key_column(table) else {}
    column = demand_key(table, collection)
    if column.name in values:
        return marks
    made = _id(column, key)
    if made is None and not marks:
        text = f"{collection} numbers its rows itself, and no unique column {KEY_COLUMN!r} tells which was made before."
        raise RecordError("no_key", text)
    return marks if made is None else {**marks, column.name: made}


def _has_key_column(table: Table) -> bool:
    """Whether the database itself keeps two rows from having one key."""
    unique = [set(each.columns.keys()) for each in table.constraints if isinstance(each, UniqueConstraint)]
    unique += [set(each.columns.keys()) for each in table.indexes if each.unique]
    return {KEY_COLUMN} in unique


def _id(column: Column[Any], key: str) -> str | UUID | None:
    """An id made from the key, or None where the database numbers its rows or has no room for one."""
    digest = sha256(key.encode())
    if isinstance(column.type, sql.Uuid):
        made = UUID(bytes=digest.digest()[:16], version=8)
        return made if column.type.as_uuid else str(made)
    room = getattr(column.type, "length", None) or ID_LENGTH
    if field_kind(column) is not Kind.TEXT or room < ID_LENGTH:
        return None
    return digest.hexdigest()[:ID_LENGTH]


def _needed(column: Column[Any]) -> bool:
    """Whether a row cannot be made without a value for it. A number that is the key is given by the database."""
    numbered = column.primary_key and field_kind(column) is Kind.INTEGER
    given = column.server_default is not None or column.identity is not None or column.computed is not None
    return not (column.nullable or numbered or given)
