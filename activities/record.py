"""Storing the events of a run that came to rest, when no effect is about to carry them.

`Scribe` does it while the workflow's turn waits: no activity, no event in the history, no second half of the turn. It
may fail, and fails soon: then the run has it done by `holdfast.record`, an activity that is tried until it is done
(workers/record.py, docs/decisions/0020). Both store the same events, and storing them twice changes nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import Ledger
from definitions import wire
from definitions.wire import RecordCall

log = structlog.get_logger("holdfast.record")

WITHIN = 1.0
"""Seconds a turn may wait. After two the SDK takes it for stuck (its deadlock detector) and fails the task."""

PAUSE = 1.0
"""Seconds after a failure in which no turn waits again: while the database is away each would wait in vain."""


async def _store(ledger: Ledger, asked: RecordCall) -> None:
    """Store them and say so in the log; what goes wrong is raised as it is."""
    line = log.bind(run=asked.run, events=len(asked.events))
    line = line.bind(trace=asked.trace) if asked.trace else line
    try:
        await ledger.append(asked.run, asked.events, asked.taken)
    except Exception as error:
        line.warning("events_not_stored", error=type(error).__name__)
        raise
    line.info("events_stored")


@dataclass(slots=True)
class Scribe:
    """Called in the thread of a turn; the ledger's work is done on the worker's event loop, with that of other runs."""

    ledger: Ledger
    loop: asyncio.AbstractEventLoop
    again_at: float = 0.0

    def __call__(self, call: RecordCall) -> bool:
        """Whether the events are known to be stored. Never raises; one that comes too late may still be stored."""
        if time.monotonic() < self.again_at:
            return False
        stored = asyncio.run_coroutine_threadsafe(_store(self.ledger, call), self.loop)
        try:
            stored.result(WITHIN)
        except Exception as error:
            self.again_at = time.monotonic() + PAUSE
            if isinstance(error, TimeoutError):
                log.warning("events_not_stored_in_time", run=call.run)
            return False
        return True


def record_activity(ledger: Ledger) -> Callable[..., Any]:
    """The activity over that ledger. A failure is tried again for as long as the caller wants: the record must come."""

    @activity.defn(name=wire.ACTIVITY_RECORD)
    async def record(call: dict[str, Any]) -> None:
        try:
            await _store(ledger, RecordCall.from_json(call))
        except Exception:
            text = "The run's record cannot be written at the moment."
            raise ApplicationError(text, type="ledger_unavailable") from None

    return record
