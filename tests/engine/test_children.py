"""Steps that start other definitions as child runs: one, or one for each item of a list; waited for, or not."""

from __future__ import annotations

from typing import Any

from definitions.engine import State
from definitions.engine.family import child_run, effect_name
from definitions.engine.messages import Abandoned, ChildTold
from tests.engine.story import LEA, Story, task


def calls(name: str = "call", **more: Any) -> dict[str, Any]:
    """A step that runs `small`."""
    return {"id": name, "kind": "workflow", "title": "Call", "definition": "small", **more}


FAMILY = {"each": "= inputs.people", "inputs": {"who": "= item", "place": "= index"}}
PEOPLE = [{"id": "people", "type": "choices", "options": ["p"]}]


def family(count: int, at_once: int = 2, **more: Any) -> Story:
    """A run that has started with so many children to start, some at a time, and a task before and after them."""
    steps = [task("before"), calls(**FAMILY, at_once=at_once, **more), task("after")]
    story = Story(steps, inputs=PEOPLE)
    story.start(inputs={"people": [f"p{number}" for number in range(count)]})
    story.complete("before")
    return story


def asked(story: Story, execution: str = "call#1") -> list[int]:
    """The children that have been asked for, by place."""
    names = [name.partition("/") for name in story.effects]
    return [int(index) for round_, _, index in names if round_ == execution]


def begun(story: Story, index: int, execution: str = "call#1") -> None:
    """The child of this place is there."""
    story.reply(effect_name(execution, index), run=child_run("run-1", execution, index), version=3)


def told(story: Story, index: int, status: str = "completed", execution: str = "call#1", **said: Any) -> None:
    story.tell(ChildTold(story.now, execution, index, status, said))


def test_one_child_is_started_waited_for_and_its_end_is_the_output() -> None:
    story = Story(
        [calls(record="= inputs.order", inputs={"n": 1}), task("after")], inputs=[{"id": "order", "type": "text"}]
    )
    story.start(inputs={"order": "o-7"})
    effect = story.effects["call#1/0"]
    assert effect.activity == "holdfast.child" and effect.acting == "ann"
    child = child_run("run-1", "call#1", 0)
    assert effect.input["record"] == "o-7" and effect.input["inputs"] == {"n": 1} and effect.input["child"] == child
    assert effect.input["chain"] == {"index": 0, "waits": True, "alone": True}
    begun(story, 0)
    step = story.step("call")
    assert (step["status"], step["waits"]) == ("waiting", "children") and step["children"]["runs"][0]["run"] == child
    told(story, 0, outcome="good", outputs={"look": {"n": 7}})
    assert story.status("after") == "ready"
    output = story.step("call")["output"]
    assert (output["run"], output["status"], output["outcome"]) == (child, "completed", "good")
    assert output["outputs"] == {"look": {"n": 7}} and (output["total"], output["done"], output["aborted"]) == (1, 1, 0)


def test_of_a_list_only_so_many_are_at_work_at_a_time_and_all_are_of_one_version() -> None:
    story = family(5, at_once=2)
    assert asked(story) == [0, 1]
    assert [story.effects[f"call#1/{n}"].input["inputs"] for n in (0, 1)] == [
        {"who": "p0", "place": 0},
        {"who": "p1", "place": 1},
    ]
    begun(story, 0)
    assert asked(story) == [0, 1]
    told(story, 0)
    assert asked(story) == [0, 1, 2] and story.effects["call#1/2"].input["version"] == 3
    begun(story, 1)
    told(story, 1, "aborted")
    told(story, 2)  # it may have ended before it was heard that it began
    begun(story, 2)
    for index in (3, 4):
        begun(story, index)
        told(story, index)
    output = story.step("call")["output"]
    assert {key: output[key] for key in ("total", "done", "aborted", "open")} == {
        "total": 5,
        "done": 4,
        "aborted": 1,
        "open": 0,
    }
    assert [row["status"] for row in output["runs"]] == ["completed", "aborted", "completed", "completed", "completed"]
    assert story.status("after") == "ready"


def test_of_an_empty_list_nothing_is_started_and_the_step_is_done() -> None:
    story = family(0)
    assert story.status("after") == "ready" and story.step("call")["output"]["total"] == 0


def test_what_is_no_list_is_for_a_person_and_may_be_tried_again() -> None:
    story = Story([calls(**FAMILY)], inputs=PEOPLE).start(inputs={"people": "ann"})
    assert story.step("call")["attention"]["code"] == "expression_failed"
    story.give("retry", "call")
    assert story.step("call")["attention"]["code"] == "expression_failed" and not story.effects


def test_a_child_that_asks_for_a_person_is_seen_at_its_parent() -> None:
    story = family(2)
    begun(story, 0)
    begun(story, 1)
    told(story, 1, "attention")
    children = story.step("call")["children"]
    assert (children["attention"], children["open"], children["runs"][0]["index"]) == (1, 2, 1)
    told(story, 1, "open")
    assert story.step("call")["children"]["attention"] == 0


def test_a_child_that_cannot_be_started_asks_a_person_and_only_what_is_missing_is_started_again() -> None:
    story = family(4)
    story.breaks("call#1/1")
    begun(story, 0)
    told(story, 0)
    assert story.step("call")["attention"]["code"] == "boom" and asked(story) == [0, 1], "nobody looked yet"
    assert story.step("call")["children"]["failed"] == 1
    story.give("retry", "call", LEA)
    assert asked(story) == [0, 1, 2] and story.effects["call#1/1"].acting == "lea"
    assert story.effects["call#1/1"].turn == 2
    for index in (1, 2, 3):
        begun(story, index)
        told(story, index)
    assert story.status("after") == "ready"


def test_a_port_that_is_drawn_for_it_leads_on_and_the_others_are_stopped() -> None:
    story = Story([calls(**FAMILY), task("after", after="call:error")], inputs=PEOPLE)
    story.start(inputs={"people": ["a", "b"]})
    begun(story, 0)
    story.breaks("call#1/1")
    assert story.status("after") == "ready"
    assert story.effects["call~stop#1"].input["runs"] == [child_run("run-1", "call#1", 0)]


def test_going_back_stops_the_children_and_those_of_the_new_round_are_others() -> None:
    story = family(3)
    begun(story, 0)
    story.give("revise", "before", LEA)
    stop = story.effects["call~stop#1"]
    assert stop.input["runs"] == [child_run("run-1", "call#1", 0)] and stop.acting == "lea"
    begun(story, 1)  # its start was under way: it is stopped as soon as it is there
    assert story.effects["call~stop#2"].input["runs"] == [child_run("run-1", "call#1", 1)]
    story.complete("before")
    assert asked(story, "call#2") == [0, 1]
    told(story, 0, "aborted")
    assert story.status("call") == "waiting" and asked(story, "call#2") == [0, 1]


def test_an_abort_reaches_the_children_with_its_reasons_and_the_run_waits_for_starts_under_way() -> None:
    story = family(3)
    begun(story, 0)
    story.give("abort", by=LEA, reasons=["late"], text="too late")
    stop = story.effects["call~stop#1"].input
    assert (stop["reasons"], stop["text"]) == (["late"], "too late")
    story.reply("call~stop#1", stopped=1)
    assert story.state.closed and not story.state.over
    begun(story, 1)
    assert story.effects["call~stop#2"].input["reasons"] == ["late"]
    story.reply("call~stop#2", stopped=1)
    assert story.state.over


def test_nobody_waits_for_children_that_are_detached_and_nobody_stops_them() -> None:
    story = family(3, detach=True)
    for index in (0, 1, 2):
        begun(story, index)
    assert story.status("after") == "ready" and story.step("call")["output"]["open"] == 3
    story.give("abort", by=LEA)
    assert "call~stop#1" not in story.effects and story.state.over


def test_handled_by_hand_the_children_are_stopped() -> None:
    story = family(2)
    begun(story, 0)
    story.give("handle_manually", "call", output={"note": "done elsewhere"})
    assert story.status("after") == "ready" and len(story.effects["call~stop#1"].input["runs"]) == 1


def test_while_the_run_is_saved_no_child_is_started_and_ends_are_heard() -> None:
    story = family(3)
    begun(story, 0)
    story.give("save")
    told(story, 0)
    assert asked(story) == [0, 1]
    story.give("resume")
    assert asked(story) == [0, 1, 2]


CHAIN = {"run": "run-0", "execution": "call#1", "depth": 2, "index": 4, "waits": True, "alone": True}


def test_a_child_tells_its_parent_how_it_stands_and_how_it_ended() -> None:
    story = Story([{"id": "pay", "kind": "action", "action": "demo.refund", "execute": "automatic"}]).start(chain=CHAIN)
    story.fail("pay")
    tell = story.effects["~tell#1"].input
    assert (tell["run"], tell["index"], tell["status"]) == ("run-0", 4, "attention")
    story.give("handle_manually", "pay", output={"id": "r"})
    assert "~tell#2" not in story.effects, "one at a time"
    story.reply("~tell#1")
    tell = story.effects["~tell#2"].input
    assert tell["status"] == "completed" and tell["said"] == {"outputs": {"pay": {"id": "r"}}}
    assert not story.state.over
    story.reply("~tell#2")
    assert story.state.over


def test_a_run_that_nobody_waits_for_tells_nobody() -> None:
    story = Story([task("look")]).start(chain={"run": "run-0", "execution": "call#1", "depth": 2})
    story.complete("look")
    assert story.state.over and not story.state.sides


def test_a_child_that_is_given_up_ends_whatever_reasons_it_would_ask_for() -> None:
    story = Story([task("look")], closing_reasons={"reasons": ["sold"], "choose": "one", "required_on": ["abort"]})
    story.start(chain=CHAIN)
    story.tell(Abandoned(story.now, "lea", ("late",), "too late"))
    assert story.state.status == "aborted" and story.state.closing == {"reasons": ["late"], "text": "too late"}
    assert story.events[-3].actor == "lea" or any(event.actor == "lea" for event in story.events)
    assert story.effects["~tell#1"].input["status"] == "aborted"
    story.tell(Abandoned(story.now, "lea"))
    assert story.types().count("run_aborted") == 1


def test_a_thousand_children_stay_small_in_the_state() -> None:
    story = family(1000, at_once=100)
    for index in range(1000):
        begun(story, index)
        told(story, index)
    assert story.status("after") == "ready"
    state = story.state.to_json()
    assert len(str(state["families"])) < 12_000 and State.from_json(state) == story.state
