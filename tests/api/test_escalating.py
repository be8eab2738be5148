"""Handing on over HTTP: a step goes into an inbox, somebody else is handed it, and the run goes on."""

from __future__ import annotations

from api.schemas import StartRun
from api.start_as import start_as
from tests.api.documents import document
from tests.api.inboxes import an_inbox, handed
from tests.api.test_start_as import house_of
from tests.api.world import World

BROKEN = {
    "id": "ask",
    "kind": "action",
    "action": "email.send",
    "title": "Ask",
    "execute": "automatic",
    "with": {"to": "nobody", "subject": "x", "text": "x"},
}


async def test_a_step_is_handed_on_and_done_by_whoever_is_handed_it(world: World) -> None:
    inbox = await an_inbox(world)
    body = document("handed", [{"id": "look", "kind": "task", "assign": {"users": ["ann"]}}])
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    refused = await world.command("ann", run, "escalate", step="look", inbox="nowhere", reason="Too hard")
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "/inbox")
    given = await world.command("ann", run, "escalate", step="look", inbox=inbox, reason="Too hard")
    step = given.json()["run"]["steps"][0]
    assert (step["inbox"], step["escalated"]["reason"], step["assignees"]["users"]) == (inbox, "Too hard", [])
    ticket = await handed(world, "lea", inbox, run)
    assert (ticket["step"], ticket["assignees"]["users"]) == ("look", ["lea"])
    notices = (await world.get("lea", "/v1/me/notices"))["items"]
    assert [each["kind"] for each in notices if each["run"] == run] == ["escalated"]
    assert (await world.command("lea", run, "complete", step="look")).json()["run"]["status"] == "completed"


async def test_a_step_that_escalates_is_continued_by_somebody_else(world: World) -> None:
    inbox = await an_inbox(world)
    steps = [
        {"id": "look", "kind": "task"},
        {"id": "up", "kind": "escalate", "inbox": inbox, "title": "An exception", "reason": "It is not right"},
        {"id": "last", "kind": "task"},
    ]
    body = document("escalates", steps)
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    await world.command("ann", run, "complete", step="look")
    detail = await world.get("lea", f"/v1/runs/{run}/steps/up")
    assert (detail["form"]["schema"]["properties"], detail["escalated"]["reason"]) == ({}, "It is not right")
    assert (await handed(world, "lea", inbox, run))["step"] == "up"
    view = (await world.command("lea", run, "complete", step="up")).json()["run"]
    assert (view["current"], view["steps"][1]["ended_by"]) == (["last"], "lea")


async def test_what_goes_wrong_in_a_run_that_nobody_started_lies_in_its_inbox(world: World) -> None:
    inbox = await an_inbox(world)
    start = {"triggers": [{"type": "manual"}], "fallback_inbox": inbox}
    body = document("alone", [BROKEN, {"id": "last", "kind": "task"}], start=start)
    await world.publish(body)
    asked = StartRun(definition=body["key"])
    _, view = await start_as(house_of(world), "ann", asked, key="alone-1", via="webhook")
    run = view["id"]
    await world.until("ann", run, attention=True)
    ticket = await handed(world, "lea", inbox, run)
    assert (ticket["step"], ticket["status"], ticket["assignees"]["users"]) == ("ask", "attention", ["lea"])
    await world.command("lea", run, "handle_manually", step="ask", reason="By phone")
    assert (await handed(world, "lea", inbox, run))["step"] == "last"
