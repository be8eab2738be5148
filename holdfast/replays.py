"""Would this code do what was done? Histories replayed against it, before it is deployed.

A run is what its history makes of the code. Code that would have decided otherwise at any point of a history blocks the
run of that history at its next turn, maybe weeks after the deploy. So every open run is replayed first, and those that
would break are named; a closed run has nothing left to break.

The open runs are found by Temporal's visibility on our task queue, since any definition is a workflow type. The raw
service is asked and nothing but ids is read of its answer: a status newer than the SDK (a workflow paused in Temporal's
UI) makes the client's own listing fail for all of them. Replaying reads histories and changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from temporalio.api.workflowservice.v1 import ListWorkflowExecutionsRequest
from temporalio.client import Client, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.service import RPCError, RPCStatusCode

from holdfast import reach
from holdfast.reach import connect_temporal
from holdfast.runtime import core_runtime
from holdfast.settings import Settings
from holdfast.testify import begun, readable
from workers.run import Run
from workers.schedule import Strike
from workers.worker import replayer

log = structlog.get_logger("holdfast.replay")

PAGE = 200


@dataclass(frozen=True, slots=True)
class Found:
    """An open run as visibility knows it."""

    workflow: str
    run: str
    type: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What replaying one history came to: `problem` is None where today's code does what was done."""

    name: str
    type: str
    problem: str | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.type}): {self.problem or 'replays'}"


async def open_runs(client: Client, task_queue: str) -> AsyncIterator[Found]:
    """Every run of the task queue that has not been closed, whatever its status is called."""
    query, token = f"TaskQueue = '{task_queue}' AND CloseTime IS NULL", b""
    while True:
        asked = ListWorkflowExecutionsRequest(
            namespace=client.namespace, page_size=PAGE, next_page_token=token, query=query
        )
        page = await client.workflow_service.list_workflow_executions(asked, retry=True)
        for info in page.executions:
            yield Found(info.execution.workflow_id, info.execution.run_id, info.type.name)
        token = page.next_page_token
        if not token:
            return


async def replay_open(client: Client, task_queue: str) -> AsyncIterator[Verdict]:
    """One verdict per open run. A run whose history cannot be read would not be known to be safe: it is named too."""
    unread: list[Verdict] = []
    types: dict[str, str] = {}
    histories = _histories(client, task_queue, types, unread)
    async for verdict in replay(histories, client.data_converter):
        yield Verdict(verdict.name, types[verdict.name], verdict.problem)
    for verdict in unread:
        yield verdict


async def replay(
    histories: AsyncIterator[WorkflowHistory], converter: DataConverter | None = None
) -> AsyncIterator[Verdict]:
    """One verdict per history, in their order."""
    found = converter or reach.converter()
    replaying = replayer(Run, Strike, data_converter=found, runtime=core_runtime())
    async with replaying.workflow_replay_iterator(histories) as results:
        async for result in results:
            problem = readable(result.replay_failure) if result.replay_failure else None
            yield Verdict(result.history.workflow_id, type_of(result.history), problem)


def type_of(history: WorkflowHistory) -> str:
    """The workflow type, which is the definition's key."""
    if not history.events:
        return "?"
    return history.events[0].workflow_execution_started_event_attributes.workflow_type.name or "?"


async def _histories(
    client: Client, task_queue: str, types: dict[str, str], unread: list[Verdict]
) -> AsyncIterator[WorkflowHistory]:
    """The histories, fetched one by one as they are replayed. A run that ended in between is none of ours any more."""
    async for found in open_runs(client, task_queue):
        try:
            history = await client.get_workflow_handle(found.workflow, run_id=found.run).fetch_history()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                unread.append(Verdict(found.workflow, found.type, f"its history cannot be read: {error.message}"))
            continue
        if not begun(history):
            continue
        types[found.workflow] = found.type
        yield history


async def from_files(files: Iterable[Path]) -> AsyncIterator[WorkflowHistory]:
    """Histories on disk, as `temporal workflow show --output json` writes them. Raises ValueError for anything else."""
    for file in files:
        try:
            history = WorkflowHistory.from_json(str(file), json.loads(file.read_text()))
        except Exception as error:  # the parser of the SDK raises whatever it meets
            raise ValueError(f"{file} holds no history of a workflow ({type(error).__name__})") from None
        if begun(history):
            yield history


async def replay_all(settings: Settings, files: Sequence[Path], of_server: bool) -> tuple[list[str], int]:
    """What to print, and exit code 1 where any run would break."""
    verdicts = [verdict async for verdict in replay(from_files(files))] if files else []
    if of_server:
        client = await connect_temporal()
        verdicts += [verdict async for verdict in replay_open(client, settings.task_queue)]
    broken = [verdict for verdict in verdicts if verdict.problem]
    count = f"{len(verdicts)} {'history' if len(verdicts) == 1 else 'histories'} replayed, {len(broken)} would break"
    log.info("replayed", histories=len(verdicts), broken=[verdict.name for verdict in broken])
    return [*(str(verdict) for verdict in broken), count], 1 if broken else 0
