"""Lists go by key, not by offset: a page costs the same wherever it is, and rows that come or go move nothing.

A cursor is the sort key of the last row of a page, with the name of the order it belongs to; to callers it is opaque.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, cast

from fastapi import Query
from sqlalchemy import ColumnElement, and_, false, or_

from api.gate import check_value
from api.problems import ApiError, Invalid

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=1000, description="The `next` of the page before.")]
Search = Annotated[str | None, Query(max_length=200, description="Text that is looked for, to the letter.")]

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
            query = query.where(self._after(read_cursor(cursor, self.name, len(self.columns))))
        by = [column.desc() if self.descending else column.asc() for column in self.columns]
        return cast(Q, query.order_by(*by).limit(limit + 1))

    def _after(self, values: Sequence[Any]) -> ColumnElement[bool]:
        """(a, b) > (x, y), written out, since not every database compares rows by an index."""
        steps: list[ColumnElement[bool]] = []
        for index, (column, value) in enumerate(zip(self.columns, values, strict=True)):
            same = [c == v for c, v in zip(self.columns[:index], values[:index], strict=True)]
            beyond = column < value if self.descending else column > value
            steps.append(and_(*same, beyond))
        return or_(false(), *steps)


def cut(rows: Sequence[Any], limit: int, order: str, keys: Any) -> tuple[list[Any], str | None]:
    """The rows of the page and the cursor of the next one; `keys(row)` gives a row's sort key."""
    shown = list(rows[:limit])
    more = len(rows) > limit
    return shown, write_cursor(order, keys(shown[-1])) if more else None


def write_cursor(order: str, values: Sequence[Any]) -> str:
    text = json.dumps([order, *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, order: str, size: int) -> list[Any]:
    """The values of a cursor this list has written. 422 for anything else."""
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        check_value(found)
    except (ValueError, RecursionError, ApiError):
        raise bad_query("cursor", "wrong_cursor", "The cursor is not one of this list.") from None
    if not (isinstance(found, list) and len(found) == size + 1 and found[0] == order):
        raise bad_query("cursor", "wrong_cursor", "The cursor is not one of this list.")
    if not all(isinstance(value, str) or (isinstance(value, int) and abs(value) < 2**53) for value in found[1:]):
        raise bad_query("cursor", "wrong_cursor", "The cursor is not one of this list.")
    return found[1:]


def bad_query(name: str, code: str, message: str) -> Invalid:
    """A query value that does not do."""
    return Invalid(message, code=code, errors=[{"path": f"/{name}", "in": "query", "code": code, "message": message}])


def listing(items: list[Any], following: str | None = None) -> dict[str, Any]:
    """The shape of every list."""
    return {"items": items, "next": following}
