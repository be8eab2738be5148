"""Rows about the record, on both databases: what is to be archived, whose turn it is, flags, seals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, insert, select, update

from api.sealing import SETTLED, Sealer
from api.store import archive, flags, seals, watch
from api.store.archive import Due
from api.store.facts import LedgerGap
from api.store.ledger import SqlLedger
from api.store.projection import RUNS
from api.store.seals import LOG, Checked
from api.store.store import Store
from tests.store.runs import Told, publish

T = TypeVar("T")
REST, HOLD = timedelta(minutes=10), timedelta(minutes=5)
NOW = datetime.now(UTC)


async def do(store: Store, work: Callable[..., T], **given: Any) -> T:
    return await store.transact(partial(work, **given))


async def two_runs(store: Store) -> tuple[Told, Told]:
    """One that has ended and one that is open, both recorded."""
    await publish(store)
    ledger, ended, running = SqlLedger(store), Told("run-1", "o1"), Told("run-2", "o2")
    await ledger.append("run-1", ended.all())
    await ledger.append("run-2", [*running.start(), *running.ask()])
    return ended, running


async def due(store: Store, now: datetime) -> list[Due]:
    return await do(store, archive.due_now, now=now, limit=10, hold=HOLD)


async def test_what_ended_is_due_at_once_and_what_rests_later(store: Store) -> None:
    await two_runs(store)
    await do(store, archive.note, runs=["run-1", "run-2"], now=NOW, rest=REST)
    assert [each.run for each in await due(store, NOW)] == ["run-1"]
    assert await due(store, NOW) == [], "held for who took it"
    await do(store, archive.note, runs=["run-2"], now=NOW + REST / 2, rest=REST)
    assert [each.run for each in await due(store, NOW + REST)] == ["run-1"], "the other moved on with its last event"
    assert {each.run for each in await due(store, NOW + 2 * REST)} == {"run-1", "run-2"}


async def test_what_ended_is_left_its_last_words(store: Store) -> None:
    """Some runs at once, known and new ones: each by how it stands."""
    await two_runs(store)
    later = NOW + timedelta(seconds=2)
    for _ in range(2):
        await do(store, archive.note, runs=["run-1", "run-2", "run-9"], now=NOW, rest=REST, ended=timedelta(seconds=2))
        assert await due(store, NOW) == []
        assert [each.run for each in await due(store, later)] == ["run-1"]


async def test_what_is_archived_is_done_until_there_is_more(store: Store) -> None:
    await two_runs(store)
    assert await do(store, archive.note_page, now=NOW, after="", rest=REST) == ""
    found = await due(store, NOW)
    assert [(each.run, each.closed) for each in found] == [("run-1", True)]
    await do(store, archive.archived, due=found[0])
    await do(store, archive.note_page, now=NOW + 2 * REST, after="", rest=REST)
    (late,) = await due(store, NOW + 2 * REST)
    assert late.run == "run-2", "the one that is archived is on no list"
    await do(store, archive.put_off, due=late, error="Unreachable", again_at=NOW + 3 * REST)
    (again,) = await due(store, NOW + 4 * REST)
    assert (again.run, again.tries) == ("run-2", 1)


async def test_a_history_is_kept_anew_when_it_has_grown(store: Store) -> None:
    values = {"run": "run-1", "piece": "p", "began_at": "2026-11-21T09:00:00Z", "status": "running", "events": 3,
              "bytes": 10, "sha256": "a" * 64, "stored_at": NOW, "after": None, "instead": None}  # fmt: skip
    await do(store, archive.keep_history, values=values)
    await do(store, archive.keep_history, values={**values, "status": "completed", "events": 9})
    rows = await store.look(partial(archive.stored_histories, run="run-1"))
    assert [(row.piece, row.status, row.events) for row in rows] == [("p", "completed", 9)]


async def test_open_runs_are_seen_with_what_is_behind(store: Store) -> None:
    await two_runs(store)
    assert [(each.run, each.behind, each.flag) for each in await store.look(partial(watch.open_runs, after=""))] == [
        ("run-2", False, None)
    ]
    await do(store, lambda connection: connection.execute(update(RUNS).where(RUNS.c.id == "run-2").values(seq=1)))
    assert [each.behind for each in await store.look(partial(watch.open_runs, after=""))] == [True]
    assert (await do(store, watch.is_open, run="run-1"), await do(store, watch.is_open, run="run-2")) == (False, True)


async def test_processes_take_turns(store: Store) -> None:
    async def take(process: str, hold: float = 60) -> bool:
        return await do(store, watch.take, process=process, hold=hold)

    assert [await take("one"), await take("another"), await take("one", -1)] == [True, False, True]
    assert [await take("another"), await take("one")] == [True, False]
    assert await due(store, NOW + timedelta(days=1)) == [], "the turn is no run"


async def engine(store: Store, run: str) -> str | None:
    return await store.look(lambda c: c.execute(select(RUNS.c.engine).where(RUNS.c.id == run)).scalar())


async def test_what_is_wrong_with_the_record_is_not_hidden_by_what_is_wrong_in_temporal(store: Store) -> None:
    await two_runs(store)
    assert await do(store, flags.flag, run="run-2", name="stuck", detail={"attempt": 3})
    assert not await do(store, flags.flag, run="run-2", name="stuck"), "said once"
    assert await do(store, flags.flag, run="run-2", name="terminated")
    assert await do(store, flags.flag, run="run-2", name="ledger_gap")
    assert not await do(store, flags.flag, run="run-2", name="terminated")
    assert await engine(store, "run-2") == "ledger_gap"
    assert not await do(store, flags.unflag, run="run-2")
    assert await do(store, flags.unflag, run="run-2", sticky=True)
    assert await engine(store, "run-2") is None


async def test_a_run_that_has_ended_needs_no_flag_about_temporal(store: Store) -> None:
    await two_runs(store)
    for run in ("run-1", "run-2"):
        await do(store, flags.flag, run=run, name="stuck")
    assert await do(store, watch.unflag_closed) == 1
    assert (await engine(store, "run-1"), await engine(store, "run-2")) == (None, "stuck")


def write(connection: Connection, count: int, kind: str = "write", at: datetime = NOW) -> None:
    row = {"at": at, "action": "test", "type": kind, "via": "api", "outcome": "ok", "teams": ["ops"]}
    connection.execute(insert(LOG), [{**row, "detail": {"n": n, "x": 1.5}} for n in range(count)])


async def checked(store: Store) -> list[tuple[str, int, int | None]]:
    done = Checked()
    while await store.look(partial(seals.check, done=done, limit=1)):
        pass
    return done.problems


async def test_seals_hold_on_both_databases(store: Store) -> None:
    await do(store, write, count=1500)
    last = await store.look(seals.last_row)
    assert [await do(store, seals.seal, up_to=last, now=NOW) for _ in range(3)] == [1000, 500, 0]
    assert await checked(store) == []
    await do(store, lambda c: c.execute(update(LOG).where(LOG.c.id == last).values(outcome="no")))
    assert await checked(store) == [("log_row_changed", 2, last)]


async def test_old_reads_go_and_it_is_said(store: Store) -> None:
    old = NOW - timedelta(days=9)
    await do(store, write, count=3, kind="read", at=old)
    await do(store, write, count=2, at=old)
    last = await store.look(seals.last_row)
    await do(store, seals.seal, up_to=last, now=NOW)
    assert await do(store, seals.prune, before=NOW - timedelta(days=10), now=NOW) == 0
    assert await do(store, seals.prune, before=NOW - timedelta(days=8), now=NOW) == 3
    assert await checked(store) == []
    kept = await store.look(lambda c: c.execute(select(LOG.c.action).order_by(LOG.c.id)).scalars().all())
    assert list(kept) == ["test", "test", seals.PRUNED]


async def test_a_row_that_no_reader_can_parse_is_sealed_all_the_same(store: Store) -> None:
    await do(store, write, count=2)
    poison = "UPDATE log SET detail = '{broken' WHERE id = (SELECT max(id) FROM log)"
    await do(store, lambda connection: connection.exec_driver_sql(poison))
    assert await do(store, seals.seal, up_to=await store.look(seals.last_row), now=NOW) == 2
    assert await checked(store) == []


class Nowhere:
    """Anchors that nobody asks for."""

    async def put(self, name: str, content: bytes) -> None: ...

    async def get(self, name: str) -> bytes | None:
        return None

    async def names(self, folder: str) -> list[str]:
        return []


async def test_where_commits_may_come_late_what_is_sealed_was_the_newest_a_minute_ago(store: Store) -> None:
    await do(store, write, count=2)
    sealer = Sealer(store, Nowhere())
    first = await sealer.seal()
    assert first == (2 if store.is_sqlite else 0)
    sealer._seen = [(at - SETTLED - 1, row) for at, row in sealer._seen]
    await do(store, write, count=1)
    assert first + await sealer.seal() == (3 if store.is_sqlite else 2)


async def test_a_fork_and_a_gap_are_flagged(store: Store) -> None:
    _, running = await two_runs(store)
    ledger = SqlLedger(store)
    other = {**running.events[0], "at": "2026-11-21T10:00:00.000000Z"}
    await ledger.append("run-2", [other])
    assert await engine(store, "run-2") == "ledger_fork"
    with pytest.raises(LedgerGap):
        await ledger.append("run-2", [{**running.events[0], "seq": 99}])
    assert await engine(store, "run-2") == "ledger_gap"
