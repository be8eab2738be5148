"""The record outlives its engine: Temporal's database is deleted under open runs, and nothing that happened is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update
from temporalio.client import Client

from api.store.tables import RunRow
from holdfast.proofs import verify_all
from tests.api.test_history import archived, ended, record
from tests.api.test_reconciler import begun
from tests.api.world import World, open_world
from tests.support.servers import TemporalServer


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[TemporalServer]:
    """A Temporal of our own that keeps its state in a file."""
    folder = tmp_path / "temporal"
    folder.mkdir()
    server = await asyncio.to_thread(TemporalServer(folder).start)
    yield server
    if server.running:
        server.kill()


@pytest.fixture
async def house(tmp_path: Path, server: TemporalServer) -> AsyncIterator[World]:
    """An installation over it, with a worker. An open run is archived as soon as it rests."""
    client = await Client.connect(server.address)
    async with open_world(tmp_path / "home", client, archive_rest=0.5) as world:
        world.work()
        yield world


async def test_temporals_database_is_deleted_under_open_runs(
    house: World, server: TemporalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", server.address)
    closed, running = await ended(house), await begun(house)
    await archived(house, closed)
    await archived(house, running)
    before = await house.rows("events")
    outbox = len(await house.rows("outbox"))
    await house.rest()
    server.kill()
    for file in (tmp_path / "temporal").glob("temporal.db*"):
        file.unlink()
    await asyncio.to_thread(server.start)
    async with house.store.engine.begin() as connection:  # a start of this moment might still be on its way
        await connection.execute(update(RunRow).values(started_at="2026-01-01T00:00:00.000000Z"))
    done = await record(house).reconciler.round()
    assert done.flagged == {running: "engine_lost"}
    house.work()
    view = await house.get("ann", f"/v1/runs/{running}")
    assert (view["status"], view["engine"]["flag"], view["current"]) == ("waiting", "engine_lost", ["b"])
    assert len(await house.rows("outbox")) == outbox, "nothing is started by itself"
    assert await house.rows("events") == before
    for run in (closed, running):
        proof = (await house.call("oda", "POST", f"/v1/runs/{run}/verify")).json()
        assert (proof["replays"], proof["chain"]) == (True, True), proof
        assert "engine_lost" in [problem["code"] for problem in proof["problems"]]
        assert (await house.get("oda", f"/v1/runs/{run}/history"))["events"]
    said = [line async for line in verify_all(house.settings)]
    assert said[-1][0].startswith("2 runs verified, 0 with something wrong")
