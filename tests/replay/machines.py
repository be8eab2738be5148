"""Stories of what machines propose and people make of it, recorded as those of stories.py are, from version 2 on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from temporalio.client import WorkflowHandle

from tests.engine.story import BEN, LEA, document, task
from tests.workers.house import House, step

Handle = WorkflowHandle[Any, Any]

OUTPUT = [{"id": "level", "type": "choice", "options": ["low", "high"], "required": True}]
THINK = {"kind": "ai", "instruction": "Think", "execute": "automatic", "output": OUTPUT}
PAY = {"kind": "action", "action": "test.pay", "with": {"order": "o7"}}
SURE = {"confidence": 0.9, "by": "ai"}


def machine(name: str, *parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A step that a machine proposes for."""
    made: dict[str, Any] = {"id": name, "title": name.title()}
    for part in parts:
        made |= part
    return made | more


async def proposed(house: House) -> Handle:
    """Answers that are sure, unsure and missing; a choice confirmed, values changed, one declined, one pressed done."""
    low, high = {"values": {"level": "low"}, **SURE}, {"values": {"level": "high"}, **SURE, "confidence": 0.2}
    route = {"kind": "decision", "by": "ai", "instruction": "Which?", "options": [{"id": "x"}, {"id": "y"}]}
    house.world.proposals = {
        "Sure": [low],
        "Unsure": [high, low],
        "Route": [{"values": {"choice": "y"}, **SURE}],
        "Letter": [{"values": {"text": "Dear"}, **SURE}],
    }
    steps = [
        machine("sure", THINK),
        machine("unsure", THINK),
        machine("nobody", THINK),
        machine("route", route),
        machine("pay", PAY),
        machine("skip_it", PAY),
        machine("press", PAY, execute="automatic", advance="manual"),
        task("letter", draft={"instruction": "Write"}, fields=[{"id": "text", "type": "text"}]),
    ]
    handle = await house.start(document(steps))
    await house.until(handle, lambda v: v["attention"])
    await house.give(handle, "retry", step="unsure")
    await house.until(handle, lambda v: v["current"] == ["nobody"] and v["attention"])
    await house.give(handle, "handle_manually", step="nobody", output={})
    await house.give(handle, "handle_manually", step="nobody", output={"level": "low"})
    await house.until(handle, lambda v: step(v, "route")["waits"] == "confirm")
    await house.give(handle, "complete", step="route")
    await house.give(handle, "complete", LEA, step="pay", output={"order": "o8"})
    await house.until(handle, lambda v: v["current"] == ["skip_it"])
    await house.give(handle, "decline", step="skip_it", reason="no")
    await house.until(handle, lambda v: step(v, "press")["waits"] == "done")
    await house.give(handle, "complete", BEN, step="press")
    await house.until(handle, lambda v: step(v, "letter")["proposal"] is not None)
    await house.give(handle, "complete", step="letter", output={"text": "Dear you"})
    await handle.result()
    return handle


async def approved(house: House) -> Handle:
    """Others agree before, or later while the run goes on; one rejects, and what was changed is asked again."""
    rule = {"roles": ["lead"], "count": 1}
    steps = [
        machine("pay", PAY, approval=rule),
        machine("later", PAY, execute="automatic", approval={**rule, "wait": False}),
        task("look"),
    ]
    handle = await house.start(document(steps))
    await house.until(handle, lambda v: step(v, "pay")["waits"] == "confirm")
    await house.give(handle, "complete", step="pay")
    await house.give(handle, "approve", step="pay")
    await house.give(handle, "reject", LEA, step="pay", reason="another order")
    await house.give(handle, "complete", step="pay", output={"order": "o9"})
    await house.give(handle, "approve", LEA, step="pay", reason="fine")
    await house.until(handle, lambda v: v["current"] == ["look"])
    await house.give(handle, "complete", step="look")
    await house.give(handle, "approve", LEA, step="later")
    await handle.result()
    return handle


MACHINES: dict[str, Callable[[House], Awaitable[Handle]]] = {"proposals": proposed, "approvals": approved}
