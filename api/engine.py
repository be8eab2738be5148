"""Temporal as the door sees it: start a run, signal it, ask it; each with an outer deadline and three possible answers.

The client's own `rpc_timeout` bounds one try, and it tries for many seconds; so every call here runs under one outer
deadline. What can be said afterwards is only: it was taken; there is no such open run (`Gone`); or nobody knows
(`Unreachable`): then the outbox sends it again, which is safe because runs have ids and commands have ids.

Runs are addressed by workflow id alone; after continue-as-new or a reset a Temporal run id means something else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from temporalio.client import Client, WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from api.engine_look import Look, look
from definitions.wire import RunStart

T = TypeVar("T")

SIGNAL_DEADLINE = 3.0
"""Seconds for a start or a signal. A healthy server answers in a few milliseconds."""


class EngineError(Exception):
    """Temporal did not do what it was asked."""


class Unreachable(EngineError):
    """No answer in time, or no connection: the request may or may not have arrived."""


class Gone(EngineError):
    """There is no open workflow of that id. `closed`: there was one, and it has ended."""

    def __init__(self, message: str, *, closed: bool) -> None:
        super().__init__(message)
        self.closed = closed


class Engine(Protocol):
    """What the API needs of Temporal (api/app.py takes any object of this shape)."""

    async def start(self, start: RunStart, summary: str) -> None: ...

    async def signal(self, run: str, name: str, payload: dict[str, Any]) -> None: ...

    async def restart(self, start: RunStart, summary: str, name: str, payload: dict[str, Any]) -> None: ...

    async def look(self, run: str, deadline: float) -> Look: ...

    async def reachable(self, deadline: float = 1.0) -> bool: ...


@dataclass(frozen=True, slots=True)
class TemporalEngine:
    """`Engine` over a Temporal client; `client` may be lazy, so that the API starts while Temporal is down."""

    client: Client
    task_queue: str = "holdfast"

    @classmethod
    async def connect(cls, address: str, *, namespace: str = "default", task_queue: str = "holdfast") -> TemporalEngine:
        """An engine that connects at its first call."""
        return cls(await Client.connect(address, namespace=namespace, lazy=True), task_queue)

    async def start(self, start: RunStart, summary: str) -> None:
        """Starts the run unless it has been started: a second try is no second run. Raises Unreachable."""
        try:
            await within(
                SIGNAL_DEADLINE,
                self.client.start_workflow(
                    start.definition,
                    start.to_json(),
                    id=start.run,
                    task_queue=self.task_queue,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                    static_summary=_short(summary),
                    search_attributes=_attributes(start),
                    rpc_timeout=timedelta(seconds=SIGNAL_DEADLINE),
                ),
            )
        except WorkflowAlreadyStartedError:
            return

    async def signal(self, run: str, name: str, payload: dict[str, Any]) -> None:
        """Hands one envelope to a run. Raises Gone, Unreachable."""
        handle = self.client.get_workflow_handle(run)
        timeout = timedelta(seconds=SIGNAL_DEADLINE)
        await within(SIGNAL_DEADLINE, handle.signal(name, payload, rpc_timeout=timeout))

    async def restart(self, start: RunStart, summary: str, name: str, payload: dict[str, Any]) -> None:
        """Hands one envelope to a run that has ended, which begins again with it. Raises Unreachable.

        One that is open all the same is only handed the envelope: Temporal does either, in one call.
        """
        await within(
            SIGNAL_DEADLINE,
            self.client.start_workflow(
                start.definition,
                start.to_json(),
                id=start.run,
                task_queue=self.task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=_short(summary),
                search_attributes=_attributes(start),
                start_signal=name,
                start_signal_args=[payload],
                rpc_timeout=timedelta(seconds=SIGNAL_DEADLINE),
            ),
        )

    async def look(self, run: str, deadline: float) -> Look:
        """How the run stands in Temporal, and whether anybody works on its queue. Raises Gone, Unreachable."""
        timeout = timedelta(seconds=max(deadline, 0.1))
        return await within(deadline, look(self.client, run, self.task_queue, timeout))

    async def reachable(self, deadline: float = 1.0) -> bool:
        """Whether the server answers its health check."""
        try:
            return await within(
                deadline, self.client.service_client.check_health(retry=True, timeout=timedelta(seconds=deadline))
            )
        except EngineError:
            return False


def _short(summary: str) -> str:
    """As much of a title as Temporal shows, whole letters only."""
    return summary.encode()[:190].decode(errors="ignore")


def _attributes(start: RunStart) -> TypedSearchAttributes:
    """What people in Temporal's UI look for, known at the start; the run adds the rest. Ids only, nothing personal."""
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(SearchAttributeKey.for_keyword("HoldfastDefinition"), start.definition),
        SearchAttributePair(SearchAttributeKey.for_int("HoldfastVersion"), start.version),
        SearchAttributePair(SearchAttributeKey.for_keyword("HoldfastStatus"), "running"),
    ]
    if record := start.request.get("record"):
        pairs.append(SearchAttributePair(SearchAttributeKey.for_keyword("HoldfastRecord"), str(record)))
    return TypedSearchAttributes(pairs)


async def within(deadline: float, call: Awaitable[T]) -> T:
    """The answer of a call to Temporal within so many seconds. Raises Gone and Unreachable, and nothing else."""
    try:
        async with asyncio.timeout(deadline):
            return await call
    except TimeoutError:
        raise Unreachable("Temporal did not answer in time") from None
    except (WorkflowQueryFailedError, WorkflowQueryRejectedError) as error:
        raise Unreachable(f"the run could not be asked: {error}") from error
    except RPCError as error:
        # a namespace that is not there yet is a server that is still starting, not a run that has ended
        if error.status == RPCStatusCode.NOT_FOUND and "amespace" not in error.message:
            raise Gone(error.message, closed="already completed" in error.message) from error
        raise Unreachable(f"Temporal answered {error.status.name}") from error
    except RuntimeError as error:  # a lazy client that cannot connect says so with a bare RuntimeError
        raise Unreachable("Temporal is not reachable") from error


async def ask(call: Callable[..., Awaitable[T]], request: Any, deadline: float) -> T:
    """What a call of Temporal's bare service answers within so many seconds. Raises Gone, Unreachable.

    Asked again where its connection was just closed for its age, which the SDK does by itself only in its own calls.
    """
    return await within(deadline, call(request, retry=True, timeout=timedelta(seconds=deadline)))
