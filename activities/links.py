"""The links of an installation; and the one by which somebody outside confirms what an action began.

That one is made for one try, given to the action, and used once. It is 256 random bits of which the store keeps only
the hash. It says which round of which step it is for; whether that round still waits is for the run to say, so a link
that is used twice, too late, or of a round that somebody went back past, changes nothing. Each try makes a link of its
own, for nobody knows whether the one before was sent. Links to forms are made by activities/invite.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from definitions.inviting import Asked, Invited
from definitions.wire import EffectCall

PATH = "/public/confirm/"

LINK: ContextVar[str | None] = ContextVar("holdfast_confirm_link", default=None)
"""The link of the effect that is being performed, where its step waits for somebody outside."""

MakeLink = Callable[[EffectCall], Awaitable[str]]


class Invitations(Protocol):
    """Where links are kept. Every method is one transaction, may be repeated, and may raise when the database is
    away."""

    async def invite(self, asked: Asked) -> Invited:
        """The link of that form: the one that is there and good, else a new one."""
        ...

    async def mailed(self, link: str, key: str) -> None:
        """Remembers that the mail of this key was taken by the server."""
        ...

    async def revoke(self, run: str, execution: str, journey: str) -> None:
        """Ends every link of that form."""
        ...


class Kept(Invitations, Protocol):
    """Where links are kept, those to forms included. May raise when the database is away."""

    async def issue(self, call: EffectCall) -> str:
        """A new secret for the round of this call, in plain text this once."""
        ...


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links. `url` is where the API answers to somebody outside; empty: links are paths."""

    kept: Kept
    url: str = ""

    async def __call__(self, call: EffectCall) -> str:
        return f"{self.url.rstrip('/')}{PATH}{await self.kept.issue(call)}"
