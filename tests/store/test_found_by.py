"""What lists are found by follows from the events: kept counts, words and labels; also for a database of before."""

from __future__ import annotations

import asyncio
from typing import Any

from alembic import command
from sqlalchemy import create_engine, text
from sqlmodel import col, delete, select, update

from api.store.counts import COLUMNS, COUNTS, recount
from api.store.ledger import SqlLedger
from api.store.migrations import check, config, migrate
from api.store.rebuild import rebuild
from api.store.search import search_text, words_of
from api.store.store import Store
from api.store.store import database_url as with_driver
from api.store.tables import AssignmentRow, CountRow, LabelRow, Row, RunRow, TaskRow, WordRow
from tests.store.runs import Told, publish


async def counted(store: Store) -> dict[tuple[str, str], dict[str, int]]:
    """The sums of the counts, without what is zero."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    async with store.reading() as session:
        for row in (await session.exec(select(CountRow))).all():
            sums = found.setdefault((row.definition, row.teams_key), dict.fromkeys(COLUMNS, 0))
            for name in COLUMNS:
                sums[name] += getattr(row, name)
    return {pair: {name: n for name, n in sums.items() if n} for pair, sums in found.items()}


async def test_counts_follow_a_run(store: Store) -> None:
    """From nothing through every status; a repeated batch counts once."""
    await publish(store)
    ledger, told, pair = SqlLedger(store), Told(), ("refund", "|ops|")
    for step, status in (
        (told.start, "waiting"),
        (told.ask, "running"),
        (told.paid, "waiting"),
        (told.check, "completed"),
    ):
        batch = step()
        for _ in range(2):
            await ledger.append(told.run, batch)
        assert await counted(store) == {pair: {status: 1}}


async def test_counts_of_many_at_once(store: Store) -> None:
    """Forty runs of one definition, told side by side by two ledgers: no count is lost, nobody waits in a circle."""
    await publish(store)
    ledgers = (SqlLedger(store), SqlLedger(store))

    async def tell(number: int) -> None:
        told = Told(f"run-{number}", record=None)
        for step in [told.start, told.ask, told.paid, told.check][: 1 + number % 4]:
            await ledgers[number % 2].append(told.run, step())

    await asyncio.gather(*(tell(number) for number in range(40)))
    assert await counted(store) == {("refund", "|ops|"): {"waiting": 20, "running": 10, "completed": 10}}


async def test_rebuild_finds_the_same(store: Store) -> None:
    """Whatever was dropped or changed comes back, and what is counted is counted anew."""
    await publish(store)
    ledger = SqlLedger(store)
    for number in range(4):
        told = Told(f"run-{number}", record=f"o{number}")
        for step in [told.start, told.ask, told.paid, told.check][: number + 1]:
            await ledger.append(told.run, step())
    before = await counted(store), await found_by(store)
    async with store.session() as session:
        await session.exec(delete(WordRow).where(col(WordRow.kind) == "run"))
        await session.exec(delete(LabelRow))
        await session.exec(update(RunRow).values(status="saved", search="", teams_key="|x|"))
        await session.exec(update(CountRow).values(waiting=17))
    await rebuild(store)
    known = {pair: sums for pair, sums in (await counted(store)).items() if sums}
    assert (known, await found_by(store)) == before


async def found_by(store: Store) -> dict[str, list[dict[str, Any]]]:
    """The rows that lists are found by, as they stand."""
    async with store.reading() as session:
        tables = (WordRow, LabelRow, AssignmentRow)
        found = {
            table.__name__: [r.model_dump() for r in (await session.exec(select(table))).all()] for table in tables
        }
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def test_words() -> None:
    """Letters and digits of any script, without case, each once; a search text has each between spaces."""
    assert words_of("Order 77 of Émile", "demo/o-77", None) == ["order", "77", "of", "émile", "demo", "o"]
    assert words_of("STRASSE Straße ﬁne_x") == ["strasse", "fine", "x"]
    assert search_text("A b") == " a  b "
    assert search_text("", None, "%_!") == ""
    assert len(words_of(" ".join(str(n) for n in range(1000)))) == 50


async def test_a_database_of_before(database_url: str) -> None:
    """Rows written before the second migration are found after it as if they had been written today, and back again."""
    migrate(database_url)
    async with Store(database_url) as store:
        await publish(store)
        ledger = SqlLedger(store)
        for number in range(3):
            told = Told(f"run-{number}", record=f"o{number}")
            for step in [told.start, told.ask, told.paid][: number + 1]:
                await ledger.append(told.run, step())
        wanted = await counted(store), await found_by(store), await searched(store)
    await asyncio.to_thread(command.downgrade, config(database_url), "0001")
    engine = create_engine(with_driver(database_url, sync=True))
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO log (at, action, type, via, outcome, record, teams)"
                " VALUES ('2026-11-21 09:00:00', 'run.start', 'write', 'api', 'ok', 'demo.orders/o1', '[\"b\",\"a\"]')"
            )
        )
    engine.dispose()
    await asyncio.to_thread(migrate, database_url)
    await asyncio.to_thread(check, database_url)
    async with Store(database_url) as store:
        assert (await counted(store), await found_by(store), await searched(store)) == wanted
        async with store.engine.connect() as connection:
            log = Row.metadata.tables["log"]
            row = (
                await connection.execute(select(log.c.record_id, log.c.teams_key).where(log.c.record.is_not(None)))
            ).one()
        assert tuple(row) == ("o1", "|a|b|")
        await store.transact(recount)
        assert await counted(store) == wanted[0]


async def searched(store: Store) -> list[str]:
    """The search texts."""
    async with store.reading() as session:
        runs = (await session.exec(select(RunRow.search).order_by(RunRow.id))).all()
        tasks = (await session.exec(select(TaskRow.search).order_by(TaskRow.run, TaskRow.step))).all()
    return [*runs, *tasks]


def test_the_counts_have_a_column_for_every_status() -> None:
    assert set(COLUMNS) == set(COUNTS.c.keys()) - {"shard", "definition", "teams_key"}
