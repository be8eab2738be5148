"""When a turn was taken: what tells what happened to a run from what only was about to.

A worker writes a turn's events down before Temporal has the turn. If it dies in between, Temporal hands the turn out
again, later, perhaps with more signals, and signals come before answers: the second try may decide in another order
than the first has written. What happened is what Temporal took, and of two tries of one turn that is never the first.
So each writer says when its turn was taken, a record knows which turn wrote last, and only that turn's events give way.

A zombie, which wakes up and writes after the second try has, was taken earlier and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Taken:
    """A turn: `leg` is Temporal's id of the piece of history, `after` that of the piece before ("" for none), `at` the
    time of the workflow task, in microseconds since 1970."""

    leg: str
    after: str
    at: int

    def follows(self, other: Taken) -> bool:
        """Whether this turn is known to have been taken after that one. Of strangers, such as after a reset, nothing is
        known."""
        return self.at > other.at if self.leg == other.leg else self.after == other.leg

    def to_json(self) -> dict[str, Any]:
        return {"leg": self.leg, "after": self.after, "at": self.at}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Taken:
        return cls(value["leg"], value["after"], value["at"])


@dataclass(frozen=True, slots=True)
class Tail:
    """The newest turn that has written, and the first event it wrote. What is before that was taken by Temporal."""

    taken: Taken
    since: int

    def gives_way(self, to: Taken, first: int) -> bool:
        """Whether the events from `first` on may be replaced by those of another turn."""
        return first >= self.since and to.follows(self.taken)

    def to_text(self) -> str:
        return f"{self.since} {self.taken.at} {self.taken.leg} {self.taken.after}"

    @classmethod
    def from_text(cls, text: str) -> Tail:
        since, at, leg, after = text.split(" ")
        return cls(Taken(leg, after, int(at)), int(since))


def follow(tail: Tail | None, taken: Taken | None, first: int) -> Tail | None:
    """The tail once a turn has written from `first` on. The same turn, or one taken before, leaves it as it is; a
    writer that does not say when it was taken leaves none, and nothing gives way to anybody."""
    if tail is None or taken is None:
        return Tail(taken, first) if taken else None
    return tail if taken == tail.taken or tail.taken.follows(taken) else Tail(taken, first)
