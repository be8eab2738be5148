"""Values between a database and JSON: the same number, text or time whichever database holds it.

Outwards: NUMERIC becomes a JSON number, whatever the driver makes of it; booleans are booleans; an instant is RFC
3339 in UTC, and one without a zone is taken as UTC; bytes are not shown. Inwards, a value must fit its column before
the database sees it, so that SQLite, which takes anything, refuses what PostgreSQL refuses, and every unfit field is
named at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy import types as sql

from activities.records.errors import RecordError
from activities.result import MAX_INTEGER


class Kind(StrEnum):
    """What a field holds, as it is told to people and to the checks of a definition."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    JSON = "json"
    BINARY = "binary"


EXPRESSION_TYPES = {
    Kind.TEXT: "string",
    Kind.INTEGER: "int",
    Kind.NUMBER: "double",
    Kind.BOOLEAN: "bool",
    Kind.DATE: "string",
    Kind.DATETIME: "string",
    Kind.TIME: "string",
    Kind.JSON: "dyn",
    Kind.BINARY: "dyn",
}
"""The type that an expression sees. Times are text there, because that is what travels."""

_KINDS: tuple[tuple[type[Any], Kind], ...] = (
    (sql.Boolean, Kind.BOOLEAN),
    (sql.Integer, Kind.INTEGER),
    (sql.Numeric, Kind.NUMBER),
    (sql.DateTime, Kind.DATETIME),
    (sql.Date, Kind.DATE),
    (sql.Time, Kind.TIME),
    (sql.JSON, Kind.JSON),
    (sql.ARRAY, Kind.JSON),
    (sql.LargeBinary, Kind.BINARY),
)


def kind_of(type_: sql.TypeEngine[Any]) -> Kind:
    """The kind of a column's type; what is not known is shown as text."""
    return next((kind for known, kind in _KINDS if isinstance(type_, known)), Kind.TEXT)


def field_kind(column: Column[Any]) -> Kind:
    """The kind noted when the column was reflected (schema.py may have replaced its type)."""
    return Kind(column.info.get("kind") or kind_of(column.type))


def to_json(value: Any, kind: Kind) -> Any:
    """A database value as JSON."""
    match value:
        case None:
            return None
        case _ if kind is Kind.BOOLEAN:
            return bool(value)
        case _ if kind is Kind.NUMBER and isinstance(value, int | float | Decimal):
            return _number(value)
        case str() if kind is Kind.DATETIME:
            return _lenient_instant(value)
        case datetime():
            return _instant(value)
        case date() | time():
            return value.isoformat()
        case Decimal():
            return _number(value)
        case float():
            return _number(value)
        case UUID():
            return str(value)
        case bytes() | memoryview() | bytearray():
            return None
        case str() | int() | bool():
            return value
        case list() | tuple():
            return [to_json(item, Kind.JSON) for item in value]
        case Mapping():
            return {str(key): to_json(member, Kind.JSON) for key, member in value.items()}
        case _:
            return str(value)


def from_json(value: Any, column: Column[Any], dialect: str) -> Any:
    """`value` as the column takes it. Raises ValueError with a sentence for people when it does not fit."""
    if value is None:
        if not column.nullable or column.primary_key:  # SQLite lets a key be NULL; nobody means it
            raise ValueError("must not be empty")
        return None
    match field_kind(column):
        case Kind.TEXT:
            return _text(value, column)
        case Kind.INTEGER:
            return _integer(value, column, dialect)
        case Kind.NUMBER:
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise ValueError("must be a number")
            return value
        case Kind.BOOLEAN:
            if not isinstance(value, bool):
                raise ValueError("must be true or false")
            return value
        case Kind.DATETIME | Kind.DATE | Kind.TIME as kind:
            return _moment(value, kind, column)
        case Kind.JSON:
            return value
        case Kind.BINARY:
            raise ValueError("cannot be written here")


def fit_values(values: Mapping[str, Any], columns: Mapping[str, Column[Any]], dialect: str) -> dict[str, Any]:
    """All values as their columns take them. Raises RecordError `invalid_values` naming every one that does not fit."""
    fitted: dict[str, Any] = {}
    errors = []
    for name, value in values.items():
        try:
            fitted[name] = from_json(value, columns[name], dialect)
        except ValueError as error:
            errors.append({"path": f"/{name}", "code": "invalid_value", "message": str(error)})
    if errors:
        listed = "; ".join(f"{each['path'][1:]} {each['message']}" for each in errors)
        raise RecordError("invalid_values", f"Some values do not fit: {listed}.", errors)
    return fitted


def _number(value: int | float | Decimal) -> float | None:
    """A float, or nothing for NaN and infinity, which JSON does not have."""
    number = float(value)
    return number if math.isfinite(number) else None


def _instant(value: datetime) -> str:
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return aware.isoformat().replace("+00:00", "Z")


def _lenient_instant(value: str) -> str:
    """SQLite keeps times as text of any form; what is no time is shown as it is."""
    try:
        return _instant(datetime.fromisoformat(value))
    except ValueError:
        return value


def _text(value: Any, column: Column[Any]) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    if "\x00" in value:
        raise ValueError("must not hold a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("must not hold half a surrogate pair") from None
    longest = getattr(column.type, "length", None)
    if longest is not None and len(value) > longest:
        raise ValueError(f"must be at most {longest} characters long")
    return value


def _integer(value: Any, column: Column[Any], dialect: str) -> int:
    if isinstance(value, float) and value.is_integer():  # an expression's number is a double
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("must be a whole number")
    if isinstance(column.type, sql.SmallInteger):
        largest = 2**15 - 1
    elif isinstance(column.type, sql.BigInteger) or dialect == "sqlite":
        largest = MAX_INTEGER
    else:
        largest = 2**31 - 1
    if abs(value) > largest:
        raise ValueError(f"must be between -{largest} and {largest}")
    return value


def _moment(value: Any, kind: Kind, column: Column[Any]) -> Any:
    wanted = {Kind.DATETIME: "a time like 2026-11-30T09:00:00Z", Kind.DATE: "a date like 2026-11-30"}
    try:
        moment = _parsed(value, kind)
    except (TypeError, ValueError):
        raise ValueError(f"must be {wanted.get(kind, 'a time of day like 09:00:00')}") from None
    if isinstance(column.type, sql.String):  # SQLite: the text that its own functions write
        return moment.strftime("%Y-%m-%d %H:%M:%S") if isinstance(moment, datetime) else moment.isoformat()
    if isinstance(moment, datetime) and not getattr(column.type, "timezone", False):
        return moment.replace(tzinfo=None)
    return moment


def _parsed(value: Any, kind: Kind) -> datetime | date | time:
    match kind:
        case Kind.DATE:
            return date.fromisoformat(value)
        case Kind.TIME:
            return time.fromisoformat(value)
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)
