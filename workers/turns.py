"""The threads that decide about runs: never two of them in one run at a time, and none is believed that took too long.

A turn that takes longer than two seconds, as when the machine slept or swapped, is given up by the SDK: an exception is
raised in it wherever it is, what it comes to is thrown away, and the run is taken out of the cache to be begun anew.
Two things go wrong with that (seen with temporalio 1.35; tests/workers/test_turns.py). The run is taken out in a second
thread while the first is still inside; what was ready to go on is lost between the two, and the run stays with this
worker, deaf, until the worker ends. And the first goes on without what the exception hit, a signal it may be, so what
it decides is not what the next try will.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

P = ParamSpec("P")
T = TypeVar("T")

TURNS = 500
"""Threads at most, the SDK's own number. One is made only when all that are there have work."""

LONGEST = 1.9
"""Seconds from when a turn was asked for; at two it is given up."""

PATIENCE = 1.5
"""Seconds to wait for the run to be left. The SDK asks again after every failure; each wait without an end would keep
a thread, and in half an hour one turn that hangs for good would have them all."""


class OneTurnAtATime(ThreadPoolExecutor):
    """For a worker's `workflow_task_executor`: calls on one object follow each other, calls on others run beside them.

    So who takes a run out of the cache waits for the turn that was given up, and finds all there is to end. The call
    raises TimeoutError where it does not end.
    """

    def __init__(self) -> None:
        super().__init__(max_workers=TURNS, thread_name_prefix="temporal_workflow_")
        self._locks: WeakKeyDictionary[object, threading.Lock] = WeakKeyDictionary()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call it when no other call on the object whose method it is runs any more."""
        lock = self._locks.setdefault(getattr(fn, "__self__", fn), threading.Lock())
        return super().submit(_alone, lock, time.monotonic(), fn, *args, **kwargs)


class _Turn(threading.local):
    """The turn that this thread takes; `asked_at` is None in a thread that takes none of a worker's."""

    asked_at: float | None = None


_turn = _Turn()


def _alone(lock: threading.Lock, asked_at: float, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    if not lock.acquire(timeout=PATIENCE):
        raise TimeoutError("a turn of this run that was given up has not ended")
    try:
        _turn.asked_at = asked_at
        return fn(*args, **kwargs)
    finally:
        lock.release()


def takes_too_long() -> bool:
    """Whether the turn of this thread may have been given up: then nothing that it decided may leave it."""
    return _turn.asked_at is not None and time.monotonic() - _turn.asked_at > LONGEST
