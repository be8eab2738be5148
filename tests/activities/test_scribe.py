"""Recording while a turn waits: it stores, or says soon that it did not, and never raises into workflow code."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from activities import record
from activities.record import Scribe
from activities.testing import InMemoryLedger
from definitions.taken import Taken
from definitions.wire import RecordCall

CALL = RecordCall("run-1", ({"seq": 1, "type": "run_started", "at": "2026-11-21T09:00:00Z"},))
NEXT = RecordCall("run-1", ({"seq": 2, "type": "run_waiting", "at": "2026-11-21T09:00:00Z"},))


class Counting(InMemoryLedger):
    """Says how often it was asked; `gate` holds every answer back until it is set."""

    asked = 0
    gate: asyncio.Event | None = None

    async def append(self, run: str, events: Sequence[dict[str, Any]], taken: Taken | None = None) -> None:
        self.asked += 1
        if self.gate is not None:
            await self.gate.wait()
        await super().append(run, events, taken)


async def within_a_turn(scribe: Scribe, call: RecordCall) -> bool:
    """As workflow code calls it: from a thread, while the loop goes on."""
    return await asyncio.to_thread(scribe, call)


def scribe_over(ledger: InMemoryLedger) -> Scribe:
    return Scribe(ledger, asyncio.get_running_loop())


async def test_what_it_says_is_stored_is_stored_and_twice_is_once() -> None:
    ledger = Counting()
    scribe = scribe_over(ledger)
    assert await within_a_turn(scribe, CALL) and await within_a_turn(scribe, CALL)
    assert ledger.events["run-1"] == list(CALL.events)


async def test_a_gap_is_not_stored() -> None:
    ledger = Counting()
    assert not await within_a_turn(scribe_over(ledger), NEXT)
    assert "run-1" not in ledger.events


async def test_while_the_database_is_away_one_turn_asks_and_the_others_do_not_wait() -> None:
    ledger = Counting()
    ledger.down = True
    scribe = scribe_over(ledger)
    assert not any([await within_a_turn(scribe, CALL) for _ in range(20)])
    assert ledger.asked == 1
    ledger.down, scribe.again_at = False, 0.0
    assert await within_a_turn(scribe, CALL)


async def test_one_that_answers_too_late_counts_as_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be stored all the same, a moment later: the same events are sent once more, and stand there once."""
    monkeypatch.setattr(record, "WITHIN", 0.05)
    ledger = Counting()
    ledger.gate = asyncio.Event()
    scribe = scribe_over(ledger)
    assert not await within_a_turn(scribe, CALL)
    ledger.gate.set()
    while "run-1" not in ledger.events:
        await asyncio.sleep(0.01)
    scribe.again_at = 0.0
    assert await within_a_turn(scribe, CALL)
    assert ledger.events["run-1"] == list(CALL.events)
