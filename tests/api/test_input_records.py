"""A start that names a further record: its fields can be read in the run, as whoever started saw them."""

from __future__ import annotations

from tests.api.documents import document
from tests.api.world import World

ORDER = [{"id": "order", "type": "record", "collection": "demo.orders", "required": True}]
STEPS = [
    {
        "id": "size",
        "kind": "decision",
        "by": "rules",
        "options": [{"id": "big", "when": "= inputs.order.total > 500.0"}, {"id": "small"}],
        "otherwise": "small",
    },
    {"id": "big", "kind": "task", "title": "Look at it", "after": "size:big"},
    {"id": "small", "kind": "task", "after": "size:small"},
]


async def test_the_record_is_read_at_the_start(world: World) -> None:
    body = document("named", STEPS, inputs=ORDER)
    await world.publish(body)
    row = await world.get("ann", "/v1/sources/demo/collections/orders/rows/o2")
    run = (await world.start("ann", body["key"], inputs={"order": "o2"}))["id"]
    view = await world.until("ann", run, current=["big"])
    assert view["context"]["inputs"] == {"order": "o2"}, "the input is the id"
    (started, *_) = (await world.get("ann", f"/v1/runs/{run}/events"))["items"]
    assert started["data"]["input_records"] == {"order": {"total": row["total"]}}, "what is read, and no more"
    refused = await world.call("ann", "POST", "/v1/runs", {"definition": body["key"], "inputs": {"order": "o99"}})
    assert refused.status_code == 422, refused.text


async def test_it_is_read_for_a_simulation_too(world: World) -> None:
    body = document("tried", STEPS, inputs=ORDER)
    await world.publish(body)
    asked = {"inputs": {"order": "o2"}, "answers": {"big": {"output": {}}}}
    found = await world.call("lea", "POST", f"/v1/definitions/{body['key']}/simulate", asked)
    assert [each["choice"] for each in found.json()["path"] if each["step"] == "size"] == ["big"], found.text
