"""The link by which somebody outside confirms what an action began: looking at it changes nothing, using it works once.

Nobody is signed in here. Whoever has the link may say one thing of one round of one step; whether that round still
waits is for the run to say, by the same door and in the same order as every other command.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Response

from api.activity import About
from api.answers import state_of
from api.doors import Caller, TheHouse, asks
from api.house import House
from api.permissions import Who
from api.problems import ApiError, NotFound
from api.routing import answer, problems, router
from api.schemas_commands import CommandBody
from api.schemas_out import Out
from api.store.tables import RunRow
from definitions.engine.outside import waits_outside
from definitions.wire import OUTSIDE_ACTOR

routes = router("", "public")

Token = Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
OUTSIDE = Who(OUTSIDE_ACTOR, grants=("run.view.all",))
OVER = ("step_not_ready", "stale_execution", "run_closed", "requirements_open")
"""What a run says of a link whose time has passed, or that was used."""
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class Confirmation(Out):
    """What a link is about. `open`: whether it can still be used."""

    name: str
    title: str
    open: bool


class Confirmed(Out):
    """`confirmed`, or `received` where the run will hear of it as soon as it can."""

    outcome: str


class Confirms(CommandBody):
    """The command that a link gives."""

    type: str = "confirm"


@routes.get("/public/confirm/{token}", response_model=Confirmation, responses=problems(404, 422, 503))
@asks("confirmation.give")
async def look_at_link(token: Token, house: TheHouse) -> Response:
    """What the link confirms, and whether it still can. Changes nothing, so that a preview of the address may ask."""
    run, step, execution = await _of(house, token)
    row = await _run(house, run)
    published = await house.versions.need(row.definition, row.version)
    state = state_of(row, published)
    each = state.executions.get(execution)
    node = published.graph.nodes.get(step)
    open_ = not state.closed and each is not None and waits_outside(each)
    body = {"name": row.name, "title": node.title if node else step, "open": open_}
    return answer(body, headers=PRIVATE)


@routes.post("/public/confirm/{token}", response_model=Confirmed, responses=problems(404, 409, 410, 422, 503))
@asks("confirmation.give")
async def confirm(token: Token, house: TheHouse) -> Response:
    """Confirms it, once. 410 where it was confirmed before, has expired, or somebody went back past it.

    409 while the action that gave the link away is still at work: try again in a moment.
    """
    run, step, execution = await _of(house, token)
    said = {"type": "confirm", "step": step, "execution": execution}
    command = Confirms.model_construct(set(said), **said)
    try:
        status, _ = await house.commands.give(Caller(OUTSIDE, house, About()), run, command)
    except ApiError as error:
        raise _told(error) from None
    outcome = "confirmed" if status == 200 else "received"
    return answer({"outcome": outcome}, status, PRIVATE)


def _told(error: ApiError) -> ApiError:
    """A refusal in the words of somebody who knows nothing of runs and steps."""
    if error.extra.get("step_status") == "running":
        text = "What is to be confirmed is still at work. Try again in a moment."
        return ApiError(text, status=409, code="confirmed_too_early", headers={**PRIVATE, "Retry-After": "1"})
    if error.code in OVER:
        return ApiError("This link cannot be used any more.", status=410, code="link_over", headers=PRIVATE)
    return error


async def _of(house: House, token: str) -> tuple[str, str, str]:
    found = await house.links.find("confirm", token)
    if found is None or not found.good:
        raise NotFound("link")
    return found.run, found.step, found.execution


async def _run(house: House, run: str) -> Any:
    async with house.store.reading() as session:
        row = await session.get(RunRow, run)
    if row is None:
        raise NotFound("link")
    return row
