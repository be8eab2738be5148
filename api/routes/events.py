"""Events that others send."""

from __future__ import annotations

from fastapi import Response

from api import events_in
from api.activity import entry
from api.doors import Calling, asks
from api.problems import Invalid
from api.routing import WRITES, answer, router
from api.schemas_triggers import EventTaken, NewEvent

routes = router("/v1/events", "triggers")

LIMIT = 32 * 1024
"""Bytes: an event stands in the history of every run that it concerns."""


@routes.post("", response_model=EventTaken, status_code=202, responses=WRITES)
@asks("event.send", limit=LIMIT)
async def send_event(body: NewEvent, caller: Calling) -> Response:
    """Something happened: definitions with a trigger for it start, steps that wait for it go on.

    Known again by its `id`: the same again changes nothing and answers the same, another under the same id is 409. An
    event is kept for some days, so that a wait which begins later finds it.
    """
    caller.allow("event.send")
    caller.about.detail = {"event": body.name, "id": body.id}
    if body.name.startswith(events_in.OF_RUNS):
        error = {"path": "/name", "code": "reserved_name", "message": "What happens in runs is said by the runs."}
        raise Invalid("This name is for what happens in runs.", code="reserved_name", errors=[error])
    house = caller.house
    row = await events_in.take(house, body.name, body.id, body.data, caller.who.id)
    async with house.store.session() as session:
        session.add(entry(caller.who, caller.about, "write"))
    caller.about.logged = True
    await events_in.pass_on_soon(house, row)
    runs = await house.store.look(lambda connection: events_in.started_by(connection, body.id))
    return answer({"id": body.id, "name": body.name, "runs": runs}, 202)
