"""The one statement that the two databases spell alike but SQLAlchemy does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with the same key (any unique one) is there; tells whether it was inserted."""
    statement = _unless_there(table, connection.dialect.name)
    # Asked for, since the number of rows of an INSERT is otherwise thrown away with psycopg.
    done = connection.execute(statement, dict(values), execution_options={"preserve_rowcount": True})
    return done.rowcount == 1


@cache
def _unless_there(table: Table, dialect: str) -> Insert:
    made = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return made.on_conflict_do_nothing()


def insert_all_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Insert those rows whose key is not there; tells whether any was inserted."""
    if not rows:
        return False
    statement = _unless_there(table, connection.dialect.name).returning(*table.primary_key.columns)
    return connection.execute(statement, [dict(row) for row in rows]).first() is not None
