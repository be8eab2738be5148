"""Graphs shared by all runs of one version in this process: a paused run costs its state, not its definition."""

from __future__ import annotations

from typing import Any

from definitions.engine import Graph

KEPT = 256
_graphs: dict[str, Graph] = {}


def graph_of(name: str, frozen: dict[str, Any]) -> Graph:
    """The graph of a frozen version by its hash. A pure function of its content, so sharing cannot be seen."""
    graph = _graphs.pop(name, None) or Graph.load(frozen)
    _graphs[name] = graph
    while len(_graphs) > KEPT:
        del _graphs[next(iter(_graphs))]
    return graph
