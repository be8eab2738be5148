"""Somebody who writes while others read: `python -m bench.writer DATABASE_URL RATE`, until it is killed.

Runs of ten automatic steps, folded by the real engine and stored by the real ledger, RATE appends per second.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from api.store.ledger import SqlLedger
from api.store.statements import insert_new
from api.store.store import Store
from api.store.tables import Row
from bench.documents import automatic
from definitions.engine import Graph, State, advance
from definitions.engine.commands import StartEffect
from definitions.engine.messages import EffectEnded, Message, Started
from definitions.freeze import Frozen, freeze
from definitions.wire import Actor, RunStart

ANN = Actor("ann", ("operator",), ("ops",))


async def write(url: str, rate: float) -> None:
    """One run after the other."""
    document = automatic(10)
    found = freeze(document, None)
    assert isinstance(found, Frozen)
    frozen = found.to_json()
    now = datetime.now(UTC)
    row = {"key": document["key"], "version": 1, "hash": found.hash, "document": document, "frozen": frozen}

    def keep(connection: Connection) -> bool:
        more = {"published_by": "admin", "published_at": now}
        return insert_new(connection, Row.metadata.tables["versions"], row | more)

    async with Store(url) as store:
        await store.transact(keep)
        ledger, graph = SqlLedger(store), Graph.load(frozen)
        while True:
            request = {"by": ANN.to_json(), "inputs": {}, "labels": []}
            start = RunStart(f"run-{uuid.uuid4()}", document["key"], 1, found.hash, frozen, request)
            await _one(ledger, graph, start, 1 / rate)


async def _one(ledger: SqlLedger, graph: Graph, start: RunStart, pause: float) -> None:
    state = State.new(start.run)
    message: Message | None = Started(datetime.now(UTC), start)
    while message is not None:
        step = advance(graph, state, message)
        state, rows = step.state, [event.to_json() for event in step.events]
        await ledger.append(start.run, rows)
        asked: list[Any] = [command for command in step.commands if isinstance(command, StartEffect)]
        answer = {"n": 1}
        message = EffectEnded(datetime.now(UTC), asked[0].execution, asked[0].turn, answer) if asked else None
        await asyncio.sleep(pause)


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], float(sys.argv[2])))
