"""Secrets of other systems: set, listed by name, taken away. No route reads one back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Response
from sqlalchemy import Connection

from api.doors import Calling, asks
from api.paging import Cursor, Limit, cut, listing, read_cursor
from api.problems import NotFound
from api.registers import written
from api.routing import READS, WRITES, answer, problems, router
from api.schemas_identity import NewSecret, SecretView
from api.schemas_out import Page
from api.store import secrets
from definitions.times import rfc3339

routes = router("/v1", "people")

GONE = problems(401, 403, 404, 422, 503)
Name = Annotated[str, Path(max_length=100)]


@routes.get("/secrets", response_model=Page[SecretView], responses=READS)
@asks("secret.view")
async def list_secrets(caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The secrets by name, with the teams and hosts they are for."""
    caller.allow("secret.view")
    after = str(read_cursor(cursor, "secrets", 1)[0]) if cursor else ""
    rows = await caller.house.store.look(lambda connection: secrets.page(connection, after, limit + 1))
    shown, following = cut(rows, limit, "secrets", lambda row: (row["name"],))
    return answer(listing([_shown(row) for row in shown], following))


@routes.post("/secrets", response_model=SecretView, status_code=201, responses=WRITES)
@asks("secret.manage")
async def set_secret(body: NewSecret, caller: Calling) -> Response:
    """Sets a secret, in place of what there was. Setting it again is harmless, so it takes no Idempotency-Key."""
    caller.allow("secret.manage")
    caller.about.detail = {"secret": body.name, "teams": body.teams, "hosts": body.hosts}
    row = {"name": body.name, "teams": body.teams, "hosts": body.hosts}
    kept = secrets.SqlSecrets(caller.house.store, caller.house.box)

    def work(connection: Connection) -> dict[str, Any]:
        return kept.keep(connection, row, body.value, caller.who.id)

    return answer(_shown(await written(caller, work)), 201)


@routes.delete("/secrets/{secret}", status_code=204, responses=GONE, response_class=Response)
@asks("secret.manage")
async def remove_secret(secret: Name, caller: Calling) -> Response:
    """Takes a secret away: what still names it fails, and a person is asked."""
    caller.allow("secret.manage")
    caller.about.detail = {"secret": secret}

    def work(connection: Connection) -> None:
        if not secrets.remove(connection, secret):
            raise NotFound("secret")

    await written(caller, work)
    return Response(status_code=204)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "changed_at": rfc3339(row["changed_at"])}
