"""`holdfast.notify`: people are told something, in the product and, as they wish, by mail.

Repeatable: a notice is left once for each key, and the mail that goes with it is made with it. It goes out by itself,
so that a mail server that is away keeps no run from going on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, Field
from temporalio import activity

from activities.errors import NotDone
from activities.ports import Notices
from activities.registry import parse_input
from definitions import wire
from definitions.wire import EffectCall

Names = Annotated[list[str], Field(max_length=1000)]


class Notify(BaseModel):
    """Who is told (ids of people, of teams, of inboxes: their teams), what kind of thing it is, and in which words."""

    users: Names = []
    teams: Names = []
    inboxes: Names = []
    kind: str = Field(max_length=64)
    subject: str = Field(max_length=500)
    text: str = Field(default="", max_length=20_000)
    run: str | None = None
    step: str | None = None


def notify_activity(notices: Notices) -> Callable[..., Any]:
    """The activity over that port. Its result is {told}: how many people are meant."""

    @activity.defn(name=wire.ACTIVITY_NOTIFY)
    async def notify(call: dict[str, Any]) -> dict[str, Any]:
        asked = EffectCall.from_json(call)
        given = parse_input(Notify, asked.input)
        notice = given.model_dump(include={"kind", "subject", "text", "run", "step"})
        try:
            return {"told": await notices.tell(given.users, given.teams, notice, asked.key, given.inboxes)}
        except Exception:
            raise NotDone("Notices cannot be written at the moment.", code="ledger_unavailable") from None

    return notify
