"""Forms for people outside: by the link that was sent to them, without an account.

Looking changes nothing, so that whatever scans mail may look (also by HEAD). A browser gets a page that needs no
script, a program JSON.
"""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from api.doors import Rule, TheHouse, asks, turn
from api.house import House
from api.problems import Invalid
from api.public import body, filling
from api.public.gates import Over, answered, link_of, used
from api.public.headers import SECRET
from api.public.pages import message, wants_page
from api.public.places import note_read, place_of
from api.routing import answer, problems, router
from api.schemas_out import Out
from api.store.links import Link

routes = router("", "public")

FILLING = Rule("link.use", at_once=6)
"""Each may hold files in memory."""

HTML: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {"schema": {"type": "string"}}}}}
ASKED = {**problems(404, 410, 422, 429, 503), **HTML}
TAKEN = {**problems(400, 404, 409, 410, 413, 415, 422, 429, 503), **HTML}
BODY = {
    "required": True,
    "content": {
        kind: {"schema": {"type": "object", "additionalProperties": True}}
        for kind in ("application/json", body.FORM, "multipart/form-data")
    },
}


class PublicForm(Out):
    """A form for somebody outside; `form` is `{schema, ui, values}`."""

    title: str
    description: str | None
    form: dict[str, Any]


class Taken(Out):
    """`completed`, or `received` where the run will hear of it as soon as it can."""

    outcome: str


@routes.head("/public/journeys/{token}", include_in_schema=False)
@routes.get("/public/journeys/{token}", response_model=PublicForm, responses=ASKED)
@asks("link.use")
async def open_journey(token: str, request: Request, house: TheHouse) -> Response:
    """The form of a link. Changes nothing."""
    return await answered(request, _open(token, request, house))


@routes.post("/public/journeys/{token}", response_model=Taken, responses=TAKEN, openapi_extra={"requestBody": BODY})
@asks("link.use")
async def answer_journey(token: str, request: Request, house: TheHouse) -> Response:
    """Answers the form of a link, once; the same answer again gets the same thanks.

    JSON is the fields, or `{"output": {…}}`; a form has a control for each field, named as it is. 404 for every link
    that leads nowhere, 410 where the form is no longer asked for, 422 with everything that is wrong.
    """
    return await answered(request, _answer(token, request, house))


async def _open(token: str, request: Request, house: House) -> Response:
    link = await link_of(request, house, "journey", token)
    if link.used_at is not None:
        raise used(request, house, token)
    place = await place_of(house, link)
    if place is None or not place.open:
        raise Over
    if place.taken_back:
        raise used(request, house, token)
    note_read(house, link, place.run, "link.form", place.node.id)
    form = await filling.form_of(request, house, place)
    if wants_page(request):
        return await filling.draw(request, house, filling.begun(form), _path(token))
    shown = {"title": place.title, "description": place.description, "form": form.form}
    return answer(shown, headers=SECRET)


async def _answer(token: str, request: Request, house: House) -> Response:
    link = await link_of(request, house, "journey", token)
    with turn(house, FILLING):
        sent = await body.read(request, house)
        if link.used_at is not None:
            if await filling.said_before(request, house, await place_of(house, link), sent):
                return thanks(request, "completed")
            raise used(request, house, token)
        return await _submit(token, request, house, link, sent)


async def _submit(token: str, request: Request, house: House, link: Link, sent: body.Sent) -> Response:
    place = await place_of(house, link)
    if place is None or not place.open:
        return await _late(request, house, link)
    if place.taken_back:
        raise used(request, house, token)
    form = await filling.form_of(request, house, place, sent)
    if sent.grow:
        return await filling.draw(request, house, form, _path(token))
    try:
        outcome = await filling.submit(house, place, form)
    except Over:
        return await _late(request, house, link)
    except Invalid as error:
        if wants_page(request) and sent.output is None:
            return await filling.draw(request, house, form, _path(token), errors=error.errors, status=422)
        raise filling.placed(error, sent) from None
    if outcome == "completed":  # else the run may refuse it yet, and then the link is all there is
        await house.links.spend(link.id, filling.mark(link, form.output))
    return thanks(request, outcome)


async def _late(request: Request, house: House, link: Link) -> Response:
    """The round is over: thanks to whoever ended it with this very link a moment ago."""
    if await filling.ended_by_link(house, link, link.execution):
        return thanks(request, "completed")
    raise Over


def thanks(request: Request, outcome: str, text: str = "received_text") -> Response:
    """What is said to whoever answered."""
    if wants_page(request):
        return message(request, "received", text, 200)
    return answer({"outcome": outcome}, 200 if outcome == "completed" else 202, SECRET)


def _path(token: str) -> str:
    return f"/public/journeys/{token}"
