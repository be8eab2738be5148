"""Child runs that were lost in Temporal: whoever waits for them is told that they ask for a person.

A run tells its parent how it stands by itself. One that was terminated or deleted there can tell nothing any more, and
its parent would wait for it without a word. The reconciler finds it, and says what it can see: that somebody has to
look. How it ends for the parent is that person's to say; nothing is started again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from api.engine import Engine, EngineError
from api.signing import Signer
from api.store.projection import RUNS
from api.store.store import Store
from api.tracing import log
from definitions.engine.family import ATTENTION, STANDS
from definitions.times import rfc3339
from definitions.wire import SIGNAL_CHILD_TOLD, SYSTEM_ACTOR, Actor

LOST = ("terminated", "ended_outside", "engine_lost")
"""Flags of a run that cannot go on, nor speak."""


@dataclass(frozen=True, slots=True)
class LostChildren:
    """Speaks for them, under the seal of the system."""

    store: Store
    engine: Engine
    signer: Signer

    async def speak_for(self, run: str) -> None:
        """Tells the run that waits for this one, if any does; one that does not hear is lost as well, or has ended."""
        query = select(RUNS.c.state).where(RUNS.c.id == run)
        state = await self.store.look(lambda connection: connection.execute(query).scalar())
        chain = (state or {}).get("chain") or {}
        if not chain.get("waits"):
            return
        word = {"execution": chain["execution"], "index": chain["index"], "status": STANDS[ATTENTION], "said": {}}
        envelope = self.signer.seal(chain["run"], word, Actor(SYSTEM_ACTOR), rfc3339(datetime.now(UTC)))
        try:
            await self.engine.signal(chain["run"], SIGNAL_CHILD_TOLD, envelope.to_json())
        except EngineError as error:
            log.warning("the parent did not hear", action="reconcile.parent", run=run, error=type(error).__name__)
