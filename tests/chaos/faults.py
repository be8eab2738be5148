"""When what is done to which part: drawn from a seed, so that a bad night can be had again (as far as the machine's own
timing)."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos.stage import KINDS, PARTS, Stage

Faults = Counter[tuple[str, str]]
"""How often what was done to whom, as (part, kind)."""

WEIGHTS = {"killed": 3, "frozen": 2, "cut": 2}


@dataclass(frozen=True, slots=True)
class Fault:
    """After `after` seconds of quiet something of a `kind` is done to `part`, and `lasts` so many seconds."""

    after: float
    part: str
    kind: str
    lasts: float


def drawn(seed: int) -> Iterator[Fault]:
    """Faults without end. The worker, which dies most often in real life, suffers most often here."""
    chance = random.Random(seed)
    while True:
        part = chance.choices(PARTS, weights=(4, 3, 2, 3))[0]
        kind = chance.choices(KINDS[part], weights=[WEIGHTS[kind] for kind in KINDS[part]])[0]
        yield Fault(chance.uniform(1.0, 5.0), part, kind, chance.uniform(0.0, 2.5 if kind == "killed" else 6.0))


def inflict(stage: Stage, seed: int, seconds: float) -> Faults:
    """Harm and mend until the time is over; everything runs at the end."""
    done = Faults()
    deadline = time.monotonic() + seconds
    for fault in drawn(seed):
        if time.monotonic() + fault.after + fault.lasts > deadline:
            return done
        time.sleep(fault.after)
        stage.harm(fault.part, fault.kind, fault.lasts)
        stage.mend(fault.part, fault.kind)
        done[fault.part, fault.kind] += 1
    raise AssertionError("faults end")
