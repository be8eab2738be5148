"""The refund and the rights, told over HTTP to a `holdfast run` of our own."""

from __future__ import annotations

from typing import Any

from tests.acceptance.house import Whole, step

REFUND: dict[str, Any] = {
    "holdfast": 1,
    "key": "story-refund",
    "name": "Customer refund",
    "record": "demo.orders",
    "start": {"one_per_record": False},
    "steps": [
        {"id": "order", "kind": "get_data", "title": "Load the order", "fields": ["total", "paid", "email", "status"]},
        {
            "id": "eligible",
            "kind": "decision",
            "title": "Eligible",
            "by": "rules",
            "otherwise": "ask",
            "options": [
                {"id": "auto", "when": "= steps.order.output.paid == true && steps.order.output.total <= 500.0"},
                {"id": "ask"},
            ],
        },
        {
            "id": "approve",
            "kind": "decision",
            "title": "Approve the refund",
            "after": "eligible:ask",
            "roles": ["lead"],
            "options": [{"id": "grant"}, {"id": "deny"}],
        },
        {
            "id": "pay",
            "kind": "action",
            "title": "Pay back",
            "action": "demo.refund",
            "execute": "automatic",
            "after": ["eligible:auto", "approve:grant"],
            "with": {"order": "= record.id", "amount": "= steps.order.output.total"},
            "undo": {"action": "demo.cancel_refund", "with": {"refund": "= output.id"}},
        },
        {
            "id": "tell",
            "kind": "action",
            "title": "Tell the customer",
            "action": "email.send",
            "execute": "automatic",
            "with": {
                "to": "= steps.order.output.email",
                "subject": "Your refund",
                "text": "We paid back ${steps.order.output.total}.",
            },
        },
        {
            "id": "close",
            "kind": "update_data",
            "title": "Close the order",
            "execute": "automatic",
            "after": ["tell", "approve:deny"],
            "set": {"status": "= steps.pay.status == 'done' ? 'refunded' : 'kept'"},
        },
    ],
}


def rows(house: Whole, collection: str, query: str) -> list[dict[str, Any]]:
    status, body = house.call("ann", "GET", f"/v1/sources/demo/collections/{collection}/rows?q={query}")
    assert status == 200, body
    return list(body["items"])


def test_a_refund_below_the_limit_pays_by_itself(whole: Whole) -> None:
    whole.publish(REFUND)
    run = whole.start("ann", "story-refund", record="o5", source="record")["id"]
    view = whole.until(run, lambda v: v["status"] == "completed")
    assert step(view, "approve")["status"] == "not_taken" and step(view, "pay")["done_by"] == "automation"
    assert view["progress"] == {"done": 5, "skipped": 0, "total": 5}
    (refund,) = rows(whole, "refunds", "o5")
    assert (refund["amount"], refund["id"]) == (18.5, step(view, "pay")["output"]["id"])
    assert rows(whole, "orders", "o5")[0]["status"] == "refunded"
    mails = [path.read_text() for path in (whole.home / "mail").glob("*.eml")]
    assert any("kontakt@nordlicht.example" in mail and "We paid back 18.5." in mail for mail in mails)
    events = whole.events(run)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    status, early = whole.call("oda", "GET", f"/v1/runs/{run}/replay?at=1")
    assert status == 200 and early["progress"]["done"] == 0


def test_above_the_limit_a_lead_decides_and_nobody_else(whole: Whole) -> None:
    whole.publish(REFUND)
    run = whole.start("ann", "story-refund", record="o2")["id"]
    view = whole.until(run, lambda v: v["current"] == ["approve"])
    assert view["status"] == "waiting" and "complete" in step(view, "approve")["can"]
    assert not {"complete", "skip", "start"} & set(step(whole.run(run, "ann"), "approve")["can"])
    assert whole.command("ann", run, "complete", step="approve", choice="grant")[0] == 403
    assert whole.command("vic", run, "complete", step="approve", choice="grant")[0] == 403
    status, problem = whole.command("lea", run, "complete", step="approve", choice="maybe")
    assert (status, problem["code"]) == (422, "unknown_option")
    status, answer = whole.command("lea", run, "complete", step="approve", choice="deny")
    assert (status, answer["outcome"]) == (200, "applied")
    view = whole.until(run, lambda v: v["status"] == "completed")
    assert step(view, "pay")["status"] == "not_taken" and rows(whole, "orders", "o2")[0]["status"] == "kept"
    status, problem = whole.command("lea", run, "complete", step="approve", choice="grant")
    assert (status, problem["code"]) == (409, "run_closed")


def test_who_may_not_see_gets_404_and_who_may_not_do_403(whole: Whole) -> None:
    look = {"id": "look", "kind": "task", "title": "Look", "roles": ["compliance-officer"]}
    document = {"holdfast": 1, "key": "story-secret", "name": "Secret", "record": "demo.customers", "steps": [look]}
    whole.publish({**document, "teams": ["compliance"], "start": {"one_per_record": False}})
    assert whole.call("nobody", "GET", "/v1/runs")[0] == 401
    assert whole.call("ann", "POST", "/v1/runs", {"definition": "story-secret", "record": "c1"})[0] == 404
    run = whole.start("cy", "story-secret", record="c1")["id"]
    assert whole.call("ann", "GET", f"/v1/runs/{run}")[0] == 404
    assert whole.command("ann", run, "complete", step="look")[0] == 404
    assert whole.call("oda", "GET", f"/v1/runs/{run}")[0] == 200
    assert whole.command("oda", run, "complete", step="look")[0] == 403
    assert whole.command("cy", run, "complete", step="look", actor="ann")[0] == 422
    one = {"id": f"same-{run}", "type": "complete", "step": "look"}
    first = whole.call("cy", "POST", f"/v1/runs/{run}/commands", one)
    again = whole.call("cy", "POST", f"/v1/runs/{run}/commands", one)
    assert first[0] == again[0] == 200 and step(first[1]["run"], "look")["ended_by"] == "cy"
    status, problem = whole.call("cy", "POST", f"/v1/runs/{run}/commands", {**one, "type": "skip"})
    assert (status, problem["code"]) == (409, "idempotency_conflict")


def test_a_newcomer_finds_a_refund_that_waits_for_a_lead(whole: Whole) -> None:
    status, body = whole.call("lea", "GET", "/v1/tasks")
    assert status == 200
    assert [(t["definition"], t["step"]) for t in body["items"] if t["definition"] == "refund"] == [
        ("refund", "approve")
    ]


def test_two_of_the_same_at_once_is_one(whole: Whole) -> None:
    task = {"id": "a", "kind": "task", "title": "A"}
    whole.publish({"holdfast": 1, "key": "story-one", "name": "One", "record": "demo.orders", "steps": [task]})
    run = whole.start("ann", "story-one", record="o3")["id"]
    status, problem = whole.call("ben", "POST", "/v1/runs", {"definition": "story-one", "record": "o3"})
    assert (status, problem["code"], problem["run"]) == (409, "run_already_open", run)
    assert whole.command("ann", run, "abort", text="done with it")[0] == 200
    assert whole.start("ben", "story-one", record="o3")["id"] != run
