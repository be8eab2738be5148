"""The ledger in memory and the one over the tables answer alike, whatever is asked in whatever order."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from random import Random

import pytest

from activities.testing import InMemoryLedger
from api.store.ledger import SqlLedger
from api.store.migrations import migrate
from api.store.store import Store
from definitions.effects import Begun
from tests.activities.house import AGAIN, ONCE, a_call


@pytest.fixture
async def tables(database_url: str) -> AsyncIterator[SqlLedger]:
    migrate(database_url)
    async with Store(database_url) as store:
        yield SqlLedger(store)


MOMENTS = [None, *(datetime(2026, 11, 23, 9, 0, 0, microsecond, tzinfo=UTC) for microsecond in (1, 2, 999_999))]
"""Of tries: one that comes again asked before, and its answer was lost."""


async def told(ledger: InMemoryLedger | SqlLedger, key: str, story: Random) -> list[Begun]:
    """Begins and ends of one effect, as workers that die, freeze and wake would ask for them."""
    answers = []
    for _ in range(12):
        contract = story.choice([ONCE, AGAIN]).to_json()
        call = a_call(key=key, turn=story.randint(1, 3), contract=contract, events=())
        if story.random() < 0.6:
            answers.append(await ledger.begin(call, story.choice(MOMENTS)))
            continue
        state = story.choice(["done", "failed", "failed", "unknown"])
        result = {"n": story.randint(1, 9)} if state == "done" else None
        error = None if result else {"code": "x", "message": "said"}
        await ledger.finish(call, state, result=result, error=error)  # type: ignore[arg-type]
    return answers


async def test_both_ledgers_tell_the_same_stories(tables: SqlLedger) -> None:
    memory = InMemoryLedger()
    verdicts = set()
    for seed in range(25):
        key = f"{uuid.uuid4()}:pay#1"
        expected = await told(memory, key, Random(seed))
        assert await told(tables, key, Random(seed)) == expected, f"seed {seed}"
        verdicts |= {begun.verdict.value for begun in expected}
    assert verdicts == {"go", "finished", "interrupted"}, "the stories reach every verdict"
