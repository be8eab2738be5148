"""Two at once, each pair a hundred times: one wins, the other is told who was first and when, both are logged."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from tests.api.documents import document, two_steps
from tests.api.world import World

TIMES = 100
SIDE_BY_SIDE = 5
PEOPLE = ("ann", "ben")


async def again_and_again(one: Callable[[], Awaitable[str]]) -> Counter[str]:
    """A hundred runs of a race, a few side by side; how often each outcome came."""
    slots = asyncio.Semaphore(SIDE_BY_SIDE)

    async def guarded() -> str:
        async with slots:
            return await one()

    return Counter(await asyncio.gather(*(guarded() for _ in range(TIMES))))


def parted(answers: list[httpx2.Response]) -> tuple[int, dict[str, Any]]:
    """The place of the one that won, and what the other was told."""
    codes = [answer.status_code for answer in answers]
    assert sorted(codes) == [200, 409], [answer.text for answer in answers]
    return codes.index(200), dict(answers[codes.index(409)].json())


async def logged(world: World, run: str, *actions: str) -> None:
    """Both commands stand in the activity log, the one that was refused with its refusal."""
    rows = (await world.get("oda", "/v1/activity-log", run=run, type="write", limit=200))["items"]
    given = Counter((row["action"], row["outcome"]) for row in rows if row["action"].startswith("command."))
    for action in actions:
        assert given[f"command.{action}", "ok"] >= 1, given
    assert sum(count for (_, outcome), count in given.items() if outcome == "refused") == 1


@pytest.fixture(scope="module")
async def two(world: World) -> str:
    body = two_steps("race")
    await world.publish(body)
    return str(body["key"])


async def test_two_people_complete_the_same_step(world: World, two: str) -> None:
    async def one() -> str:
        run = (await world.start("ann", two))["id"]
        asked = (world.command(who, run, "complete", step="a", output={"n": 1}) for who in PEOPLE)
        answers = list(await asyncio.gather(*asked))
        winner, told = parted(answers)
        view = answers[winner].json()["run"]["steps"][0]
        assert (told["ended_by"], told["ended_at"]) == (PEOPLE[winner], view["ended_at"])
        await logged(world, run, "complete")
        return PEOPLE[winner]

    assert sum((await again_and_again(one)).values()) == TIMES


async def test_a_double_click(world: World, two: str) -> None:
    """The same id: nobody loses, it happened once."""

    async def one() -> str:
        run, name = (await world.start("ann", two))["id"], uuid.uuid4().hex
        asked = (world.command("ann", run, "complete", id=name, step="a", output={"n": 1}) for _ in PEOPLE)
        answers = await asyncio.gather(*asked)
        assert [answer.status_code for answer in answers] == [200, 200]
        events = (await world.get("ann", f"/v1/runs/{run}/events"))["items"]
        return ",".join(event["type"] for event in events if event.get("command") == name)

    assert await again_and_again(one) == {"step_done": TIMES}


async def test_abort_against_the_last_step(world: World, two: str) -> None:
    """The run ends one way, and the other hears that it has, by whom and when."""

    async def one() -> str:
        run = (await world.start("ann", two))["id"]
        await world.command("ann", run, "complete", step="a", output={"n": 1})
        answers = list(
            await asyncio.gather(
                world.command("ann", run, "complete", step="b", choice="x"),
                world.command("ben", run, "abort", reasons=[]),
            )
        )
        winner, told = parted(answers)
        view = await world.get("ann", f"/v1/runs/{run}")
        assert view["status"] == ("completed", "aborted")[winner]
        assert (told["code"], told["ended_by"], told["ended_at"]) == ("run_closed", PEOPLE[winner], view["ended_at"])
        await logged(world, run, ("complete", "abort")[winner])
        return str(view["status"])

    assert sum((await again_and_again(one)).values()) == TIMES


async def test_two_revises_at_once(world: World, two: str) -> None:
    """One round more, not two; whoever was late hears who opened it."""

    async def one() -> str:
        run = (await world.start("lea", two))["id"]
        await world.command("lea", run, "complete", step="a", output={"n": 1})
        seen = (await world.get("lea", f"/v1/runs/{run}/revise-preview", step="a"))["fingerprint"]
        asked = [world.command("lea", run, "revise", step="a", execution="a#1", fingerprint=seen) for _ in PEOPLE]
        _, told = parted(list(await asyncio.gather(*asked)))
        assert told["code"] in ("stale_execution", "fingerprint_changed") and told["ended_by"] == "lea"
        assert told["ended_at"]
        view = (await world.get("lea", f"/v1/runs/{run}"))["steps"][0]
        assert (view["round"], view["status"], view["before"]) == (2, "ready", {"output": {"n": 1}})
        await logged(world, run, "revise")
        return str(told["code"])

    assert sum((await again_and_again(one)).values()) == TIMES


async def test_revise_against_an_effect_in_flight(world: World) -> None:
    """The step is open again whichever came first, and the effect's answer is used, or late, never both."""
    pay = {"id": "pay", "kind": "action", "action": "demo.refund", "execute": "automatic"}
    ask = {"id": "ask", "kind": "task"}
    body = document("flight", [ask, {**pay, "with": {"order": "o1", "amount": 1.0}}, {"id": "check", "kind": "task"}])
    await world.publish(body)

    async def one() -> str:
        run = (await world.start("lea", body["key"]))["id"]
        await world.command("lea", run, "complete", step="ask")
        revised = await world.command("lea", run, "revise", step="ask")
        assert revised.status_code == 200, revised.text
        found: list[str] = []
        for _ in range(400):
            events = (await world.get("lea", f"/v1/runs/{run}/events", limit=200))["items"]
            of_pay = [event["type"] for event in events if event.get("execution") == "pay#1"]
            if found := [kind for kind in of_pay if kind in ("step_done", "effect_late")]:
                break
            await asyncio.sleep(0.02)
        assert len(found) == 1, of_pay
        assert of_pay.count("step_cancelled") == 1
        view = await world.get("lea", f"/v1/runs/{run}")
        assert view["current"] == ["ask"]
        assert [each["status"] for each in view["steps"]] == ["ready", "pending", "pending"]
        return found[0]

    assert sum((await again_and_again(one)).values()) == TIMES
