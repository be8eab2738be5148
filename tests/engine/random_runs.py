"""Random messages for a run: mostly some that fit, often some that do not; late ones, duplicates, and nonsense.

`Shell` keeps what the workflow keeps: the effects and timers that are under way, from the engine's commands alone.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from definitions.engine import Graph, State, Step
from definitions.engine.back import fingerprint, plan
from definitions.engine.clocks import clocks
from definitions.engine.commands import ArmTimer, CancelEffect, CancelTimer, StartEffect
from definitions.engine.execution import Execution
from definitions.engine.family import STARTING, Family, effect_name
from definitions.engine.messages import (
    Abandoned,
    ChildTold,
    CommandGiven,
    EffectEnded,
    EffectFailed,
    Message,
    TimerFired,
    Unreadable,
)
from definitions.engine.settle import GO_ON
from definitions.engine.state import FINISHED, TIMED, SideStatus, StepStatus
from definitions.views import step_commands
from definitions.wire import (
    ACTIVITY_INVITE,
    ACTIVITY_LISTEN,
    ACTIVITY_LOAD_RELATED,
    ACTIVITY_PROPOSE,
    OUTSIDE_ACTOR,
    SYSTEM_ACTOR,
    Actor,
)
from tests.engine.story import BEGAN

REASONS = ("error", "timeout", "interrupted")
PEOPLE = (Actor("ann"), Actor("ann", ("lead",)), Actor("lea", ("lead",)), Actor("lou", ("lead",)))
RUN_COMMANDS = (
    "save", "resume", "resume", "take_over", "abort", "close", "reopen", "reopen", "migrate", "add_task", "assign",
    "set_due", "note", "escalate",
)  # fmt: skip
STEP_COMMANDS = (
    *("complete",) * 6, *("revise",) * 4, "start", "hold", "release", "claim", "unclaim", "skip", "retry",
    "handle_manually",
    "decline", *("approve",) * 5, "reject", "amend", "automation", "automation", "assign", "set_due", "note",
    "escalate", "resend", "resend", "revoke", "nonsense",
)  # fmt: skip


class Shell:
    """What is under way, as the workflow would know it."""

    def __init__(self) -> None:
        self.working: dict[str, int] = {}
        self.armed: dict[str, ArmTimer] = {}
        self.asked: list[StartEffect] = []

    def told(self, message: Message) -> None:
        """A message is handed to the engine: what it answers is no longer under way."""
        match message:
            case EffectEnded() | EffectFailed():
                if self.working.get(message.execution) == message.turn:
                    del self.working[message.execution]
            case TimerFired():
                self.armed.pop(message.execution, None)

    def carry_out(self, step: Step) -> None:
        """What the engine asked for, in its order."""
        for command in step.commands:
            match command:
                case StartEffect():
                    self.asked.append(command)
                    self.working[command.execution] = command.turn
                case CancelEffect():
                    self.working.pop(command.execution, None)
                case ArmTimer():
                    self.armed[command.execution] = command
                case CancelTimer():
                    self.armed.pop(command.execution, None)

    def agrees(self, graph: Graph, state: State) -> None:
        """What is under way is what the state says is under way: nothing is forgotten, nothing runs unseen."""
        rounds = {e.id: e.turn for e in state.live() if e.status is StepStatus.RUNNING}
        errands = {side.id: side.turn for side in state.errands() if side.status is SideStatus.RUNNING}
        families = state.families.values()
        starting = {effect_name(each.execution, index) for each in families for index in each.places(STARTING)}
        assert {name: turn for name, turn in self.working.items() if "/" not in name} == rounds | errands
        assert starting <= set(self.working)  # one that has told of itself may not have been heard to begin
        waits = {e.id: e.until for e in state.live() if e.status in TIMED and e.until and not e.came_due}
        due = clocks(graph.grown(state.added), state)
        assert set(self.armed) == {*waits, *due, *((GO_ON,) if state.rest else ())}
        assert all(self.armed[name].until == clock.until for name, clock in due.items())


class Messages:
    """Picks the next message."""

    def __init__(self, rnd: random.Random, graph: Graph, later: Mapping[str, Any], shell: Shell) -> None:
        self.rnd, self.graph, self.later, self.shell = rnd, graph, later, shell
        self.given: list[dict[str, Any]] = []
        self.now = BEGAN
        self.answers = 0

    def next(self, state: State) -> Message:
        self.now += timedelta(minutes=self.rnd.randint(0, 2000))
        choice = self.rnd.randint(0, 11)
        if choice < (5 if self.shell.working else 1) and self.shell.asked:
            return self.answer()
        if choice == 5 and self.shell.armed:
            timer = self.shell.armed[self.rnd.choice(list(self.shell.armed))]
            self.now = max(self.now, timer.until)
            return TimerFired(self.now, timer.execution)
        if choice == 6 and self.rnd.random() < 0.2:
            return self.rnd.choice(self.nonsense())
        if choice == 7 and self.rnd.random() < 0.2 and self.given:
            return CommandGiven(self.now, self.rnd.choice(self.given), self.rnd.choice(PEOPLE))
        asked = ("event", "outside", "journey")
        outside = [each for each in state.live() if each.waits in asked or each.links or each.doing == "act"]
        if choice >= 8 and outside and self.rnd.random() < 0.5:
            return self.from_outside(self.rnd.choice(outside))
        if state.families and self.rnd.random() < 0.4:
            return self.from_a_child(self.rnd.choice(list(state.families.values())))
        by = self.rnd.choice(PEOPLE)
        return CommandGiven(self.now, self.command(state, by), by)

    def from_a_child(self, family: Family) -> Message:
        """A child says how it stands, also one that is not there; now and then the run itself is given up."""
        if self.rnd.random() < 0.03:
            return Abandoned(self.now, "lea", ("late",), "too late")
        status = self.rnd.choice(("completed", "completed", "completed", "aborted", "attention", "open", "gone"))
        return ChildTold(self.now, family.execution, self.rnd.randint(0, 3), status, {"outcome": "good"})

    def from_outside(self, each: Execution) -> Message:
        """Something happens that a step may wait for, or somebody confirms it; now and then by whoever may not."""
        if self.rnd.random() < 0.3:
            told = {"type": "confirm", "step": each.step, "execution": each.id}
            return CommandGiven(self.now, self.keep(told), Actor(OUTSIDE_ACTOR))
        if each.links or each.waits == "journey" or self.rnd.random() < 0.2:
            form = self.rnd.choice(list(each.links) or [""])
            told = {"type": "complete", "step": each.step, "output": self.rnd.choice(({"n": 1}, {"n": "?"}))}
            named = {"journey": form} if form else {}
            return CommandGiven(self.now, self.keep({**told, **named}), Actor(f"journey:l{self.rnd.randint(0, 2)}"))
        by = SYSTEM_ACTOR if self.rnd.random() < 0.9 else "ann"
        told = {"type": "event", "step": each.step, "event": self.event()}
        return CommandGiven(self.now, self.keep(told), Actor(by))

    def event(self) -> dict[str, Any]:
        """One of few ids, so that many come twice."""
        name = self.rnd.choice(("paid", "paid", "paid", "lost"))
        return {"id": f"e{self.rnd.randint(0, 3)}", "name": name, "data": {"n": self.rnd.choice((1, 1, 2, "?"))}}

    def answer(self) -> Message:
        """Of an effect under way, or of one that was long ago. Each result is another one."""
        under_way = [e for e in self.shell.asked if self.shell.working.get(e.execution) == e.turn]
        effect = self.rnd.choice([*under_way, *under_way, *self.shell.asked])
        self.answers += 1
        if self.rnd.randint(0, 2):
            return EffectEnded(self.now, effect.execution, effect.turn, self.result(effect))
        reason = self.rnd.choice(REASONS)
        unknown = reason == "interrupted"
        return EffectFailed(self.now, effect.execution, effect.turn, reason, reason, "no", (), unknown)

    def result(self, effect: StartEffect) -> dict[str, Any]:
        """What an activity of its kind gives; of one that proposes any answer, good, poor or none."""
        if effect.activity == ACTIVITY_LOAD_RELATED:
            rows = [{"id": f"r{number}"} for number in range(self.rnd.randint(0, 3))]
            return {"rows": self.rnd.choice((rows, rows, "none"))}
        if effect.activity == ACTIVITY_INVITE:
            return {"link": self.rnd.choice((f"l{self.rnd.randint(0, 2)}", None))}
        if effect.activity == ACTIVITY_LISTEN:
            return {"events": self.rnd.choice(([], [self.event()], [self.event(), self.event()], "none"))}
        if effect.activity != ACTIVITY_PROPOSE:
            return {"n": 1, "answer": self.answers}
        values = {"n": self.rnd.choice((1, 1, 1, "?")), "choice": self.rnd.choice(("x", "y", "z", None)), "row": "r0"}
        values |= {"text": "hello", "tool": self.rnd.choice(("a", "b", "drop")), "arguments": {"n": 2}}
        sure = self.rnd.choice((0.9, 0.9, 0.9, 0.9, 0.5, 7, "very"))
        return {
            "values": values,
            "confidence": sure,
            "by": self.rnd.choice(("ai", "ai", "ai", "ai", "matcher", "matcher", "person")),
        }

    def nonsense(self) -> tuple[Message, ...]:
        return (
            EffectEnded(self.now, "s0#7", 1, {}),
            TimerFired(self.now, "nobody#1"),
            TimerFired(self.now, "due:s0#9"),
            Unreadable(self.now, "x", "unknown_signal", "?", "x"),
            CommandGiven(self.now, {"type": ["?"], "id": 5}, Actor("eve")),
            CommandGiven(self.now, {}, Actor("eve")),
        )

    def command(self, state: State, by: Actor) -> dict[str, Any]:
        """A command by name: half of the time one that is offered."""
        graph = self.graph.grown(state.added)
        asking = [side.id for side in state.errands() if side.status is SideStatus.ATTENTION]
        if asking and self.rnd.random() < 0.5:
            kind = self.rnd.choice(("retry", "retry", "skip", "handle_manually"))
            return self.keep({"type": kind, "execution": self.rnd.choice(asking)})
        rests = state.closed or state.status == "saved"
        if self.rnd.random() < (0.7 if rests else 0.2):
            wanted = ("reopen", "resume") if rests and self.rnd.random() < 0.7 else RUN_COMMANDS
            return self.keep(self.of_run(self.rnd.choice(wanted), graph, state))
        known = [state.executions[name].step for name in (*state.open, *state.latest.values())]
        name = self.rnd.choice([*known, *graph.nodes])
        kinds: tuple[str, ...] = STEP_COMMANDS
        if name in graph.nodes and self.rnd.random() < 0.7:
            kinds = tuple(step_commands(graph, state, graph.nodes[name], by)) or kinds
        kind = "complete" if "complete" in kinds and self.rnd.random() < 0.4 else self.rnd.choice(kinds)
        return self.keep({"type": kind, "step": name, **self.of_step(kind, name, graph, state)})

    def keep(self, command: dict[str, Any]) -> dict[str, Any]:
        self.given.append({"id": f"c{len(self.given)}", **command})
        return self.given[-1]

    def of_step(self, kind: str, name: str, graph: Graph, state: State) -> dict[str, Any]:
        """What a command for a step carries."""
        more: dict[str, Any] = {}
        if not self.rnd.randint(0, 5):
            more["execution"] = f"{name}#{self.rnd.randint(1, 2)}"
        match kind:
            case "complete" | "handle_manually":
                more["choice"] = self.rnd.choice(("x", "y", "y", "z"))
                more["output"] = self.rnd.choice(({"n": 1}, {"n": 1}, {"n": "?"}, {}))
                more |= {"journey": "form"} if kind == "complete" and self.rnd.random() < 0.2 else {}
            case "resend" | "revoke":
                more |= self.rnd.choice(({}, {"journey": "form"}, {"to": "c@d.example"}))
            case "approve" | "reject":
                more["reason"] = self.rnd.choice(("because", "because", ""))
                asked = (state.of(name).approval if state.of(name) else None) or {}  # type: ignore[union-attr]
                more["hash"] = self.rnd.choice((None, None, asked.get("hash"), asked.get("hash"), "stale"))
            case "escalate":
                more |= {"inbox": "leads", "reason": self.rnd.choice(("help", "help", ""))}
            case "amend":
                more["output"] = self.rnd.choice(({"n": 2}, {"n": "?"}))
            case "automation":
                more |= {"automation": self.rnd.choice(("mail", "mail", "?")), "with": {"n": 2}}
            case "revise":
                more |= self.of_revise(name, graph, state)
            case "assign":
                more["users"] = self.rnd.choice((["ben"], [], "ben"))
            case "set_due":
                more["due"] = self.a_date()
            case "note":
                more["text"] = self.rnd.choice(("hello", ""))
        return more

    def of_revise(self, name: str, graph: Graph, state: State) -> dict[str, Any]:
        """Side effects to take back, and the fingerprint of a preview: of this one, or of another."""
        if state.status_of(name) not in FINISHED:
            return {}
        made = plan(graph, state, name)
        able = [state.executions[each].step for each in made.undoable]
        undo = self.rnd.choice((able, able, able[:1], ["s0"]))
        seen = self.rnd.choice((None, None, fingerprint(state, made), "stale"))
        return {"undo": undo, "fingerprint": seen}

    def a_date(self) -> Any:
        return self.rnd.choice(("2026-11-23", "2026-11-20T09:00:00Z", None, "9999-12-31", "soon"))

    def of_run(self, kind: str, graph: Graph, state: State) -> dict[str, Any]:
        """A command for the run as a whole."""
        steps = (None, *graph.nodes)
        match kind:
            case "abort" | "close":
                undo = self.rnd.choice((None, None, [], list(graph.nodes)[:1]))
                reasons = self.rnd.choice((["r"], ["r"], [], ["?"]))
                return {"type": kind, "reasons": reasons, **({} if undo is None else {"undo": undo})}
            case "add_task":
                places = {"after": self.rnd.choice(steps), "before": self.rnd.choice(steps)}
                due = self.rnd.choice((None, "2026-11-23", {"in": "1 days", "from": "phase:nowhere"}, "soon"))
                return {"type": kind, "title": "More", "due": due, **{k: v for k, v in places.items() if v}}
            case "migrate":
                open_ = [state.executions[name].step for name in state.open]
                mapping = {name: self.rnd.choice(("new", *graph.nodes)) for name in open_ if self.rnd.random() < 0.5}
                frozen = {"hash": "h2", "version": dict(self.later)}
                return {"type": kind, "version": 2, "map": mapping, "frozen": frozen}
            case "assign":
                return {"type": kind, "teams": ["ops"]}
            case "escalate":
                return {"type": kind, "inbox": "leads", "reason": "help"}
            case "set_due":
                return {"type": kind, "due": self.a_date(), "phase": self.rnd.choice((None, "p0", "p9"))}
            case "note":
                return {"type": kind, "text": "hello"}
            case _:
                return {"type": kind}
