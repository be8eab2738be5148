"""A form is the one the caller would be judged by: policy, record, pre-fills, what was entered before."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2

from definitions.effects import EVERYTHING
from tests.api.documents import document
from tests.api.test_files import picture, uploaded
from tests.api.test_templates_run import published
from tests.api.world import World

CUSTOMER: dict[str, Any] = {
    "id": "customer",
    "kind": "task",
    "prefill": {"memo": "Visit at ${record.address}"},
    "fields": [
        {"id": "address", "type": "text", "bind": "address", "editable": "= policy.customer_data_editable"},
        {"id": "plan", "type": "date", "bind": "planned_on", "visible": "= policy.crane_shown"},
        {"id": "memo", "type": "long_text"},
        {"id": "sign", "type": "signature", "required": "= policy.signature_required"},
        {"id": "photos", "type": "pictures", "min": "= policy.minimum_pictures"},
    ],
}
LAST: dict[str, Any] = {"id": "last", "kind": "task"}
SIGNED = {"name": "J. Hollander", "typed": True}


async def begun(world: World, *steps: dict[str, Any], who: str = "ann", **top: Any) -> str:
    body = document("form", list(steps), record="demo.work_orders", start={"one_per_record": False}, **top)
    await world.publish(body)
    return str((await world.start(who, body["key"], record="w2"))["id"])


async def form(world: World, who: str, run: str, step: str) -> dict[str, Any]:
    return dict((await world.get(who, f"/v1/runs/{run}/steps/{step}"))["form"])


async def complete(world: World, who: str, run: str, step: str, **output: Any) -> httpx2.Response:
    return await world.command(who, run, "complete", step=step, output=output)


async def switch(world: World, person: str, **switches: Any) -> None:
    answer = await world.call("admin", "PUT", f"/v1/policies/{person}", {"switches": switches})
    assert answer.status_code == 200, answer.text


async def reset(world: World, *people: str) -> None:
    for person in people:
        await world.call("admin", "POST", f"/v1/policies/{person}/reset", {})


async def test_two_people_meet_two_forms_and_are_judged_by_their_own(world: World) -> None:
    run = await begun(world, CUSTOMER, LAST)
    await switch(
        world, "ben", customer_data_editable=True, crane_shown=True, signature_required=False, minimum_pictures=2
    )
    try:
        ann, ben = await form(world, "ann", run, "customer"), await form(world, "ben", run, "customer")
        assert ann["ui"]["ui:order"] == ["address", "memo", "sign", "photos"]
        assert ben["ui"]["ui:order"] == ["address", "plan", "memo", "sign", "photos"]
        assert (ann["ui"]["address"].get("readonly"), ben["ui"]["address"].get("readonly")) == (True, None)
        assert (ann["schema"]["required"], ben["schema"]["required"]) == (["sign"], [])
        assert (
            ann["schema"]["properties"]["photos"]["minItems"],
            ben["schema"]["properties"]["photos"]["minItems"],
        ) == (0, 2)
        address = "Torstrasse 12, Berlin"
        assert ann["values"] == {"address": address, "memo": f"Visit at {address}"}
        assert ben["values"] == {**ann["values"], "plan": "2026-12-02"}
        refused = await complete(world, "ann", run, "customer", address="Elsewhere 1", plan="2027-01-01")
        assert [(each["path"], each["code"]) for each in refused.json()["errors"]] == [
            ("/output/address", "not_editable"),
            ("/output/plan", "unknown_field"),
            ("/output/sign", "missing"),
        ]
        refused = await complete(world, "ben", run, "customer", address="Elsewhere 1")
        assert [(each["path"], each["code"]) for each in refused.json()["errors"]] == [("/output/photos", "too_short")]
        done = await complete(world, "ann", run, "customer", sign=SIGNED)
        assert done.status_code == 200, done.text
    finally:
        await reset(world, "ben")


async def test_what_somebody_enters_in_a_bound_field_stands_in_the_record(world: World) -> None:
    run = await begun(world, CUSTOMER, LAST)
    await switch(world, "ann", customer_data_editable=True)
    try:
        done = await complete(world, "ann", run, "customer", address="Elsewhere 1", sign=SIGNED)
        assert done.status_code == 200, done.text
        row: dict[str, Any] = {}
        for _ in range(400):
            row = await world.get("ann", "/v1/sources/demo/collections/work_orders/rows/w2")
            if row["address"] == "Elsewhere 1":
                break
            await asyncio.sleep(0.05)
        assert (row["address"], row["planned_on"]) == ("Elsewhere 1", "2026-12-02")
    finally:
        await reset(world, "ann")
        await world.records.update(
            "demo.work_orders", "w2", {"address": "Torstrasse 12, Berlin"}, scopes=EVERYTHING, me={}
        )


async def test_a_step_that_is_opened_again_begins_with_what_was_answered(world: World) -> None:
    run = await begun(world, CUSTOMER, LAST)
    await complete(world, "ann", run, "customer", memo="mine", sign=SIGNED)
    assert (await form(world, "ann", run, "customer"))["values"]["memo"] == "mine"
    again = await world.command("ann", run, "revise", step="customer", reason="wrong name")
    assert again.status_code == 200, again.text
    values = (await form(world, "ann", run, "customer"))["values"]
    assert (values["memo"], values["sign"]["name"]) == ("mine", "J. Hollander")


async def test_hints_for_looking_up_timing_and_attaching(world: World) -> None:
    columns = [{"id": "item", "type": "text", "required": True, "help": "As on the label"}]
    fields = [
        {"id": "customer", "type": "record", "collection": "demo.customers"},
        {"id": "same", "type": "record"},
        {"id": "used", "type": "table", "min": 1, "fields": columns},
        {"id": "photo", "type": "pictures"},
        {"id": "go", "type": "stopwatch", "timer": "work"},
        {"id": "stop", "type": "stopwatch", "timer": "work"},
        {"id": "note", "type": "info", "label": "Mind the step", "default": "At ${record.address}"},
    ]
    run = await begun(world, {"id": "all", "kind": "task", "fields": fields})
    found = await form(world, "ann", run, "all")
    ui, schema = found["ui"], found["schema"]["properties"]
    assert ui["customer"]["rows"] == "/v1/sources/demo/collections/customers/rows"
    assert ui["same"]["collection"] == "demo.work_orders"
    rows = await world.get("ann", ui["customer"]["rows"], q="Nordlicht")
    assert [row["id"] for row in rows["items"]] == ["c2"]
    assert ui["used"]["columns"]["item"]["help"] == "As on the label"
    assert (schema["used"]["minItems"], schema["used"]["items"]["required"]) == (1, ["item"])
    assert "image/png" in ui["photo"]["accept"] and "application/pdf" not in ui["photo"]["accept"]
    assert (ui["go"]["stops"], ui["stop"]["stops"]) == (False, True)
    assert "note" not in schema and found["values"]["note"] == "At Torstrasse 12, Berlin"


async def test_inputs_name_only_what_is_there_and_are_judged_by_the_policy(world: World) -> None:
    inputs = [
        {"id": "photo", "type": "pictures", "min": "= policy.minimum_pictures"},
        {"id": "customer", "type": "record", "collection": "demo.customers"},
    ]
    body = document("asked", [LAST], inputs=inputs)
    await world.publish(body)
    wrong = {"photo": [{"file": "file-none"}], "customer": "c99"}
    answer = await world.call("ann", "POST", "/v1/runs", {"definition": body["key"], "inputs": wrong})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_inputs")
    assert [(each["path"], each["code"]) for each in answer.json()["errors"]] == [
        ("/inputs/photo/0/file", "no_such_file"),
        ("/inputs/customer", "no_such_record"),
    ]
    await switch(world, "ann", minimum_pictures=1)
    try:
        answer = await world.call("ann", "POST", "/v1/runs", {"definition": body["key"], "inputs": {}})
        assert [each["code"] for each in answer.json()["errors"]] == ["too_short"]
        photo = await uploaded(world, "ann", picture(size=(35, 3)))
        run = await world.start("ann", body["key"], inputs={"photo": [{"file": photo["id"]}], "customer": "c1"})
    finally:
        await reset(world, "ann")
    assert run["context"]["inputs"]["photo"][0]["sha256"] == photo["sha256"]
    assert (await world.call("ben", "GET", f"/v1/files/{photo['id']}")).status_code == 200


async def test_before_it_is_sent_everything_is_looked_at_again_under_today_s_policy(world: World) -> None:
    fields = [{"id": "photos", "type": "pictures", "min": "= policy.minimum_pictures"}]
    run = await begun(
        world, {"id": "pictures", "kind": "task", "fields": fields}, {"id": "send", "kind": "task", "final": True}
    )
    assert (await complete(world, "ann", run, "pictures")).status_code == 200
    await switch(world, "default", minimum_pictures=1)
    try:
        refused = await complete(world, "ann", run, "send")
        assert (refused.status_code, refused.json()["code"]) == (422, "requirements_unmet")
        assert [(each["path"], each["code"]) for each in refused.json()["errors"]] == [
            ("/steps/pictures/output/photos", "too_short")
        ]
        photo = await uploaded(world, "ann", picture(size=(36, 3)))
        amended = await world.command(
            "lea", run, "amend", step="pictures", output={"photos": [{"file": photo["id"]}]}, reason="found it"
        )
        assert amended.status_code == 422, "lea did not upload it, and the run does not refer to it yet"
        amended = await world.command(
            "ann", run, "amend", step="pictures", output={"photos": [{"file": photo["id"]}]}, reason="found it"
        )
        assert amended.status_code == 200, amended.text
        sent = await complete(world, "ann", run, "send")
        assert (sent.status_code, sent.json()["run"]["status"]) == (200, "completed")
    finally:
        await reset(world, "default")


async def test_a_field_may_have_any_name(world: World) -> None:
    """Also one that a form uses for itself: the hints of fields and what a form says of itself never mix."""
    fields = [{"id": "order", "type": "record"}, {"id": "schema", "type": "text"}, {"id": "ui", "type": "text"}]
    run = await begun(world, {"id": "named", "kind": "task", "fields": fields})
    found = await form(world, "ann", run, "named")
    assert found["ui"]["ui:order"] == ["order", "schema", "ui"]
    assert found["ui"]["order"]["widget"] == "record"


async def test_every_step_of_a_template_shows_its_form(world: World) -> None:
    for template in ("installation", "solar-sale"):
        name = await published(world, template)
        record = "w2" if template == "installation" else "c1"
        run = str((await world.start("ann", name, record=record))["id"])
        view = await world.get("ann", f"/v1/runs/{run}")
        for step in view["steps"]:
            detail = await world.get("ann", f"/v1/runs/{run}/steps/{step['id']}")
            assert detail["form"] is not None or step["kind"] != "task", step["id"]
        # Two that both start when a record is opened may not stand side by side.
        assert (await world.call("admin", "POST", f"/v1/definitions/{name}/archive", {})).status_code == 200
