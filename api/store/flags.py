"""What is wrong with a run in Temporal or in its record: kept beside it, shown in lists, acted on by people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from api.store.archive_tables import EngineFlagRow
from api.store.statements import insert_new
from api.store.tables import Row
from definitions.times import rfc3339

RUNS = Row.metadata.tables["runs"]
FLAGS: Table = EngineFlagRow.__table__  # type: ignore[attr-defined]

MESSAGES = {
    "engine_lost": "Temporal does not know this run any more: its record stands, but it cannot go on.",
    "terminated": "The run was terminated by ops in Temporal: its record stands, but it cannot go on.",
    "ended_outside": "The run was ended in Temporal, not here: its record stands, but it cannot go on.",
    "reset": "The run was reset in Temporal: it goes on from an earlier point, and repeats no effect.",
    "paused": "The run was paused in Temporal: it goes on when it is unpaused there.",
    "stuck": "Its workflow task keeps failing: it goes on when a worker comes that can do it.",
    "unrecorded": "Its events cannot be written at the moment: it is tried again.",
    "read_model_broken": "What lists show of the run cannot be worked out from its events.",
    "ledger_gap": "The record has less than there was: events are missing at its end or in between.",
    "ledger_fork": "The run has decided otherwise than its record says: the record stands.",
    "record_differs": "The record is not what it was: its chain no longer leads to what was anchored.",
}
"""Every flag with what it says to people."""

OF_THE_RECORD = ("ledger_gap", "ledger_fork", "record_differs")
MENDED = ("ledger_gap", "record_differs", "read_model_broken")
STICKY = (*OF_THE_RECORD, "reset")
"""Flags that a look at Temporal does not take away: the record itself has to be put right, or somebody says so."""


def flag(connection: Connection, run: str, name: str, detail: dict[str, Any] | None = None) -> bool:
    """Flags a run; whether it was new. What is wrong with its record is not hidden by what is wrong in Temporal."""
    values = {"run": run, "flag": name, "since": datetime.now(UTC), "detail": detail}
    if not insert_new(connection, FLAGS, values):
        kept = (name,) if name in OF_THE_RECORD else (name, *OF_THE_RECORD)
        other = update(FLAGS).where(FLAGS.c.run == run, FLAGS.c.flag.not_in(kept))
        if connection.execute(other.values(values)).rowcount == 0:
            return False
    connection.execute(update(RUNS).where(RUNS.c.id == run).values(engine=name))
    return True


def unflag(connection: Connection, run: str, *, sticky: bool = False) -> bool:
    """Takes a run's flag away, one of the record only if `sticky`. Whether there was one."""
    gone = delete(FLAGS).where(FLAGS.c.run == run)
    if connection.execute(gone if sticky else gone.where(FLAGS.c.flag.not_in(STICKY))).rowcount == 0:
        return False
    connection.execute(update(RUNS).where(RUNS.c.id == run).values(engine=None))
    return True


def mended(connection: Connection, run: str) -> None:
    """The record of a run was found whole, or was made so: it needs no flag about that any more."""
    gone = delete(FLAGS).where(FLAGS.c.run == run, FLAGS.c.flag.in_(MENDED))
    if connection.execute(gone).rowcount:
        connection.execute(update(RUNS).where(RUNS.c.id == run).values(engine=None))


def flags_of(connection: Connection, runs: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The flags of some runs as they are shown: `{flag, message, since, …}` by run."""
    rows = connection.execute(select(FLAGS).where(FLAGS.c.run.in_(runs)))
    return {row.run: shown(row) for row in rows}


def shown(row: Any) -> dict[str, Any]:
    """A flag with its time and what more is known of it."""
    return {**(told(row.flag) or {}), "since": rfc3339(row.since), "detail": row.detail}


def told(name: str | None) -> dict[str, str] | None:
    """A flag as runs and lists show it: `{flag, message}`."""
    if name is None:
        return None
    return {"flag": name, "message": MESSAGES.get(name, "Something is wrong with this run in Temporal.")}
