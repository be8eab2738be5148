"""The link to one's calendar, and what it leads to."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import Path, Response
from sqlalchemy import Connection

from api.calendar_feed import calendar, due_steps
from api.doors import Calling, TheHouse, asks
from api.problems import NotFound
from api.registers import written
from api.routing import READS, WRITES, answer, problems, router
from api.schemas_registers import CalendarLink
from api.store import calendar_tokens
from definitions.times import rfc3339

routes = router("", "people")

Token = Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
TYPE = "text/calendar; charset=utf-8"


@routes.get("/v1/me/calendar", response_model=CalendarLink, responses=READS)
@asks("calendar.keep")
async def get_link(caller: Calling) -> Response:
    """Whether the caller has a link to their calendar. Its address is not told again."""
    made = await caller.house.store.look(lambda connection: calendar_tokens.made_at(connection, caller.who.id))
    return answer({"url": None, "created_at": rfc3339(made) if made else None})


@routes.post("/v1/me/calendar", response_model=CalendarLink, status_code=201, responses=WRITES)
@asks("calendar.keep")
async def make_link(caller: Calling) -> Response:
    """Makes the link, whose address is shown this once. A link made before leads nowhere any more."""

    def work(connection: Connection) -> dict[str, Any]:
        plain, made = calendar_tokens.make(connection, caller.who.id)
        url = f"{caller.house.config.public_url}/public/calendar/{plain}.ics"
        return {"url": url, "created_at": rfc3339(made)}

    return answer(await written(caller, work), 201, {"Cache-Control": "no-store"})


@routes.delete("/v1/me/calendar", status_code=204, responses=problems(401, 403, 422, 503), response_class=Response)
@asks("calendar.keep")
async def end_link(caller: Calling) -> Response:
    """The link leads nowhere any more."""
    await written(caller, lambda connection: calendar_tokens.end(connection, caller.who.id))
    return Response(status_code=204)


@routes.get("/public/calendar/{token}.ics", responses=problems(404, 422), response_class=Response)
@asks("calendar.read")
async def read_calendar(token: Token, house: TheHouse) -> Response:
    """The due steps of whoever made the link, as far as they may see them at this moment. 404 for a link that ended."""
    user = await house.store.look(lambda connection: calendar_tokens.user_of(connection, token))
    who = await house.people.who(user) if user else None
    if who is None:
        raise NotFound("calendar")
    rows = await house.store.look(partial(due_steps, who=who))
    body = calendar(rows, house.config.public_url, datetime.now(UTC))
    return Response(body, media_type=TYPE, headers={"Cache-Control": "private, max-age=300"})
