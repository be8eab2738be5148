"""Which worker serves an action: the catalogue says so, publishing warns, and `why` names the one that is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update

from api.store.workers_seen import STALE, WORKERS
from definitions.contracts import EffectContract
from holdfast.compose import announce
from tests.api.documents import document
from tests.api.world import World

SHIP: dict[str, Any] = {
    "name": "shop.ship",
    "title": "Ship",
    "input": {"type": "object", "properties": {"order": {"type": "string"}}},
    "output": {"type": "object", "properties": {}},
    "contract": EffectContract(queue="shop").to_json(),
    "undo": None,
}


async def announced(world: World, info: dict[str, Any]) -> None:
    """What a worker leaves behind that announced an action and is gone."""
    await announce(world.store, [info])


async def heard_of(world: World, ago: timedelta) -> None:
    """All workers, as if they had last spoken then."""
    at = datetime.now(UTC) - ago
    await world.store.transact(lambda connection: connection.execute(update(WORKERS).values(seen_at=at)))


async def shown(world: World, name: str) -> dict[str, Any]:
    items = (await world.get("ann", "/v1/actions"))["items"]
    return dict(next(each for each in items if each["name"] == name))


async def test_the_catalogue_says_who_serves_an_action_now(world: World) -> None:
    await announced(world, SHIP)
    mail, ship = await shown(world, "email.send"), await shown(world, "shop.ship")
    assert mail["served"] and [each["queue"] for each in mail["workers"]] == [world.queue]
    assert (ship["served"], ship["workers"]) == (False, [])
    await heard_of(world, STALE + timedelta(seconds=5))
    assert not (await shown(world, "email.send"))["served"], "silent for a minute: red"
    await heard_of(world, timedelta(0))
    assert (await shown(world, "email.send"))["served"]


async def test_publishing_warns_and_why_names_what_to_start(world: World) -> None:
    await announced(world, SHIP)
    step = {"id": "ship", "kind": "action", "action": "shop.ship", "title": "Ship it", "execute": "automatic",
            "after": [], "with": {"order": "o1"}}  # fmt: skip
    body = document("unserved", [step, {"id": "mine", "kind": "task", "after": []}])
    warned = (await world.publish(body))["warnings"]
    assert [(each["code"], each["path"]) for each in warned] == [("action_not_served", "/steps/0/action")]
    run = (await world.start("ann", body["key"]))["id"]
    await world.until("ann", run, current=["ship", "mine"])
    reasons = (await world.get("ann", f"/v1/runs/{run}/why"))["reasons"]
    (missing,) = [each for each in reasons if each["code"] == "action_not_served"]
    assert (missing["action"], missing["queue"], missing["step"]) == ("shop.ship", "shop", "ship")
    assert "shop.ship" in missing["message"] and "shop" in missing["message"]


async def test_what_is_served_is_no_reason(world: World) -> None:
    step = {"id": "undo", "kind": "action", "action": "demo.cancel_refund", "execute": "automatic",
            "with": {"refund": "none"}}  # fmt: skip
    body = document("served", [step])
    assert (await world.publish(body))["warnings"] == []
    run = (await world.start("ann", body["key"]))["id"]
    await world.until("ann", run, attention=True)
    reasons = (await world.get("ann", f"/v1/runs/{run}/why"))["reasons"]
    assert [each["code"] for each in reasons] == ["attention"]
