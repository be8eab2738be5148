"""What is seen of a run from outside: the answer of its query, and what Temporal's UI is told of it at rest.

Search attributes hold ids and statuses only: they are not encrypted, and stand in lists that anybody with the UI can
see. A run is found and sorted by them, nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any, NamedTuple

from temporalio.common import SearchAttributeKey, SearchAttributePair, SearchAttributeUpdate

from definitions import views
from definitions.engine import Graph, State
from definitions.wire import RunStart
from workers import pace

DEFINITION = SearchAttributeKey.for_keyword("HoldfastDefinition")
VERSION = SearchAttributeKey.for_int("HoldfastVersion")
RECORD = SearchAttributeKey.for_keyword("HoldfastRecord")
STATUS = SearchAttributeKey.for_keyword("HoldfastStatus")
WAITING_FOR = SearchAttributeKey.for_keyword_list("HoldfastWaitingFor")
ATTENTION = SearchAttributeKey.for_bool("HoldfastAttention")
DUE = SearchAttributeKey.for_datetime("HoldfastDue")

VALUE_BYTES = 2000
"""Of one search attribute: Temporal takes 2,048."""


class Shown(NamedTuple):
    """How a run stands, as search attributes say it: whom it waits for, and when the first of its dates passes."""

    status: str
    waiting: tuple[str, ...]
    attention: bool
    due: datetime | None = None


def search_attributes(shown: Shown, *, with_due: bool) -> list[SearchAttributeUpdate[Any]]:
    """One update of all of them: one event, whatever changed."""
    updates: list[SearchAttributeUpdate[Any]] = [
        STATUS.value_set(shown.status),
        WAITING_FOR.value_set(_fitting(shown.waiting)),
        ATTENTION.value_set(shown.attention),
    ]
    if with_due:
        updates.append(DUE.value_set(shown.due) if shown.due else DUE.value_unset())
    return updates


def _fitting(names: Sequence[str]) -> list[str]:
    """As many of them, from the first, as a value may hold: Temporal ends a run whose attributes hold more (seen)."""
    held = accumulate(len(name.encode()) + 3 for name in names)  # quotes and a comma
    return [name for name, size in zip(names, held, strict=True) if size <= VALUE_BYTES]


def first_attributes(start: RunStart) -> list[SearchAttributePair[Any]]:
    """What a run is found by from its first moment; it adds the rest itself."""
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(DEFINITION, start.definition),
        SearchAttributePair(VERSION, start.version),
        SearchAttributePair(STATUS, "running"),
    ]
    record = start.request.get("record")
    return [*pairs, SearchAttributePair(RECORD, str(record))] if record else pairs


def to_show(graph: Graph, state: State, *, with_due: bool) -> Shown:
    """How it stands now. Without its dates where the run's version never told them."""
    due = views.next_due(graph, state) if with_due else None
    return Shown(str(state.status), tuple(views.waiting_for(graph, state)), views.has_attention(state), due)


def view_of(graph: Graph, state: State, now: datetime) -> dict[str, Any] | None:
    """The RunView, or None where it is too large for an answer of Temporal's."""
    if len(graph.nodes) * pace.STEP_BYTES > pace.TASK_BYTES:
        return None  # nor is it made: of thousands of steps that takes longer than a turn may
    view = views.run_view(graph, state, now)
    return view if pace.size(view) <= pace.TASK_BYTES else None


def outcome_of(state: State, command: str) -> dict[str, Any]:
    """What became of a command: {outcome: unknown | applied | refused, refusal}."""
    if command not in state.applied:
        return {"outcome": "unknown", "refusal": None}
    refusal = state.applied[command]
    return {"outcome": "refused" if refusal else "applied", "refusal": refusal}
