"""Lists go by key, not by offset: a page costs the same wherever it is, and rows that come or go move nothing.

A cursor is the sort key of the last row of a page, with the name of the order it belongs to; to callers it is opaque.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar, cast

from fastapi import Query
from sqlalchemy import ColumnElement, literal, tuple_

from api.gate import check_value
from api.problems import ApiError, Invalid
from api.store.columns import Instant
from definitions.times import parse_instant, rfc3339

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Few = Annotated[int | None, Query(ge=1, le=200, description="How many at most. Left out: all of this short list.")]
Cursor = Annotated[str | None, Query(max_length=1000, description="The `next` of the page before.")]
Search = Annotated[str | None, Query(max_length=200, description="Text that is looked for, to the letter.")]
WORDS = "Words that are looked for, without case: each must begin (one of less than three characters: be) a word of"
"""How a search by words is told; what it looks in follows."""

Q = TypeVar("Q", bound=Any)
"""A select statement; each keeps its own type, so that the session knows what its rows are."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order of rows by columns that together are unique; `descending` turns all of them round."""

    name: str
    columns: tuple[Any, ...]
    descending: bool = False

    def page(self, query: Q, limit: int, cursor: str | None) -> Q:
        """The query for one page: one row more than asked for, to know whether there is a next one."""
        if cursor is not None:
            query = query.where(self.beyond(self.columns, self.values(cursor)))
        return cast(Q, query.order_by(*self.by(self.columns)).limit(limit + 1))

    def by(self, columns: Sequence[Any]) -> list[Any]:
        """Columns in this order's direction; they may be those of another table that repeats them."""
        return [column.desc() if self.descending else column.asc() for column in columns]

    def beyond(self, columns: Sequence[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """SQL: the rows after these values. Compared as a row, which both databases do by an index."""
        if len(columns) == 1:
            return cast(ColumnElement[bool], columns[0] < values[0] if self.descending else columns[0] > values[0])
        here, there = tuple_(*columns), tuple_(*values)
        return here < there if self.descending else here > there

    def values(self, cursor: str) -> list[Any]:
        """What a cursor says, as its columns compare it. 422 for one that is not of this list."""
        found = read_cursor(cursor, self.name, len(self.columns))
        return [_as_column(column, value) for column, value in zip(self.columns, found, strict=True)]


def _as_column(column: Any, value: Any) -> Any:
    """A value as its column compares it: instants travel as text. One of another type never came from us."""
    if isinstance(column.type, Instant):
        try:
            return literal(parse_instant(value), column.type)
        except ValueError:
            raise wrong_cursor() from None
    if not isinstance(value, column.type.python_type):
        raise wrong_cursor()
    return literal(value, column.type)


def cut(rows: Sequence[Any], limit: int, order: str, keys: Any) -> tuple[list[Any], str | None]:
    """The rows of the page and the cursor of the next one; `keys(row)` gives a row's sort key."""
    shown = list(rows[:limit])
    more = len(rows) > limit
    return shown, write_cursor(order, keys(shown[-1])) if more else None


def write_cursor(order: str, values: Sequence[Any]) -> str:
    plain = [rfc3339(value) if isinstance(value, datetime) else value for value in values]
    text = json.dumps([order, *plain], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, order: str, size: int) -> list[Any]:
    """The values of a cursor this list has written. 422 for anything else."""
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        check_value(found)
    except (ValueError, RecursionError, ApiError):
        raise wrong_cursor() from None
    if not (isinstance(found, list) and len(found) == size + 1 and found[0] == order):
        raise wrong_cursor()
    if not all(isinstance(value, str) or (isinstance(value, int) and abs(value) < 2**53) for value in found[1:]):
        raise wrong_cursor()
    return found[1:]


def wrong_cursor() -> Invalid:
    """The cursor of another list, or of none."""
    return bad_query("cursor", "wrong_cursor", "The cursor is not one of this list.")


def bad_query(name: str, code: str, message: str) -> Invalid:
    """A query value that does not do."""
    return Invalid(message, code=code, errors=[{"path": f"/{name}", "in": "query", "code": code, "message": message}])


def listing(items: list[Any], following: str | None = None) -> dict[str, Any]:
    """The shape of every list."""
    return {"items": items, "next": following}


def short(
    items: Sequence[dict[str, Any]], key: str, order: str, limit: int | None, cursor: str | None
) -> dict[str, Any]:
    """A page of a list that is there as a whole, in its own order; `key` is the member that tells its items apart."""
    if cursor is not None:
        after = read_cursor(cursor, order, 1)[0]
        place = next((place for place, item in enumerate(items, 1) if item[key] == after), None)
        if place is None:
            raise wrong_cursor()
        items = items[place:]
    return listing(*cut(items, limit or len(items), order, lambda item: (item[key],)))
