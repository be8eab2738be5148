"""Stories of what comes from outside, and of moments and hands that a run waits for; from interpreter version 3 on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle

from definitions.checks import Known
from definitions.wire import JOURNEY_ACTOR, OUTSIDE_ACTOR, SYSTEM_ACTOR, Actor
from tests.engine.story import LEA, document, task
from tests.workers.house import House, step

Handle = WorkflowHandle[Any, Any]

SYSTEM, OUTSIDE, CUSTOMER = Actor(SYSTEM_ACTOR), Actor(OUTSIDE_ACTOR), Actor(f"{JOURNEY_ACTOR}lnk-1")
FORM = [{"id": "stars", "type": "integer", "required": True}]
PAY = {"kind": "action", "action": "test.pay", "execute": "automatic"}


def happened(name: str, number: int) -> dict[str, Any]:
    """An event."""
    return {"id": f"{name}-{number}", "name": name, "data": {"n": number}, "at": "2026-11-21T09:00:00Z"}


def waits(name: str, **more: Any) -> dict[str, Any]:
    """A step that waits for the event of its own name."""
    return {"id": name, "kind": "wait", "title": name.title(), "event": {"name": name, **more}}


async def heard(house: House) -> Handle:
    """Events before their wait, after it, of another kind, and never; one heard while the run was saved."""
    house.world.happened = [happened("early", 1), happened("early", 2)]
    steps = [
        waits("early", match="= event.data.n == 2"),
        waits("late"),
        waits("kept"),
        {**waits("never"), "expires": "1 seconds"},
        task("after", after="never:timeout"),
    ]
    handle = await house.start(document(steps))
    await house.until(handle, lambda v: step(v, "late")["waits"] == "event")
    await house.give(handle, "event", SYSTEM, step="late", event=happened("other", 1))
    await house.give(handle, "event", step="late", event=happened("late", 1))
    await house.give(handle, "event", SYSTEM, step="late", event=happened("late", 1))
    await house.until(handle, lambda v: step(v, "kept")["waits"] == "event")
    await house.give(handle, "save")
    await house.give(handle, "event", SYSTEM, step="kept", event=happened("kept", 1))
    await house.give(handle, "resume", LEA)
    await house.until(handle, lambda v: v["current"] == ["after"])
    await house.give(handle, "complete", step="after")
    await handle.result()
    return handle


async def answered(house: House) -> Handle:
    """A form is sent, reminded of, taken back, sent once more and answered; forms of a task; one that expires."""
    rate = {"id": "rate", "kind": "journey", "title": "Rate us", "fields": FORM, "to": "c@example.com"}
    papers = [{"id": "papers", "fields": FORM, "complete": False}, {"id": "proof", "fields": FORM}]
    steps = [
        {**rate, "remind": ["1 seconds"]},
        task("check", journeys=papers),
        {**rate, "id": "last", "expires": "1 seconds"},
    ]
    handle = await house.start(document(steps))
    await house.until(handle, lambda v: step(v, "rate")["waits"] == "journey")
    await house.until(handle, lambda v: house.world.calls.count("invited: c@example.com") == 2)
    await house.give(handle, "complete", CUSTOMER, step="rate", output={})
    await house.give(handle, "revoke", step="rate")
    await house.give(handle, "resend", step="rate", to="d@example.com")
    await house.until(handle, lambda v: not step(v, "rate")["links"][0]["revoked"])
    await house.give(handle, "complete", Actor(f"{JOURNEY_ACTOR}lnk-2"), step="rate", output={"stars": 5})
    await house.give(handle, "resend", step="check", journey="papers")
    await house.until(handle, lambda v: len(step(v, "check")["links"]) == 1)
    await house.give(handle, "complete", CUSTOMER, step="check", journey="papers", output={"stars": 1})
    await house.give(handle, "complete", step="check", journey="proof", output={"stars": 2})
    await house.until(handle, lambda v: v["attention"])
    await house.give(handle, "handle_manually", step="last", output={"stars": 3})
    await handle.result()
    return handle


async def escalated(house: House) -> Handle:
    """Nobody started it: what is for nobody falls into its inbox; a step and a run are handed on, and continued."""
    up = {"id": "up", "kind": "escalate", "title": "Up", "inbox": "leads", "reason": "Look"}
    broken = {"id": "pay", "title": "Pay", **PAY, "action": "test.fail"}
    start = {"triggers": [{"type": "manual"}], "fallback_inbox": "strays"}
    handle = await house.start(document([task("look"), broken, up], start=start), started_without_person=True)
    await house.until(handle, lambda v: step(v, "look")["inbox"] == "strays")
    await house.give(handle, "escalate", step="look", inbox="leads", reason="Too hard")
    await house.give(handle, "complete", LEA, step="look")
    await house.until(handle, lambda v: v["attention"])
    await house.give(handle, "escalate", inbox="leads", reason="It broke")
    await house.give(handle, "handle_manually", LEA, step="pay")
    await house.give(handle, "assign", LEA, step="up", users=["lea"])
    await house.give(handle, "complete", LEA, step="up")
    await handle.result()
    return handle


async def scheduled(house: House) -> Handle:
    """Steps that begin by themselves later, now because somebody says so, not at all, and at no moment there is."""
    soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat(timespec="seconds").replace("+00:00", "Z")
    steps = [
        {"id": "soon", "title": "Soon", **PAY, "schedule": {"after": soon}},
        {"id": "now", "title": "Now", **PAY, "schedule": {"in": "30 days"}},
        {"id": "off", "title": "Off", **PAY, "schedule": {"in": "30 days"}},
        {"id": "past", "title": "Past", **PAY, "schedule": {"after": "2026-01-01"}},
    ]
    handle = await house.start(document(steps))
    await house.until(handle, lambda v: step(v, "now")["status"] == "scheduled")
    await house.give(handle, "run_now", step="now")
    await house.until(handle, lambda v: step(v, "off")["status"] == "scheduled")
    await house.give(handle, "cancel_schedule", step="off", reason="not needed")
    await house.until(handle, lambda v: v["attention"])
    await house.give(handle, "retry", step="past")
    await house.give(handle, "run_now", LEA, step="past")
    await handle.result()
    return handle


async def confirmed(house: House) -> Handle:
    """An action that somebody outside confirms: in time, and too late."""
    steps = [
        {"id": "ask", "title": "Ask", **PAY, "confirm": {"expires": "30 days", "remind": ["1 seconds"]}},
        {"id": "late", "title": "Late", **PAY, "confirm": {"expires": "1 seconds"}},
    ]
    handle = await house.start(document(steps))
    await house.until(handle, lambda v: step(v, "ask")["waits"] == "outside" and bool(v["errands"]))
    await house.give(handle, "confirm", step="ask")
    await house.give(handle, "confirm", OUTSIDE, step="ask", execution="ask#1")
    await house.until(handle, lambda v: v["attention"])
    await house.give(handle, "confirm", OUTSIDE, step="late", execution="late#1")
    await house.give(handle, "handle_manually", LEA, step="late")
    await handle.result()
    return handle


async def reconciled(house: House) -> Handle:
    """The outside is asked again what became of an action: of one that broke, and of one that ended long ago."""
    house.known = Known(actions={info["name"]: info for info in house.world.registry().catalogue()})
    steps = [{"id": "pay", "title": "Pay", **PAY, "action": "test.doubt", "with": {}}, task("look")]
    handle = await house.start(document(steps))
    await house.until(handle, lambda v: v["attention"])
    await house.give(handle, "reconcile", step="look")
    await house.give(handle, "reconcile", step="pay")
    await house.until(handle, lambda v: v["current"] == ["look"])
    await house.give(handle, "amend", step="pay", output={"id": "wrong"}, reason="to see")
    await house.give(handle, "reconcile", LEA, step="pay")
    await house.until(handle, lambda v: step(v, "pay")["output"] == {"id": "found"})
    await house.give(handle, "complete", step="look")
    await handle.result()
    return handle


OUTSIDERS: dict[str, Callable[[House], Awaitable[Handle]]] = {
    "events": heard,
    "journeys": answered,
    "escalated": escalated,
    "schedules": scheduled,
    "confirmed": confirmed,
    "reconciled": reconciled,
}
