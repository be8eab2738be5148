"""Who may change whose switches, and what a form makes of them."""

from __future__ import annotations

from typing import Any

from definitions.policy import SWITCHES
from tests.api.world import World


async def put(world: World, who: str, person: str, **switches: Any) -> tuple[int, dict[str, Any]]:
    answer = await world.call(who, "PUT", f"/v1/policies/{person}", {"switches": switches})
    return answer.status_code, answer.json()


async def test_an_own_profile_is_made_kept_and_reset(world: World) -> None:
    before = await world.get("ann", "/v1/policies/vic")
    assert before == {"id": "vic", "own": False, "switches": dict(sorted(SWITCHES.items()))}
    status, made = await put(world, "admin", "vic", minimum_pictures=3)
    assert (status, made["own"], made["switches"]["minimum_pictures"]) == (200, True, 3)
    listed = await world.get("ann", "/v1/policies")
    assert [row["id"] for row in listed["items"] if row["id"] in ("default", "vic")] == ["default", "vic"]
    first = await world.get("ann", "/v1/policies", limit=1)
    rest = await world.get("ann", "/v1/policies", limit=1, cursor=first["next"])
    assert [row["id"] for row in (*first["items"], *rest["items"])] == [row["id"] for row in listed["items"]][:2]
    reset = await world.call("admin", "POST", "/v1/policies/vic/reset", {})
    assert (reset.status_code, reset.json()) == (200, before)


async def test_the_same_key_sets_once_and_another_body_is_a_conflict(world: World) -> None:
    key = {"Idempotency-Key": "policies-1"}
    body = {"id": "oda", "switches": {"minimum_pictures": 1}}
    first = await world.call("admin", "POST", "/v1/policies", body, headers=key)
    await put(world, "admin", "oda", minimum_pictures=2)
    again = await world.call("admin", "POST", "/v1/policies", body, headers=key)
    assert (first.status_code, again.json()) == (200, first.json())
    assert (await world.get("ann", "/v1/policies/oda"))["switches"]["minimum_pictures"] == 2
    other = await world.call("admin", "POST", "/v1/policies", {**body, "id": "vic"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")


async def test_every_wrong_switch_is_named(world: World) -> None:
    status, body = await put(world, "admin", "cy", minimum_pictures="two", Crane=True, crane=True)
    assert (status, body["code"]) == (422, "invalid_switches")
    assert [(each["path"], each["code"]) for each in body["errors"]] == [
        ("/switches/minimum_pictures", "wrong_type"),
        ("/switches/Crane", "wrong_format"),
    ]
    assert (await world.get("ann", "/v1/policies/cy"))["own"] is False
    assert (await put(world, "admin", "nobody", crane=True))[0] == 404
    assert (await world.call("ann", "GET", "/v1/policies/nobody")).status_code == 404


async def test_who_may_not_is_refused_and_it_stands_in_the_log(world: World) -> None:
    assert (await put(world, "lea", "ann", minimum_pictures=0))[0] == 403
    await put(world, "admin", "ben", crane=True)
    await world.call("admin", "POST", "/v1/policies/ben/reset", {})
    rows = [row for row in await world.rows("log") if row["action"] == "policy.manage"]
    assert ("lea", "forbidden") in [(row["user"], row["outcome"]) for row in rows]
    assert ("admin", "ok", {"policy": "ben"}) in [(row["user"], row["outcome"], row["detail"]) for row in rows]
