"""Versions shared by all runs of them in this process: a paused run costs its state, not its definition."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from definitions.engine import Graph
from definitions.wire import RunStart

KEPT = 256
_versions: dict[str, tuple[Graph, dict[str, Any]]] = {}


def shared(start: RunStart) -> tuple[RunStart, Graph]:
    """The start of a run with the one copy there is of its frozen version, and the graph of that, by its hash.

    Both are a pure function of their content and never changed, so sharing cannot be seen.
    """
    known = _versions.pop(start.hash) if start.hash in _versions else None
    graph, frozen = _versions[start.hash] = known or (Graph.load(start.frozen), start.frozen)
    while len(_versions) > KEPT:
        del _versions[next(iter(_versions))]
    return replace(start, frozen=frozen), graph
