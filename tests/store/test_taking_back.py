"""A turn whose worker died after it wrote, and that came out otherwise when it was taken again, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from api.store import feed
from api.store.chain import first_break
from api.store.counts import recount
from api.store.ledger import SqlLedger
from api.store.rebuild import rebuild, stored_events
from api.store.store import Store
from api.store.tables import AssignmentRow, CommandRow, CountRow, LogRow, RunRow, TaskRow
from definitions.taken import Taken
from tests.store.runs import BEGAN, Told, call, publish
from tests.store.test_ledger import rows, stored


def turn(second: int, leg: str = "leg-1", after: str = "") -> Taken:
    return Taken(leg, after, second * 1_000_000)


@pytest.fixture
async def ledger(store: Store) -> SqlLedger:
    await publish(store)
    return SqlLedger(store)


async def two_tries(ledger: SqlLedger) -> tuple[Told, Told]:
    """The payment's answer is written, the turn is lost, and Lea's refused word comes before it the second time.

    Gives the run as the first try told it and as the second does, before that one is written.
    """
    lost, told = Told(), Told()
    for each in (lost, told):
        each.start(), each.ask()
    await ledger.append("run-1", told.events[:2], turn(1))
    await ledger.begin(call(told, told.events[2:], taken=turn(2)))
    lost.paid()
    await ledger.append("run-1", lost.events[len(told.events) :], turn(3))
    told.check()
    told.paid()
    return lost, told


async def test_the_later_try_stands_in_the_record_and_in_the_lists(store: Store, ledger: SqlLedger) -> None:
    lost, told = await two_tries(ledger)
    assert await stored(store) == lost.events
    begun = len(told.events) - 3
    assert lost.events[:begun] == told.events[:begun] and lost.events != told.events[: len(lost.events)]
    await ledger.append("run-1", told.events[2:], turn(4))
    assert await stored(store) == told.events
    [run] = await rows(store, RunRow)
    assert (run.seq, run.state) == (told.state.seq, told.state.to_json())
    chained = await store.look(lambda connection: stored_events(connection, "run-1"))
    assert first_break("run-1", chained) is None and run.chain == chained[-1][1]
    assert [(row.step, row.status) for row in await rows(store, TaskRow)] == [("check", "ready")]


async def test_what_was_written_first_stands_in_the_log(store: Store, ledger: SqlLedger) -> None:
    lost, told = await two_tries(ledger)
    await ledger.append("run-1", told.events[2:], turn(4))
    [line] = [row for row in await rows(store, LogRow) if row.action.startswith("ledger.")]
    gone = [{**event, "data": None} for event in lost.events if event not in told.events]
    assert (line.action, line.run, line.detail["events"]) == ("ledger.taken_again", "run-1", gone)
    [run] = await rows(store, RunRow)
    assert run.engine is None, "nothing is out of order"


async def test_everything_that_is_made_of_events_is_as_if_the_first_try_had_never_been(
    store: Store, ledger: SqlLedger
) -> None:
    """Rows of lists, of work lists and counts: what a rebuild makes of the events is what is there."""

    async def shown() -> list[Any]:
        tables = (TaskRow, AssignmentRow, CountRow)
        found = [sorted(str(row.model_dump()) for row in await rows(store, table)) for table in tables]
        return [*found, [row.model_dump(exclude={"tail"}) for row in await rows(store, RunRow)]]

    _, told = await two_tries(ledger)
    await ledger.append("run-1", told.events[2:], turn(4))
    await store.transact(recount)
    before = await shown()
    assert (await rebuild(store)).broken == {}
    assert await shown() == before


async def test_the_counts_follow_at_once(store: Store, ledger: SqlLedger) -> None:
    """A run that the first try had ended is open again; its record is its own again too."""
    told, lost = Told(), Told()
    for each in (told, lost):
        each.start(), each.ask(), each.paid()
    await ledger.append("run-1", told.events, turn(1))
    lost.check()
    await ledger.append("run-1", lost.events[len(told.events) :], turn(2))
    [run] = await rows(store, RunRow)
    assert (run.status, run.open_key) == ("completed", None)
    told.give({"id": "nobody-s", "type": "complete", "step": "nothing"})
    await ledger.append("run-1", told.events[-1:], turn(3))
    [run] = await rows(store, RunRow)
    assert (run.status, run.open_key is not None) == ("waiting", True)
    counted = {
        name: sum(getattr(row, name) for row in await rows(store, CountRow)) for name in ("waiting", "completed")
    }
    assert counted == {"waiting": 1, "completed": 0}


async def test_the_first_turn_of_all_may_be_taken_again(store: Store, ledger: SqlLedger) -> None:
    lost, told = Told(), Told()
    told.now = told.now.replace(minute=5)
    await ledger.append("run-1", lost.start(), turn(1))
    await ledger.append("run-1", told.start(), turn(2))
    assert await stored(store) == told.events
    [run] = await rows(store, RunRow)
    assert (run.seq, run.status) == (2, "waiting")


async def test_a_command_keeps_the_outcome_that_was_told_and_a_new_one_gets_its_own(
    store: Store, ledger: SqlLedger
) -> None:
    async with store.session() as session:
        for name in ("run-1-ask", "run-1-check"):
            session.add(CommandRow(id=name, run="run-1", type="complete", actor="x", body_hash="", body={}, at=BEGAN))
    _, told = await two_tries(ledger)
    assert {row.id: row.outcome for row in await rows(store, CommandRow)} == {
        "run-1-ask": "applied", "run-1-check": "received",
    }  # fmt: skip
    await ledger.append("run-1", told.events[2:], turn(4))
    assert {row.id: row.outcome for row in await rows(store, CommandRow)} == {
        "run-1-ask": "applied", "run-1-check": "refused",
    }  # fmt: skip


@pytest.mark.parametrize(
    "taken", [turn(2), turn(3), turn(9, "leg-7"), None], ids=["a zombie", "the same", "a reset", "an older worker"]
)
async def test_nobody_else_changes_what_is_written(store: Store, ledger: SqlLedger, taken: Taken | None) -> None:
    lost, told = await two_tries(ledger)
    await ledger.append("run-1", told.events[2:], taken)
    assert (await stored(store))[: len(lost.events)] == lost.events
    [run] = await rows(store, RunRow)
    assert run.engine == "ledger_fork"


async def test_what_a_turn_before_wrote_is_firm(store: Store, ledger: SqlLedger) -> None:
    """Another turn has built on it, so Temporal had taken it."""
    told, other = Told(), Told()
    other.now = other.now.replace(minute=5)
    await ledger.append("run-1", told.start(), turn(1))
    await ledger.append("run-1", told.ask(), turn(2))
    await ledger.append("run-1", other.start() + other.ask(), turn(3))
    assert await stored(store) == told.events


async def test_the_next_leg_may_say_what_the_last_turn_of_this_one_came_to(store: Store, ledger: SqlLedger) -> None:
    _, told = await two_tries(ledger)
    await ledger.append("run-1", told.events[2:], turn(1, "leg-2", "leg-1"))
    assert await stored(store) == told.events


async def test_the_feed_tells_only_what_happened(store: Store, ledger: SqlLedger) -> None:
    """Of a turn that nobody has read yet; the part of an append that stands is told too."""
    _, told = await two_tries(ledger)
    await ledger.append("run-1", told.events[2:], turn(4))
    await store.transact(feed.number)
    _, fed = await store.look(lambda connection: feed.read(connection, 0, 100))
    assert [event.seq for event in fed] == [event["seq"] for event in told.events]
    assert [event.at for event in fed] == [event["at"] for event in told.events]
