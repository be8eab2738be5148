"""Pieces of work that share a transaction: all are done, and one that fails takes no other along."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from api.store import gathering
from api.store import store as storing
from api.store.gathering import FEW, GATHER, LONGEST_FOR_MANY, LONGEST_GATHER, WINDOW, Gathering
from api.store.store import Store


@pytest.fixture
async def store(tmp_path: Path) -> Store:
    (tmp_path / "together.db").touch()
    store = Store(f"sqlite:///{tmp_path / 'together.db'}")
    await store.transact(lambda connection: connection.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY)")))
    return store


def _insert(connection: Connection, n: int) -> int:
    connection.execute(text("INSERT INTO t VALUES (:n)"), {"n": n})
    return n


async def _numbers(store: Store) -> list[int]:
    return await store.look(lambda connection: list(connection.execute(text("SELECT n FROM t ORDER BY n")).scalars()))


async def test_all_of_a_group_is_done_and_each_gets_its_own_answer(store: Store) -> None:
    given = await asyncio.gather(*(store.together(lambda c, n=n: _insert(c, n)) for n in range(100)))  # type: ignore[misc]
    assert given == list(range(100))
    assert await _numbers(store) == list(range(100))


async def test_one_that_fails_fails_alone(store: Store) -> None:
    numbers = [1, 2, 2, 3]
    given = await asyncio.gather(
        *(store.together(lambda c, n=n: _insert(c, n)) for n in numbers),  # type: ignore[misc]
        return_exceptions=True,
    )
    assert [type(each) for each in given] == [int, int, IntegrityError, int]
    assert await _numbers(store) == [1, 2, 3]


async def test_who_is_cancelled_takes_no_other_along(store: Store) -> None:
    tasks = [asyncio.create_task(store.together(lambda c, n=n: _insert(c, n))) for n in range(5)]  # type: ignore[misc]
    await asyncio.sleep(0)
    tasks[2].cancel()
    given = await asyncio.gather(*tasks, return_exceptions=True)
    assert [each for each in given if isinstance(each, int)] == [0, 1, 3, 4]
    assert set(await _numbers(store)) >= {0, 1, 3, 4}


async def test_groups_and_sessions_take_turns(store: Store) -> None:
    async def in_a_session(n: int) -> None:
        async with store.session() as session:
            await session.run_sync(lambda inner: _insert(inner.connection(), n))

    await asyncio.gather(
        *(store.together(lambda c, n=n: _insert(c, n)) for n in range(0, 40, 2)),  # type: ignore[misc]
        *(in_a_session(n) for n in range(1, 40, 2)),
    )
    assert await _numbers(store) == list(range(40))


class _Counted:
    """The store's way to write, with the number of pieces of each transaction."""

    def __init__(self, store: Store) -> None:
        self.groups: list[int] = []
        self._door, store._writing = store._writing, self  # type: ignore[assignment]

    def all_within(self, works: Sequence[Any]) -> Any:
        self.groups.append(len(works))
        return self._door.all_within(works)


async def test_after_a_group_of_many_the_next_one_gathers(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "LONGEST_GATHER", 0.3)  # long enough for a slow machine
    counted = _Counted(store)
    await asyncio.gather(*(store.together(lambda c, n=n: _insert(c, n)) for n in range(100, 200)))  # type: ignore[misc]
    assert counted.groups == [storing.GROUP, 100 - storing.GROUP]
    first = asyncio.create_task(store.together(lambda c: _insert(c, 1)))
    await asyncio.sleep(0.001)  # the writer is free, and waits for more
    await asyncio.gather(first, store.together(lambda c: _insert(c, 2)))
    assert counted.groups[2:] == [2]


async def test_who_writes_alone_is_not_kept_waiting(store: Store) -> None:
    for n in range(3):
        await store.together(lambda c, n=n: _insert(c, n))  # type: ignore[misc]
        assert store._not_before <= time.monotonic()


def crowded(runs: int, at: float) -> Gathering:
    """After so many runs have written, each of them twice."""
    gathered = Gathering()
    for n in 2 * list(range(runs)):
        gathered.wrote(f"run-{n}", at)
    return gathered


def test_a_few_runs_wait_for_as_many_as_shared_and_many_wait_longer() -> None:
    assert [crowded(FEW, 7.0).pause(n) for n in (1, 2, 3, 60)] == [0.0, GATHER, 2 * GATHER, LONGEST_GATHER]
    between, many = crowded(2 * FEW, 7.0), crowded(20 * FEW, 7.0)
    assert GATHER < between.pause(2) < many.pause(2) == GATHER + LONGEST_FOR_MANY
    assert (many.pause(1), many.pause(60)) == (0.0, LONGEST_GATHER + LONGEST_FOR_MANY)


def test_runs_count_as_busy_as_long_as_they_write() -> None:
    gathered, few = crowded(20 * FEW, 7.0), crowded(0, 7.0).pause(2)
    gathered.wrote("run-0", 7.0 + WINDOW)
    assert gathered.pause(2) > few, "the window has just begun, and the one before counts"
    gathered.wrote("run-0", 7.0 + 2 * WINDOW)
    assert gathered.pause(2) == few, "one of them is left"
    late = crowded(20 * FEW, 7.0)
    late.wrote(None, 7.0 + 2 * WINDOW)
    assert late.pause(2) == few, "what is recorded for people makes no run busy"
