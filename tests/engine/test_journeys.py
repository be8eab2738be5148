"""Forms for somebody outside: sent, reminded of, sent again, taken back, answered once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from definitions.engine.commands import CancelEffect, CancelTimer
from definitions.wire import ACTIVITY_INVITE, ACTIVITY_NOTIFY, JOURNEY_ACTOR, Actor
from tests.engine.story import BEGAN, BEN, LEA, Story, pays, task

FIELDS = [{"id": "n", "type": "integer", "required": True}]
MAIL = "customer@example.com"


def outside(link: str = "l1") -> Actor:
    return Actor(f"{JOURNEY_ACTOR}{link}")


def form(**more: Any) -> dict[str, Any]:
    """A step that is a form."""
    return {"id": "rate", "kind": "journey", "title": "Rate us", "description": "Five?", "fields": FIELDS, **more}


def sent(*more: dict[str, Any], **of_form: Any) -> Story:
    """The form is with the customer."""
    run = Story([form(**{"to": MAIL, **of_form}), task("after"), *more]).start()
    run.answer("rate", link="l1", expires=None, mailed=True)
    return run


def calls(run: Story, step: str) -> list[dict[str, Any]]:
    """What was asked of the activity beside the step."""
    found = [each for name, each in run.effects.items() if name.startswith(f"{step}~invite")]
    return [each.input for each in found if each.activity == ACTIVITY_INVITE]


def test_a_form_is_sent_and_waits() -> None:
    run = Story([form(to="= inputs.mail", expires="14 days")], inputs=[{"id": "mail", "type": "email"}])
    run.start(inputs={"mail": MAIL})
    effect = run.effects["rate#1"]
    assert (effect.activity, effect.contract.repeatable) == (ACTIVITY_INVITE, True)
    until = (BEGAN + timedelta(days=14)).isoformat(timespec="microseconds").replace("+00:00", "Z")
    said = {"to": MAIL, "title": "Rate us", "text": "Five?", "step": "rate", "execution": "rate#1", "expires": until}
    assert effect.input == said
    run.answer("rate", link="l1", expires=until, mailed=True)
    step = run.step("rate")
    assert (step["status"], step["waits"], step["until"], run.view()["status"]) == (
        "waiting",
        "journey",
        until,
        "waiting",
    )
    (link,) = step["links"]
    assert (link["link"], link["to"], link["journey"], link["revoked"]) == ("l1", MAIL, None, False)


def test_without_an_address_the_link_is_for_a_person_to_hand_out() -> None:
    run = Story([form()]).start()
    assert "to" not in run.effects["rate#1"].input
    run.answer("rate", link="l1", mailed=False)
    assert (run.status("rate"), run.step("rate")["links"][0]["to"]) == ("waiting", None)


def test_an_address_that_is_not_there_is_for_a_person() -> None:
    run = Story([form(to="= inputs.mail")], inputs=[{"id": "mail", "type": "email"}]).start()
    assert run.step("rate")["attention"]["code"] == "no_address" and not run.effects
    run.give("resend", "rate", to=MAIL)
    assert (run.status("rate"), run.effects["rate#1"].input["to"]) == ("running", MAIL)


@pytest.mark.parametrize("by", [outside(), BEN], ids=["by its link", "by a person who has the step open"])
def test_who_answers_completes_it(by: Actor) -> None:
    run = sent(expires="3 days")
    run.complete("rate", by, output={})
    assert [each["path"] for each in run.refusal()["errors"]] == ["/output/n"], "judged like any form"
    step = run.complete("rate", by, output={"n": 5}, execution="rate#1")
    assert CancelTimer("rate#1") in step.commands
    done = run.step("rate")
    assert (done["status"], done["done_by"], done["via"], done["output"]) == ("done", "person", "journey", {"n": 5})
    assert (done["ended_by"], run.status("after")) == (by.id, "ready")
    run.complete("rate", by, output={"n": 4})
    assert run.code() == "step_not_ready", "once"


def test_an_answer_may_be_faster_than_the_word_that_it_was_sent() -> None:
    run = Story([form(to=MAIL)]).start()
    run.complete("rate", BEN, output={"n": 1})
    assert run.code() == "step_not_ready"
    step = run.complete("rate", outside(), output={"n": 5})
    assert CancelEffect("rate#1") in step.commands and run.status("rate") == "done"
    run.answer("rate", link="l1")
    assert run.types()[-1] == "effect_late"


def test_whoever_answers_knows_nothing_of_how_the_run_is_held() -> None:
    run = Story([form(to=MAIL), task("after")], exclusive=True).start()
    run.answer("rate", link="l1")
    run.give("save")
    run.complete("rate", outside(), output={"n": 5})
    assert (run.status("rate"), run.status("after")) == ("done", "pending")
    run.give("resume")
    assert run.status("after") == "ready"


def test_nobody_has_answered_in_time() -> None:
    run = sent(expires="3 days")
    run.ring("rate")
    assert (run.status("rate"), run.step("rate")["attention"]["code"]) == ("attention", "journey_expired")
    run.complete("rate", outside(), output={"n": 5})
    assert run.code() == "step_not_ready", "too late"
    run.give("retry", "rate")
    assert (run.status("rate"), run.effects["rate#1"].turn) == ("running", 2)
    run.answer("rate", link="l2")
    assert run.step("rate")["until"] > run.step("rate")["started_at"]


def test_or_it_goes_on_by_the_port_that_was_drawn() -> None:
    run = sent(task("late", after="rate:timeout"), expires="3 days")
    run.ring("rate")
    assert (run.status("rate"), run.status("late"), run.status("after")) == ("done", "ready", "not_taken")


def remind(run: Story, step: str = "rate") -> None:
    """The clock of a reminder fires."""
    clock = run.timers[f"remind:{run.state.latest[step]}"]
    run.now = clock.until
    run.tell_timer(clock.execution)


def test_whoever_has_not_answered_is_reminded_again_and_again() -> None:
    run = sent(remind="2 days", expires="7 days")
    for number in (1, 2, 3):
        assert run.timers["remind:rate#1"].until == BEGAN + timedelta(days=2 * number)
        remind(run)
        assert calls(run, "rate")[-1] | {"expires": ""} == {
            "to": MAIL, "title": "Rate us", "text": "Five?", "step": "rate", "execution": "rate#1", "again": True,
            "expires": "",
        }  # fmt: skip
        run.reply(f"rate~invite#{number}", link="l1", mailed=True)
    assert "remind:rate#1" not in run.timers, "the next one would come after it has expired"
    run.complete("rate", outside(), output={"n": 5})


def test_or_at_the_times_that_were_listed() -> None:
    run = sent(remind=["1 day", "5 days"])
    for days in (1, 5):
        assert run.timers["remind:rate#1"].until == BEGAN + timedelta(days=days)
        remind(run)
    assert "remind:rate#1" not in run.timers


def test_reminding_ends_with_the_answer_and_at_some_point_anyway() -> None:
    run = sent(remind="1 day")
    for _ in range(10):
        remind(run)
    assert "remind:rate#1" not in run.timers, "ten times and no more"
    run = sent(remind="1 day")
    step = run.complete("rate", outside(), output={"n": 5})
    assert CancelTimer("remind:rate#1") in step.commands


def test_reminding_goes_on_while_the_run_is_saved() -> None:
    run = sent(remind="1 day")
    run.give("save")
    remind(run)
    assert calls(run, "rate")[-1]["again"] is True


def test_where_the_link_was_handed_out_its_people_are_told() -> None:
    run = Story([form(remind="1 day", assign={"users": ["ben"]})]).start()
    run.answer("rate", link="l1")
    remind(run)
    (notice,) = [each.input for each in run.effects.values() if each.activity == ACTIVITY_NOTIFY]
    assert (notice["users"], notice["kind"]) == (["ben"], "not_answered")


def test_a_confirmation_from_outside_is_reminded_of_too() -> None:
    run = Story([pays(confirm={"remind": ["2 days"], "expires": "9 days"})]).start()
    run.answer("pay", id="r1")
    remind(run, "pay")
    (notice,) = [each.input for each in run.effects.values() if each.activity == ACTIVITY_NOTIFY]
    assert (notice["users"], notice["step"], run.status("pay")) == (["ann"], "pay", "waiting")


def test_it_is_sent_again_by_the_same_link_or_to_somebody_else() -> None:
    run = sent()
    run.give("resend", "rate", BEN)
    run.reply("rate~invite#1", link="l1", mailed=True)
    run.give("resend", "rate", BEN, to="boss@example.com")
    run.reply("rate~invite#2", link="l1", mailed=True)
    assert [(each["to"], each.get("again", False)) for each in calls(run, "rate")] == [
        (MAIL, True),
        ("boss@example.com", False),
    ]
    assert run.step("rate")["links"][0]["to"] == "boss@example.com"
    assert run.effects["rate~invite#2"].acting == "ben"


def test_a_link_that_was_taken_back_says_nothing_any_more() -> None:
    run = sent(remind="1 day")
    run.give("revoke", "rate")
    assert calls(run, "rate")[-1]["revoke"] is True and "remind:rate#1" not in run.timers
    assert run.step("rate")["links"][0]["revoked"] is True
    run.complete("rate", outside("l1"), output={"n": 5})
    assert run.code() == "step_not_ready"
    run.give("revoke", "rate")
    assert run.code() == "nothing_sent"
    run.reply("rate~invite#1", link=None)
    run.give("resend", "rate")
    assert calls(run, "rate")[-1].get("again") is None, "a link that was ended is followed by another"
    run.reply("rate~invite#2", link="l2", mailed=True)
    run.complete("rate", outside("l1"), output={"n": 5})
    assert run.code() == "step_not_ready", "the first one stays dead"
    run.complete("rate", outside("l2"), output={"n": 5})
    assert run.status("rate") == "done"


def test_sending_again_that_fails_asks_for_a_person_until_the_step_is_over() -> None:
    run = sent()
    run.give("resend", "rate")
    run.breaks("rate~invite#1")
    assert run.errand("rate~invite#1") == "attention" and run.status("rate") == "waiting"
    run.complete("rate", outside(), output={"n": 5})
    assert run.errand("rate~invite#1") == "given_up"


def test_gone_back_to_it_is_sent_anew() -> None:
    run = sent()
    run.complete("rate", outside(), output={"n": 5})
    run.give("revise", "rate")
    assert run.effects["rate#2"].input["execution"] == "rate#2"
    run.answer("rate", link="l2")
    run.complete("rate", outside("l1"), output={"n": 4}, execution="rate#1")
    assert run.code() == "stale_execution"


def test_a_person_may_answer_it_by_hand_or_go_on_without() -> None:
    run = sent()
    run.give("handle_manually", "rate", output={"n": "x"})
    assert run.code() == "invalid_output"
    run.give("handle_manually", "rate", output={"n": 3})
    assert (run.status("rate"), run.step("rate")["done_by"], run.step("rate")["via"]) == ("done", "manually", None)
    run.give("amend", "rate", output={"n": 4}, reason="misread")
    assert run.step("rate")["output"] == {"n": 4}


ASKED = {"id": "proof", "title": "Papers", "fields": [{"id": "paper", "type": "text", "required": True}], "to": MAIL}
QUICK = {"id": "quick", "fields": [{"id": "yes", "type": "boolean", "required": True}], "complete": False}


def checking(**more: Any) -> Story:
    """A task with two forms of its own: one completes it, the other one does not."""
    return Story([task("check", fields=FIELDS, journeys=[ASKED, QUICK], **more), task("after")]).start()


def test_a_form_of_a_task_is_sent_by_a_person() -> None:
    run = checking()
    assert [(each["id"], each["title"], each["complete"]) for each in run.step("check")["journeys"]] == [
        ("proof", "Papers", True),
        ("quick", "Check", False),
    ]
    run.give("resend", "check")
    assert run.code() == "journey_unknown"
    run.give("resend", "check", journey="proof")
    said = {"to": MAIL, "title": "Papers", "step": "check", "execution": "check#1", "journey": "proof"}
    assert calls(run, "check") == [said]
    run.reply("check~invite.proof#1", link="l1", mailed=True)
    assert [(each["journey"], each["link"]) for each in run.step("check")["links"]] == [("proof", "l1")]
    run.complete("check", outside(), journey="proof", output={})
    assert [each["path"] for each in run.refusal()["errors"]] == ["/output/paper"]
    run.complete("check", outside(), journey="proof", output={"paper": "p1"})
    done = run.step("check")
    assert (done["status"], done["output"], done["via"]) == ("done", {"paper": "p1"}, "journey")
    assert done["ended_by"] == outside().id, "whose answer completed it"
    assert run.state.scope["check"]["journeys"]["proof"] == {"output": {"paper": "p1"}}


def test_one_that_does_not_complete_it_stands_beside_it() -> None:
    run = checking()
    run.complete("check", journey="quick", output={"yes": True})
    assert (run.status("check"), run.status("after")) == ("ready", "pending")
    assert run.state.scope["check"]["journeys"]["quick"] == {"output": {"yes": True}}
    (answer,) = run.step("check")["submitted"]
    assert (answer["journey"], answer["by"], answer["output"]) == ("quick", "ann", {"yes": True})
    run.complete("check", output={"n": 1})
    assert (run.step("check")["output"], run.step("check")["via"]) == ({"n": 1}, None)


def test_a_link_answers_once_also_where_the_task_goes_on() -> None:
    run = checking()
    run.give("resend", "check", journey="quick")
    run.reply("check~invite.quick#1", link="l1")
    for _ in range(2):
        run.complete("check", outside(), journey="quick", output={"yes": True})
    assert run.code() == "step_not_ready"
    run.complete("check", outside("l2"), journey="quick", output={"yes": False})
    assert run.step("check")["submitted"][0]["output"] == {"yes": False}, "a further link is a further answer"


def test_an_answer_to_nothing() -> None:
    run = checking()
    for step, name in (("check", "nope"), ("after", "proof")):
        if step == "after":
            run.complete("check", output={"n": 1})
        run.complete(step, journey=name, output={})
        assert run.code() == "journey_unknown"
    run.complete("check", outside(), journey="proof", output={"paper": "p"})
    assert run.code() == "step_not_ready", "the task is done"


def test_sending_needs_no_role_of_the_step_and_answering_does() -> None:
    run = checking(roles=["lead"])
    run.give("resend", "check", BEN, journey="proof")
    assert "check~invite.proof#1" in run.effects
    run.complete("check", BEN, journey="proof", output={"paper": "p"})
    assert run.code() == "forbidden"
    run.complete("check", LEA, journey="proof", output={"paper": "p"})
    assert run.status("check") == "done"


def test_the_step_that_hands_over_looks_at_everything_whoever_completes_it() -> None:
    early = [{"id": "name", "type": "text", "required": "= policy.name_required"}]
    run = Story([task("first", fields=early), task("last", final=True, journeys=[ASKED, QUICK])]).start()
    run.complete("first", output={})
    strict = Actor(outside().id, policy={"name_required": True})
    run.complete("last", strict, journey="proof", output={"paper": "p"})
    assert run.code() == "requirements_unmet"
    run.complete("last", strict, journey="quick", output={"yes": True})
    assert run.status("last") == "ready", "an answer that completes nothing is taken"
    run.complete("last", outside(), journey="proof", output={"paper": "p"})
    assert "run_handed_over" in run.types()
