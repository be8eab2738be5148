"""People, teams, roles and tokens through the API: who may keep them, and that a change holds from the next request."""

from __future__ import annotations

import uuid
from typing import Any

import httpx2

from tests.api.documents import two_steps
from tests.api.world import World


def fresh(word: str) -> str:
    return f"{word}-{uuid.uuid4().hex[:8]}"


async def made(world: World, path: str, body: dict[str, Any], who: str = "admin") -> dict[str, Any]:
    answer = await world.call(who, "POST", path, body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def person(world: World, **body: Any) -> str:
    """Somebody new with a token."""
    user = (await made(world, "/v1/users", {"id": fresh("p"), "name": "Somebody", **body}))["id"]
    world.tokens[user] = (await made(world, "/v1/tokens", {"name": "test", "user": user}))["token"]
    return str(user)


def codes(answer: httpx2.Response) -> dict[str, str]:
    return {error["path"]: error["code"] for error in answer.json()["errors"]}


async def test_a_person_is_added_changed_and_switched_off(world: World) -> None:
    user = await person(world, roles=["operator"], teams=["ops"], email="p@example.com")
    me = await world.get(user, "/v1/me")
    assert (me["roles"], me["teams"]) == (["operator"], ["ops"])
    changed = await world.call("admin", "PATCH", f"/v1/users/{user}", {"roles": ["viewer"], "teams": [], "email": None})
    assert (changed.json()["roles"], changed.json()["teams"], changed.json()["email"]) == (["viewer"], [], None)
    assert (await world.get(user, "/v1/me"))["roles"] == ["viewer"], "at once, with the same token"
    await world.call("admin", "PATCH", f"/v1/users/{user}", {"active": False})
    assert (await world.call(user, "GET", "/v1/me")).status_code == 401
    await world.call("admin", "PATCH", f"/v1/users/{user}", {"active": True})
    assert (await world.call(user, "GET", "/v1/me")).status_code == 200
    again = await world.call("admin", "POST", "/v1/users", {"id": user, "name": "Again"})
    assert (again.status_code, again.json()["code"]) == (409, "key_taken")


async def test_every_role_and_team_that_is_none_is_named(world: World) -> None:
    body = {"id": fresh("p"), "name": "X", "roles": ["viewer", "king"], "teams": ["nowhere"]}
    answer = await world.call("admin", "POST", "/v1/users", body)
    assert (answer.status_code, codes(answer)) == (422, {"/roles/1": "unknown", "/teams/0": "unknown"})
    assert (await world.call("admin", "PATCH", "/v1/users/nobody-at-all", {"name": "X"})).status_code == 404


async def test_nobody_raises_themselves(world: World) -> None:
    role = (await made(world, "/v1/roles", {"id": fresh("r"), "grants": ["people.*.all", "token.*.all"]}))["id"]
    user = await person(world, roles=[role])
    for method, path, body in (
        ("PATCH", f"/v1/users/{user}", {"roles": ["admin"]}),
        ("PATCH", f"/v1/users/{user}", {"active": False}),
        ("PATCH", f"/v1/roles/{role}", {"grants": ["*.all"]}),
        ("DELETE", f"/v1/roles/{role}", None),
    ):
        answer = await world.call(user, method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "own_roles"), path
    assert (await world.get(user, "/v1/me"))["grants"] == ["people.*.all", "token.*.all"]


async def test_a_role_is_made_holds_changes_and_goes(world: World) -> None:
    role = fresh("r")
    body = {"id": role, "grants": ["source.view", "source.read"], "scopes": {"rows": {"demo.orders": "row.id == 'o1'"}}}
    assert (await made(world, "/v1/roles", body))["scopes"] == {"rows": {"demo.orders": "row.id == 'o1'"}}
    user = await person(world, roles=[role])
    rows = "/v1/sources/demo/collections/orders/rows"
    assert [row["id"] for row in (await world.get(user, rows))["items"]] == ["o1"]
    assert (await world.call(user, "GET", f"{rows}/o2")).status_code == 404
    await world.call("admin", "PATCH", f"/v1/roles/{role}", {"scopes": {"rows": {"demo.orders": "= row.id == 'o2'"}}})
    assert [row["id"] for row in (await world.get(user, rows))["items"]] == ["o2"], "from the next request on"
    assert (await world.call("admin", "DELETE", f"/v1/roles/{role}")).status_code == 204
    assert (await world.call(user, "GET", rows)).status_code == 404
    assert (await world.call("admin", "DELETE", f"/v1/roles/{role}")).status_code == 404


async def test_what_is_wrong_with_a_role_is_told_at_once(world: World) -> None:
    wrong = {"id": fresh("r"), "grants": ["run.view", "run.vew"], "deny": ["nothing"]}
    answer = await world.call("admin", "POST", "/v1/roles", wrong)
    assert (answer.status_code, set(codes(answer))) == (422, {"/grants/1", "/deny/0"})
    rows = {"demo.orders": "row.", "demo.documents": "__import__('os')"}
    answer = await world.call("admin", "POST", "/v1/roles", {"id": fresh("r"), "scopes": {"rows": rows}})
    assert answer.status_code == 422
    assert set(codes(answer)) == {"/scopes/rows/demo.orders", "/scopes/rows/demo.documents"}
    for method, body in (("PATCH", {"grants": []}), ("DELETE", None)):
        built_in = await world.call("admin", method, "/v1/roles/viewer", body)
        assert (built_in.status_code, built_in.json()["code"]) == (409, "built_in")


async def test_a_lead_keeps_the_members_of_an_own_team_and_of_no_other(world: World) -> None:
    team = (await made(world, "/v1/teams", {"id": fresh("t"), "name": "Ours"}))["id"]
    lead, other = await person(world, roles=["lead"], teams=[team]), await person(world, roles=["lead"], teams=["ops"])
    user = await person(world, roles=["operator"])
    member = f"/v1/teams/{team}/members/{user}"
    assert (await world.call(other, "PUT", member)).status_code == 404
    assert (await world.call(lead, "PUT", member)).json()["teams"] == [team]
    assert (await world.call(lead, "PATCH", f"/v1/users/{user}", {"roles": ["admin"]})).status_code == 403
    assert (await world.get(user, "/v1/me"))["teams"] == [team]
    assert (await world.call(other, "DELETE", member)).status_code == 404
    assert (await world.call(lead, "DELETE", member)).json()["teams"] == []
    assert (await world.call(lead, "DELETE", member)).status_code == 404


async def test_removed_from_the_team_with_a_claimed_step(world: World) -> None:
    """Attack 7: the step is out of reach at once, and a lead may give it to somebody else."""
    team = (await made(world, "/v1/teams", {"id": fresh("t"), "name": "Ours"}))["id"]
    lead, user = (
        await person(world, roles=["lead"], teams=[team]),
        await person(world, roles=["operator"], teams=[team]),
    )
    body = {**two_steps("claimed"), "teams": [team]}
    await world.publish(body)
    run = (await world.start(lead, body["key"]))["id"]
    assert (await world.command(user, run, "claim", step="a")).status_code == 200
    assert (await world.call(lead, "DELETE", f"/v1/teams/{team}/members/{user}")).status_code == 200
    assert (await world.command(user, run, "complete", step="a", output={"n": 1})).status_code == 404
    assert (await world.command(lead, run, "assign", step="a", users=[lead])).status_code == 200
    assert (await world.command(lead, run, "complete", step="a", output={"n": 1})).status_code == 200


async def test_a_token_is_told_once_and_ends(world: World) -> None:
    key = {"Idempotency-Key": fresh("k")}
    first = await world.call("ben", "POST", "/v1/tokens", {"name": "laptop"}, headers=key)
    told = first.json()
    again = (await world.call("ben", "POST", "/v1/tokens", {"name": "laptop"}, headers=key)).json()
    assert again == {**told, "token": None}, "the same answer, but for what is told once"
    assert told["token"] not in str(await world.rows("tokens")) + str(await world.rows("idempotency"))
    world.tokens["ben-laptop"] = told["token"]
    assert (await world.get("ben-laptop", "/v1/me"))["id"] == "ben"
    listed = (await world.get("ben", "/v1/tokens"))["items"]
    assert told["id"] in [each["id"] for each in listed] and {each["user"] for each in listed} == {"ben"}
    assert (await world.call("ann", "DELETE", f"/v1/tokens/{told['id']}")).status_code == 404, "somebody else's"
    assert (await world.call("ben", "DELETE", f"/v1/tokens/{told['id']}")).status_code == 204
    assert (await world.call("ben-laptop", "GET", "/v1/me")).status_code == 401


async def test_a_token_for_somebody_else_is_made_by_who_manages_tokens(world: World) -> None:
    assert (await world.call("lea", "POST", "/v1/tokens", {"name": "x", "user": "ann"})).status_code == 403
    assert (await world.call("admin", "POST", "/v1/tokens", {"name": "x", "user": "no-one"})).status_code == 404
    past = await world.call("ann", "POST", "/v1/tokens", {"name": "x", "expires_at": "2020-01-01T00:00:00Z"})
    assert (past.status_code, codes(past)) == (422, {"/expires_at": "in_the_past"})


async def test_a_token_may_what_it_was_made_for_and_makes_no_others(world: World) -> None:
    made_for = {"name": "reader", "grants": ["run.view", "definition.view", "token.keep"]}
    world.tokens["lea-reader"] = (await made(world, "/v1/tokens", made_for, "lea"))["token"]
    body = two_steps("narrow")
    await world.publish(body)
    run = (await world.start("lea", body["key"]))["id"]
    assert (await world.get("lea-reader", f"/v1/runs/{run}"))["steps"][0]["can"] == []
    assert (await world.command("lea-reader", run, "complete", step="a", output={"n": 1})).status_code == 403
    assert (await world.call("lea-reader", "POST", "/v1/runs", {"definition": body["key"]})).status_code == 403
    assert (await world.call("lea-reader", "GET", "/v1/activity-log")).status_code == 403
    assert (await world.call("lea-reader", "POST", "/v1/tokens", {"name": "more"})).status_code == 403


async def test_a_link_sets_one_password_and_ends(world: World) -> None:
    user = await person(world, roles=["viewer"])
    link = (await made(world, f"/v1/users/{user}/sign-in-link", {}))["link"]
    token = link.partition("#setup=")[2]
    assert token not in str(await world.rows("setup_links"))
    short = await world.call(None, "POST", "/v1/setup", {"token": token, "password": "short"})
    assert short.status_code == 422, "which does not use it up"
    done = await world.call(None, "POST", "/v1/setup", {"token": token, "password": "a long enough one"})
    assert (done.status_code, done.json()["user"]["id"]) == (200, user)
    world.client.cookies.clear()
    for wrong in (token, "guessed"):
        over = await world.call(None, "POST", "/v1/setup", {"token": wrong, "password": "another long one"})
        assert (over.status_code, over.json()["code"]) == (410, "link_over")
    signed = await world.call(None, "POST", "/v1/session", {"name": user, "password": "a long enough one"})
    assert signed.status_code == 200
    world.client.cookies.clear()


async def test_a_session_of_before_ends_when_somebody_signs_in_anew(world: World) -> None:
    """Attack 22: a session that somebody else planted in the browser is not the one that is signed in."""
    first = await world.call(None, "POST", "/v1/session", {"demo": "vic"})
    planted = {"Cookie": first.headers["set-cookie"].split(";")[0]}
    world.client.cookies.clear()
    second = await world.call(None, "POST", "/v1/session", {"demo": "ann"}, headers=planted)
    assert second.headers["set-cookie"].split(";")[0] != planted["Cookie"]
    world.client.cookies.clear()
    assert (await world.call(None, "GET", "/v1/me", headers=planted)).status_code == 401
