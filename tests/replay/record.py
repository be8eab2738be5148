"""Records the histories that are missing for an interpreter version, the present one unless said otherwise.

Those that exist are left alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from temporalio.client import Client

from definitions.wire import INTERPRETER_VERSION
from tests.replay.stories import HISTORIES, STORIES
from tests.support.servers import TemporalServer
from tests.workers.house import House


def forget_traces(value: Any) -> None:
    """Stack traces name the machine they were made on; nothing in a replay reads them."""
    if isinstance(value, dict):
        value.pop("stackTrace", None)
        for part in value.values():
            forget_traces(part)
    elif isinstance(value, list):
        for part in value:
            forget_traces(part)


async def record(version: int) -> None:
    """Plays each missing story on a server of its own and writes its history as JSON."""
    server = TemporalServer().start()
    try:
        client = await Client.connect(server.address)
        for name, story in STORIES.items():
            path = HISTORIES / f"v{version}-{name}.json"
            if path.exists():
                continue
            house = House(client, f"record-{name}", interpreter=version)
            async with house.worker():
                handle = await story(house)
            history = (await handle.fetch_history()).to_json_dict()
            forget_traces(history)
            path.write_text(json.dumps(history, indent=1) + "\n")
            print(f"recorded {path.name}")
    finally:
        server.stop()


if __name__ == "__main__":
    asyncio.run(record(int(sys.argv[1]) if len(sys.argv) > 1 else INTERPRETER_VERSION))
    sys.stdout.flush()
    os._exit(0)
