"""Who was faster: whoever is refused because somebody else came first is told who that was, and when.

The run itself says so where the step has ended. Where the round was opened again, the run has ended, or the preview has
gone stale, it is read from the run's events.
"""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from api.store.store import Store
from api.store.tables import EventRow
from definitions.engine.events import EventType

ENDINGS = (str(EventType.RUN_COMPLETED), str(EventType.RUN_ABORTED))
REFUSED = str(EventType.COMMAND_REFUSED)
OF_THE_STEP = ("step_not_ready", "stale_execution")
TOO_LATE = (*OF_THE_STEP, "run_closed", "fingerprint_changed", "run_open")


async def with_first(store: Store, run: str, body: dict[str, Any], refusal: dict[str, Any]) -> dict[str, Any]:
    """The refusal with `ended_by` and `ended_at` where somebody else came first and it does not say so yet."""
    if refusal.get("code") not in TOO_LATE or refusal.get("ended_at"):
        return refusal
    query = select(EventRow).where(col(EventRow.run) == run).order_by(col(EventRow.seq).desc()).limit(1)
    async with store.reading() as session:
        if refusal["code"] == "run_closed":
            end = (await session.exec(query.where(col(EventRow.type).in_(ENDINGS)))).first()
            by = end if end is None or end.actor else (await session.exec(_given(query, body, end.seq))).first()
        else:
            narrow = refusal["code"] in OF_THE_STEP
            end = by = (await session.exec(_given(query, body if narrow else {}, None))).first()
    if end is None:
        return refusal
    return {**refusal, "ended_by": by.actor if by else None, "ended_at": end.at}


def _given(query: SelectOfScalar[EventRow], body: dict[str, Any], before: int | None) -> SelectOfScalar[EventRow]:
    """The newest event that somebody's command led to, of the round or step it was about, or before another event."""
    query = query.where(col(EventRow.actor).is_not(None), col(EventRow.type) != REFUSED)
    if before is not None:
        return query.where(col(EventRow.seq) < before)
    if body.get("execution"):
        return query.where(col(EventRow.execution) == body["execution"])
    return query.where(col(EventRow.step) == body["step"]) if body.get("step") else query
