"""(c) Runs at rest: what they cost in memory, and what it takes to wake one up again.

A run at rest in the worker's cache costs memory; one that is not is replayed from its history, by a new worker after a
deploy, or by another after one was killed.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from bench.figures import history_of, median, milliseconds, ratio
from bench.plan import Plan
from bench.sides import KEPT_WHOLE, Handle, Side
from bench.steps import Bench, Figures, orders
from definitions.wire import ROLL_AFTER

AT_ONCE = 50


async def paused(bench: Bench) -> Figures:
    """Starts many runs that wait for their first step; then asks some of them for the next one."""
    found: dict[str, Figures] = {}
    for side in (bench.by_hand, bench.ours):
        found[side.name] = await _paused(bench, side)
    ours, theirs = found["ours"], found["by-hand"]
    return {
        "runs": bench.plan.paused,
        "memory_ratio": ratio(ours["kb_per_run"], theirs["kb_per_run"]),
        "next_step_p50_ratio": ratio(ours["next_step_ms"]["p50"], theirs["next_step_ms"]["p50"]),
        "started_per_second_ratio": ratio(ours["started_per_second"], theirs["started_per_second"]),
        **found,
    }


async def _paused(bench: Bench, side: Side) -> Figures:
    bench.stage.restart_worker(side.worker)
    steps = bench.plan.steps + 1
    await _settled(side, [await side.start("human", steps) for _ in range(20)])
    worker = bench.stage.workers[side.worker]
    before, began = worker.memory(), time.perf_counter()
    runs = await _all(bench.plan.paused, lambda _: side.start("human", steps))
    started = bench.plan.paused / (time.perf_counter() - began)
    await _settled(side, runs)
    kilobytes = (worker.memory() - before) / 1024 / len(runs)
    seconds = []
    for run in random.Random(1).sample(runs, min(100, len(runs))):  # noqa: S311 - no secret
        began = time.perf_counter()
        await side.step(run, 0)
        seconds.append(time.perf_counter() - began)
    return {
        "started_per_second": round(started, 1),
        "kb_per_run": round(kilobytes, 1),
        "next_step_ms": milliseconds(seconds),
    }


async def wake(bench: Bench) -> Figures:
    """The first answer of a run after its worker was started anew, by the length of its history in events."""
    return {str(length): await _wake(bench, (bench.by_hand, bench.ours), length) for length in bench.plan.wake_at}


async def rolled(bench: Bench) -> Figures:
    """The same for the longest of them, where the run continues as new at rest."""
    longest = max(bench.plan.wake_at)
    return {f"{longest}_rolled_at_{ROLL_AFTER}": await _wake(bench, (bench.ours,), longest, ROLL_AFTER)}


async def _wake(bench: Bench, sides: tuple[Side, ...], length: int, roll_after: int = KEPT_WHOLE) -> Figures:
    """The same sleepers are woken in each repetition; the sides take turns, as with steps.

    Before a worker is stopped all is at rest: a run of ours that is seconds old has a timer to the moment at which it
    tells how it stands, which would wake it before anybody asks (seen: 8 ms for a history of 100).
    """
    long = {side.name: await _long(side, length, roll_after, bench.plan) for side in sides}
    events = {name: (await history_of(asleep[0])).events for name, (asleep, _) in long.items()}
    rounds: dict[str, list[dict[str, float]]] = {side.name: [] for side in sides}
    await bench.settle()
    for order in orders(sides, bench.plan.repeat):
        for side in order:
            bench.stage.restart_worker(side.worker)
            rounds[side.name].append(milliseconds(await _woken(side, *long[side.name])))
    found: Figures = {name: {"events": events[name], "ms": _typical(rows)} for name, rows in rounds.items()}
    return {**found, "ratio": _median_p50(rounds)} if len(sides) > 1 else found


async def _long(side: Side, length: int, roll_after: int, plan: Plan) -> tuple[list[Handle], Handle]:
    """Runs of that length, and a young one that tells when a new worker is there."""
    runs = [await side.start("human", plan.steps + 1, roll_after) for _ in range(plan.wake_runs)]
    warm = await side.start("human", plan.steps + 1)
    await asyncio.gather(*(_lengthen(side, run, length) for run in runs))
    return runs, warm


async def _woken(side: Side, asleep: list[Handle], warm: Handle) -> list[float]:
    await side.ask(warm)
    return [await _timed(side.ask(run)) for run in asleep]


def _typical(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: median([found[name] for found in rounds]) for name in rounds[0]}


def _median_p50(rounds: dict[str, list[dict[str, float]]]) -> float:
    pairs = zip(rounds["ours"], rounds["by-hand"], strict=True)
    return median([ours["p50"] / theirs["p50"] for ours, theirs in pairs])


async def _lengthen(side: Side, run: Handle, length: int) -> None:
    """Messages until so much has happened to the run, whether or not it continued as new meanwhile."""
    await side.step(run, 0)
    first = (await history_of(run)).events
    await side.nudge(run)
    each = max(1, (await history_of(run)).events - first)
    for _ in range(max(0, (length - first - each + each // 2) // each)):
        await side.nudge(run)


async def killed(bench: Bench) -> Figures:
    """The next step of runs whose worker was killed, while another worker stands by."""
    found: Figures = {}
    for side in (bench.by_hand, bench.ours):
        found[side.name] = await _killed(bench, side)
    return {"ratio": ratio(found["ours"]["p50"], found["by-hand"]["p50"]), "ms": found}


async def _killed(bench: Bench, side: Side) -> dict[str, float]:
    seconds: list[float] = []
    for _ in range(bench.plan.repeat):
        bench.stage.restart_worker(side.worker)
        runs = [await side.start("human", bench.plan.steps + 1) for _ in range(10)]
        await _settled(side, runs)
        dying = bench.stage.workers[side.worker]
        bench.stage.start_worker(side.worker)
        dying.kill()
        seconds += await asyncio.gather(*(_timed(side.step(run, 0)) for run in runs))
    return milliseconds(seconds)


async def _timed(call: Awaitable[Any]) -> float:
    began = time.perf_counter()
    await call
    return time.perf_counter() - began


async def _settled(side: Side, runs: list[Handle]) -> None:
    """Each run has had its first turn."""
    await _all(len(runs), lambda n: side.ask(runs[n]))


async def _all(count: int, call: Callable[[int], Awaitable[Any]]) -> list[Any]:
    """The answers of `call(0)` to `call(count - 1)`, a number of them at once."""
    found: list[Any] = [None] * count

    async def some(numbers: Iterable[int]) -> None:
        for n in numbers:
            found[n] = await call(n)

    share = iter(range(count))
    await asyncio.gather(*(some(share) for _ in range(AT_ONCE)))
    return found
