"""Stopwatches of a form: which one stops which, what is measured, and what a time may not be."""

from __future__ import annotations

from typing import Any

from definitions.checks import check
from definitions.model import TaskStep
from definitions.task_forms import task_answer
from definitions.timers import Start, forms_of, starts
from tests.definitions.answers import answer
from tests.definitions.samples import asking, definition


def timed(given: str, **steps: dict[str, Any]) -> tuple[Any, list[tuple[str, str]]]:
    """The answer to the stopwatch that stops `travel` in step `b`, after earlier steps that stand so."""
    report = check(
        definition(
            asking({"id": "start", "type": "stopwatch", "timer": "travel"}, id="a"),
            asking({"id": "stop", "type": "stopwatch", "timer": "travel"}, id="b"),
        )
    )
    assert report.document is not None and report.valid
    (_, step) = report.document.steps
    assert isinstance(step, TaskStep)
    kept, problems = task_answer(
        report.document, step, "/steps/1", {"stop": {"at": given}}, scope={"steps": steps}, trees={}
    )
    return kept.get("stop"), [(each.path, each.code) for each in problems]


STARTED = {"status": "done", "output": {"start": {"at": "2026-11-21T07:30:00Z", "timer": "travel"}}}


def test_a_stop_holds_the_minutes_since_its_start_and_never_lies_before_it() -> None:
    assert timed("2026-11-21T07:10:00Z", a=STARTED)[1] == [("/output/stop/at", "before_start")]
    kept, problems = timed("2026-11-21T08:05:00Z", a=STARTED)
    assert problems == []
    assert kept == {"at": "2026-11-21T08:05:00Z", "timer": "travel", "minutes": 35.0}


def test_a_stop_waits_for_the_step_that_starts_it_unless_that_ended_without_a_time() -> None:
    for status in ("pending", "ready", "in_progress", "on_hold"):
        assert timed("2026-11-21T08:05:00Z", a={"status": status})[1] == [("/output/stop", "before_start")]
    for status in ("skipped", "not_taken", "done"):
        kept, problems = timed("2026-11-21T08:05:00Z", a={"status": status})
        assert (problems, kept) == ([], {"at": "2026-11-21T08:05:00Z", "timer": "travel"})


def test_a_stop_that_is_amended_is_measured_anew() -> None:
    """Its own earlier answer is no start, and the minutes it held then are nobody's to send."""
    before = {"status": "done", "output": {"stop": {"at": "2026-11-21T08:05:00Z", "timer": "travel", "minutes": 35}}}
    kept, problems = timed("2026-11-21T07:45:00Z", a=STARTED, b=before)
    assert (problems, kept) == ([], {"at": "2026-11-21T07:45:00Z", "timer": "travel", "minutes": 15.0})
    again = answer([{"id": "x", "type": "stopwatch"}], {"x": {"at": "2026-11-21T07:45:00Z", "minutes": 9999}})
    assert again == ({"x": {"at": "2026-11-21T07:45:00Z"}}, [])


def test_travel_and_work_are_timed_apart_and_a_timer_may_run_twice() -> None:
    names = ["travel", "work", "travel", "work", "travel", "travel"]
    steps = [asking({"id": "t", "type": "stopwatch", "timer": name}, id=f"s{n}") for n, name in enumerate(names)]
    report = check(definition(*steps))
    assert report.document is not None and report.valid
    assert starts(list(forms_of(report.document))) == {
        "/steps/2/fields/0": Start("s0", "t"),
        "/steps/3/fields/0": Start("s1", "t"),
        "/steps/5/fields/0": Start("s4", "t"),
    }


def test_stopwatches_of_one_row_belong_together() -> None:
    columns = [{"id": name, "type": "stopwatch", "timer": "work"} for name in ("from", "to")]
    field = {"id": "x", "type": "table", "fields": columns}
    rows = [
        {"from": {"at": "2026-11-21T07:00:00Z"}, "to": {"at": f"2026-11-21T{hour}:30:00Z"}} for hour in ("08", "06")
    ]
    kept, problems = answer([field], {"x": rows})
    assert problems == [("/output/x/1/to/at", "before_start")]
    assert kept["x"][0]["to"]["minutes"] == 90.0
    alone = check(definition(asking({"id": "x", "type": "table", "fields": columns[:1]})))
    assert [(each.code, each.path) for each in alone.findings] == [
        ("stop_without_start", "/steps/0/fields/0/fields/0/timer")
    ]
