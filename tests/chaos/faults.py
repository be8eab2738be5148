"""When what is killed: drawn from a seed, so that a bad night can be had again (as far as the machine's own timing)."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos.stage import PARTS, Stage


@dataclass(frozen=True, slots=True)
class Fault:
    """`part` is killed `after` seconds of quiet, and started again after it has been away for `away` seconds."""

    after: float
    part: str
    away: float


def drawn(seed: int) -> Iterator[Fault]:
    """Faults without end. The worker, which dies most often in real life, dies most often here."""
    chance = random.Random(seed)
    while True:
        part = chance.choices(PARTS, weights=(4, 3, 2, 2))[0]
        yield Fault(chance.uniform(1.0, 5.0), part, chance.uniform(0.0, 2.5))


def inflict(stage: Stage, seed: int, seconds: float) -> dict[str, int]:
    """Kill and start again until the time is over; everything runs at the end. Gives how often each part was killed."""
    kills = dict.fromkeys(PARTS, 0)
    deadline = time.monotonic() + seconds
    for fault in drawn(seed):
        if time.monotonic() + fault.after + fault.away > deadline:
            return kills
        time.sleep(fault.after)
        stage.kill(fault.part)
        kills[fault.part] += 1
        time.sleep(fault.away)
        stage.start(fault.part)
    raise AssertionError("faults end")
