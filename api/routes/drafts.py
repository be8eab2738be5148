"""Half-filled forms, kept on the server: whoever may act on the step goes on where a colleague stopped."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Header, Response
from sqlalchemy import Connection

from api.answers import state_of, step_subject
from api.doors import Caller, Calling, asks
from api.permissions import COMMAND_OPERATIONS
from api.problems import Conflict, NotFound
from api.reads import seen_run
from api.registers import written
from api.routing import READS, WRITES, answer, problems, router
from api.schemas_registers import DraftBody, DraftOf
from api.store import form_drafts

routes = router("/v1/runs/{run}/steps/{step}/draft", "tasks")

DRAFT_BYTES = 256 * 1024
"""As much as a command may hold: a draft that is larger could never be handed in."""

Etag = Annotated[str | None, Header(alias="If-Match", max_length=100, description="The draft's etag that was read.")]


@routes.get("", response_model=DraftOf, responses=READS)
@asks("task.act")
async def get_draft(run: str, step: str, caller: Calling) -> Response:
    """The draft of the step's open round, for those who may act on it."""
    await _may_act(caller, run, step)

    def look(connection: Connection) -> dict[str, Any]:
        execution = form_drafts.open_round(connection, run, step)
        return {"step": step, "execution": execution, "draft": form_drafts.draft_of(connection, run, execution)}

    return answer(await caller.house.store.look(look))


@routes.put("", response_model=DraftOf, responses=WRITES)
@asks("task.act", limit=DRAFT_BYTES)
async def save_draft(run: str, step: str, body: DraftBody, caller: Calling, if_match: Etag = None) -> Response:
    """Saves what stands in the form, unchecked. The last writer wins; with If-Match a draft that changed is a 409."""
    await _may_act(caller, run, step)

    def work(connection: Connection) -> dict[str, Any]:
        wanted = if_match.strip('"') if if_match else None
        saved = form_drafts.save(connection, run, step, body.output, by=caller.who.id, if_match=wanted)
        if saved is None:
            raise Conflict("Nobody can fill in this step now.", code="step_not_ready", run=run)
        return {"step": step, "execution": saved[0], "draft": saved[1]}

    try:
        return answer(await written(caller, work))
    except form_drafts.Stale as stale:
        raise Conflict("Somebody saved it since you read it.", code="draft_changed", current=stale.draft) from None


@routes.delete("", status_code=204, responses=problems(401, 403, 404, 422, 503), response_class=Response)
@asks("task.act")
async def drop_draft(run: str, step: str, caller: Calling) -> Response:
    """Forgets the draft. It goes by itself when the round ends."""
    await _may_act(caller, run, step)

    def work(connection: Connection) -> None:
        if (execution := form_drafts.open_round(connection, run, step)) is not None:
            form_drafts.drop(connection, run, execution)

    await written(caller, work)
    return Response(status_code=204)


async def _may_act(caller: Caller, run: str, step: str) -> None:
    """404 for what the caller does not see, 403 where somebody else acts."""
    row, published = await seen_run(caller, run)
    state = state_of(row, published)
    caller.about.step = step
    if step not in published.graph.grown(state.added).nodes:
        raise NotFound("step in this run")
    subject = step_subject(row, state, published.graph, step, "complete")
    caller.allow(COMMAND_OPERATIONS["complete"], subject, "step in this run")


async def draft_for(caller: Caller, run: str, step: str, can: list[str]) -> dict[str, Any] | None:
    """The draft as the page of a step shows it: to those who may complete it."""
    if "complete" not in can:
        return None

    def look(connection: Connection) -> dict[str, Any] | None:
        return form_drafts.draft_of(connection, run, form_drafts.open_round(connection, run, step))

    return await caller.house.store.look(look)
