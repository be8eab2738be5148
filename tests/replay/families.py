"""Paths of runs that start runs, and of a run that has more to do by itself than one turn holds."""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.service import RPCError

from definitions.engine.family import child_run
from tests.engine.story import LEA, document
from tests.workers.house import House

PAYS = {"id": "pay", "kind": "action", "title": "Pay", "action": "test.pay", "execute": "automatic"}
FAILS = {**PAYS, "id": "fail", "action": "test.fail"}
ASKS = {"id": "look", "kind": "task", "title": "Look"}
EACH = {
    "id": "call",
    "kind": "workflow",
    "title": "Call",
    "definition": "small",
    "each": "= inputs.people",
    "inputs": {"n": "= index"},
    "at_once": 2,
}
INPUTS = [{"id": "people", "type": "choices", "options": ["p"]}]


def small(*steps: dict[str, Any]) -> dict[str, Any]:
    return document(list(steps), key="small", name="Small")


async def begin(house: House, count: int, *steps: dict[str, Any]) -> WorkflowHandle[Any, Any]:
    """A parent, at work with its children."""
    given = {"people": [f"p{number}" for number in range(count)]}
    handle = await house.start(document([ASKS, EACH, *steps], inputs=INPUTS), inputs=given)
    await house.give(handle, "complete", step="look")
    return house.client.get_workflow_handle(handle.id)


def child(house: House, parent: WorkflowHandle[Any, Any], index: int) -> WorkflowHandle[Any, Any]:
    return house.client.get_workflow_handle(child_run(parent.id, "call#1", index))


async def children(house: House) -> WorkflowHandle[Any, Any]:
    """A parent starts children two at a time; the first cannot be started, a person has that done again."""
    handle = await begin(house, 3)
    await house.until(handle, lambda v: v["attention"])
    house.smalls["small"] = small(PAYS)
    await house.give(handle, "retry", LEA, step="call")
    await handle.result()
    return handle


async def a_child(house: House) -> WorkflowHandle[Any, Any]:
    """A child asks for a person and goes on: its parent is told of each, and of its end."""
    house.smalls["small"] = small(FAILS, PAYS)
    parent = await begin(house, 1)
    handle = await there(house, parent, 0)
    await house.until(handle, lambda v: v["attention"])
    await house.give(handle, "handle_manually", LEA, step="fail")
    await parent.result()
    await handle.result()
    return handle


async def given_up(house: House) -> WorkflowHandle[Any, Any]:
    """A parent is aborted while its children are at work: they are stopped."""
    house.smalls["small"] = small(ASKS)
    handle = await begin(house, 3)
    await there(house, handle, 1)
    await house.give(handle, "abort", LEA, reasons=[], text="enough")
    await handle.result()
    return handle


async def a_child_stopped(house: House) -> WorkflowHandle[Any, Any]:
    """The same, as the child sees it."""
    parent = await given_up(house)
    handle = child(house, parent, 0)
    await handle.result()
    return handle


async def rolled_family(house: House) -> WorkflowHandle[Any, Any]:
    """The last leg of a parent that continued as new while children were at work."""
    house.roll_after = 6
    house.smalls["small"] = small(PAYS)
    handle = await begin(house, 8)
    await handle.result()
    return house.client.get_workflow_handle(handle.id)


async def there(house: House, parent: WorkflowHandle[Any, Any], index: int) -> WorkflowHandle[Any, Any]:
    """A child, once it is there and its parent knows."""
    await house.until(parent, lambda v: (v["steps"][1]["children"] or {}).get("open", 0) > index)
    handle = child(house, parent, index)
    for _ in range(200):
        try:
            await handle.describe()
            return handle
        except RPCError:
            await asyncio.sleep(0.05)
    raise AssertionError("the child never came")


async def burst(house: House) -> WorkflowHandle[Any, Any]:
    """Many rules, one after the other."""
    rule = {"kind": "decision", "by": "rules", "title": "Rule", "otherwise": "x", "options": [{"id": "x"}]}
    handle = await house.start(document([*({"id": f"r{n}", **rule} for n in range(120)), ASKS]))
    await house.until(handle, lambda v: v["current"] == ["look"])
    await house.give(handle, "complete", step="look")
    await handle.result()
    return handle


FAMILIES = {
    "children": children,
    "a-child": a_child,
    "given-up": given_up,
    "a-child-stopped": a_child_stopped,
    "rolled-family": rolled_family,
    "burst": burst,
}
