"""Simulation at the door: the definition and the record as the caller may see them, and bounds of time and length."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

from sqlmodel import select

from api.answers import now_text, past
from api.doors import Caller
from api.drafts import seen_definition
from api.inputs import checked_inputs, input_records
from api.problems import Conflict, Invalid, NotFound
from api.publishing import frozen_draft
from api.record_errors import read_record
from api.schemas_simulation import Answer, Simulate
from api.store.tables import ActionRow
from api.versions import Published, of_frozen
from definitions.engine.scope import scope_of
from definitions.simulation import Simulation, simulate
from definitions.times import parse_instant, rfc3339
from definitions.views import run_view
from definitions.wire import Actor, RunStart

SECONDS = 3.0
"""How long one simulation may reckon."""

RUN = "simulation"


async def simulated(caller: Caller, key: str, body: Simulate) -> dict[str, Any]:
    """{stopped, needs, path, events, run, scope}. Raises NotFound, Invalid."""
    published = await (_draft(caller, key) if body.draft else _version(caller, key, body.version))
    start = await _start(caller, published, body)
    actor = _actor(caller, published)
    answers = {step: _rounds(given) for step, given in body.answers.items()}
    examples = await _examples(caller)
    at = parse_instant(body.at) if body.at else datetime.now(UTC)
    end = time.monotonic() + SECONDS

    def go_on() -> bool:
        return time.monotonic() < end

    found = await asyncio.to_thread(simulate, published.graph, start, actor, at, answers, examples, go_on)
    return _shown(published, found)


async def _version(caller: Caller, key: str, version: int | None) -> Published:
    row = await seen_definition(caller, key)
    if row.version == 0 and version is None:
        raise NotFound("published version of this definition")
    published = await caller.house.versions.get(key, version or row.version)
    if published is None:
        raise NotFound("version of this definition")
    return published


async def _draft(caller: Caller, key: str) -> Published:
    """The draft as it would be published now, kept nowhere."""
    row = await seen_definition(caller, key, "definition.edit")
    if row.draft is None:
        raise Conflict("There is no draft to try out.", code="no_draft")
    frozen, _ = await frozen_draft(caller.house, row.draft)
    return of_frozen(key, row.version + 1, frozen, caller.who.id)


def _rounds(given: Answer | list[Answer]) -> tuple[dict[str, Any], ...]:
    answers = given if isinstance(given, list) else [given]
    return tuple(answer.model_dump(exclude_unset=True) for answer in answers)


def _actor(caller: Caller, published: Published) -> Actor:
    """The caller, with every role that a step asks for: what is tried out is the process, not somebody's rights."""
    roles = {role: None for step in published.graph.document.steps for role in step.roles}
    return Actor(caller.who.id, tuple({**roles, **dict.fromkeys(caller.who.roles)}), caller.who.teams)


async def _start(caller: Caller, published: Published, body: Simulate) -> RunStart:
    collection = published.graph.document.record
    record = dict(body.record_data or {})
    if body.record is not None and body.record_data is None:
        if collection is None:
            error = {"path": "/record", "code": "no_record", "message": "This definition works on no record."}
            raise Invalid(error["message"], errors=[error])
        caller.allow("source.read")
        record = await read_record(caller, collection, body.record)
    name = body.record or (str(record.get("id") or RUN) if collection else None)
    scope = {"record": {**record, "id": name}, "now": datetime.now(UTC), "policy": {}}
    inputs, _ = await checked_inputs(caller, published, body.inputs, scope)
    read = await input_records(caller, published, inputs)
    request = {
        "by": caller.who.actor().to_json(),
        "at": now_text(),
        "record": name,
        "record_data": record,
        "inputs": inputs,
        "labels": [],
        "source": "api",
        "name": None,
        "purposes": body.purposes,
        "assign": {},
        **({"input_records": read} if read else {}),
    }
    return RunStart(RUN, published.key, published.version, published.hash, published.frozen, request)


async def _examples(caller: Caller) -> dict[str, Any]:
    """What the actions declare as an example of their result."""
    async with caller.house.store.reading() as session:
        rows = (await session.exec(select(ActionRow))).all()
    schemas = {row.name: row.info.get("output") or {} for row in rows}
    return {name: schema["examples"][0] for name, schema in schemas.items() if schema.get("examples")}


def _shown(published: Published, found: Simulation) -> dict[str, Any]:
    state = found.state
    path = [
        {"execution": each.id, "step": each.step, "status": str(each.status), "choice": next(iter(each.choices), None)}
        for each in state.executions.values()
    ]
    return {
        "stopped": found.stopped,
        "needs": found.needs,
        "path": path,
        "events": [event.to_json() for event in found.events],
        "run": past(run_view(published.graph, state, found.now)),
        "scope": {**scope_of(published.graph, state, found.now), "now": rfc3339(found.now)},
    }
