"""The link by which somebody outside confirms what an action began: made for one try, given to the action, used once.

The link is 256 random bits of which the store keeps only the hash. It says which round of which step it is for; whether
that round still waits is for the run to say, so a link that is used twice, too late, or of a round that somebody went
back past, changes nothing. Each try makes a link of its own, for nobody knows whether the one before was sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from definitions.wire import EffectCall

PATH = "/public/confirm/"

LINK: ContextVar[str | None] = ContextVar("holdfast_confirm_link", default=None)
"""The link of the effect that is being performed, where its step waits for somebody outside."""

MakeLink = Callable[[EffectCall], Awaitable[str]]


class Confirmations(Protocol):
    """Where links are kept. May raise when the database is away."""

    async def issue(self, call: EffectCall) -> str:
        """A new secret for the round of this call, in plain text this once."""
        ...


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links. `url` is where the API answers to somebody outside; empty: links are paths."""

    confirmations: Confirmations
    url: str = ""

    async def __call__(self, call: EffectCall) -> str:
        return f"{self.url.rstrip('/')}{PATH}{await self.confirmations.issue(call)}"
