"""The read model made anew from the events, and the proof that it was what they say.

Runs, tasks and what they are found by are dropped to nothing and folded again, run by run, each in a transaction of
its own, so that the service may go on meanwhile; at the end the counts are counted. What a run's row holds besides (the
request it was started with) is kept; a row that is missing is made from the run's first event. Commands, effects and
the log are records of their own, and stay.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, Text, delete, select, type_coerce, update
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from api.store.chain import first_break
from api.store.counts import recount, uncount
from api.store.flags import flag
from api.store.projection import ASSIGNMENTS, RUNS, TASKS, Graphs, Held, project
from api.store.runs import create_from, open_key_of
from api.store.store import Store
from api.store.tables import Row
from definitions.engine import State
from definitions.wire import Event

EVENTS = Row.metadata.tables["events"]
PAGE = 200
"""Runs whose ids are read at a time."""


@dataclass
class Rebuilt:
    """What was done: how many runs, and those whose chain of events is broken, with the first `seq` that is wrong.

    `failed` are runs whose events come to nothing that can be written, with what went wrong.
    """

    runs: int = 0
    broken: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


async def rebuild(store: Store) -> Rebuilt:
    """Fold every run's events again into its rows. May be repeated, and interrupted at any moment.

    A run whose chain is broken is left as it stands and named: what it should be is no longer known. So is one whose
    events cannot be folded or written, whatever is in them: the others must not wait for it.
    """
    done, graphs = Rebuilt(), Graphs()
    async for run in _runs(store):
        done.runs += 1
        try:
            seq = await store.transact(partial(rebuild_run, graphs=graphs, run=run))
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            done.failed[run] = f"{type(error).__name__}: {error}"[:300]
            await store.transact(partial(flag, run=run, name="read_model_broken"))
            continue
        if seq is not None:
            done.broken[run] = seq
    await store.transact(recount)
    return done


def rebuild_run(connection: Connection, graphs: Graphs, run: str) -> int | None:
    """One run's rows, inside a transaction; gives the first wrong `seq` where the chain is broken, else None."""
    counted = (RUNS.c.id, RUNS.c.seq, RUNS.c.definition, RUNS.c.teams_key, RUNS.c.status, RUNS.c.attention)
    row = connection.execute(select(*counted).where(RUNS.c.id == run).with_for_update()).first()
    stored = stored_events(connection, run)
    if (broken := first_break(run, stored)) is not None:
        return broken
    events = [event for event, _ in stored]
    create_from(connection, run, events[0])
    uncount(connection, row)
    for table in (TASKS, ASSIGNMENTS):
        connection.execute(delete(table).where(table.c.run == run))
    held = project(connection, graphs, Held(State.new(run), ""), events, stored[-1][1])
    if not held.state.closed:
        hold_key(connection, run, events[0])
    return None


def hold_key(connection: Connection, run: str, started: Event) -> None:
    """Give an open run its open key again, unless another open run has it."""
    try:
        with connection.begin_nested():
            connection.execute(update(RUNS).where(RUNS.c.id == run).values(open_key=open_key_of(started)))
    except IntegrityError:
        connection.execute(update(RUNS).where(RUNS.c.id == run).values(open_key=None))


def stored_events(connection: Connection, run: str) -> list[tuple[Event, str]]:
    """A run's events with their links. One whose data is no JSON any more is read with data that nothing links to."""
    columns = [column for column in EVENTS.c if column.name != "data"]
    query = select(*columns, type_coerce(EVENTS.c.data, Text).label("text")).where(EVENTS.c.run == run)
    return [(_event_of(row), row.chain) for row in connection.execute(query.order_by(EVENTS.c.seq))]


def _event_of(row: Any) -> Event:
    try:
        data = from_json(row.text) if row.text is not None else {}
    except ValueError:
        data = {"unreadable": row.text}
    if not isinstance(data, dict):
        data = {"unreadable": data}
    return Event(row.seq, row.type, row.at, row.step, row.execution, row.actor, row.command, data)


async def _runs(store: Store) -> AsyncIterator[str]:
    """The id of every run that has events, a page at a time."""
    after = ""
    while True:
        page = await store.transact(partial(_page, after=after))
        for run in page:
            yield run
        if len(page) < PAGE:
            return
        after = page[-1]


def _page(connection: Connection, after: str) -> list[str]:
    query = select(EVENTS.c.run).where(EVENTS.c.seq == 1, EVENTS.c.run > after).order_by(EVENTS.c.run).limit(PAGE)
    return list(connection.execute(query).scalars())
