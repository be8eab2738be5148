"""What the routes of the registers do alike: a change with its row in the log and its answer, in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Response
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from api.activity import entry
from api.doors import Caller
from api.idempotency import Once
from api.routing import answer

T = TypeVar("T")
NO_KEY = Once(None, "", "")


async def written(caller: Caller, work: Callable[[Connection], T], once: Once = NO_KEY, status: int = 200) -> T:
    """What `work` gives, with its log row and what the Idempotency-Key will answer; an ApiError in it undoes all."""
    async with caller.house.store.session() as session:
        found = await (await session.connection()).run_sync(work)
        session.add(entry(caller.who, caller.about, "write"))
        once.remember(session, status, found)
    caller.about.logged = True
    return found


async def made(caller: Caller, work: Callable[[Connection], Any], once: Once) -> Response:
    """201 with what was made, or the answer that the same key got before."""
    store = caller.house.store
    if (before := await once.answered(store)) is not None:
        return answer(before[1], before[0])
    try:
        return answer(await written(caller, work, once, 201), 201)
    except IntegrityError:
        if (before := await once.answered(store)) is None:
            raise
        return answer(before[1], before[0])


async def done_once(caller: Caller, work: Callable[[], Awaitable[Any]], once: Once, status: int = 200) -> Response:
    """What `work` gives, or the answer that the same key got before.

    For work that is no single transaction: its answer is kept when it is over, so that two calls at the same moment are
    two, and one that is sent again because its answer got lost is the same.
    """
    store = caller.house.store
    if (before := await once.answered(store)) is not None:
        return answer(before[1], before[0])
    found = await work()
    try:
        async with store.session() as session:
            once.remember(session, status, found)
    except IntegrityError:
        if (before := await once.answered(store)) is None:
            raise
        return answer(before[1], before[0])
    return answer(found, status)
