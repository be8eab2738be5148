"""Saved views: filters of a list under a name, one's own and those that are shared with one's teams.

A view holds no rows and no rights: whoever uses it sees what the list shows them, and `me` in it is whoever looks.
Only the owner changes it, and shares it with teams of the owner's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select

from api.answers import now_text
from api.filters import RunFilters, TaskFilters
from api.paging import Order
from api.permissions import Who
from api.problems import Forbidden, Invalid, NotFound, finding
from api.run_list import read_runs
from api.store.tables import Row
from api.task_list import read_tasks

VIEWS = Row.metadata.tables["views"]
SHARES = Row.metadata.tables["view_shares"]
DEFAULTS = Row.metadata.tables["view_defaults"]
ORDER = Order("views", (VIEWS.c.name, VIEWS.c.id))

COUNTED = 99
"""How far the rows of a view are counted: enough for a badge, and never more work than a page."""

FILTERS: dict[str, type[TaskFilters] | type[RunFilters]] = {"tasks": TaskFilters, "runs": RunFilters}


def checked_filters(kind: str, filters: dict[str, Any]) -> dict[str, Any]:
    """The filters as they are kept. 422 with every one that the list does not have, or not like this."""
    try:
        return FILTERS[kind].model_validate(filters).given()
    except ValidationError as error:
        items = [{**item, "loc": ("body", "filters", *item["loc"])} for item in error.errors()]
        errors = sorted((finding(item) for item in items), key=lambda row: (row["path"], row["code"]))
        raise Invalid(f"{errors[0]['path']}: {errors[0]['message']}", code="invalid_filters", errors=errors) from None


def check_teams(who: Who, teams: Sequence[str]) -> None:
    """422 for a team that is not one's own."""
    errors = [
        {"path": f"/shared_with/{index}", "code": "not_your_team", "message": "You are not in this team."}
        for index, team in enumerate(teams)
        if team not in who.teams
    ]
    if errors:
        raise Invalid("A view can be shared with one's own teams only.", code="not_your_team", errors=errors)


def in_sight(who: Who) -> ColumnElement[bool]:
    """SQL: the views that are one's own or shared with one's teams."""
    shared = select(SHARES.c.view).where(SHARES.c.team.in_(who.teams))
    return or_(VIEWS.c.owner == who.id, VIEWS.c.id.in_(shared))


def page(connection: Connection, who: Who, kind: str | None, limit: int, cursor: str | None) -> list[dict[str, Any]]:
    """Views in sight by name, and one more than asked for."""
    query = select(VIEWS).where(in_sight(who), *([VIEWS.c.kind == kind] if kind else []))
    rows = connection.execute(ORDER.page(query, limit, cursor)).all()
    return told(connection, who, rows)


def one(connection: Connection, who: Who, view: str, *, to_change: bool = False) -> dict[str, Any]:
    """A view by id. 404 out of sight; 403 where it is somebody else's and would be changed."""
    row = connection.execute(select(VIEWS).where(VIEWS.c.id == view, in_sight(who))).first()
    if row is None:
        raise NotFound("view")
    if to_change and row.owner != who.id:
        raise Forbidden("Only its owner changes a view.")
    return told(connection, who, [row])[0]


def told(connection: Connection, who: Who, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Views as they go out, not counted. Of teams one is not in, only the owner is told."""
    query = select(SHARES).where(SHARES.c.view.in_([row.id for row in rows])).order_by(SHARES.c.team)
    chosen = set(connection.scalars(select(DEFAULTS.c.view).where(DEFAULTS.c.user == who.id)))
    shares: dict[str, list[str]] = {}
    for share in connection.execute(query):
        shares.setdefault(share.view, []).append(share.team)
    return [
        {
            **{name: getattr(row, name) for name in ("id", "name", "kind", "filters", "owner")},
            "shared_with": [team for team in shares.get(row.id, ()) if row.owner == who.id or team in who.teams],
            "mine": row.owner == who.id,
            "default": row.id in chosen,
            "count": None,
            "more": None,
        }
        for row in rows
    ]


def counted(connection: Connection, who: Who, view: dict[str, Any]) -> dict[str, Any]:
    """The view with how many rows its list has for this caller."""
    return {**view, **count(connection, who, FILTERS[view["kind"]].model_validate(view["filters"]))}


def count(connection: Connection, who: Who, asked: TaskFilters | RunFilters) -> dict[str, Any]:
    """{count, more}: how many rows filters leave for this caller, up to COUNTED."""
    if isinstance(asked, TaskFilters):
        found = len(read_tasks(connection, who, asked, now=now_text(), limit=COUNTED))
    else:
        found = len(read_runs(connection, who, asked, limit=COUNTED))
    return {"count": min(found, COUNTED), "more": found > COUNTED}


def choose(connection: Connection, who: Who, view: str) -> None:
    """The view is the one its list opens with for this caller, in place of another. 404 out of sight."""
    found = one(connection, who, view)
    of_this = (DEFAULTS.c.user == who.id, DEFAULTS.c.kind == found["kind"])
    connection.execute(delete(DEFAULTS).where(*of_this))
    connection.execute(insert(DEFAULTS), {"user": who.id, "kind": found["kind"], "view": view})


def unchoose(connection: Connection, who: Who, view: str) -> None:
    """The list opens as it does for everybody again. 404 out of sight."""
    one(connection, who, view)
    connection.execute(delete(DEFAULTS).where(DEFAULTS.c.user == who.id, DEFAULTS.c.view == view))
