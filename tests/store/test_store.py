"""What both databases promise alike: instants, JSON to the letter, order by bytes, and writers that wait their turn."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import event, insert
from sqlalchemy.exc import StatementError
from sqlmodel import col, select

from api.store.keys import shared_with, teams_key
from api.store.store import Store
from api.store.tables import ActionRow, ClosingReasonRow, DefinitionRow, RunRow

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)

WRITER = """
import asyncio, sys
from sqlmodel import select
from api.store.store import Store
from api.store.tables import DefinitionRow

async def main():
    async with Store(sys.argv[1]) as store:
        for _ in range(25):
            async with store.session() as session:
                row = (await session.exec(select(DefinitionRow).with_for_update())).one()
                row.version += 1

asyncio.run(main())
"""


async def test_an_instant_comes_back_in_utc_whatever_zone_it_was_given_in(store: Store) -> None:
    amsterdam = NOON.astimezone(timezone(timedelta(hours=1)))
    async with store.session() as session:
        session.add(ActionRow(name="a", info={}, announced_at=amsterdam))
    async with store.reading() as session:
        row = (await session.exec(select(ActionRow))).one()
    assert row.announced_at == NOON
    assert row.announced_at.tzinfo is UTC


async def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="naive"):
        async with store.session() as session:
            session.add(ActionRow(name="a", info={}, announced_at=NOON.replace(tzinfo=None)))


async def test_json_comes_back_to_the_letter(store: Store) -> None:
    """Hashes are taken over these values: the order of keys, 1.0 beside 1, NUL and big numbers must survive."""
    value = {"b": 1.0, "a": [1, 2**53, -0.5, None, True], "text": "a\0b ü 😀", "": {}}
    async with store.session() as session:
        session.add(ActionRow(name="a", info=value, announced_at=NOON))
    async with store.reading() as session:
        info = (await session.exec(select(ActionRow.info))).one()
    assert info == value
    assert [list(info), type(info["b"]), type(info["a"][0])] == [list(value), float, int]


async def test_text_sorts_byte_by_byte(store: Store) -> None:
    keys = ["~", "b", "a-b", "aB", "ab", "Z", "2026-12-24T10:00:00Z", "2026-12-24"]
    async with store.session() as session:
        session.add_all([ClosingReasonRow(key=key) for key in keys])
    async with store.reading() as session:
        found = (await session.exec(select(ClosingReasonRow.key).order_by(ClosingReasonRow.key))).all()
    assert list(found) == sorted(keys)


async def test_an_exception_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(RuntimeError):
        async with store.session() as session:
            session.add(ClosingReasonRow(key="half"))
            await session.flush()
            raise RuntimeError
    async with store.reading() as session:
        assert (await session.exec(select(ClosingReasonRow))).all() == []


async def test_rows_are_seen_by_those_who_share_a_team_and_case_counts(store: Store) -> None:
    """SQLite's LIKE would let team `Ops` read what belongs to team `ops`."""
    teams = {"all": [], "ops": ["ops"], "two": ["ops", "legal"], "Ops": ["Ops"], "like": ["o%s"]}
    async with store.session() as session:
        for run, named in teams.items():
            session.add(
                RunRow(
                    id=run, definition="d", version=1, teams=named, teams_key=teams_key(named),
                    started_at="2026-11-21T12:00:00Z", started_by="ann",
                )
            )  # fmt: skip

    async def seen(*mine: str) -> set[str]:
        async with store.reading() as session:
            return set((await session.exec(select(RunRow.id).where(shared_with(col(RunRow.teams_key), mine)))).all())

    assert await seen() == {"all"}
    assert await seen("ops") == {"all", "ops", "two"}
    assert await seen("Ops", "legal") == {"all", "Ops", "two"}
    assert await seen("o%s", "op") == {"all", "like"}


async def test_one_open_run_per_record_is_decided_by_the_database(store: Store) -> None:
    async def start(name: str) -> bool:
        try:
            async with store.session() as session:
                session.add(
                    RunRow(
                        id=name, definition="d", version=1, open_key="k",
                        started_at="2026-11-21T12:00:00Z", started_by="ann",
                    )
                )  # fmt: skip
        except Exception as error:
            assert "unique" in str(error).lower()
            return False
        return True

    assert sorted(await asyncio.gather(*(start(f"run-{n}") for n in range(8)))) == [False] * 7 + [True]


async def test_writers_of_one_process_queue(store: Store) -> None:
    """Each reads, waits, then writes what it read plus one. On SQLite this fails at once without BEGIN IMMEDIATE."""
    async with store.session() as session:
        session.add(DefinitionRow(key="n"))

    async def add_one() -> None:
        async with store.session() as session:
            row = (await session.exec(select(DefinitionRow).with_for_update())).one()
            await asyncio.sleep(0.002)
            row.version += 1
            session.add(row)

    await asyncio.gather(*(add_one() for _ in range(30)))
    async with store.reading() as session:
        assert (await session.exec(select(DefinitionRow.version))).one() == 30


async def test_writers_of_several_processes_queue(store: Store, migrated_url: str) -> None:
    async with store.session() as session:
        session.add(DefinitionRow(key="n"))
    started = [subprocess.Popen([sys.executable, "-c", WRITER, migrated_url]) for _ in range(3)]
    assert [await asyncio.to_thread(process.wait, 60) for process in started] == [0, 0, 0]
    async with store.reading() as session:
        assert (await session.exec(select(DefinitionRow.version))).one() == 75


async def test_a_writer_that_is_cut_off_holds_up_nobody(store: Store) -> None:
    """As where a deadline passes, or the process is about to end, while the database works on a statement."""

    async def write(name: str) -> None:
        row = insert(ActionRow).values(name=name, info={}, announced_at=NOON)
        async with store.session() as session:
            await session.exec(row.returning(col(ActionRow.name)))

    def cut(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT") and not cutting.cancelling():
            asyncio.get_running_loop().call_soon(cutting.cancel)

    event.listen(store.engine.sync_engine, "before_cursor_execute", cut)
    gc.disable()  # what is left of the statement may be collected at any time, or never
    try:
        cutting = asyncio.create_task(write("cut"))
        await asyncio.wait({cutting})
        assert cutting.cancelled()
        await write("after")
    finally:
        gc.enable()
    async with store.reading() as session:
        assert (await session.exec(select(ActionRow.name))).all() == ["after"]


async def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    async with store.session() as writing:
        writing.add(ClosingReasonRow(key="new"))
        await writing.flush()
        async with store.reading() as session:
            assert (await session.exec(select(ClosingReasonRow))).all() == []


async def test_a_store_says_whether_its_database_answers(store: Store) -> None:
    assert await store.is_up()
    gone = Store("postgresql://nobody@127.0.0.1:1/none")
    assert not await gone.is_up()
    await gone.close()
