"""A worker that does actions and decides about no run: for task queues that actions have of their own.

A slow family of actions starves nobody there, and its worker may be of another release, or of another program.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from temporalio.client import Client
from temporalio.worker import Interceptor, Worker

from workers.worker import GRACE, code_id


def build_hands(
    client: Client,
    *,
    task_queue: str,
    activities: Sequence[Callable[..., Any]],
    interceptors: Sequence[Interceptor] = (),
    identity: str | None = None,
) -> Worker:
    """A worker of activities alone, not started. It belongs to no deployment: which runs ask is all the same to it."""
    return Worker(
        client,
        task_queue=task_queue,
        activities=list(activities),
        interceptors=list(interceptors),
        graceful_shutdown_timeout=GRACE,
        identity=identity,
        build_id=code_id(),
    )
