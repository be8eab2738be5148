"""Waiting for what became of a command: told as soon as it is recorded, None when it is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from api.store.migrations import migrate
from api.store.store import Store
from api.verdicts import COMMANDS, FIRST, RUNS, SLOWEST, Verdicts

NOW = datetime.now(UTC)
RUN = {
    "id": "run-1",
    "definition": "d",
    "version": 1,
    "hash": "h",
    "name": "n",
    "teams": [],
    "teams_key": "",
    "labels": [],
    "started_at": "2026-01-01T00:00:00Z",
    "started_by": "ann",
    "status": "running",
    "attention": False,
    "seq": 0,
    "chain": "",
}
COMMAND = {"run": "run-1", "type": "complete", "actor": "ann", "body_hash": "b", "body": {}, "at": NOW, "via": "api"}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite:///{tmp_path / 'verdicts.db'}"
    await asyncio.to_thread(migrate, url)
    async with Store(url) as store:
        await store.transact(lambda connection: connection.execute(insert(RUNS).values(**RUN)))
        yield store


async def _received(store: Store, *names: str) -> None:
    rows = [{**COMMAND, "id": name, "outcome": "received"} for name in names]
    await store.transact(lambda connection: connection.execute(insert(COMMANDS), rows))


async def _settle(store: Store, name: str, outcome: str, refusal: dict[str, str] | None = None) -> None:
    done = update(COMMANDS).where(COMMANDS.c.id == name).values(outcome=outcome, refusal=refusal)
    await store.transact(lambda connection: connection.execute(done))


async def test_each_who_waits_is_told_their_own(store: Store) -> None:
    verdicts = Verdicts(store)
    await _received(store, "one", "two", "three")
    waiting = [asyncio.create_task(verdicts.of(name, 10)) for name in ("one", "two", "two")]
    missed = asyncio.create_task(verdicts.of("three", 0.2))
    await _settle(store, "two", "refused", {"code": "no"})
    await _settle(store, "one", "applied")
    one, *two = await asyncio.gather(*waiting)
    assert one is not None and (one.outcome, one.refusal, one.row.definition) == ("applied", None, "d")
    assert [each and (each.outcome, each.refusal) for each in two] == [("refused", {"code": "no"})] * 2
    assert await missed is None


async def test_without_time_it_is_looked_at_once(store: Store) -> None:
    verdicts = Verdicts(store)
    await _received(store, "one")
    assert await verdicts.of("one", 0) is None
    await _settle(store, "one", "applied")
    found = await verdicts.of("one", 0)
    assert found is not None and found.outcome == "applied"


async def test_who_came_later_is_told_as_well(store: Store) -> None:
    verdicts = Verdicts(store)
    await _received(store, "one", "two")
    await _settle(store, "one", "applied")
    assert await verdicts.of("one", 10) is not None
    await asyncio.sleep(0.05)  # nobody waits: the task that looked has ended
    await _settle(store, "two", "applied")
    assert await verdicts.of("two", 10) is not None


async def test_the_first_look_learns_how_long_outcomes_take(store: Store) -> None:
    """It comes later where they come late, and a late one for once does not put it off beyond its limit."""
    verdicts = Verdicts(store)
    assert verdicts.first_look == FIRST
    for name in ("one", "two", "three"):
        await _received(store, name)
        waiting = asyncio.create_task(verdicts.of(name, 10))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await _settle(store, name, "applied")
        assert await waiting is not None
    assert FIRST < verdicts.first_look < SLOWEST
