"""Column types that mean the same on SQLite and on PostgreSQL, where the databases themselves do not agree."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine


class Instant(TypeDecorator[datetime]):
    """An aware datetime in UTC. SQLite drops the zone on the way in, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored: which instant is meant?")
        at = value.astimezone(UTC)
        return at if dialect.name == "postgresql" else at.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def read_json(text: str | None) -> Any:
    """What a column of JSON holds, where its row comes as the driver gives it."""
    return None if text is None else from_json(text)


class Json(TypeDecorator[Any]):
    """A JSON value kept as text, so that what is read is to the letter what was written.

    Not JSONB: that reorders keys, folds numbers and refuses NUL, while hashes and chains are taken over these values;
    and nothing is ever searched for inside them.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else to_json(value, inf_nan_mode="constants").decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return read_json(value)


def counter() -> TypeEngine[int]:
    """A growing number. SQLite counts up only what is declared exactly INTEGER."""
    return BigInteger().with_variant(Integer(), "sqlite")


def code() -> TypeEngine[str]:
    """Text compared byte by byte, as SQLite does: instants and ids must sort alike under every locale.

    Without a length, here and everywhere: PostgreSQL would refuse what SQLite takes, and one long name in an event
    would keep its run from ever being recorded. How long a text may be is for the gate to say.
    """
    return Text().with_variant(Text(collation="C"), "postgresql")


NEVER = "~"
"""Sorts after every date: the due date, for sorting only, of what has none."""
