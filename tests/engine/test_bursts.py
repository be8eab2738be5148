"""Long bursts of steps that end by themselves: the run yields after fifty, is heard in between, and loses nothing."""

from __future__ import annotations

from typing import Any

from definitions.engine import State
from definitions.engine.messages import Started, TimerFired
from definitions.engine.settle import BURST, GO_ON
from definitions.wire import RunStart
from tests.engine.story import Story, task


def rule(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": "decision", "by": "rules", "otherwise": "x", "options": [{"id": "x"}], **more}


def chain(count: int) -> list[dict[str, Any]]:
    return [rule(f"r{number}") for number in range(count)]


def goes_on(story: Story) -> None:
    """The timer of no length is back."""
    del story.timers[GO_ON]
    story.tell(TimerFired(story.now, GO_ON))


def test_a_burst_yields_after_fifty_and_goes_on_where_it_was() -> None:
    story = Story([*chain(2 * BURST + 5), task("last")]).start()
    assert list(story.statuses().values()).count("done") == BURST and story.timers[GO_ON].until == story.now
    assert story.state.rest == (f"r{BURST}",) and not story.state.closed
    assert State.from_json(story.state.to_json()) == story.state
    goes_on(story)
    assert list(story.statuses().values()).count("done") == 2 * BURST
    goes_on(story)
    assert story.status("last") == "ready" and story.state.rest == () and GO_ON not in story.timers


def test_people_are_heard_in_between() -> None:
    first, *others = chain(BURST + 10)
    story = Story([task("side"), {**first, "after": []}, *others]).start()
    story.complete("side")
    assert not story.state.closed, "the burst is not over"
    goes_on(story)
    assert story.state.status == "completed"


def test_many_that_end_at_once_are_looked_at_in_their_order() -> None:
    story = Story([rule("first"), *(rule(f"f{number}", after="first") for number in range(BURST + 20))]).start()
    assert len(story.state.rest) == 21
    goes_on(story)
    assert story.state.status == "completed"


def test_a_run_that_ends_meanwhile_does_not_go_on() -> None:
    story = Story(chain(BURST + 10)).start()
    story.give("abort")
    since = len(story.events)
    goes_on(story)
    assert story.types(since) == [] and story.state.status == "aborted"


def test_a_run_that_is_saved_meanwhile_goes_on_when_it_is_resumed() -> None:
    story = Story([*chain(BURST + 10), task("last")]).start()
    story.give("save")
    goes_on(story)
    assert story.status(f"r{BURST}") == "pending"
    story.give("resume")
    assert story.status("last") == "ready"


def test_runs_of_earlier_versions_do_not_yield() -> None:
    story = Story(chain(BURST + 10))
    story.tell(Started(story.now, RunStart("run-1", "story", 1, "hash", story.frozen, story.request, interpreter=3)))
    assert story.state.status == "completed"
