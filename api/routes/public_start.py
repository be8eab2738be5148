"""Public forms that start a run: whoever has the address fills one in, as often as they like."""

from __future__ import annotations

import re
import secrets

from fastapi import Request, Response
from limits import RateLimitItemPerMinute

from api.doors import TheHouse, asks, turn
from api.house import House
from api.problems import Invalid, NotFound, TooMany
from api.public import body, filling
from api.public.gates import answered, link_of
from api.public.headers import SECRET
from api.public.pages import wants_page
from api.public.places import actor_of
from api.public.starting import Start, begin, start_of
from api.routes.public_journeys import ASKED, BODY, FILLING, TAKEN, PublicForm, Taken, thanks
from api.routing import answer, router
from api.start_forms import KIND, PATH
from definitions.canonical import digest

routes = router("", "public")

STARTS = RateLimitItemPerMinute(10)
"""Runs that one address of the network starts by one form in a minute."""

_VISIT = re.compile(r"[A-Za-z0-9_-]{16,64}")


@routes.head("/public/start/{token}", include_in_schema=False)
@routes.get("/public/start/{token}", response_model=PublicForm, responses=ASKED)
@asks("link.use")
async def open_start(token: str, request: Request, house: TheHouse) -> Response:
    """The form that starts a run. Changes nothing."""
    return await answered(request, _open(token, request, house))


@routes.post("/public/start/{token}", response_model=Taken, responses=TAKEN, openapi_extra={"requestBody": BODY})
@asks("link.use")
async def answer_start(token: str, request: Request, house: TheHouse) -> Response:
    """Starts a run with these inputs. Sent twice (by one visit of the page, or one Idempotency-Key) it starts one."""
    return await answered(request, _answer(token, request, house))


async def _open(token: str, request: Request, house: House) -> Response:
    start = await _start(token, request, house)
    if wants_page(request):
        form = _form(request, start, None, secrets.token_urlsafe(18))
        return await filling.draw(request, house, filling.begun(form), PATH + token)
    document = start.published.graph.document
    return answer({"title": document.name, "description": document.description, "form": start.form}, headers=SECRET)


async def _answer(token: str, request: Request, house: House) -> Response:
    start = await _start(token, request, house)
    with turn(house, FILLING):
        sent = await body.read(request, house)
        form = _form(request, start, sent, _visit(sent))
        if sent.grow:
            return await filling.draw(request, house, form, PATH + token)
        try:
            output = await filling.gathered(house, form)
            _not_too_often(request, house, start)
            await begin(house, start, output, _key(request, form, output))
        except Invalid as error:
            if wants_page(request) and sent.output is None:
                return await filling.draw(request, house, form, PATH + token, errors=error.errors, status=422)
            raise filling.placed(error, sent) from None
        return thanks(request, "completed", "started_text")


async def _start(token: str, request: Request, house: House) -> Start:
    link = await link_of(request, house, KIND, token)
    start = await start_of(house, link)
    if start is None:
        raise NotFound("link")
    return start


def _form(request: Request, start: Start, sent: body.Sent | None, visit: str) -> filling.Form:
    document = start.published.graph.document
    face = filling.Face(document.name, document.description, None, actor_of(start.link), visit)
    return filling.formed(request, face, start.form, start.zone, sent)


def _visit(sent: body.Sent) -> str:
    """Which showing of the page it was sent from; a new one where it does not say."""
    said = (sent.raw.get("_visit") or [""])[0]
    return said if _VISIT.fullmatch(said) else secrets.token_urlsafe(18)


def _key(request: Request, form: filling.Form, output: dict[str, object]) -> str:
    """By which the same start is known again: what a program says, or the visit with its answer."""
    said = request.headers.get("idempotency-key", "")
    return digest([said] if said else [form.face.visit, output])


def _not_too_often(request: Request, house: House, start: Start) -> None:
    address = request.client.host if request.client else ""
    if not house.guesses.hit(STARTS, "start", address, start.link.id):
        raise TooMany("Too many of these were sent. Wait a minute.", after=60)
