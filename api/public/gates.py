"""Who comes with a link, and what is said to whom it leads nowhere.

Unknown, revoked, used, or made for another kind of thing: one look at one row, one answer. Whoever tries such a link
five times in a minute from one address waits. One whose time is over is told so, after the same one look: who has it
was given it. What is refused for another reason is said as the caller reads it: a page to a browser, a problem to a
program.
"""

from __future__ import annotations

from collections.abc import Awaitable

from limits import RateLimitItemPerMinute
from starlette.requests import Request
from starlette.responses import Response

from api.house import House
from api.problems import ApiError, NotFound, TooMany
from api.public.headers import SECRET
from api.public.pages import message, wants_page
from api.store.links import Link
from api.store.tokens import token_hash

TRIES = RateLimitItemPerMinute(5)
"""Dead links tried in a minute, per address and link."""

TOKEN_LENGTH = 200


class Over(ApiError):
    """The link is good, and what it is for is not asked any more."""

    status, default_code = 410, "link_over"

    def __init__(self) -> None:
        super().__init__("What this link is for is no longer open.")


async def link_of(request: Request, house: House, kind: str, token: str) -> Link:
    """The good link of a token, used or not. Raises NotFound, TooMany, and Over for one that has expired."""
    address = request.client.host if request.client else ""
    tried = (TRIES, "link", address, token_hash(token))
    if not house.guesses.test(*tried):
        raise TooMany("Too many attempts. Wait a minute.", after=60)
    found = await house.links.find(kind, token[:TOKEN_LENGTH])
    if found is None or found.revoked_at is not None:
        house.guesses.hit(*tried)
        raise NotFound("link")
    if not found.good:
        raise Over
    return found


def used(request: Request, house: House, token: str) -> NotFound:
    """What is said of a link that was used: as of one that never was."""
    address = request.client.host if request.client else ""
    house.guesses.hit(TRIES, "link", address, token_hash(token))
    return NotFound("link")


async def answered(request: Request, work: Awaitable[Response]) -> Response:
    """The answer, or the refusal in the form that the caller reads."""
    try:
        return await work
    except ApiError as error:
        error.headers = {**SECRET, **error.headers}
        if not wants_page(request):
            raise
        return refusal(request, error)


def refusal(request: Request, error: ApiError) -> Response:
    """A refusal as a page that says what to do, and nothing of how things are inside."""
    headers = {name: value for name, value in error.headers.items() if name == "Retry-After"}
    title, text = _SAID.get(error.http_status, ("failed", "again"))
    return message(request, title, text, error.http_status, headers)


_SAID = {
    404: ("gone", "gone_text"),
    410: ("over", "over_text"),
    429: ("busy", "busy_text"),
    503: ("unavailable", "again"),
}
"""Status -> words for the heading and the text."""
