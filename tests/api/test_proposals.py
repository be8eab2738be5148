"""Proposals over the API, on a real run: what is shown, who may do what about it, and that only then it is done."""

from __future__ import annotations

import asyncio
from typing import Any

import jsonschema_rs
import pytest

from tests.api.documents import document
from tests.api.test_openapi import schema_of
from tests.api.world import World

FLAGS = [
    {"id": "summary", "type": "long_text", "required": True},
    {"id": "level", "type": "choice", "options": ["low", "high"], "required": True},
]
MAIL: dict[str, Any] = {
    "id": "tell",
    "kind": "action",
    "action": "email.send",
    "title": "Tell the customer",
    "instruction": "Write to the customer",
    "with": {"subject": "Your order"},
}
ORDER = {"id": "order", "kind": "get_data", "fields": ["total", "paid", "email", "status"]}
REFUND: dict[str, Any] = {
    "id": "pay",
    "kind": "action",
    "title": "Pay back",
    "action": "demo.refund",
    "execute": "automatic",
    "with": {"order": "= record.id", "amount": 4},
    "approval": {"roles": ["lead"]},
}


async def begun(world: World, *steps: dict[str, Any], who: str = "ann", **top: Any) -> str:
    body = document("proposed", list(steps), record="demo.orders", start={"one_per_record": False}, **top)
    await world.publish(body)
    return str((await world.start(who, body["key"], record="o1"))["id"])


async def stood(world: World, who: str, run: str, step: str, **wanted: Any) -> dict[str, Any]:
    """The step, in detail, once it stands so."""
    for _ in range(400):
        found = await world.get(who, f"/v1/runs/{run}/steps/{step}")
        if all(found[key] == value for key, value in wanted.items()):
            return dict(found)
        await asyncio.sleep(0.05)
    raise AssertionError(f"waited in vain for {wanted}: {found}")


async def effects(world: World, run: str) -> list[tuple[str, str]]:
    rows = [row for row in await world.rows("effects") if row["run"] == run]
    return [(row["action"], row["state"]) for row in rows]


async def activities(world: World, run: str, execution: str) -> list[str]:
    """What Temporal ran for one round, by its own history."""
    history = (await world.temporal.get_workflow_handle(run).fetch_history()).to_json_dict()
    asked = [event.get("activityTaskScheduledEventAttributes") for event in history["events"]]
    return [each["activityType"]["name"] for each in asked if each and each["activityId"] == execution]


async def test_without_a_model_an_ai_step_asks_a_person_whose_answer_is_checked_like_a_form(world: World) -> None:
    flags = {"id": "flags", "kind": "ai", "execute": "automatic", "instruction": "Think", "output": FLAGS}
    run = await begun(world, flags, {"id": "after", "kind": "task"})
    step = await stood(world, "ann", run, "flags", status="attention")
    assert step["attention"]["reason"] == "no_provider"
    assert {"retry", "handle_manually"} <= set(step["can"]) and "complete" not in step["can"]
    assert list(step["form"]["schema"]["properties"]) == ["summary", "level"]
    wrong = await world.command("ann", run, "handle_manually", step="flags", output={"level": "purple"})
    assert wrong.status_code == 422
    assert [(row["path"], row["code"]) for row in wrong.json()["errors"]] == [
        ("/output/summary", "missing"),
        ("/output/level", "not_an_option"),
    ]
    right = await world.command("ann", run, "handle_manually", step="flags", output={"summary": "ok", "level": "low"})
    assert right.status_code == 200
    assert (await stood(world, "ann", run, "flags"))["done_by"] == "manually"


async def test_an_e_mail_composed_from_the_context_is_confirmed_with_one_change(world: World) -> None:
    """The matcher finds the address in the order; ann writes the text; exactly that is sent. A viewer can nothing."""
    run = await begun(world, ORDER, MAIL)
    step = await stood(world, "ann", run, "tell", status="waiting")
    assert (step["waits"], step["doing"], step["proposal"]["by"]) == ("confirm", "propose", "matcher")
    values = step["proposal"]["values"]
    assert values["subject"] == "Your order" and values["to"]
    assert step["form"]["values"] == values and "to" in step["form"]["schema"]["properties"]
    assert {"complete", "decline", "handle_manually"} <= set(step["can"])
    assert (await stood(world, "vic", run, "tell"))["can"] == []
    missing = await world.command("ann", run, "complete", step="tell", output={"to": None})
    assert missing.status_code == 422, missing.text
    assert "/output/to" in [row["path"] for row in missing.json()["errors"]]
    assert ("email.send", "done") not in await effects(world, run)
    done = await world.command("ann", run, "complete", step="tell", output={"text": "We paid back."})
    assert done.status_code == 200, done.text
    step = await stood(world, "ann", run, "tell", status="done")
    assert step["proposal"]["confirmed"]["values"] == {**values, "text": "We paid back."}
    assert (step["done_by"], step["proposal"]["confirmed"]["by"]) == ("automation", "ann")
    assert [name for name, _ in await effects(world, run)].count("holdfast.propose") == 1
    events = await world.get("ann", f"/v1/runs/{run}/events", limit=200)
    types = [event["type"] for event in events["items"] if event.get("step") == "tell"]
    assert types == ["proposal_requested", "proposed", "proposal_confirmed", "effect_requested", "step_done"]
    assert await activities(world, run, "tell#1") == ["holdfast.propose", "email.send"]


async def test_what_was_changed_of_a_proposal_is_kept_before_it_is_confirmed(world: World) -> None:
    """Half-way changes are found on another device; they confirm nothing, and go with the round."""
    run = await begun(world, ORDER, MAIL)
    await stood(world, "ann", run, "tell", status="waiting")
    path = f"/v1/runs/{run}/steps/tell/draft"
    saved = await world.call("ann", "PUT", path, {"output": {"text": "We pay", "to": None}})
    assert saved.status_code == 200, saved.text
    step = await stood(world, "ann", run, "tell", status="waiting")
    assert step["draft"]["output"] == {"text": "We pay", "to": None}
    assert (await world.command("ann", run, "decline", step="tell")).status_code == 200
    refused = await world.call("ann", "PUT", path, {"output": {"text": "Late"}})
    assert (refused.status_code, refused.json()["code"]) == (409, "step_not_ready")


async def test_declined_nothing_is_done(world: World) -> None:
    run = await begun(world, ORDER, MAIL)
    await stood(world, "ann", run, "tell", status="waiting")
    assert (await world.command("ann", run, "decline", step="tell", reason="no need")).status_code == 200
    view = await world.until("ann", run, status="completed")
    assert next(step for step in view["steps"] if step["id"] == "tell")["done_by"] == "declined"
    assert "email.send" not in [name for name, _ in await effects(world, run)]


async def test_a_record_update_is_proposed_and_confirmed_and_null_clears(world: World) -> None:
    update = {"id": "fix", "kind": "update_data", "instruction": "Correct it", "set": {"status": "open"}}
    run = await begun(world, ORDER, update)
    step = await stood(world, "ann", run, "fix", status="waiting")
    assert step["proposal"]["values"]["status"] == "open"
    wrong = await world.command("ann", run, "complete", step="fix", output={"total": "much"})
    assert [row["path"] for row in wrong.json()["errors"]] == ["/output/total"]
    done = await world.command("ann", run, "complete", step="fix", output={"status": "checked", "email": None})
    assert done.status_code == 200, done.text
    await stood(world, "ann", run, "fix", status="done")
    row = await world.get("ann", "/v1/sources/demo/collections/orders/rows/o1")
    assert (row["status"], row["email"]) == ("checked", None)


async def test_a_side_effect_waits_for_a_lead_who_sees_what_will_be_done(world: World) -> None:
    run = await begun(world, REFUND)
    step = await stood(world, "ann", run, "pay", status="waiting")
    assert (step["waits"], step["approval"]["values"]) == ("approval", {"order": "o1", "amount": 4})
    assert "approve" not in step["can"] and "handle_manually" in step["can"]
    refused = await world.command("ann", run, "approve", step="pay")
    assert refused.status_code == 403
    seen = await stood(world, "lea", run, "pay")
    assert {"approve", "reject"} <= set(seen["can"])
    tasks = await world.get("lea", "/v1/tasks", definition=(await world.get("lea", f"/v1/runs/{run}"))["definition"])
    assert [(row["step"], row["roles"]) for row in tasks["items"]] == [("pay", ["lead"])]
    why = await world.get("ann", f"/v1/runs/{run}/why")
    assert [(each["code"], each["given"]) for each in why["reasons"]] == [("waiting_for_approval", [])]
    stale = await world.command("lea", run, "approve", step="pay", hash="of another day")
    assert (stale.status_code, stale.json()["code"]) == (409, "values_changed")
    assert [name for name, _ in await effects(world, run)] == []
    given = await world.command("lea", run, "approve", step="pay", hash=step["approval"]["hash"])
    assert given.status_code == 200, given.text
    await world.until("ann", run, status="completed")
    assert await effects(world, run) == [("demo.refund", "done")]


async def test_who_starts_it_cannot_approve_it_on_any_path(world: World) -> None:
    """Lea starts the run: she cannot approve, and asking again or handling it by hand does not get it done for her."""
    run = await begun(world, REFUND, who="lea")
    step = await stood(world, "lea", run, "pay", status="waiting")
    assert "approve" not in step["can"] and "reject" in step["can"]
    refused = await world.command("lea", run, "approve", step="pay")
    assert (refused.status_code, refused.json()["code"]) == (403, "self_approval")
    assert (await world.command("lea", run, "retry", step="pay")).status_code == 409
    assert (await world.command("lea", run, "complete", step="pay")).status_code == 409
    assert (await world.command("lea", run, "handle_manually", step="pay")).status_code == 200
    assert await effects(world, run) == []


async def test_of_several_who_answer_at_once_exactly_one_wins(world: World) -> None:
    run = await begun(world, REFUND)
    await stood(world, "lea", run, "pay", status="waiting")
    answers = await asyncio.gather(
        world.command("lea", run, "approve", step="pay"),
        world.command("lea", run, "reject", step="pay", reason="no"),
        world.command("ann", run, "decline", step="pay"),
        world.command("ben", run, "handle_manually", step="pay"),
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes in ([200, 409, 409, 409], [200, 200, 409, 409]), [answer.text for answer in answers]
    types = [event["type"] for event in (await world.get("lea", f"/v1/runs/{run}/events", limit=200))["items"]]
    assert sum(types.count(each) for each in ("approval_given", "approval_refused", "step_done")) >= 1
    assert types.count("effect_requested") == types.count("approval_given")


async def test_rejected_it_asks_for_somebody_to_repair_it(world: World) -> None:
    run = await begun(world, REFUND)
    await stood(world, "lea", run, "pay", status="waiting")
    bare = await world.command("lea", run, "reject", step="pay")
    assert bare.status_code == 422
    assert (await world.command("lea", run, "reject", step="pay", reason="too much")).status_code == 200
    step = await stood(world, "ann", run, "pay", status="attention")
    assert (step["attention"]["code"], step["approval"]["refused"]["by"]) == ("rejected", "lea")
    assert (await world.command("ann", run, "retry", step="pay")).status_code == 200
    await stood(world, "ann", run, "pay", status="waiting")


async def test_what_counts_as_done_is_pending_until_it_is_approved(world: World) -> None:
    run = await begun(
        world, {**REFUND, "approval": {"roles": ["lead"], "wait": False}}, {"id": "after", "kind": "task"}
    )
    step = await stood(world, "ann", run, "pay", status="done")
    assert step["pending"] and step["output"] is None
    await world.command("ann", run, "complete", step="after")
    view = await world.until("ann", run, status="waiting")
    why = await world.get("ann", f"/v1/runs/{run}/why")
    assert [each["code"] for each in why["reasons"]] == ["waiting_for_approval"]
    assert view["current"] == []
    assert (await world.command("lea", run, "approve", step="pay")).status_code == 200
    await world.until("ann", run, status="completed")
    step = await stood(world, "ann", run, "pay")
    assert step["output"]["id"] and not step["pending"]


async def test_the_answers_are_what_the_contract_says(world: World) -> None:
    run = await begun(world, ORDER, MAIL, REFUND)
    await stood(world, "ann", run, "tell", status="waiting")
    await world.command("ann", run, "decline", step="tell")
    await stood(world, "ann", run, "pay", status="waiting")
    for path in ("/v1/runs/{run}", "/v1/runs/{run}/steps/{step}", "/v1/runs/{run}/why"):
        found = await world.get("ann", path.format(run=run, step="pay"))
        jsonschema_rs.validate(schema_of(path, "get"), found)


CONFIRMED = {"output": {"to": "a@b.example", "text": "hi"}, "result": {}}
SCRIPTS: list[tuple[dict[str, Any], str]] = [
    ({"tell": {"confirm": True, **CONFIRMED}, "pay": {"approve": True, "result": {"id": "r"}}}, "ended"),
    ({"tell": {"decline": True}, "pay": {"approve": False}}, "needs_answers"),
    ({"tell": {"decline": True}}, "needs_answers"),
]


@pytest.mark.parametrize(("answers", "stopped"), SCRIPTS)
async def test_proposals_and_approvals_are_tried_out_by_scripts(world: World, answers: Any, stopped: str) -> None:
    body = document("tried", [ORDER, MAIL, REFUND], record="demo.orders")
    await world.publish(body)
    answer = await world.call(
        "lea", "POST", f"/v1/definitions/{body['key']}/simulate", {"record": "o1", "answers": answers}
    )
    assert answer.status_code == 200, answer.text
    jsonschema_rs.validate(schema_of("/v1/definitions/{key}/simulate", "post"), answer.json())
    assert answer.json()["stopped"] == stopped, answer.json()["needs"]


async def test_a_related_row_is_chosen_by_a_person(world: World) -> None:
    """The orders of a customer are loaded as ann may see them; she takes one, and what comes after reads it."""
    told = await world.get("ann", "/v1/sources/demo/collections/customers")
    relation = next(each["name"] for each in told["relations"] if each["many"])
    steps = [
        {"id": "found", "kind": "load_related", "relation": relation},
        {
            "id": "after",
            "kind": "task",
            "fields": [{"id": "which", "type": "text", "default": "= steps.found.output.id"}],
        },
    ]
    body = document("related", steps, record="demo.customers", start={"one_per_record": False})
    await world.publish(body)
    run = str((await world.start("ann", body["key"], record="c1"))["id"])
    for _ in range(200):
        step = await world.get("ann", f"/v1/runs/{run}/steps/found")
        if step["status"] in ("waiting", "attention"):
            break
        await asyncio.sleep(0.05)
    if step["status"] == "attention":
        pytest.skip(f"the sample has no row related to c1 by {relation}: {step['attention']}")
    rows = step["proposal"]["options"]
    keys = step["form"]["schema"]["properties"]["row"]["enum"]
    assert step["waits"] == "confirm" and len(keys) == len(rows)
    wrong = await world.command("ann", run, "complete", step="found", output={"row": "nobody"})
    assert wrong.status_code == 422
    right = await world.command("ann", run, "complete", step="found", output={"row": keys[0]})
    assert right.status_code == 200, right.text
    assert (await stood(world, "ann", run, "found", status="done"))["output"] == rows[0]
    assert (await stood(world, "ann", run, "after"))["form"]["values"]["which"] == str(rows[0].get("id"))
