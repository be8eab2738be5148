"""Lists of the organisation that are kept by hand: partners and closing reasons. Nothing is ever deleted from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, select, update

from api.store.register_tables import PartnerRow
from api.store.statements import insert_new
from api.store.tables import ClosingReasonRow

PARTNERS: Table = PartnerRow.__table__  # type: ignore[attr-defined]
REASONS: Table = ClosingReasonRow.__table__  # type: ignore[attr-defined]


def page(connection: Connection, table: Table, after: str, limit: int) -> list[dict[str, Any]]:
    """Rows by their key, after one of them."""
    key = table.primary_key.columns[0]
    rows = connection.execute(select(table).where(key > after).order_by(key).limit(limit)).mappings()
    return [dict(row) for row in rows]


def one(connection: Connection, table: Table, key: str) -> dict[str, Any] | None:
    """The row of that key."""
    column = table.primary_key.columns[0]
    row = connection.execute(select(table).where(column == key)).mappings().first()
    return dict(row) if row is not None else None


def add(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Adds a row; False where its key is taken."""
    return insert_new(connection, table, row)


def change(connection: Connection, table: Table, key: str, values: Mapping[str, Any]) -> bool:
    """Changes some columns; False where there is no such row."""
    column = table.primary_key.columns[0]
    if not values:
        return one(connection, table, key) is not None
    return connection.execute(update(table).where(column == key).values(**values)).rowcount == 1
