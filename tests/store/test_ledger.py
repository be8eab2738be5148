"""Nothing is lost and nothing is written twice: appends, intents and outcomes, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import col, delete, select

from api.store.chain import first_break
from api.store.facts import LedgerGap, event_of
from api.store.keys import open_key
from api.store.ledger import SqlLedger
from api.store.rebuild import rebuild
from api.store.store import Store
from api.store.tables import AssignmentRow, CommandRow, EffectRow, EventRow, LogRow, RunRow, TaskRow
from definitions.effects import Verdict
from definitions.wire import Event
from tests.store.runs import BEGAN, CONTRACT, Told, call, publish


@pytest.fixture
async def ledger(store: Store) -> SqlLedger:
    await publish(store)
    return SqlLedger(store)


async def rows(store: Store, table: Any) -> list[Any]:
    async with store.reading() as session:
        return list((await session.exec(select(table))).all())


async def stored(store: Store, run: str = "run-1") -> list[dict[str, Any]]:
    async with store.reading() as session:
        found = await session.exec(select(EventRow).where(EventRow.run == run).order_by(col(EventRow.seq)))
        return [event_of(row).to_json() for row in found]


async def test_a_run_s_rows_follow_its_events(store: Store, ledger: SqlLedger) -> None:
    told = Told()
    await ledger.append("run-1", told.start())
    [run], [task] = await rows(store, RunRow), await rows(store, TaskRow)
    assert (run.status, run.name, run.record_id, run.teams_key, run.labels) == (
        "waiting", "Refund · o1", "o1", "|ops|", ["vip"],
    )  # fmt: skip
    assert run.open_key == open_key("refund", "demo.orders", "o1")
    assert (task.step, task.status, task.users, task.record_id, task.teams_key) == (
        "ask", "ready", ["ann"], "o1", "|ops|",
    )  # fmt: skip
    assert {(row.kind, row.who) for row in await rows(store, AssignmentRow)} == {("user", "ann"), ("team", "ops")}

    await ledger.append("run-1", told.ask())
    assert [(row.step, row.status) for row in await rows(store, TaskRow)] == [("pay", "running")]
    assert await rows(store, AssignmentRow) == []

    await ledger.append("run-1", told.paid())
    await ledger.append("run-1", told.check())
    [run] = await rows(store, RunRow)
    assert (run.status, run.open_key, run.seq) == ("completed", None, 8)
    assert run.state == told.state.to_json()
    assert await rows(store, TaskRow) == []
    assert await stored(store) == told.events


async def test_repeating_a_batch_changes_nothing(store: Store, ledger: SqlLedger) -> None:
    told = Told()
    events = told.start() + told.ask()
    await ledger.append("run-1", events)
    before = await rows(store, RunRow)
    for again in (events, events[:2], events[1:3], []):
        await ledger.append("run-1", again)
    assert await rows(store, RunRow) == before
    assert await stored(store) == events

    await ledger.append("run-1", events[2:] + told.paid())
    assert await stored(store) == told.events


@pytest.mark.parametrize("batch", [[4], [2, 3], [1, 3], [2, 1], [1, 1]])
async def test_a_gap_or_a_wrong_order_is_refused_and_leaves_nothing(
    store: Store, ledger: SqlLedger, batch: list[int]
) -> None:
    events = Told().all()
    with pytest.raises(LedgerGap):
        await ledger.append("run-1", [events[seq - 1] for seq in batch])
    assert await rows(store, EventRow) == await rows(store, RunRow) == []


async def test_parallel_appends_of_the_same_batches_store_each_event_once(store: Store, ledger: SqlLedger) -> None:
    """Two effects scheduled together carry the same events; another process may do so as well."""
    told = Told()
    events = told.all()
    other = SqlLedger(store)
    for end in (2, 4, 8):
        await asyncio.gather(*(each.append("run-1", events[:end]) for each in (ledger, other) * 4))
    assert await stored(store) == events
    assert [row for row in await rows(store, LogRow) if row.action == "ledger.fork"] == []


async def test_ledgers_that_take_turns_never_trust_what_they_remember(store: Store, ledger: SqlLedger) -> None:
    told, other = Told(), SqlLedger(store)
    await ledger.append("run-1", told.start())
    await other.append("run-1", told.ask())
    await ledger.append("run-1", told.paid())
    await other.append("run-1", told.check())
    [run] = await rows(store, RunRow)
    assert run.state == told.state.to_json()
    assert await rows(store, TaskRow) == []


async def test_a_failed_append_is_not_remembered(store: Store, ledger: SqlLedger) -> None:
    told = Told()
    await ledger.append("run-1", told.start())
    broken = [*told.ask(), {"seq": 5, "type": "from_the_future", "at": "2026-11-21T09:00:00Z"}]
    with pytest.raises(ValueError, match="from_the_future"):
        await ledger.append("run-1", broken)
    await ledger.append("run-1", told.events[2:] + told.paid())
    assert await stored(store) == told.events


async def test_the_chain_proves_the_events_and_names_the_first_that_was_changed(
    store: Store, ledger: SqlLedger
) -> None:
    await ledger.append("run-1", Told().all())

    async def broken_at() -> int | None:
        async with store.reading() as session:
            found = (await session.exec(select(EventRow).order_by(col(EventRow.seq)))).all()
            return first_break("run-1", [(event_of(row), row.chain) for row in found])

    assert await broken_at() is None
    async with store.session() as session:
        row = (await session.exec(select(EventRow).where(EventRow.seq == 5))).one()
        row.actor = "mallory"
    assert await broken_at() == 5


async def test_a_history_that_was_reset_is_noticed_and_the_record_stands(store: Store, ledger: SqlLedger) -> None:
    told = Told()
    events = told.start() + told.ask()
    await ledger.append("run-1", events)
    reset = [*events[:2], {**events[2], "at": "2026-11-21T10:00:00Z"}]
    await ledger.append("run-1", reset)
    [line] = [row for row in await rows(store, LogRow) if row.action == "ledger.fork"]
    assert (line.run, line.outcome, line.detail) == ("run-1", "history_differs", {"first": 1, "last": 3})
    assert await stored(store) == events


async def test_a_command_ends_as_its_event_says(store: Store, ledger: SqlLedger) -> None:
    told = Told()
    async with store.session() as session:
        for name in ("run-1-ask", "late", "elsewhere"):
            run = "run-2" if name == "elsewhere" else "run-1"
            session.add(
                CommandRow(id=name, run=run, type="complete", actor="ann", body_hash="", body={}, at=BEGAN)
            )  # fmt: skip
    events = told.start() + told.ask() + told.give({"id": "late", "type": "complete", "step": "ask"})
    await ledger.append("run-1", events)
    found = {row.id: row for row in await rows(store, CommandRow)}
    assert {name: row.outcome for name, row in found.items()} == {
        "run-1-ask": "applied",
        "late": "refused",
        "elsewhere": "received",
    }
    assert found["late"].refusal["code"] == told.state.applied["late"]["code"]  # type: ignore[index]


async def test_a_signal_sent_by_hand_gets_a_row_and_a_line_in_the_log(store: Store, ledger: SqlLedger) -> None:
    """Also when two runs gave theirs the same id, as they do to signals that carry none."""
    for run in ("run-1", "run-2"):
        told = Told(run, record=None)
        await ledger.append(run, told.start() + told.give({"id": "cli-3", "type": "skip", "step": "ask"}))
    commands = {row.id: row for row in await rows(store, CommandRow)}
    assert set(commands) == {"cli-3", "run-2/cli-3"}
    assert {(row.via, row.outcome, row.type) for row in commands.values()} == {("temporal", "refused", "skip")}
    lines = await rows(store, LogRow)
    assert [(row.run, row.action, row.step, row.via) for row in lines] == [
        ("run-1", "skip", "ask", "temporal"),
        ("run-2", "skip", "ask", "temporal"),
    ]


async def test_what_no_database_can_hold_does_not_stop_the_record(store: Store, ledger: SqlLedger) -> None:
    told = Told()
    odd = {"id": "a\0b\ud800", "type": "complete", "step": "ask", "output": {"x": float("nan"), "\ud800": "\ud83d"}}
    await ledger.append("run-1", told.start() + told.give(odd))
    await ledger.append("run-1", told.ask())
    assert [event["seq"] for event in await stored(store)] == [1, 2, 3, 4, 5]
    assert (await rebuild(store)).broken == {}, "its chain is over what is stored"


async def test_an_open_run_keeps_the_key_and_a_second_one_goes_without(store: Store, ledger: SqlLedger) -> None:
    first, second = Told("run-1"), Told("run-2")
    await ledger.append("run-1", first.start())
    await ledger.append("run-2", second.start())
    keys = {row.id: row.open_key for row in await rows(store, RunRow)}
    assert keys == {"run-1": open_key("refund", "demo.orders", "o1"), "run-2": None}


async def test_an_unknown_version_is_an_error_and_nothing_is_stored(store: Store) -> None:
    with pytest.raises(LookupError, match="version 1 of 'refund'"):
        await SqlLedger(store).append("run-1", Told().start())
    assert await rows(store, EventRow) == []


# The verdict table: what was written down before -> turn asked, repeatable? -> what the new try is told.
BEFORE = {"begun": None, "unknown": "unknown", "failed": "failed", "done": "done"}
VERDICTS = [
    ("begun", 1, False, Verdict.INTERRUPTED),
    ("begun", 1, True, Verdict.GO),
    ("begun", 2, False, Verdict.GO),
    ("unknown", 1, False, Verdict.INTERRUPTED),
    ("unknown", 1, True, Verdict.GO),
    ("unknown", 2, False, Verdict.GO),
    ("failed", 1, False, Verdict.GO),
    ("failed", 2, False, Verdict.GO),
    ("done", 1, False, Verdict.FINISHED),
    ("done", 2, True, Verdict.FINISHED),
]


@pytest.mark.parametrize(("before", "turn", "repeatable", "verdict"), VERDICTS)
async def test_what_was_written_down_decides_whether_an_effect_may_begin_again(
    store: Store, ledger: SqlLedger, before: str, turn: int, repeatable: bool, verdict: Verdict
) -> None:
    told = Told()
    asked = call(told, told.start() + told.ask())
    assert (await ledger.begin(asked)).verdict is Verdict.GO
    outcome: Any = BEFORE[before]
    if outcome:
        await ledger.finish(asked, outcome, {"id": "r1"} if outcome == "done" else None, {"code": "x"})
    contract = {**CONTRACT.to_json(), "repeatable": repeatable}
    begun = await ledger.begin(call(told, told.events, turn=turn, contract=contract))
    assert begun.verdict is verdict
    assert begun.result == ({"id": "r1"} if verdict is Verdict.FINISHED else None)
    [row] = await rows(store, EffectRow)
    went = verdict is Verdict.GO
    assert (row.state, row.tries, row.turn) == (
        ("begun", 2, turn) if went else (before, 1, 1)
    )  # fmt: skip
    lines = [row for row in await rows(store, LogRow) if row.action == "demo.refund"]
    assert len(lines) == (2 if went else 1)


async def test_a_try_whose_answer_was_lost_begins_once(store: Store, ledger: SqlLedger) -> None:
    """Its connection was cut after the commit: asked again, it finds its own intent; whoever comes later does not."""
    told = Told()
    asked, at = call(told, told.start() + told.ask()), datetime.now(UTC)
    for _ in range(3):
        assert (await ledger.begin(asked, at)).verdict is Verdict.GO
    assert (await ledger.begin(asked)).verdict is Verdict.INTERRUPTED
    [row] = await rows(store, EffectRow)
    assert (row.state, row.tries, row.at) == ("begun", 1, at)
    assert len([line for line in await rows(store, LogRow) if line.action == "demo.refund"]) == 1


async def test_no_effect_begins_before_its_events_are_stored(store: Store, ledger: SqlLedger) -> None:
    told = Told()
    told.start()
    with pytest.raises(LedgerGap):
        await ledger.begin(call(told, told.ask()))
    assert await rows(store, EffectRow) == await rows(store, LogRow) == []
    await ledger.begin(call(told, told.events))
    assert await stored(store) == told.events
    [line] = [row for row in await rows(store, LogRow) if row.via == "worker"]
    assert (line.user, line.action, line.type, line.via, line.run, line.step) == (
        "ann", "demo.refund", "write", "worker", "run-1", "pay",
    )  # fmt: skip


async def test_a_run_is_busy_by_its_effects_and_not_by_what_people_do(store: Store, ledger: SqlLedger) -> None:
    """Where writers gather (SQLite), that decides how long."""
    told = Told()
    await ledger.append("run-1", told.start() + told.ask())
    assert store._gathering.busy == 0
    await ledger.begin(call(told))
    assert store._gathering.busy == (1 if store.is_sqlite else 0)


async def test_one_of_many_tries_at_once_begins(store: Store, ledger: SqlLedger) -> None:
    told = Told()
    await ledger.append("run-1", told.start() + told.ask())
    tries = await asyncio.gather(*(each.begin(call(told)) for each in (ledger, SqlLedger(store)) * 5))
    assert sorted(begun.verdict for begun in tries) == [Verdict.GO] + [Verdict.INTERRUPTED] * 9


async def test_an_outcome_belongs_to_its_turn_and_done_stays_done(store: Store, ledger: SqlLedger) -> None:
    told = Told()
    first = call(told, told.start() + told.ask())
    await ledger.begin(first)
    second = call(told, turn=2)
    await ledger.begin(second)
    await ledger.finish(first, "failed", error={"code": "late", "message": "from a worker that was frozen"})
    assert [row.state for row in await rows(store, EffectRow)] == ["begun"]
    await ledger.finish(second, "done", {"id": "r1"})
    await ledger.finish(second, "unknown")
    [row] = await rows(store, EffectRow)
    assert (row.state, row.result, row.error) == ("done", {"id": "r1"}, None)


async def test_events_survive_the_loss_of_the_run_s_row(store: Store, ledger: SqlLedger) -> None:
    """A row that was lost between two appends is an error and not a new run: the events are not overwritten."""
    told = Told()
    await ledger.append("run-1", told.start())
    async with store.session() as session:
        await session.exec(delete(RunRow))
    with pytest.raises(LedgerGap):
        await ledger.append("run-1", told.ask())
    assert [Event.from_json(row).type for row in await stored(store)] == ["run_started", "step_ready"]
