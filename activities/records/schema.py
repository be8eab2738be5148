"""What a source offers: its tables and views as they are found, told as collections, fields and relations.

Nothing about a source is written down twice: its own catalogue is read (reflected) when it is first used and kept. A
collection that is not known is looked for once more, at most every few seconds, so that a new table needs no restart.
"""

from __future__ import annotations

import time
import warnings
from typing import Any

from sqlalchemy import Column, MetaData, Table, event
from sqlalchemy import types as sql
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SAWarning
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.records.errors import RecordError, database_errors
from activities.records.relations import Relation, relations
from activities.records.sources import SourceConfig
from activities.records.values import EXPRESSION_TYPES, Kind, field_kind, kind_of

LOOK_AGAIN_SECONDS = 5.0


class SourceSchema:
    """The reflected tables of one source."""

    def __init__(self, name: str, config: SourceConfig, engine: AsyncEngine) -> None:
        self.name = name
        self._config = config
        self._engine = engine
        self._tables: dict[str, Table] | None = None
        self._read_at = 0.0

    async def tables(self) -> dict[str, Table]:
        """Table name -> table, in the order of the names. Raises RecordError `source_unavailable`."""
        if self._tables is None:
            self._tables = await self._read()
        return self._tables

    async def table(self, name: str) -> Table:
        """The named table. Raises RecordError `unknown_collection`."""
        if (found := (await self.tables()).get(name)) is not None:
            return found
        if time.monotonic() - self._read_at > LOOK_AGAIN_SECONDS:
            self._tables = await self._read()
        if (found := (await self.tables()).get(name)) is not None:
            return found
        raise RecordError("unknown_collection", f"{self.name} has no collection {name!r}.")

    async def describe(self, name: str) -> dict[str, Any]:
        """`{id, fields: [{name, type, nullable, primary}], relations:

        [{name, collection, field, many}], read_only}`.
        """
        table = await self.table(name)
        return {
            "id": f"{self.name}.{name}",
            "fields": [_field(column) for column in readable(table)],
            "relations": [each.told() for each in relations(self.name, table, await self.tables())],
            "read_only": self._config.read_only or key_of(table) is None,
        }

    async def known(self) -> dict[str, dict[str, Any]]:
        """Collection -> `{fields:

        {name: expression type}, relations: {name: …}, read_only, key}`, for checking definitions.
        """
        found = {}
        for name in await self.tables():
            told = await self.describe(name)
            found[told["id"]] = {
                "fields": {each["name"]: EXPRESSION_TYPES[Kind(each["type"])] for each in told["fields"]},
                "relations": {each["name"]: each for each in told["relations"]},
                "read_only": told["read_only"],
                "key": next((each["name"] for each in told["fields"] if each["primary"]), None),
            }
        return found

    async def _read(self) -> dict[str, Table]:
        self._read_at = time.monotonic()
        with database_errors():
            async with self._engine.connect() as connection:
                found = await connection.run_sync(_reflect, self._config.schema)
        offered = self._config.only
        return {table.name: table for table in found if offered is None or table.name in offered}

    async def relation(self, name: str, wanted: str) -> Relation:
        """One relation of a table, by its name. Raises RecordError `unknown_collection`, `unknown_relation`."""
        table = await self.table(name)
        for each in relations(self.name, table, await self.tables()):
            if each.name == wanted:
                return each
        raise RecordError("unknown_relation", f"{self.name}.{name} has no relation {wanted!r}.")


def key_of(table: Table) -> Column[Any] | None:
    """The one column that identifies a row; None when there is none or it takes several."""
    keys = list(table.primary_key.columns)
    return keys[0] if len(keys) == 1 else None


def readable(table: Table) -> list[Column[Any]]:
    """The columns that can be shown: all but those of bytes."""
    return [column for column in table.columns if field_kind(column) is not Kind.BINARY]


def _field(column: Column[Any]) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": field_kind(column).value,
        "nullable": bool(column.nullable) and not column.primary_key,
        "primary": column.primary_key,
    }


def _reflect(connection: Connection, schema: str | None) -> list[Table]:
    metadata = MetaData(schema=schema)
    dialect = connection.dialect.name

    def adapt(_inspector: Any, _table: Any, info: dict[str, Any]) -> None:
        info["info"] = {"kind": kind_of(info["type"]).value}
        info["type"] = _adapted(info["type"], dialect)

    event.listen(metadata, "column_reflect", adapt, propagate=True)
    with (
        warnings.catch_warnings()
    ):  # a type that SQLAlchemy does not know is shown as text, and that is all there is to it
        warnings.simplefilter("ignore", SAWarning)
        metadata.reflect(connection, views=True, resolve_fks=False)
    return sorted(metadata.tables.values(), key=lambda table: table.name)


def _adapted(type_: sql.TypeEngine[Any], dialect: str) -> sql.TypeEngine[Any]:
    """The type to read with:

    numbers as floats; on SQLite times as the text they are, because its columns check nothing.
    """
    if isinstance(type_, sql.Numeric) and not isinstance(type_, sql.Float):
        return sql.Numeric(type_.precision, type_.scale, asdecimal=False)
    if dialect == "sqlite" and isinstance(type_, sql.DateTime | sql.Date | sql.Time):
        return sql.String()
    return type_
