"""`holdfast.fire`: one page of what a schedule starts. No effect of a run: there is none yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import Firing
from activities.pulse import Pulse
from definitions import wire

BEAT = 10.0


def fire_activity(firing: Firing) -> Callable[..., Any]:
    """The activity over that port. Its result is {cursor, started, refused}; tried again for as long as it fails."""

    @activity.defn(name=wire.ACTIVITY_FIRE)
    async def fire(asked: dict[str, Any]) -> dict[str, Any]:
        with Pulse(BEAT):
            try:
                return await firing.fire(asked)
            except Exception as error:
                text = f"The records cannot be gone through at the moment ({type(error).__name__})."
                raise ApplicationError(text, type="ledger_unavailable") from None

    return fire
