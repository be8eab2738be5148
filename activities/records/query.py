"""Lists of rows: filters as bound parameters, order by key, a cursor that says where the last page ended.

Row scopes are expressions over a whole row, evaluated here and not in the database, so that they mean the same on every
database. A page may therefore read more rows than it shows, up to a limit; then it ends early and its cursor goes on.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, String, Table, cast, or_, select, tuple_

from activities.records.errors import RecordError
from activities.records.values import Kind, field_kind, fit_values, to_json

MAX_ROWS = 200
CHUNK = 500
MAX_SCAN = 5_000
"""Rows that one page may read when a row scope hides most of them."""


def matching(table: Table, where: Mapping[str, Any], dialect: str) -> list[ColumnElement[bool]]:
    """One condition for each entry: equal to the value, one of a list, or empty for null.

    Raises RecordError `invalid_values` for values that cannot be in that column.
    """
    conditions: list[ColumnElement[bool]] = []
    for name, wanted in where.items():
        column = table.columns[name]
        if wanted is None:
            conditions.append(column.is_(None))
        elif isinstance(wanted, list) and field_kind(column) is not Kind.JSON:
            fitted = [fit_values({name: each}, table.columns, dialect)[name] for each in wanted]  # type: ignore[arg-type]
            conditions.append(column.in_(fitted))
        else:
            conditions.append(column == fit_values({name: wanted}, table.columns, dialect)[name])  # type: ignore[arg-type]
    return conditions


def containing(columns: Sequence[Column[Any]], q: str) -> ColumnElement[bool] | None:
    """Any of the text columns contains `q`, letters of either case, `%` and `_` meaning themselves."""
    text = q.replace("\x00", "").strip()[:200]
    searched = [column for column in columns if field_kind(column) is Kind.TEXT]
    if not text or not searched:
        return None
    return or_(*(cast(column, String).icontains(text, autoescape=True) for column in searched))


@dataclass(frozen=True, slots=True)
class Asked:
    """One list request: the conditions rows must meet, the key after which to begin, how many to show."""

    table: Table
    conditions: tuple[ColumnElement[bool], ...]
    after: list[Any] | None
    count: int


def page(asked: Asked, after: Sequence[Any] | None, count: int) -> Select[Any]:
    """The next `count` rows by key after that key; without a key by all columns, and from the start."""
    columns, keys = asked.table.columns, list(asked.table.primary_key.columns)
    query = select(*columns).where(*asked.conditions).limit(count)
    if not keys:
        return query.order_by(*(column for column in columns if field_kind(column) is not Kind.JSON))
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*after) if len(keys) > 1 else keys[0] > after[0])
    return query.order_by(*keys)


def write_cursor(key: Sequence[Any] | None) -> str | None:
    """The key as opaque text, checked when it comes back; None for a table that has none to go on from."""
    if key is None:
        return None
    told = json.dumps([to_json(value, Kind.JSON) for value in key])
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def read_cursor(cursor: str, table: Table, dialect: str) -> list[Any]:
    """The key in the form that its columns take. Raises RecordError `bad_cursor` for anything but our own writing."""
    keys = list(table.primary_key.columns)
    try:
        if len(cursor) > 4000:
            raise ValueError
        values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        if not isinstance(values, list) or len(values) != len(keys) or not keys:
            raise ValueError
        fitted = fit_values(dict(zip((key.name for key in keys), values, strict=True)), table.columns, dialect)  # type: ignore[arg-type]
    except (ValueError, RecordError, RecursionError):
        raise RecordError("bad_cursor") from None
    return [fitted[key.name] for key in keys]
