"""Going back with a look beforehand, and moving open runs to a newer version: one, many, and not those that cannot."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.api.documents import document, key
from tests.api.world import World

PAY = {
    "id": "pay",
    "kind": "action",
    "title": "Pay",
    "action": "demo.refund",
    "execute": "automatic",
    "with": {"order": "o3", "amount": 1.0},
    "undo": {"action": "demo.cancel_refund", "with": {"refund": "= output.id"}},
}


def step(view: dict[str, Any], name: str) -> dict[str, Any]:
    return next(found for found in view["steps"] if found["id"] == name)


async def paid(world: World) -> str:
    """A run at its last task: decided by ann, paid by a machine."""
    choose = {"id": "how", "kind": "decision", "options": [{"id": "money"}, {"id": "voucher"}]}
    body = document("paid", [choose, {**PAY, "after": "how:money"}, {"id": "check", "kind": "task"}])
    await world.publish(body)
    run = str((await world.start("ann", body["key"]))["id"])
    await world.command("ann", run, "complete", step="how", choice="money")
    await world.until("ann", run, current=["check"])
    return run


async def test_what_going_back_would_do(world: World) -> None:
    """The preview names all of it, and its fingerprint holds until the run moves."""
    run = await paid(world)
    seen = await world.get("ann", f"/v1/runs/{run}/revise-preview", step="how")
    assert (seen["cancels"], seen["keeps"], seen["reruns"]) == (["pay", "check"], [], ["pay"])
    (effect,) = seen["side_effects"]
    assert (effect["step"], effect["undoable"]) == ("pay", True)
    assert seen["stale_approvals"] == []
    await world.command("ann", run, "start", step="check")
    back = {"step": "how", "undo": ["pay"], "fingerprint": seen["fingerprint"]}
    stale = await world.command("ann", run, "revise", **back)
    assert (stale.status_code, stale.json()["code"]) == (409, "fingerprint_changed")
    fresh = await world.get("ann", f"/v1/runs/{run}/revise-preview", step="how")
    done = await world.command("ann", run, "revise", **{**back, "fingerprint": fresh["fingerprint"]})
    assert done.status_code == 200, done.text
    view = await world.until("ann", run, current=["how"])
    rounds = (await world.get("ann", f"/v1/runs/{run}/steps/how"))["rounds"]
    assert [(each["round"], each["status"], each["choice"]) for each in rounds] == [
        (1, "revised", "money"),
        (2, "ready", None),
    ]
    assert rounds[1]["before"] == {"choices": ["money"]}
    assert step(view, "pay")["status"] == "pending"
    errands: list[dict[str, Any]] = []
    for _ in range(400):
        errands = (await world.get("ann", f"/v1/runs/{run}/steps/pay"))["errands"]
        if errands and errands[0]["status"] == "done":
            break
        await asyncio.sleep(0.05)
    assert [(each["kind"], each["status"]) for each in errands] == [("undo", "done")]


async def test_a_preview_of_nothing(world: World) -> None:
    run = await paid(world)
    for asked, status, code in (("check", 409, "step_not_ready"), ("none", 404, "not_found")):
        answer = await world.call("ann", "GET", f"/v1/runs/{run}/revise-preview?step={asked}")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    await world.command("ann", run, "abort", reasons=[])
    ended = await world.call("ann", "GET", f"/v1/runs/{run}/revise-preview?step=how")
    assert (ended.status_code, ended.json()["code"]) == (409, "run_closed")


async def two_versions(world: World) -> tuple[str, list[str]]:
    """A definition with runs at its first version: one at `a`, one at `b`; and a second version without `b`."""
    name = key("moving")
    first = {**document("moving", [{"id": "a", "kind": "task"}, {"id": "b", "kind": "task"}]), "key": name}
    await world.publish(first)
    runs = [str((await world.start("ann", name))["id"]) for _ in range(2)]
    await world.command("ann", runs[1], "complete", step="a")
    steps = [{"id": "a", "kind": "task"}, {"id": "c", "kind": "task"}, {"id": "d", "kind": "task"}]
    await world.publish({**first, "steps": steps})
    return name, runs


async def test_one_run_is_moved(world: World) -> None:
    """Looked at, moved with the fingerprint, and it goes on by the new version; its past is read by the old one."""
    _, (run, _) = await two_versions(world)
    seen = await world.get("lea", f"/v1/runs/{run}/migrate-preview", version=2)
    assert (seen["verdict"], seen["new"], seen["gone"]) == ("safe", ["c", "d"], ["b"])
    asked = {"version": 2, "fingerprint": seen["fingerprint"]}
    assert (await world.command("ann", run, "migrate", **asked)).status_code == 403
    assert (await world.command("lea", run, "migrate", **{**asked, "version": 9})).status_code == 404
    brought = await world.command("lea", run, "migrate", **asked, frozen={"hash": "x", "version": {}})
    assert brought.status_code == 422, "nobody brings a version of their own"
    done = await world.command("lea", run, "migrate", **asked)
    assert done.status_code == 200, done.text
    view = done.json()["run"]
    assert (view["version"], [each["id"] for each in view["steps"]]) == (2, ["a", "c", "d"])
    same = await world.call("lea", "GET", f"/v1/runs/{run}/migrate-preview?version=2")
    assert same.json()["reasons"][0]["code"] == "same_version"
    for name in ("a", "c", "d"):
        answer = await world.command("ann", run, "complete", step=name)
        assert answer.status_code == 200, answer.text
    assert answer.json()["run"]["status"] == "completed"
    then = await world.get("ann", f"/v1/runs/{run}/replay", at=1)
    assert (then["version"], [each["id"] for each in then["steps"]]) == (1, ["a", "b"])


async def test_whoever_was_asked_for_a_place_names_it_and_need_not_look_again(world: World) -> None:
    _, (_, stuck) = await two_versions(world)
    seen = await world.get("lea", f"/v1/runs/{stuck}/migrate-preview", version=2)
    assert seen["verdict"] == "needs_mapping"
    asked = {"version": 2, "fingerprint": seen["fingerprint"]}
    assert (await world.command("lea", stuck, "migrate", **asked)).json()["code"] == "migration_blocked"
    await world.command("ann", stuck, "start", step="b")
    stale = await world.command("lea", stuck, "migrate", **asked, map={"b": "d"})
    assert stale.json()["code"] == "fingerprint_changed"
    seen = await world.get("lea", f"/v1/runs/{stuck}/migrate-preview", version=2)
    asked = {"version": 2, "fingerprint": seen["fingerprint"], "id": key("place"), "map": {"b": "d"}}
    for _ in range(2):
        done = await world.command("lea", stuck, "migrate", **asked)
        assert (done.status_code, done.json()["run"]["version"]) == (200, 2), "and the same again"


async def test_many_runs_are_moved(world: World) -> None:
    """Dry first: nothing moves. Then those that are safe; a mapping frees the other one."""
    name, (safe, stuck) = await two_versions(world)
    asked = {"definition": name, "from": 1, "to": 2}
    dry = (await world.call("lea", "POST", "/v1/migrations", asked)).json()
    assert (dry["dry_run"], dry["next"]) == (True, None)
    verdicts = {row["run"]: row["verdict"] for row in dry["results"]}
    assert verdicts == {safe: "safe", stuck: "needs_mapping"}
    assert (await world.get("lea", f"/v1/runs/{safe}"))["version"] == 1
    headers = {"Idempotency-Key": key("move")}
    real = await world.call("lea", "POST", "/v1/migrations", {**asked, "dry_run": False}, headers=headers)
    outcomes = {row["run"]: row.get("outcome") for row in real.json()["results"]}
    assert outcomes == {safe: "applied", stuck: None}
    again = await world.call("lea", "POST", "/v1/migrations", {**asked, "dry_run": False}, headers=headers)
    assert again.json() == real.json()
    mapped = {**asked, "dry_run": False, "runs": [stuck], "map": {"b": "d"}}
    moved = (await world.call("lea", "POST", "/v1/migrations", mapped)).json()["results"]
    assert [(row["verdict"], row["outcome"]) for row in moved] == [("safe", "applied")]
    view = await world.get("lea", f"/v1/runs/{stuck}")
    assert (view["version"], view["current"], step(view, "a")["status"]) == (2, ["c", "d"], "done")


async def test_who_may_not_move_runs(world: World) -> None:
    name, _ = await two_versions(world)
    asked = {"definition": name, "to": 2, "dry_run": False}
    assert (await world.call("ann", "POST", "/v1/migrations", asked)).status_code == 403
    assert (await world.call("lea", "POST", "/v1/migrations", {**asked, "definition": "none"})).status_code == 404
    assert (await world.call("lea", "POST", "/v1/migrations", {**asked, "to": 7})).status_code == 404


async def test_notes_are_read_back(world: World) -> None:
    """On the run and on a step, with who and when; the step shows its own."""
    run = await paid(world)
    await world.command("ann", run, "note", text="to **all**")
    await world.command("ben", run, "note", step="check", text="the roof")
    notes = (await world.get("vic", f"/v1/runs/{run}/notes"))["items"]
    assert [(note["by"], note["step"], note["text"]) for note in notes] == [
        ("ann", None, "to **all**"),
        ("ben", "check", "the roof"),
    ]
    own = (await world.get("vic", f"/v1/runs/{run}/steps/check"))["notes"]
    assert [note["text"] for note in own] == ["the roof"]
    view = await world.get("vic", f"/v1/runs/{run}")
    assert (view["notes"], step(view, "check")["notes"]) == (1, 1)


async def test_an_added_task_is_a_step_like_any_other(world: World) -> None:
    """It has a form, rights and rounds, and holds back what comes after it."""
    run = await paid(world)
    added = await world.command("ann", run, "add_task", title="Photo", before="check")
    assert (added.status_code, added.json()["code"]) == (409, "step_not_ready")
    fields = [{"id": "n", "type": "number", "required": True}]
    added = await world.command("ann", run, "add_task", title="Photo", after="check", fields=fields, due="2030-01-31")
    assert added.status_code == 200, added.text
    new = next(each for each in added.json()["run"]["steps"] if each["title"] == "Photo")
    assert (new["status"], new["can"]) == ("pending", ["assign", "set_due", "note"])
    await world.command("ann", run, "complete", step="check")
    detail = await world.get("ann", f"/v1/runs/{run}/steps/{new['id']}")
    assert detail["form"]["schema"]["required"] == ["n"] and "complete" in detail["can"]
    wrong = await world.command("ann", run, "complete", step=new["id"], output={})
    assert wrong.status_code == 422
    done = await world.command("ann", run, "complete", step=new["id"], output={"n": 2})
    assert done.json()["run"]["status"] == "completed"
