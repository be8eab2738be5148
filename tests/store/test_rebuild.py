"""The read model dropped and folded again gives the same rows, to the letter."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Text, literal, type_coerce
from sqlalchemy import select as core_select
from sqlmodel import col, delete, select, update

from api.store.chain import first_break
from api.store.ledger import SqlLedger
from api.store.rebuild import rebuild, stored_events
from api.store.store import Store
from api.store.tables import AssignmentRow, EventRow, RunRow, TaskRow
from tests.store.runs import Told, publish

READ_MODEL = (RunRow, TaskRow, AssignmentRow)


async def read_model(store: Store) -> dict[str, list[dict[str, Any]]]:
    async with store.reading() as session:
        found = {
            table.__name__: [r.model_dump() for r in (await session.exec(select(table))).all()] for table in READ_MODEL
        }
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


async def told_to_different_ends(store: Store) -> None:
    await publish(store)
    ledger = SqlLedger(store)
    for number in range(5):
        told = Told(f"run-{number}", record=f"o{number}")
        steps = [told.start, told.ask, told.paid, told.check]
        for step in steps[: number + 1] or steps:
            await ledger.append(told.run, step())


async def test_what_was_dropped_comes_back_the_same(store: Store) -> None:
    await told_to_different_ends(store)
    before = await read_model(store)
    async with store.session() as session:
        for table in READ_MODEL:
            await session.exec(delete(table))
    done = await rebuild(store)
    assert (done.runs, done.broken) == (5, {})
    assert await read_model(store) == before


async def test_what_was_tampered_with_is_put_right_and_the_request_is_kept(store: Store) -> None:
    await told_to_different_ends(store)
    async with store.session() as session:
        await session.exec(update(RunRow).values(request={"source": "record"}))
    before = await read_model(store)
    async with store.session() as session:
        await session.exec(update(RunRow).values(status="aborted", open_key=None, seq=0, name="?", state=None))
        await session.exec(update(TaskRow).values(title="?"))
        session.add(AssignmentRow(run="run-0", step="ask", kind="user", who="mallory"))
    await rebuild(store)
    assert await read_model(store) == before


async def test_a_run_whose_events_were_changed_is_named_and_left_alone(store: Store) -> None:
    await told_to_different_ends(store)
    before = await read_model(store)
    async with store.session() as session:
        changed = update(EventRow).where(col(EventRow.run) == "run-2", col(EventRow.seq) == 3)
        await session.exec(changed.values(actor="mallory"))
    assert (await rebuild(store)).broken == {"run-2": 3}
    assert await read_model(store) == before


TEXTS = ("type", "at", "step", "execution", "actor", "command", "data", "chain")


def flipped(text: str, place: int) -> str:
    """One letter of a text another one."""
    return text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1 :]


async def test_one_letter_changed_anywhere_in_an_event_is_found_at_that_event(store: Store) -> None:
    """Every column of every event, at its beginning, in its middle and at its end; also where it is no JSON then."""
    await told_to_different_ends(store)
    table = EventRow.__table__  # type: ignore[attr-defined]
    raw = [type_coerce(table.c[name], Text).label(name) for name in TEXTS]
    async with store.engine.connect() as connection:
        rows = (await connection.execute(select(table.c.seq, *raw).where(table.c.run == "run-3"))).mappings().all()
    tried = 0
    for row in rows:
        for name, text in ((name, row[name]) for name in TEXTS if row[name]):
            for place in sorted({0, len(text) // 2, len(text) - 1}):
                of = (table.c.run == "run-3", table.c.seq == row["seq"])

                def found(
                    connection: Connection, name: str = name, text: str = text, place: int = place, of: Any = of
                ) -> int | None:
                    column = type_coerce(table.c[name], Text)
                    connection.execute(update(table).where(*of).values({name: literal(flipped(text, place), Text)}))
                    assert connection.execute(core_select(column).where(*of)).scalar() == flipped(text, place)
                    broken = first_break("run-3", stored_events(connection, "run-3"))
                    connection.execute(update(table).where(*of).values({name: literal(text, Text)}))
                    return broken

                assert await store.transact(found) == row["seq"], (name, place, text)
                tried += 1
    assert tried > 100
