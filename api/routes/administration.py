"""Users, teams and roles, kept by who may. Nobody raises themselves: one's own roles are for somebody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Path, Response
from sqlalchemy import Connection, Table, update

from api.doors import Caller, Calling, asks
from api.idempotency import KeyHeader, Once
from api.permissions import Subject
from api.problems import Conflict, Forbidden, Invalid, NotFound
from api.registers import made, written
from api.routing import WRITES, answer, problems, router
from api.schemas_identity import (
    ChangedRole,
    ChangedTeam,
    ChangedUser,
    NewRole,
    NewTeam,
    NewUser,
    ScopesOfRole,
    SignInLink,
    scopes_json,
)
from api.schemas_people import RoleView, Team, User
from api.store import people_kept, registers
from api.store.people_kept import ROLES, TEAMS
from definitions.expressions.compiler import compile_expression
from definitions.expressions.errors import ExpressionError
from definitions.times import rfc3339

routes = router("/v1", "people")

Id = Annotated[str, Path(max_length=100)]
IN_SCOPE = {"row": "dyn", "me": "dyn"}
GONE = problems(401, 403, 404, 409, 422, 503)
SHOWN = ("id", "name", "grants", "deny", "scopes", "built_in")


@routes.post("/users", response_model=User, status_code=201, responses=WRITES)
@asks("people.manage")
async def add_user(body: NewUser, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Adds a person. 409 where the id is taken, 422 for roles or teams that are none."""
    caller.allow("people.manage")
    caller.about.detail = {"user": body.id, "roles": body.roles, "teams": body.teams}

    def work(connection: Connection) -> dict[str, Any]:
        _known(connection, body.roles, body.teams)
        if not people_kept.add_user(connection, body.id, body.name, body.email):
            raise Conflict("There is one of this id already.", code="key_taken")
        people_kept.set_roles(connection, body.id, body.roles)
        people_kept.set_teams(connection, body.id, body.teams)
        return people_kept.user(connection, body.id) or {}

    return await made(caller, work, Once.of(idempotency_key, caller.who, "POST users", body.model_dump()))


@routes.patch("/users/{user}", response_model=User, responses=WRITES)
@asks("people.manage")
async def change_user(user: Id, body: ChangedUser, caller: Calling) -> Response:
    """Changes a person, their roles and teams. 403 for one's own roles, and for switching oneself off."""
    caller.allow("people.manage")
    given = body.model_dump(exclude_unset=True)
    caller.about.detail = {
        "user": user,
        **{name: given[name] for name in ("roles", "teams", "active") if name in given},
    }
    if user == caller.who.id and (body.roles is not None or body.active is False):
        raise Forbidden("Somebody else changes your roles or switches you off.", code="own_roles")

    def work(connection: Connection) -> dict[str, Any]:
        if people_kept.user(connection, user) is None:
            raise NotFound("user")
        _known(connection, body.roles or (), body.teams or ())
        columns = {name: given[name] for name in ("name", "active") if given.get(name) is not None}
        people_kept.change_user(connection, user, columns | {k: given[k] for k in ("email",) if k in given})
        if body.roles is not None:
            people_kept.set_roles(connection, user, body.roles)
        if body.teams is not None:
            people_kept.set_teams(connection, user, body.teams)
        return people_kept.user(connection, user) or {}

    return answer(await written(caller, work))


@routes.post("/users/{user}/sign-in-link", response_model=SignInLink, status_code=201, responses=WRITES)
@asks("people.manage")
async def make_link(user: Id, caller: Calling) -> Response:
    """A link of one use by which the person sets a password. Told this once; one made before ends."""
    caller.allow("people.manage")
    caller.about.detail = {"user": user}

    def work(connection: Connection) -> dict[str, Any]:
        found = people_kept.user(connection, user)
        if found is None or not found["active"]:
            raise NotFound("user")
        plain, ends = people_kept.make_link(connection, user)
        link = f"{caller.house.config.public_url}/#setup={plain}"
        return {"user": user, "link": link, "expires_at": rfc3339(ends)}

    return answer(await written(caller, work), 201)


@routes.post("/teams", response_model=Team, status_code=201, responses=WRITES)
@asks("people.manage")
async def add_team(body: NewTeam, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Adds a team. 409 where the id is taken."""
    caller.allow("people.manage")
    caller.about.detail = {"team": body.id}

    def work(connection: Connection) -> dict[str, Any]:
        if not registers.add(connection, TEAMS, body.model_dump()):
            raise Conflict("There is one of this id already.", code="key_taken")
        return body.model_dump()

    return await made(caller, work, Once.of(idempotency_key, caller.who, "POST teams", body.model_dump()))


@routes.patch("/teams/{team}", response_model=Team, responses=WRITES)
@asks("people.manage")
async def change_team(team: Id, body: ChangedTeam, caller: Calling) -> Response:
    """Renames a team."""
    caller.allow("people.manage", Subject(teams=(team,)), "team")
    caller.about.detail = {"team": team}

    def work(connection: Connection) -> dict[str, Any]:
        if not registers.change(connection, TEAMS, team, {"name": body.name}):
            raise NotFound("team")
        return registers.one(connection, TEAMS, team) or {}

    return answer(await written(caller, work))


@routes.put("/teams/{team}/members/{user}", response_model=User, responses=WRITES)
@asks("team.members")
async def join(team: Id, user: Id, caller: Calling) -> Response:
    """Makes a person a member of a team. Leads do so for their own teams."""

    def work(connection: Connection) -> dict[str, Any]:
        _both(connection, team, user)
        people_kept.join(connection, team, user)
        return people_kept.user(connection, user) or {}

    return answer(await written(_keeper(caller, team, user), work))


@routes.delete("/teams/{team}/members/{user}", response_model=User, responses=WRITES)
@asks("team.members")
async def leave(team: Id, user: Id, caller: Calling) -> Response:
    """Takes a person out of a team: from the next request on, nothing of the team is theirs."""

    def work(connection: Connection) -> dict[str, Any]:
        _both(connection, team, user)
        if not people_kept.leave(connection, team, user):
            raise NotFound("member")
        return people_kept.user(connection, user) or {}

    return answer(await written(_keeper(caller, team, user), work))


@routes.post("/roles", response_model=RoleView, status_code=201, responses=WRITES)
@asks("people.manage")
async def add_role(body: NewRole, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Adds a role. 422 for a grant that names no operation or a condition that does not read."""
    caller.allow("people.manage")
    caller.about.detail = {"role": body.id, "grants": body.grants}
    row = {"id": body.id, "name": body.name or body.id, "grants": body.grants, "deny": body.deny, "built_in": False}
    row |= _frozen(body.scopes)

    def work(connection: Connection) -> dict[str, Any]:
        if not registers.add(connection, ROLES, row):
            raise Conflict("There is one of this id already.", code="key_taken")
        return {name: row[name] for name in SHOWN}

    return await made(caller, work, Once.of(idempotency_key, caller.who, "POST roles", body.model_dump()))


@routes.patch("/roles/{role}", response_model=RoleView, responses=WRITES)
@asks("people.manage")
async def change_role(role: Id, body: ChangedRole, caller: Calling) -> Response:
    """Changes a role, for everybody who has it, from their next request on. 409 for a built-in one."""
    caller.allow("people.manage")
    caller.about.detail = {"role": role, **body.model_dump(exclude_none=True, include={"grants", "deny"})}
    values = body.model_dump(exclude_none=True, exclude={"scopes"})
    values |= _frozen(body.scopes) if body.scopes is not None else {}

    def work(connection: Connection) -> dict[str, Any]:
        _changeable(connection, role, caller.who.id)
        if values:
            connection.execute(update(ROLES).where(ROLES.c.id == role).values(**values))
        row = people_kept.role(connection, role) or {}
        return {**{name: row[name] for name in SHOWN}, "scopes": row["scopes"] or {}}

    return answer(await written(caller, work))


@routes.delete(
    "/roles/{role}", status_code=204, responses=problems(401, 403, 404, 409, 422, 503), response_class=Response
)
@asks("people.manage")
async def remove_role(role: Id, caller: Calling) -> Response:
    """Takes a role away, from everybody who had it. 409 for a built-in one."""
    caller.allow("people.manage")
    caller.about.detail = {"role": role}

    def work(connection: Connection) -> None:
        _changeable(connection, role, caller.who.id)
        people_kept.remove_role(connection, role)

    await written(caller, work)
    return Response(status_code=204)


def _keeper(caller: Caller, team: str, user: str) -> Caller:
    """The caller, who may say who belongs to this team. Raises Forbidden."""
    caller.allow("team.members", Subject(teams=(team,)), "team")
    caller.about.detail = {"team": team, "user": user}
    return caller


def _both(connection: Connection, team: str, user: str) -> None:
    if people_kept.missing(connection, TEAMS, [team]):
        raise NotFound("team")
    if people_kept.user(connection, user) is None:
        raise NotFound("user")


def _changeable(connection: Connection, role: str, caller: str) -> None:
    """Raises NotFound, Conflict for a role of the release, Forbidden for one that the caller has."""
    if (row := people_kept.role(connection, role)) is None:
        raise NotFound("role")
    if row["built_in"]:
        raise Conflict("Built-in roles are those of the release. Make one of your own.", code="built_in")
    if role in people_kept.roles_of(connection, caller):
        raise Forbidden("Somebody else changes a role that you have.", code="own_roles")


def _known(connection: Connection, roles: Sequence[str], teams: Sequence[str]) -> None:
    """Raises Invalid with every role and team that is none."""
    wrong = [*_wrong(connection, ROLES, "roles", roles), *_wrong(connection, TEAMS, "teams", teams)]
    if wrong:
        raise Invalid(wrong[0]["message"], errors=wrong)


def _wrong(connection: Connection, table: Table, name: str, ids: Sequence[str]) -> list[dict[str, str]]:
    absent = people_kept.missing(connection, table, ids)
    text = f"there is no {name[:-1]} of this id"
    return [{"path": f"/{name}/{n}", "code": "unknown", "message": text} for n, id in enumerate(ids) if id in absent]


def _frozen(scopes: ScopesOfRole) -> dict[str, Any]:
    """The scopes as authored, and their conditions as trees. Raises Invalid with every condition that does not read."""
    trees: dict[str, Any] = {}
    wrong: list[Mapping[str, Any]] = []
    for collection, condition in scopes.rows.items():
        try:
            trees[collection] = compile_expression(condition.removeprefix("="), IN_SCOPE).tree
        except ExpressionError as error:
            wrong.append({"path": f"/scopes/rows/{collection}", "code": error.code, "message": error.message})
    if wrong:
        raise Invalid("A condition cannot be read.", errors=wrong)
    return {"scopes": scopes_json(scopes), "trees": trees or None}
