"""How much is measured; every number can be made smaller by an environment variable."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

PARTS = ("automatic", "human", "paused", "wake", "killed", "rolled")


@dataclass(frozen=True, slots=True)
class Plan:
    """Repetitions, runs and steps. `wake_at` are lengths of histories in events."""

    repeat: int = 4
    runs: int = 50
    steps: int = 10
    clients: int = 20
    paused: int = 2000
    wake_runs: int = 8
    wake_at: tuple[int, ...] = (10, 100, 1000)
    parts: tuple[str, ...] = PARTS

    @classmethod
    def from_environment(cls) -> Plan:
        """BENCH_REPEAT, BENCH_RUNS, BENCH_STEPS, BENCH_CLIENTS, BENCH_PAUSED, BENCH_PARTS (names with commas)."""
        numbers = {
            name: max(1, int(os.environ[f"BENCH_{name.upper()}"]))
            for name in ("repeat", "runs", "steps", "clients", "paused")
            if os.environ.get(f"BENCH_{name.upper()}")
        }
        parts = tuple(os.environ.get("BENCH_PARTS", ",".join(PARTS)).split(","))
        if unknown := set(parts) - set(PARTS):
            raise SystemExit(f"BENCH_PARTS: {', '.join(sorted(unknown))} is none of {', '.join(PARTS)}")
        return replace(cls(parts=parts), **numbers)  # type: ignore[arg-type]

    def lengths(self) -> dict[str, list[int]]:
        """The definitions that are needed: one more human step than is answered, so that no measure holds the end."""
        return {"automatic": [self.steps, 2 * self.steps], "human": [self.steps + 1, 2 * self.steps + 1]}
