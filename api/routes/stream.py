"""What happens, as it happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.requests import Request

from api.doors import Calling, asks, identify
from api.permissions import Who
from api.problems import Unavailable
from api.reads import seen_run
from api.routing import problems, router
from api.stream import Watch

routes = router("/v1/stream", "stream")

Run = Annotated[str | None, Query(max_length=100, description="This run: a message whenever it changes.")]
Tasks = Annotated[Literal["me"] | None, Query(description="The caller's tasks, and those of the caller's teams.")]
Last = Annotated[str | None, Header(alias="Last-Event-ID", pattern="^[0-9]{1,18}$", description="Go on after it.")]


async def watching(*, request: Request, caller: Calling, run: Run = None, tasks: Tasks = None) -> AsyncIterator[Watch]:
    """A place to listen from, before the answer begins: 404 for a run out of sight, 429 for too many streams."""
    house = caller.house
    if house.out.streams.closing:
        raise Unavailable("This process is about to stop.")
    if run is not None:
        await seen_run(caller, run)
        house.reads.note(caller.who, caller.about)

    async def again() -> Who:
        return (await identify(request)).who

    async with house.out.streams.listening(caller.who.id) as listener:
        yield Watch(house.store, listener, caller.who, again, run=run, tasks=tasks is not None)


@routes.get("", response_class=EventSourceResponse, responses=problems(401, 404, 422, 429, 503))
@asks("run.view")
async def stream(
    watch: Annotated[Watch, Depends(watching)], last_event_id: Last = None
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `run` `{id, seq, status, attention}` and `task` `{id, run, step, change}`.

    Of one run, of one's work, or of every run in sight where neither is named. `open` comes first; `reset` where what
    was missed is not kept any more, so that everything has to be read anew. A stream ends when the caller's rights
    change.
    """
    async for message in watch.events(int(last_event_id) if last_event_id else None):
        yield message
