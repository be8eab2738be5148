"""One door for commands: applied, refused, received; each exactly once, and the same answer for the same id."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from tests.api.documents import document, secret, two_steps
from tests.api.world import World


@pytest.fixture(scope="module")
async def counted(world: World) -> str:
    """The key of a published definition with a task and a decision."""
    document = two_steps()
    await world.publish(document)
    return str(document["key"])


async def test_a_run_from_start_to_end(world: World, counted: str) -> None:
    """Started, looked at, answered, decided, closed; and every list shows it."""
    run = await world.start("ann", counted)
    assert (run["status"], run["current"]) == ("waiting", ["a"])
    assert sorted(run) == sorted(await world.get("ann", f"/v1/runs/{run['id']}")), "a RunView, as everywhere"
    on_a = ["complete", "start", "hold", "claim", "assign", "set_due", "note", "escalate"]
    assert run["steps"][0]["can"] == on_a
    assert run["steps"][1]["can"] == ["assign", "set_due", "note"], "nobody has come to it: it is planned only"
    assert run["can"] == ["assign", "set_due", "note", "add_task", "escalate", "save", "abort", "close"]
    done = await world.command("ann", run["id"], "complete", step="a", output={"n": 7})
    assert done.status_code == 200
    assert done.json()["outcome"] == "applied"
    assert done.json()["run"]["steps"][0]["output"] == {"n": 7}
    tasks = await world.get("ben", "/v1/tasks", definition=counted)
    assert [task["step"] for task in tasks["items"] if task["run"] == run["id"]] == ["b"]
    closed = await world.command("ben", run["id"], "complete", step="b", choice="y")
    assert closed.json()["run"]["status"] == "completed"
    assert closed.json()["run"]["can"] == [], "an operator does not reopen"
    assert (await world.get("lea", f"/v1/runs/{run['id']}"))["can"] == ["reopen"]
    assert (await world.get("ann", f"/v1/runs/{run['id']}"))["steps"][1]["ended_by"] == "ben"
    tasks = await world.get("ben", "/v1/tasks", definition=counted)
    assert run["id"] not in [task["run"] for task in tasks["items"]]


async def test_the_same_id_ten_times_at_once(world: World, counted: str) -> None:
    """Applied once, and everybody gets the same answer (RELIABILITY.md, fault 22)."""
    run = await world.start("ann", counted)
    body = {"id": uuid.uuid4().hex, "step": "a", "output": {"n": 1}}
    answers = await asyncio.gather(*(world.command("ann", run["id"], "complete", **body) for _ in range(10)))
    assert [(a.status_code, a.json()["outcome"], a.json()["run"]["seq"]) for a in answers] == [
        (200, "applied", answers[0].json()["run"]["seq"])
    ] * 10
    events = (await world.get("ann", f"/v1/runs/{run['id']}/events"))["items"]
    assert [event["type"] for event in events if event.get("command") == body["id"]] == ["step_done"]


async def test_the_same_id_with_another_body(world: World, counted: str) -> None:
    """409, whoever sends it and whatever it would do; the first answer stands."""
    run = await world.start("ann", counted)
    body = {"id": uuid.uuid4().hex, "step": "a", "output": {"n": 1}}
    await world.command("ann", run["id"], "complete", **body)
    for who, type_, more in (("ann", "skip", {}), ("ben", "complete", {"output": {"n": 1}})):
        again = await world.command(
            who, run["id"], type_, **{**body, "output": None, **more} if more else {"id": body["id"], "step": "a"}
        )
        assert (again.status_code, again.json()["code"]) == (409, "idempotency_conflict")
    same = await world.command("ann", run["id"], "complete", **body)
    assert (same.status_code, same.json()["outcome"]) == (200, "applied")


async def test_a_command_without_an_id_takes_the_idempotency_key_as_its_id(world: World, counted: str) -> None:
    """Every POST that changes something takes the header: repeated it counts once, with another body it is refused."""
    run = (await world.start("ann", counted))["id"]
    path, key = f"/v1/runs/{run}/commands", uuid.uuid4().hex
    body, header = {"type": "note", "text": "once"}, {"Idempotency-Key": key}
    answers = [await world.call("ann", "POST", path, body, headers=header) for _ in range(2)]
    assert [(each.status_code, each.json()["command"]) for each in answers] == [(200, key)] * 2
    assert [note["text"] for note in (await world.get("ann", f"/v1/runs/{run}/notes"))["items"]] == ["once"]
    other = await world.call("ann", "POST", path, {**body, "text": "another"}, headers=header)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    own = await world.call("ann", "POST", path, {**body, "id": f"own-{key}"}, headers=header)
    assert own.json()["command"] == f"own-{key}", "an id of its own goes before"


async def test_a_missing_or_wrong_closing_reason_is_said_by_path(world: World) -> None:
    closing = {"reasons": ["lost", "other"], "choose": "one", "required_on": ["abort"]}
    body = document("closing", [{"id": "a", "kind": "task"}], closing_reasons=closing)
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    for reasons, code in (([], "reasons_required"), (["mood"], "unknown_reason"), (["lost", "other"], "one_reason")):
        refused = await world.command("ann", run, "abort", reasons=reasons)
        found = [(each["path"], each["code"]) for each in refused.json()["errors"]]
        assert (refused.status_code, refused.json()["code"], found) == (422, code, [("/reasons", code)])


async def test_two_people_at_once(world: World, counted: str) -> None:
    """One wins; the other is told who was first and when (fault 24)."""
    run = await world.start("ann", counted)
    answers = await asyncio.gather(
        *(world.command(who, run["id"], "complete", step="a", output={"n": 1}) for who in ("ann", "ben"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    winner = next(answer.json()["run"]["steps"][0]["ended_by"] for answer in answers if answer.status_code == 200)
    loser = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (loser["code"], loser["ended_by"]) == ("step_not_ready", winner)
    assert loser["ended_at"] and loser["run"] == run["id"]


async def test_what_is_refused_leaves_a_trace(world: World, counted: str) -> None:
    """A refusal is in the run's events, in the command's own record, and in the activity log."""
    run = await world.start("ann", counted)
    name = uuid.uuid4().hex
    refused = await world.command("ben", run["id"], "complete", id=name, step="b", choice="x")
    assert (refused.status_code, refused.json()["code"]) == (409, "requirements_open")
    assert refused.json()["blocked_by"] == ["a"]
    found = await world.get("ann", f"/v1/commands/{name}")
    assert (found["outcome"], found["refusal"]["code"], found["by"]) == ("refused", "requirements_open", "ben")
    events = (await world.get("ann", f"/v1/runs/{run['id']}/events"))["items"]
    assert events[-1]["type"] == "command_refused"
    log = (await world.get("oda", "/v1/activity-log", run=run["id"], type="write"))["items"]
    assert [(row["user"], row["outcome"], row["code"]) for row in log][:2] == [
        ("ben", "refused", "requirements_open"),
        ("ben", "ok", None),
    ]


async def test_who_may_not_see_and_who_may_not_do(world: World) -> None:
    """404 for another team, 403 for the auditor, 422 for who acts in another's name (rights.yaml)."""
    document = secret()
    await world.publish(document)
    hidden = await world.call("ann", "POST", "/v1/runs", {"definition": document["key"]})
    assert hidden.status_code == 404
    run = await world.start("cy", document["key"])
    assert (await world.call("ann", "GET", f"/v1/runs/{run['id']}")).status_code == 404
    assert (await world.command("ann", run["id"], "complete", step="look")).status_code == 404
    assert (await world.command("oda", run["id"], "complete", step="look")).status_code == 403
    assert (await world.get("oda", f"/v1/runs/{run['id']}"))["can"] == []
    named = await world.command("cy", run["id"], "complete", step="look", actor="ann")
    assert (named.status_code, named.json()["errors"][0]["path"]) == (422, "/actor")
    done = await world.command("cy", run["id"], "complete", step="look")
    assert done.json()["run"]["steps"][0]["ended_by"] == "cy"


async def test_a_batch_is_judged_one_by_one(world: World, counted: str) -> None:
    """What is wrong with one is its own result; within a run the order is kept."""
    mine, other = await world.start("ann", counted), await world.start("ann", counted)
    commands = [
        {"run": mine["id"], "type": "complete", "step": "a", "output": {"n": 1}},
        {"run": "run-nobody-has", "type": "complete", "step": "a"},
        {"run": mine["id"], "type": "complete", "step": "b", "choice": "x"},
        {"run": other["id"], "type": "complete", "step": "a", "output": {}},
        {"run": other["id"], "type": "dance"},
        {"type": "skip", "step": "a"},
    ]
    answer = await world.call("ann", "POST", "/v1/commands", {"commands": commands})
    results = answer.json()["results"]
    assert [result["status"] for result in results] == [200, 404, 200, 422, 422, 422]
    assert results[3]["problem"]["errors"][0]["path"] == "/output/n"
    assert (await world.get("ann", f"/v1/runs/{mine['id']}"))["status"] == "completed"


async def test_a_batch_sent_again_under_its_key_is_the_same_batch(world: World, counted: str) -> None:
    run, key = (await world.start("ann", counted))["id"], {"Idempotency-Key": uuid.uuid4().hex}
    batch = {"commands": [{"run": run, "type": "note", "text": text} for text in ("one", "two")]}
    first, again = [await world.call("ann", "POST", "/v1/commands", batch, headers=key) for _ in range(2)]
    assert [each["status"] for each in first.json()["results"]] == [200, 200]
    assert again.json() == first.json()
    pages = [await world.get("ann", f"/v1/runs/{run}/notes", limit=1)]
    pages.append(await world.get("ann", f"/v1/runs/{run}/notes", limit=1, cursor=pages[0]["next"]))
    assert ([len(page["items"]) for page in pages], pages[1]["next"]) == ([1, 1], None)
    batch["commands"][1]["text"] = "three"
    other = await world.call("ann", "POST", "/v1/commands", batch, headers=key)
    assert [each["status"] for each in other.json()["results"]] == [200, 409]


async def test_what_a_device_brings_late(world: World, counted: str) -> None:
    """A batch from a device that was offline: each with the id it was given there, when it happened, once each."""
    run = (await world.start("ann", counted))["id"]
    device = uuid.uuid4().hex
    said = [
        {"step": "a", "output": {"n": 3}, "occurred_at": "2026-11-20T09:00:00+01:00"},
        {"step": "b", "choice": "y", "occurred_at": "2026-11-20T09:30:00+01:00"},
        {"step": "b", "choice": "x", "occurred_at": "2999-01-01T00:00:00Z"},
    ]
    batch = {
        "commands": [
            {"run": run, "id": f"{device}-{number}", "type": "complete", **more} for number, more in enumerate(said)
        ]
    }
    answers = [(await world.call("ann", "POST", "/v1/commands", batch)).json()["results"] for _ in range(2)]
    for results in answers:
        assert [result["status"] for result in results] == [200, 200, 422]
    assert answers[0][2]["problem"]["errors"][0]["code"] == "in_the_future"
    events = (await world.get("ann", f"/v1/runs/{run}/events", limit=200))["items"]
    done = [event for event in events if event["type"] == "step_done"]
    assert [(event["command"], event["data"]["occurred_at"]) for event in done] == [
        (f"{device}-0", "2026-11-20T08:00:00.000000Z"),
        (f"{device}-1", "2026-11-20T08:30:00.000000Z"),
    ]


async def test_a_batch_has_an_end(world: World, counted: str) -> None:
    """Five hundred at once, each with its own result; one more is refused as a whole."""
    run = (await world.start("ann", counted))["id"]
    note = {"run": run, "type": "note", "text": "n"}
    too_many = await world.call("ann", "POST", "/v1/commands", {"commands": [note] * 501})
    assert too_many.status_code == 422
    wrong = {"run": run, "type": "skip", "step": "a", "id": uuid.uuid4().hex}
    answer = await world.call("ann", "POST", "/v1/commands", {"commands": [wrong] * 499 + [note]})
    results = answer.json()["results"]
    assert [result["status"] for result in results] == [409] * 499 + [200], "one id is one refusal, told every time"


async def test_aborting_what_is_aborted(world: World, counted: str) -> None:
    """Bad input 28: the same answer again; any other command to a closed run is refused."""
    run = await world.start("ann", counted)
    first = await world.command("ann", run["id"], "abort", reasons=[])
    again = await world.command("ben", run["id"], "abort", reasons=[])
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["run"]["status"] == "aborted"
    late = await world.command("ann", run["id"], "complete", step="a", output={"n": 1})
    assert (late.status_code, late.json()["code"]) == (409, "run_closed")


async def test_a_run_can_be_read_back_event_by_event(world: World, counted: str) -> None:
    """replay?at=N is the view as it was; the past offers nothing to do."""
    run = await world.start("ann", counted)
    await world.command("ann", run["id"], "complete", step="a", output={"n": 7})
    now = await world.get("oda", f"/v1/runs/{run['id']}")
    first = await world.get("oda", f"/v1/runs/{run['id']}/replay", at=1)
    assert (first["progress"]["done"], first["seq"], first["steps"][0]["status"]) == (0, 1, "pending")
    last = await world.get("oda", f"/v1/runs/{run['id']}/replay", at=now["seq"])
    assert last == {**now, "can": [], "steps": [{**step, "can": []} for step in now["steps"]]}
    beyond = await world.call("oda", "GET", f"/v1/runs/{run['id']}/replay?at={now['seq'] + 1}")
    assert beyond.status_code == 422


async def test_one_step_with_its_form(world: World, counted: str) -> None:
    """The schema of what may be answered, and every round of the step."""
    run = await world.start("ann", counted)
    step = await world.get("ann", f"/v1/runs/{run['id']}/steps/a")
    assert step["form"]["schema"]["required"] == ["n"]
    assert step["form"]["schema"]["properties"]["n"] == {"title": "n", "type": "number"}
    assert [(found["execution"], found["status"]) for found in step["rounds"]] == [("a#1", "ready")]
    choice = (await world.get("ann", f"/v1/runs/{run['id']}/steps/b"))["form"]
    assert [option["const"] for option in choice["schema"]["properties"]["choice"]["oneOf"]] == ["x", "y"]
    assert (await world.call("ann", "GET", f"/v1/runs/{run['id']}/steps/zz")).status_code == 404


async def test_an_errand_of_the_run_itself_is_answered_without_a_step(world: World) -> None:
    """A write to the record that cannot be done asks for a person, who tries it again and then leaves it."""
    sync = [{"event": "run.started", "set": {"status": "= null"}}]
    body = document("syncing", [{"id": "a", "kind": "task"}], record="demo.orders", sync=sync)
    await world.publish(body)
    run = (await world.start("ann", body["key"], record="o5"))["id"]

    async def asking() -> dict[str, Any]:
        view = await world.until("ann", run, attention=True)
        return dict(view["errands"][0])

    errand = await asking()
    assert (errand["step"], errand["can"]) == (None, ["retry", "skip", "handle_manually"])
    again = await world.command("ann", run, "retry", execution=errand["execution"])
    assert again.status_code == 200, again.text
    left = await world.command("ann", run, "skip", execution=(await asking())["execution"], reason="Not needed")
    assert left.json()["run"]["errands"][0]["status"] == "given_up", left.text
    unnamed = await world.command("ann", run, "skip", execution="a#1")
    assert [each["path"] for each in unnamed.json()["errors"]] == ["/step"]
    await world.command("ann", run, "abort", reasons=[])


async def test_who_sends_back_says_why(world: World) -> None:
    options = [{"id": "back", "back_to": "work", "max": 1}, {"id": "on"}]
    look = {"id": "look", "kind": "decision", "options": options, "otherwise": "on"}
    body = document("why-back", [{"id": "work", "kind": "task"}, look])
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    assert (await world.command("ann", run, "complete", step="work")).status_code == 200
    answer = await world.command("ann", run, "complete", step="look", choice="back", reason="A page is missing")
    assert answer.status_code == 200, answer.text
    events = (await world.get("ann", f"/v1/runs/{run}/events"))["items"]
    (sent,) = [each for each in events if each["type"] == "step_done" and each["step"] == "look"]
    assert (sent["actor"], sent["data"]["reason"]) == ("ann", "A page is missing")


async def test_a_moment_that_has_passed_is_for_a_person(world: World) -> None:
    """What is offered is what is taken, although the view is all that the offer is made from."""
    mail = {"id": "mail", "kind": "action", "action": "email.send", "execute": "automatic",
            "with": {"to": "ann@example.org", "subject": "s", "text": "t"},
            "schedule": {"after": '= "2020-01-01"', "by": "3 days"}}  # fmt: skip
    body = document("too-late", [mail])
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    view = await world.until("ann", run, attention=True)
    assert view["steps"][0]["attention"]["reason"] == "arming"
    assert {"run_now", "cancel_schedule"} <= set(view["steps"][0]["can"])
    off = await world.command("ann", run, "cancel_schedule", step="mail")
    assert (off.status_code, off.json()["run"]["steps"][0]["status"]) == (200, "skipped")
