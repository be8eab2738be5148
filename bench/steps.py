"""(a) Chains of automatic steps, (b) chains of steps that people answer: throughput, latency, cost per step.

The sides take turns within each repetition, so that whatever else the machine does meets both, and in another order
each time, so that none always comes after the same one: that makes up to a twentieth (measured). A ratio is the median
of the repetitions' ratios, and not the ratio of medians, for the same reason.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from bench.figures import History, history_of, median, milliseconds, ratio, slope
from bench.plan import Plan
from bench.sides import ByHand, ByHandBare, Ours, OverHttp, Side
from bench.stage import Stage

Figures = dict[str, Any]

SETTLE, QUIET, PATIENCE = 3.0, 0.06, 40.0
"""Before each measurement there are two pauses of so many seconds in a row in which API and workers use at most that
much of a core; at most `PATIENCE` seconds in all. No side is to pay for what the one before it left to be done: the
histories of runs that ended are stored, from two seconds after their end on. Without it whoever comes after ours looks
up to a tenth slower (measured).
"""

TIMEOUTS = 11.0
"""Seconds that are waited in any case: ten after each task of a workflow Temporal looks whether that is still to be
timed out, which after fifty runs of either side takes an eighth of a core for four seconds (measured).
"""


class Bench:
    """The stage with the sides on it."""

    def __init__(
        self, stage: Stage, plan: Plan, *, ours: Ours, by_hand: ByHand, bare: ByHandBare, http: OverHttp
    ) -> None:
        self.stage, self.plan = stage, plan
        self.ours, self.by_hand, self.bare, self.http = ours, by_hand, bare, http

    async def automatic(self) -> Figures:
        """Many runs at once, then one alone."""
        pair = (self.by_hand, self.ours)
        for side in (*pair, self.bare):
            await self._automatic(side, 4)
        many = await self._rounds((*pair, self.bare), self.plan.runs)
        alone = await self._rounds((*pair, self.bare), 1)
        slopes = {side.name: await self._slope_automatic(side) for side in pair}
        shown = _by_name("steps_per_second", many, 0) | _by_name("one_run_steps_per_second", alone, 0)
        return {
            "ratio": _ratio(many, 0),
            "one_run_ratio": _ratio(alone, 0),
            **shown,
            **_by_name("cpu_ms_per_step", many, 1),
            "cpu_ratio": _ratio(many, 1),
            "bare_ratio": _ratio(many, 0, "by-hand-bare"),
            "one_run_bare_ratio": _ratio(alone, 0, "by-hand-bare"),
            "bare_cpu_ratio": _ratio(many, 1, "by-hand-bare"),
            **slopes["ours"],
            "by_hand": slopes["by-hand"],
            "runs": self.plan.runs,
            "steps": self.plan.steps,
        }

    async def human(self) -> Figures:
        """One client, then many at once; ours also through the HTTP API, which is what `ratio` is about."""
        found: Figures = {}
        sides: tuple[Side, ...] = (self.by_hand, self.bare, self.ours, self.http)
        for side in sides:
            await self._human(side, 1)
        for label, clients in (("", 1), (f"{self.plan.clients}_clients_", self.plan.clients)):
            found |= await self._human_rounds(sides, label, clients)
        slopes = {side.name: await self._slope_human(side) for side in (self.by_hand, self.ours)}
        return {**found, **slopes["ours"], "by_hand": slopes["by-hand"], "steps": self.plan.steps}

    async def _human_rounds(self, sides: tuple[Side, ...], label: str, clients: int) -> Figures:
        seconds: dict[str, list[float]] = defaultdict(list)
        speed: dict[str, list[float]] = defaultdict(list)
        cpu: dict[str, list[float]] = defaultdict(list)
        for order in orders(sides, self.plan.repeat):
            for side in order:
                took, rate, used = await self._human(side, clients, 5 if clients == 1 else 1)
                seconds[side.name] += took
                speed[side.name].append(rate)
                cpu[side.name].append(used)
        ms = {name: milliseconds(found) for name, found in seconds.items()}
        return {
            f"{label}p50_ratio": ratio(ms["ours over HTTP"]["p50"], ms["by-hand"]["p50"]),
            f"{label}signal_query_p50_ratio": ratio(ms["ours"]["p50"], ms["by-hand"]["p50"]),
            f"{label}ms": ms,
            f"{label}steps_per_second": {name: median(found) for name, found in speed.items()},
            f"{label}ratio": _median_ratio(speed["ours over HTTP"], speed["by-hand"]),
            f"{label}signal_query_ratio": _median_ratio(speed["ours"], speed["by-hand"]),
            f"{label}cpu_ms_per_step": {name: median(found) for name, found in cpu.items()},
            f"{label}cpu_ratio": _median_ratio(cpu["ours"], cpu["by-hand"]),
            f"{label}bare_p50_to_http": ratio(ms["ours over HTTP"]["p50"], ms["by-hand-bare"]["p50"]),
            f"{label}bare_ratio": _median_ratio(speed["ours over HTTP"], speed["by-hand-bare"]),
        }

    async def _rounds(self, sides: tuple[Side, ...], runs: int) -> dict[str, list[tuple[float, float]]]:
        found: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for order in orders(sides, self.plan.repeat):
            for side in order:
                found[side.name].append(await self._automatic(side, runs))
        return found

    async def _automatic(self, side: Side, runs: int) -> tuple[float, float]:
        """Steps per second, and the worker's CPU ms per step."""
        await self.settle()
        worker, steps = self.stage.workers[side.worker], runs * self.plan.steps
        before, began = worker.cpu(), time.perf_counter()
        handles = await asyncio.gather(*(side.start("automatic", self.plan.steps) for _ in range(runs)))
        await asyncio.gather(*(handle.result() for handle in handles))
        took = time.perf_counter() - began
        return steps / took, (worker.cpu() - before) * 1000 / steps

    async def _human(self, side: Side, clients: int, chains: int = 1) -> tuple[list[float], float, float]:
        """Seconds of each step, steps per second, and the worker's CPU ms per step."""
        worker, seconds = self.stage.workers[side.worker], list[float]()
        runs = [[await side.start("human", self.plan.steps + 1) for _ in range(chains)] for _ in range(clients)]
        await asyncio.gather(*(side.ask(run) for found in runs for run in found))
        await self.settle()
        before, began = worker.cpu(), time.perf_counter()
        await asyncio.gather(*(self._client(side, found, seconds) for found in runs))
        took, used = time.perf_counter() - began, worker.cpu() - before
        return seconds, len(seconds) / took, used * 1000 / len(seconds)

    async def settle(self) -> None:
        """Until what was done before is done with."""
        began, quiet = time.monotonic(), 0
        while (waited := time.monotonic() - began) < TIMEOUTS or (quiet < 2 and waited < PATIENCE):
            before = self.stage.cpu()
            await asyncio.sleep(SETTLE)
            quiet = quiet + 1 if self.stage.cpu() - before <= QUIET * SETTLE else 0

    async def _client(self, side: Side, runs: list[Any], seconds: list[float]) -> None:
        for run in runs:
            for n in range(self.plan.steps):
                began = time.perf_counter()
                await side.step(run, n)
                seconds.append(time.perf_counter() - began)

    async def _slope_automatic(self, side: Side) -> Figures:
        found: list[History] = []
        for steps in (self.plan.steps, 2 * self.plan.steps):
            run = await side.start("automatic", steps)
            await run.result()
            found.append(await history_of(run))
        return {**slope(found[0], found[1], self.plan.steps), **_whole(found[0], self.plan.steps)}

    async def _slope_human(self, side: Side) -> Figures:
        """From one run at two moments."""
        run = await side.start("human", 2 * self.plan.steps + 1)
        await side.ask(run)
        found = []
        for n in range(2 * self.plan.steps):
            await side.step(run, n)
            if n + 1 in (self.plan.steps, 2 * self.plan.steps):
                found.append(await history_of(run))
        return {**slope(found[0], found[1], self.plan.steps), **_whole(found[0], self.plan.steps)}


def orders(sides: Sequence[Side], repeat: int) -> Iterator[Sequence[Side]]:
    """So many orders of the sides: there, back, and each time both were had beginning with the next one."""
    for n in range(repeat):
        first = n // 2 % len(sides)
        there = [*sides[first:], *sides[:first]]
        yield there[::-1] if n % 2 else there


def _whole(history: History, steps: int) -> Figures:
    """With what a run costs in any case, divided by its steps."""
    return {"events_per_step_of_whole_run": round(history.events / steps, 2)}


def _by_name(name: str, rounds: dict[str, list[tuple[float, float]]], index: int) -> Figures:
    return {name: {side: median([found[index] for found in rows]) for side, rows in rounds.items()}}


def _ratio(rounds: dict[str, list[tuple[float, float]]], index: int, to: str = "by-hand") -> float | None:
    return _median_ratio([row[index] for row in rounds["ours"]], [row[index] for row in rounds[to]])


def _median_ratio(ours: list[float], theirs: list[float]) -> float | None:
    pairs = [a / b for a, b in zip(ours, theirs, strict=True) if b]
    return median(pairs) if pairs else None
