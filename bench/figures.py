"""From raw seconds and histories to figures: percentiles, medians, and what Temporal counts as actions."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle

BILLED = (
    "WORKFLOW_EXECUTION_STARTED",
    "WORKFLOW_EXECUTION_SIGNALED",
    "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
    "ACTIVITY_TASK_SCHEDULED",
    "TIMER_STARTED",
    "MARKER_RECORDED",
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES",
    "START_CHILD_WORKFLOW_EXECUTION_INITIATED",
)
"""Events that Temporal Cloud counts as one action each; queries count too and leave no event."""


@dataclass(frozen=True, slots=True)
class History:
    """How long one history is: events, bytes as the server counts them, and actions without queries."""

    events: int
    bytes: int
    actions: int


async def history_of(run: WorkflowHandle[object, object]) -> History:
    """The history of a run as it stands."""
    events = (await run.fetch_history()).events
    billed = {EventType.Value(f"EVENT_TYPE_{name}") for name in BILLED}
    described = await run.describe()
    size = described.raw_description.workflow_execution_info.history_size_bytes
    return History(len(events), size, sum(event.event_type in billed for event in events))


def slope(short: History, long: History, steps: int) -> dict[str, float]:
    """What one more step costs, from two runs that differ by `steps`: without what a run costs in any case."""
    return {
        "events_per_step": round((long.events - short.events) / steps, 2),
        "bytes_per_step": round((long.bytes - short.bytes) / steps, 1),
        "actions_per_step": round((long.actions - short.actions) / steps, 2),
    }


def milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 in ms."""
    found = sorted(seconds)
    at = {f"p{p}": found[min(len(found) - 1, int(len(found) * p / 100))] for p in (50, 95, 99)}
    return {name: round(value * 1000, 2) for name, value in at.items()}


def median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 3)


def ratio(ours: float, theirs: float) -> float | None:
    """Ours ÷ theirs; None where there is nothing to divide by."""
    return round(ours / theirs, 3) if theirs else None
