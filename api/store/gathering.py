"""How long the next shared transaction of SQLite waits for company (docs/decisions/0027).

Whoever writes alone is not kept waiting, a few runs are for milliseconds. Where many runs are busy a longer pause costs
none of them time, since each waits for the processor anyway, and spares the commits and changes of threads between.
How many are busy is told by who writes and not by how often: ten runs that hurry write as often as fifty that queue.
"""

from __future__ import annotations

from dataclasses import dataclass, field

GATHER, LONGEST_GATHER = 0.004, 0.012
"""Seconds of pause per piece that shared a transaction beyond the first, and at most."""

FEW, PER_RUN, LONGEST_FOR_MANY = 20, 0.0006, 0.018
"""Busy runs that are no crowd; seconds of pause more for each beyond them, and at most."""

WINDOW = 1.0
"""Seconds within which a run that wrote counts as busy: at least the current ones, at most twice as many."""


@dataclass(slots=True)
class Gathering:
    """Who wrote of late. Times are seconds of a clock that never goes back."""

    _since: float = 0.0
    _now: set[str] = field(default_factory=set)
    _before: set[str] = field(default_factory=set)

    def wrote(self, who: str | None, at: float) -> None:
        """A piece of work came; `who` is None for one that does not make anybody busy."""
        if at - self._since >= WINDOW:
            self._before = self._now if at - self._since < 2 * WINDOW else set()
            self._now, self._since = set(), at
        if who is not None:
            self._now.add(who)

    @property
    def busy(self) -> int:
        """The runs that wrote within the window, or within the one before it if those were more."""
        return max(len(self._now), len(self._before))

    def pause(self, pieces: int) -> float:
        """Seconds from the end of a transaction that so many pieces shared to the beginning of the next."""
        if pieces < 2:
            return 0.0
        for_many = min(max(self.busy - FEW, 0) * PER_RUN, LONGEST_FOR_MANY)
        return min((pieces - 1) * GATHER, LONGEST_GATHER) + for_many
