"""Which request a turn of the run goes back to: for log lines only, nothing is decided by it.

A trace id is made at the API's door and travels beside a command, not under its seal: it says nothing that anybody is
to believe. An effect that a command leads to goes under the command's trace, and so does what that effect leads to in
turn; a timer or a person begins anew. A run keeps a trace for each effect under way and none for what waits, and takes
what it keeps along when it continues as new.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import structlog
from temporalio import workflow

from definitions.engine.commands import Command, StartEffect
from definitions.engine.messages import CommandGiven, EffectEnded, EffectFailed, Message, Started
from definitions.wire import Event

log = structlog.get_logger("holdfast.run")


class Traces:
    """The trace ids of the effects under way, and of the last command since the record was sent."""

    __slots__ = ("_effects", "_latest")

    def __init__(self, carried: dict[str, Any]) -> None:
        self._effects: dict[str, str] = dict(carried.get("effects", {}))
        self._latest: str = carried.get("latest", "")

    def to_json(self) -> dict[str, Any]:
        """What the next leg of the run is to begin with; {} where nothing is under a trace."""
        return {key: value for key, value in (("effects", self._effects), ("latest", self._latest)) if value}

    def of(self, message: Message) -> str:
        """The trace a message belongs to; '' where nobody asked for it by a request."""
        match message:
            case CommandGiven():
                trace = message.trace
            case Started():
                trace = message.start.trace
            case EffectEnded() | EffectFailed():
                trace = self._effects.pop(message.execution, "")
            case _:
                trace = ""
        self._latest = trace or self._latest
        return trace

    def lead(self, trace: str, commands: Iterable[Command]) -> None:
        """The effects asked for in a turn belong to its trace."""
        if trace:
            self._effects.update({each.execution: trace for each in commands if isinstance(each, StartEffect)})

    def of_effect(self, execution: str) -> str:
        """What an effect's call is to carry."""
        return self._effects.get(execution, "")

    def of_record(self) -> str:
        """What the record of a run that comes to rest is to carry: the last trace since it came to rest before."""
        latest, self._latest = self._latest, ""
        return latest


def tell(run: str, events: Iterable[Event], trace: str) -> None:
    """One line per event: what happened, in which run, step and round, by whom, and for which request. None on replay.

    As the SDK's own logger decides it, which takes three times as long for a line (two lines an automatic step).
    """
    if workflow.unsafe.is_replaying_history_events():
        return
    for event in events:
        where = {"run": run, "seq": event.seq, "step": event.step, "execution": event.execution}
        whose = {"actor": event.actor, "command": event.command, "trace": trace}
        known = {key: value for key, value in {**where, **whose}.items() if value}
        log.info(event.type, **known)
