"""Making a child run: the start of a person in all that is checked, except that its parent's workflow begins it.

The run's row is there before it begins, under an id that its parent gave it, so that making it again is making it once.
The outbox holds its start too, for later: a parent that is away for long, or for good, leaves no run that never begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from api.activity import About, log_refusal
from api.doors import Caller
from api.house import House
from api.idempotency import Once
from api.permissions import Who
from api.problems import ApiError, Conflict, Forbidden, NotFound
from api.schemas import StartRun
from api.start_as import chain_from, refuse_endless
from api.starts import Way, start_run
from api.store.tables import RunRow
from definitions.wire import RunStart


async def make_child(
    house: House, user: str, body: StartRun, *, child: str, parent: tuple[str, str], chain: Mapping[str, Any]
) -> tuple[str, RunStart]:
    """The child's name and what its workflow is begun with. `parent`: the run and its round; `chain`: its place there.

    Raises ApiError as a start does, and 409 `chain_too_deep`; each refusal leaves its row in the activity log.
    """
    if (known := await _row(house, child)) is not None:
        return known.name, await _start_of(house, known)
    above = await _row(house, parent[0])
    if above is None:
        raise NotFound("run")
    link = replace(chain_from(above, parent[1]), place=dict(chain))
    found = await house.people.who(user)
    caller = Caller(found or Who(user), house, About("run.start", definition=body.definition, via="run"))
    caller.about.detail = {"chain": link.to_json()}
    try:
        if found is None:
            raise Forbidden(f"{user!r} is nobody who may start anything.", code="nobody")
        refuse_endless(link)
        await start_run(caller, body, Once(None, user, ""), Way("run", link, run=child))
    except ApiError as error:
        await log_refusal(house.store, caller.who, caller.about, error, "POST")
        raise
    made = await _row(house, child)
    if made is None:  # the record has a run that is open, and whoever started took it up
        raise Conflict("A run on this record is open.", code="run_already_open")
    return made.name, await _start_of(house, made)


async def _row(house: House, run: str) -> RunRow | None:
    async with house.store.reading() as session:
        return await session.get(RunRow, run)


async def _start_of(house: House, row: RunRow) -> RunStart:
    published = await house.versions.need(row.definition, row.version)
    return RunStart(
        run=row.id,
        definition=row.definition,
        version=row.version,
        hash=row.hash,
        frozen=published.frozen,
        request=row.request or {},
        keys=house.signer.public_keys,
        cli_roles=house.config.cli_roles,
    )
