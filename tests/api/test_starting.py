"""Before a start: its form for this person and record, what is in its way; and the records one chooses from."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast.compose import temporal_pages
from tests.api.documents import document, secret
from tests.api.world import World

ROWS = "/v1/sources/demo/collections"
INPUTS = [
    {"id": "why", "type": "choice", "options": ["broken", "late"], "required": True},
    {"id": "limit", "type": "money", "default": "= record.total", "min": 1},
    {"id": "extra", "type": "text", "visible": "= record.status == 'nowhere'"},
]
STEPS = [{"id": "a", "kind": "task", "title": "Look", "purposes": ["warranty"]}, {"id": "b", "kind": "decision"}]


def asking(**top: Any) -> dict[str, Any]:
    """A definition on orders that asks for something at its start."""
    steps = [STEPS[0], {**STEPS[1], "options": [{"id": "x"}, {"id": "y"}]}]
    return document("asking", steps, record="demo.orders", inputs=INPUTS, purposes=["goodwill"], **top)


async def test_the_form_is_the_one_the_start_is_judged_by(world: World) -> None:
    body = asking()
    await world.publish(body)
    path = f"/v1/definitions/{body['key']}/start"
    found = await world.get("ann", path, record="o1")
    assert (found["record"], found["offered"], found["open"]) == ("demo.orders", True, None)
    assert found["purposes"] == ["goodwill", "warranty"]
    assert found["steps"] == [{"id": "a", "title": "Look"}, {"id": "b", "title": "b"}]
    form = found["form"]
    assert form["schema"]["required"] == ["why"] and list(form["schema"]["properties"]) == ["why", "limit"]
    assert form["values"] == {"limit": (await world.get("ann", f"{ROWS}/orders/rows/o1"))["total"]}
    start = {"definition": body["key"], "record": "o1", "source": "record"}
    refused = await world.call("ann", "POST", "/v1/runs", start)
    assert [each["path"] for each in refused.json()["errors"]] == ["/inputs/why"]
    run = await world.start("ann", body["key"], record="o1", inputs={"why": "late"}, purposes=["warranty"])
    assert run["context"]["inputs"] == {"why": "late", **form["values"]}
    assert (await world.get("ben", path, record="o1"))["open"]["id"] == run["id"]
    await world.command("ann", run["id"], "abort", reasons=[])


async def test_what_can_be_started_says_whether_it_asks(world: World) -> None:
    plain = document("plain", [{"id": "a", "kind": "task"}], record="demo.orders")
    wanted = {plain["key"]: False, (body := asking())["key"]: True}
    for each in (plain, body):
        await world.publish(each)
    offered = (await world.get("ann", "/v1/records/demo.orders/o3/workflows"))["startable"]
    assert {each["definition"]: each["asks"] for each in offered if each["definition"] in wanted} == wanted
    assert not any(each["opens"] for each in offered if each["definition"] in wanted)


async def test_what_is_in_the_way_of_a_start(world: World) -> None:
    """Where a definition does not offer itself that is said; who may not start, see or read it is told as ever."""
    body, hidden = asking(start={"when": "= record.id == 'o2'"}), secret()
    for each in (body, hidden):
        await world.publish(each)
    path = f"/v1/definitions/{body['key']}/start"
    assert [(await world.get("ann", path, record=each))["offered"] for each in ("o1", "o2")] == [False, True]
    assert (await world.call("ann", "GET", f"{path}?record=nope")).json()["code"] == "record_not_found"
    assert (await world.call("vic", "GET", path)).status_code == 403
    assert (await world.call("ann", "GET", f"/v1/definitions/{hidden['key']}/start")).status_code == 404


@pytest.mark.parametrize(
    ("collection", "where", "ids"),
    [
        ("work_orders", ["assigned_to:ann", "planned_on:2026-12-01"], ["w1"]),
        ("work_orders", ["work_type:maintenance", "work_type:none"], ["w2"]),
        ("orders", ["total:940"], ["o2"]),
        ("orders", ["paid:true", "total:940"], ["o2"]),
        ("work_orders", ["completed_at:", "id:w1"], ["w1"]),
    ],
)
async def test_records_by_field(world: World, collection: str, where: list[str], ids: list[str]) -> None:
    """All must hold; of one field any of its values; an empty value is an empty field; each as its field's type."""
    found = await world.call("ann", "GET", f"{ROWS}/{collection}/rows", params={"where": where})
    assert [row["id"] for row in found.json()["items"]] == ids, found.text


@pytest.mark.parametrize(
    ("where", "status", "code"),
    [("total", 422, "not_a_pair"), (":x", 422, "not_a_pair"), ("total:much", 422, None), ("colour:red", 422, None)],
)
async def test_a_filter_that_the_records_do_not_have(world: World, where: str, status: int, code: str | None) -> None:
    refused = await world.call("ann", "GET", f"{ROWS}/orders/rows", params={"where": where})
    assert refused.status_code == status, refused.text
    assert code in (None, refused.json()["code"])


def test_where_temporals_own_pages_show_a_run() -> None:
    base = temporal_pages("http://127.0.0.1:8233/", "my space")
    assert base == "http://127.0.0.1:8233/namespaces/my%20space/workflows/"
    assert temporal_pages("", "default") == ""
