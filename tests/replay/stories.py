"""The paths of the interpreter that have a recorded history for each of its versions.

    python -m tests.replay.record        records those that are missing, on a real Temporal server
    python -m tests.replay.record 1      the same for runs that were started under an earlier version

A released history is never edited and never recorded again: it stands for runs that people have open.

 - *A new feature* that no recorded run can have met (a kind of step, a command) needs no new version, for no history
   can tell: add a story here and record it under today's.
 - *A change of behaviour* gets the next number in workers/versions.py and definitions/wire.py, a predicate that the
   code asks, and every story recorded once more under it. A story that tells old from new is recorded under the old
   version too, with the code as it was before: without it nobody would notice a predicate that is never asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHandle

from tests.engine.story import LEA, document
from tests.replay.families import FAMILIES
from tests.replay.machines import MACHINES
from tests.replay.outsiders import OUTSIDERS
from tests.replay.people import PEOPLE
from tests.replay.showing import SHOWING
from tests.workers.house import House

HISTORIES = Path(__file__).parent / "histories"

TASK = {"id": "look", "kind": "task", "title": "Look", "fields": [{"id": "n", "type": "number", "required": True}]}
CHOOSE = {
    "id": "choose",
    "kind": "decision",
    "title": "Choose",
    "options": [{"id": "x"}, {"id": "y"}],
    "roles": ["lead"],
}
RULES = {
    "id": "rules",
    "kind": "decision",
    "title": "Rules",
    "by": "rules",
    "otherwise": "few",
    "options": [{"id": "many", "when": "= steps.look.output.n > 10.0"}, {"id": "few"}],
}


def act(name: str, action: str, **more: Any) -> dict[str, Any]:
    """An automatic step."""
    return {"id": name, "kind": "action", "title": name.title(), "action": action, "execute": "automatic", **more}


async def answers(house: House) -> WorkflowHandle[Any, Any]:
    """People and machines take turns; rules choose; a refusal on the way."""
    steps = [act("pay", "test.pay"), TASK, RULES, {**CHOOSE, "after": "rules:many"}, act("tell", "test.pay")]
    handle = await house.start(document(steps))
    await house.until(handle, lambda v: v["current"] == ["look"])
    await house.give(handle, "complete", step="look", output={})
    await house.give(handle, "complete", step="look", output={"n": 12.0})
    await house.give(handle, "complete", step="choose", choice="x")
    await house.give(handle, "complete", LEA, step="choose", choice="x")
    await handle.result()
    return handle


async def parallel(house: House) -> WorkflowHandle[Any, Any]:
    """Effects side by side that join."""
    both = [act("one", "test.pay", after=[]), act("two", "test.pay", after=[])]
    handle = await house.start(document([*both, act("three", "test.pay", after=["one", "two"])]))
    await handle.result()
    return handle


async def taken_over(house: House) -> WorkflowHandle[Any, Any]:
    """An effect fails, is tried again by a person, fails, and is handled by hand."""
    handle = await house.start(document([act("pay", "test.fail"), TASK]))
    await house.until(handle, lambda v: v["attention"])
    await house.give(handle, "retry", step="pay")
    await house.until(handle, lambda v: v["attention"])
    await house.give(handle, "handle_manually", step="pay", output={"id": "by hand"})
    await house.give(handle, "complete", step="look", output={"n": 1.0})
    await handle.result()
    return handle


async def aborted(house: House) -> WorkflowHandle[Any, Any]:
    """An abort while an effect is in flight, which answers nothing."""
    handle = await house.start(document([act("slow", "test.slow"), TASK]))
    await house.until(handle, lambda v: v["status"] == "running")
    await house.give(handle, "abort", text="enough")
    await handle.result()
    return handle


async def waited(house: House) -> WorkflowHandle[Any, Any]:
    """A timer fires, another is skipped; a task is skipped; garbage and an unknown signal arrive."""
    waits = [
        {"id": "short", "kind": "wait", "title": "Short", "for": "1 seconds", "after": []},
        {"id": "long", "kind": "wait", "title": "Long", "for": "30 days", "after": [], "skippable": True},
    ]
    handle = await house.start(document([*waits, {**TASK, "skippable": True, "after": ["short", "long"]}]))
    await handle.signal("complete_step", ["garbage"])
    await handle.signal("sing", {})
    await house.give(handle, "skip", step="long")
    await house.until(handle, lambda v: v["current"] == ["look"])
    await house.give(handle, "skip", step="look")
    await handle.result()
    return handle


async def rolled(house: House) -> WorkflowHandle[Any, Any]:
    """The last leg of a run that continued as new: it begins with what the leg before carried."""
    house.roll_after = 6
    wait = {"id": "pause", "kind": "wait", "title": "Pause", "for": "1 seconds", "after": []}
    handle = await house.start(document([TASK, wait, act("pay", "test.pay", after=["look", "pause"]), CHOOSE]))
    await house.give(handle, "complete", step="look", output={})
    await house.give(handle, "complete", step="look", output={"n": 1.0})
    await house.until(handle, lambda v: v["current"] == ["choose"])
    await house.give(handle, "complete", LEA, step="choose", choice="y")
    await handle.result()
    return house.client.get_workflow_handle(handle.id)


async def unchanged(house: House) -> WorkflowHandle[Any, Any]:
    """The last leg of a run that continued as new, which rests once with nothing else to show than the leg before."""
    house.roll_after = 12
    handle = await house.start(document([TASK]))
    handle = house.client.get_workflow_handle(handle.id)
    await house.until(handle, lambda v: v["current"] == ["look"])
    first = (await handle.describe()).run_id
    await house.give(handle, "complete", step="look", output={})
    while (await handle.describe()).run_id == first:
        await asyncio.sleep(0.02)
    await house.give(handle, "complete", step="look", output={})
    await house.give(handle, "complete", step="look", output={"n": 1.0})
    await handle.result()
    return handle


async def fanned_out(house: House) -> WorkflowHandle[Any, Any]:
    """An answer too heavy for each of the effects it leads to: it is stored before they are asked for."""
    field = {"id": "text", "type": "text", "required": True}
    many = [act(f"s{n}", "test.pay", after=["look"]) for n in range(6)]
    handle = await house.start(document([{**TASK, "fields": [field]}, *many]))
    await house.give(handle, "complete", step="look", output={"text": "long " * 10_000})
    await handle.result()
    return handle


async def large(house: House) -> WorkflowHandle[Any, Any]:
    """The last leg of a run whose definition is so large that it is packed with what is carried."""
    house.roll_after = 6
    told = {"description": "Read this. " * 1_800}
    never = {**TASK, **told, "id": "again", "after": ["choose:x"]}
    handle = await house.start(document([{**TASK, **told}, {**CHOOSE, **told}, never], **told))
    handle = house.client.get_workflow_handle(handle.id)
    await house.until(handle, lambda v: v["current"] == ["look"])
    await house.give(handle, "complete", step="look", output={"n": 1.0})
    await house.until(handle, lambda v: v["current"] == ["choose"])
    await house.give(handle, "complete", LEA, step="choose", choice="y")
    await handle.result()
    return handle


async def busy(house: House) -> WorkflowHandle[Any, Any]:
    """A leg that ends in the middle of the work: it rolls between two effects, after several that ran side by side."""
    house.roll_after = 6
    wide = [act(f"w{n}", "test.pay", after=["look"]) for n in range(6)]
    chain = [act(f"c{n}", "test.pay", **({} if n else {"after": [step["id"] for step in wide]})) for n in range(4)]
    first = await house.start(document([TASK, *wide, *chain]))
    handle = house.client.get_workflow_handle(first.id)
    await house.give(handle, "complete", step="look", output={"n": 1.0})
    await handle.result()
    return house.client.get_workflow_handle(first.id, run_id=await leg_with(house, handle, "w5#1"))


async def leg_with(house: House, handle: WorkflowHandle[Any, Any], activity: str) -> str:
    """The leg of a run in which an activity was asked for."""
    leg = (await handle.describe()).run_id
    while True:
        history = await house.client.get_workflow_handle(handle.id, run_id=leg).fetch_history()
        asked = [event.activity_task_scheduled_event_attributes.activity_id for event in history.events]
        if activity in asked:
            return str(leg)
        leg = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id


STORIES: dict[str, Callable[[House], Awaitable[WorkflowHandle[Any, Any]]]] = {
    "answers": answers,
    "parallel": parallel,
    "taken-over": taken_over,
    "aborted": aborted,
    "waited": waited,
    "rolled": rolled,
    "unchanged": unchanged,
    "fanned-out": fanned_out,
    "large": large,
    "busy": busy,
    **PEOPLE,
    **MACHINES,
    **OUTSIDERS,
    **FAMILIES,
    **SHOWING,
}
