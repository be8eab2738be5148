"""Temporal's own schedules, as the API sees them: told to come, to pause and to end. What comes is one small workflow.

What holds stands in our database; here it is only said once more, so telling it twice is the same as once.
"""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from api.crons import calendar
from api.engine import Gone, within
from definitions.wire import WORKFLOW_SCHEDULE

T = TypeVar("T")

DEADLINE = 5.0
CATCH_UP = timedelta(hours=24)
"""What came while Temporal was away is made good, up to a day of it."""


@dataclass(frozen=True, slots=True)
class Clock:
    """When a definition is started. `place` is that of its trigger."""

    definition: str
    place: str
    cron: str
    timezone: str
    paused: bool

    @property
    def id(self) -> str:
        return clock_id(self.definition, self.place)


def clock_id(definition: str, place: str) -> str:
    """How a schedule is called: the definition and the number of its trigger."""
    return f"{definition}.{place.rpartition('/')[2]}"


class Clocks(Protocol):
    """Who tells the time. Each raises EngineError where that cannot be told now."""

    async def tell(self, clock: Clock) -> None: ...

    async def stop(self, id: str) -> None: ...

    async def strike(self, id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class TemporalClocks:
    """`Clocks` over a Temporal client. Ids begin with the task queue: installations may share a namespace."""

    client: Client
    task_queue: str

    async def tell(self, clock: Clock) -> None:
        """Makes the schedule, or has it hold what is said now."""
        wanted = self._schedule(clock)
        try:
            await _asked(self.client.create_schedule(self._name(clock.id), wanted))
        except ScheduleAlreadyRunningError:
            await _asked(self.client.get_schedule_handle(self._name(clock.id)).update(_replaced(wanted)))

    async def stop(self, id: str) -> None:
        """Ends the schedule; one that is not there has ended."""
        with suppress(Gone):
            await _asked(self.client.get_schedule_handle(self._name(id)).delete())

    async def strike(self, id: str) -> None:
        """Has it come now. Raises Gone where there is none."""
        handle = self.client.get_schedule_handle(self._name(id))
        await _asked(handle.trigger(overlap=ScheduleOverlapPolicy.BUFFER_ALL))

    def _name(self, id: str) -> str:
        return f"{self.task_queue}:{id}"

    def _schedule(self, clock: Clock) -> Schedule:
        asked = {"definition": clock.definition, "place": clock.place}
        action = ScheduleActionStartWorkflow(
            WORKFLOW_SCHEDULE, asked, id=f"{self._name(clock.id)}:run", task_queue=self.task_queue
        )
        return Schedule(
            action=action,
            spec=ScheduleSpec(calendars=[calendar(clock.cron)], time_zone_name=clock.timezone),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ONE, catchup_window=CATCH_UP),
            state=ScheduleState(paused=clock.paused, note="paused in Holdfast" if clock.paused else None),
        )


def _replaced(wanted: Schedule) -> Any:
    def update(_: ScheduleUpdateInput) -> ScheduleUpdate:
        return ScheduleUpdate(schedule=wanted)

    return update


async def _asked(call: Awaitable[T]) -> T:
    return await within(DEADLINE, call)
