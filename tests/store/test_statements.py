"""Statements that go to the driver: what they write and raise is what SQLAlchemy would, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.store.columns import Instant, Json, code, counter
from api.store.statements import Ready, insert_new
from api.store.store import Store

AT = datetime(2026, 7, 14, 9, 30, 0, 250, tzinfo=UTC)

THINGS = Table(
    "things",
    MetaData(),
    Column("id", counter(), primary_key=True, autoincrement=True),
    Column("name", code(), unique=True),
    Column("at", Instant),
    Column("data", Json),
    Column("state", code(), default="new"),
)

_WRITE = Ready(insert(THINGS))
_CHANGE = Ready(update(THINGS).where(THINGS.c.name == bindparam("of_name"), THINGS.c.state != "done"))
_FIND = Ready(select(THINGS.c.id, THINGS.c.state).where(THINGS.c.name == bindparam("of_name")))


@pytest.fixture
async def things(store: Store) -> Store:
    await store.transact(lambda connection: THINGS.create(connection))
    return store


async def _all(store: Store) -> list[Any]:
    return await store.look(lambda connection: list(connection.execute(select(THINGS).order_by(THINGS.c.id))))


async def test_values_come_back_as_they_were_and_defaults_are_set(things: Store) -> None:
    row = {"name": "a 100% 'b' :c ?", "at": AT, "data": {"n": [1, None, "\0"]}}
    await things.transact(lambda connection: _WRITE.run(connection, row))
    assert await _all(things) == [(1, row["name"], AT, row["data"], "new")]


async def test_many_rows_go_at_once(things: Store) -> None:
    rows = [{"name": name, "data": None, "at": None} for name in "abc"]
    await things.transact(lambda connection: _WRITE.run_all(connection, rows))
    assert [row.name for row in await _all(things)] == ["a", "b", "c"]


async def test_rows_changed_are_counted_and_a_fixed_value_holds(things: Store) -> None:
    def work(connection: Any) -> list[Any]:
        _WRITE.run(connection, {"name": "a"})
        changed = [_CHANGE.run(connection, {"of_name": "a", "state": state}) for state in ("done", "new")]
        return [*changed, _FIND.first(connection, {"of_name": "a"}), _FIND.first(connection, {"of_name": "b"})]

    assert await things.transact(work) == [1, 0, (1, "done"), None]


async def test_a_row_that_is_there_is_left_alone(things: Store) -> None:
    rows = [{"name": "a", "state": "first"}, {"name": "a", "state": "second"}]
    assert [await things.transact(lambda c, row=row: insert_new(c, THINGS, row)) for row in rows] == [True, False]  # type: ignore[misc]
    assert [row.state for row in await _all(things)] == ["first"]


async def test_what_the_database_refuses_is_raised_as_always_and_undone(things: Store) -> None:
    def twice(connection: Any) -> None:
        _WRITE.run(connection, {"name": "a"})
        _WRITE.run(connection, {"name": "a"})

    with pytest.raises(IntegrityError):
        await things.transact(twice)
    assert await _all(things) == []


async def test_a_parameter_that_is_not_given_is_no_null(things: Store) -> None:
    with pytest.raises(KeyError, match="of_name"):
        await things.transact(lambda connection: _CHANGE.run(connection, {"state": "done"}))


async def test_a_default_that_has_to_be_worked_out_is_refused(things: Store) -> None:
    table = Table("dated", MetaData(), Column("id", counter(), primary_key=True), Column("at", Instant, default=_now))
    with pytest.raises(TypeError, match="name it"):
        await things.transact(lambda connection: Ready(insert(table)).run(connection, {"id": 1}))


def _now() -> datetime:
    return datetime.now(UTC)
