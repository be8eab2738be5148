"""What effects need from the outside, said as Protocols: the worker's composition root hands in what implements them.

The store implements `Ledger` and `People` over its tables; `activities/testing.py` implements both in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from definitions.effects import Begun, Scopes
from definitions.wire import EffectCall

Outcome = Literal["done", "failed", "unknown"]


class Ledger(Protocol):
    """The event table and the effect table.

    Every method is one transaction; each may raise when the database is away.
    """

    async def append(self, run: str, events: Sequence[dict[str, Any]]) -> None:
        """Stores the run's events (`Event.to_json()`); rows already there are ignored, a gap in `seq` raises."""

    async def begin(self, call: EffectCall) -> Begun:
        """Appends `call.events` and writes the intent, in one transaction, as `definitions.effects.judge_begin`
        decides."""
        ...

    async def finish(
        self,
        call: EffectCall,
        state: Outcome,
        result: dict[str, Any] | None = None,
        error: dict[str, Any] | None = None,
    ) -> None:
        """Writes the outcome of the turn that began; `error` is `{code, message}`. An older turn changes nothing."""


class People(Protocol):
    """Who acts, read anew for every effect: a right taken away a second ago is gone."""

    async def scopes(self, actor_id: str) -> Scopes:
        """The rights of that person now. Raises LookupError for one who is unknown or switched off."""
        ...

    async def me(self, actor_id: str) -> dict[str, Any]:
        """What row expressions read as `me`: at least `id`, `roles`, `teams`. Raises LookupError as above."""
        ...
