"""Notes of a run: its state counts them, its events hold their texts."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from api.doors import Caller
from api.store.tables import EventRow
from definitions.engine.events import EventType

SHOWN = 500
"""Notes of one step or run that are shown, the newest of them; the event list has all."""


async def notes_of(caller: Caller, run: str, step: str | None = None) -> list[dict[str, Any]]:
    """The notes of a run, or of one of its steps, oldest first: {id, step, text, by, at}."""
    query = select(EventRow).where(col(EventRow.run) == run, col(EventRow.type) == str(EventType.NOTE_ADDED))
    if step is not None:
        query = query.where(col(EventRow.step) == step)
    async with caller.house.store.reading() as session:
        rows = (await session.exec(query.order_by(col(EventRow.seq).desc()).limit(SHOWN))).all()
    return [_note(row) for row in reversed(rows)]


def _note(row: EventRow) -> dict[str, Any]:
    data = row.data or {}
    return {"id": data["note"], "step": row.step, "text": data["text"], "by": row.actor, "at": row.at}
