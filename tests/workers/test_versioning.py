"""Worker versioning on a real server: a run moves on to the release that was made current, and to no other."""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError

from tests.engine.story import document
from tests.replay.stories import TASK, act
from tests.workers.house import House


async def make_current(client: Client, deployment: str, build_id: str) -> None:
    """What `temporal worker deployment set-current-version` does; the server learns of a version by its first poll."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name=deployment, build_id=build_id, ignore_missing_task_queues=True
    )
    for _ in range(100):
        try:
            await client.workflow_service.set_worker_deployment_current_version(request, retry=True)
            return
        except RPCError:
            await asyncio.sleep(0.1)
    raise AssertionError(f"{build_id} never became known")


async def versioning(handle: WorkflowHandle[Any, Any]) -> tuple[str, str]:
    """How the run follows versions, and the one that took its last turn."""
    info = (await handle.describe()).raw_description.workflow_execution_info.versioning_info
    return info.DESCRIPTOR.fields_by_name["behavior"].enum_type.values_by_number[info.behavior].name, (
        info.deployment_version.build_id
    )


async def moved(house: House, handle: WorkflowHandle[Any, Any], build_id: str) -> None:
    """Give the run turns until one is taken by that release: the server spreads a new current version in a while."""
    for _ in range(100):
        await house.give(handle, "complete", step="look", output={})
        if (await versioning(handle))[1] == build_id:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"no turn was taken by {build_id}")


async def test_an_open_run_goes_on_with_the_release_made_current(temporal_client: Client, task_queue: str) -> None:
    house = House(temporal_client, task_queue)
    async with house.worker("release-1"):
        await make_current(temporal_client, task_queue, "release-1")
        handle = await house.start(document([TASK, act("pay", "test.pay"), {**TASK, "id": "again"}]))
        await house.until(handle, lambda view: view["current"] == ["look"])
        assert await versioning(handle) == ("VERSIONING_BEHAVIOR_AUTO_UPGRADE", "release-1")
        async with house.worker("release-2"):
            await house.give(handle, "complete", step="look", output={})
            assert (await versioning(handle))[1] == "release-1", "there, and not current yet"
            await make_current(temporal_client, task_queue, "release-2")
            await moved(house, handle, "release-2")
            await house.give(handle, "complete", step="look", output={"n": 1})
            await house.until(handle, lambda view: view["current"] == ["again"])
            assert await versioning(handle) == ("VERSIONING_BEHAVIOR_AUTO_UPGRADE", "release-2")
            await house.give(handle, "complete", step="again", output={"n": 1})
            assert (await handle.result())["status"] == "completed"


async def test_without_a_build_id_nothing_has_to_be_made_current(temporal_client: Client, task_queue: str) -> None:
    house = House(temporal_client, task_queue)
    async with house.worker():
        handle = await house.start(document([TASK]))
        await house.until(handle, lambda view: view["current"] == ["look"])
        assert await versioning(handle) == ("VERSIONING_BEHAVIOR_UNSPECIFIED", "")
        await handle.terminate()
