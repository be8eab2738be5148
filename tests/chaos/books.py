"""What is there when all is quiet: the tables, the deeds of the outside world, the histories, what the API shows.

Everything is written into one JSON file, so that the check needs nothing that still runs.
"""

from __future__ import annotations

import json
import time
from itertools import zip_longest
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
from psycopg import IsolationLevel
from psycopg.rows import dict_row
from temporalio.client import Client

from api.store.facts import event_of
from workers.witness import Heard, Witness, listen
from workers.worker import replayer

QUIET_WITHIN = 60.0
TABLES = {
    "runs": "SELECT id, status, seq, chain, started_by, attention, state FROM runs",
    "commands": "SELECT id, run, type, actor, outcome FROM commands",
    "events": "SELECT run, seq, type, at, step, execution, actor, command, data, chain FROM events ORDER BY run, seq",
    "effects": "SELECT key, run, execution, turn, tries, state AS came_to FROM effects",
    "outbox": "SELECT id, run, command, kind, sent_at::text FROM outbox WHERE sent_at IS NULL",
}

JSON = ("data", "state")


def settled(url: str) -> float:
    """Waits until all that was stored has been told and answered and no machine is at work; seconds it took.

    What a worker that died had begun, and a person was asked about since, stays begun for good: nobody knows better.
    """
    begun = time.monotonic()
    while time.monotonic() < begun + QUIET_WITHIN:
        with psycopg.connect(url) as connection:
            left = connection.execute(
                "SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL)"
                " + (SELECT count(*) FROM commands WHERE outcome = 'received')"
                " + (SELECT count(*) FROM effects JOIN tasks USING (run, execution)"
                "    WHERE effects.state = 'begun' AND tasks.status = 'running')"
                " + (SELECT count(*) FROM runs WHERE status = 'running' AND NOT attention)"
            ).fetchone()
        if left == (0,):
            break
        time.sleep(0.5)
    return time.monotonic() - begun


def tables(url: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table that the check reads, all of one moment."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        return {name: [_plain(row) for row in connection.execute(query)] for name, query in TABLES.items()}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """What the database keeps as JSON text, as JSON."""
    return {key: json.loads(value) if key in JSON and isinstance(value, str) else value for key, value in row.items()}


def deeds(world: Path) -> dict[str, int]:
    """How often each thing was done outside, by the name of its file."""
    return {path.name: len(path.read_text().splitlines()) for path in world.iterdir()}


async def replayed(address: str, runs: list[str], most: int, events: list[dict[str, Any]]) -> dict[str, str]:
    """Runs whose history does not replay on this code, or says other events than the record; of the newest `most`."""
    client, wrong = await Client.connect(address), {}
    replaying = replayer(Witness)
    for run in runs[-most:]:
        history, heard = await client.get_workflow_handle(run).fetch_history(), listen()
        outcome = await replaying.replay_workflow(history, raise_on_replay_failure=False)
        if outcome.replay_failure is not None:
            wrong[run] = str(outcome.replay_failure)[:500]
        elif other := _other(heard, [row for row in events if row["run"] == run]):
            wrong[run] = other
    return wrong


def _other(heard: Heard, recorded: list[dict[str, Any]]) -> str | None:
    """The first event of the last leg that is recorded otherwise than the history says it."""
    said = [event_of(SimpleNamespace(**row)).to_json() for row in recorded if row["seq"] > (heard.after or 0)]
    for one, other in zip_longest(said, heard.events):
        if one != other:
            return f"the record has {one}, the history says {other}"
    return None


def write(path: Path, books: dict[str, Any]) -> None:
    """The books, whole."""
    path.write_text(json.dumps(books, default=str))
