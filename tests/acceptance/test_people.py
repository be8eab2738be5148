"""What people do with a live run, told over HTTP to a `holdfast run` of our own."""

from __future__ import annotations

from typing import Any

from tests.acceptance.house import Whole, step

MAIL = {"to": "grid@operator.example", "subject": "Meter", "text": "Please send a meter"}


def meter(key: str, **mail: Any) -> dict[str, Any]:
    automation = {"id": "mail", "title": "Mail the grid operator", "action": "email.send", "with": {**MAIL, **mail}}
    steps = [
        {"id": "meter", "kind": "task", "title": "Ask for the meter", "automations": [automation]},
        {"id": "after", "kind": "task", "title": "Said", "fields": [{"id": "n", "type": "number"}]},
    ]
    return {"holdfast": 1, "key": key, "name": "Meter", "record": "demo.customers", "steps": steps} | {
        "start": {"one_per_record": False}
    }


def ran(view: dict[str, Any]) -> list[tuple[str, str]]:
    (automation,) = step(view, "meter")["automations"]
    return [(each["execution"], each["status"]) for each in automation["runs"]]


def test_an_automation_run_twice_leaves_two_mails_and_the_step_open(whole: Whole) -> None:
    """Each is an execution of its own with its row in the log; completing does not wait for either."""
    whole.publish(meter("story-meter"))
    run = whole.start("ann", "story-meter", record="c2")["id"]
    before = {path.name for path in (whole.home / "mail").glob("*.eml")}
    for who in ("ann", "ben"):
        status, answer = whole.command(who, run, "automation", step="meter", automation="mail")
        assert status == 200, answer
    view = whole.until(run, lambda v: [status for _, status in ran(v)] == ["done", "done"])
    assert [name for name, _ in ran(view)] == ["meter.mail#1", "meter.mail#2"]
    assert step(view, "meter")["status"] == "ready"
    mails = [path for path in (whole.home / "mail").glob("*.eml") if path.name not in before]
    assert len([path for path in mails if "grid@operator.example" in path.read_text()]) == 2
    status, log = whole.call("oda", "GET", f"/v1/activity-log?run={run}&type=write&limit=100")
    assert status == 200
    effects = [row for row in log["items"] if row["action"] == "email.send"]
    assert sorted(row["user"] for row in effects if row["outcome"] == "ok") == ["ann", "ben"], log["items"]
    assert whole.command("ann", run, "complete", step="meter")[0] == 200


def test_an_automation_that_fails_asks_that_person_and_blocks_nothing(whole: Whole) -> None:
    whole.publish(meter("story-broken-meter", to="nobody at all"))
    run = whole.start("ann", "story-broken-meter", record="c2")["id"]
    assert whole.command("ann", run, "automation", step="meter", automation="mail")[0] == 200
    view = whole.until(run, lambda v: [status for _, status in ran(v)] == ["attention"])
    assert view["attention"] and step(view, "meter")["status"] == "ready"
    status, why = whole.call("ann", "GET", f"/v1/runs/{run}/why")
    asks = [reason for reason in why["reasons"] if reason["code"] == "errand_attention"]
    assert status == 200 and asks[0]["assignees"] == {"users": ["ann"]}
    status, tasks = whole.call("ann", "GET", "/v1/tasks?assignee=me")
    assert ("meter.mail#1", run) in [(task["execution"], task["run"]) for task in tasks["items"]]
    assert whole.command("ann", run, "complete", step="meter")[0] == 200
    status, answer = whole.command("ann", run, "skip", step="meter", execution="meter.mail#1", reason="By telephone")
    assert status == 200, answer
    assert [each for _, each in ran(answer["run"])] == ["given_up"] and not answer["run"]["attention"]


def test_saved_by_one_and_gone_on_with_by_another(whole: Whole) -> None:
    """Nothing is done to a saved run; whoever resumes holds it, and who held it is told."""
    whole.publish(meter("story-saved"))
    run = whole.start("ann", "story-saved", record="c2")["id"]
    status, answer = whole.command("ann", run, "save", reason="Lunch")
    assert status == 200 and answer["run"]["saved"]["reason"] == "Lunch"
    status, problem = whole.command("ben", run, "complete", step="meter")
    assert (status, problem["code"], problem["saved_by"]) == (409, "run_saved", "ann")
    status, again = whole.call(
        "ben", "POST", "/v1/runs", {"definition": "story-saved", "record": "c2", "source": "workspace"}
    )
    assert (status, again["id"], again["holder"], again["status"]) == (200, run, "ben", "waiting")
    assert whole.command("ben", run, "complete", step="meter")[0] == 200
    status, answer = whole.command("ben", run, "complete", step="after", output={"n": 1})
    assert answer["run"]["status"] == "completed"
    status, _ = whole.command("ann", run, "amend", step="after", output={"n": 2}, reason="Counted again")
    assert status == 403, "an operator corrects what is their own; this one is ben's, and the run has ended"


def test_amending_moves_nothing(whole: Whole) -> None:
    whole.publish(meter("story-amend"))
    run = whole.start("ann", "story-amend", record="c2")["id"]
    added = whole.command("ann", run, "add_task", title="Photo", after="after")
    assert added[0] == 200
    whole.command("ann", run, "complete", step="meter")
    whole.command("ann", run, "complete", step="after", output={"n": 1})
    before = whole.run(run)
    status, answer = whole.command("ann", run, "amend", step="after", output={"n": 2}, reason="Counted again")
    assert status == 200, answer
    view = answer["run"]
    assert step(view, "after")["output"] == {"n": 2} and step(view, "after")["amended"]["reason"] == "Counted again"
    assert (view["current"], view["progress"]) == (before["current"], before["progress"])
    assert whole.command("ben", run, "amend", step="after", output={"n": 3}, reason="Mine")[0] == 403
