"""Many open runs to another version: a dry run first, then each by a command of its own."""

from __future__ import annotations

from fastapi import Response

from api.doors import Calling, asks
from api.drafts import seen_definition, subject_of_definition
from api.idempotency import KeyHeader, Once
from api.moving import migrate_many
from api.routing import WRITES, answer, router
from api.schemas_moving import Migration, Migrations

routes = router("/v1", "runs")


@routes.post("/migrations", response_model=Migrations, responses=WRITES)
@asks("run.migrate")
async def migrations(body: Migration, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """What moving these runs comes to, each judged alone; with `dry_run: false` those that are safe are moved."""
    once = Once.of(idempotency_key, caller.who, "POST /v1/migrations", body.model_dump(by_alias=True))
    if (before := await once.answered(caller.house.store)) is not None:
        return answer(before[1], before[0])
    definition = await seen_definition(caller, body.definition)
    caller.allow("run.migrate", subject_of_definition(definition), "definition")
    found = await migrate_many(caller, body, idempotency_key)
    if not body.dry_run:
        async with caller.house.store.session() as session:
            once.remember(session, 200, found)
    return answer(found)
