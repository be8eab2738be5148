"""The workflow as a witness: replayed from its history, it says which events of its run it made.

That is what the record is held against. A history that replays proves that today's code would decide as was decided;
that it decided just *this* is proven only by the events themselves. So the replayed run is the real one with one
ear in it: where it keeps its events to be stored, they are also heard here. Nothing is done and nothing is written: in
a replay effects have their answers, and recording is read from the history.

One history is one piece of a run (what continues as new begins the next), so the events of a run are those of its
pieces, one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

from definitions.wire import Event
from workers.record import Unstored
from workers.run import Run


@dataclass
class Heard:
    """What one piece said. `after`: the last event of the run before this piece; None where it was never begun."""

    after: int | None = None
    events: list[dict[str, Any]] = field(default_factory=list)


heard = Heard()
"""That of the piece that is being replayed: one process replays one history at a time."""


def listen() -> Heard:
    """Forget what was heard; gives what is filled from now on."""
    global heard  # noqa: PLW0603 - the workflow is made by the SDK: there is no other way to hand it something
    heard = Heard()
    return heard


class Aloud(Unstored):
    """The tail of a run's events; each that is added is heard."""

    def add(self, events: Iterable[Event]) -> None:
        """As ever, and said aloud."""
        found = list(events)
        super().add(found)
        heard.events.extend(event.to_json() for event in found)


@workflow.defn(dynamic=True)
class Witness(Run):
    """A run that is only ever replayed."""

    @workflow.init
    def __init__(self, args: Sequence[RawValue]) -> None:
        super().__init__(args)
        heard.after = self.state.seq
        self.unstored = Aloud(self.unstored.rows())

    @workflow.run
    async def run(self, args: Sequence[RawValue]) -> dict[str, Any]:
        """What the run does."""
        return await super().run(args)
