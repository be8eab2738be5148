"""The hash chain over a run's events: whoever changes one row must change all that follow, and the end is known.

`link` is SHA-256 over the link before and the event's canonical text. The first link stands on the run's id, so that
events cannot be moved to another run. `runs.chain` holds the last one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from definitions.canonical import canonical
from definitions.wire import Event


def genesis(run: str) -> str:
    """What the first event of a run is linked to."""
    return hashlib.sha256(run.encode()).hexdigest()


def link(before: str, event: Event) -> str:
    """The event's place in the chain: 64 hex digits."""
    return hashlib.sha256(f"{before}\n{canonical(event.to_json())}".encode()).hexdigest()


def links(before: str, events: Iterable[Event]) -> list[str]:
    """One link for each event, in order."""
    found = []
    for event in events:
        before = link(before, event)
        found.append(before)
    return found


def first_break(run: str, stored: Iterable[tuple[Event, str]]) -> int | None:
    """The `seq` at which the stored chain no longer holds, counted from 1 without a gap; None when all of it does."""
    before = genesis(run)
    for expected, (event, chain) in enumerate(stored, 1):
        if event.seq != expected or link(before, event) != chain:
            return expected
        before = chain
    return None
