"""Statements as the databases are told them: one that SQLAlchemy does not spell alike, and those of the hot path.

SQLAlchemy takes several times as long around a statement as SQLite takes to run it: for a context, a result, and their
end. So a `Ready` is compiled by it once per database and set of columns, with its types, and then handed to the driver
itself. What goes wrong there is raised as SQLAlchemy would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Delete, Dialect, Insert, Select, Table, Update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.schema import ScalarElementColumnDefault

Values = Mapping[str, Any]
_Bind = tuple[str, Callable[[Any], Any] | None, Any]


class Ready:
    """A statement that writes, or whose rows are wanted as the driver gives them (numbers and texts are alike)."""

    def __init__(self, statement: Insert | Update | Delete | Select[Any]) -> None:
        self._statement = statement
        self._spelled: dict[tuple[str, tuple[str, ...]], _Spelled] = {}

    def run(self, connection: Connection, values: Values) -> int:
        """Run it; gives the number of rows that it changed."""
        return int(self._done(connection, values).rowcount)

    def run_all(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Run it for each of some rows, at least one, which have the same columns."""
        spelled = self._for(connection, rows[0])
        spelled.done(connection, [spelled.bound(row) for row in rows], many=True)

    def first(self, connection: Connection, values: Values) -> Any:
        """Its first row, a tuple; None where there is none."""
        return self._done(connection, values).fetchone()

    def all(self, connection: Connection, values: Values) -> list[Any]:
        """All its rows, as tuples."""
        return list(self._done(connection, values).fetchall())

    def _done(self, connection: Connection, values: Values) -> Any:
        spelled = self._for(connection, values)
        return spelled.done(connection, spelled.bound(values))

    def _for(self, connection: Connection, values: Values) -> _Spelled:
        key = (connection.dialect.name, tuple(values))
        if (found := self._spelled.get(key)) is None:
            found = self._spelled[key] = _spell(self._statement, connection.dialect, key[1])
        return found


@dataclass(frozen=True, slots=True)
class _Spelled:
    """The statement in the words of one database; `binds` are name, conversion and fixed value of each parameter."""

    text: str
    binds: tuple[_Bind, ...]
    by_place: bool

    def bound(self, values: Values) -> Any:
        """The parameters as the driver takes them."""
        pairs = [(name, bind, values.get(name, fixed)) for name, bind, fixed in self.binds]
        if self.by_place:
            return [value if bind is None else bind(value) for _, bind, value in pairs]
        return {name: value if bind is None else bind(value) for name, bind, value in pairs}

    def done(self, connection: Connection, bound: Any = (), *, many: bool = False) -> Any:
        """The driver's cursor after it. Raises DBAPIError."""
        cursor = connection.connection.cursor()
        try:
            (cursor.executemany if many else cursor.execute)(self.text, bound)
        except connection.dialect.loaded_dbapi.Error as error:
            base, dialect = connection.dialect.loaded_dbapi.Error, connection.dialect
            raise DBAPIError.instance(self.text, None, error, base, dialect=dialect) from error
        return cursor


def say(connection: Connection, text: str) -> None:
    """Say something to the driver itself that has no parameters and no answer."""
    _Spelled(text, (), True).done(connection)


def _spell(statement: Any, dialect: Dialect, names: tuple[str, ...]) -> _Spelled:
    # As for many rows: else an INSERT would ask for the key that was given to its row.
    keys = None if isinstance(statement, Select) else list(names)
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=keys, for_executemany=True)
    if compiled.update_prefetch:
        raise TypeError("a column that is set anew with each update has to be named")
    defaults = {column.key: _default(column) for column in compiled.insert_prefetch}
    order = compiled.positiontup if compiled.positional else list(compiled.binds)
    binds = tuple(_bind(compiled, name, names, defaults) for name in order or ())
    return _Spelled(compiled.string, binds, compiled.positional)


def _bind(compiled: SQLCompiler, name: str, given: tuple[str, ...], defaults: Values) -> _Bind:
    parameter, dialect = compiled.binds[name], compiled.dialect
    if parameter.required and name not in given:
        raise KeyError(name)
    bind = parameter.type.dialect_impl(dialect).bind_processor(dialect)
    return name, bind, defaults.get(name, parameter.effective_value)


def _default(column: Column[Any]) -> Any:
    """What a column gets that is not named. Raises TypeError where that is not the same for each row."""
    if not isinstance(column.default, ScalarElementColumnDefault):
        raise TypeError(f"{column} has a default that has to be worked out: name it")
    return column.default.arg


def insert_new(connection: Connection, table: Table, values: Values) -> bool:
    """Insert a row unless one with the same key (any unique one) is there; tells whether it was inserted."""
    return _new(table, connection.dialect.name).run(connection, values) == 1


def insert_all_new(connection: Connection, table: Table, rows: Sequence[Values]) -> bool:
    """Insert those rows whose key is not there; tells whether any was inserted."""
    if not rows:
        return False
    statement = _unless_there(table, connection.dialect.name).returning(*table.primary_key.columns)
    return connection.execute(statement, [dict(row) for row in rows]).first() is not None


@cache
def _new(table: Table, dialect: str) -> Ready:
    return Ready(_unless_there(table, dialect))


@cache
def _unless_there(table: Table, dialect: str) -> Insert:
    made = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return made.on_conflict_do_nothing()
