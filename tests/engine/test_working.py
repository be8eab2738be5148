"""What people do around a step: begin, lay aside, claim, leave out, correct, note, assign."""

from __future__ import annotations

from tests.engine.story import ANN, BEN, LEA, Story, pays, task

FORM = [{"id": "n", "type": "integer", "required": True}]


def test_starting_joins_the_assignees_and_is_its_own_instant() -> None:
    story = Story([task("a", assign={"users": ["ben"]})]).start()
    story.wait(hours=2)
    story.give("start", "a")
    step = story.step("a")
    assert (step["status"], step["assignees"]["users"]) == ("in_progress", ["ben", "ann"])
    assert (step["entered_at"], step["started_at"]) == ("2026-11-21T09:00:00.000000Z", "2026-11-21T11:00:00.000000Z")
    story.give("start", "a", BEN)
    assert story.code() == "step_not_ready"


def test_a_step_on_hold_waits_for_its_release_and_goes_back_to_what_it_was() -> None:
    story = Story([task("a"), task("b")]).start()
    story.give("start", "a")
    story.give("hold", "a", reason="holiday")
    story.complete("a")
    assert story.code() == "step_not_ready" and story.status("a") == "on_hold"
    story.give("hold", "a")
    assert story.code() == "step_not_ready"
    story.give("release", "a")
    assert story.status("a") == "in_progress"
    story.complete("a")
    story.give("hold", "b")
    story.give("release", "b")
    assert story.status("b") == "ready" and story.step("b")["started_at"] is None
    story.give("release", "b")
    assert story.code() == "step_not_ready"


def test_a_step_on_hold_may_be_left_out_where_it_may_be_left_out() -> None:
    story = Story([task("a", skippable=True), task("b")]).start()
    story.give("hold", "a")
    story.give("skip", "a")
    assert story.statuses() == {"a": "skipped", "b": "ready"}


def test_what_is_claimed_is_one_persons_and_given_back_as_it_was() -> None:
    story = Story([task("a", assign={"teams": ["ops"]})]).start()
    story.give("claim", "a")
    assert (story.step("a")["assignees"]["users"], story.step("a")["claimed_by"]) == (["ann"], "ann")
    story.give("claim", "a", BEN)
    assert story.code() == "already_claimed" and story.refusal()["claimed_by"] == "ann"
    story.give("claim", "a")
    assert story.code() == "already_claimed", "a second claim would forget who it was for"
    story.give("unclaim", "a", BEN)
    assert story.code() == "not_claimed"
    story.give("unclaim", "a")
    assert story.step("a")["assignees"] == {"users": [], "teams": ["ops"], "partners": []}
    story.give("unclaim", "a")
    assert story.code() == "not_claimed"


def test_a_finished_step_is_amended_by_its_own_rules_and_the_run_does_not_move() -> None:
    story = Story([task("a", fields=FORM), task("b")]).start()
    story.give("amend", "a", output={"n": 2})
    assert story.code() == "step_not_ready"
    story.complete("a", output={"n": 1})
    story.give("amend", "a", output={"n": "two"})
    assert (story.code(), story.refusal()["errors"][0]["path"]) == ("invalid_output", "/output/n")
    story.give("amend", "a")
    assert story.code() == "malformed"
    before = story.statuses()
    story.give("amend", "a", LEA, output={"n": 2}, reason="miscounted")
    step = story.step("a")
    assert step["output"] == {"n": 2} and (step["amended"]["by"], step["amended"]["reason"]) == ("lea", "miscounted")
    assert story.statuses() == before and step["ended_by"] == "ann" and story.events[-1].data["before"] == {"n": 1}


def test_notes_stand_on_the_run_and_on_steps_also_on_those_to_come() -> None:
    story = Story([task("a"), task("b")]).start()
    story.give("note", text="of the run")
    story.give("note", "b", text="of b")
    story.give("note", "b", text="  ")
    assert story.code() == "malformed"
    story.give("note", "nowhere", text="x")
    assert story.code() == "step_unknown"
    assert (story.view()["notes"], story.step("a")["notes"], story.step("b")["notes"]) == (1, 0, 1)
    assert [e.data["note"] for e in story.events if e.type == "note_added"] == ["n1", "n2"]


def test_a_step_is_assigned_now_or_before_its_turn_comes() -> None:
    story = Story([task("a"), task("b", assign={"users": ["ann"]})]).start()
    story.give("assign", "a", users=["ben"], partners=["grid"])
    assert story.step("a")["assignees"] == {"users": ["ben"], "teams": [], "partners": ["grid"]}
    story.give("assign", "b", teams=["ops"])
    assert story.step("b")["assignees"]["teams"] == ["ops"]
    story.give("assign", "a")
    assert story.code() == "malformed"
    story.give("assign", "a", users="ben")
    assert story.code() == "malformed"
    story.complete("a")
    assert story.step("b")["assignees"] == {"users": [], "teams": ["ops"], "partners": []}
    story.give("assign", "a", users=["ann"])
    assert story.code() == "step_not_ready"


def test_a_step_to_come_can_be_given_to_nobody() -> None:
    story = Story([task("a"), task("b", assign={"users": ["ann"]})]).start()
    story.give("assign", "b", users=[])
    story.complete("a")
    assert story.step("b")["assignees"]["users"] == []


def test_the_whole_run_is_for_whom_the_author_the_start_or_a_person_said() -> None:
    steps = [task("a"), task("b"), task("c", phase="p"), task("d", phase="p", assign={"users": ["dan"]})]
    phases = [{"id": "p", "title": "P", "assign": {"teams": ["field"]}}]
    owner = {"from": "= record.owner"}
    story = Story(steps, phases=phases, assign=owner, record="demo.customers")
    story.start(record="c1", record_data={"owner": "cy"})
    assert story.view()["assignees"]["users"] == ["cy"] and story.step("a")["assignees"]["users"] == ["cy"]
    story.give("assign", users=["lea"])
    story.complete("a")
    assert story.step("b")["assignees"]["users"] == ["lea"], "what a person said of the run holds from then on"
    story.complete("b")
    assert story.step("c")["assignees"] == {"users": [], "teams": ["field"], "partners": []}
    story.complete("c")
    assert story.step("d")["assignees"]["users"] == ["dan"]


def test_what_the_start_said_of_the_whole_run_gives_way_to_what_a_person_says_later() -> None:
    story = Story([task("a"), task("b")]).start(assign={"run": {"teams": ["ops"]}})
    assert story.view()["assignees"]["teams"] == ["ops"]
    story.give("assign", users=["ben"])
    story.complete("a")
    assert story.step("b")["assignees"] == {"users": ["ben"], "teams": [], "partners": []}


def test_a_step_handled_by_hand_has_no_side_effect_to_take_back() -> None:
    story = Story([pays(), task("b")]).start()
    story.give("handle_manually", "pay", output={"id": "r0"})
    story.give("abort", undo=["pay"])
    assert story.code() == "not_undoable"
    story.reply("pay#1", id="r1")
    assert story.types()[-1] == "effect_late" and story.step("pay")["output"] == {"id": "r0"}
    story.give("retry", "pay", ANN)
    assert story.code() == "step_not_ready"


def test_names_in_an_assignment_are_worked_out_as_the_step_becomes_current() -> None:
    """A name that is an expression is one name or some; what it comes to stays, and one that is absent names nobody."""
    assign = {"users": ["ann", "= inputs.who", "= inputs.helpers"], "teams": ["= inputs.team"]}
    inputs = [{"id": name, "type": "text"} for name in ("who", "team")]
    inputs.append({"id": "helpers", "type": "choices", "options": ["ben", "lea"]})
    first = task("a", assign=assign, fields=[{"id": "next", "type": "text"}])
    run = Story([first, task("b", assign={"users": ["= steps.a.output.next"]})], inputs=inputs)
    run.start(inputs={"who": "ben", "helpers": ["lea", "ben"]})
    assert run.step("a")["assignees"] == {"users": ["ann", "ben", "lea"], "teams": [], "partners": []}
    run.complete("a", output={"next": "cy"})
    assert run.step("b")["assignees"]["users"] == ["cy"]
