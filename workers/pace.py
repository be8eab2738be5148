"""How much one workflow task may ask for, so that Temporal takes it. Since interpreter version 2.

Temporal takes 2 MB in one value, 4 MB in all that one task asks for, and 2,000 activities under way. Beyond the first
two it fails the whole run (seen: a result of 60 KB, then 80 steps at once, each with that event on its back). So

 - events too heavy for every effect to carry are recorded before the effects are asked for;
 - effects are asked for in groups that one task can hold;
 - what is more than may be under way waits for an answer;
 - an effect whose values alone are too many is not asked for: its step asks a person.

All of it is reckoned from what the run holds, the same on replay.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from definitions.engine.commands import Command, StartEffect

UNDER_WAY = 1000
"""Effects at a time: half of what Temporal lets be pending."""

TASK_BYTES = 1024 * 1024
"""Of the calls one task asks for, and of one call."""

EVENT_BYTES = 256 * 1024
"""Of events on the backs of effects that are asked for together; one answer of a person's may ride along whole."""

CALL_BYTES = 1024
"""What a call has beside its input and the events."""

STEP_BYTES = 512
"""What a step has in a view of its run at least: 600 and more, by the names of its fields alone."""


def size(value: Any) -> int:
    """Bytes of a value's JSON as Temporal's converter writes it: in ASCII."""
    return len(json.dumps(value, separators=(",", ":")))


def weight(effect: StartEffect) -> int:
    """Bytes of a call without its events."""
    return CALL_BYTES + size(effect.input)


def too_heavy(wanted: Sequence[Command], events: Sequence[dict[str, Any]]) -> bool:
    """Whether these events must be stored before these effects are asked for, rather than by each of them."""
    carriers = sum(isinstance(command, StartEffect) for command in wanted)
    return bool(carriers and events) and size(events) * min(carriers, UNDER_WAY) > EVENT_BYTES


def parts(events: Sequence[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], ...]]:
    """The events in their order, in parts that one call can hold."""
    part: list[dict[str, Any]] = []
    held = 0
    for event in events:
        if part and held + size(event) > TASK_BYTES:
            yield tuple(part)
            part, held = [], 0
        part.append(event)
        held += size(event)
    if part:
        yield tuple(part)
