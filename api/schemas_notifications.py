"""How people want to be told, as it comes in and goes out."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from api.schemas import Body
from api.schemas_out import Out

Kind = Literal[
    "assigned",
    "attention",
    "approval",
    "overdue",
    "escalated",
    "taken_over",
    "ticket_released",
    "webhook_disabled",
    "other",
]


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no time zone, such as Europe/Berlin") from None
    return text


class Telling(Body):
    """One kind of notice: in the product, by mail at once, in the mail of the day."""

    kind: Kind
    in_app: bool
    email: bool
    digest: bool


class ChangedNotifications(Body):
    """What is not named stays. `digest_at` is a time of day in `zone`. `muted`: no mail at all."""

    kinds: Annotated[list[Telling], Field(max_length=20)] | None = None
    zone: Annotated[str, Field(max_length=64), AfterValidator(_zone)] | None = None
    digest_at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = None
    muted: bool | None = None


class KindTold(Out):
    kind: Kind
    in_app: bool
    email: bool
    digest: bool


class Notifications(Out):
    """`email` is where mail goes; null: nowhere yet. `next_digest` is when the mail of the day is made next."""

    email: str | None
    muted: bool
    zone: str
    digest_at: str
    next_digest: str | None
    kinds: list[KindTold]
