"""The ways in: hooks, events, schedules. What comes in about them, and what goes out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas import Body, Values
from api.schemas_out import Out


class Hook(Out):
    """The address by which a definition is started from outside, for those who may publish it.

    `type` is `webhook` for programs, `journey` for people: a public form, which has no secret and no `signed_url`.

    `url` holds its token and is enough to start runs: treat it as a password. `signed_url` is for calls that are
    signed with `secret`, which is told when it is made, and for an hour after that until the hook is used.
    """

    id: str
    type: Literal["webhook", "journey"]
    definition: str
    url: str
    signed_url: str | None
    secret: str | None
    as_: str = Field(alias="as")
    paused: bool
    made_at: str
    used_at: str | None


class Regenerate(Body):
    """`POST …/hooks/{id}/regenerate`. With `overlap` the address stays and the old secret holds for so many minutes.

    `as`: whose rights its runs have, the caller's where it is left out.
    """

    overlap: Annotated[int, Field(ge=1, le=7 * 24 * 60)] | None = None
    as_: Annotated[str | None, Field(alias="as", min_length=1, max_length=100)] = None


class Hooked(Out):
    """The run that a call started, or that the same message started before."""

    run: str


class NewEvent(Body):
    """`POST /v1/events`: what happened, under an id by which it is known again."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    id: Annotated[str, Field(min_length=1, max_length=200)]
    data: Values = {}


class EventTaken(Out):
    """An event that was stored, and the runs it has started by now."""

    id: str
    name: str
    runs: list[str]


class Schedule(Out):
    """A definition that the clock starts. `next`: when it will be next, empty while it is paused or archived."""

    id: str
    definition: str
    name: str
    cron: str
    timezone: str
    text: str
    over: dict[str, Any] | None
    as_: str = Field(alias="as")
    paused: bool
    fired_at: str | None
    next: list[str]
