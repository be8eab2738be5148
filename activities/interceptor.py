"""The thin shell between Temporal and `activities.effect`: which activity is an effect, and what it was called with."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from temporalio import activity
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from activities.effect import EffectGate
from activities.links import MakeLink
from activities.ports import Blobs, Ledger, People
from activities.record import Scribe
from activities.secrets import Secrets
from definitions import wire
from definitions.contracts import EffectContract
from definitions.wire import EffectCall


class EffectInterceptor(Interceptor):
    """Takes every activity through the gate, except the recording itself, and a schedule's, which has no run yet.

    And gives workflows the scribe. Made into a worker where an event loop runs: the one on which the ledger's work is.
    """

    def __init__(
        self,
        ledger: Ledger,
        people: People,
        blobs: Blobs,
        links: MakeLink | None = None,
        secrets: Secrets | None = None,
    ) -> None:
        self._ledger, self._gate = ledger, EffectGate(ledger, people, blobs, links, secrets)

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor] | None:
        """No interceptor: only what workflow code finds as `STORE_NOW`."""
        input.unsafe_extern_functions[wire.STORE_NOW] = Scribe(self._ledger, asyncio.get_running_loop())
        return None

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Inbound(next, self._gate)


class _Inbound(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, gate: EffectGate) -> None:
        super().__init__(next)
        self._gate = gate

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = activity.info()
        if info.activity_type in (wire.ACTIVITY_RECORD, wire.ACTIVITY_FIRE):
            return await self.next.execute_activity(input)
        call = read_call(input.args)

        async def act(given: EffectCall) -> Any:
            if given is not call:
                input.args = [given.to_json()]
            return await self.next.execute_activity(input)

        return await self._gate.perform(call, act, info.attempt)


def read_call(args: Sequence[Any]) -> EffectCall:
    """The call that an activity was given.

    Raises ApplicationError `malformed_call`, never tried again, for anything else.
    """
    value = args[0] if len(args) == 1 else None
    if (
        isinstance(value, list) and len(value) == 1 and isinstance(value[0], RawValue)
    ):  # the catch-all gets it undecoded
        value = activity.payload_converter().from_payload(value[0].payload)
    try:
        if not isinstance(value, dict):
            raise TypeError
        call = EffectCall.from_json(value)
        EffectContract.from_json(call.contract)
        return call
    except (TypeError, ValueError, AttributeError):
        raise ApplicationError(
            "The activity was not given an effect call.", type="malformed_call", non_retryable=True
        ) from None


@activity.defn(dynamic=True)
async def unregistered(args: Sequence[RawValue]) -> dict[str, Any]:
    """Any activity type that this worker has no action for:

    fails clearly and at once, where Temporal would try for ever.
    """
    name = activity.info().activity_type
    text = f"No worker knows the action {name!r}. Start one with the module that registers it, then retry."
    raise ApplicationError(text, type="action_not_registered", non_retryable=True)
