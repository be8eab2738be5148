"""All that the engine can ask for. The shell carries them out in the order given; none of them is a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from definitions.contracts import EffectContract


@dataclass(frozen=True, slots=True)
class StartEffect:
    """Run an activity. `turn` is handed back with its answer; `acting` is the person whose rights hold for it."""

    execution: str
    step: str
    turn: int
    activity: str
    title: str
    acting: str
    input: dict[str, Any]
    contract: EffectContract


@dataclass(frozen=True, slots=True)
class CancelEffect:
    """Ask a running activity to stop; its answer, if one comes, is late."""

    execution: str


@dataclass(frozen=True, slots=True)
class ArmTimer:
    """Tell the run when `until` has come."""

    execution: str
    until: datetime
    title: str


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Nobody waits for this timer any more."""

    execution: str


@dataclass(frozen=True, slots=True)
class Close:
    """The run has ended; the workflow may return once its record is stored."""

    status: str


Command = StartEffect | CancelEffect | ArmTimer | CancelTimer | Close
