"""`holdfast.record`: stores the events of a run that came to rest, when no effect is about to carry them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import Ledger
from definitions import wire
from definitions.wire import RecordCall

log = structlog.get_logger("holdfast.record")


def record_activity(ledger: Ledger) -> Callable[..., Any]:
    """The activity over that ledger. A failure is tried again for as long as the caller wants: the record must come."""

    @activity.defn(name=wire.ACTIVITY_RECORD)
    async def record(call: dict[str, Any]) -> None:
        asked = RecordCall.from_json(call)
        line = log.bind(run=asked.run, events=len(asked.events))
        line = line.bind(trace=asked.trace) if asked.trace else line
        try:
            await ledger.append(asked.run, asked.events)
        except Exception as error:
            line.warning("events_not_stored", error=type(error).__name__)
            text = "The run's record cannot be written at the moment."
            raise ApplicationError(text, type="ledger_unavailable") from None
        line.info("events_stored")

    return record
