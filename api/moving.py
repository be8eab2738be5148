"""Moving open runs to another version of their definition: each is looked at alone, and told alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query
from sqlmodel import col, select

from api.activity import About, log_refusal
from api.answers import state_of, subject_of
from api.doors import Caller
from api.paging import bad_query
from api.problems import ApiError, NotFound
from api.reads import within_reach
from api.schemas_commands import Migrate
from api.schemas_moving import Migration
from api.store.tables import RunRow
from api.tracing import current_trace
from api.versions import Published
from definitions.canonical import digest
from definitions.engine import migrate

AT_ONCE = 8
"""Runs that are moved side by side."""

CLOSED = ("completed", "aborted")


Mapping = Annotated[
    list[str] | None,
    Query(max_length=100, description="Which step takes the place of an open one: `old:new`, repeated."),
]


def pairs(values: Sequence[str] | None) -> dict[str, str]:
    """`old:new` as a map. Raises Invalid."""
    found = [value.split(":") for value in values or ()]
    if any(len(pair) != 2 or not all(pair) for pair in found):
        raise bad_query("map", "not_a_pair", "Give a pair of steps such as map=old:new.")
    return {pair[0]: pair[1] for pair in found}


async def target_version(caller: Caller, definition: str, version: int) -> Published:
    """The version to move to. Raises NotFound."""
    target = await caller.house.versions.get(definition, version)
    if target is None:
        raise NotFound("version of this definition")
    return target


def look_at(row: RunRow, published: Published, target: Published, mapping: dict[str, str]) -> dict[str, Any]:
    """What moving one run comes to: {run, from, to, verdict, reasons, new, gone, not_taken, fingerprint}.

    A run that has ended, or is at that version, has nothing to be moved: `blocked`, with the reason.
    """
    state = state_of(row, published)
    old, new = published.graph.grown(state.added), target.graph.grown(state.added)
    found = migrate.look_ahead(old, new, state, target.version, mapping).to_json()
    whole = {"run": row.id, "from": state.version, "to": target.version, **found}
    if state.closed:
        return _blocked(whole, "run_closed", f"the run has {state.status}")
    if state.version == target.version:
        return _blocked(whole, "same_version", f"the run is at version {target.version} already")
    return whole


def _blocked(found: dict[str, Any], code: str, message: str) -> dict[str, Any]:
    return {**found, "verdict": "blocked", "reasons": [{"step": None, "code": code, "message": message}]}


async def migrate_many(caller: Caller, asked: Migration, key: str | None) -> dict[str, Any]:
    """{dry_run, results, next}: every run with its verdict, and, unless it is a dry run, what became of the command."""
    target = await target_version(caller, asked.definition, asked.to)
    rows = await _runs(caller, asked)
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(row: RunRow) -> dict[str, Any]:
        async with slots:
            return await _one(caller, asked, target, row, key)

    results = await asyncio.gather(*(one(row) for row in rows[: asked.limit]))
    following = rows[asked.limit - 1].id if len(rows) > asked.limit else None
    return {"dry_run": asked.dry_run, "results": results, "next": following}


async def _runs(caller: Caller, asked: Migration) -> Sequence[RunRow]:
    """The open runs that are meant and seen, by id; those that were named are found whatever version they have."""
    query = select(RunRow).where(col(RunRow.definition) == asked.definition)
    if asked.runs:
        query = query.where(col(RunRow.id).in_(asked.runs))
    else:
        query = query.where(col(RunRow.status).not_in(CLOSED), col(RunRow.version) != asked.to)
    if asked.from_ is not None:
        query = query.where(col(RunRow.version) == asked.from_)
    if asked.after is not None:
        query = query.where(col(RunRow.id) > asked.after)
    visible = within_reach(caller.who, "run.view", col(RunRow.teams_key), col(RunRow.started_by))
    query = query if visible is None else query.where(visible)
    async with caller.house.store.reading() as session:
        return (await session.exec(query.order_by(col(RunRow.id)).limit(asked.limit + 1))).all()


async def _one(caller: Caller, asked: Migration, target: Published, row: RunRow, key: str | None) -> dict[str, Any]:
    published = await caller.house.versions.need(row.definition, row.version)
    found = look_at(row, published, target, asked.map)
    if not caller.may("run.migrate", subject_of(row)):
        found = _blocked(found, "forbidden", "you may not move this run")
    if asked.dry_run or found["verdict"] != "safe":
        return found
    return {**found, **await _tell(caller, row.id, asked, found["fingerprint"], key)}


async def _tell(caller: Caller, run: str, asked: Migration, fingerprint: str, key: str | None) -> dict[str, Any]:
    """Gives the command. Under one Idempotency-Key it is the same command every time."""
    own = Caller(caller.who, caller.house, About(action="command"))
    name = digest(["migrations", key, caller.who.id, run, asked.to])[:32] if key else None
    body = {"id": name, "type": "migrate", "version": asked.to, "map": asked.map, "fingerprint": fingerprint}
    command = Migrate.model_validate({key: value for key, value in body.items() if value is not None})
    try:
        status, answered = await own.house.commands.give(own, run, command)
        return {"command": answered["command"], "status": status, "outcome": answered["outcome"]}
    except ApiError as error:
        await log_refusal(own.house.store, own.who, own.about, error, "POST")
        problem = {**error.body(), "trace_id": current_trace()}
        return {"command": name, "status": error.http_status, "problem": problem}
