"""Policy profiles: the switches by which forms show, open and require things, for everybody or for one person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Path, Response
from sqlalchemy import Connection
from sqlmodel.ext.asyncio.session import AsyncSession

from api.activity import entry
from api.doors import Caller, Calling, asks
from api.idempotency import KeyHeader, Once
from api.paging import Cursor, Limit, cut, listing, read_cursor
from api.problems import Invalid, NotFound, pointer
from api.routing import READS, WRITES, answer, router
from api.schemas_files import Policy, PolicyBody, SwitchesBody
from api.schemas_out import Page
from api.store import policies
from definitions.policy import problems

routes = router("/v1/policies", "people")

Person = Annotated[str, Path(max_length=200, description="`default`, or somebody's id.")]
T = TypeVar("T")


@routes.get("", response_model=Page[Policy], responses=READS)
@asks("policy.view")
async def list_policies(caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The default profile, and those of the people who have one of their own."""
    after = str(read_cursor(cursor, "policies", 1)[0]) if cursor else ""
    rows = await caller.house.store.look(lambda connection: policies.profiles(connection, after, limit + 1))
    shown, following = cut(rows, limit, "policies", lambda row: (row["id"],))
    return answer(listing(shown, following))


@routes.get("/{person}", response_model=Policy, responses=READS)
@asks("policy.view")
async def get_policy(person: Person, caller: Calling) -> Response:
    """The switches that hold for somebody now, from their own profile or from the default. 404."""
    found = await caller.house.store.look(lambda connection: policies.profile(connection, person))
    if found is None:
        raise NotFound("person")
    return answer(found)


@routes.post("", response_model=Policy, responses=WRITES)
@asks("policy.manage")
async def set_policy(body: PolicyBody, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Sets switches of a profile. Somebody's own is made from the default, and from then on is a copy of it."""
    once = Once.of(idempotency_key, caller.who, "POST /v1/policies", body.model_dump())
    return await _changed(caller, body.id, body.switches, once)


@routes.put("/{person}", response_model=Policy, responses=WRITES)
@asks("policy.manage")
async def put_policy(person: Person, body: SwitchesBody, caller: Calling) -> Response:
    """The same under the profile's own address."""
    return await _changed(caller, person, body.switches, Once.of(None, caller.who, "", None))


@routes.post("/{person}/reset", response_model=Policy, responses=WRITES)
@asks("policy.manage")
async def reset_policy(person: Person, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Somebody follows the default again; the default itself goes back to what it was at first."""
    caller.allow("policy.manage")
    once = Once.of(idempotency_key, caller.who, "POST /v1/policies/reset", person)
    return await _written(caller, person, once, lambda connection: policies.reset(connection, person))


async def _changed(caller: Caller, person: str, switches: dict[str, Any], once: Once) -> Response:
    caller.allow("policy.manage")
    errors = [
        {"path": pointer(("switches", name) if name else ("switches",)), "code": code, "message": message}
        for name, code, message in problems(switches)
    ]
    if errors:
        raise Invalid(errors[0]["message"], code="invalid_switches", errors=errors)
    by = caller.who.id
    return await _written(caller, person, once, lambda c: policies.set_switches(c, person, switches, by))


async def _written(caller: Caller, person: str, once: Once, work: Callable[[Connection], bool]) -> Response:
    """The profile after a change, with its row in the log, in one transaction; once for each Idempotency-Key."""
    store = caller.house.store
    if (before := await once.answered(store)) is not None:
        return answer(before[1], before[0])
    caller.about.detail = {"policy": person}
    async with store.session() as session:
        if not await _within(session, work):
            raise NotFound("person")
        found = await _within(session, lambda connection: policies.profile(connection, person))
        session.add(entry(caller.who, caller.about, "write"))
        once.remember(session, 200, found)
    caller.about.logged = True
    return answer(found)


async def _within(session: AsyncSession, work: Callable[[Connection], T]) -> T:
    return await session.run_sync(lambda inner: work(inner.connection()))
