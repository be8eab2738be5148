"""Every route × every role × {own team, other team, nobody}, generated from the app's routes and the permission table.

What is expected is not written here: it is asked of the table's own function (`decide`, which test_permissions_table.py
holds to RELIABILITY.md). What is proven here is that every route asks it, about the right thing, before it answers:
nobody gets 401, the wrong team gets 404, the wrong role 403, and whoever is allowed gets neither.
"""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import APIRouter
from sqlmodel import delete

from api.app import create_app, doors
from api.doors import Door, Rule, asks
from api.permissions import COMMAND_OPERATIONS, EVERYONES, OPERATIONS, Decision, Subject, Who, decide, reaches
from api.store.people import People
from api.store.seed import add_person
from api.store.tables import UserRoleRow
from api.store.tokens import issue_token
from definitions.engine.judge import COMMAND_KEYS
from tests.api.every_route import INVENTORY, LINKS, NO_PARTS, ROLES, TEAMS, Things, ask, things
from tests.api.world import World

__all__ = ["things"]

TEAM_PATHS = ("/v1/runs", "/v1/commands", "/v1/migrations")
ABOUT_THE_TEAM = ("{key}", "{run}", "{command}", "{inbox}", "{team}", "{schedule}")
"""Routes with one of these are about something of team `mine`; the others are about nothing in particular."""

OF_THE_AUDIT = ("/v1/runs/{run}/history", "/v1/runs/{run}/model-calls")
"""What is read of a run by who may read its log."""

STATUS = {Decision.HIDE: {404}, Decision.FORBID: {403}}


def expected(who: Who, rule: Rule, path: str) -> Decision:
    """What the table says of this caller and this route."""
    if "{file}" in path:  # whoever sees the run that refers to it
        return decide(who, "run.view", Subject(teams=("mine",), owner="operator-mine"))
    about_team = any(part in path for part in ABOUT_THE_TEAM) or path in TEAM_PATHS
    if path == "/v1/runs" and rule.operation == "run.view":
        about_team = False
    subject = Subject(teams=("mine",), owner="operator-mine") if about_team else EVERYONES
    if "{view}" in path:
        return Decision.ALLOW if who.id == "operator-mine" else Decision.HIDE  # a view that is shared with nobody
    if "{token_id}" in path:  # one of operator-mine
        return Decision.ALLOW if who.id == "operator-mine" or reaches(who, "token.manage") else Decision.HIDE
    if path in ("/v1/webhooks", "/v1/webhooks/events"):
        return decide(who, rule.operation, Subject(owner=who.id))  # one's own is asked for, or made
    if path.startswith("/v1/activity-log"):
        return Decision.ALLOW if reaches(who, rule.operation) else Decision.FORBID  # a list asks how far, not whether
    if path in OF_THE_AUDIT:  # asked of the run that is seen; who may read no log at all need not look
        if not reaches(who, rule.operation) or decide(who, "run.view", subject) is Decision.ALLOW:
            return decide(who, rule.operation, subject)
        return Decision.HIDE
    if path == "/v1/definitions/{key}/duplicate" and reaches(who, rule.operation):
        return decide(who, "definition.view", subject)  # whoever may make drafts may copy what is seen
    found = decide(who, rule.operation, subject)
    if found is Decision.ALLOW and path == "/v1/runs/{run}/commands":
        return decide(who, COMMAND_OPERATIONS["skip"], subject)
    return found


@pytest.mark.parametrize(("method", "path", "rule"), INVENTORY, ids=lambda part: part if isinstance(part, str) else "")
async def test_every_role_of_either_team_and_nobody(
    world: World, things: Things, method: str, path: str, rule: Rule
) -> None:
    """One route, asked by everybody."""
    public = OPERATIONS[rule.operation].public
    status, _ = await ask(world, things, None, method, path)
    assert status in ((404, 429) if path in LINKS else (200, 202, 204, 410, 422) if public else (401,))
    people = People(world.store)
    for role in ROLES:
        for team in TEAMS:
            name = f"{role}-{team}"
            who = await people.who(name)
            assert who is not None
            wanted = Decision.ALLOW if public else expected(who, rule, path)
            status, body = await ask(world, things, name, method, path)
            where = f"{name} {method} {path}: {status} {body}"
            if path == "/v1/commands" and status == 200:
                assert isinstance(body, dict)
                status = body["results"][0]["status"]
                wanted = expected(who, rule, "/v1/runs/{run}/commands")
            if path in LINKS:  # and whoever tries it often waits
                assert status in (404, 429), where
            elif wanted is Decision.ALLOW:
                assert status not in (401, 403, 404, 500, 503), where
            else:
                assert status in STATUS[wanted], where


GIVEN: dict[str, dict[str, Any]] = {
    "assign": {"step": "b", "users": ["somebody"]},
    "set_due": {"step": "b", "due": "2030-01-31"},
    "note": {"text": "seen"},
    "escalate": {"step": "b", "inbox": "ours", "reason": "help"},
    "add_task": {"title": "one more"},
    "reject": {"step": "b", "reason": "no"},
    "amend": {"step": "b", "output": {}, "reason": "wrong"},
    "automation": {"step": "b", "automation": "none"},
    "save": {},
    "resume": {},
    "take_over": {},
    "reopen": {},
    "migrate": {"version": 1, "fingerprint": "any"},
}
"""What each command needs to be well-formed; the others are about step b, which nobody has come to."""


async def test_every_command_that_runs_asks_for_its_own_operation(world: World, things: Things) -> None:
    """The one door for commands, by everybody, for each type: 404, 403, or the run's own word."""
    people, run = People(world.store), things.values["run"]
    subject = Subject(teams=("mine",), owner="operator-mine")
    for type_ in COMMAND_KEYS:
        if type_ in ("abort", "close", "confirm", "event"):
            continue  # the first two would end the run that the others ask about and have their own test below
        for name in (f"{role}-{team}" for role in ROLES for team in TEAMS):
            who = await people.who(name)
            assert who is not None
            wanted = decide(who, COMMAND_OPERATIONS[type_], subject)
            answer = await world.command(name, run, type_, **GIVEN.get(type_, {"step": "b"}))
            if wanted is Decision.ALLOW:
                assert answer.status_code in (200, 409), answer.text
            else:
                assert answer.status_code in STATUS[wanted], answer.text


async def test_what_the_outside_confirms_is_no_command_of_anybody_who_signs_in(world: World, things: Things) -> None:
    """Only the link gives it, and events only the system: the door has no such types, whoever asks."""
    for type_ in ("confirm", "event"):
        answer = await world.command("lead-mine", things.values["run"], type_, step="a")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not_an_option")


@pytest.mark.parametrize("type_", ["abort", "close"])
async def test_who_may_end_a_run(world: World, things: Things, type_: str) -> None:
    """Everybody who may not is refused first; then the run is still open for one who may."""
    people, key = People(world.store), things.values["key"]
    run = (await world.start("operator-mine", key))["id"]
    subject = Subject(teams=("mine",), owner="operator-mine")
    allowed = []
    for name in (f"{role}-{team}" for role in ROLES for team in TEAMS):
        who = await people.who(name)
        assert who is not None
        wanted = decide(who, COMMAND_OPERATIONS[type_], subject)
        if wanted is Decision.ALLOW:
            allowed.append(name)
            continue
        answer = await world.command(name, run, type_, reasons=[])
        assert answer.status_code in STATUS[wanted], f"{name}: {answer.text}"
    assert "lead-mine" in allowed
    assert "lead-theirs" not in allowed
    assert (await world.command("lead-mine", run, type_, reasons=[])).status_code == 200


async def test_another_runs_step_and_command(world: World, things: Things) -> None:
    """A pair is checked as a pair: a step of one run under the id of another is not there."""
    answer = await world.call("operator-mine", "GET", f"/v1/runs/{things.values['run']}/steps/look")
    assert answer.status_code == 404
    hidden = await world.call("operator-theirs", "GET", f"/v1/commands/{things.values['command']}")
    assert hidden.status_code == 404


async def test_lists_hide_what_detail_hides(world: World, things: Things) -> None:
    """No list, search or task tells of what its detail would not."""
    for name, seen in (("operator-mine", True), ("operator-theirs", False), ("auditor-theirs", True)):
        runs = await world.get(name, "/v1/runs", definition=things.values["key"])
        tasks = await world.get(name, "/v1/tasks", definition=things.values["key"])
        keys = [row["key"] for row in (await world.get(name, "/v1/definitions", q="rights-"))["items"]]
        assert (bool(runs["items"]), bool(tasks["items"]), things.values["key"] in keys) == (seen, seen, seen), name


async def test_a_role_taken_away_a_second_ago(world: World, things: Things) -> None:
    """Roles are read for each request: the token lives on, the right does not."""
    async with world.store.session() as session:
        await add_person(session, "brief", "Brief", roles=["operator"], teams=["mine"])
        world.tokens["brief"] = (await issue_token(session, "brief", "test"))[1]
    run = await world.start("brief", things.values["key"])
    async with world.store.session() as session:
        await session.exec(delete(UserRoleRow).where(UserRoleRow.user == "brief"))  # type: ignore[arg-type]
    assert (await world.command("brief", run["id"], "complete", step="a")).status_code == 404
    assert (await world.call("brief", "GET", "/v1/me")).status_code == 200


def test_a_route_without_an_operation_does_not_start() -> None:
    """The gate is seen to bite: the program cannot even be put together with such a route."""
    routes = APIRouter(route_class=Door)
    with pytest.raises(TypeError, match="declares no operation"):

        @routes.get("/v1/open")
        async def forgotten() -> None: ...

    with pytest.raises(TypeError, match="not in the permission table"):
        asks("everything.allowed")


def test_a_route_that_is_no_door_is_found() -> None:
    """A route added past the doors fails the inventory."""
    app = create_app(**NO_PARTS)

    @app.get("/v1/side-entrance")
    async def side() -> None: ...

    with pytest.raises(TypeError, match="side-entrance"):
        list(doors(app))


def test_nothing_is_registered_twice() -> None:
    """Two routes on one path would hide one another."""
    pairs = [(method, path) for method, path, _ in INVENTORY]
    assert len(pairs) == len(set(pairs))
    assert len(pairs) >= 40
