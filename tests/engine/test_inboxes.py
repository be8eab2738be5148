"""What somebody else is to take: steps that escalate, steps that are escalated, and runs that nobody started."""

from __future__ import annotations

from typing import Any

import pytest

from definitions.wire import ACTIVITY_NOTIFY
from tests.engine.story import ANN, BEN, LEA, Story, choose, pays, task

UP = {"id": "up", "kind": "escalate", "title": "Look at this", "inbox": "leads", "reason": "= 'Run ' + run.id"}
FOR_ANN = {"assign": {"users": ["ann"]}}


def told(run: Story) -> list[dict[str, Any]]:
    """What the run had people told of."""
    return [each.input for each in run.effects.values() if each.activity == ACTIVITY_NOTIFY]


def alone(*steps: dict[str, Any], **top: Any) -> Story:
    """A run that nobody started."""
    start = {"triggers": [{"type": "webhook"}], "fallback_inbox": "strays"}
    return Story(list(steps), start=start, **top).start(started_without_person=True)


def test_a_step_that_escalates_lies_in_its_inbox_until_somebody_takes_it() -> None:
    run = Story([task("a"), UP, task("b")], assign={"users": ["ann"]}).start()
    run.complete("a")
    step = run.step("up")
    assert (step["status"], step["inbox"], step["assignees"]["users"]) == ("ready", "leads", []), "nobody has it yet"
    assert step["escalated"] == {"inbox": "leads", "reason": "Run run-1", "by": None, "at": step["entered_at"]}
    (notice,) = told(run)
    assert (notice["inboxes"], notice["kind"], notice["step"]) == (["leads"], "escalated", "up")
    assert "Run run-1" in notice["text"]
    run.give("assign", "up", LEA, users=["lea"])
    run.give("start", "up", LEA)
    run.complete("up", LEA, output={"n": 1})
    assert [each["code"] for each in run.refusal()["errors"]] == ["unknown_field"], "there is nothing to fill in"
    run.complete("up", LEA, reason="It is fine")
    assert (run.status("up"), run.step("up")["ended_by"], run.status("b")) == ("done", "lea", "ready")


def test_the_author_may_say_who_takes_it() -> None:
    run = Story([{**UP, "assign": {"teams": ["leads"]}}]).start()
    assert run.step("up")["assignees"]["teams"] == ["leads"]


def test_gone_back_to_it_lies_there_again() -> None:
    run = Story([UP, task("b")]).start()
    run.complete("up", LEA)
    run.give("revise", "up")
    assert (run.state.latest["up"], run.step("up")["inbox"], run.status("b")) == ("up#2", "leads", "pending")


@pytest.mark.parametrize("status", ["ready", "in_progress", "on_hold"])
def test_an_open_step_is_handed_on_as_it_stands(status: str) -> None:
    run = Story([task("a", **FOR_ANN)]).start()
    if status != "ready":
        run.give("start" if status == "in_progress" else "hold", "a")
    run.give("claim", "a")
    run.give("escalate", "a", inbox="leads", reason="Too hard")
    step = run.step("a")
    assert (step["status"], step["inbox"], step["assignees"]["users"]) == (status, "leads", [])
    assert (step["escalated"]["by"], step["escalated"]["reason"], step["claimed_by"]) == ("ann", "Too hard", None)
    assert told(run)[0]["inboxes"] == ["leads"]
    if status == "on_hold":
        run.give("release", "a", LEA)
    run.complete("a", LEA)
    assert run.view()["status"] == "completed"


def test_a_machine_that_asks_for_a_person_may_be_handed_on_too() -> None:
    run = Story([pays()]).start()
    run.fail("pay")
    run.give("escalate", "pay", inbox="leads", reason="It broke")
    assert (run.status("pay"), run.step("pay")["inbox"]) == ("attention", "leads")
    run.give("assign", "pay", LEA, users=["lea"])
    run.give("retry", "pay", LEA)
    assert run.status("pay") == "running"


def test_a_run_is_handed_on_with_all_that_people_could_do_in_it() -> None:
    wait = {"id": "cool", "kind": "wait", "for": "2 days", "after": []}
    run = Story([task("a", after=[]), choose("b", "x", after=[]), wait]).start()
    run.give("escalate", inbox="leads", reason="On leave")
    assert [run.step(name)["inbox"] for name in ("a", "b", "cool")] == ["leads", "leads", None]


def test_where_nobody_could_do_anything_there_is_nothing_to_hand_on() -> None:
    run = Story([pays()]).start()
    run.give("escalate", inbox="leads", reason="?")
    assert run.code() == "nothing_to_escalate"
    run.answer("pay", id="r")
    run.give("escalate", "pay", inbox="leads", reason="?")
    assert run.code() == "run_closed"


@pytest.mark.parametrize(("said", "path"), [({"inbox": "leads"}, "/reason"), ({"inbox": " ", "reason": "x"}, "/inbox")])
def test_it_says_where_and_why(said: dict[str, str], path: str) -> None:
    run = Story([task("a")]).start()
    run.give("escalate", "a", **said)
    assert run.refusal()["errors"][0]["path"] == path


def test_a_step_that_has_ended_is_not_handed_on() -> None:
    run = Story([task("a"), task("b")]).start()
    run.complete("a")
    run.give("escalate", "a", inbox="leads", reason="x")
    assert run.code() == "step_not_ready"


def test_what_is_for_nobody_in_a_run_that_nobody_started_lies_in_its_inbox() -> None:
    run = alone(task("a"), task("b", **FOR_ANN), choose("c", "x", after="a"), pays("pay", after="a"))
    assert run.step("a")["inbox"] == "strays"
    run.give("assign", "a", BEN, users=["ben"])
    run.complete("a", BEN)
    assert [run.step(name)["inbox"] for name in ("b", "c", "pay")] == [None, "strays", None]
    run.fail("pay")
    assert run.step("pay")["inbox"] == "strays", "and so does what goes wrong"
    assert run.step("b")["inbox"] is None, "ann knows"


def test_a_proposal_and_an_approval_that_are_for_nobody_lie_there_too() -> None:
    pinned = {"execute": "assisted", "undo": None}
    steps = [pays("one", after=[], **pinned), pays("two", after=[], approval={"wait": False})]
    run = alone(*steps, pays("three", after=[], approval={"roles": ["lead"]}))
    assert [run.step(name)["inbox"] for name in ("one", "two", "three")] == ["strays", "strays", None]
    run.complete("one", LEA)
    assert run.status("one") == "running"


def test_a_run_that_somebody_started_asks_that_person() -> None:
    run = Story([task("a"), pays()], start={"fallback_inbox": "strays"}).start()
    run.complete("a", ANN)
    run.fail("pay")
    assert [run.step(name)["inbox"] for name in ("a", "pay")] == [None, None]
