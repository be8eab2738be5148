"""Webhooks that start runs: the door itself, and their addresses for those who publish."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response
from sqlalchemy import Connection, update

from api import gate, hook_keys, hooks, start_forms
from api.activity import entry
from api.doors import Calling, TheHouse, asks
from api.drafts import seen_definition
from api.paging import Cursor, Few, short
from api.problems import Invalid, NotFound
from api.routing import READS, WRITES, answer, problems, router
from api.schemas import Nothing
from api.schemas_out import Page
from api.schemas_triggers import Hook, Hooked, Regenerate
from api.triggers import may_act_as

routes = router("/v1", "triggers")

Id = Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
BODY_LIMIT = 256 * 1024
PRIVATE = {"Cache-Control": "no-store"}
CALLED: dict[int | str, dict[str, Any]] = {
    200: {"model": Hooked, "description": "The message was taken before; this is the run it started."}
}


@routes.post(
    "/hooks/{hook}",
    response_model=Hooked,
    status_code=202,
    responses={**problems(400, 401, 404, 409, 413, 415, 422, 429, 503), **CALLED},
)
@asks("hook.call")
async def call_hook(
    hook: Id, request: Request, house: TheHouse, token: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Starts a run. Signed as Standard Webhooks say, or with the token of the address.

    The body is `{record?, inputs?, labels?}`, or an envelope with that in `data`; an empty one is fine.
    """
    raw = await gate.read_body(request, BODY_LIMIT)
    headers = {name.lower(): value for name, value in request.headers.items()}
    status, body = await hooks.receive(house, hook, hooks.Call(headers, token, raw))
    return answer(body, status)


@routes.get("/definitions/{key}/hooks", response_model=Page[Hook], responses=READS)
@asks("definition.publish")
async def list_hooks(key: str, caller: Calling, limit: Few = None, cursor: Cursor = None) -> Response:
    """The hooks of a definition with their addresses, for those who may publish it."""
    await seen_definition(caller, key, "definition.publish")
    rows = await caller.house.store.look(lambda connection: hook_keys.of_definition(connection, key))
    forms = await caller.house.store.look(lambda connection: start_forms.of_definition(connection, key))
    shown = [hook_keys.shown(caller.house, row) for row in rows]
    shown += [start_forms.shown(caller.house, row) for row in forms]
    return answer(short(shown, "id", "hooks", limit, cursor), headers=PRIVATE)


@routes.post("/definitions/{key}/hooks/{hook}/regenerate", response_model=Hook, responses=WRITES)
@asks("definition.publish")
async def regenerate(key: str, hook: Id, caller: Calling, body: Regenerate | None = None) -> Response:
    """A new address and secret; the old ones are dead at once. Runs that it starts from now on act as the caller.

    With `overlap` only the secret is new, and the one before holds for so many minutes. `as` names somebody else whose
    rights the runs have; that is for those who manage people.
    """
    asked = body or Regenerate()
    overlap = timedelta(minutes=asked.overlap) if asked.overlap else None
    house, user = caller.house, asked.as_ or caller.who.id
    may_act_as(caller, user)
    if await house.people.who(user) is None:
        raise Invalid(f"There is nobody {user!r} who may act.", code="unknown_person")

    def work(connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
        if row.get("kind") == start_forms.KIND:
            return start_forms.renewed(connection, house, row, user)
        return hook_keys.renewed(connection, house, row, user, overlap)

    return await _change(caller, key, hook, "hook.regenerate", work)


@routes.post("/definitions/{key}/hooks/{hook}/pause", response_model=Hook, responses=WRITES)
@asks("definition.publish")
async def pause(key: str, hook: Id, caller: Calling, body: Nothing | None = None) -> Response:
    """Calls are refused with 409 until it is resumed. Again is the same."""
    return await _set_paused(caller, key, hook, True)


@routes.post("/definitions/{key}/hooks/{hook}/resume", response_model=Hook, responses=WRITES)
@asks("definition.publish")
async def resume(key: str, hook: Id, caller: Calling, body: Nothing | None = None) -> Response:
    """Calls start runs again."""
    return await _set_paused(caller, key, hook, False)


async def _set_paused(caller: Calling, key: str, hook: str, paused: bool) -> Response:
    def work(connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
        if row.get("kind") == start_forms.KIND:
            return start_forms.paused(connection, caller.house, row, paused)
        connection.execute(update(hook_keys.HOOKS).where(hook_keys.HOOKS.c.id == row["id"]).values(paused=paused))
        return hook_keys.shown(caller.house, {**row, "paused": paused})

    return await _change(caller, key, hook, "hook.pause" if paused else "hook.resume", work)


Work = Callable[[Connection, dict[str, Any]], dict[str, Any]]


async def _change(caller: Calling, key: str, hook: str, action: str, work: Work) -> Response:
    """A change of one hook with its log row. 404 for a hook of another definition."""
    await seen_definition(caller, key, "definition.publish")
    caller.about.action = action

    def change(connection: Connection) -> dict[str, Any]:
        known = [*hook_keys.of_definition(connection, key), *start_forms.of_definition(connection, key)]
        row = next((each for each in known if each["id"] == hook), None)
        if row is None:
            raise NotFound("hook of this definition")
        return work(connection, row)

    async with caller.house.store.session() as session:
        body = await session.run_sync(lambda inner: change(inner.connection()))
        session.add(entry(caller.who, caller.about, "write"))
    caller.about.logged = True
    return answer(body, headers=PRIVATE)
