"""The worker: serves the one workflow and every registered activity from one task queue, and stops politely."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import (
    Interceptor,
    PollerBehaviorSimpleMaximum,
    Replayer,
    UnsandboxedWorkflowRunner,
    Worker,
    WorkerDeploymentConfig,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

import definitions
from workers.run import Run
from workers.schedule import Strike
from workers.turns import OneTurnAtATime

GRACE = timedelta(seconds=10)
"""How long effects in flight may finish when the worker is asked to stop."""

STICKY = timedelta(seconds=2)
"""How long a killed worker's cached runs wait for it before another takes them (measured: 10 s by default)."""

POLLERS = PollerBehaviorSimpleMaximum(20)
"""Calls that wait for tasks, of turns and of effects each. With the SDK's five a busy worker waits for tasks that are
there already, the more so when turns end in groups (docs/decisions/0027)."""

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


def replayer(*workflows: type, **options: Any) -> Replayer:
    """Tells of a history whether these workflows (else `Run`) would do what was done; `options` are the SDK's own.

    In its debug mode, since what it tells is no question of speed: where the SDK watches, a turn of more than two
    seconds, as on a machine that is busy elsewhere, is told like a decision that came out differently.
    """
    return Replayer(workflows=workflows or [Run], workflow_runner=sandbox(), debug_mode=True, **options)


def _version(task_queue: str, build_id: str | None) -> dict[str, Any]:
    """The options of a worker that say which code it runs."""
    versioned = deployment(task_queue, build_id)
    return {"build_id": code_id()} if versioned is None else {"deployment_config": versioned}


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


@cache
def code_id() -> str:
    """What the code that decides about runs comes to: how Temporal tells two releases apart that have no name.

    The SDK's own id reads and compiles every module of the process: 1.3 s at each start of a worker (measured), which
    is when runs wait for it.
    """
    found = hashlib.sha256()
    for folder in (Path(definitions.__file__).parent, Path(__file__).parent):
        for path in sorted(folder.rglob("*.py")):
            found.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:32]


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
        workflows=[Run, Strike],
        activities=list(activities),
        interceptors=list(interceptors),
        workflow_runner=sandbox() if sandboxed else UnsandboxedWorkflowRunner(),
        workflow_task_executor=OneTurnAtATime(),
        max_cached_workflows=max_cached_workflows,
        graceful_shutdown_timeout=GRACE,
        sticky_queue_schedule_to_start_timeout=STICKY,
        workflow_task_poller_behavior=POLLERS,
        activity_task_poller_behavior=POLLERS,
        identity=identity,
        **_version(task_queue, build_id),
    )
