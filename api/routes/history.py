"""What proves a run: Temporal's history of it, and the verdict of holding everything against everything."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Annotated, Any

from fastapi import Query, Response
from starlette.responses import StreamingResponse

from api.answers import subject_of
from api.doors import Caller, Calling, asks
from api.exporting import Archive
from api.history import Event, Piece, readable
from api.problems import NotFound, Unavailable
from api.reads import seen_run
from api.recordkeeping import Recordkeeping
from api.routing import READS, answer, problems, router
from api.schemas_history import HistoryView, ProofView

routes = router("/v1/runs", "audit")

Shown = Callable[[Event], Awaitable[Any]]
"""How an event is shown."""

PROVED = {**READS, **problems(429, 503)}


@routes.get(
    "/{run}/history", response_model=HistoryView, responses={**READS, **problems(503)}, response_class=StreamingResponse
)
@asks("audit.read")
async def history(
    run: str,
    caller: Calling,
    piece: Annotated[int | None, Query(ge=0, le=100_000, description="Only this piece, counted from 0.")] = None,
    payloads: Annotated[bool, Query(description="Payloads that are JSON as what they hold, not as bytes.")] = False,
) -> Response:
    """Temporal's history of the run, of all its pieces or of one; also after Temporal has forgotten it.

    One piece as it is, is what `holdfast replay` and Temporal's own tools read. Whoever may read the log of the run may
    read this: it holds all that the run was given.
    """
    row, _ = await seen_run(caller, run)
    caller.allow("audit.read", subject_of(row), "run")
    archive = _kept(caller).archive
    known = await archive.known(run)
    if not known.pieces:
        if not known.reachable:
            raise Unavailable("Temporal does not answer, and no history of this run is stored.")
        raise NotFound("history of this run")
    pieces = known.pieces if piece is None else known.pieces[piece : piece + 1]
    if not pieces:
        raise NotFound("piece of this history")
    caller.house.reads.note(caller.who, caller.about)
    events = _written(archive, run, pieces, partial(readable, codec=caller.house.codec) if payloads else _as_it_is)
    return StreamingResponse(events, media_type="application/json")


async def _as_it_is(event: Event) -> Event:
    return event


async def _written(archive: Archive, run: str, pieces: list[Piece], shown: Shown) -> AsyncIterator[str]:
    """The answer, some events at a time: a history may have fifty thousand of them."""
    listed = [{"id": p.id, "began_at": p.began_at, "status": p.status, "stored": p.sha256 is not None} for p in pieces]
    yield f'{{"run": {json.dumps(run)}, "pieces": {json.dumps(listed)}, "events": ['
    between = ""
    for piece in pieces:
        async for page in archive.pages(run, piece):
            if page:
                yield between + ",".join([json.dumps(await shown(event), ensure_ascii=False) for event in page])
                between = ","
    yield "]}"


@routes.post("/{run}/verify", response_model=ProofView, responses=PROVED)
@asks("run.verify", at_once=4)
async def verify(run: str, caller: Calling) -> Response:
    """Proves the run: its chain of events holds, and its history replays on today's code and says the same events."""
    row, _ = await seen_run(caller, run)
    caller.allow("run.verify", subject_of(row), "run")
    try:
        proof = await _kept(caller).verifier.verify(run)
    except TimeoutError:
        raise Unavailable("The history takes too long to replay here: `holdfast verify --run` has no limit.") from None
    body: dict[str, Any] = proof.to_json()
    caller.about.detail = {"replays": proof.replays, "chain": proof.chain, "seq": proof.seq}
    caller.house.reads.note(caller.who, caller.about)
    return answer(body)


def _kept(caller: Caller) -> Recordkeeping:
    if caller.house.record is None:
        raise Unavailable("This installation keeps no histories.")
    return caller.house.record
