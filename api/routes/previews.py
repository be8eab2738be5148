"""What would happen to a run: going back to a step, moving to another version. Nothing here changes anything."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from api.answers import state_of
from api.doors import Calling, asks
from api.moving import Mapping, look_at, pairs, target_version
from api.problems import Conflict, NotFound
from api.reads import seen_run
from api.routing import READS, answer, problems, router
from api.schemas_moving import MigratePreview, RevisePreview
from definitions.engine import back
from definitions.engine.state import FINISHED

routes = router("/v1/runs", "runs")


@routes.get("/{run}/revise-preview", response_model=RevisePreview, responses=READS | problems(409))
@asks("run.view")
async def revise_preview(run: str, step: Annotated[str, Query(max_length=100)], caller: Calling) -> Response:
    """What revising this step gives up, keeps and does again; its fingerprint goes into the command."""
    row, published = await seen_run(caller, run)
    state = state_of(row, published)
    graph = published.graph.grown(state.added)
    if step not in graph.nodes:
        raise NotFound("step in this run")
    caller.about.step = step
    if state.closed:
        raise Conflict(f"The run has {state.status}: reopen it first.", code="run_closed", run=run)
    if state.status_of(step) not in FINISHED:
        text = f"{step} is {state.status_of(step)}: only a finished step can be revised."
        raise Conflict(text, code="step_not_ready", run=run, step_status=str(state.status_of(step)))
    caller.house.reads.note(caller.who, caller.about)
    return answer(back.preview(graph, state, step))


@routes.get("/{run}/migrate-preview", response_model=MigratePreview, responses=READS | problems(409))
@asks("run.view")
async def migrate_preview(
    run: str, version: Annotated[int, Query(ge=1, le=2**31 - 1)], caller: Calling, map: Mapping = None
) -> Response:
    """What moving the run to that version comes to: safe, needs_mapping or blocked, and why."""
    row, published = await seen_run(caller, run)
    target = await target_version(caller, row.definition, version)
    caller.house.reads.note(caller.who, caller.about)
    return answer(look_at(row, published, target, pairs(map)))
