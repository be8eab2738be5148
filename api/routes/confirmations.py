"""The link by which somebody outside confirms what an action began: looking at it changes nothing, using it works once.

Nobody is signed in here. Whoever has the link may say one thing of one round of one step; whether that round still
waits is for the run to say, by the same door and in the same order as every other command.
"""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from api.activity import About
from api.answers import state_of
from api.doors import Caller, TheHouse, asks
from api.house import House
from api.permissions import Who
from api.problems import ApiError, NotFound
from api.public.gates import Over, answered, link_of
from api.public.headers import SECRET
from api.public.pages import message, page, wants_page
from api.routes.public_journeys import HTML
from api.routing import answer, problems, router
from api.schemas_commands import CommandBody
from api.schemas_out import Out
from api.store.tables import RunRow
from definitions.engine.outside import waits_outside
from definitions.wire import OUTSIDE_ACTOR

routes = router("", "public")

OUTSIDE = Who(OUTSIDE_ACTOR, grants=("run.view.all",))
OVER = ("step_not_ready", "stale_execution", "run_closed", "requirements_open")
"""What a run says of a link whose time has passed, or that was used."""


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


@routes.head("/public/confirm/{token}", include_in_schema=False)
@routes.get("/public/confirm/{token}", response_model=Confirmation, responses={**problems(404, 422, 429, 503), **HTML})
@asks("confirmation.give")
async def look_at_link(token: str, request: Request, house: TheHouse) -> Response:
    """What the link confirms, and whether it still can. Changes nothing, so that a preview of the address may ask."""
    return await answered(request, _look(token, request, house))


@routes.post(
    "/public/confirm/{token}", response_model=Confirmed, responses={**problems(404, 409, 410, 422, 429, 503), **HTML}
)
@asks("confirmation.give")
async def confirm(token: str, request: Request, house: TheHouse) -> Response:
    """Confirms it, once. 410 where it was confirmed before, has expired, or somebody went back past it.

    409 while the action that gave the link away is still at work: try again in a moment.
    """
    return await answered(request, _confirm(token, request, house))


async def _look(token: str, request: Request, house: House) -> Response:
    link = await link_of(request, house, "confirm", token)
    row = await _run(house, link.run)
    published = await house.versions.need(row.definition, row.version)
    state = state_of(row, published)
    each = state.executions.get(link.execution)
    node = published.graph.nodes.get(link.step)
    open_ = not state.closed and each is not None and waits_outside(each)
    told = {"name": row.name, "title": node.title if node else link.step, "open": open_}
    if not wants_page(request):
        return answer(told, headers=SECRET)
    if not open_:
        raise Over
    return page(request, "confirm.html", title=told["title"], action=f"/public/confirm/{token}")


async def _confirm(token: str, request: Request, house: House) -> Response:
    link = await link_of(request, house, "confirm", token)
    said = {"type": "confirm", "step": link.step, "execution": link.execution}
    command = Confirms.model_construct(set(said), **said)
    try:
        status, _ = await house.commands.give(Caller(OUTSIDE, house, About()), link.run, command)
    except ApiError as error:
        raise _told(error) from None
    if wants_page(request):
        return message(request, "confirmed", "confirmed_text", 200)
    return answer({"outcome": "confirmed" if status == 200 else "received"}, status, SECRET)


def _told(error: ApiError) -> ApiError:
    """A refusal in the words of somebody who knows nothing of runs and steps."""
    if error.extra.get("step_status") == "running":
        text = "What is to be confirmed is still at work. Try again in a moment."
        return ApiError(text, status=409, code="confirmed_too_early", headers={"Retry-After": "1"})
    return Over() if error.code in OVER else error


async def _run(house: House, run: str) -> Any:
    async with house.store.reading() as session:
        row = await session.get(RunRow, run)
    if row is None:
        raise NotFound("link")
    return row
