"""What effects need from the outside, said as Protocols: the worker's composition root hands in what implements them.

The store implements `Ledger`, `People` and `Notices` over its tables; `activities/testing.py` in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from definitions.effects import Begun, Scopes
from definitions.taken import Taken
from definitions.wire import EffectCall

Outcome = Literal["done", "failed", "unknown"]


class Ledger(Protocol):
    """The event table and the effect table.

    Every method is one transaction; each may raise when the database is away.
    """

    async def append(self, run: str, events: Sequence[dict[str, Any]], taken: Taken | None = None) -> None:
        """Stores the run's events (`Event.to_json()`), said by the turn `taken`; a gap in `seq` raises.

        Rows already there are ignored, but for those of an earlier try of the same turn: its events take their place.
        """

    async def begin(self, call: EffectCall, at: datetime | None = None) -> Begun:
        """Appends `call.events` and writes the intent, in one transaction, as `definitions.effects.judge_begin`
        decides; `at` is the moment of the try, the same each time it asks (now, where it is not said)."""
        ...

    async def finish(
        self,
        call: EffectCall,
        state: Outcome,
        result: dict[str, Any] | None = None,
        error: dict[str, Any] | None = None,
    ) -> None:
        """Writes the outcome of the turn that began; `error` is `{code, message}`. An older turn changes nothing."""


class Notices(Protocol):
    """What people should be told, kept until they read it. May raise when the database is away."""

    async def tell(
        self,
        users: Sequence[str],
        teams: Sequence[str],
        notice: Mapping[str, Any],
        key: str,
        inboxes: Sequence[str] = (),
    ) -> int:
        """Leaves `{kind, subject, text, run, step}` once for each key and person, those of the teams included, with the
        mail that each wants of it; how many people are meant."""
        ...


class Runs(Protocol):
    """Other runs, by the same doors as people have. Raises ActionError where it is refused, NotDone where it may be
    tried again. `parent` is the run and the round that asks.
    """

    async def start(self, acting: str, asked: Mapping[str, Any], *, key: str, parent: tuple[str, str]) -> str:
        """The id of the run that this person starts, once for each key: {definition, record?, inputs?, …}."""
        ...

    async def abort(self, acting: str, run: str, reasons: Sequence[str], text: str, *, key: str) -> None:
        """This person ends a run. One that has ended already is no error."""
        ...

    async def make_child(
        self,
        acting: str,
        asked: Mapping[str, Any],
        *,
        child: str,
        parent: tuple[str, str],
        chain: Mapping[str, Any],
    ) -> tuple[str, dict[str, Any]]:
        """(name, RunStart as JSON) of the child of that id, which is made now unless it has been."""
        ...

    async def say(self, runs: Sequence[str], signal: str, word: Mapping[str, Any]) -> int:
        """Tells runs something under the seal of the system; how many of them heard it, for one that ended does not."""
        ...


class Listening(Protocol):
    """Who waits for which event, and what has happened. May raise when the database is away."""

    async def listen(self, call: EffectCall, name: str) -> list[dict[str, Any]]:
        """Registers the round of this call; the events {id, name, data, at} that came before and may be the one."""
        ...


class Firing(Protocol):
    """What a schedule starts, page by page. May raise where it has to be asked again."""

    async def fire(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """One page of {definition, place, fire, at, cursor}: {cursor, started, refused}."""
        ...


class BlobMissing(LookupError):
    """What a reference names is not in the store, or its bytes are no longer those of its name."""

    def __init__(self, run: str, sha256: str) -> None:
        super().__init__(f"{run}/{sha256}")


class Blobs(Protocol):
    """Values that are too large for a history, each under its run and the SHA-256 of its bytes.

    Storing the same bytes again changes nothing, so a retry is safe. Both may raise when the store is away.
    """

    async def put(self, run: str, content: bytes) -> str:
        """Stores the bytes durably and returns their SHA-256 in hex."""
        ...

    async def get(self, run: str, sha256: str) -> bytes:
        """The bytes that this run stored. Raises BlobMissing where it stored none such, whatever another run did."""
        ...


class People(Protocol):
    """Who acts, read anew for every effect: a right taken away a second ago is gone."""

    async def scopes(self, actor_id: str) -> Scopes:
        """The rights of that person now. Raises LookupError for one who is unknown or switched off."""
        ...

    async def me(self, actor_id: str) -> dict[str, Any]:
        """What row expressions read as `me`: at least `id`, `roles`, `teams`. Raises LookupError as above."""
        ...

    async def rights(self, actor_id: str) -> tuple[Scopes, dict[str, Any]]:
        """Both, as they are at one moment. Raises LookupError as above."""
        ...
