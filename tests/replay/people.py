"""Stories of what people do with a live run, recorded as those of stories.py are, from interpreter version 2 on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from temporalio.client import WorkflowHandle

from definitions.canonical import digest
from tests.engine.story import LEA, document, frozen, task
from tests.workers.house import House, step

Handle = WorkflowHandle[Any, Any]

PAY = {"kind": "action", "action": "test.pay", "execute": "automatic"}
UNDO = {"undo": {"action": "test.pay", "with": {"order": "= output.id"}}}
RECORD = {"record": "demo.orders"}
ON_A_RECORD = {"record": "o1", "record_data": {"state": "new"}}


def pays(name: str, **more: Any) -> dict[str, Any]:
    """An effect that can be taken back."""
    return {"id": name, "title": name.title(), **PAY, **UNDO, **more}


async def errand(house: House, handle: Handle, name: str, status: str) -> None:
    """Until an errand stands so."""
    await house.until(handle, lambda v: any(e["execution"] == name and e["status"] == status for e in v["errands"]))


async def revised(house: House) -> Handle:
    """Somebody goes back past two side effects, which are taken back, and happen again; one is under way then."""
    handle = await house.start(document([task("why"), pays("one"), pays("two"), task("check")]))
    await house.give(handle, "complete", step="why")
    await house.until(handle, lambda v: v["current"] == ["check"])
    await house.give(handle, "revise", LEA, step="why", undo=["one", "two"], reason="once more")
    await errand(house, handle, "one~undo#1", "done")
    await house.give(handle, "complete", step="why", execution="why#1")
    await house.give(handle, "complete", step="why")
    await house.until(handle, lambda v: v["current"] == ["check"])
    await house.give(handle, "complete", step="check")
    await handle.result()
    return handle


async def sent_back(house: House) -> Handle:
    """A decision sends the run back past an effect that is under way, once, and then leads on."""
    slow = {"id": "slow", "title": "Slow", "kind": "action", "action": "test.slow", "execute": "automatic"}
    back = {"id": "again", "back_to": "write", "max": 1}
    check = {"id": "check", "kind": "decision", "title": "Check", "after": "write", "otherwise": "good"}
    steps = [task("write"), {**slow, "after": "write"}, {**check, "options": [{"id": "good"}, back]}]
    handle = await house.start(document(steps))
    await house.give(handle, "complete", step="write")
    await house.give(handle, "complete", step="check", choice="again")
    await house.give(handle, "complete", step="write")
    house.world.gate.set()
    await house.give(handle, "complete", step="check", choice="again")
    await handle.result()
    return handle


async def saved(house: House) -> Handle:
    """Laid aside with an effect in flight and a wait that comes due, and taken up by somebody else."""
    slow = {"id": "slow", "title": "Slow", "kind": "action", "action": "test.slow", "execute": "automatic"}
    wait = {"id": "pause", "kind": "wait", "title": "Pause", "for": "1 seconds", "after": []}
    steps = [{**slow, "after": []}, wait, task("look", after=["slow", "pause"])]
    handle = await house.start(document(steps))
    await house.until(handle, lambda v: v["current"] == ["slow", "pause"])
    await house.give(handle, "save", reason="lunch")
    house.world.gate.set()
    await house.until(handle, lambda v: step(v, "slow")["status"] == "done" and step(v, "pause")["until"] is not None)
    await house.until(handle, lambda v: v["seq"] >= 6)
    await house.give(handle, "complete", step="look")
    await house.give(handle, "resume", LEA)
    await errand(house, handle, "~notify#1", "given_up")
    await house.give(handle, "complete", LEA, step="look")
    await handle.result()
    return handle


async def overdue(house: House) -> Handle:
    """A due date passes: people are told and the port is taken; another one is put off, and its clock with it."""
    soon = {"due": {"in": "1 seconds", "from": "start"}, "on_overdue": {"notify": "lea", "assign": {"users": ["lea"]}}}
    steps = [task("late", **soon), task("help", after="late:overdue"), task("other", after=[], **soon)]
    handle = await house.start(document(steps))
    await house.give(handle, "set_due", step="other", due="2099-12-24")
    await house.until(handle, lambda v: "help" in v["current"])
    await errand(house, handle, "~notify#1", "given_up")
    for name in ("late", "help", "other"):
        await house.give(handle, "complete", step=name)
    await handle.result()
    return handle


async def grown(house: House) -> Handle:
    """Tasks put into the run, an automation run twice beside a step, one of them in vain."""
    mails = [{"id": "mail", "title": "Mail", "action": name, "with": {}} for name in ("test.pay", "test.fail")]
    first = task("first", automations=[mails[0], {**mails[1], "id": "broken"}])
    handle = await house.start(document([first, task("last")]))
    await house.give(handle, "add_task", title="Between", after="first")
    await house.give(handle, "add_task", title="Before", before="last", due="2099-12-24")
    for name in ("mail", "broken", "mail"):
        await house.give(handle, "automation", step="first", automation=name)
    await house.until(handle, lambda v: v["attention"])
    await house.give(handle, "retry", LEA, execution="first.broken#1")
    for name in ("first", "added_1", "added_2"):
        await house.give(handle, "complete", step=name)
    await house.until(handle, lambda v: v["attention"])
    await house.give(handle, "complete", step="last")
    await handle.result()
    return handle


async def kept_up(house: House) -> Handle:
    """The record is to be kept up to date, which fails; the run ends, waits for that, is reopened, and closed."""
    sync = [{"event": "step.done", "set": {"state": "= step.title"}}, {"event": "run.completed", "set": {"state": "x"}}]
    handle = await house.start(document([task("look")], sync=sync, **RECORD), **ON_A_RECORD)
    await house.give(handle, "complete", step="look")
    await errand(house, handle, "~sync1#1", "attention")
    await house.give(handle, "retry", execution="~sync0#1")
    await house.give(handle, "reopen", LEA)
    await house.give(handle, "skip", execution="~sync1#1", reason="by hand")
    await house.give(handle, "close", text="now it is")
    await errand(house, handle, "~sync1#2", "attention")
    await house.give(handle, "skip", execution="~sync0#1")
    await house.give(handle, "skip", execution="~sync1#2")
    await handle.result()
    return handle


async def taken_back(house: House) -> Handle:
    """An abort takes side effects back before the run ends; it had been saved."""
    handle = await house.start(document([pays("one"), pays("two"), task("check")]))
    await house.until(handle, lambda v: v["current"] == ["check"])
    await house.give(handle, "save")
    await house.give(handle, "abort", LEA, undo=["one", "two"], text="wrong customer")
    await handle.result()
    return handle


async def migrated(house: House) -> Handle:
    """An open run is moved to another version, with a step that takes the place of an open one."""
    handle = await house.start(document([task("look"), task("old"), task("last")]))
    await house.give(handle, "complete", step="look")
    version = frozen(document([task("look"), {"id": "new", "title": "New", **PAY}, task("more"), task("last")]))
    target = {"hash": digest(version), "version": version}
    await house.give(handle, "migrate", LEA, version=2, frozen=target, map={"old": "new"})
    await house.until(handle, lambda v: v["current"] == ["more"])
    for name in ("more", "last"):
        await house.give(handle, "complete", step=name)
    await handle.result()
    return handle


async def too_early(house: House) -> Handle:
    """A step is completed while the effect before it is at work, and again when its turn has come; then once too often,
    with nothing under way that could change that."""
    slow = {"id": "slow", "kind": "action", "title": "Slow", "action": "test.slow", "execute": "automatic"}
    handle = await house.start(document([task("look"), slow, task("next"), task("last")]))
    await house.give(handle, "complete", step="look")
    early = await house.give(handle, "complete", step="next")
    assert early["command"]["refusal"]["code"] == "requirements_open"
    house.world.gate.set()
    await house.until(handle, lambda v: v["current"] == ["next"])
    await house.give(handle, "complete", step="next")
    await house.give(handle, "complete", step="next")
    await house.give(handle, "complete", step="last")
    await handle.result()
    return handle


PEOPLE: dict[str, Callable[[House], Awaitable[Handle]]] = {
    "revised": revised,
    "sent-back": sent_back,
    "saved": saved,
    "overdue": overdue,
    "grown": grown,
    "kept-up": kept_up,
    "taken-back": taken_back,
    "migrated": migrated,
    "too-early": too_early,
}
