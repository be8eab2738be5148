"""How a run walks: edges, joins, ports, guards, phases, dead paths. Each test is a small story."""

from __future__ import annotations

import pytest

from tests.engine.story import LEA, Story


def task(name: str, **more: object) -> dict[str, object]:
    return {"id": name, "kind": "task", "title": name.title(), **more}


def rules(name: str, *options: dict[str, object], **more: object) -> dict[str, object]:
    return {"id": name, "kind": "decision", "title": name, "by": "rules", "options": list(options), **more}


def test_a_list_without_after_runs_from_top_to_bottom() -> None:
    story = Story([task("a"), task("b"), task("c")]).start()
    assert story.statuses() == {"a": "ready", "b": "pending", "c": "pending"}
    story.complete("a")
    assert story.view()["current"] == ["b"] and story.view()["next"] == ["c"]
    story.complete("b")
    story.complete("c")
    assert story.view()["status"] == "completed"
    assert story.view()["progress"] == {"done": 3, "skipped": 0, "total": 3}


def test_parallel_steps_join_when_all_are_done() -> None:
    story = Story([task("a", after=[]), task("b", after=[]), task("c", after=["a", "b"])]).start()
    assert story.view()["current"] == ["a", "b"]
    story.complete("b")
    assert story.status("c") == "pending" and story.view()["steps"][2]["blocked_by"] == ["a"]
    story.complete("a")
    assert story.status("c") == "ready"


def test_join_any_starts_once_with_the_first() -> None:
    story = Story([task("a", after=[]), task("b", after=[]), task("c", after=["a", "b"], join="any")]).start()
    story.complete("a")
    assert story.status("c") == "ready"
    story.complete("c")
    story.complete("b")
    assert story.view()["status"] == "completed" and [e for e in story.state.executions if e.startswith("c")] == ["c#1"]


def test_a_branch_not_chosen_dies_all_the_way_down_and_the_join_goes_on() -> None:
    steps = [
        {"id": "which", "kind": "decision", "title": "Which", "options": [{"id": "left"}, {"id": "right"}]},
        task("l1", after="which:left"),
        task("l2"),
        task("r1", after="which:right"),
        task("end", after=["l2", "r1"]),
    ]
    story = Story(steps).start()
    story.complete("which", choice="right")
    assert story.statuses() | {"which": "done"} == {
        "which": "done",
        "l1": "not_taken",
        "l2": "not_taken",
        "r1": "ready",
        "end": "pending",
    }
    story.complete("r1")
    assert story.status("end") == "ready"
    assert story.view()["progress"]["total"] == 3


def test_rules_take_the_first_that_is_met_or_all_or_otherwise() -> None:
    options = [{"id": "big", "when": "= inputs.n > 10"}, {"id": "even", "when": "= inputs.n % 2 == 0"}, {"id": "none"}]
    steps = [task("x", after="d:big"), task("y", after="d:even"), task("z", after="d:none")]
    inputs = [{"id": "n", "type": "integer"}]

    def taken(take: str, n: int | None) -> dict[str, str]:
        decision = rules("d", *options, otherwise="none", take=take)
        given = {} if n is None else {"n": n}
        story = Story([decision, *steps], {"inputs": given}, inputs=inputs).start()
        return {step: story.status(step) for step in ("x", "y", "z")}

    ready, dead = "ready", "not_taken"
    assert taken("first", 12) == {"x": ready, "y": dead, "z": dead}
    assert taken("all", 12) == {"x": ready, "y": ready, "z": dead}
    assert taken("all", 4) == {"x": dead, "y": ready, "z": dead}
    assert taken("first", 3) == {"x": dead, "y": dead, "z": ready}
    assert taken("first", None) == {"x": dead, "y": dead, "z": ready}


def test_a_guard_that_is_not_met_or_unknown_leaves_the_step_out() -> None:
    inputs = [{"id": "n", "type": "integer"}]
    steps = [task("a", when="= inputs.n > 1", after=[]), task("b", when="= !(inputs.n > 1)", after=[])]
    assert Story(steps, {"inputs": {"n": 2}}, inputs=inputs).start().statuses() == {"a": "ready", "b": "not_taken"}
    unknown = Story(steps, inputs=inputs).start()
    assert unknown.statuses() == {"a": "not_taken", "b": "not_taken"} and unknown.view()["status"] == "completed"


def test_a_phase_is_a_node_of_its_own() -> None:
    phases = [{"id": "one", "title": "One"}, {"id": "two", "title": "Two", "after": "phase:one"}]
    steps = [
        task("a", phase="one", after=[]),
        task("b", phase="one", after=[]),
        task("c", phase="two", after=[]),
        task("d", phase="two"),
    ]
    story = Story(steps, phases=phases).start()
    assert [p["status"] for p in story.view()["phases"]] == ["in_progress", "open"]
    story.complete("a")
    assert story.status("c") == "pending"
    story.complete("b")
    assert [p["status"] for p in story.view()["phases"]] == ["completed", "in_progress"]
    assert story.status("c") == "ready" and story.status("d") == "pending"


def test_a_skipped_step_counts_as_finished_and_drawn_apart() -> None:
    story = Story([task("a", skippable=True), task("b")]).start()
    story.give("skip", "a", reason="not today")
    assert story.statuses() == {"a": "skipped", "b": "ready"}
    story.complete("b")
    assert story.view()["progress"] == {"done": 1, "skipped": 1, "total": 2}
    assert story.events[2].data == {"reason": "not today"}


def test_the_port_skipped_can_be_drawn() -> None:
    steps = [task("a", skippable=True), task("b", after="a:done"), task("c", after="a:skipped")]
    story = Story(steps).start()
    story.give("skip", "a")
    assert story.statuses() == {"a": "skipped", "b": "not_taken", "c": "ready"}


def test_sequential_keeps_one_step_current() -> None:
    story = Story([task("a", after=[]), task("b", after=[]), task("c", after=[])], sequential=True).start()
    assert (story.view()["current"], story.view()["next"]) == (["a"], ["b"])
    assert story.view()["current"] == ["a"]
    story.complete("a")
    assert story.view()["current"] == ["b"]
    story.complete("b")
    story.complete("c")
    assert story.view()["status"] == "completed"


def test_purposes_keep_matching_and_untagged_steps_and_walk_past_the_rest() -> None:
    steps = [task("a"), task("b", purposes=["audit"]), task("c", purposes=["sale"]), task("d")]
    story = Story(steps, purposes=["audit", "sale"]).start(purposes=["sale"])
    story.complete("a")
    assert story.statuses() == {"a": "done", "b": "not_taken", "c": "ready", "d": "pending"}
    story.complete("c")
    assert story.status("d") == "ready"


def test_an_end_step_ends_the_run_and_stops_what_is_open() -> None:
    steps = [
        task("slow", after=[]),
        task("ask", after=[]),
        {"id": "stop", "kind": "end", "title": "Stop", "outcome": "rejected", "after": "ask"},
        task("never", after="slow"),
    ]
    story = Story(steps).start()
    story.complete("ask")
    view = story.view()
    assert view["status"] == "completed" and view["closing"]["outcome"] == "rejected"
    assert story.statuses() == {"slow": "not_taken", "ask": "done", "stop": "done", "never": "not_taken"}


def test_a_wait_ends_by_its_timer_and_a_past_date_asks_a_person() -> None:
    story = Story([{"id": "w", "kind": "wait", "title": "Wait", "for": "3 days"}, task("b")]).start()
    assert story.status("w") == "waiting" and story.view()["status"] == "waiting"
    assert story.state.executions["w#1"].until == "2026-11-24T09:00:00.000000Z"
    story.ring("w")
    assert story.status("b") == "ready"

    past = Story([{"id": "w", "kind": "wait", "title": "Wait", "until": "2020-01-01T00:00:00Z"}]).start()
    assert past.view()["steps"][0]["attention"]["reason"] == "arming"
    empty = Story(
        [{"id": "w", "kind": "wait", "title": "W", "until": "= inputs.on"}], inputs=[{"id": "on", "type": "date"}]
    )
    assert empty.start().view()["steps"][0]["attention"]["reason"] == "arming"


def test_assignees_are_worked_out_when_the_step_becomes_current_and_kept() -> None:
    steps = [task("a"), task("b", assign={"users": ["ben"], "from": "= steps.a.output.who"})]
    steps[0]["fields"] = [{"id": "who", "type": "text"}]
    story = Story(steps).start()
    story.complete("a", output={"who": "cy"})
    assert story.view()["steps"][1]["assignees"] == {"users": ["ben", "cy"], "teams": [], "partners": []}


def test_assignees_named_at_the_start_go_before_the_authors() -> None:
    steps = [task("a", after=[], assign={"users": ["ann"]}), task("b", after=[], assign={"users": ["ann"]})]
    story = Story(steps).start(assign={"run": {"teams": ["ops"]}, "b": {"users": ["ben"], "teams": []}})
    found = [step["assignees"] for step in story.view()["steps"]]
    assert found[0] == {"users": [], "teams": ["ops"], "partners": []}
    assert found[1] == {"users": ["ben"], "teams": [], "partners": []}


@pytest.mark.parametrize("reasons", [["lost"], []])
def test_a_run_with_closing_reasons_on_complete_waits_for_close(reasons: list[str]) -> None:
    closing = {"reasons": ["won", "lost"], "choose": "one", "required_on": ["complete"]}
    story = Story([task("a")], closing_reasons=closing).start()
    story.complete("a")
    assert story.view()["status"] == "waiting"
    story.give("close", by=LEA, reasons=reasons)
    assert story.view()["status"] == ("completed" if reasons else "waiting")
    if not reasons:
        assert story.refusal()["code"] == "reasons_required"


def test_a_local_date_to_wait_for_begins_at_midnight_of_the_workflows_zone() -> None:
    wait = {"id": "w", "kind": "wait", "title": "Wait", "until": "2026-12-01"}
    story = Story([wait], timezone="Europe/Amsterdam").start()
    assert story.state.executions["w#1"].until == "2026-11-30T23:00:00.000000Z"
