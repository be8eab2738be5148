"""Notes of a run and of its steps, in the order they were written."""

from __future__ import annotations

from fastapi import Response

from api.doors import Calling, asks
from api.notes import notes_of
from api.paging import Cursor, Few, short
from api.reads import seen_run
from api.routing import READS, answer, router
from api.schemas_out import Page
from api.schemas_runs import NoteView

routes = router("/v1/runs", "runs")


@routes.get("/{run}/notes", response_model=Page[NoteView], responses=READS)
@asks("run.view")
async def list_notes(run: str, caller: Calling, limit: Few = None, cursor: Cursor = None) -> Response:
    """What people wrote on the run and its steps, oldest first; the newest 500. A note is a command of its own."""
    await seen_run(caller, run)
    caller.house.reads.note(caller.who, caller.about)
    return answer(short(await notes_of(caller, run), "id", "notes", limit, cursor))
