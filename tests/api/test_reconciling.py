"""The outside job is asked again over HTTP: what it says corrects the step, and a run that went on does not move."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from tests.api.documents import document
from tests.api.world import World
from tests.support.waiting import until


async def paid(world: World, **step: Any) -> str:
    """A run that has paid order o1 back, and goes on with a task."""
    pay = {"id": "pay", "kind": "action", "action": "demo.refund", "execute": "automatic",
           "with": {"order": "o1", "amount": 5}, **step}  # fmt: skip
    body = document("reconcile", [pay, {"id": "after", "kind": "task"}])
    await world.publish(body)
    run = str((await world.start("lea", body["key"]))["id"])
    await world.until("lea", run, current=["after"])
    return run


async def pays(world: World, run: str) -> dict[str, Any]:
    return dict((await world.get("lea", f"/v1/runs/{run}"))["steps"][0])


async def corrected(world: World, run: str) -> dict[str, Any] | None:
    """The step once its output is put right; on the way there it takes the question only while nobody asks."""
    view = await world.get("lea", f"/v1/runs/{run}")
    step = view["steps"][0]
    asking = any("~reconcile" in side["execution"] and side["status"] != "done" for side in view["errands"])
    assert ("reconcile" in step["can"]) is not asking
    return step if step["output"]["status"] == "cancelled" else None


async def test_a_finished_step_is_corrected_and_the_run_does_not_move(world: World) -> None:
    run = await paid(world)
    before = await pays(world, run)
    assert before["output"]["status"] == "paid" and "reconcile" in before["can"]
    with closing(sqlite3.connect(world.settings.demo_database)) as provider:
        provider.execute("UPDATE refunds SET status = 'cancelled' WHERE id = ?", [before["output"]["id"]])
        provider.commit()
    asked = await world.command("lea", run, "reconcile", step="pay", reason="The bank rang")
    assert asked.status_code == 200, asked.text
    now = await until(lambda: corrected(world, run))
    assert (now["output"], now["status"]) == ({"id": before["output"]["id"], "status": "cancelled"}, "done")
    view = await world.get("lea", f"/v1/runs/{run}")
    assert (view["current"], view["status"]) == (["after"], "waiting")


async def test_only_who_may_act_may_have_it_asked(world: World) -> None:
    run = await paid(world)
    assert (await world.command("vic", run, "reconcile", step="pay")).status_code == 403
    refused = await world.command("lea", run, "reconcile", step="after")
    assert refused.status_code == 409, "there is nobody to ask about a task"
