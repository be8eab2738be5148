"""The one door for whatever changes a run, its batch, and the question what became of a command."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import Body as FromBody
from fastapi import Response
from pydantic import TypeAdapter, ValidationError

from api.activity import About, log_refusal
from api.answers import subject_of
from api.doors import Caller, Calling, asks
from api.idempotency import KeyHeader
from api.problems import ApiError, Invalid, NotFound, finding
from api.routing import READS, WRITES, answer, router
from api.schemas_commands import Batch, Command, CommandBody
from api.schemas_runs import BatchAnswer, CommandApplied, CommandReceived, CommandState
from api.store.tables import CommandRow, RunRow
from api.tracing import current_trace
from definitions.canonical import digest
from definitions.times import rfc3339

routes = router("/v1", "commands")

COMMAND: TypeAdapter[CommandBody] = TypeAdapter(Command)
RECEIVED = {"description": "Stored, not yet applied.", "model": CommandReceived}
AT_ONCE = 8
"""Runs a batch works on side by side; within one run its commands follow on each other."""


@routes.post("/runs/{run}/commands", response_model=CommandApplied, responses={**WRITES, 202: RECEIVED})
@asks("run.view", limit=1024 * 1024, tagged=True)
async def give_command(
    run: str, body: Annotated[Command, FromBody()], caller: Calling, idempotency_key: KeyHeader = None
) -> Response:
    """Gives a command: 200 applied, 202 stored for later, 409 refused by the state of the run, 422 wrong in itself.

    Its `id` is what makes repeating it harmless; one without takes the header Idempotency-Key as its id.
    """
    named = body if body.id or not idempotency_key else body.model_copy(update={"id": idempotency_key})
    status, answered = await caller.house.commands.give(caller, run, named)
    return answer(answered, status)


@routes.get("/commands/{command}", response_model=CommandState, responses=READS)
@asks("run.view")
async def get_command(command: str, caller: Calling) -> Response:
    """What became of a command."""
    async with caller.house.store.reading() as session:
        row = await session.get(CommandRow, command)
        run = await session.get(RunRow, row.run) if row else None
    if row is None or run is None:
        raise NotFound("command")
    caller.about.run = run.id
    caller.allow("run.view", subject_of(run), "command")
    at = rfc3339(row.at)
    shown = {"command": row.id, "run": row.run, "type": row.type, "outcome": row.outcome, "refusal": row.refusal}
    return answer({**shown, "at": at, "by": row.actor})


@routes.post("/commands", response_model=BatchAnswer, responses=WRITES)
@asks("run.view")
async def give_commands(body: Batch, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Up to 500 commands, each judged alone, in their order within each run.

    Under an Idempotency-Key those without an id of their own are the same commands every time, by their place.
    """
    items = [_named(item, idempotency_key, caller, place) for place, item in enumerate(body.commands)]
    results: list[dict[str, Any]] = [{} for _ in body.commands]
    by_run: dict[str, list[int]] = {}
    for index, item in enumerate(items):
        by_run.setdefault(str(item.get("run")), []).append(index)
    slots = asyncio.Semaphore(AT_ONCE)

    async def one_run(indexes: list[int]) -> None:
        async with slots:
            for index in indexes:
                results[index] = await _one(caller, items[index])

    await asyncio.gather(*(one_run(indexes) for indexes in by_run.values()))
    return answer({"results": results})


def _named(item: dict[str, Any], key: str | None, caller: Caller, place: int) -> dict[str, Any]:
    if key is None or item.get("id") is not None:
        return item
    return {**item, "id": digest(["commands", key, caller.who.id, place])[:32]}


async def _one(caller: Caller, item: dict[str, Any]) -> dict[str, Any]:
    """One of a batch; whatever is wrong with it is its own result."""
    own = Caller(caller.who, caller.house, About(action="command"))
    run, command = item.get("run"), item.get("id")
    try:
        body = _parsed({key: value for key, value in item.items() if key != "run"})
        if not isinstance(run, str):
            raise _no_run()
        status, answered = await own.house.commands.give(own, run, body)
        result = {"command": answered["command"], "run": run, "status": status, "outcome": answered["outcome"]}
    except ApiError as error:
        await log_refusal(own.house.store, own.who, own.about, error, "POST")
        problem = {**error.body(), "trace_id": current_trace()}
        result = {"command": command, "run": run, "status": error.http_status, "problem": problem}
    return result


def _parsed(item: dict[str, Any]) -> CommandBody:
    try:
        return COMMAND.validate_python(item)
    except ValidationError as error:
        rows = [{**row, "loc": ("body", *row["loc"])} for row in error.errors(include_url=False)]
        errors = [finding(row, tagged=True) for row in rows]
        raise Invalid("The command is not valid.", errors=errors) from None


def _no_run() -> Invalid:
    error = {"path": "/run", "code": "required", "message": "Name the run."}
    return Invalid("A command of a batch names its run.", errors=[error])
