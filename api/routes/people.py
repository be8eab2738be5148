"""Who there is and what they may: the caller, users, teams, roles."""

from __future__ import annotations

from typing import Any

from fastapi import Response
from sqlmodel import col, select

from api.doors import Calling, asks
from api.paging import Cursor, Limit, Order, cut, listing
from api.problems import NotFound
from api.routing import READS, answer, router
from api.schemas_out import Page
from api.schemas_people import Me, RoleView, Team, User
from api.store.tables import MembershipRow, RoleRow, TeamRow, UserRoleRow, UserRow

routes = router("/v1", "people")


@routes.get("/me", response_model=Me, responses=READS)
@asks("me.view")
async def me(caller: Calling) -> Response:
    """The caller, with the roles, teams and grants of this moment."""
    who = caller.who
    async with caller.house.store.reading() as session:
        user = await session.get(UserRow, who.id)
    if user is None:
        raise NotFound("user")
    rights = {"roles": who.roles, "teams": who.teams, "grants": who.grants, "deny": who.deny}
    body = {"id": user.id, "name": user.name, "email": user.email}
    return answer({**body, **{key: list(value) for key, value in rights.items()}})


@routes.get("/users", response_model=Page[User], responses=READS)
@asks("people.view")
async def list_users(caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The people, with their roles and teams."""
    order = Order("users", (col(UserRow.id),))
    async with caller.house.store.reading() as session:
        rows = (await session.exec(order.page(select(UserRow), limit, cursor))).all()
        shown, following = cut(rows, limit, "users", lambda row: (row.id,))
        ids = [row.id for row in shown]
        roles = (await session.exec(select(UserRoleRow).where(col(UserRoleRow.user).in_(ids)))).all()
        teams = (await session.exec(select(MembershipRow).where(col(MembershipRow.user).in_(ids)))).all()
    items = [
        {
            "id": row.id,
            "name": row.name,
            "email": row.email,
            "active": row.active,
            "roles": sorted(link.role for link in roles if link.user == row.id),
            "teams": sorted(link.team for link in teams if link.user == row.id),
        }
        for row in shown
    ]
    return answer(listing(items, following))


@routes.get("/teams", response_model=Page[Team], responses=READS)
@asks("people.view")
async def list_teams(caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The teams."""
    order = Order("teams", (col(TeamRow.id),))
    async with caller.house.store.reading() as session:
        rows = (await session.exec(order.page(select(TeamRow), limit, cursor))).all()
    shown, following = cut(rows, limit, "teams", lambda row: (row.id,))
    return answer(listing([{"id": row.id, "name": row.name} for row in shown], following))


@routes.get("/roles", response_model=Page[RoleView], responses=READS)
@asks("people.view")
async def list_roles(caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The roles with what they grant, deny and how far their scopes reach."""
    order = Order("roles", (col(RoleRow.id),))
    async with caller.house.store.reading() as session:
        rows = (await session.exec(order.page(select(RoleRow), limit, cursor))).all()
    shown, following = cut(rows, limit, "roles", lambda row: (row.id,))
    return answer(listing([_role(row) for row in shown], following))


def _role(row: RoleRow) -> dict[str, Any]:
    body = {"id": row.id, "name": row.name, "grants": row.grants, "deny": row.deny}
    return {**body, "scopes": row.scopes or {}, "built_in": row.built_in}
