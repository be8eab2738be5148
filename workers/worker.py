"""The worker: serves the one workflow and every registered activity from one task queue, and stops politely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import Interceptor, UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from workers.run import Run

GRACE = timedelta(seconds=10)
"""How long effects in flight may finish when the worker is asked to stop."""

STICKY = timedelta(seconds=2)
"""How long a killed worker's cached runs wait for it before another takes them (measured: 10 s by default)."""

PASSED_THROUGH = (
    "definitions",
    "workers",
    "cryptography",
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "opentelemetry",
)
"""What the sandbox does not load anew for each run: our pure core, native code that keeps no state of a run, and what
spans are made of."""


def sandbox() -> SandboxedWorkflowRunner:
    """The sandbox with the default restrictions, so that a clock or a random number in the core is noticed.

    Every replay runs in it: those of the tests and those before a deploy. A worker that serves does without, since
    what it serves has been replayed; it costs a fifth of the worker's processor time per step (make bench).
    """
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))


def deployment(task_queue: str, build_id: str | None) -> WorkerDeploymentConfig | None:
    """Worker versioning: one deployment per task queue, of which each release is a version.

    Every run moves on to the version that was made current, at its next turn: one interpreter serves them all, and the
    line of its own versions (workers/versions.py) keeps what each was started with. None without a `build_id`.
    """
    if not build_id:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name=task_queue, build_id=build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


def build_worker(
    client: Client,
    *,
    task_queue: str,
    activities: Sequence[Callable[..., Any]],
    interceptors: Sequence[Interceptor] = (),
    max_cached_workflows: int = 1000,
    identity: str | None = None,
    build_id: str | None = None,
    sandboxed: bool = False,
) -> Worker:
    """A worker that has not been started. `activities` come from the registry, with `record` among them.

    With a `build_id` it takes work only once that version was made the current one of its deployment. `sandboxed`: in
    the sandbox, which finds mistakes and costs time.
    Run it with `async with`, or `await worker.run()` and `await worker.shutdown()` on SIGTERM.
    """
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[Run],
        activities=list(activities),
        interceptors=list(interceptors),
        workflow_runner=sandbox() if sandboxed else UnsandboxedWorkflowRunner(),
        max_cached_workflows=max_cached_workflows,
        graceful_shutdown_timeout=GRACE,
        sticky_queue_schedule_to_start_timeout=STICKY,
        identity=identity,
        deployment_config=deployment(task_queue, build_id),
    )
