"""Everything that is appended goes round: once noted never again, unnoted again, and nothing is ever passed over."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, func, insert, select, update

from api.feed import FedEvent, Feed
from api.store import feed as rows
from api.store.facts import read_events
from api.store.feed import FEED, NUMBERER, READERS
from api.store.ledger import SqlLedger
from api.store.store import Store, database_url
from definitions.engine import Graph, State
from tests.store.runs import FROZEN, REFUND, Told, publish


@pytest.fixture
async def ledger(store: Store) -> SqlLedger:
    await publish(store)
    return SqlLedger(store)


class Heard:
    """A consumer that writes down what it hears, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.batches: list[list[FedEvent]] = []
        self.failures = failures

    async def __call__(self, events: Sequence[FedEvent]) -> None:
        self.batches.append(list(events))
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the other side is away")

    @property
    def events(self) -> list[FedEvent]:
        return [event for batch in self.batches for event in batch]

    def of(self, run: str) -> list[int]:
        return [event.seq for event in self.events if event.run == run]


async def opened(store: Store, heard: Heard, name: str = "test") -> Feed:
    feed = Feed(store)
    feed.consumer(name, heard)
    await feed.open()
    return feed


async def test_who_stands_at_the_same_place_shares_what_is_read(
    store: Store, ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two consumers, one read of each batch; what comes later is read anew."""
    one, other, reads = Heard(), Heard(), list[int]()
    feed = await opened(store, one)
    feed.consumer("other", other)
    await feed.open()

    def counted(connection: Connection, after: int, limit: int) -> tuple[int, list[FedEvent]]:
        reads.append(after)
        return read(connection, after, limit)

    read = rows.read
    monkeypatch.setattr(rows, "read", counted)
    told = Told()
    for events in (told.start(), told.ask()):
        await ledger.append("run-1", events)
        await feed.drain()
    assert one.events == other.events
    assert one.of("run-1") == [event["seq"] for event in told.events]
    assert len(reads) == len(set(reads)) == 2, "each round is read once, and nobody looks for more than was numbered"


async def test_more_than_a_batch_is_read_on_and_more_than_is_numbered_at_once_is_numbered(
    store: Store, ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it in one round, however small both are."""
    monkeypatch.setattr("api.feed.BATCH", 1)
    monkeypatch.setattr(rows, "NUMBERED", 1)
    heard = Heard()
    feed = await opened(store, heard)
    told = Told()
    for events in (told.start(), told.ask(), told.paid()):
        await ledger.append("run-1", events)
    await feed.drain()
    assert heard.of("run-1") == [event["seq"] for event in told.events]


async def test_who_was_about_to_end_hears_what_was_numbered_meanwhile(
    store: Store, ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drain that begins while a consumer notes that it has had everything: it is not begun twice, nor left behind."""
    heard, told = Heard(), Told()
    feed = await opened(store, heard)
    noting, go_on = asyncio.Event(), asyncio.Event()
    together = store.together

    async def slowly(work: Any) -> Any:
        if work.func is rows.keep:
            noting.set()
            await go_on.wait()
        return await together(work)

    await ledger.append("run-1", told.start())
    monkeypatch.setattr(store, "together", slowly)
    await feed.sweep()
    await noting.wait()
    monkeypatch.setattr(store, "together", together)
    await ledger.append("run-1", told.ask())
    feed.moved.clear()
    draining = asyncio.create_task(feed.drain())
    await feed.moved.wait()
    go_on.set()
    await draining
    assert heard.of("run-1") == [event["seq"] for event in told.events]


async def test_every_event_is_heard_with_its_names(store: Store, ledger: SqlLedger) -> None:
    heard = Heard()
    feed = await opened(store, heard)
    told = Told()
    for batch in (told.start(), told.ask(), told.paid(), told.check()):
        await ledger.append("run-1", batch)
    await feed.drain()
    assert [(each.seq, each.type, each.at) for each in heard.events] == [
        (event["seq"], event["type"], event["at"]) for event in told.events
    ]
    named = {(each.type, each.step): each.names for each in heard.events}
    assert named["run_started", None] == ("run.started",)
    assert named["step_ready", "ask"] == ("step.changed", "step.current")
    assert named["step_done", "ask"] == ("step.changed", "step.done")
    assert named["run_completed", None] == ("run.completed",)
    first = heard.events[0]
    assert (first.definition, first.version, first.teams, first.run) == ("refund", 1, ("ops",), "run-1")
    assert first.record == {"collection": "demo.orders", "id": "o1"}


async def test_what_is_noted_is_not_heard_again_and_a_new_consumer_hears_from_now_on(
    store: Store, ledger: SqlLedger
) -> None:
    early, late = Heard(), Heard()
    feed = await opened(store, early)
    told = Told()
    await ledger.append("run-1", told.start())
    await feed.drain()
    await feed.drain()
    assert early.of("run-1") == [event["seq"] for event in told.events]
    again = Feed(store)  # another process, or this one after a restart
    again.consumer("test", early)
    again.consumer("late", late)
    await again.open()
    before = len(told.events)
    await ledger.append("run-1", told.ask())
    await again.drain()
    assert early.of("run-1") == [event["seq"] for event in told.events]
    assert late.of("run-1") == [event["seq"] for event in told.events[before:]]


async def test_a_process_that_dies_after_its_handler_leaves_the_batch_to_the_next(
    store: Store, ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Heard()
    dying, other = await opened(store, heard), await opened(store, heard)
    told = Told()
    await ledger.append("run-1", told.start())

    with monkeypatch.context() as patch:
        patch.setattr(rows, "keep", lambda *_, **__: 1 / 0)  # the handler is through, and nothing is noted
        patch.setattr(rows, "give_back", lambda *_, **__: None)  # nor is the lease given back
        await dying.drain()
    seqs = [event["seq"] for event in told.events]
    assert heard.of("run-1") == seqs
    await other.drain()
    assert heard.of("run-1") == seqs  # the dead one's lease holds

    await store.transact(_leases_run_out)
    await other.drain()
    assert heard.of("run-1") == seqs + seqs  # at least once
    await other.drain()
    assert heard.of("run-1") == seqs + seqs


async def test_who_was_taken_over_notes_nothing(store: Store, ledger: SqlLedger) -> None:
    await opened(store, Heard())
    soon = datetime.now(UTC) + timedelta(seconds=30)
    assert await store.transact(lambda c: rows.take(c, "test", "slow", soon)) == 0
    assert await store.transact(lambda c: rows.take(c, "test", "other", soon)) is None
    await store.transact(_leases_run_out)
    assert await store.transact(lambda c: rows.take(c, "test", "other", soon)) == 0
    assert not await store.transact(lambda c: rows.keep(c, "test", "slow", 7, soon))
    assert await store.transact(lambda c: rows.keep(c, "test", "other", 5, None))
    assert await store.transact(lambda c: rows.take(c, "test", "slow", soon)) == 5


async def test_a_handler_that_fails_gets_the_same_again_and_keeps_nobody_else_waiting(
    store: Store, ledger: SqlLedger
) -> None:
    failing, well = Heard(failures=1), Heard()
    feed = Feed(store)
    feed.consumer("failing", failing)
    feed.consumer("well", well)
    await feed.open()
    told = Told()
    await ledger.append("run-1", told.start())
    await feed.drain()
    seqs = [event["seq"] for event in told.events]
    assert (failing.of("run-1"), well.of("run-1")) == (seqs, seqs)
    while len(failing.batches) < 2:  # its pause is a fraction of a second the first time
        await asyncio.sleep(0.05)
        await feed.drain()
    assert failing.of("run-1") == seqs + seqs
    assert well.of("run-1") == seqs


async def test_two_processes_hear_all_of_many_runs_each_in_its_order(store: Store, ledger: SqlLedger) -> None:
    """While runs are written in parallel and both sweep, as they do in a large installation."""
    heard = Heard()
    feeds = [await opened(store, heard), await opened(store, heard)]
    runs = [Told(f"run-{n}", record=f"o{n}") for n in range(12)]
    writing = asyncio.gather(*(_written(ledger, told) for told in runs))
    while not writing.done():
        await asyncio.gather(*(feed.drain() for feed in feeds))
        await asyncio.sleep(0)
    await writing
    for feed in feeds:
        await feed.drain()
    for told in runs:
        assert heard.of(told.run) == [event["seq"] for event in told.events], told.run
    positions = [event.position for event in heard.events]
    assert positions == sorted(positions)


async def test_what_is_committed_late_is_not_passed_over(store: Store, ledger: SqlLedger, migrated_url: str) -> None:
    """A row with a lower number than others that were read long before it came to light."""
    if store.is_sqlite:
        pytest.skip("SQLite has one writer at a time: nothing is committed out of order")
    heard = Heard()
    feed = await opened(store, heard)
    late, early = Told("run-late", record="o1"), Told("run-early", record="o2")
    for told in (late, early):
        await ledger.append(told.run, told.start())
    await feed.drain()
    note = {"type": "note", "text": "as long as it takes"}
    with _open_transaction(migrated_url) as connection:
        ledger._append(connection, late.run, read_events(late.give({**note, "id": "n1"})))
        await ledger.append(early.run, early.give({**note, "id": "n2"}))
        await feed.drain()
        assert heard.of(early.run) == [event["seq"] for event in early.events]
        assert len(heard.of(late.run)) == len(late.events) - 1  # the other transaction is still open
    await feed.drain()
    assert heard.of(late.run) == [event["seq"] for event in late.events]
    newest = await store.transact(lambda c: c.execute(select(FEED.c.run, FEED.c.position).order_by(FEED.c.id)).all())
    assert [row.run for row in newest[2:]] == [late.run, early.run]  # put down first
    assert newest[2].position > newest[3].position  # and heard last


async def test_old_rows_go_when_everybody_has_read_them(store: Store, ledger: SqlLedger) -> None:
    feed = await opened(store, Heard())
    told = Told()
    await ledger.append("run-1", told.start())
    await store.transact(lambda c: rows.number(c))
    await store.transact(lambda c: c.execute(update(FEED).values(at=datetime.now(UTC) - rows.KEPT * 2)))
    assert await store.transact(rows.clear) == 0  # not read yet
    await feed.drain()
    await ledger.append("run-1", told.ask())
    await feed.drain()
    left = await store.transact(lambda c: c.execute(select(func.count()).select_from(FEED)).scalar_one())
    gone = await store.transact(rows.clear)
    assert (gone, left) in ((1, 2), (0, 1))  # one is old; the sweep may have cleared it itself
    assert await store.transact(rows.start) == 1


async def test_a_reader_that_nobody_spoke_for_long_keeps_nothing(store: Store, ledger: SqlLedger) -> None:
    feed = await opened(store, Heard())
    forgotten = {"name": "gone", "position": 0, "seen_at": datetime.now(UTC) - rows.GONE * 2}
    await store.transact(lambda c: c.execute(insert(READERS), forgotten))
    await ledger.append("run-1", Told().start())
    await feed.drain()
    await store.transact(lambda c: c.execute(update(FEED).values(at=datetime.now(UTC) - rows.KEPT * 2)))
    assert await store.transact(rows.clear) == 1


async def test_a_phase_entered_and_left_in_one_append_is_named_for_both(store: Store) -> None:
    """Whoever waits for the beginning of a phase hears of it however the events were written down."""
    await publish(store)
    told = Told()
    graph = _with_phase(told)
    events = told.start() + told.ask() + told.paid() + told.check()
    found = rows.named(graph, State.new("run-1"), graph, told.state, read_events(events))
    names = [each.name for each in found if each.phase == "all" and each.step is None]
    assert names == ["phase.changed", "phase.in_progress", "phase.changed", "phase.done"]


def test_a_name_is_taken_once() -> None:
    feed = Feed(None)  # type: ignore[arg-type]
    feed.consumer("one", Heard())
    for name in ("one", NUMBERER):
        with pytest.raises(ValueError, match="already"):
            feed.consumer(name, Heard())


def _with_phase(told: Told) -> Graph:
    steps = [{**step, "phase": "all"} for step in REFUND["steps"]]
    document = {**REFUND, "phases": [{"id": "all", "title": "All"}], "steps": steps}
    told.graph = Graph.load({**FROZEN, "document": document})
    return told.graph


async def _written(ledger: SqlLedger, told: Told) -> None:
    for events in (told.start(), told.ask(), told.paid(), told.check()):
        await ledger.append(told.run, events)
        await asyncio.sleep(0)


def _leases_run_out(connection: Connection) -> None:
    connection.execute(update(READERS).values(taken_until=datetime.now(UTC) - timedelta(seconds=1)))


@contextmanager
def _open_transaction(url: str) -> Iterator[Connection]:
    engine = create_engine(database_url(url, sync=True))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
