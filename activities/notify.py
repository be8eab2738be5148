"""`holdfast.notify`: people are told something, in the product and, where they have an address, by mail.

Repeatable: a notice is left once for each key, and a mail is marked as sent when the server took it. Between the two a
crash may send one mail twice, under one Message-ID. One address that is refused keeps nobody else from being told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, Field
from temporalio import activity

from activities.errors import ActionError, NotDone
from activities.mail import Mail, MailSettings, send_mail
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


def notify_activity(notices: Notices, settings: MailSettings) -> Callable[..., Any]:
    """The activity over that port. Its result is {told, mailed, refused}: how many people."""

    @activity.defn(name=wire.ACTIVITY_NOTIFY)
    async def notify(call: dict[str, Any]) -> dict[str, Any]:
        asked = EffectCall.from_json(call)
        given = parse_input(Notify, asked.input)
        notice = given.model_dump(include={"kind", "subject", "text", "run", "step"})
        waiting = await _told(notices, given, notice, asked.key)
        sent = [await _mail(notices, settings, given, (user, email), asked.key) for user, email in waiting if email]
        return {"told": len(waiting), "mailed": sum(sent), "refused": len(sent) - sum(sent)}

    return notify


async def _told(notices: Notices, given: Notify, notice: dict[str, Any], key: str) -> list[tuple[str, str | None]]:
    try:
        return await notices.tell(given.users, given.teams, notice, key, given.inboxes)
    except Exception:
        raise NotDone("Notices cannot be written at the moment.", code="ledger_unavailable") from None


async def _mail(notices: Notices, settings: MailSettings, given: Notify, to: tuple[str, str], key: str) -> bool:
    """Whether the mail went. A server that is away is asked again; one that refuses this address is not."""
    user, email = to
    subject = " ".join(given.subject.split())
    try:
        await send_mail(Mail(to=email, subject=subject, text=given.text or subject), settings, f"{key}:{user}")
    except NotDone:
        raise
    except (ActionError, ValueError):
        return False
    await notices.mailed(user, key)
    return True
