"""The commands `verify` and `rebuild --from-histories`, as an operator gives them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from temporalio.client import Client

from api.store.tables import AssignmentRow, CountRow, EventRow, LogRow, Row, RunRow, TaskRow
from holdfast.proofs import NOT_IN_HISTORIES, rebuild_from_histories, verify_all
from tests.api.test_history import archived, ended, record
from tests.api.test_reconciler import begun
from tests.api.world import World, open_world

EVENTS, RUNS, LOG = (Row.metadata.tables[name] for name in ("events", "runs", "log"))
READ_MODEL = ("runs", "tasks", "assignments")


@pytest.fixture
async def house(tmp_path: Path, temporal_client: Client, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """An installation of one's own, whose Temporal the commands find by the environment."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_client.service_client.config.target_host)
    async with open_world(tmp_path, temporal_client) as world:
        world.work()
        yield world


async def said(lines: AsyncIterator[tuple[str, bool]]) -> tuple[list[str], bool]:
    """All lines, and whether all was well."""
    found = [line async for line in lines]
    return [line for line, _ in found], all(right for _, right in found)


async def change(world: World, *statements: Any) -> None:
    async with world.store.engine.begin() as connection:
        for statement in statements:
            await connection.execute(statement)


async def tables(world: World, *names: str) -> dict[str, list[Any]]:
    """Rows by table, in no order that matters, without what is kept beside the fold."""
    return {name: sorted(repr(sorted(row.items())) for row in await world.rows(name)) for name in names}


async def test_the_event_table_dropped_and_had_again_from_histories(house: World) -> None:
    """Same rows, same chain, same lists: of an open run and of one that has ended."""
    closed, running = await ended(house), await begun(house)
    await archived(house, closed)
    before = await tables(house, "events", *READ_MODEL)
    counts = await house.get("oda", "/v1/runs/counts")
    await change(house, delete(EventRow), delete(TaskRow), delete(AssignmentRow), delete(CountRow))
    lines, right = await said(rebuild_from_histories(house.settings))
    assert right, lines
    assert lines[-1] == NOT_IN_HISTORIES
    assert await tables(house, "events", *READ_MODEL) == before
    assert await house.get("oda", "/v1/runs/counts") == counts
    lines, right = await said(verify_all(house.settings))
    assert right, lines
    assert lines[-1].startswith("2 runs verified, 0 with something wrong")
    assert {closed, running} == {row["id"] for row in await house.rows("runs")}


async def test_the_rows_of_runs_are_had_again_too_but_for_how_they_were_asked_for(house: World) -> None:
    run = await ended(house)
    before = (await house.rows("runs"))[0]
    await change(house, delete(EventRow), delete(RunRow), delete(CountRow))
    assert (await said(rebuild_from_histories(house.settings)))[1]
    after = (await house.rows("runs"))[0]
    assert {name for name in before if before[name] != after[name]} == {"request", "tail"}
    assert after["tail"] is None, "what a history holds is firm: no try of a turn may replace it"
    assert (await house.get("oda", f"/v1/runs/{run}"))["status"] == "completed"


async def test_what_stands_there_is_never_changed(house: World) -> None:
    """A record that says otherwise than its history is named; what is missing beside it stays missing."""
    run, fine = await ended(house), await ended(house)
    await change(house, update(EVENTS).where(EVENTS.c.run == run, EVENTS.c.seq == 2).values(chain="0" * 64))
    await change(house, delete(EVENTS).where(EVENTS.c.run.in_([run, fine]), EVENTS.c.seq == 3))
    lines, right = await said(rebuild_from_histories(house.settings))
    assert not right
    assert [line for line in lines if line.startswith(run)] == [
        f"{run} (event 2): the record says another event than the history"
    ]
    assert any("2 runs looked at, 1 events written, 1 runs could not be filled" in line for line in lines)
    left = {(row["run"], row["seq"]) for row in await house.rows("events")}
    assert ((run, 3) in left, (fine, 3) in left) == (False, True)


async def test_verify_names_every_run_and_row_that_is_wrong(house: World) -> None:
    changed, fine = await ended(house), await ended(house)
    await archived(house, changed)
    await record(house).sealer.seal()
    async with house.store.engine.connect() as connection:
        row = (await connection.execute(select(LOG.c.id).order_by(LOG.c.id).limit(1))).scalar()
    await change(
        house,
        update(EventRow.__table__).where(EVENTS.c.run == changed, EVENTS.c.seq == 2).values(actor="mallory"),  # type: ignore[attr-defined]
        update(LogRow.__table__).where(LOG.c.id == row).values(user="mallory"),  # type: ignore[attr-defined]
    )
    lines, right = await said(verify_all(house.settings))
    assert not right
    assert any(line.startswith(f"{changed}: chain_broken (event 2)") for line in lines)
    assert any(line.startswith("activity log: log_row_changed") and f"Row {row} " in line for line in lines)
    assert not any(line.startswith(f"{fine}: chain") for line in lines)
    one, right = await said(verify_all(house.settings, fine))
    assert (one, right) == ([f"{fine}: proven"], True)
    assert not (await said(verify_all(house.settings, changed)))[1]


async def test_a_run_that_was_deleted_whole_is_missed(house: World) -> None:
    """Its anchor stands outside of the database."""
    run = await ended(house)
    await archived(house, run)
    await change(house, delete(EVENTS).where(EVENTS.c.run == run), delete(RUNS).where(RUNS.c.id == run))
    lines, right = await said(verify_all(house.settings))
    assert not right
    assert any(line.startswith(f"{run}: run_missing") for line in lines)


async def test_without_temporal_what_is_stored_is_what_there_is(house: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = await ended(house)
    await archived(house, run)
    before = await tables(house, "events", "runs")
    await house.rest()
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    await change(house, delete(EventRow))
    lines, right = await said(rebuild_from_histories(house.settings))
    assert right, lines
    assert await tables(house, "events", "runs") == before
    lines, right = await said(verify_all(house.settings, run))
    assert right, lines
    assert any("history_unreachable" in line for line in lines)
