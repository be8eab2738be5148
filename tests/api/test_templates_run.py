"""The templates that ship are lived through: an installation from setting out to sending, a sale from call to order."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.api.documents import key
from tests.api.test_files import PDF, picture, uploaded
from tests.api.world import World


async def published(world: World, template: str) -> str:
    """The template under a key of its own."""
    name = key(template)
    made = await world.call("admin", "POST", "/v1/definitions", {}, params={"template": template, "key": name})
    assert made.status_code == 201, made.text
    done = await world.call("admin", "POST", f"/v1/definitions/{name}/publish", {})
    assert done.status_code == 201, done.text
    return name


async def current(world: World, run: str, step: str) -> None:
    """Wait until the step has come to be current: machines do those before it."""
    for _ in range(400):
        view = await world.get("ann", f"/v1/runs/{run}")
        if step in view["current"]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"waited in vain for {step}: {view['current']}")


async def complete(
    world: World, run: str, step: str, output: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """Complete a step as ann."""
    await current(world, run, step)
    body = {"output": output} if output else {}
    answer = await world.command("ann", run, "complete", step=step, **body, **more)
    assert answer.status_code == 200, f"{step}: {answer.text}"
    return dict(answer.json()["run"])


async def rows(world: World, collection: str, order: str) -> list[dict[str, Any]]:
    found = await world.get("ann", f"/v1/sources/demo/collections/{collection}/rows", limit=200)
    return [row for row in found["items"] if row["work_order_id"] == order]


def at(time: str) -> dict[str, str]:
    return {"at": f"2026-11-21T{time}:00Z"}


async def test_the_snippets_are_offered(world: World) -> None:
    found = await world.get("vic", "/v1/snippets")
    names = [each["id"] for each in found["items"]]
    assert ("materials" in names, found["next"]) == (True, None)
    materials = next(each for each in found["items"] if each["id"] == "materials")
    assert [step["kind"] for step in materials["steps"]] == ["task", "update_data"]


@pytest.fixture
async def strict(world: World) -> Any:
    """Ann must take a picture before and after, and may correct the customer's data."""
    switches = {"minimum_pictures": 1, "customer_data_editable": True}
    await world.call("admin", "PUT", "/v1/policies/ann", {"switches": switches})
    yield None
    await world.call("admin", "POST", "/v1/policies/ann/reset", {})


async def test_an_installation_ends_up_in_the_records(world: World, strict: None) -> None:
    definition = await published(world, "installation")
    run = (await world.start("ann", definition, record="w4"))["id"]
    before = await uploaded(world, "ann", picture(size=(41, 3)), "before.png")
    after = await uploaded(world, "ann", picture(size=(41, 4)), "after.png")
    paper = await uploaded(world, "ann", PDF + b"% delivery note", "note.pdf")
    early: dict[str, dict[str, Any]] = {
        "overview": {}, "history": {}, "travel_start": {"start": at("07:30")}, "travel_stop": {"stop": at("08:05")},
        "customer": {"phone": "+351 21 555 9999", "contact_name": "M. Santos"}, "work_details": {}, "schedule": {},
        "resources": {"vehicle": "NL-12-AB"}, "object": {"plate": "SN-4711"}, "work_start": {"start": at("08:10")},
        "form": {"done": ["power"], "safe": True}, "description": {"text": "Panels surveyed"},
    }  # fmt: skip
    for step, output in early.items():
        view = await complete(world, run, step, output)
    assert [phase["status"] for phase in view["phases"]] == ["completed", "in_progress", "open"]
    await current(world, run, "pictures")
    missing = await world.command("ann", run, "complete", step="pictures", output={})
    assert [each["path"] for each in missing.json()["errors"]] == ["/output/before", "/output/after"]
    await complete(
        world,
        run,
        "pictures",
        {"before": [{"file": before["id"], "caption": "Roof"}], "after": [{"file": after["id"]}]},
    )
    await complete(
        world,
        run,
        "materials",
        {"used": [{"item": "Clamp", "count": 12, "unit": "piece"}, {"item": "Rail", "count": 3.5}]},
    )
    await complete(world, run, "hours", {"worked": [{"kind": "waiting", "day": "2026-11-21", "minutes": 20}]})
    late: dict[str, dict[str, Any]] = {
        "free_fields": {"meter": 1234.5}, "predefined_form": {"place": "Roof", "pressure": 1.5, "result": "passed"},
        "documents": {"papers": {"file": paper["id"]}}, "memo": {}, "work_stop": {"stop": at("10:10")},
        "work_status": {"status": "started"}, "job_completed": {"completed": True}, "comment": {"text": "All well"},
    }  # fmt: skip
    for step, output in late.items():
        await complete(world, run, step, output)
    await current(world, run, "email")
    mailed = await world.command("ann", run, "automation", step="email", automation="mail")
    assert mailed.status_code == 200, mailed.text
    skipped = await world.command("ann", run, "skip", step="email")
    assert skipped.status_code == 200, skipped.text
    await current(world, run, "signature")
    unsigned = await world.command("ann", run, "complete", step="signature", output={})
    assert unsigned.json()["errors"][0]["path"] == "/output/signature"
    await complete(world, run, "signature", {"signature": {"name": "M. Santos", "typed": True}})
    await complete(world, run, "send")
    view = await world.until("ann", run, status="completed")
    assert [phase["status"] for phase in view["phases"]] == ["completed"] * 3
    assert sorted((row["kind"], row["minutes"]) for row in await rows(world, "hours", "w4")) == [
        ("travel", 35.0), ("waiting", 20.0), ("work", 120.0)
    ]  # fmt: skip
    assert sorted((row["item"], row["count"]) for row in await rows(world, "materials", "w4")) == [
        ("Clamp", 12.0), ("Rail", 3.5)
    ]  # fmt: skip
    kept = {row["kind"]: row for row in await rows(world, "pictures", "w4")}
    assert (kept["before"]["file"], kept["before"]["caption"]) == (before["id"], "Roof")
    assert kept["after"]["sha256"] == after["sha256"]
    order: dict[str, Any] = {}
    for _ in range(200):
        order = await world.get("ann", "/v1/sources/demo/collections/work_orders/rows/w4")
        if order["completed_at"]:
            break
        await asyncio.sleep(0.05)
    assert (order["status"], order["completed_at"][:2]) == ("done", "20")
    customer = await world.get("ann", "/v1/sources/demo/collections/customers/rows/c5")
    assert customer["phone"] == "+351 21 555 9999"
    assert {each["id"] for each in (await world.get("ben", f"/v1/runs/{run}/files"))["items"]} == {
        before["id"], after["id"], paper["id"]
    }  # fmt: skip


async def test_a_sale_goes_from_the_call_to_the_signed_order(world: World) -> None:
    definition = await published(world, "solar-sale")
    view = await world.start("ann", definition, record="c4")
    run = view["id"]
    assert view["due"] is not None
    await complete(world, run, "call", {"interest": "roof"})
    await world.command("ann", run, "skip", step="roof")
    await current(world, run, "meter")
    mails = [await world.command("ann", run, "automation", step="meter", automation="mail") for _ in range(2)]
    assert [mail.status_code for mail in mails] == [200, 200]
    await complete(world, run, "meter", {"number": "M-1"})
    await complete(world, run, "fits", choice="fits")
    write = {"power": 9.8, "price": 14_900}
    view = await complete(world, run, "write", write)
    assert next(step for step in view["steps"] if step["id"] == "write")["due"] is not None
    await complete(world, run, "answer", choice="change")
    await complete(world, run, "write", {**write, "price": 13_900})
    await complete(world, run, "answer", choice="accepted")
    form = (await world.get("ann", f"/v1/runs/{run}/steps/sign"))["form"]
    assert form["values"]["price"] == 13_900
    await complete(world, run, "sign", {"signature": {"name": "Desk", "typed": True}})
    view = await complete(world, run, "handover")
    assert (view["status"], view["progress"]["skipped"]) == ("completed", 1)


async def until_step(world: World, run: str, step: str, **wanted: Any) -> dict[str, Any]:
    """The step once its members are these."""
    for _ in range(400):
        view = await world.get("cy", f"/v1/runs/{run}")
        found = next(each for each in view["steps"] if each["id"] == step)
        if all(found[name] == value for name, value in wanted.items()):
            return dict(found)
        await asyncio.sleep(0.05)
    raise AssertionError(f"waited in vain for {step} {wanted}: {found}")


async def test_a_review_is_prepared_by_machines_and_decided_by_compliance(world: World) -> None:
    """Without any provider: a person says what a model would have, everything else is as it is with one."""
    definition = await published(world, "kyc-review")
    run = (await world.start("ann", definition, record="c4"))["id"]

    async def give(kind: str, step: str, **more: Any) -> None:
        answer = await world.command("cy", run, kind, step=step, **more)
        assert answer.status_code == 200, answer.text

    for turn in (1, 2):
        proof = await until_step(world, run, "proof", status="waiting", round=turn)
        assert [row["id"] for row in proof["proposal"]["options"]] == ["d4", "d5"]
        await give("complete", "proof", output={"row": "d5"})
        flags = await until_step(world, run, "flags", status="attention", round=turn)
        assert flags["attention"]["reason"] == "no_provider"
        await give("handle_manually", "flags", output={"summary": "Cash, and a nominee director", "level": "high"})
        await until_step(world, run, "decide", status="ready", round=turn)
        assert (await world.command("ann", run, "complete", step="decide", choice="reject")).status_code == 403
        await give("complete", "decide", choice="more" if turn == 1 else "reject")
    risk = await until_step(world, run, "risk", status="waiting")
    assert (risk["proposal"]["values"], risk["proposal"]["by"]) == ({"risk": "high", "status": "rejected"}, "pinned")
    await give("complete", "risk", output={"risk": "medium"})
    mail = (await until_step(world, run, "tell", status="waiting"))["proposal"]["values"]
    assert mail["subject"] == "Rejected: Blue Harbour Trading Ltd" and "Cash, and a nominee" in mail["text"]
    await give("complete", "tell", output={"subject": "Rejected, please read"})
    view = await world.until("cy", run, status="completed")
    ended = {step["id"]: (step["round"], step["done_by"]) for step in view["steps"]}
    assert (ended["proof"], ended["flags"], ended["risk"]) == ((2, "person"), (2, "manually"), (1, "automation"))
    customer = await world.get("cy", "/v1/sources/demo/collections/customers/rows/c4")
    assert (customer["risk"], customer["status"]) == ("medium", "rejected")
    sent = [path.read_text() for path in world.settings.mail_folder.glob("*.eml")]
    assert any("Rejected, please read" in text and "compliance@bank.example" in text for text in sent)
