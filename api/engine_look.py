"""What Temporal says of a run that does not move: tried again, waiting for a worker, failing, or not there.

The raw service is asked: the SDK's own `describe` fails for a workflow that was paused from outside, whose status is
newer than the SDK.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import TaskQueueType, WorkflowExecutionStatus
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeWorkflowExecutionRequest
from temporalio.client import Client

from definitions.times import rfc3339

SEEN_WITHIN = timedelta(seconds=90)
"""A worker asks for work at least once a minute; one that has not is not counted any more."""

QUEUE_TYPES = (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)


@dataclass(frozen=True, slots=True)
class Pending:
    """An activity that Temporal has not heard the end of: for an effect, `execution` is its id.

    Times are RFC 3339 in UTC or None.
    """

    execution: str
    attempt: int
    started: bool
    next_at: str | None
    failure: str | None
    activity: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """A run as Temporal has it: `status` in Temporal's words, how often its task was tried, what is pending.

    `reset_at`: when somebody reset it last, in the workflow run that is now.
    """

    status: str
    task_attempt: int
    task_since: str | None
    pending: tuple[Pending, ...]
    queue: str = ""
    workers: bool = True
    reset_at: str | None = None


PAUSED = 8
"""The status of a workflow that was paused from outside: known to the server, not to the SDK."""


def status_name(number: int) -> str:
    """Temporal's status in small letters; one that is newer than all of this by its number."""
    if number == PAUSED:
        return "paused"
    try:
        return WorkflowExecutionStatus.Name(WorkflowExecutionStatus.ValueType(number))[26:].lower()
    except ValueError:
        return f"status_{number}"


async def look(client: Client, run: str, queue: str, within: timedelta) -> Look:
    """Asks Temporal. Raises RPCError: NOT_FOUND where it knows no such run."""
    found = await glance(client, run, within)
    return replace(found, queue=queue, workers=await _has_workers(client, queue, within))


async def glance(client: Client, run: str, within: timedelta) -> Look:
    """The same without asking after workers: one call."""
    asked = DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=WorkflowExecution(workflow_id=run))
    raw = await client.workflow_service.describe_workflow_execution(asked, retry=True, timeout=within)
    task = raw.pending_workflow_task if raw.HasField("pending_workflow_task") else None
    more = raw.workflow_extended_info
    return Look(
        status=status_name(raw.workflow_execution_info.status),
        task_attempt=task.attempt if task else 0,
        task_since=_time(task.original_scheduled_time) if task else None,
        pending=tuple(_pending(activity) for activity in raw.pending_activities),
        reset_at=_time(more.last_reset_time) if more.HasField("last_reset_time") else None,
    )


def _pending(activity: PendingActivityInfo) -> Pending:
    failure = activity.last_failure.message if activity.HasField("last_failure") else None
    next_at = _time(activity.next_attempt_schedule_time) if activity.HasField("next_attempt_schedule_time") else None
    started = activity.HasField("last_started_time")
    return Pending(activity.activity_id, activity.attempt, started, next_at, failure, activity.activity_type.name)


async def _has_workers(client: Client, queue: str, within: timedelta) -> bool:
    """Whether somebody has asked both sides of the queue for work lately."""
    limit = datetime.now(UTC) - SEEN_WITHIN
    for kind in QUEUE_TYPES:
        request = DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
        )
        answer = await client.workflow_service.describe_task_queue(request, retry=True, timeout=within)
        if not any(poller.last_access_time.ToDatetime(tzinfo=UTC) >= limit for poller in answer.pollers):
            return False
    return True


def _time(value: Any) -> str | None:
    at = value.ToDatetime(tzinfo=UTC)
    return rfc3339(at) if at.year > 1970 else None
