"""Half-filled forms: one for each open round of a step, the last one that was saved.

A draft stands beside the task it is about and is written under that task's lock, so that none is left of a round that
just ended.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select

from api.store.projection import TASKS
from api.store.rounds import DRAFTS
from definitions.canonical import digest
from definitions.times import rfc3339


class Stale(Exception):
    """Somebody saved another draft meanwhile; `draft` is theirs, or None."""

    def __init__(self, draft: dict[str, Any] | None) -> None:
        super().__init__("the draft was changed")
        self.draft = draft


def open_round(connection: Connection, run: str, step: str, *, lock: bool = False) -> str | None:
    """The round of a step that a person can fill in now, or None: their own, or a machine's that waits for one."""
    fillable = or_(TASKS.c.manual, TASKS.c.status.in_(("waiting", "attention")))
    query = select(TASKS.c.execution).where(TASKS.c.run == run, TASKS.c.step == step, fillable)
    return connection.execute(query.with_for_update(read=True) if lock else query).scalar()


def draft_of(connection: Connection, run: str, execution: str | None) -> dict[str, Any] | None:
    """{output, etag, by, at} of a round."""
    row = connection.execute(select(DRAFTS).where(DRAFTS.c.run == run, DRAFTS.c.execution == (execution or ""))).first()
    if row is None:
        return None
    return {"output": row.answer, "etag": row.etag, "by": row.saved_by, "at": rfc3339(row.saved_at)}


def save(
    connection: Connection, run: str, step: str, output: dict[str, Any], *, by: str, if_match: str | None
) -> tuple[str, dict[str, Any]] | None:
    """The round and its draft as it is now saved; None where the step has no open round. Raises Stale.

    Without `if_match` the last writer wins.
    """
    execution = open_round(connection, run, step, lock=True)
    if execution is None:
        return None
    before = draft_of(connection, run, execution)
    if if_match is not None and if_match != (before or {}).get("etag"):
        raise Stale(before)
    now = datetime.now(UTC)
    row = {"answer": output, "etag": digest([output, by, rfc3339(now)])[:32], "saved_by": by, "saved_at": now}
    drop(connection, run, execution)
    connection.execute(insert(DRAFTS), {"run": run, "execution": execution, **row})
    return execution, {"output": output, "etag": row["etag"], "by": by, "at": rfc3339(now)}


def drop(connection: Connection, run: str, execution: str) -> None:
    """Forget the draft of a round."""
    connection.execute(delete(DRAFTS).where(DRAFTS.c.run == run, DRAFTS.c.execution == execution))
