"""What models were asked, what they answered, and what that cost: read from the rows that the worker wrote."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from api.permissions import Reach, Who, reaches
from api.store.ai_budget import CALLS, MONTHS
from definitions.times import rfc3339

KEPT = ("step", "execution", "turn", "acting", "what", "model", "prompt_hash", "request", "reply", "outcome")
COUNTED = ("input_tokens", "output_tokens", "estimated", "seconds")


def calls_of(connection: Connection, run: str, after: int, limit: int) -> list[dict[str, Any]]:
    """The requests of a run in the order in which they were made, beyond the one numbered `after`."""
    query = select(CALLS).where(CALLS.c.run == run, CALLS.c.id > after).order_by(CALLS.c.id).limit(limit)
    return [_told(row) for row in connection.execute(query)]


def _told(row: Any) -> dict[str, Any]:
    """One request; `cost` is in the currency in which the prices are set."""
    kept = {name: getattr(row, name) for name in (*KEPT, *COUNTED)}
    ended = rfc3339(row.ended_at) if row.ended_at else None
    return {"id": row.id, **kept, "cost": row.micros / 1_000_000, "at": rfc3339(row.at), "ended_at": ended}


def months(connection: Connection, who: Who, month: str) -> list[dict[str, Any]]:
    """What each team's runs used in that month, as far as the caller's analytics reach; team `""`: runs of no team."""
    query = select(MONTHS).where(MONTHS.c.month == month).order_by(MONTHS.c.team)
    if Reach.ALL not in reaches(who, "analytics.view"):
        query = query.where(MONTHS.c.team.in_(["", *who.teams]))
    rows = connection.execute(query)
    return [{"team": row.team, "month": month, "tokens": row.tokens, "cost": row.micros / 1_000_000} for row in rows]
