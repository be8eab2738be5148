"""What every table has in common: the base with its metadata, and columns that are declared more than once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData, text
from sqlmodel import Field, SQLModel

from api.store.columns import Instant, Json

NAMES = {
    "pk": "%(table_name)s_pk",
    "uq": "%(table_name)s_%(column_0_name)s_unique",
    "ix": "%(table_name)s_by_%(column_0_name)s",
    "fk": "%(table_name)s_%(column_0_name)s_to_%(referred_table_name)s",
}
"""Constraints have names of ours, since SQLite gives them none and a migration must be able to name what it drops."""


class Row(SQLModel):
    """The base of all tables, with metadata of its own: other packages' models are none of our schema."""

    metadata = MetaData(naming_convention=NAMES)


def json_column() -> Any:
    """JSON that may be missing."""
    return Field(default=None, sa_type=Json, nullable=True)


def instant_column() -> Any:
    """An instant that may be missing."""
    return Field(default=None, sa_type=Instant, nullable=True)


def partial(postgresql: str, sqlite: str) -> dict[str, Any]:
    """Options of an index over some rows only: the condition in the words that each database must meet again."""
    return {"postgresql_where": text(postgresql), "sqlite_where": text(sqlite)}
