"""How a run gets its events stored: within its turn, beside it, or on the back of an effect.

One half of the workflow (workers/run.py is the other): what it knows of the ways, workers/record.py does. What counts
as sent and as stored stands in `Unstored`, the same on replay, so that nothing here decides by when an answer came.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError

from definitions.taken import Taken
from definitions.wire import RecordCall, RunStart
from workers import pace
from workers.carry import Length
from workers.record import Unstored, recorded_at_last, recorded_in_the_task, stored_now
from workers.traces import Traces


def taken_now() -> Taken:
    """The turn that is being taken. It decides nothing here: it says to the record which of two tries was the later."""
    info = workflow.info()
    return Taken(info.run_id, info.continued_run_id or "", int(workflow.now().timestamp() * 1_000_000))


class Recording:
    """The recording half of a run. `at_once`, `steady` and `paced` follow from its version (workers/versions.py).

    `recording` is a recording beside the turns, `quick` one by a local activity, `sent_at` when that was asked for.
    """

    start: RunStart
    unstored: Unstored
    traces: Traces
    length: Length
    recording: asyncio.Task[None] | None
    quick: asyncio.Task[None] | None
    sent_at: datetime
    all_handed_out: bool
    at_once: bool
    steady: bool
    paced: bool

    def _must_record(self) -> bool:
        return self.unstored.homeless and self.recording is None

    def _to_carry(self) -> tuple[dict[str, Any], ...]:
        """The events an effect takes: all not known to be stored, as long as each of many can take them.

        Those that are left out have been sent: they are stored before the task ends that asks for the effect, and an
        effect that finds a gap before its events does not begin.
        """
        rows = self.unstored.rows()
        return self.unstored.unsent() if self.paced and pace.size(rows) > pace.EVENT_BYTES else rows

    def _to_record(self) -> RecordCall:
        return RecordCall(self.start.run, self.unstored.send(), self.traces.of_record(), taken_now())

    async def _record(self) -> None:
        """A database that is down does not block the run: then it is tried beside it.

        A steady run does not wait for a local activity: a task's signals are taken before its answers only by a loop
        that is free, and on replay it would be free (seen, with a query in between; docs/decisions/0016).
        """
        if self.at_once:
            return self._record_now(self._to_record())
        recorded = self._record_quickly(self._to_record())
        if self.steady:
            self.length.events += Length.RECORD
            self.quick = asyncio.create_task(recorded)
            self.sent_at = workflow.now()
        else:
            await recorded

    def _record_now(self, call: RecordCall) -> None:
        if stored_now(call):
            self.unstored.stored(call.events[-1]["seq"])
        else:
            self.length.events += Length.RECORD + Length.EFFECT
            self._try_beside(call)

    def _try_beside(self, call: RecordCall) -> None:
        self.unstored.not_sent()
        self.recording = self.recording or asyncio.create_task(self._record_patiently(call))

    async def _record_quickly(self, call: RecordCall) -> None:
        try:
            await recorded_in_the_task(call)
            self.all_handed_out = False
            self.length.events += 0 if self.steady else Length.RECORD
            self.unstored.stored(call.events[-1]["seq"])
        except FailureError:  # of a local activity the cause itself may be raised, and it must not fail the run
            self._try_beside(call)

    async def _record_patiently(self, call: RecordCall) -> None:
        for part in pace.parts(call.events) if self.paced else (call.events,):
            await recorded_at_last(replace(call, events=part))
            self.unstored.stored(part[-1]["seq"])
        self.recording = None
