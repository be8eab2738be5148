"""Outgoing webhooks, as they come in and go out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from api.schemas import Body, Name
from api.schemas_mcp import Url
from api.schemas_out import Out
from api.schemas_registers import Title
from api.webhooks import EVENTS


def _event(text: str) -> str:
    if text not in EVENTS:
        raise PydanticCustomError("unknown_event", "No event of a run has this name.")
    return text


Event = Annotated[str, Field(max_length=64), AfterValidator(_event)]
Events = Annotated[
    list[Event],
    Field(max_length=100, description="Names such as `run.completed`, `step.done`, `phase.changed`; empty: all."),
]
Names = Annotated[list[Name], Field(max_length=100, description="Empty: all.")]


class NewWebhook(Body):
    """Where to tell what: of these events, of runs of these definitions, of these teams."""

    title: Title
    url: Url
    events: Events = []
    definitions: Names = []
    teams: Names = []


class ChangedWebhook(Body):
    """What is not named stays."""

    title: Title | None = None
    url: Url | None = None
    events: Events | None = None
    definitions: Names | None = None
    teams: Names | None = None


class Webhook(Out):
    """`state`: paused by somebody, disabled by lasting failure. `pending`: messages that did not arrive yet."""

    id: str
    title: str
    url: str
    events: list[str]
    definitions: list[str]
    teams: list[str]
    state: Literal["active", "paused", "disabled"]
    failing_since: str | None
    pending: int
    created_by: str
    created_at: str
    changed_at: str


class WebhookWithSecret(Webhook):
    """`secret` signs every message (Standard Webhooks). It is told this once; null where a call is repeated."""

    secret: str | None


class Delivery(Out):
    """A message. `id` is its `webhook-id`, the same at every try; `body` is sent to the letter. `status` and `error`
    tell of the last try, `next_at` when the next one is."""

    id: str
    event: str
    run: str | None
    seq: int | None
    body: str
    state: Literal["pending", "delivered", "failed"]
    tries: int
    status: int | None
    error: str | None
    created_at: str
    next_at: str | None
    ended_at: str | None
