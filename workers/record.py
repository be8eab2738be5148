"""Which events are stored, which are on their way, and which must still go.

Events not known to be stored travel with every effect scheduled in the same wake-up, so that no effect runs ahead of
its record. A run that comes to rest with something nobody carries records by itself. What an effect carried counts as
stored only when it answered well; until then the same events travel again, and the table ignores what it has.

Since interpreter version 3 the recording of a run at rest is no activity: the worker writes while the turn waits for it
(activities/record.py, `Scribe`), and the history says something only where that came to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy

from definitions.wire import ACTIVITY_RECORD, STORE_NOW, Event, RecordCall
from workers.turns import takes_too_long

WITHIN_A_TASK = timedelta(seconds=7)
"""How long a recording may be tried inside a workflow task: after eight seconds Temporal would begin the next one."""


class Unstored:
    """The tail of a run's events that is not known to stand in the event table."""

    def __init__(self, rows: Iterable[dict[str, Any]] = ()) -> None:
        self._rows: list[dict[str, Any]] = list(rows)
        self._carried: dict[str, int] = {}
        self._sent = 0

    def add(self, events: Iterable[Event]) -> None:
        """These have just happened."""
        self._rows.extend(event.to_json() for event in events)

    def rows(self) -> tuple[dict[str, Any], ...]:
        """Everything that must be there before an effect scheduled now begins."""
        return tuple(self._rows)

    @property
    def last(self) -> int:
        """The newest `seq` that is not known to be stored; 0 when all are."""
        return int(self._rows[-1]["seq"]) if self._rows else 0

    def unsent(self) -> tuple[dict[str, Any], ...]:
        """Those that no recording has been sent with. It does not hang on when a recording ends, which a replay may
        find earlier than it was."""
        return tuple(row for row in self._rows if row["seq"] > self._sent)

    def send(self) -> tuple[dict[str, Any], ...]:
        """A recording takes all of them."""
        self._sent = self.last
        return self.rows()

    def not_sent(self) -> None:
        """A recording came to nothing."""
        self._sent = 0

    def carry(self, execution: str) -> None:
        """An effect scheduled now takes all of them along."""
        self._carried[execution] = self.last

    def back(self, execution: str, stored: bool) -> None:
        """The effect answered; `stored` when it is known to have got as far as beginning."""
        reached = self._carried.pop(execution, 0)
        if stored:
            self.stored(reached)

    def forget_carriers(self) -> None:
        """Nobody waits any longer for the effects under way: what they carried must go by itself."""
        self._carried.clear()

    def stored(self, seq: int) -> None:
        """Everything up to `seq` stands in the table."""
        self._rows = [row for row in self._rows if row["seq"] > seq]

    @property
    def homeless(self) -> bool:
        """Whether there is an event that neither an effect under way nor a recording has taken."""
        return self.last > max(self._sent, *self._carried.values(), 0)


def stored_now(call: RecordCall) -> bool:
    """Whether the worker stores these events within this turn, or did when the turn was taken first.

    What the database does is no function of the history, so what came of it has to stand there: a mark where it did not
    store them, and nothing where it did. Replay reads that and writes nothing. A turn that is taken again because its
    worker died before Temporal had it writes again, and the table ignores what it has.
    """
    mark = f"not stored: {call.events[-1]['seq']}"
    if workflow.unsafe.is_replaying():
        return not workflow.patched(mark)
    store = workflow.extern_functions().get(STORE_NOW)
    if store is not None and not takes_too_long() and store(call):
        return True
    workflow.patched(mark)
    return False


async def recorded_in_the_task(call: RecordCall) -> None:
    """The recording of versions before the third: a local activity, one event. Raises FailureError."""
    await workflow.execute_local_activity(
        ACTIVITY_RECORD,
        call.to_json(),
        start_to_close_timeout=timedelta(seconds=4),
        schedule_to_close_timeout=WITHIN_A_TASK,
        retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_attempts=3),
        summary="record",
    )


async def recorded_at_last(call: RecordCall) -> None:
    """Recorded by an activity that is tried until it is done."""
    await workflow.execute_activity(
        ACTIVITY_RECORD,
        call.to_json(),
        start_to_close_timeout=timedelta(seconds=30),
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)),
        summary="record, until the database is back",
    )
