"""What Temporal says of a run that does not move: tried again, waiting for a worker, failing, or not there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from definitions.times import rfc3339

SEEN_WITHIN = timedelta(seconds=90)
"""A worker asks for work at least once a minute; one that has not is not counted any more."""

QUEUE_TYPES = (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)


@dataclass(frozen=True, slots=True)
class Pending:
    """An effect that Temporal has not heard the end of. `execution` is its id; times are RFC 3339 in UTC or None."""

    execution: str
    attempt: int
    started: bool
    next_at: str | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """A run as Temporal has it: `status` in Temporal's words, how often its task was tried, what is pending."""

    status: str
    task_attempt: int
    task_since: str | None
    pending: tuple[Pending, ...]
    queue: str
    workers: bool


async def look(client: Client, run: str, queue: str, within: timedelta) -> Look:
    """Asks Temporal. Raises RPCError: NOT_FOUND where it knows no such run."""
    described = await client.get_workflow_handle(run).describe(rpc_timeout=within)
    raw = described.raw_description
    task = raw.pending_workflow_task if raw.HasField("pending_workflow_task") else None
    return Look(
        status=described.status.name.lower() if described.status else "unknown",
        task_attempt=task.attempt if task else 0,
        task_since=_time(task.original_scheduled_time) if task else None,
        pending=tuple(_pending(activity) for activity in raw.pending_activities),
        queue=queue,
        workers=await _has_workers(client, queue, within),
    )


def _pending(activity: PendingActivityInfo) -> Pending:
    failure = activity.last_failure.message if activity.HasField("last_failure") else None
    next_at = _time(activity.next_attempt_schedule_time) if activity.HasField("next_attempt_schedule_time") else None
    return Pending(activity.activity_id, activity.attempt, activity.HasField("last_started_time"), next_at, failure)


async def _has_workers(client: Client, queue: str, within: timedelta) -> bool:
    """Whether somebody has asked both sides of the queue for work lately."""
    limit = datetime.now(UTC) - SEEN_WITHIN
    for kind in QUEUE_TYPES:
        request = DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
        )
        answer = await client.workflow_service.describe_task_queue(request, timeout=within)
        if not any(poller.last_access_time.ToDatetime(tzinfo=UTC) >= limit for poller in answer.pollers):
            return False
    return True


def _time(value: Any) -> str | None:
    at = value.ToDatetime(tzinfo=UTC)
    return rfc3339(at) if at.year > 1970 else None
