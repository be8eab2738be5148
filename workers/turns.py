"""The threads that decide about runs: never two of them in one run at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

P = ParamSpec("P")
T = TypeVar("T")

TURNS = 500
"""Threads at most, the SDK's own number. One is made only when all that are there have work."""


class OneTurnAtATime(ThreadPoolExecutor):
    """For a worker's `workflow_task_executor`: calls on one object follow each other, calls on others run beside them.

    A turn that takes longer than two seconds, as when the machine slept or swapped, is given up by the SDK, which then
    takes the run out of its cache: in a second thread, while the first is still inside. What was ready to go on is
    lost between the two, and the run stays with this worker, deaf, until the worker ends (seen with temporalio 1.35;
    tests/workers/test_turns.py). Here the second thread waits for the first, and the run goes on with its next turn.
    """

    def __init__(self) -> None:
        super().__init__(max_workers=TURNS, thread_name_prefix="temporal_workflow_")
        self._locks: WeakKeyDictionary[object, Lock] = WeakKeyDictionary()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call it when no other call on the object whose method it is runs any more."""
        lock = self._locks.setdefault(getattr(fn, "__self__", fn), Lock())
        return super().submit(_alone, lock, fn, *args, **kwargs)


def _alone(lock: Lock, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    with lock:
        return fn(*args, **kwargs)
