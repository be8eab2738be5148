"""A run without a world: the engine is told scripted answers until it needs one that nobody gave.

The engine decides as it always does; only what it asks for is not carried out. Reading the run's own record gives the
data that came along, writing gives back what would be written, telling people nobody. Any other effect needs a scripted
result or an example that its action declares. Time stands still while somebody could answer, and jumps to the next
moment a step waits for where nobody can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from definitions import simulated_children as children
from definitions.engine import Graph, State, advance
from definitions.engine.approvals import awaited, to_be_agreed
from definitions.engine.commands import ArmTimer, CancelEffect, CancelTimer, StartEffect
from definitions.engine.inviting import JOURNEY
from definitions.engine.listening import EVENT, listens
from definitions.engine.messages import CommandGiven, EffectEnded, EffectFailed, Message, Started, TimerFired
from definitions.engine.outside import waits_outside
from definitions.engine.settle import GO_ON
from definitions.engine.state import BY_A_PERSON, Execution, StepStatus
from definitions.matcher import propose as match
from definitions.model import WaitStep
from definitions.proposing import Asked, Question
from definitions.wire import (
    ACTIVITY_GET_DATA,
    ACTIVITY_INVITE,
    ACTIVITY_LISTEN,
    ACTIVITY_NOTIFY,
    ACTIVITY_PROPOSE,
    ACTIVITY_STOP_CHILDREN,
    ACTIVITY_UPDATE_DATA,
    OUTSIDE_ACTOR,
    SYSTEM_ACTOR,
    Actor,
    Event,
    RunStart,
)

MESSAGES = 1_000
"""Messages after which a simulation stops: a loop of scripted answers would go on for ever."""

Answers = Mapping[str, tuple[Mapping[str, Any], ...]]
"""By step: one answer for each round; the last one holds for every further round."""


ASKS = ("confirm", "done", JOURNEY)
SAID = ("output", "choice", "skip", "confirm", "decline")
MATCHED = (Asked.FORM, Asked.ROW)
"""What can be proposed without a model and without asking a server."""


HARMLESS = (ACTIVITY_NOTIFY, ACTIVITY_LISTEN, ACTIVITY_STOP_CHILDREN)
"""What tells, or asks to be told: nobody is, and nothing has happened before."""


@dataclass(slots=True)
class Simulation:
    """What happened: `stopped` is ended, needs_answers, refused or too_long; `needs` what was not answered."""

    state: State
    now: datetime
    events: list[Event] = field(default_factory=list)
    needs: list[dict[str, Any]] = field(default_factory=list)
    stopped: str = "ended"


def simulate(  # noqa: PLR0917
    graph: Graph,
    start: RunStart,
    actor: Actor,
    at: datetime,
    answers: Answers,
    examples: Mapping[str, Any],
    go_on: Callable[[], bool],
) -> Simulation:
    """Play a run to its end, or to where it needs an answer. `examples` are results by action; `go_on` bounds time."""
    play = _Play(graph, Simulation(State.new(start.run), at), actor, answers, examples)
    message: Message | None = Started(at, start)
    for _ in range(MESSAGES):
        if message is None or not go_on():
            break
        play.take(message)
        message = None if play.found.stopped == "refused" else play.following()
    if message is not None:
        play.found.stopped = "too_long"
    elif play.found.stopped != "refused" and not play.found.state.over:
        play.found.stopped, play.found.needs = "needs_answers", play.needs()
    return play.found


def _proposal(effect: StartEffect, script: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is proposed: as scripted, else what the matcher finds in the run; None where a model must be scripted."""
    said = script.get("proposal")
    if said is not None:
        return {"values": said.get("values", {}), "confidence": said.get("confidence", 1.0), "by": "ai"}
    question = Question.from_json(effect.input)
    return match(question).to_json() if question.what in MATCHED else None


@dataclass(slots=True)
class _Play:
    graph: Graph
    found: Simulation
    actor: Actor
    answers: Answers
    examples: Mapping[str, Any]
    effects: dict[str, StartEffect] = field(default_factory=dict)
    timers: dict[str, ArmTimer] = field(default_factory=dict)

    def take(self, message: Message) -> None:
        """Let the engine decide about one message, and note what it asks for."""
        found = self.found
        step = advance(self.graph, found.state, message)
        found.state = step.state
        found.events.extend(step.events)
        for command in step.commands:
            match command:
                case StartEffect():
                    self.effects[command.execution] = command
                case CancelEffect(execution):
                    self.effects.pop(execution, None)
                case ArmTimer():
                    self.timers[command.execution] = command
                case CancelTimer(execution):
                    self.timers.pop(execution, None)
        self._look_for_refusal(message)

    def _look_for_refusal(self, message: Message) -> None:
        """A scripted answer that the run refuses is a mistake of the script: it ends there, and says why."""
        if not isinstance(message, CommandGiven):
            return
        refusal = self.found.state.applied.get(message.command["id"])
        if refusal is not None:
            self.found.stopped = "refused"
            self.found.needs = [{"step": message.command["step"], "what": "answer", "refusal": refusal}]

    def following(self) -> Message | None:
        """What the run is told next: an effect's answer, a person's, the next moment; None where it needs one."""
        if self.timers.pop(GO_ON, None) is not None:
            return TimerFired(self.found.now, GO_ON)
        for name, effect in self.effects.items():
            if (message := self._answer(effect)) is not None:
                del self.effects[name]
                return message
        for each in self.found.state.live():
            if (told := self._from_outside(each)) is not None:
                return told
            script = self._script(each.step, each.round)
            if (end := children.ended(self.found.state, each.id, script, self.found.now)) is not None:
                return end
            if (command := self._given(each)) is not None:
                return CommandGiven(self.found.now, command, self.actor)
        return self._agreed() or self._moment()

    def _from_outside(self, each: Execution) -> Message | None:
        """Somebody outside confirms what an action began; or what a step waits for happens, as scripted."""
        script = self._script(each.step, each.round) or {}
        told = {"id": f"outside-{self.found.state.seq}", "step": each.step, "execution": each.id}
        if waits_outside(each) and script.get("confirm"):
            return CommandGiven(self.found.now, {**told, "type": "confirm"}, Actor(OUTSIDE_ACTOR))
        node = self.graph.grown(self.found.state.added).nodes[each.step]
        if script.get("event") is None or each.waits != EVENT or not listens(node, each):
            return None
        assert isinstance(node.step, WaitStep) and node.step.event is not None
        event = {"id": f"{each.id}-scripted", "name": node.step.event.name, "data": script["event"]}
        return CommandGiven(self.found.now, {**told, "type": "event", "event": event}, Actor(SYSTEM_ACTOR))

    def _to_agree(self) -> list[Execution]:
        """Every round that may wait for others to agree."""
        state = self.found.state
        return [*state.live(), *to_be_agreed(self.graph.grown(state.added), state)]

    def _agreed(self) -> Message | None:
        """Somebody else agrees to a side effect, or refuses it, as scripted: each time another person."""
        for each in self._to_agree():
            asked, script = awaited(each), self._script(each.step, each.round)
            if asked is None or script is None or script.get("approve") is None:
                continue
            kind, said = ("approve", {}) if script["approve"] else ("reject", {"reason": "as scripted"})
            command = {
                "id": f"simulated-{self.found.state.seq}",
                "type": kind,
                "step": each.step,
                "execution": each.id,
                **said,
            }
            name = f"approver-{len(asked['given']) + 1}"
            return CommandGiven(self.found.now, command, Actor(name, tuple(asked["roles"]), tuple(asked["teams"])))
        return None

    def _script(self, step: str, round_: int) -> Mapping[str, Any] | None:
        found = self.answers.get(step)
        return found[min(round_, len(found)) - 1] if found else None

    def _answer(self, effect: StartEffect) -> Message | None:
        """An effect's end, where it is known: as scripted, or without harm."""
        if (number := children.round_of(effect)) is not None:
            return children.started(effect, self._script(effect.step, number), self.found.now)
        execution = self.found.state.executions.get(effect.execution)
        script = self._script(effect.step or effect.execution, execution.round if execution else 1)
        if execution is None:
            script = self._script(effect.execution.rpartition("#")[0], 1)
        if script is not None and "fail" in script:
            text = str(script["fail"] or "it failed, as scripted")
            return EffectFailed(self.found.now, effect.execution, effect.turn, "error", "scripted", text)
        result = script["result"] if script is not None and "result" in script else None
        if effect.activity == ACTIVITY_PROPOSE:
            result = _proposal(effect, script or {})
        elif result is None:
            result = self._harmless(effect)
        return None if result is None else EffectEnded(self.found.now, effect.execution, effect.turn, result)

    def _harmless(self, effect: StartEffect) -> dict[str, Any] | None:
        """What can be told without asking anybody; None where a result must be scripted."""
        record, values = self.found.state.record or {}, effect.input
        if effect.activity in HARMLESS:
            return {}
        if effect.activity == ACTIVITY_INVITE:
            return {"link": "simulated"}
        if effect.activity == ACTIVITY_UPDATE_DATA and "set" in values:
            return dict(values["set"])
        if effect.activity == ACTIVITY_GET_DATA:
            own = values.get("record") == record.get("id") and values.get("collection") == record.get("collection")
            data = self.found.state.record_data
            return {name: data.get(name) for name in values.get("fields") or data} if own else None
        example = self.examples.get(effect.activity)
        return dict(example) if isinstance(example, Mapping) else None

    def _given(self, each: Execution) -> dict[str, Any] | None:
        """The command of the person whose turn it is, as scripted."""
        script = self._script(each.step, each.round)
        if script is None or not (each.waits in ASKS or each.status in (*BY_A_PERSON, StepStatus.ATTENTION)):
            return None
        if each.status not in BY_A_PERSON and not any(script.get(key) for key in SAID):
            return None
        kind = "skip" if script.get("skip") else "decline" if script.get("decline") else "complete"
        for_a_person = self.graph.grown(self.found.state.added).nodes[each.step].for_a_person
        if kind == "complete" and each.status is StepStatus.ATTENTION and not for_a_person:
            kind = "handle_manually"
        bare = each.waits == "done" or kind in ("skip", "decline")
        said = {key: script[key] for key in ("output", "choice") if script.get(key) is not None and not bare}
        name = f"simulated-{self.found.state.seq}"
        return {"id": name, "type": kind, "step": each.step, "execution": each.id, **said}

    def _moment(self) -> Message | None:
        """The next timer, as far as a step waits for time: due dates before that moment pass on the way."""
        waits = [timer.until for name, timer in self.timers.items() if name in self.found.state.open]
        if not waits:
            return None
        name = min(self.timers, key=lambda each: (self.timers[each].until, each))
        self.found.now = max(self.found.now, self.timers.pop(name).until)
        return TimerFired(self.found.now, name)

    def needs(self) -> list[dict[str, Any]]:
        """Everything that the run waits for and nobody answered: {step, execution, what, …}."""
        effects = [
            {
                "step": each.step or None,
                "execution": name,
                "what": "proposal" if each.activity == ACTIVITY_PROPOSE else "result",
                "action": each.activity,
                "input": each.input,
            }
            for name, each in self.effects.items()
        ]
        asked = (*BY_A_PERSON, StepStatus.ATTENTION)
        open_ = [each for each in self.found.state.live() if each.status in asked]
        people = [
            {"step": each.step, "execution": each.id, "what": "answer", "status": str(each.status)} for each in open_
        ]
        people += [{"step": e.step, "execution": e.id, "what": "approval"} for e in self._to_agree() if awaited(e)]
        forms = [each for each in self.found.state.live() if each.waits == JOURNEY]
        people += [{"step": each.step, "execution": each.id, "what": "answer"} for each in forms]
        asks = [each for each in ASKS if each != JOURNEY]
        confirm = [each for each in self.found.state.live() if each.waits in asks or waits_outside(each)]
        people += [{"step": each.step, "execution": each.id, "what": "confirmation"} for each in confirm]
        events = [each for each in self.found.state.live() if each.waits == EVENT]
        people += [{"step": each.step, "execution": each.id, "what": "event"} for each in events]
        return [*effects, *people] or [{"step": None, "what": "close"}]
