"""Starting in somebody's name: the same start as a person's, counted along its chain, told apart afterwards."""

from __future__ import annotations

import pytest

from api.house import House
from api.problems import ApiError
from api.schemas import StartRun
from api.start_as import Chain, chain_from, start_as
from api.store.tables import RunRow
from tests.api.documents import secret, two_steps
from tests.api.world import World


def house_of(world: World) -> House:
    house = world.app.state.house
    assert isinstance(house, House)
    return house


async def test_a_key_starts_one_run_that_knows_how_it_came_to_be(world: World) -> None:
    body = two_steps("as-one")
    await world.publish(body)
    chain = Chain("run-before", "go#1", 2)
    asked = StartRun(definition=body["key"])
    first = await start_as(house_of(world), "ann", asked, key="k-1", via="run", chain=chain)
    again = await start_as(house_of(world), "ann", asked, key="k-1", via="run", chain=chain)
    assert (first[0], again[0], first[1]["id"]) == (201, 201, again[1]["id"])
    run = first[1]["id"]
    await world.until("ann", run, current=["a"])
    (started, *_) = (await world.get("ann", f"/v1/runs/{run}/events"))["items"]
    assert started["data"]["source"] == "run"
    assert started["data"]["chain"] == {"run": "run-before", "execution": "go#1", "depth": 2}
    (row,) = [each for each in await world.rows("runs") if each["id"] == run]
    assert row["request"]["started_without_person"] is True
    (said,) = [each for each in await world.rows("log") if each["run"] == run and each["action"] == "run.start"]
    assert (said["user"], said["via"], said["outcome"]) == ("ann", "run", "ok")


async def test_the_eleventh_of_a_chain_is_refused_and_logged(world: World) -> None:
    body = two_steps("as-deep")
    await world.publish(body)
    asked = StartRun(definition=body["key"])
    _, tenth = await start_as(house_of(world), "ann", asked, key="deep-10", via="run", chain=Chain("run-9", None, 10))
    (row,) = [each for each in await world.rows("runs") if each["id"] == tenth["id"]]
    after = chain_from(RunRow(**row), "go#1")
    assert (after.run, after.depth) == (tenth["id"], 11)
    with pytest.raises(ApiError, match="10") as refused:
        await start_as(house_of(world), "ann", asked, key="deep-11", via="run", chain=after)
    assert (refused.value.http_status, refused.value.code) == (409, "chain_too_deep")
    said = [each for each in await world.rows("log") if each["outcome"] == "chain_too_deep"]
    assert said and said[-1]["detail"]["chain"]["depth"] == 11


async def test_it_is_refused_as_the_person_would_be(world: World) -> None:
    body = secret()
    await world.publish(body)
    asked = StartRun(definition=body["key"])
    for user, status, code in (("ann", 404, "not_found"), ("nobody-at-all", 403, "nobody")):
        with pytest.raises(ApiError) as refused:
            await start_as(house_of(world), user, asked, key=f"no-{user}", via="webhook")
        assert (refused.value.http_status, refused.value.code) == (status, code)


@pytest.mark.parametrize(("via", "started"), [("webhook", True), ("schedule", False)])
async def test_a_record_that_is_not_there_stops_only_those_who_can_be_told(
    world: World, via: str, started: bool
) -> None:
    body = two_steps(f"as-{via}", record="demo.orders")
    await world.publish(body)
    asked = StartRun(definition=body["key"], record="999999")
    if started:
        status, view = await start_as(house_of(world), "ann", asked, key=f"gone-{via}", via=via)
        assert (status, view["record"]) == (201, {"collection": "demo.orders", "id": "999999"})
        return
    with pytest.raises(ApiError) as refused:
        await start_as(house_of(world), "ann", asked, key=f"gone-{via}", via=via)
    assert refused.value.code == "record_not_found"
