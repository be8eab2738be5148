"""Every recorded history replays against today's code; and the alarm is seen to ring when one is damaged."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

import workers.run
from definitions.wire import INTERPRETER_VERSION
from tests.replay.stories import HISTORIES, STORIES
from workers.run import Run
from workers.versions import Line
from workers.worker import replayer, sandbox

STALL = 2.5
"""Seconds; after two the SDK gives a turn up."""
BROKEN = r"TMPRL1100|[Nn]ondeterminis"
RECORDED = sorted(path.stem for path in HISTORIES.glob("*.json"))


async def replay(history: dict[str, Any]) -> None:
    """Replay one history, raising when today's code would have done something else."""
    await replayer().replay_workflow(WorkflowHistory.from_json("recorded", history))


def load(name: str) -> dict[str, Any]:
    return dict(json.loads((HISTORIES / f"{name}.json").read_text()))


def test_every_version_and_path_has_a_history() -> None:
    assert {f"v{INTERPRETER_VERSION}-{name}" for name in STORIES} <= set(RECORDED)
    assert {int(name[1:].partition("-")[0]) for name in RECORDED} == {int(line) for line in Line}
    assert max(Line) == INTERPRETER_VERSION


@pytest.mark.parametrize("name", RECORDED)
async def test_a_recorded_history_replays(name: str) -> None:
    await replay(load(name))


def swap_effects(history: dict[str, Any]) -> None:
    """The first two effects change places."""
    found = [e for e in history["events"] if "activityTaskScheduledEventAttributes" in e][:2]
    key = "activityTaskScheduledEventAttributes"
    for part in ("activityId", "input"):
        one, two = found[0][key][part], found[1][key][part]
        found[0][key][part], found[1][key][part] = two, one


def rename_activity(history: dict[str, Any]) -> None:
    """An effect becomes another."""
    for event in history["events"]:
        if (attributes := event.get("activityTaskScheduledEventAttributes")) is not None:
            attributes["activityType"]["name"] = "test.renamed"
            return


def drop_timer(history: dict[str, Any]) -> None:
    """A timer was never started."""
    timers = [e for e in history["events"] if "timerStartedEventAttributes" in e]
    timers[0].pop("timerStartedEventAttributes")
    timers[0]["eventType"] = "EVENT_TYPE_MARKER_RECORDED"
    timers[0]["markerRecordedEventAttributes"] = {"markerName": "nothing"}


@pytest.mark.parametrize(
    ("name", "damage"),
    [("v1-parallel", swap_effects), ("v1-answers", rename_activity), ("v1-waited", drop_timer)],
)
async def test_damage_rings_the_alarm(name: str, damage: Callable[[dict[str, Any]], None]) -> None:
    history = load(name)
    damage(history)
    with pytest.raises(Exception, match=BROKEN):
        await replay(history)


@pytest.mark.parametrize(
    ("name", "predicate", "answer"),
    [
        ("v1-unchanged", "knows_what_was_shown", True),
        ("v2-unchanged", "knows_what_was_shown", False),
        ("v1-fanned-out", "keeps_a_pace", True),
        ("v2-fanned-out", "keeps_a_pace", False),
        ("v2-answers", "records_at_once", True),
        ("v3-answers", "records_at_once", False),
        ("v4-too-early", "hears_again", True),
        ("v5-too-early", "hears_again", False),
        ("v5-hurried", "tells_in_time", True),
        ("v6-hurried", "tells_in_time", False),
    ],
)
async def test_a_version_that_is_treated_like_another_rings_the_alarm(
    name: str, predicate: str, answer: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For each number a history that only its own behaviour replays: the predicate says the same of every version."""
    monkeypatch.setattr(workers.run, predicate, lambda version: answer)
    with pytest.raises(Exception, match=BROKEN):
        await replay(load(name))
    monkeypatch.setattr(workers.run, predicate, lambda version: not answer)
    await replay(load(name))


async def test_a_turn_that_takes_its_time_is_no_other_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine that is busy with something else; the SDK's own replayer names the run among those that break."""
    decides: Callable[[int], bool] = workers.run.records_at_once

    def slowly(version: int) -> bool:
        time.sleep(STALL)
        return decides(version)

    monkeypatch.setattr(workers.run, "records_at_once", slowly)
    history = WorkflowHistory.from_json("recorded", load("v3-answers"))
    with pytest.raises(RuntimeError, match="TMPRL1101"):
        await Replayer(workflows=[Run], workflow_runner=sandbox()).replay_workflow(history)
    await replayer().replay_workflow(history)


async def test_a_run_of_a_version_to_come_waits_for_a_newer_worker() -> None:
    """Its first task fails and is tried again: nothing of it is lost, and nothing is decided by code that is older."""
    history = load("v2-answers")
    started = history["events"][0]["workflowExecutionStartedEventAttributes"]["input"]["payloads"][0]
    start = json.loads(base64.b64decode(started["data"]))
    newer = json.dumps({**start, "interpreter": max(Line) + 1}).encode()
    started["data"] = base64.b64encode(newer).decode()
    with pytest.raises(Exception, match=f"interpreter version {max(Line) + 1} is newer than this worker"):
        await replay(history)
