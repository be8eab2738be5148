"""Before a deploy: every open run is replayed against this code, and the one that would break is named."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.workflowservice.v1 import PauseWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError

from holdfast.reach import connect_temporal, patiently
from holdfast.replays import open_runs, replay_open
from tests.engine.story import document
from tests.replay.stories import HISTORIES, TASK, act
from tests.replay.test_replay import load, rename_activity
from tests.support.servers import TemporalServer
from tests.workers.house import House
from workers import effects


@pytest.fixture
async def handles(temporal_client: Client, task_queue: str) -> AsyncIterator[list[WorkflowHandle[Any, Any]]]:
    """One run that waits for a person and one that did an effect before it waits; their worker has stopped."""
    house = House(temporal_client, task_queue)
    async with house.worker():
        plain = await house.start(document([TASK], key="plain"))
        paid = await house.start(document([act("pay", "test.pay"), TASK], key="paid"))
        ended = await house.start(document([act("pay", "test.pay")], key="ended"))
        for handle in (plain, paid):
            await house.until(handle, lambda view: view["current"] == ["look"])
        await ended.result()
    yield [plain, paid]
    for handle in (plain, paid):
        await handle.terminate()


def rename(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that calls the action otherwise: what a careless deploy would be."""
    known = workflow.start_activity

    def renamed(activity: Any, *args: Any, **options: Any) -> Any:
        return known(f"{activity}.v2", *args, **options)

    monkeypatch.setattr(effects.workflow, "start_activity", renamed)


async def test_todays_code_breaks_no_open_run(
    temporal_client: Client, task_queue: str, handles: list[WorkflowHandle[Any, Any]]
) -> None:
    verdicts = [verdict async for verdict in replay_open(temporal_client, task_queue)]
    assert {verdict.name: verdict.problem for verdict in verdicts} == {handle.id: None for handle in handles}


async def test_the_run_that_a_renamed_action_would_break_is_named_and_only_that(
    temporal_client: Client,
    task_queue: str,
    handles: list[WorkflowHandle[Any, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rename(monkeypatch)
    verdicts = {verdict.name: verdict async for verdict in replay_open(temporal_client, task_queue)}
    plain, paid = (verdicts[handle.id] for handle in handles)
    assert plain.problem is None
    assert paid.problem is not None and "'test.pay.v2'" in paid.problem
    assert str(paid).startswith(f"{handles[1].id} (paid): [TMPRL1100] ")


async def test_a_status_that_the_sdk_does_not_know_hides_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workflow paused in Temporal's UI makes the client's own listing raise; ours goes on."""
    server = TemporalServer(tmp_path, extra=("frontend.WorkflowPauseEnabled=true",)).start()
    try:
        monkeypatch.setenv("TEMPORAL_ADDRESS", server.address)
        client = await patiently("Temporal", connect_temporal)
        house = House(client, "paused")
        async with house.worker():
            handle = await house.start(document([TASK], key="plain"))
            await house.until(handle, lambda view: view["current"] == ["look"])
            await pause(client, handle.id)
        verdicts = [verdict async for verdict in replay_open(client, "paused")]
        assert [(verdict.name, verdict.problem) for verdict in verdicts] == [(handle.id, None)]
    finally:
        server.stop()


async def pause(client: Client, run: str) -> None:
    """Pauses a workflow as Temporal's UI does, and waits until visibility says so."""
    await client.workflow_service.pause_workflow_execution(
        PauseWorkflowExecutionRequest(namespace=client.namespace, workflow_id=run, request_id=run, reason="look"),
        retry=True,
    )
    with pytest.raises((ValueError, RPCError)):
        for _ in range(200):
            async for _found in client.list_workflows("TaskQueue = 'paused'"):
                await asyncio.sleep(0.05)


async def test_a_run_that_no_worker_has_met_is_left_out_and_holds_nothing_up(
    temporal_client: Client, task_queue: str, handles: list[WorkflowHandle[Any, Any]]
) -> None:
    """It waits for its first task, beside two that are replayed; another was carried on to a leg that nobody began."""
    waiting = await House(temporal_client, task_queue).start(document([TASK]))
    async with asyncio.timeout(60):
        while waiting.id not in {found.workflow async for found in open_runs(temporal_client, task_queue)}:
            await asyncio.sleep(0.05)
        verdicts = [verdict async for verdict in replay_open(temporal_client, task_queue)]
    assert {verdict.name: verdict.problem for verdict in verdicts} == {handle.id: None for handle in handles}
    await waiting.terminate()


async def test_the_command_line_names_the_open_run_that_another_release_left(
    temporal_server: TemporalServer, temporal_client: Client, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One run was begun by code that called the action otherwise: exit code 1, and it is named."""
    house = House(temporal_client, task_queue)
    async with house.worker():
        good = await house.start(document([act("pay", "test.pay"), TASK], key="good"))
        await house.until(good, lambda view: view["current"] == ["look"])
        with monkeypatch.context() as other:
            called = workflow.start_activity
            other.setattr(
                effects.workflow, "start_activity", lambda _, *args, **more: called("test.crash", *args, **more)
            )
            left = await house.start(document([act("pay", "test.pay"), TASK], key="left"))
            await house.until(left, lambda view: view["attention"])
    env = {"TEMPORAL_ADDRESS": temporal_server.address, "HOLDFAST_TASK_QUEUE": task_queue}
    done = await asyncio.to_thread(holdfast, "--open", **env)
    assert done.returncode == 1, done.stderr
    named, count = done.stdout.splitlines()
    assert named.startswith(f"{left.id} (left): [TMPRL1100]") and "'test.pay'" in named
    assert count == "2 histories replayed, 1 would break"
    for handle in (good, left):
        await handle.terminate()


def holdfast(*argv: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "holdfast", "replay", *argv],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **env},
    )


def test_the_command_line_says_so_with_its_exit_code(
    temporal_server: TemporalServer, task_queue: str, handles: list[WorkflowHandle[Any, Any]]
) -> None:
    done = holdfast("--open", TEMPORAL_ADDRESS=temporal_server.address, HOLDFAST_TASK_QUEUE=task_queue)
    assert (done.returncode, done.stdout) == (0, "2 histories replayed, 0 would break\n"), done.stderr


def test_histories_on_disk_are_replayed_and_the_damaged_one_is_named(tmp_path: Path) -> None:
    damaged, history = tmp_path / "damaged.json", load("v1-answers")
    rename_activity(history)
    damaged.write_text(json.dumps(history))
    done = holdfast(str(HISTORIES / "v1-answers.json"), str(damaged))
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith(f"{damaged} (story): ") and "2 histories replayed, 1 would break" in done.stdout
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert lines[-1]["event"] == "replayed" and lines[-1]["broken"] == [str(damaged)]


@pytest.mark.parametrize("argv", [(), ("nowhere.json",), (str(Path(__file__)),)])
def test_what_is_no_history_is_refused_without_a_traceback(argv: tuple[str, ...]) -> None:
    done = holdfast(*argv)
    assert done.returncode != 0 and "would break" not in done.stdout
