"""Every route is a door of this kind: it names the operation it asks for, or the program does not start.

In order: who is calling (401), is the operation within reach at all (403), is the body one we read (400, 413, 415,
422), then the handler, which asks `allow` about the very thing it found (403, 404). An operation that may only be
refused by name to those who see the thing is left to the handler altogether, or a 403 would come where 404 is due.
Every refusal of somebody we know leaves a row in the activity log, whatever refused it.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar, cast

from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from limits import RateLimitItemPerMinute
from starlette.requests import Request
from starlette.responses import Response

from api import gate
from api.activity import About, log_refusal
from api.house import Config, House
from api.oidc import looks_like_one
from api.permissions import EVERYONES, OPERATIONS, Decision, Subject, Who, decide, reaches
from api.problems import ApiError, Forbidden, NotFound, TooMany, Unidentified
from api.store.sessions import csrf_of
from api.tracing import bind
from api.yaml_text import parse_yaml

SESSION_COOKIE = "hf_session"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

GATED = ("session", "setup")
"""Doors that are open to all and whose bodies go through the gate like everybody's."""

JSON, YAML, MULTIPART = "application/json", "application/yaml", "multipart/form-data"

F = TypeVar("F", bound=Callable[..., Any])
Limit = int | Callable[[Config], int]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a door asks for: an operation of the permission table, and which bodies it reads.

    `tagged`: the body is one of several models, told apart by its `type`. `limit` are the bytes a body may have, or
    how they follow from what is set. `at_once`: as many calls of it one process works on at a time; 429 for more.
    """

    operation: str
    accepts: tuple[str, ...] = (JSON,)
    limit: Limit = gate.MAX_BODY
    tagged: bool = False
    at_once: int | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who came through the door, and what the request is about (which the log will say)."""

    who: Who
    house: House
    about: About = field(default_factory=About)

    def allow(self, operation: str, subject: Subject = EVERYONES, what: str = "thing") -> None:
        """Returns, or raises NotFound for what the caller may not see, or Forbidden."""
        match decide(self.who, operation, subject):
            case Decision.HIDE:
                raise NotFound(what)
            case Decision.FORBID:
                raise Forbidden(f"You may not: {OPERATIONS[operation].title.lower()}.", operation=operation)
            case _:
                return

    def may(self, operation: str, subject: Subject = EVERYONES) -> bool:
        """The same as a question."""
        return decide(self.who, operation, subject) is Decision.ALLOW


def asks(
    operation: str,
    *,
    accepts: tuple[str, ...] = (JSON,),
    limit: Limit = gate.MAX_BODY,
    tagged: bool = False,
    at_once: int | None = None,
) -> Callable[[F], F]:
    """Declares the operation of an endpoint; stands directly above the function."""
    if operation not in OPERATIONS:
        raise TypeError(f"{operation} is not in the permission table")

    def mark(endpoint: F) -> F:
        endpoint.__dict__["__rule__"] = Rule(operation, accepts, limit, tagged, at_once)
        return endpoint

    return mark


class Door(APIRoute):
    """The route class of the whole API."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        rule = getattr(endpoint, "__rule__", None)
        if not isinstance(rule, Rule):
            raise TypeError(f"{path}: the endpoint {endpoint.__name__} declares no operation (api/doors.py, asks)")
        self.rule = rule
        options["openapi_extra"] = {**(options.get("openapi_extra") or {}), "x-operation": rule.operation}
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handler:
        inner, rule = super().get_route_handler(), self.rule

        async def admit(request: Request) -> Response:
            if OPERATIONS[rule.operation].public:
                return await inner(await _open_to_all(request, rule))
            caller = await identify(request)
            count(caller)
            caller.about.action = rule.operation
            request.state.caller = caller
            request.state.tagged = rule.tagged
            try:
                with turn(caller.house, rule):
                    return await inner(await checked(request, rule, caller))
            except (ApiError, RequestValidationError) as error:
                await log_refusal(caller.house.store, caller.who, caller.about, error, request.method)
                raise

        return admit


@contextmanager
def turn(house: House, rule: Rule) -> Iterator[None]:
    """One of the few places there are for calls that cost much. Raises TooMany before any of the body is read."""
    if rule.at_once is None:
        yield
        return
    if house.busy.get(rule.operation, 0) >= rule.at_once:
        raise TooMany(f"Only {rule.at_once} of these are worked on at a time.")
    house.busy[rule.operation] = house.busy.get(rule.operation, 0) + 1
    try:
        yield
    finally:
        house.busy[rule.operation] -= 1


def count(caller: Caller) -> None:
    """Raises TooMany for somebody who has called more often in a minute than anybody needs to.

    Before anything is read or logged: who floods the door must not flood the record as well.
    """
    limit = caller.house.config.calls_per_minute
    if limit and not caller.house.calls.hit(RateLimitItemPerMinute(limit), caller.who.id):
        raise TooMany(f"Only {limit} calls a minute are taken from one person.", after=10)


async def _open_to_all(request: Request, rule: Rule) -> Request:
    """A request to a door that needs nobody signed in. Some of these read their bodies by rules of their own."""
    if rule.operation not in GATED or request.method in SAFE_METHODS:
        return request
    return await _read(request, rule, cast(House, request.app.state.house))


async def identify(request: Request) -> Caller:
    """The caller with the roles and teams of this very moment: by a token, else by the session of a browser. 401."""
    house = cast(House, request.app.state.house)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        who = await _of_token(house, token.strip())
    else:
        who = await _in_session(request, house)
    if who is None:
        raise Unidentified
    bind(actor=who.id)
    return Caller(who, house)


async def _of_token(house: House, token: str) -> Who | None:
    """Whose token it is: one of ours, or of the issuer that is set. Raises Unavailable where that does not answer."""
    if house.oidc is None or not looks_like_one(token):
        return await house.people.actor(token)
    user = await house.oidc.user(await house.oidc.claims(token))
    return await house.people.who(user) if user else None


async def _in_session(request: Request, house: House) -> Who | None:
    """Whose session came with the request. A browser sends the cookie whoever asked it to, so what changes something
    must carry the token that only our own page knows.
    """
    secret = request.cookies.get(SESSION_COOKIE, "")
    user = await house.sessions.user_of(secret) if secret else None
    if user is None:
        return None
    sent = request.headers.get("x-csrf-token", "")
    if request.method not in SAFE_METHODS and not hmac.compare_digest(sent.encode(), csrf_of(secret).encode()):
        raise Forbidden("Send the X-CSRF-Token that GET /v1/session told.", code="csrf_token_missing")
    return await house.people.who(user)


def same_origin(request: Request) -> None:
    """Refuses a sign-in or sign-out that another site asked the browser for: there is no token yet to tell."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin", "")
    elsewhere = origin not in ("", "null") and origin.partition("://")[2] != request.headers.get("host", "")
    if elsewhere or site not in ("same-origin", "none"):
        raise Forbidden("This comes from another site.", code="cross_site")


async def checked(request: Request, rule: Rule, caller: Caller) -> Request:
    """The request after the gate: its texts and body are clean, its operation is within the caller's reach."""
    entry = OPERATIONS[rule.operation]
    for name, value in (*request.path_params.items(), *request.query_params.multi_items()):
        gate.check_text(str(value), name)
    if not entry.everyone and not entry.sees and not reaches(caller.who, rule.operation):
        caller.allow(rule.operation, what="thing")
        raise Forbidden(f"You may not: {entry.title.lower()}.", operation=rule.operation)
    return await _read(request, rule, caller.house) if request.method in ("POST", "PUT", "PATCH") else request


async def _read(request: Request, rule: Rule, house: House) -> Request:
    limit = rule.limit if isinstance(rule.limit, int) else rule.limit(house.config)
    raw = await gate.read_body(request, limit)
    if not raw:
        return GatedRequest(request, raw, None)
    kind = gate.content_kind(request.headers, rule.accepts)
    if kind == MULTIPART:
        return GatedRequest(request, raw, None)
    value = parse_yaml(raw) if kind == YAML else gate.parse_json(raw)
    return GatedRequest(request, raw, value)


class GatedRequest(Request):
    """A request whose body has been through the gate; FastAPI's own reader is never asked."""

    def __init__(self, request: Request, raw: bytes, value: Any) -> None:
        super().__init__(request.scope, request.receive)
        self.raw, self.value = raw, value
        self._body = raw  # what Starlette reads the parts of a form from

    async def body(self) -> bytes:
        return self.raw

    async def json(self) -> Any:
        return self.value


def _caller(request: Request) -> Caller:
    return cast(Caller, request.state.caller)


def _house(request: Request) -> House:
    return cast(House, request.app.state.house)


Calling = Annotated[Caller, Depends(_caller)]
"""The parameter by which a handler gets its caller."""

TheHouse = Annotated[House, Depends(_house)]
"""The same for handlers that serve anybody (health)."""
