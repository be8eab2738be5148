"""`holdfast.listen`: a step begins to wait for an event, and is told what came before it did.

Both are one transaction of the port. Touches nothing outside and may be repeated: a wait is registered once for each
round, and the run takes an event once, however often it hears of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, Field
from temporalio import activity

from activities.errors import NotDone
from activities.ports import Listening
from activities.registry import parse_input
from definitions import wire
from definitions.wire import EffectCall


class Listen(BaseModel):
    """What is waited for, and until when: the clock for that is the run's own."""

    name: str = Field(max_length=100)
    until: str | None = None


def listen_activity(listening: Listening) -> Callable[..., Any]:
    """The activity over that port. Its result is {events}: those that came before, in their order."""

    @activity.defn(name=wire.ACTIVITY_LISTEN)
    async def listen(call: dict[str, Any]) -> dict[str, Any]:
        asked = EffectCall.from_json(call)
        given = parse_input(Listen, asked.input)
        try:
            return {"events": await listening.listen(asked, given.name)}
        except Exception:
            raise NotDone("Events cannot be read at the moment.", code="ledger_unavailable") from None

    return listen
