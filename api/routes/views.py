"""Saved views: one's own, and those shared with one's teams (api/views.py)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import Path, Query, Response
from sqlalchemy import Connection, delete, insert, update
from sqlalchemy.exc import IntegrityError

from api.activity import entry
from api.doors import Caller, Calling, asks
from api.idempotency import KeyHeader, Once
from api.paging import Cursor, Limit, cut, listing
from api.routing import READS, WRITES, answer, problems, router
from api.schemas_out import Page
from api.schemas_views import ChangedView, NewView, View, ViewKind
from api.views import DEFAULTS, SHARES, VIEWS, check_teams, checked_filters, choose, counted, one, page, unchoose

routes = router("/v1/views", "tasks")

Id = Annotated[str, Path(max_length=100)]
Counts = Annotated[bool, Query(description="Also count the rows of each view, up to 99.")]
T = TypeVar("T")


@routes.get("", response_model=Page[View], responses=READS)
@asks("view.keep")
async def list_views(
    *,
    caller: Calling,
    kind: Annotated[ViewKind | None, Query()] = None,
    counts: Counts = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """The caller's views and those shared with the caller's teams, by name."""

    def look(connection: Connection) -> tuple[list[Any], str | None]:
        found = page(connection, caller.who, kind, limit, cursor)
        shown, following = cut(found, limit, "views", lambda view: (view["name"], view["id"]))
        return [counted(connection, caller.who, view) if counts else view for view in shown], following

    return answer(listing(*await caller.house.store.look(look)))


@routes.get("/{view}", response_model=View, responses=READS)
@asks("view.keep")
async def get_view(view: Id, caller: Calling, counts: Counts = False) -> Response:
    """One view. 404 for one that is neither the caller's nor shared with one of the caller's teams."""

    def look(connection: Connection) -> dict[str, Any]:
        found = one(connection, caller.who, view)
        return counted(connection, caller.who, found) if counts else found

    return answer(await caller.house.store.look(look))


@routes.post("", response_model=View, status_code=201, responses=WRITES)
@asks("view.keep")
async def keep_view(body: NewView, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Keeps filters under a name. 422 for filters that the list does not have, and for teams of others."""
    once = Once.of(idempotency_key, caller.who, "POST /v1/views", body.model_dump())
    if (before := await once.answered(caller.house.store)) is not None:
        return answer(before[1], before[0])
    check_teams(caller.who, body.shared_with)
    row = {
        "id": str(uuid.uuid4()),
        "owner": caller.who.id,
        "name": body.name,
        "kind": body.kind,
        "filters": checked_filters(body.kind, body.filters),
        "created_at": datetime.now(UTC),
    }

    def work(connection: Connection) -> dict[str, Any]:
        connection.execute(insert(VIEWS), row)
        _share(connection, str(row["id"]), body.shared_with)
        return one(connection, caller.who, str(row["id"]))

    try:
        return answer(await _written(caller, work, once), 201)
    except IntegrityError:
        if (before := await once.answered(caller.house.store)) is None:
            raise
        return answer(before[1], before[0])


@routes.patch("/{view}", response_model=View, responses=WRITES)
@asks("view.keep")
async def change_view(view: Id, body: ChangedView, caller: Calling) -> Response:
    """Changes name, filters or teams of one's own view; what is not named stays. 403 for somebody else's."""
    check_teams(caller.who, body.shared_with or ())

    def work(connection: Connection) -> dict[str, Any]:
        found = one(connection, caller.who, view, to_change=True)
        values: dict[str, Any] = {} if body.name is None else {"name": body.name}
        if body.filters is not None:
            values["filters"] = checked_filters(found["kind"], body.filters)
        if values:
            connection.execute(update(VIEWS).where(VIEWS.c.id == view).values(values))
        if body.shared_with is not None:
            connection.execute(delete(SHARES).where(SHARES.c.view == view))
            _share(connection, view, body.shared_with)
        return one(connection, caller.who, view)

    return answer(await _written(caller, work))


NO_BODY: dict[int | str, dict[str, Any]] = {**problems(401, 403, 404, 422, 503)}


@routes.put("/{view}/default", status_code=204, responses=NO_BODY, response_class=Response)
@asks("view.keep")
async def choose_view(view: Id, caller: Calling) -> Response:
    """The caller's list opens with this view from now on, on every device."""
    await _written(caller, partial(choose, who=caller.who, view=view))
    return Response(status_code=204)


@routes.delete("/{view}/default", status_code=204, responses=NO_BODY, response_class=Response)
@asks("view.keep")
async def unchoose_view(view: Id, caller: Calling) -> Response:
    """The caller's list opens as it does for everybody again."""
    await _written(caller, partial(unchoose, who=caller.who, view=view))
    return Response(status_code=204)


@routes.delete("/{view}", status_code=204, responses=NO_BODY, response_class=Response)
@asks("view.keep")
async def drop_view(view: Id, caller: Calling) -> Response:
    """Forgets one's own view. 403 for somebody else's."""

    def work(connection: Connection) -> None:
        one(connection, caller.who, view, to_change=True)
        connection.execute(delete(DEFAULTS).where(DEFAULTS.c.view == view))
        connection.execute(delete(SHARES).where(SHARES.c.view == view))
        connection.execute(delete(VIEWS).where(VIEWS.c.id == view))

    await _written(caller, work)
    return Response(status_code=204)


async def _written(caller: Caller, work: Callable[[Connection], T], once: Once | None = None) -> T:
    """What `work` gives, in one transaction with its log row and the answer of its Idempotency-Key."""
    async with caller.house.store.session() as session:
        found = await (await session.connection()).run_sync(work)
        session.add(entry(caller.who, caller.about, "write"))
        if once is not None:
            once.remember(session, 201, found)
    caller.about.logged = True
    return found


def _share(connection: Connection, view: str, teams: list[str]) -> None:
    if teams:
        connection.execute(insert(SHARES), [{"view": view, "team": team} for team in teams])
