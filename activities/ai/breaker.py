"""A server that is down or hangs is left alone for a while, so that those who wait for it do not fill the worker.

Each question that waits for a silent server holds one of the worker's places; a hundred of them would hold up mails and
payments that have nothing to do with it. So after some failures in a row nobody is let through for half a minute, and
then one, to see. Who is turned away is told when to come again, and holds no place meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable

FAILURES = 5
REST = 30.0
"""Seconds."""


class Breaker:
    """Use: `wait()` before a request, and `ended(...)` after each that was let through."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._until = 0.0

    def wait(self) -> float | None:
        """Seconds after which to ask again, or None for one that may go now."""
        if self._failures < FAILURES:
            return None
        now = self._clock()
        if now < self._until:
            return self._until - now
        self._until = now + REST  # this one goes and looks; the others wait for what it finds
        return None

    def ended(self, answered: bool) -> None:
        """Notes whether the server said anything at all, if only no."""
        self._failures = 0 if answered else self._failures + 1
        if self._failures == FAILURES:
            self._until = self._clock() + REST
