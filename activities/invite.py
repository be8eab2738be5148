"""`holdfast.invite`: somebody without an account is given a link to a form, by mail where an address is known.

The input is `{to?, title, text?, expires?, journey?, again?, revoke?}`: `expires` an instant, `journey` the id of one
of a task's forms (empty: the step is the form itself). A form of a round has one link at a time. Asked `again` (a
reminder, or a person who sends it once more) the same link goes out; `revoke` ends it, and a link that was ended is
followed by another. The result is `{link, expires, mailed}`; never the token, for results stand in histories.

Repeatable: the link of a form is made once, and a mail is marked as sent when the server took it. Between the two a
crash may send one mail twice, under one Message-ID.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, Field
from temporalio import activity

from activities.errors import NotDone
from activities.links import Invitations
from activities.mail import Address, Mail, MailSettings, send_mail
from activities.registry import parse_input
from definitions import wire
from definitions.inviting import Asked
from definitions.times import rfc3339
from definitions.wire import EffectCall

PATH = "/public/journeys/"


class Invite(BaseModel):
    """Who is asked what, until when. `step` and `execution` are those of the form, where
    the call is an errand of its own; `remind` is the engine's."""

    to: Address | None = None
    title: str = Field(max_length=500)
    text: str = Field(default="", max_length=20_000)
    expires: AwareDatetime | None = None
    remind: Any = None
    step: str | None = None
    execution: str | None = None
    journey: Annotated[str, Field(max_length=200)] | None = None
    again: bool = False
    revoke: bool = False


def invite_activity(links: Invitations, settings: MailSettings, url: str) -> Callable[..., Any]:
    """The activity over that port; `url` is where the API answers to somebody outside."""

    @activity.defn(name=wire.ACTIVITY_INVITE)
    async def invite(call: dict[str, Any]) -> dict[str, Any]:
        given = EffectCall.from_json(call)
        asked = parse_input(Invite, given.input)
        form = Asked(
            given.run,
            asked.step or given.step,
            asked.execution or given.execution,
            asked.journey or "",
            given.acting,
            _key(given),
            asked.expires,
        )
        return await (_revoked if asked.revoke else _sent)(links, settings, url, form, asked)

    return invite


def _key(call: EffectCall) -> str:
    """A person who asks once more is a turn of its own, and so is its mail."""
    return f"{call.key}:{call.turn}"


async def _sent(links: Invitations, settings: MailSettings, url: str, form: Asked, asked: Invite) -> dict[str, Any]:
    try:
        made = await links.invite(form)
    except Exception:
        raise NotDone("The link cannot be made at the moment.", code="ledger_unavailable") from None
    if asked.to and not made.mailed:
        text = invitation(asked, f"{url.rstrip('/')}{PATH}{made.token}", made.expires)
        await send_mail(_mail(asked, text, "Reminder: " if asked.again else ""), settings, form.key)
        await links.mailed(made.link, form.key)
    expires = rfc3339(made.expires) if made.expires else None
    return {"link": made.link, "expires": expires, "mailed": asked.to is not None}


async def _revoked(links: Invitations, settings: MailSettings, _url: str, form: Asked, asked: Invite) -> dict[str, Any]:
    try:
        await links.revoke(form.run, form.execution, form.journey)
    except Exception:
        raise NotDone("The link cannot be ended at the moment.", code="ledger_unavailable") from None
    if asked.to:
        text = f"{_one_line(asked.title)}\n\nThe link you were sent for this form does not work any more.\n"
        await send_mail(_mail(asked, text, "No longer needed: "), settings, form.key)
    return {"link": None, "expires": None, "mailed": asked.to is not None}


def invitation(asked: Invite, link: str, expires: datetime | None) -> str:
    """The text of the mail."""
    parts = [_one_line(asked.title), asked.text.strip(), f"Please fill in this form:\n{link}"]
    if expires is not None:
        parts.append(f"It is open until {expires:%Y-%m-%d %H:%M} ({expires.tzname() or 'UTC'}).")
    parts.append("You need no account. The link is for you alone: please do not pass it on.")
    return "\n\n".join(part for part in parts if part) + "\n"


def _mail(asked: Invite, text: str, before: str) -> Mail:
    assert asked.to is not None
    return Mail(to=asked.to, subject=f"{before}{_one_line(asked.title)}"[:500], text=text)


def _one_line(text: str) -> str:
    """A title that somebody wrote, or that came from a record, as a mail's subject may hold it."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())
