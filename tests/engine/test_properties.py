"""Random graphs, random messages, late and duplicate ones: the promises at the top of advance.py, 2,000 times.

The graphs are made as freezing would make them but without asking the checks, so that the engine is also held to its
promises on shapes that a check would one day refuse.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from definitions.canonical import canonical
from definitions.engine import Graph, State, advance, fold
from definitions.engine.commands import ArmTimer, StartEffect
from definitions.engine.messages import (
    CommandGiven,
    EffectEnded,
    EffectFailed,
    Message,
    Started,
    TimerFired,
    Unreadable,
)
from definitions.expressions.compiler import compile_expression
from definitions.wire import Actor, RunStart
from tests.engine.invariants import check_step
from tests.engine.story import BEGAN

EXAMPLES = 2000
CONDITIONS = ("inputs.n > 1", "steps.s0.status == 'done'", "steps.s0.output.n == 1", "1 / inputs.n > 0")
REASONS = ("error", "timeout", "interrupted")


@cache
def tree(source: str) -> Any:
    return compile_expression(source, {"inputs": "map", "steps": "map"}).tree


@st.composite
def steps(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Steps whose edges lead back to earlier ones, by any port, joined either way."""
    made: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 9))):
        step = draw(one_step(number))
        if number and draw(st.booleans()):
            edges = st.lists(edge(made), max_size=3, unique=True)
            step["after"] = draw(edges)
        made.append(step)
    return made


@st.composite
def one_step(draw: st.DrawFn, number: int) -> dict[str, Any]:
    kind = draw(st.sampled_from(("task", "task", "person", "rules", "action", "action", "wait", "get_data", "end")))
    step: dict[str, Any] = {"id": f"s{number}", "kind": kind, "title": f"Step {number}"}
    match kind:
        case "task":
            step["fields"] = [{"id": "n", "type": "integer", "required": draw(st.booleans())}]
        case "person":
            step |= {"kind": "decision", "options": [{"id": "x"}, {"id": "y"}]}
        case "rules":
            options = [{"id": "x", "when": "= " + draw(st.sampled_from(CONDITIONS))}, {"id": "y"}]
            step |= {"kind": "decision", "by": "rules", "options": options, "otherwise": "y"}
            step["take"] = draw(st.sampled_from(("first", "all")))
        case "action":
            step |= {"action": "demo.refund", "execute": draw(st.sampled_from(("automatic", "manual"))), "with": {}}
        case "wait":
            step["for"] = "2 days"
        case "get_data":
            step |= {"collection": "demo.orders", "record": "o1", "fields": ["total"]}
    if draw(st.integers(0, 4)) == 0:
        step["when"] = "= " + draw(st.sampled_from(CONDITIONS))
    step["skippable"] = draw(st.booleans())
    step["join"] = draw(st.sampled_from(("all", "any")))
    step["roles"] = draw(st.sampled_from(([], ["lead"])))
    return step


def edge(made: list[dict[str, Any]]) -> st.SearchStrategy[str]:
    ports = ("", "", ":done", ":skipped", ":error", ":timeout", ":x", ":y")
    return st.builds(lambda step, port: step["id"] + port, st.sampled_from(made), st.sampled_from(ports))


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """A frozen version, sometimes sequential, in phases, or with closing reasons."""
    made = draw(steps())
    document: dict[str, Any] = {"holdfast": 1, "key": "random", "name": "Random", "steps": made}
    if draw(st.integers(0, 3)) == 0:
        document["phases"] = [{"id": "p0", "title": "P0"}, {"id": "p1", "title": "P1", "after": "phase:p0"}]
        half = draw(st.integers(0, len(made)))
        for index, step in enumerate(made):
            step["phase"] = "p0" if index < half else "p1"
    document["sequential"] = draw(st.integers(0, 4)) == 0
    if draw(st.integers(0, 4)) == 0:
        document["closing_reasons"] = {"reasons": ["r"], "choose": "one", "required_on": ["complete", "abort"]}
    trees = {}
    for index, step in enumerate(made):
        if "when" in step:
            trees[f"/steps/{index}/when"] = tree(step["when"][2:])
        for number, option in enumerate(step.get("options", [])):
            if "when" in option:
                trees[f"/steps/{index}/options/{number}/when"] = tree(option["when"][2:])
    return {"language": 1, "document": document, "expressions": trees, "actions": {}}


class Random:
    """Picks the next message: mostly something that fits, often something that does not."""

    def __init__(self, draw: Any, names: list[str]) -> None:
        self.draw, self.names = draw, names
        self.effects: list[StartEffect] = []
        self.timers: list[ArmTimer] = []
        self.given: list[dict[str, Any]] = []
        self.now = BEGAN

    def next(self, state: State) -> Message:
        self.now += timedelta(minutes=self.draw(st.integers(0, 3000)))
        choice = self.draw(st.integers(0, 9))
        if choice < 3 and self.effects:
            effect = self.draw(st.sampled_from(self.effects))
            if self.draw(st.booleans()):
                return EffectEnded(self.now, effect.execution, effect.turn, {"n": 1})
            reason = self.draw(st.sampled_from(REASONS))
            return EffectFailed(
                self.now, effect.execution, effect.turn, reason, reason, "no", (), reason == "interrupted"
            )
        if choice == 3 and self.timers:
            return TimerFired(self.now, self.draw(st.sampled_from(self.timers)).execution)
        if choice == 4:
            return self.draw(
                st.sampled_from(
                    (
                        EffectEnded(self.now, "s0#7", 1, {}),
                        TimerFired(self.now, "nobody#1"),
                        Unreadable(self.now, "x", "unknown_signal", "?", "x"),
                        CommandGiven(self.now, {"type": ["?"], "id": 5}, Actor("eve")),
                        CommandGiven(self.now, {}, Actor("eve")),
                    )
                )
            )
        if choice == 5 and self.given:
            return CommandGiven(self.now, self.draw(st.sampled_from(self.given)), Actor("ann", ("lead",)))
        return CommandGiven(self.now, self.command(state), Actor("ann", self.draw(st.sampled_from(((), ("lead",))))))

    def command(self, state: State) -> dict[str, Any]:
        kinds = ("complete",) * 6 + ("skip", "retry", "handle_manually", "abort", "close", "revise", "nonsense")
        command: dict[str, Any] = {"id": f"c{len(self.given)}", "type": self.draw(st.sampled_from(kinds))}
        if command["type"] in ("abort", "close"):
            if self.draw(st.integers(0, 5)):
                return command | {"type": "complete"}
            command["reasons"] = self.draw(st.sampled_from(([], ["r"], ["?"])))
        else:
            current = [state.executions[e].step for e in state.open]
            command["step"] = self.draw(st.sampled_from([*current, *current, *self.names]))
            command["choice"] = self.draw(st.sampled_from(("x", "y", "z")))
            command["output"] = self.draw(st.sampled_from(({"n": 1}, {"n": "?"}, {})))
            if command["type"] != "complete":
                for key in ("choice", "output"):
                    if command["type"] != "handle_manually":
                        command.pop(key)
            if not self.draw(st.integers(0, 4)):
                command["execution"] = self.draw(st.sampled_from((f"{command['step']}#1", f"{command['step']}#2")))
        self.given.append(command)
        return command


TOLD = hashlib.sha256()
"""Over every event of every example, so that two processes can be held against each other."""


def keeps_its_promises(data: st.DataObject) -> None:
    """One random run of one random graph."""
    frozen = data.draw(graphs())
    graph = Graph.load(frozen)
    state = State.new("run-1")
    told = Random(data.draw, list(graph.nodes))
    by = Actor("ann", ("operator",)).to_json()
    start = RunStart("run-1", "random", 1, "h", frozen, {"by": by, "inputs": {"n": data.draw(st.integers(0, 3))}})
    events: list[Any] = []
    messages: list[Message] = [Started(BEGAN, start)]
    for _ in range(data.draw(st.integers(1, 14))):
        message = messages.pop() if messages else told.next(state)
        step = advance(graph, state, message)
        events.extend(step.events)
        check_step(graph, state, step, events)
        told.effects.extend(c for c in step.commands if isinstance(c, StartEffect))
        told.timers.extend(c for c in step.commands if isinstance(c, ArmTimer))
        assert advance(graph, state, message) == step
        state = step.state
    refolded = State.new("run-1")
    for event in events:
        refolded = fold([event], refolded)
        assert State.from_json(refolded.to_json()) == refolded
    assert refolded == state
    TOLD.update(canonical([event.to_json() for event in events]).encode())


def held(examples: int, **more: Any) -> Any:
    """The property over that many examples."""
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    return settings(max_examples=examples, deadline=None, suppress_health_check=quiet, **more)(
        given(st.data())(keeps_its_promises)
    )


test_whatever_happens_the_engine_keeps_its_promises = held(EXAMPLES)
