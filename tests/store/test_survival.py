"""A writer that is killed, a memory that is too small, a file that is damaged: the record is whole or it says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlmodel import col, select

from api.store.chain import first_break
from api.store.facts import event_of
from api.store.kept import Kept
from api.store.ledger import SqlLedger
from api.store.migrations import migrate
from api.store.rebuild import rebuild
from api.store.store import Store
from api.store.tables import EffectRow, EventRow, RunRow, TaskRow
from tests.store.runs import Told, call, publish

WRITER = """
import asyncio, itertools, sys
from api.store.ledger import SqlLedger
from api.store.store import Store
from tests.store.runs import Told, call

async def main():
    async with Store(sys.argv[1]) as store:
        ledger = SqlLedger(store)
        for number in itertools.count():
            told = Told(f"{sys.argv[2]}-{number}", record=None)
            await ledger.append(told.run, told.start())
            await ledger.begin(call(told, told.ask()))
            await ledger.finish(call(told), "done", {"id": "r"})
            await ledger.append(told.run, told.paid() + told.check())
            print(told.run, flush=True)

asyncio.run(main())
"""


async def test_a_writer_killed_in_the_middle_leaves_only_whole_transactions(store: Store, migrated_url: str) -> None:
    """What was answered is there; what was under way is there altogether or not at all; the next writer goes on."""
    await publish(store)
    acked: list[str] = []
    for life in ("a", "b", "c"):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, migrated_url, life], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        acked += [writer.stdout.readline().strip() for _ in range(5)]
        writer.kill()
        writer.wait()
    async with store.reading() as session:
        runs = {row.id: row for row in (await session.exec(select(RunRow))).all()}
        events = (await session.exec(select(EventRow).order_by(col(EventRow.run), col(EventRow.seq)))).all()
        begun = {row.run for row in (await session.exec(select(EffectRow))).all()}
    assert {runs[run].status for run in acked} == {"completed"}
    for run, row in runs.items():
        mine = [(event_of(event), event.chain) for event in events if event.run == run]
        assert first_break(run, mine) is None
        assert (row.seq, row.chain) == (len(mine), mine[-1][1])
        assert (run in begun) == (row.seq >= 4)
    assert (await rebuild(store)).broken == {}


async def test_runs_that_push_each_other_out_of_memory_are_folded_right(store: Store) -> None:
    await publish(store)
    ledger = SqlLedger(store, keep=1)
    told = [Told(f"run-{number}", record=None) for number in range(3)]
    for step in ("start", "ask", "paid", "check"):
        for run in told:
            await ledger.append(run.run, getattr(run, step)())
    async with store.reading() as session:
        found = {row.id: row.state for row in (await session.exec(select(RunRow))).all()}
        assert (await session.exec(select(TaskRow))).all() == []
    assert found == {run.run: run.state.to_json() for run in told}


async def test_an_effect_begun_by_a_worker_that_died_is_not_begun_again_by_itself(store: Store) -> None:
    await publish(store)
    told = Told()
    assert (await SqlLedger(store).begin(call(told, told.start() + told.ask()))).verdict == "go"
    assert (await SqlLedger(store).begin(call(told))).verdict == "interrupted"


def test_a_damaged_file_is_refused_and_never_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "holdfast.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(DatabaseError):
        migrate(f"sqlite:///{path}")
    assert path.read_bytes() == b"not a database at all" * 100


async def test_a_file_that_is_taken_away_is_not_made_anew_and_is_found_when_it_is_back(tmp_path: Path) -> None:
    """An empty file in its place would be kept open, and have no table for ever."""
    path, away = tmp_path / "a #1 100%?.db", tmp_path / "away.db"
    migrate(str(URL.create("sqlite", database=str(path))))
    path.rename(away)
    async with Store(str(URL.create("sqlite", database=str(path)))) as store:
        for _ in range(2):
            with pytest.raises(OperationalError):
                await store.look(_people)
            with pytest.raises(OperationalError):
                await store.transact(_people)
            assert not await store.is_up()
        assert list(tmp_path.iterdir()) == [away]
        away.rename(path)
        assert await store.look(_people) == await store.transact(_people) == 0
        assert await store.is_up()


def _people(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM users")).scalar_one())


def test_what_was_not_asked_for_the_longest_is_forgotten_first() -> None:
    kept: Kept[str, int] = Kept(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert [kept.get(key) for key in "abc"] == [1, None, 3]
    kept.drop("a")
    kept.drop("a")
    assert kept.get("a") is None
