"""`make bench`: measures, prints, writes bench/latest.json (or what BENCH_OUTPUT names)."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from temporalio.client import Client

from bench.plan import Plan
from bench.rest import killed, paused, rolled, wake
from bench.sides import ByHand, ByHandBare, Ours, OverHttp, publish
from bench.stage import Stage
from bench.steps import Bench
from bench.table import table

OUTPUT = Path(os.environ.get("BENCH_OUTPUT") or Path(__file__).with_name("latest.json"))


async def measure(stage: Stage, plan: Plan) -> None:
    """Every part of the plan, in its order; what is known is printed and written after each."""
    client = await Client.connect(stage.temporal.address)
    versions = await publish(stage, plan.lengths())
    ours, http = Ours(client, stage, versions), OverHttp(client, stage, versions)
    bench = Bench(stage, plan, ours=ours, by_hand=ByHand(client), bare=ByHandBare(client), http=http)
    parts: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
        "automatic": bench.automatic,
        "human": bench.human,
        "paused": lambda: paused(bench),
        "wake": lambda: wake(bench),
        "killed": lambda: killed(bench),
        "rolled": lambda: rolled(bench),
    }
    found: dict[str, Any] = {}
    for name in plan.parts:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        found[name] = await parts[name]()
        print(table({name: found[name]}), flush=True)
        keep(found)


def keep(found: dict[str, Any]) -> None:
    """What is known so far, as JSON."""
    OUTPUT.write_text(json.dumps(found, indent=1) + "\n")


def main() -> None:
    """Leaves at once at the end: native threads of the client may still run."""
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-", ignore_cleanup_errors=True) as folder:
        stage = Stage(Path(folder), os.environ.get("BENCH_PROFILE", ""))
        try:
            stage.start()
            asyncio.run(measure(stage, Plan.from_environment()))
        finally:
            stage.stop()
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
