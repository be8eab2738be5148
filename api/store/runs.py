"""A run's row made from its first event, for a run whose row was never written or was lost."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from api.store.facts import LedgerGap
from api.store.keys import open_key, teams_key
from api.store.statements import insert_new
from api.store.tables import Row
from definitions.wire import Event

RUNS = Row.metadata.tables["runs"]


def create_from(connection: Connection, run: str, started: Event) -> None:
    """Insert the row of a run that begins with this event. Where another run holds the open key, it goes without."""
    if started.type != "run_started":
        raise LedgerGap(run, 0, [started.seq])
    row = row_of(run, started)
    if not insert_new(connection, RUNS, row):
        insert_new(connection, RUNS, {**row, "open_key": None})


def row_of(run: str, started: Event) -> dict[str, Any]:
    """The columns of a run's row that its `run_started` tells."""
    data = started.data
    record = data.get("record") or {}
    return {
        "id": run,
        "definition": data["definition"],
        "version": data["version"],
        "hash": data["hash"],
        "name": data["name"],
        "record_collection": record.get("collection"),
        "record_id": record.get("id"),
        "teams": list(data.get("teams", ())),
        "teams_key": teams_key(data.get("teams", ())),
        "labels": list(data.get("labels", ())),
        "started_at": started.at,
        "started_by": data["started_by"],
        "open_key": open_key_of(started),
        "status": "running",
        "attention": False,
        "seq": 0,
        "chain": "",
    }


def open_key_of(started: Event) -> str | None:
    """The open key a run holds while it is open, where its definition says one per record."""
    data = started.data
    record = data.get("record")
    if not record or not data.get("one_per_record"):
        return None
    return open_key(data["definition"], record["collection"], record["id"])
