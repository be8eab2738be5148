"""A first password, set by a link of one use: the first administrator's, and that of anybody an administrator added."""

from __future__ import annotations

from fastapi import Response
from starlette.requests import Request

from api.doors import TheHouse, asks, same_origin
from api.problems import ApiError, TooMany
from api.routes.session import FROM_ONE_PLACE, Session, signed_in
from api.routing import problems, router
from api.schemas_identity import FirstPassword
from api.store import people_kept

routes = router("/v1", "session")


@routes.post("/setup", response_model=Session, responses=problems(400, 403, 410, 413, 415, 422, 429, 503))
@asks("setup")
async def set_up(request: Request, body: FirstPassword, house: TheHouse) -> Response:
    """Sets a password and signs in. 410 for a link that was used, is over, or never was: which, is not said."""
    same_origin(request)
    place = (FROM_ONE_PLACE, "setup", request.client.host if request.client else "")
    if not house.guesses.test(*place):
        raise TooMany("Too many links that lead nowhere. Wait a minute.", after=60)
    user = await house.store.transact(lambda connection: people_kept.use_link(connection, body.token))
    person = await house.people.person(user) if user else None
    if person is None:
        house.guesses.hit(*place)
        raise ApiError("This link was used, or is over.", status=410, code="link_over")
    await house.sessions.set_password(person.id, body.password)
    return await signed_in(request, house, person)
