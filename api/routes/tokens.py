"""API tokens: made for oneself, or for somebody else by who manages tokens; the text is told once and never again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path, Response
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.activity import entry
from api.doors import Caller, Calling, asks
from api.idempotency import KeyHeader, Once
from api.paging import Cursor, Limit, Order, cut, listing
from api.problems import Forbidden, Invalid, NotFound
from api.routing import READS, WRITES, answer, problems, router
from api.schemas_identity import MadeToken, NewToken
from api.schemas_out import Page
from api.schemas_people import TokenView
from api.store.tables import TokenRow, UserRow
from api.store.tokens import issue_token, revoke_token
from definitions.times import parse_instant, rfc3339

routes = router("/v1", "people")

GONE = problems(401, 403, 404, 422, 503)
Id = Annotated[str, Path(max_length=100)]


@routes.get("/tokens", response_model=Page[TokenView], responses=READS)
@asks("token.view")
async def list_tokens(caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The caller's own tokens; everybody's for those who manage them."""
    order = Order("tokens", (col(TokenRow.id),))
    query = select(TokenRow)
    if not caller.may("token.manage"):
        query = query.where(col(TokenRow.user) == caller.who.id)
    async with caller.house.store.reading() as session:
        rows = (await session.exec(order.page(query, limit, cursor))).all()
    shown, following = cut(rows, limit, "tokens", lambda row: (row.id,))
    return answer(listing([_token(row) for row in shown], following))


@routes.post("/tokens", response_model=MadeToken, status_code=201, responses=WRITES)
@asks("token.keep")
async def make_token(body: NewToken, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Makes a token and tells its text, this once. With a token that is for less than its owner may, none is made."""
    owner = body.user or caller.who.id
    if owner != caller.who.id:
        caller.allow("token.manage")
    if caller.who.only is not None:
        raise Forbidden("A token that is for less than its owner may makes no others.", operation="token.keep")
    ends = parse_instant(body.expires_at) if body.expires_at else None
    if ends is not None and ends <= datetime.now(UTC):
        problem = {"path": "/expires_at", "code": "in_the_past", "message": "expires_at has passed already"}
        raise Invalid(problem["message"], errors=[problem])
    once, store = Once.of(idempotency_key, caller.who, "POST tokens", body.model_dump()), caller.house.store
    if (before := await once.answered(store)) is not None:
        return answer(before[1], before[0])
    try:
        async with store.session() as session:
            told = await _made(session, caller, owner, body, ends)
            once.remember(session, 201, {**told, "token": None})
    except IntegrityError:
        if (before := await once.answered(store)) is None:
            raise
        return answer(before[1], before[0])
    return answer(told, 201)


@routes.delete("/tokens/{token_id}", status_code=204, responses=GONE, response_class=Response)
@asks("token.keep")
async def end_token(token_id: Id, caller: Calling) -> Response:
    """Revokes a token, by its id, from this moment on. Once more changes nothing. Somebody else's is not there."""
    async with caller.house.store.session() as session:
        row = await session.get(TokenRow, token_id)
        if row is None or (row.user != caller.who.id and not caller.may("token.manage")):
            raise NotFound("token")
        caller.about.detail = {"token": token_id, "user": row.user}
        await revoke_token(session, token_id)
        session.add(entry(caller.who, caller.about, "write"))
    caller.about.logged = True
    return Response(status_code=204)


async def _made(
    session: AsyncSession, caller: Caller, owner: str, body: NewToken, ends: datetime | None
) -> dict[str, Any]:
    """The token as it is told now, with its text."""
    user = await session.get(UserRow, owner)
    if user is None or not user.active:
        raise NotFound("user")
    id, plain = await issue_token(session, owner, body.name, ends, body.grants)
    row = await session.get(TokenRow, id)
    assert row is not None
    caller.about.detail = {"token": id, "user": owner}
    session.add(entry(caller.who, caller.about, "write"))
    caller.about.logged = True
    return {**_token(row), "token": plain}


def _token(row: TokenRow) -> dict[str, Any]:
    times = {"created_at": row.created_at, "expires_at": row.expires_at, "revoked_at": row.revoked_at}
    told = {"id": row.id, "user": row.user, "name": row.name, "grants": row.grants}
    return told | {key: rfc3339(at) if at else None for key, at in times.items()}
