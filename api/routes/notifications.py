"""How people want to be told of what; and the link in a mail that ends all mail."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import Path, Request, Response
from sqlalchemy import Connection

from api.doors import Calling, TheHouse, asks
from api.house import House
from api.notifications import user_of
from api.problems import NotFound
from api.public.gates import answered
from api.public.headers import SECRET
from api.public.pages import message, page, wants_page
from api.public.words import WORDS, language
from api.registers import written
from api.routes.public_journeys import HTML
from api.routing import READS, WRITES, answer, problems, router
from api.schemas_notifications import ChangedNotifications, Notifications
from api.schemas_out import Out
from api.store import notifications as store

routes = router("", "people")

Token = Annotated[str, Path(max_length=600)]


class MailStopped(Out):
    """Whether the mail has ended."""

    muted: bool


@routes.get("/v1/me/notifications", response_model=Notifications, responses=READS)
@asks("notice.view")
async def get_notifications(caller: Calling) -> Response:
    """How the caller is told of what: as set, or as it is for everybody."""
    return answer(await caller.house.store.look(partial(store.settings, user=caller.who.id)))


@routes.put("/v1/me/notifications", response_model=Notifications, responses=WRITES)
@asks("notice.view")
async def put_notifications(body: ChangedNotifications, caller: Calling) -> Response:
    """Sets how the caller is told. What is not named stays."""
    given = body.model_dump(exclude_unset=True)

    def work(connection: Connection) -> dict[str, object]:
        store.keep_settings(connection, caller.who.id, given)
        return store.settings(connection, caller.who.id)

    return answer(await written(caller, work))


@routes.get("/public/mail/{token}", response_model=MailStopped, responses={**problems(404, 422), **HTML})
@asks("mail.stop")
async def look_at_mail(token: Token, request: Request, house: TheHouse) -> Response:
    """Asks whether somebody's mail is to end. Changes nothing: programs that read mail open every link in it."""
    return await answered(request, _look(token, request, house))


@routes.post("/public/mail/{token}", response_model=MailStopped, responses={**problems(404, 422, 503), **HTML})
@asks("mail.stop")
async def stop_mail(token: Token, request: Request, house: TheHouse) -> Response:
    """Ends all mail to whom the link was sent (RFC 8058, one click). What is told in the product stays as it was."""
    return await answered(request, _stop(token, request, house))


async def _look(token: str, request: Request, house: House) -> Response:
    user = _user(house, token)
    if not wants_page(request):
        now = await house.store.look(partial(store.settings, user=user))
        return answer({"muted": now["muted"]}, headers=SECRET)
    words = WORDS[language(request.headers.get("accept-language", ""))]
    return page(request, "confirm.html", title=words["no_mail"], action=f"/public/mail/{token}")


async def _stop(token: str, request: Request, house: House) -> Response:
    user = _user(house, token)
    await house.store.transact(partial(store.keep_settings, user=user, given={"muted": True}))
    if wants_page(request):
        return message(request, "no_mail", "no_mail_text", 200)
    return answer({"muted": True}, headers=SECRET)


def _user(house: House, token: str) -> str:
    if (user := user_of(house.box, token)) is None:
        raise NotFound("link")
    return user
