"""Random graphs, random messages in any order: the promises at the top of advance.py, 2,000 times.

Whatever people do with a run (revise, undo, migrate, splice in a task, save, resume, amend, hold, claim, abort,
reopen), whatever machines answer and whenever: never an exception, always at rest, and what is under way is known.
"""

from __future__ import annotations

import hashlib
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from definitions.canonical import canonical
from definitions.engine import Graph, State, advance, fold
from definitions.engine.events import EventType
from definitions.engine.messages import CommandGiven, EffectEnded, EffectFailed, Message, Started
from definitions.wire import Actor, RunStart
from tests.engine.invariants import check_step
from tests.engine.random_graphs import documents, freeze, next_version
from tests.engine.random_runs import Messages, Shell
from tests.engine.story import BEGAN

EXAMPLES = 2000
MESSAGES = 24

TOLD = hashlib.sha256()
"""Over every event of every example, so that two processes can be held against each other."""


class Play:
    """One random run of one random graph, checked after every message."""

    def __init__(self, rnd: Random) -> None:
        document = documents(rnd)
        self.frozen = freeze(document)
        later = freeze(next_version(rnd, document))
        self.graphs = {"h": Graph.load(self.frozen), "h2": Graph.load(later)}
        self.state = State.new("run-1")
        self.events: list[Any] = []
        self.shell = Shell()
        self.messages = Messages(rnd, self.graph, later, self.shell)
        inputs = {"n": rnd.randint(0, 3), "day": rnd.choice(("2026-11-24", 7, ""))}
        self.request = {"by": Actor("ann", ("operator",)).to_json(), "inputs": inputs, "record": "o1"}
        self.request |= {"started_without_person": True} if rnd.random() < 0.3 else {}
        self.tell(Started(BEGAN, RunStart("run-1", "random", 1, "h", self.frozen, self.request)))
        for _ in range(rnd.randint(0, MESSAGES)):
            self.messages.graph = self.graph
            self.tell(self.messages.next(self.state))

    @property
    def graph(self) -> Graph:
        return self.graphs[self.state.hash or "h"]

    def tell(self, message: Message) -> None:
        before, graph = self.state, self.graph
        step = advance(graph, before, message)
        assert advance(graph, before, message) == step
        self.state = step.state
        self.events.extend(step.events)
        self.shell.told(message)
        self.shell.carry_out(step)
        check_step(self.graph, before, step, self.events, graph)
        self.shell.agrees(self.graph, step.state)
        if isinstance(message, CommandGiven) and isinstance(message.command.get("id"), str):
            assert message.command["id"] in step.state.applied, message
        if isinstance(message, EffectEnded | EffectFailed) and any(
            e.type == EventType.EFFECT_LATE for e in step.events
        ):
            assert (step.state.executions, step.state.sides) == (before.executions, before.sides)
            assert step.state.record_data == before.record_data


def keeps_its_promises(rnd: Random) -> None:
    play = Play(rnd)
    refolded = fold(play.events, State.new("run-1"))
    assert refolded == play.state
    TOLD.update(canonical([event.to_json() for event in play.events]).encode())


def held(examples: int, promise: Any = keeps_its_promises, **more: Any) -> Any:
    """The property over that many examples."""
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    return settings(max_examples=examples, deadline=None, suppress_health_check=quiet, **more)(
        given(st.randoms(use_true_random=True))(promise)
    )


test_whatever_happens_the_engine_keeps_its_promises = held(EXAMPLES)
