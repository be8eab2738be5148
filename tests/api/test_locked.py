"""PostgreSQL is locked for longer than anybody waits, or only reads: told in time, and nothing is lost by it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from temporalio.client import Client

from tests.api.documents import two_steps
from tests.api.test_outage import outcome
from tests.api.world import World, open_world

PATIENCE = "-c statement_timeout=15000 -c lock_timeout=500"
"""As the store's, but for waiting half a second for a lock instead of ten."""


@pytest.fixture
async def house(
    tmp_path: Path, temporal_client: Client, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """An installation over PostgreSQL, with a worker and little patience."""
    monkeypatch.setattr("api.store.store._POSTGRES_LIMITS", PATIENCE)
    async with open_world(tmp_path, temporal_client, database=postgres_url, deadline=3.0) as world:
        world.work()
        yield world


@asynccontextmanager
async def locked(url: str, table: str) -> AsyncIterator[None]:
    """As long as this lasts nobody else reads or writes the table, as under a migration or `VACUUM FULL`."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(table)))
        yield
        await connection.rollback()


async def reads_only(url: str, held: bool) -> None:
    """As where somebody has it so, or a disk fills: for everybody, from their next connection on, which is now."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("SET default_transaction_read_only = off")
        name, value = sql.Identifier(connection.info.dbname), sql.SQL("on" if held else "off")
        await connection.execute(
            sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}").format(name, value)
        )
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def begun(world: World) -> str:
    document = two_steps()
    await world.publish(document)
    return str((await world.start("ann", document["key"]))["id"])


async def judged(world: World, run: str, command: str) -> list[str]:
    """The types of the events that a command led to, as judged."""
    events = (await world.get("ann", f"/v1/runs/{run}/events"))["items"]
    return [event["type"] for event in events if event.get("command") == command]


async def test_a_command_that_cannot_be_stored_is_not_taken(house: World, postgres_url: str) -> None:
    """503 and when to try again; the same command under the same id counts once when it is sent once more."""
    run, body = await begun(house), {"id": uuid.uuid4().hex, "step": "a", "output": {"n": 1}}
    async with locked(postgres_url, "outbox"):
        told = await house.command("ann", run, "complete", **body)
        assert (told.status_code, told.json()["code"]) == (503, "unavailable"), told.text
        assert told.headers["retry-after"] and "outbox" not in told.text
        assert (await house.get("ann", f"/v1/runs/{run}"))["current"] == ["a"], "others are served meanwhile"
    assert await judged(house, run, body["id"]) == []
    again = await house.command("ann", run, "complete", **body)
    assert again.status_code in (200, 202), again.text
    assert await outcome(house, body["id"]) == "applied"
    assert await judged(house, run, body["id"]) == ["step_done"]


async def test_a_command_that_was_stored_is_done_though_events_are_locked(house: World, postgres_url: str) -> None:
    """The run goes on and its record catches up: 202 while nobody can read what became of it, then applied, once."""
    run, command = await begun(house), uuid.uuid4().hex
    async with locked(postgres_url, "events"):
        told = await house.command("ann", run, "complete", id=command, step="a", output={"n": 1})
        assert (told.status_code, told.json()["outcome"]) == (202, "received"), told.text
        unread = await house.call("ann", "GET", f"/v1/runs/{run}/events")
        assert (unread.status_code, unread.json()["code"]) == (503, "unavailable"), unread.text
    assert await outcome(house, command) == "applied"
    assert await judged(house, run, command) == ["step_done"]
    assert (await house.until("ann", run, current=["b"]))["status"] == "waiting"


async def test_a_database_that_only_reads(house: World, postgres_url: str) -> None:
    """What is known is shown, nothing is taken that cannot be stored; the same command counts once afterwards."""
    run, body = await begun(house), {"id": uuid.uuid4().hex, "step": "a", "output": {"n": 1}}
    await reads_only(postgres_url, True)
    told = await house.command("ann", run, "complete", **body)
    assert (told.status_code, told.json()["code"]) == (503, "unavailable"), told.text
    assert (await house.get("ann", f"/v1/runs/{run}"))["current"] == ["a"]
    await reads_only(postgres_url, False)
    again = await house.command("ann", run, "complete", **body)
    assert again.status_code in (200, 202), again.text
    assert await outcome(house, body["id"]) == "applied"
    assert await judged(house, run, body["id"]) == ["step_done"]
