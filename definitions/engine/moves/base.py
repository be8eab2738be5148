"""What every command is made of: what it may carry, when it may be given, and what it does.

A *move* is one type of command. Its `judge` says why not (or None), its `apply` makes the events, and `offered` tells a
person beforehand. All three see the same state, so that what is offered is what is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from definitions.engine.graph import Graph, Node
from definitions.engine.state import ENDED, Execution, State
from definitions.engine.turn import Turn
from definitions.wire import Actor


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not. `details` stand beside code and message in the answer and in the event (`errors`, `blocked_by`, …)."""

    code: str
    message: str
    status: int = 409
    details: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The refusal as the event carries it and the API answers it."""
        return {"code": self.code, "message": self.message, "status": self.status, **self.details}


@dataclass(frozen=True, slots=True)
class Question:
    """A well-formed command. `node` and `execution` are those of its step: None for the run's own, or while pending."""

    graph: Graph
    state: State
    command: dict[str, Any]
    actor: Actor
    now: datetime
    node: Node | None = None
    execution: Execution | None = None

    @property
    def step(self) -> Node:
        """The step of a command that has one."""
        assert self.node is not None
        return self.node

    @property
    def round(self) -> Execution:
        """The newest round of a step that is not pending."""
        assert self.execution is not None
        return self.execution


@dataclass(frozen=True, slots=True)
class Given:
    """A command that was judged good, to be carried out in a turn."""

    turn: Turn
    command: dict[str, Any]
    actor: Actor

    @property
    def node(self) -> Node:
        """The step it is about."""
        return self.turn.graph.nodes[self.command["step"]]

    @property
    def execution(self) -> Execution:
        """That step's newest round."""
        return self.turn.execution(self.turn.state.latest[self.command["step"]])

    def question(self) -> Question:
        """The same command as it was judged, at this point of the turn."""
        turn, node = self.turn, self.node
        return Question(turn.graph, turn.state, self.command, self.actor, turn.now, node, turn.state.of(node.id))

    def kept(self, *keys: str) -> dict[str, Any]:
        """Those of its keys that say something."""
        return {key: self.command[key] for key in keys if self.command.get(key)}


Offered = Callable[[Question], bool]


@dataclass(frozen=True, slots=True)
class Move:
    """One type of command.

    `on` says whether it is about a step, the run, or either; `pending`: a step nobody has come to yet can take it;
    `saved`, `closed`: it is taken while the run is saved, or has ended; `roles`: only who the step's roles let act;
    `holder`: where a run is exclusive, only its holder may give it.
    """

    keys: dict[str, type]
    judge: Callable[[Question], Refusal | None]
    apply: Callable[[Given], None]
    offered: Offered
    on: Literal["step", "run", "either"] = "step"
    pending: bool = False
    saved: bool = False
    closed: bool = False
    roles: bool = True
    holder: bool = True


def always(asked: Question) -> bool:
    return True


def no_objection(asked: Question) -> Refusal | None:
    return None


def not_now(asked: Question) -> Refusal:
    """The step stands where it cannot take this command: how it stands, and who ended it when."""
    execution, step = asked.round, asked.step.id
    details: dict[str, Any] = {"step_status": str(execution.status)}
    if execution.status not in ENDED:
        return Refusal("step_not_ready", f"{step} is {execution.status} and cannot take this command", details=details)
    by = execution.ended_by or execution.done_by or "the run"
    details |= {"ended_by": execution.ended_by, "ended_at": execution.ended_at}
    text = f"{step} already ended ({execution.status}) by {by} at {execution.ended_at}"
    return Refusal("step_not_ready", text, details=details)


def malformed(path: str, message: str) -> Refusal:
    """A command that carries something wrong, and where."""
    return Refusal("malformed", message, 422, {"errors": [{"path": path, "code": "type", "message": message}]})


def texts(value: Any) -> bool:
    """Whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)
