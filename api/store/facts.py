"""Events as they arrive and as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from definitions.canonical import canonical
from definitions.wire import Event

_LOST = "\ufffd"
COLUMNS = ("type", "at", "step", "execution", "actor", "command")
"""The parts of an event that have a column of their own."""


class LedgerGap(Exception):
    """The batch does not follow on what is stored: an event is missing, or they are out of order."""

    def __init__(self, run: str, stored: int, seqs: Sequence[int]) -> None:
        super().__init__(f"run {run}: events {list(seqs)[:8]} do not follow on {stored}")
        self.run, self.stored, self.seqs = run, stored, tuple(seqs)


def read_events(rows: Sequence[dict[str, Any]]) -> list[Event]:
    """The events of a batch. What no database can hold (half a surrogate pair, NaN) is replaced, never refused: such a
    value came past the gate by a hand-made signal, and must not keep its run from being recorded."""
    return [_in_columns(Event.from_json(row if _is_storable(row) else _storable(row))) for row in rows]


def follow_on(run: str, stored: int, events: Sequence[Event]) -> list[Event]:
    """Those events that are new after `stored`. Raises LedgerGap unless the batch counts up by one, without a gap."""
    seqs = [event.seq for event in events]
    if seqs and (seqs != list(range(seqs[0], seqs[0] + len(seqs))) or seqs[0] > stored + 1):
        raise LedgerGap(run, stored, seqs)
    return [event for event in events if event.seq > stored]


def event_row(run: str, event: Event, chain: str) -> dict[str, Any]:
    """The event as a row of the event table."""
    texts = {name: column_text(getattr(event, name)) for name in COLUMNS}
    return {"run": run, "seq": event.seq, **texts, "data": event.data or None, "chain": chain}


def event_of(row: Any) -> Event:
    """The event that a row of the event table (by attribute) holds."""
    return Event(row.seq, row.type, row.at, row.step, row.execution, row.actor, row.command, row.data or {})


def instant(text: str) -> datetime:
    """The aware datetime of an event's `at`."""
    return datetime.fromisoformat(text)


def column_text(text: str | None) -> str | None:
    """Text for a column of its own: PostgreSQL has no NUL there. Inside JSON it is escaped and stays."""
    return text.replace("\0", _LOST) if text else text


def _in_columns(event: Event) -> Event:
    """The event as its columns hold it: the chain is taken over what is stored, or it would seem to be broken."""
    texts = {name: getattr(event, name) for name in COLUMNS}
    changed: dict[str, Any] = {name: column_text(text) for name, text in texts.items() if text and "\0" in text}
    return replace(event, **changed) if changed else event


def _is_storable(value: Any) -> bool:
    try:
        canonical(value).encode()
    except ValueError:
        return False
    return True


def _storable(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_storable(key): _storable(item) for key, item in value.items()}
        case list() | tuple():
            return [_storable(item) for item in value]
        case float() if not _is_storable(value):
            return None
        case _:
            return value
