"""Tells the engine a story message by message: no server, no clock but the story's own.

    story = Story(steps=[...]); story.start(); story.complete("a"); assert story.status("b") == "ready"

Every message also checks what must always hold (tests/engine/invariants.py), so that each story is a property test too.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from definitions.checks import Known
from definitions.engine import Graph, State, Step, advance
from definitions.engine.commands import ArmTimer, CancelTimer, StartEffect
from definitions.engine.messages import CommandGiven, EffectEnded, EffectFailed, Message, Started, TimerFired
from definitions.freeze import Frozen, freeze
from definitions.views import run_view
from definitions.wire import Actor, Event, RunStart
from tests.engine.invariants import check_step

BEGAN = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ANN = Actor("ann", ("operator",), ("ops",))
LEA = Actor("lea", ("operator", "lead"), ("ops",))
BEN = Actor("ben", ("operator",), ("ops",))


def frozen(document: dict[str, Any], known: Known | None = None) -> dict[str, Any]:
    """A document as publishing freezes it; the story's author must have written a valid one."""
    result = freeze(document, known)
    assert isinstance(result, Frozen), [finding.to_json() for finding in result.findings]
    return result.to_json()


def task(name: str, **more: Any) -> dict[str, Any]:
    """A task that asks nothing."""
    return {"id": name, "kind": "task", "title": name.title(), **more}


def pays(name: str = "pay", undo: bool = True, **more: Any) -> dict[str, Any]:
    """An automatic action with a side effect, which can be taken back."""
    taken_back = {"undo": {"action": "demo.cancel_refund", "with": {"refund": "= output.id"}}} if undo else {}
    step = {"id": name, "kind": "action", "title": name.title(), "action": "demo.refund", "execute": "automatic"}
    return {**step, **taken_back, **more}


def choose(name: str, *options: Any, **more: Any) -> dict[str, Any]:
    """A person's decision between options, by id or in full."""
    made = [{"id": each} if isinstance(each, str) else each for each in options]
    return {"id": name, "kind": "decision", "title": name.title(), "options": made, **more}


def document(steps: list[dict[str, Any]], **top: Any) -> dict[str, Any]:
    """A whole document around some steps."""
    return {"holdfast": 1, "key": "story", "name": "Story", "steps": steps, **top}


class Story:
    """One run of one definition, with the effects and timers that are under way."""

    def __init__(
        self,
        steps: list[dict[str, Any]],
        request: dict[str, Any] | None = None,
        actions: dict[str, Any] | None = None,
        collections: dict[str, Any] | None = None,
        **top: Any,
    ) -> None:
        known = Known(actions=actions, collections=collections)
        self.frozen = frozen(document(steps, **top), known)
        self.graph = Graph.load(self.frozen)
        self.state = State.new("run-1")
        self.now = BEGAN
        self.request = {"by": ANN.to_json(), **(request or {})}
        self.events: list[Event] = []
        self.effects: dict[str, StartEffect] = {}
        self.timers: dict[str, ArmTimer] = {}
        self.count = 0

    def tell(self, message: Message) -> Step:
        """Hand a message to the engine and check everything that must hold after it."""
        before = self.state
        step = advance(self.graph, before, message)
        self.events.extend(step.events)
        self.state = step.state
        if step.state.hash != before.hash and isinstance(message, CommandGiven):
            self.graph = Graph.load(message.command["frozen"]["version"])
        check_step(self.graph, before, step, self.events)
        for command in step.commands:
            match command:
                case StartEffect():
                    self.effects[command.execution] = command
                case ArmTimer():
                    self.timers[command.execution] = command
                case CancelTimer():
                    self.timers.pop(command.execution, None)
        return step

    def start(self, **request: Any) -> Story:
        """Begin the run, as ann unless said otherwise."""
        start = RunStart("run-1", "story", 1, "hash", self.frozen, {**self.request, **request})
        self.tell(Started(self.now, start))
        return self

    def give(self, kind: str, step: str | None = None, by: Actor = ANN, **more: Any) -> Step:
        """A person's command, with an id of its own unless one is given."""
        self.count += 1
        command = {"id": f"c{self.count}", "type": kind, **({"step": step} if step else {}), **more}
        return self.tell(CommandGiven(self.now, command, by))

    def complete(self, step: str, by: Actor = ANN, **more: Any) -> Step:
        """A completion."""
        return self.give("complete", step, by, **more)

    def answer(self, step: str, **result: Any) -> Step:
        """The effect under way for a step comes back."""
        effect = self.effects[self.state.latest[step]]
        return self.tell(EffectEnded(self.now, effect.execution, effect.turn, result))

    def reply(self, execution: str, **result: Any) -> Step:
        """The newest effect asked for under this execution comes back: of a round, or of an errand."""
        effect = self.effects[execution]
        return self.tell(EffectEnded(self.now, execution, effect.turn, result))

    def breaks(self, execution: str) -> Step:
        """The same gives up."""
        effect = self.effects[execution]
        return self.tell(EffectFailed(self.now, execution, effect.turn, "error", "boom", "it broke"))

    def overdue(self, execution: str) -> Step:
        """The clock of a due date fires."""
        clock = self.timers.pop(f"due:{execution}")
        self.now = max(self.now, clock.until)
        return self.tell(TimerFired(self.now, clock.execution))

    def tell_timer(self, name: str) -> Step:
        """A timer fires, now."""
        self.timers.pop(name)
        return self.tell(TimerFired(self.now, name))

    def fail(self, step: str, reason: str = "error", code: str = "boom", unknown: bool = False) -> Step:
        """The effect under way for a step gives up."""
        effect = self.effects[self.state.latest[step]]
        return self.tell(EffectFailed(self.now, effect.execution, effect.turn, reason, code, "it broke", (), unknown))

    def ring(self, step: str) -> Step:
        """The timer of a step comes due."""
        timer = self.timers[self.state.latest[step]]
        self.now = max(self.now, timer.until)
        return self.tell(TimerFired(self.now, timer.execution))

    def wait(self, **time: float) -> None:
        """Time passes."""
        self.now += timedelta(**time)

    def status(self, step: str) -> str:
        """The status of a step's newest round."""
        return str(self.state.status_of(step))

    def statuses(self) -> dict[str, str]:
        """All of them."""
        return {step: self.status(step) for step in self.graph.nodes}

    def view(self) -> dict[str, Any]:
        """The RunView."""
        return run_view(self.graph, self.state, self.now)

    def step(self, name: str) -> dict[str, Any]:
        """One step of the RunView."""
        return next(step for step in self.view()["steps"] if step["id"] == name)

    def code(self) -> str:
        """The code of the refusal the last message ended in."""
        return str(self.refusal()["code"])

    def types(self, since: int = 0) -> list[str]:
        """What has happened after that many events."""
        return [event.type for event in self.events[since:]]

    def errand(self, execution: str) -> str:
        """How an errand stands."""
        return str(self.state.sides[execution].status)

    def refusal(self) -> dict[str, Any]:
        """The refusal the last message ended in."""
        assert self.events[-1].type == "command_refused", self.events[-1]
        return self.events[-1].data
