"""The activity log: exported as a table that no spreadsheet computes, sealed row by row, pruned of old reads only."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, update
from temporalio.client import Client

from api.sealing import Sealer
from api.store.archive_tables import LogPruneRow, LogSealRow
from api.store.tables import Row
from tests.api.test_history import record
from tests.api.world import World, open_world

LOG = Row.metadata.tables["log"]
SEALS, PRUNES = LogSealRow.__table__, LogPruneRow.__table__  # type: ignore[attr-defined]


@pytest.fixture
async def house(tmp_path: Path, temporal_client: Client) -> AsyncIterator[World]:
    """An installation of one's own, whose log nobody else writes."""
    async with open_world(tmp_path, temporal_client) as world:
        yield world


async def change(world: World, *statements: Any) -> None:
    """Changes the database behind everybody's back."""
    async with world.store.engine.begin() as connection:
        for statement in statements:
            assert (await connection.execute(statement)).rowcount > 0


async def written(world: World, count: int, kind: str = "write", days_ago: int = 0) -> list[int]:
    """Rows of the log; their ids."""
    at = datetime.now(UTC) - timedelta(days=days_ago)
    before = {row["id"] for row in await world.rows("log")}
    await change(world, insert(LOG).values([{"at": at, "action": f"test.{n}", "type": kind, "via": "api",
                                             "outcome": "ok", "detail": {"n": n}} for n in range(count)]))  # fmt: skip
    return sorted({row["id"] for row in await world.rows("log")} - before)


def sealer(world: World) -> Sealer:
    return record(world).sealer


async def problems(world: World) -> list[tuple[str, int | None]]:
    _, found = await sealer(world).check()
    return [(problem.name, problem.seq) for problem in found]


async def sealed(world: World, count: int = 5, **more: Any) -> list[int]:
    rows = await written(world, count, **more)
    await sealer(world).seal()
    return rows


async def test_no_cell_begins_like_a_formula(house: World) -> None:
    await house.call("admin", "GET", "/v1/definitions/%3Dcmd()")
    await written(house, 1)
    await change(house, update(LOG).values(action="=cmd()", record="@SUM(A1)"))
    answer = await house.call("oda", "GET", "/v1/activity-log.csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert "activity-log.csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert rows
    assert {row["action"] for row in rows} == {"'=cmd()"}
    assert {row["record"] for row in rows} == {"'@SUM(A1)"}


async def test_the_export_is_all_of_it_line_by_line(house: World) -> None:
    rows = await written(house, 1203)
    answer = await house.call("oda", "GET", "/v1/activity-log.jsonl?type=write")
    found = [json.loads(line) for line in answer.text.splitlines()]
    assert [row["id"] for row in found] == sorted(rows, reverse=True)
    later = rfc(datetime.now(UTC) + timedelta(hours=1))
    assert (await house.call("oda", "GET", f"/v1/activity-log.jsonl?after={later}")).text == ""
    mine = await house.call("ann", "GET", "/v1/activity-log.jsonl?type=write")
    assert mine.text == "", "an operator sees what is theirs"


def rfc(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


async def test_what_nobody_touched_holds(house: World) -> None:
    await sealed(house, 1203)
    done, found = await sealer(house).check()
    assert (found, done.seals >= 2, done.rows >= 1203) == ([], True, True)


CHANGES: dict[str, Any] = {
    "at": datetime(2020, 1, 1, tzinfo=UTC),
    "user": "mallory",
    "teams": ["ops"],
    "action": "other",
    "type": "read",
    "via": "worker",
    "outcome": "refused",
    "definition": "d",
    "run": "r",
    "step": "s",
    "record": "c/1",
    "record_id": "1",
    "teams_key": "|ops|",
    "trace_id": "t",
    "detail": {"n": 7},
}


@pytest.mark.parametrize("column", sorted(set(LOG.c.keys()) - {"id"}))
async def test_a_change_in_any_column_is_found_at_that_row(house: World, column: str) -> None:
    rows = await sealed(house)
    await change(house, update(LOG).where(LOG.c.id == rows[2]).values({column: CHANGES[column]}))
    assert await problems(house) == [("log_row_changed", rows[2])]


async def test_a_row_taken_out_or_slipped_in_is_found(house: World) -> None:
    first, second = await sealed(house), await sealed(house)
    await change(house, delete(LOG).where(LOG.c.id == first[1]))
    assert await problems(house) == [("log_row_missing", first[1])]
    copy = {"at": datetime.now(UTC), "action": "slipped.in", "type": "write", "via": "api", "outcome": "ok"}
    await change(house, update(LOG).where(LOG.c.id == second[0]).values(id=first[1]))
    assert await problems(house) == [("log_row_changed", first[1]), ("log_row_missing", second[0])]
    await change(house, insert(LOG).values(id=second[0], **copy))
    assert ("log_row_changed", second[0]) in await problems(house)


async def test_a_seal_made_anew_breaks_those_after_it(house: World) -> None:
    await sealed(house)
    await sealed(house)
    row = (await house.rows("log_seals"))[0]
    await change(house, update(SEALS).where(SEALS.c.seq == 1).values(leaves=row["leaves"][:-1]))
    assert ("seal_broken", None) in [(code, None) for code, _ in await problems(house)]


async def test_an_end_cut_off_is_found_by_the_anchor_and_by_nothing_else(house: World) -> None:
    await sealed(house)
    last = await sealed(house)
    seal = max(row["seq"] for row in await house.rows("log_seals"))
    await change(house, delete(LOG).where(LOG.c.id >= last[0]), delete(SEALS).where(SEALS.c.seq == seal))
    assert [code for code, _ in await problems(house)] == ["log_tail_missing"]
    await sealed(house)
    assert [code for code, _ in await problems(house)] == ["log_anchor_differs"], "what came after hides nothing"


async def test_old_reads_are_pruned_and_nothing_else(house: World) -> None:
    old_reads = await sealed(house, kind="read", days_ago=40)
    old_writes = await sealed(house, days_ago=40)
    new_reads = await sealed(house, kind="read")
    keeping = Sealer(house.store, sealer(house).anchors, timedelta(days=30))
    count = await keeping.prune()
    left = {row["id"] for row in await house.rows("log")}
    assert count >= 5
    assert not left & set(old_reads)
    assert left >= {*old_writes, *new_reads}
    await keeping.seal()
    assert await problems(house) == []
    await change(house, delete(LOG).where(LOG.c.id == old_writes[0]))
    assert await problems(house) == [("log_row_missing", old_writes[0])], "a write is never pruned"
    await change(house, delete(LOG).where(LOG.c.id == new_reads[0]))
    assert ("log_row_missing", new_reads[0]) in await problems(house)


async def test_a_pruning_that_the_log_does_not_tell_of_excuses_nothing(house: World) -> None:
    reads = await sealed(house, kind="read", days_ago=40)
    row = max(await house.rows("log_seals"), key=lambda row: row["seq"])
    now = datetime.now(UTC)
    forged = {"seal": row["seq"], "before": now, "rows": 5, "link": row["link"], "at": now}
    await change(house, insert(PRUNES).values(forged), delete(LOG).where(LOG.c.id == reads[0]))
    assert await problems(house) == [("log_row_missing", reads[0])]


async def test_reads_stay_for_ever_where_nothing_is_set(house: World) -> None:
    await sealed(house, kind="read", days_ago=4000)
    assert await sealer(house).prune() == 0
