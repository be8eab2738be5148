"""Runs told by the real engine, so that the ledger is fed what a worker would feed it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from api.store.store import Store
from api.store.tables import VersionRow
from definitions.contracts import EffectContract
from definitions.engine import Graph, State, advance
from definitions.engine.messages import CommandGiven, EffectEnded, Message, Started
from definitions.wire import Actor, EffectCall, RunStart

BEGAN = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ANN = Actor("ann", ("operator",), ("ops",))
LEA = Actor("lea", ("lead",), ("ops",))

REFUND: dict[str, Any] = {
    "holdfast": 1,
    "key": "refund",
    "name": "Refund",
    "record": "demo.orders",
    "teams": ["ops"],
    "steps": [
        {"id": "ask", "kind": "task", "title": "Ask", "assign": {"users": ["ann"], "teams": ["ops"]}},
        {"id": "pay", "kind": "action", "title": "Pay", "action": "demo.refund", "execute": "automatic"},
        {
            "id": "check",
            "kind": "decision",
            "title": "Check",
            "roles": ["lead"],
            "options": [{"id": "yes"}, {"id": "no"}],
        },
    ],
}
CONTRACT = EffectContract()
FROZEN: dict[str, Any] = {
    "language": 1,
    "document": REFUND,
    "expressions": {},
    "actions": {"demo.refund": {"contract": CONTRACT.to_json(), "undo": None}},
}


async def publish(store: Store) -> None:
    """Make the version the runs below walk known to the database."""
    async with store.session() as session:
        session.add(
            VersionRow(
                key="refund",
                version=1,
                hash="h1",
                document=REFUND,
                frozen=FROZEN,
                published_by="admin",
                published_at=BEGAN,
            )
        )


class Told:
    """One run, told message by message; each gives the events that followed from it, as JSON."""

    def __init__(self, run: str = "run-1", record: str | None = "o1") -> None:
        self.run, self.record = run, record
        self.graph = Graph.load(FROZEN)
        self.state = State.new(run)
        self.now = BEGAN
        self.events: list[dict[str, Any]] = []

    def tell(self, message: Message) -> list[dict[str, Any]]:
        step = advance(self.graph, self.state, message)
        self.state = step.state
        self.now += timedelta(seconds=1)
        events = [event.to_json() for event in step.events]
        self.events += events
        return events

    def start(self) -> list[dict[str, Any]]:
        request = {"by": ANN.to_json(), "record": self.record, "labels": ["vip"]}
        return self.tell(Started(self.now, RunStart(self.run, "refund", 1, "h1", FROZEN, request)))

    def give(self, command: dict[str, Any], by: Actor = ANN) -> list[dict[str, Any]]:
        return self.tell(CommandGiven(self.now, command, by))

    def ask(self) -> list[dict[str, Any]]:
        """Ann does the first step: the payment is asked for."""
        return self.give({"id": f"{self.run}-ask", "type": "complete", "step": "ask"})

    def paid(self) -> list[dict[str, Any]]:
        return self.tell(EffectEnded(self.now, "pay#1", 1, {"id": "r1"}))

    def check(self) -> list[dict[str, Any]]:
        """Lea decides: the run ends."""
        return self.give({"id": f"{self.run}-check", "type": "complete", "step": "check", "choice": "yes"}, LEA)

    def all(self) -> list[dict[str, Any]]:
        self.start(), self.ask(), self.paid(), self.check()
        return self.events


def call(told: Told, events: list[dict[str, Any]] = [], **changes: Any) -> EffectCall:  # noqa: B006 - never changed
    """The payment, as the worker is called to do it."""
    values: dict[str, Any] = {
        "run": told.run,
        "definition": "refund",
        "version": 1,
        "step": "pay",
        "execution": "pay#1",
        "activity": "demo.refund",
        "title": "Pay",
        "acting": "ann",
        "key": f"{told.run}:pay#1",
        "turn": 1,
        "contract": CONTRACT.to_json(),
        "input": {"order": "o1", "amount": 12.5},
        "events": tuple(events),
    }
    return EffectCall(**{**values, **changes})
