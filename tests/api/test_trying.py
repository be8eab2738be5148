"""An action tried out: it is done for real, once, in a run of its own."""

from __future__ import annotations

import uuid
from typing import Any

from tests.api.world import World

MAIL = {"to": "eva@customers.example", "subject": "A try", "text": "Hello"}
PATH = "/v1/actions/email.send/try"


async def tried(world: World, given: Any = MAIL, who: str = "admin", key: str | None = None) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return await world.call(who, "POST", PATH, {"with": given}, headers=headers)


async def test_a_try_is_a_run_that_does_it_and_shows_what_came_of_it(world: World) -> None:
    answer = await tried(world)
    assert answer.status_code == 201, answer.json()
    view = await world.until("admin", answer.json()["id"], status="completed")
    assert (view["started_by"], view["steps"][0]["status"]) == ("admin", "done")
    assert view["steps"][0]["output"]["id"], "the mail has gone out"
    assert (view["name"], view["version"]) == ("Try: Send an e-mail", 1)


async def test_each_try_is_a_version_and_no_list_offers_it_for_a_start(world: World) -> None:
    first, second = (await tried(world)).json(), (await tried(world, {**MAIL, "subject": "Again"})).json()
    assert (second["definition"], second["version"]) == (first["definition"], first["version"] + 1)
    listed = [row["key"] for row in (await world.get("admin", "/v1/definitions", limit=200))["items"]]
    assert first["definition"] not in listed
    again = await world.call("admin", "POST", "/v1/runs", {"definition": first["definition"]})
    assert again.status_code in (404, 409)


async def test_a_try_sent_twice_is_done_once(world: World) -> None:
    key = uuid.uuid4().hex
    answers = [await tried(world, key=key) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert len({each.json()["id"] for each in answers}) == 1
    other = await tried(world, {**MAIL, "subject": "Other"}, key=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")


async def test_wrong_values_are_named_where_they_were_given_and_nothing_is_kept(world: World) -> None:
    before = len(await world.rows("versions"))
    answer = await tried(world, {"subject": 7, "more": "x"})
    assert answer.status_code == 422
    assert {each["path"] for each in answer.json()["errors"]} >= {"/with/subject", "/with/more"}
    assert len(await world.rows("versions")) == before


async def test_who_may_not_publish_tries_nothing_and_what_is_not_there_is_said(world: World) -> None:
    assert (await tried(world, who="ann")).status_code == 403
    unknown = await world.call("admin", "POST", "/v1/actions/no.such/try", {"with": {}})
    assert unknown.status_code == 404
