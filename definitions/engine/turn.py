"""One message's worth of work: what has happened so far in it, and what is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

from definitions.engine.commands import Command
from definitions.engine.events import EventType
from definitions.engine.evolve import evolve, next_execution
from definitions.engine.graph import Graph, Node
from definitions.engine.scope import scope_of
from definitions.engine.state import Execution, State
from definitions.times import rfc3339
from definitions.wire import Event


class Turn:
    """The only mutable thing in the engine, and it lives no longer than one call of `advance`.

    `emit` makes an event and folds it at once, so that whatever is decided next sees it. `moved` remembers which steps
    must be looked at again; they are taken in the order of the document. `settled` counts the steps that ended by
    themselves.
    """

    def __init__(self, graph: Graph, state: State, now: datetime) -> None:
        self._base = graph
        self.graph = graph.grown(state.added)
        self.before_graph = self.graph
        self.before = state
        self.state = state
        self.now = now
        self.at = rfc3339(now)
        self.events: list[Event] = []
        self.commands: list[Command] = []
        self.cause: tuple[str | None, str | None] = (None, None)
        self.settled = 0
        self._due: list[tuple[int, str]] = []
        self._queued: dict[str, None] = {}

    def emit(
        self,
        kind: EventType,
        data: dict[str, Any] | None = None,
        *,
        execution: str | None = None,
        step: str | None = None,
    ) -> None:
        """Say that something happened. `step` follows from the execution of a step where one is named.

        The first event that a command leads to carries who gave it and its id; what follows from that does not.
        """
        if execution is not None and step is None:
            base = execution.rpartition("#")[0]
            step = base if base in self.graph.nodes else None
        actor, command = self.cause
        self.cause = (None, None)
        event = Event(self.state.seq + 1, str(kind), self.at, step, execution, actor, command, data or {})
        self.events.append(event)
        self.state = evolve(self.state, event)
        if kind is EventType.TASK_ADDED:
            self.graph = self._base.grown(self.state.added)

    def move_to(self, graph: Graph) -> None:
        """Go on by another version of the definition."""
        self._base = graph
        self.graph = graph.grown(self.state.added)

    def ask(self, command: Command) -> None:
        """Ask the shell for something."""
        self.commands.append(command)

    def open_round(self, node: Node) -> str:
        """The id of the round that a first event about it will open."""
        return next_execution(self.state, node.id)[0]

    def execution(self, execution: str) -> Execution:
        """An execution that is known to exist."""
        return self.state.executions[execution]

    def scope(self, policy: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What expressions see at this point of the turn."""
        return scope_of(self.graph, self.state, self.now, policy)

    def look_at(self, steps: Iterable[str]) -> None:
        """Have these steps decided, if they can be."""
        for step in steps:
            if step not in self._queued:
                self._queued[step] = None
                heappush(self._due, (self.graph.nodes[step].index, step))

    def left(self) -> list[str]:
        """The steps that still wait to be looked at, in the order of the document."""
        return [step for _, step in sorted(self._due)]

    def next_due(self) -> Node | None:
        """The first step, in the order of the document, that waits to be looked at."""
        if not self._due:
            return None
        step = heappop(self._due)[1]
        del self._queued[step]
        return self.graph.nodes[step]
