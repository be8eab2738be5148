"""The console's own door: sign in, who is signed in, sign out. A session is a cookie; tokens are for programs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Response
from limits import RateLimitItemPerMinute
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from api.doors import SESSION_COOKIE, Calling, TheHouse, asks, same_origin
from api.house import House
from api.problems import Forbidden, Invalid, TooMany, Unidentified
from api.routing import WRITES, answer, router
from api.store.people import Person
from api.store.sessions import LASTS, MAX_PASSWORD, MIN_PASSWORD, csrf_of

routes = router("/v1", "session")

FOR_ONE_NAME, FROM_ONE_PLACE = RateLimitItemPerMinute(10), RateLimitItemPerMinute(100)
"""Wrong passwords in a minute, 429 after that; a whole office may sit behind one address."""


class Credentials(BaseModel):
    """A name and its password, or one of the demo people of `make run`."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=200)] | None = None
    password: Annotated[str, Field(max_length=MAX_PASSWORD)] | None = None
    demo: Annotated[str, Field(max_length=200)] | None = None


class NewPassword(BaseModel):
    """The password of before, where there was one, and the new one."""

    model_config = ConfigDict(extra="forbid")

    old: Annotated[str, Field(max_length=MAX_PASSWORD)] | None = None
    new: Annotated[str, Field(min_length=MIN_PASSWORD, max_length=MAX_PASSWORD)]


class Session(BaseModel):
    """Who is signed in, whom one may become with one click, and the token for what changes something.

    `temporal_ui` is the address at which Temporal's own UI shows a run, up to the run's id; null where there is none.
    `oidc` is what the issuer is called at which one may sign in (GET /v1/session/oidc/start); null where none is set.
    """

    user: dict[str, Any] | None
    demo: list[dict[str, Any]]
    csrf: str
    temporal_ui: str | None = None
    oidc: str | None = None


@routes.get("/session", response_model=Session)
@asks("session")
async def session(request: Request, house: TheHouse) -> Response:
    """Who is signed in with this browser; nobody is an answer too."""
    secret = request.cookies.get(SESSION_COOKIE, "")
    user = await house.sessions.user_of(secret) if secret else None
    person = await house.people.person(user) if user else None
    return answer(await _told(house, person, secret))


@routes.post("/session", response_model=Session, responses=WRITES)
@asks("session")
async def sign_in(request: Request, body: Credentials, house: TheHouse) -> Response:
    """Sign in. 401 for a wrong name or password alike, 429 after ten of them in a minute."""
    same_origin(request)
    person = await house.people.person(await _proved(request, body, house))
    if person is None:
        raise Unidentified
    return await signed_in(request, house, person)


async def signed_in(request: Request, house: House, person: Person) -> Response:
    """A session that begins now, as the page is told of it."""
    secret = await begun(request, house, person)
    response = answer(await _told(house, person, secret))
    keep(response, request, house, secret)
    return response


async def begun(request: Request, house: House, person: Person) -> str:
    """The secret of a session that begins now; one that this browser had before ends."""
    if before := request.cookies.get(SESSION_COOKIE, ""):
        await house.sessions.end(before)
    return await house.sessions.begin(person.id)


def keep(response: Response, request: Request, house: House, secret: str) -> None:
    """Gives the browser the cookie of its session."""
    lasts, safe = int(LASTS.total_seconds()), secure(request, house)
    response.set_cookie(SESSION_COOKIE, secret, max_age=lasts, httponly=True, samesite="lax", secure=safe)


def secure(request: Request, house: House) -> bool:
    """Whether the browser reaches us by TLS: what is set says it, since a proxy may end it before us."""
    return request.url.scheme == "https" or house.config.public_url.startswith("https:")


@routes.delete("/session", response_model=Session)
@asks("session")
async def sign_out(request: Request, house: TheHouse) -> Response:
    """Sign out of this browser."""
    same_origin(request)
    if secret := request.cookies.get(SESSION_COOKIE, ""):
        await house.sessions.end(secret)
    response = answer(await _told(house, None, ""))
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


@routes.put("/me/password", status_code=204, responses=WRITES)
@asks("me.password")
async def set_password(request: Request, body: NewPassword, caller: Calling) -> Response:
    """Set one's own password. Every other browser of the person is signed out."""
    house, user = caller.house, caller.who.id
    if await house.sessions.has_password(user) and not await house.sessions.check(user, body.old or ""):
        raise Forbidden("The password of before is wrong.", operation="me.password")
    await house.sessions.set_password(user, body.new, keep=request.cookies.get(SESSION_COOKIE))
    return Response(status_code=204)


async def _proved(request: Request, body: Credentials, house: House) -> str:
    """Whose credentials these are. Demo people need none, and exist only on a Holdfast that was started with them."""
    if body.demo is not None:
        if body.demo not in {person["id"] for person in await house.sessions.demo_people()}:
            raise Unidentified
        return body.demo
    if not body.name or not body.password:
        missing = "name" if not body.name else "password"
        problem = {"path": f"/{missing}", "code": "missing", "message": f"{missing} is missing"}
        raise Invalid(problem["message"], errors=[problem])
    address = request.client.host if request.client else ""
    tried = ((FOR_ONE_NAME, "name", body.name), (FROM_ONE_PLACE, "from", address))
    if not all(house.guesses.test(*each) for each in tried):
        raise TooMany("Too many wrong passwords. Wait a minute.", after=60)
    if not await house.sessions.check(body.name, body.password):
        for each in tried:
            house.guesses.hit(*each)
        raise Unidentified("Name or password is wrong.")
    return body.name


async def _told(house: House, person: Person | None, secret: str) -> dict[str, Any]:
    """What the page may know. The list of demo people is empty wherever there are none."""
    demo = [] if person else await house.sessions.demo_people()
    if person is None:
        return {"user": None, "demo": demo, "csrf": "", "temporal_ui": None, "oidc": _issuer(house)}
    who = person.who()
    rights = {"roles": who.roles, "teams": who.teams, "grants": who.grants, "deny": who.deny}
    user = {"id": person.id, "name": person.name, "email": person.email}
    links = {"temporal_ui": house.config.temporal_ui or None, "oidc": _issuer(house)}
    return {"user": {**user, **{k: list(v) for k, v in rights.items()}}, "demo": demo, "csrf": csrf_of(secret)} | links


def _issuer(house: House) -> str | None:
    return (house.oidc.issuer.title or house.oidc.issuer.issuer) if house.oidc else None
