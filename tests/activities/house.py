"""What the stories of this folder share:

a call as the engine writes it, and the way an effect takes to be performed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities.interceptor import EffectInterceptor
from activities.secrets import Secrets
from activities.testing import InMemoryBlobs, InMemoryLedger, InMemoryPeople
from definitions.contracts import EffectContract
from definitions.wire import EffectCall

ONCE = EffectContract(repeatable=False, timeout=5)
AGAIN = EffectContract(repeatable=True, timeout=5)


def a_call(activity: str = "shop.ship", **changes: Any) -> EffectCall:
    """The call of one step of one run; `ann` acts."""
    call = EffectCall(
        run="run-1",
        definition="refund",
        version=1,
        step="pay",
        execution="pay#1",
        activity=activity,
        title="Pay",
        acting="ann",
        key="run-1:pay#1",
        turn=1,
        contract=ONCE.to_json(),
        input={},
        events=({"seq": 1, "type": "run_started", "at": "2026-11-21T09:00:00Z"},),
    )
    return replace(call, **changes)


class _Bare(ActivityInboundInterceptor):
    """The end of the interceptor chain: the activity itself."""

    def __init__(self) -> None:
        pass

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        return await input.fn(*input.args)


class Stage:
    """A worker's inside without a server: the real interceptor around a real activity, over the ports in memory."""

    def __init__(self) -> None:
        self.ledger = InMemoryLedger()
        self.people = InMemoryPeople(known={"ann": {"teams": ["ops"]}})
        self.blobs = InMemoryBlobs()
        self.secrets: Secrets | None = None
        self.environment = ActivityEnvironment()
        self.beats = 0
        self.environment.on_heartbeat = self._beat

    def _beat(self, *_details: Any) -> None:
        self.beats += 1

    async def perform(self, activity: Callable[..., Any], call: EffectCall | dict[str, Any], name: str = "") -> Any:
        """The activity's result as the workflow would get it."""
        argument = call.to_json() if isinstance(call, EffectCall) else call
        interceptor = EffectInterceptor(self.ledger, self.people, self.blobs, None, self.secrets)
        inbound = interceptor.intercept_activity(_Bare())
        named = name or (call.activity if isinstance(call, EffectCall) else "shop.ship")
        self.environment.info = replace(self.environment.info, activity_type=named)
        given = ExecuteActivityInput(fn=activity, args=[argument], executor=None, headers={})
        return await self.environment.run(inbound.execute_activity, given)

    async def refused(self, activity: Callable[..., Any], call: EffectCall | dict[str, Any]) -> ApplicationError:
        """The error that the workflow would get."""
        try:
            result = await self.perform(activity, call)
        except ApplicationError as error:
            return error
        raise AssertionError(f"it answered {result!r}")

    def state(self, key: str = "run-1:pay#1") -> str:
        """What the effect's row says."""
        return self.ledger.effects[key].intent.state.value
