"""What one history says: replayed here and now, with everything that its run made of it.

Run as a program it is the child of `ChildReplays` (holdfast/witness.py): `python -m holdfast.testify FOLDER` replays
the pieces in a folder, in order, and writes there what each said. It imports no more than that takes: such a child
lives for one run, and most of its time would go by with imports.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from api.codec import converter_of, read_keys
from holdfast.runtime import core_runtime
from workers import witness
from workers.worker import replayer

ANSWER = "said.json"

SHOWN = 400
"""Characters of what went wrong with one run."""

SAID = re.compile(r'message: "((?:[^"\\]|\\.)*)"')
"""What the native side says stands in here, in the middle of its own way to print a failure."""


def begun(history: WorkflowHistory) -> bool:
    """Whether a worker has done a task of it. Before that nothing was decided, and the SDK would wait for ever."""
    return any(event.HasField("workflow_task_completed_event_attributes") for event in history.events)


def readable(failure: Exception) -> str:
    """What went wrong, on one line."""
    text = str(failure)
    said = SAID.search(text)
    return " ".join((said[1] if said else text).split())[:SHOWN]


async def testify(folder: Path) -> None:
    """What the child does: replays the pieces in a folder one by one, and writes what each said.

    The keys of payloads are read past the settings, which take as long to import as all the rest.
    """
    run, pieces = _given(folder)
    converter = converter_of(read_keys(os.environ.get("HOLDFAST_PAYLOAD_KEYS", "")))
    said = [await said_by(run, json.loads(file.read_bytes()), converter) for file in pieces]
    (folder / ANSWER).write_text(json.dumps(said))


def _given(folder: Path) -> tuple[str, list[Path]]:
    return (folder / "run").read_text(), sorted(folder.glob("piece-*"))


async def said_by(run: str, history: dict[str, Any], converter: DataConverter) -> dict[str, Any]:
    """`{after, events, problem}` of one piece; of one that no worker has begun there is nothing to be said."""
    heard = witness.listen()
    try:
        parsed = WorkflowHistory.from_json(run, history)
    except Exception as error:  # the parser of the SDK raises whatever it meets
        return {"problem": f"this is no history of a workflow ({type(error).__name__})"}
    if not begun(parsed):
        return {}
    replaying = replayer(witness.Witness, data_converter=converter, runtime=core_runtime())
    result = await replaying.replay_workflow(parsed, raise_on_replay_failure=False)
    problem = readable(result.replay_failure) if result.replay_failure else None
    return {"after": heard.after, "events": heard.events, "problem": problem}


if __name__ == "__main__":
    asyncio.run(testify(Path(sys.argv[1])))
    os._exit(0)  # native threads may still run: see holdfast/__main__.py
