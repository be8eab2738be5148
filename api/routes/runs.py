"""Runs: start, list, look, look back. What changes a run is a command (routes/commands.py)."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col, select

from api.answers import past, state_of, view_of
from api.commands import policy_for
from api.compared import comparisons
from api.doors import Calling, asks
from api.filters import RunsAsked
from api.forms_view import step_detail
from api.idempotency import KeyHeader, Once
from api.notes import notes_of
from api.paging import Cursor, Limit, Order, bad_query, cut, listing
from api.problems import NotFound
from api.public.handing import Standing, links_of
from api.reads import seen_run, summary
from api.routes.drafts import draft_for
from api.routing import READS, WRITES, answer, router
from api.run_list import read_counts, read_runs
from api.schemas import StartRun
from api.schemas_out import Page
from api.schemas_runs import EventView, RunCounts, RunSummary, RunView, StepDetail
from api.starts import start_run
from api.store.facts import event_of
from api.store.tables import EventRow
from definitions.engine import State, fold
from definitions.times import parse_instant
from definitions.views import run_view

routes = router("/v1/runs", "runs")

STARTED = {"description": "An open run of this record was resumed.", "model": RunView}


@routes.post("", response_model=RunView, status_code=201, responses={**WRITES, 200: STARTED})
@asks("run.start", limit=1024 * 1024)
async def start(body: StartRun, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Starts a run, or resumes the open one of the same record where that was asked for."""
    once = Once.of(idempotency_key, caller.who, "POST /v1/runs", body.model_dump(exclude_unset=True))
    status, view = await start_run(caller, body, once)
    return answer(view, status)


@routes.get("", response_model=Page[RunSummary], responses=READS)
@asks("run.view")
async def list_runs(caller: Calling, asked: Annotated[RunsAsked, Query()]) -> Response:
    """The runs the caller may see."""
    read = partial(read_runs, who=caller.who, asked=asked, limit=asked.limit, cursor=asked.cursor)
    rows = await caller.house.store.look(read)
    shown, following = cut(rows, asked.limit, asked.sort, lambda row: (row.started_at, row.id))
    return answer(listing([summary(row) for row in shown], following))


@routes.get("/counts", response_model=Page[RunCounts], responses=READS)
@asks("run.view")
async def count_runs(caller: Calling, definition: Annotated[str | None, Query(max_length=100)] = None) -> Response:
    """How many runs the caller may see, by definition and status; `attention` is among the open ones.

    Kept, not counted: a run is in as soon as its first event is recorded.
    """
    found = await caller.house.store.look(partial(read_counts, who=caller.who, definition=definition))
    return answer(listing(found))


@routes.get("/{run}", response_model=RunView, responses=READS)
@asks("run.view")
async def get_run(run: str, caller: Calling) -> Response:
    """The run as its recorded events tell, with what the caller may do now."""
    row, published = await seen_run(caller, run)
    caller.house.reads.note(caller.who, caller.about)
    return answer(view_of(row, published, caller.who))


@routes.get("/{run}/steps/{step}", response_model=StepDetail, responses=READS)
@asks("run.view")
async def get_step(run: str, step: str, caller: Calling) -> Response:
    """One step: its form as it is for this caller now, and every round of it side by side."""
    row, published = await seen_run(caller, run)
    state = state_of(row, published)
    graph = published.graph.grown(state.added)
    if step not in graph.nodes:
        raise NotFound("step in this run")
    caller.about.step = step
    caller.house.reads.note(caller.who, caller.about)
    view = view_of(row, published, caller.who)
    shown = next(item for item in view["steps"] if item["id"] == step)
    async with caller.house.store.reading() as session:
        policy = await policy_for(session, caller.who, published)
    notes, draft = await notes_of(caller, run, step), await draft_for(caller, run, step, shown["can"])
    links = await links_of(caller.house, Standing(graph, state, policy), shown)
    beside = {"notes": notes, "draft": draft, "compared": await comparisons(caller, row, graph.nodes[step])}
    return answer({**step_detail(graph, state, step, shown, policy), **beside, **links})


@routes.get("/{run}/events", response_model=Page[EventView], responses=READS)
@asks("run.view")
async def list_events(run: str, caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The run's own events, from 1 on, as they were recorded."""
    await seen_run(caller, run)
    caller.house.reads.note(caller.who, caller.about)
    order = Order("events", (col(EventRow.seq),))
    query = order.page(select(EventRow).where(col(EventRow.run) == run), limit, cursor)
    async with caller.house.store.reading() as session:
        rows = (await session.exec(query)).all()
    shown, following = cut(rows, limit, "events", lambda row: (row.seq,))
    return answer(listing([event_of(row).to_json() for row in shown], following))


@routes.get("/{run}/replay", response_model=RunView, responses=READS)
@asks("run.view")
async def replay(
    run: str, caller: Calling, at: Annotated[int, Query(ge=1, le=2**53, description="After which event.")]
) -> Response:
    """The run as it was after one of its events. Read-only: nothing can be done to the past, so `can` is empty."""
    row, _ = await seen_run(caller, run)
    caller.house.reads.note(caller.who, caller.about)
    if at > row.seq:
        raise bad_query("at", "no_such_event", f"The run has {row.seq} events.")
    query = select(EventRow).where(col(EventRow.run) == run, col(EventRow.seq) <= at).order_by(col(EventRow.seq))
    async with caller.house.store.reading() as session:
        events = [event_of(found) for found in (await session.exec(query)).all()]
    state = fold(events, State.new(run))
    then = await caller.house.versions.need(row.definition, state.version)
    # What is wrong in Temporal is so today: of the past nobody knows it.
    return answer({**past(run_view(then.graph, state, parse_instant(events[-1].at))), "engine": None})
