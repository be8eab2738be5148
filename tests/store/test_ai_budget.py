"""What models cost is counted once, before it is spent, for the run and for each of its teams."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from api.store.ai_budget import CALLS, MONTHS, SqlBudget
from api.store.store import Store
from api.store.tables import RunRow
from definitions.budget import Limits, ModelCall, ModelCost, Used, over, priced

CALL = ModelCall("run-1", "flags", "flags#1", 1, "ann", "answer", "m-1", "hash", "what was asked", 100, 500)
COST = ModelCost("ok", "what was answered", 120, 30, 900, 1.5)


@pytest.fixture
async def budget(store: Store) -> SqlBudget:
    async with store.session() as session:
        for run, teams in (("run-1", ["ops"]), ("run-2", ["ops", "kyc"]), ("run-3", [])):
            row = {"definition": "x", "version": 1, "started_at": "2026-11-21T09:00:00Z", "started_by": "ann"}
            session.add(RunRow(id=run, teams=teams, **row))
    return SqlBudget(store)


async def rows(store: Store, table: Any) -> list[Any]:
    return await store.look(lambda connection: list(connection.execute(select(table))))


async def test_a_call_is_counted_before_it_is_made_and_corrected_after_it(budget: SqlBudget, store: Store) -> None:
    number = await budget.reserve(CALL, Limits())
    assert isinstance(number, int)
    assert await budget.used("run-1") == Used(100, 500, 100, 500)
    await budget.settle(number, COST)
    await budget.settle(number, replace(COST, input_tokens=9999))
    assert await budget.used("run-1") == Used(150, 900, 150, 900)
    (kept,) = await rows(store, CALLS)
    assert (kept.request, kept.reply, kept.outcome, kept.estimated) == (
        "what was asked",
        "what was answered",
        "ok",
        False,
    )
    assert kept.ended_at is not None


async def test_a_team_pays_for_all_its_runs_and_a_run_counts_for_each_of_its_teams(budget: SqlBudget) -> None:
    for run in ("run-1", "run-2", "run-3"):
        await budget.reserve(replace(CALL, run=run), Limits())
    assert await budget.used("run-1") == Used(100, 500, 200, 1000)
    assert await budget.used("run-2") == Used(100, 500, 200, 1000)
    assert await budget.used("run-3") == Used(100, 500, 100, 500)


async def test_another_month_begins_at_nothing_and_the_run_goes_on_counting(budget: SqlBudget, store: Store) -> None:
    number = await budget.reserve(CALL, Limits())
    assert isinstance(number, int)
    await store.transact(lambda connection: connection.execute(update(MONTHS).values(month="2020-01")))
    before = datetime(2020, 1, 31, tzinfo=UTC)
    await store.transact(lambda connection: connection.execute(update(CALLS).values(at=before)))
    assert await budget.used("run-1") == Used(100, 500, 0, 0)
    await budget.settle(number, COST)
    assert await budget.used("run-1") == Used(150, 900, 0, 0)
    assert [(row.month, row.tokens) for row in await rows(store, MONTHS)] == [("2020-01", 150)]


async def test_what_is_refused_is_not_counted(budget: SqlBudget, store: Store) -> None:
    limits = Limits(run_tokens=150)
    assert isinstance(await budget.reserve(CALL, limits), int)
    why = await budget.reserve(CALL, limits)
    assert why == "This run has used the tokens that a run may use."
    assert await budget.used("run-1") == Used(100, 500, 100, 500)
    assert len(await rows(store, CALLS)) == 1


async def test_of_many_at_once_only_as_many_as_there_is_money_for_are_made(budget: SqlBudget) -> None:
    calls = [budget.reserve(replace(CALL, run=("run-1", "run-2")[at % 2]), Limits(team_micros=2500)) for at in range(8)]
    made = [each for each in await asyncio.gather(*calls) if isinstance(each, int)]
    assert len(made) == 5
    assert (await budget.used("run-1")).team_micros == 2500


@pytest.mark.parametrize(
    ("limits", "used", "fine"),
    [
        (Limits(), Used(10**9, 10**9, 10**9, 10**9), True),
        (Limits(run_tokens=10), Used(run_tokens=5), True),
        (Limits(run_tokens=9), Used(run_tokens=5), False),
        (Limits(run_micros=9), Used(run_micros=3), False),
        (Limits(team_tokens=9), Used(run_tokens=99, team_tokens=4), True),
        (Limits(team_tokens=9), Used(team_tokens=5), False),
        (Limits(team_micros=9), Used(team_micros=3), False),
        (Limits(run_tokens=0), Used(), False),
    ],
)
def test_what_may_still_be_spent(limits: Limits, used: Used, fine: bool) -> None:
    assert (over(limits, used, 5, 7) is None) is fine


def test_prices_are_per_million_tokens_and_sums_are_exact() -> None:
    assert priced(1_000_000, 0, 2.5, 10) == 2_500_000
    assert priced(1, 1, 0.15, 0.6) == 1
    assert priced(0, 0, 2.5, 10) == 0
