"""Signing in to the console at an OIDC issuer: the browser goes there with PKCE and comes back with a code."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Query, Response
from starlette.requests import Request
from starlette.responses import RedirectResponse

from api.doors import TheHouse, asks
from api.house import House
from api.oidc import Going, Oidc
from api.problems import NotFound, Unidentified
from api.routes.session import begun, keep, secure
from api.routing import problems, router

routes = router("/v1", "session")

COOKIE, LASTS = "hf_oidc", 600
PATH = "/v1/session/oidc"
AWAY: dict[int | str, dict[str, Any]] = {303: {"description": "Go on there."}, **problems(401, 404, 422, 503)}


@routes.get("/session/oidc/start", status_code=303, responses=AWAY, response_class=RedirectResponse)
@asks("session")
async def start(
    request: Request, house: TheHouse, to: Annotated[str, Query(max_length=500, description="Page to end at.")] = "/"
) -> Response:
    """Sends the browser to the issuer."""
    oidc, going = _oidc(house), Going.to(to if _is_ours(to) else "/")
    response = RedirectResponse(await oidc.address(going, _callback(house, request)), 303)
    kept = house.box.seal(asdict(going), COOKIE)
    # Lax: the browser comes back from another site, by a link of that site
    response.set_cookie(
        COOKIE, kept, max_age=LASTS, path=PATH, httponly=True, samesite="lax", secure=secure(request, house)
    )
    return response


@routes.get("/session/oidc/callback", status_code=303, responses=AWAY, response_class=RedirectResponse)
@asks("session")
async def callback(
    request: Request,
    house: TheHouse,
    state: Annotated[str, Query(max_length=500)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    iss: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    """Where the issuer sends the browser back to: who proves to be one of ours is signed in. 401 for all others."""
    oidc = _oidc(house)
    kept = house.box.open(request.cookies.get(COOKIE, ""), COOKIE)
    if not kept or not code or iss not in ("", oidc.issuer.issuer):
        raise Unidentified("This sign-in was not begun in this browser, or was given up.")
    going = Going(**kept)
    claims = await oidc.returned(going, code, state, _callback(house, request))
    user = await oidc.user(claims)
    person = await house.people.person(user) if user else None
    if person is None:
        raise Unidentified("The issuer knows you, and you are nobody here. Ask an administrator.")
    response = RedirectResponse(going.back, 303)
    keep(response, request, house, await begun(request, house, person))
    response.delete_cookie(COOKIE, path=PATH)
    return response


def _oidc(house: House) -> Oidc:
    if house.oidc is None:
        raise NotFound("issuer")
    return house.oidc


def _callback(house: House, request: Request) -> str:
    """Our own address for the way back: the one that is set, since a Host header is anybody's word."""
    return f"{house.config.public_url or str(request.base_url).rstrip('/')}{PATH}/callback"


def _is_ours(to: str) -> bool:
    """Whether it is a page of ours: a path, and nothing that a browser reads as another host."""
    return to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable()
