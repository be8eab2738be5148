"""A worker of our own on the session's real Temporal server, over a ledger in memory: the shell without the API.

What is tested here is the way between engine and Temporal; the tables have tests of their own (tests/store).
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel
from temporalio import activity
from temporalio.client import Client, WorkflowHandle, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from activities.children import family_activities
from activities.errors import ActionError
from activities.interceptor import EffectInterceptor, unregistered
from activities.ports import Blobs
from activities.record import record_activity
from activities.registry import Found, Look, Registry
from activities.testing import InMemoryBlobs, InMemoryLedger, InMemoryPeople
from definitions.canonical import digest, seal_text
from definitions.checks import Known
from definitions.wire import (
    ACTIVITY_INVITE,
    ACTIVITY_LISTEN,
    ACTIVITY_PROPOSE,
    COMMAND_SIGNALS,
    INTERPRETER_VERSION,
    QUERY_STATE,
    SYSTEM_ACTOR,
    Actor,
    Envelope,
    RunStart,
)
from tests.engine.story import ANN, frozen
from workers.worker import build_worker


class Order(BaseModel):
    """What the test actions take."""

    order: str = "o1"


class Receipt(BaseModel):
    """What they give."""

    id: str


class World:
    """What the test actions do, counted; each test may change how they behave."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.gate = asyncio.Event()
        self.big = 0
        self.happened: list[dict[str, Any]] = []
        """Events that came before anybody waited for them."""
        self.proposals: dict[str, list[dict[str, Any]]] = {}
        """By the step's title, what is proposed for it, one after the other; without any there is no provider."""

    def registry(self) -> Registry:
        """Actions that work, fail, crash, hang, answer nonsense, or wait to be let go."""
        registry = Registry()

        @registry.action("test.pay", title="Pay", repeatable=True)
        async def pay(order: Order) -> Receipt:
            self.calls.append(order.order)
            return Receipt(id="r" * (self.big or 1))

        @registry.action("test.fail", title="Fail")
        async def fail(order: Order) -> Receipt:
            raise ActionError("card_refused", "the card was refused")

        @registry.action("test.crash", title="Crash")
        async def crash(order: Order) -> Receipt:
            raise ZeroDivisionError("a secret nobody may read")

        @registry.action("test.hang", title="Hang")
        async def hang(order: Order) -> Receipt:
            await asyncio.sleep(3600)
            return Receipt(id="never")

        @registry.action("test.odd", title="Odd")
        async def odd(order: Order) -> Receipt:
            return cast(Receipt, "not a receipt")

        @registry.action("test.doubt", title="Doubt", reconcile="test.look")
        async def doubt(order: Order) -> Receipt:
            raise ActionError("no_answer", "nobody knows what became of it")

        @registry.action("test.look", title="Look", touches="nothing")
        async def look(asked: Look) -> Found:
            return Found(state="done", output={"id": "found"})

        @registry.action("test.slow", title="Slow", repeatable=True, heartbeat=1.0)
        async def slow(order: Order) -> Receipt:
            await self.gate.wait()
            return Receipt(id="slow")

        return registry

    def outside(self) -> Sequence[Callable[..., Any]]:
        """The activities that have to do with somebody outside: they hear what the test says, and send nothing."""

        @activity.defn(name=ACTIVITY_LISTEN)
        async def listen(call: dict[str, Any]) -> dict[str, Any]:
            name = call["input"]["name"]
            return {"events": [each for each in self.happened if each["name"] == name]}

        @activity.defn(name=ACTIVITY_INVITE)
        async def invite(call: dict[str, Any]) -> dict[str, Any]:
            self.calls.append(f"invited: {call['input'].get('to')}")
            return {"link": "lnk-1", "expires": None, "mailed": True}

        return listen, invite

    def proposer(self) -> Callable[..., Any]:
        """The activity that proposes, as each test scripts it."""

        @activity.defn(name=ACTIVITY_PROPOSE)
        async def propose(call: dict[str, Any]) -> dict[str, Any]:
            title = call["input"]["title"]
            self.calls.append(f"asked: {title}")
            if not self.proposals.get(title):
                raise ActionError("no_provider", "no model is set up")
            return self.proposals[title].pop(0)

        return propose


class Nursery:
    """`Runs` without a database: children of the documents the house knows, whoever asks."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def start(self, acting: str, asked: Mapping[str, Any], *, key: str, parent: tuple[str, str]) -> str:
        raise ActionError("not_here", "the tests of this over the API are in tests/api/test_children.py")

    async def abort(self, acting: str, run: str, reasons: Sequence[str], text: str, *, key: str) -> None:
        raise ActionError("not_here", "the tests of this over the API are in tests/api/test_children.py")

    async def make_child(
        self, acting: str, asked: Mapping[str, Any], *, child: str, parent: tuple[str, str], chain: Mapping[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        """The child; a definition nobody knows is refused, as the API does."""
        if (small := self.house.smalls.get(asked["definition"])) is None:
            raise ActionError("not_found", f"there is no definition {asked['definition']}")
        self.house.made.append(child)
        link = {"run": parent[0], "execution": parent[1], "depth": 1, **chain}
        start = self.house.start_of(child, small, inputs=asked.get("inputs") or {}, chain=link)
        return str(small["name"]), start.to_json()

    async def say(self, runs: Sequence[str], signal: str, word: Mapping[str, Any]) -> int:
        """Under the house's seal; one that has ended hears nothing."""
        heard = 0
        for run in runs:
            with contextlib.suppress(RPCError):
                envelope = self.house.envelope(run, dict(word), Actor(SYSTEM_ACTOR))
                await self.house.client.get_workflow_handle(run).signal(signal, envelope)
                heard += 1
        return heard


class House:
    """One task queue with one worker; starts runs, gives commands, asks."""

    def __init__(
        self,
        client: Client,
        queue: str,
        *,
        cli_roles: tuple[str, ...] = (),
        cache: int = 100,
        roll_after: int = 400,
        interpreter: int = INTERPRETER_VERSION,
        sandboxed: bool = True,
    ) -> None:
        self.client, self.queue, self.cli_roles, self.cache = client, queue, cli_roles, cache
        self.roll_after, self.interpreter = roll_after, interpreter
        self.sandboxed = sandboxed
        self.ledger = InMemoryLedger()
        self.people = InMemoryPeople({"ann": {}, "lea": {}})
        self.blobs: Blobs = InMemoryBlobs()
        self.world = World()
        self.smalls: dict[str, dict[str, Any]] = {}
        """Documents that `workflow` steps may name, by key."""
        self.made: list[str] = []
        """The children that were made, once for each time."""
        self.known: Known | None = None
        """What is announced, where a test needs more than what stands in the document."""
        self.key = Ed25519PrivateKey.generate()

    def worker(self, build_id: str | None = None) -> Worker:
        """A worker that is not started yet."""
        registry = self.world.registry()
        return build_worker(
            self.client,
            task_queue=self.queue,
            activities=[
                *registry.activities(),
                self.world.proposer(),
                *self.world.outside(),
                record_activity(self.ledger),
                *family_activities(Nursery(self)),
                unregistered,
            ],
            interceptors=[EffectInterceptor(self.ledger, self.people, self.blobs)],
            max_cached_workflows=self.cache,
            sandboxed=self.sandboxed,
            build_id=build_id,
        )

    async def start(self, document: dict[str, Any], **request: Any) -> WorkflowHandle[Any, Any]:
        """Start a run of a document, as the API does."""
        start = self.start_of(f"run-{uuid.uuid4()}", document, **request)
        return await self.client.start_workflow(document["key"], start.to_json(), id=start.run, task_queue=self.queue)

    def start_of(self, run: str, document: dict[str, Any], **request: Any) -> RunStart:
        """What a run of a document is begun with."""
        version = frozen(document, self.known)
        public = self.key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return RunStart(
            run,
            document["key"],
            1,
            digest(version),
            version,
            {"by": ANN.to_json(), **request},
            self.interpreter,
            keys=(base64.b64encode(public).decode(),),
            cli_roles=self.cli_roles,
            roll_after=self.roll_after,
        )

    def envelope(self, run: str, command: dict[str, Any], by: Actor = ANN) -> dict[str, Any]:
        """A command under the API's seal."""
        at = datetime.now(UTC).isoformat()
        seal = base64.b64encode(self.key.sign(seal_text(run, command, by.to_json(), at))).decode()
        return Envelope(command, by, at, seal).to_json()

    async def give(self, handle: WorkflowHandle[Any, Any], kind: str, by: Actor = ANN, **more: Any) -> dict[str, Any]:
        """Give a command and ask what became of it."""
        return await self.verdict(handle, await self.send(handle, kind, by, **more))

    async def send(self, handle: WorkflowHandle[Any, Any], kind: str, by: Actor = ANN, **more: Any) -> str:
        """Give a command, and say under which id."""
        command = {"id": uuid.uuid4().hex, **more, "type": kind}
        try:
            await handle.signal(COMMAND_SIGNALS[kind], self.envelope(handle.id, command, by))
        except RPCError as error:
            # Seen: a signal that ends a busy run is taken, retried inside the server, and answered "already completed".
            assert error.status is RPCStatusCode.NOT_FOUND
        return str(command["id"])

    async def verdict(self, handle: WorkflowHandle[Any, Any], command: str) -> dict[str, Any]:
        """As the API asks: again while a run that is just rolling has not come to the command, or a query failed.

        A query of thousands of steps fails where a busy process does not let it run for two seconds (seen).
        """
        deadline = asyncio.get_running_loop().time() + 10
        while True:
            late = asyncio.get_running_loop().time() > deadline
            with contextlib.nullcontext() if late else contextlib.suppress(WorkflowQueryFailedError):
                answer = await self.ask(handle, command)
                if late or answer["command"]["outcome"] != "unknown":
                    return answer
            await asyncio.sleep(0.02)

    async def ask(self, handle: WorkflowHandle[Any, Any], command: str | None = None) -> dict[str, Any]:
        """The answer of the `state` query."""
        return dict(await handle.query(QUERY_STATE, command))

    async def until(
        self, handle: WorkflowHandle[Any, Any], holds: Callable[[dict[str, Any]], bool], seconds: float = 30
    ) -> dict[str, Any]:
        """Ask until the RunView is as wanted."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            view: dict[str, Any] = {}
            # A task that a stopping worker took along is given to the next one only when it times out.
            with contextlib.suppress(RPCError):
                view = dict((await self.ask(handle))["run"])
            if view and holds(view):
                return view
            assert asyncio.get_running_loop().time() < deadline, view
            await asyncio.sleep(0.05)

    async def told(self, run: str, holds: Callable[[Sequence[dict[str, Any]]], bool], seconds: float = 30) -> None:
        """Wait until the record is as wanted, and ask the run nothing meanwhile.

        For tests in which a turn fails. Seen, with temporalio 1.35: Temporal lets a query that waited for that turn go
        straight to the worker, which takes the turn for it before Temporal hands it out again, under the time of the
        one that failed; so it stands in the record, and a replay of the history says another.
        """
        deadline = asyncio.get_running_loop().time() + seconds
        while not holds(self.ledger.events.get(run, ())):
            assert asyncio.get_running_loop().time() < deadline, self.ledger.events.get(run)
            await asyncio.sleep(0.02)


def step(view: dict[str, Any], name: str) -> dict[str, Any]:
    """One step of a RunView."""
    return next(s for s in view["steps"] if s["id"] == name)
