"""What the caller should be told: runs taken over, steps overdue, tickets handed on."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import Query, Response

from api.doors import Calling, asks
from api.paging import Cursor, Limit, cut, listing, read_cursor, wrong_cursor
from api.registers import written
from api.routing import READS, WRITES, answer, router
from api.schemas_out import Page
from api.schemas_registers import Notice, ReadUpTo, Unread
from api.store import notices

routes = router("/v1/me/notices", "people")


@routes.get("", response_model=Page[Notice], responses=READS)
@asks("notice.view")
async def list_notices(
    *,
    caller: Calling,
    unread: Annotated[bool, Query(description="Only those that were not read.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """The caller's notices, the newest first."""
    before = None
    if cursor is not None and not isinstance(before := read_cursor(cursor, "notices", 1)[0], int):
        raise wrong_cursor()
    look = partial(notices.page, user=caller.who.id, unread=unread, before=before, limit=limit + 1)
    shown, following = cut(await caller.house.store.look(look), limit, "notices", lambda row: (row.id,))
    return answer(listing([notices.shown(row) for row in shown], following))


@routes.post("/read", response_model=Unread, responses=WRITES)
@asks("notice.view")
async def read_notices(body: ReadUpTo, caller: Calling) -> Response:
    """Marks all notices up to one as read; how many are left."""
    left = await written(caller, lambda connection: notices.read_up_to(connection, caller.who.id, body.up_to))
    return answer({"unread": left})
