"""From an effect the engine asks for to Temporal's options, and from Temporal's errors to what the engine understands.

Timeouts, tries and heartbeat follow from the contract alone. An effect that is not repeatable may be scheduled a second
time by Temporal after its worker died: the intent row decides then whether it had begun (activities/effect.py).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    CancelledError,
    TimeoutError,
    TimeoutType,
    is_cancelled_exception,
)

from definitions.contracts import UNTIL_BEGUN
from definitions.engine.commands import ArmTimer, StartEffect
from definitions.engine.messages import EffectFailed
from definitions.taken import Taken
from definitions.wire import ACTIVITY_INVITE, ACTIVITY_LISTEN, ACTIVITY_PROPOSE, EffectCall, RunStart

GRACE = 5.0
"""Seconds a try has beyond its own limit, so that the worker's own clock speaks first and with the better message."""

REASONS = {
    "timeout": "timeout",
    "interrupted": "interrupted",
    "no_provider": "no_provider",
    "needs_login": "needs_login",
}
"""Error types with an attention reason of their own; every other is `error`."""

CHILD_ERRORS_KEY = "errors"


ASKED_ANEW = {ACTIVITY_PROPOSE: "propose", ACTIVITY_LISTEN: "listen", ACTIVITY_INVITE: "invite"}
"""Activities of which nobody wants an old answer: what they are asked in another turn has another key."""


def call_of(
    of: RunStart, command: StartEffect, events: tuple[dict[str, Any], ...], trace: str, taken: Taken
) -> EffectCall:
    """The argument of the activity: `events` are what must be stored before it begins."""
    return EffectCall(
        run=of.run,
        definition=of.definition,
        version=of.version,
        step=command.step,
        execution=command.execution,
        activity=command.activity,
        title=command.title,
        acting=command.acting,
        key=key_of(of.run, command),
        turn=command.turn,
        contract=command.contract.to_json(),
        input=command.input,
        events=events,
        trace=trace,
        taken=taken,
    )


def key_of(run: str, command: StartEffect) -> str:
    """The idempotency key: of a deed the same in every turn, of a question another each time it is asked anew."""
    key = f"{run}:{command.execution}"
    asks = ASKED_ANEW.get(command.activity)
    return f"{key}:{asks}:{command.turn}" if asks else key


def start(command: StartEffect, call: EffectCall) -> workflow.ActivityHandle[Any]:
    """Schedule the activity of an effect. Its id is the execution's, its summary what people call the step."""
    contract = command.contract
    return workflow.start_activity(
        command.activity,
        call.to_json(),
        task_queue=contract.queue or None,
        activity_id=command.execution,
        start_to_close_timeout=timedelta(seconds=UNTIL_BEGUN + contract.timeout + GRACE),
        schedule_to_close_timeout=timedelta(seconds=contract.within) if contract.within else None,
        heartbeat_timeout=timedelta(seconds=contract.heartbeat),
        retry_policy=RetryPolicy(
            initial_interval=timedelta(seconds=1),
            maximum_interval=timedelta(seconds=30),
            maximum_attempts=max(2, contract.attempts),
        ),
        cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        summary=summary_of(command),
    )


def summary_of(command: StartEffect | ArmTimer) -> str:
    """What Temporal's UI calls an activity or a timer: the step's title and the round, within the server's limit."""
    return f"{command.title} · {command.execution}"[:200]


def failure(command: StartEffect, error: BaseException, at: datetime) -> EffectFailed:
    """What an activity's error means for its step. The text was made for people by whoever raised it."""
    cause = error.cause if isinstance(error, ActivityError) else error
    execution, turn = command.execution, command.turn
    match cause:
        case ApplicationError():
            code = cause.type or "error"
            reason = REASONS.get(code, "error")
            unknown = code == "interrupted"
            return EffectFailed(at, execution, turn, reason, code, cause.message, problems(cause), unknown)
        case TimeoutError():
            return timed_out(command, cause, at)
        case _ if is_cancelled_exception(error) or isinstance(cause, CancelledError):
            return EffectFailed(at, execution, turn, "interrupted", "cancelled", "it was cancelled", unknown=True)
        case _:
            return EffectFailed(at, execution, turn, "error", "activity_failed", str(cause or error)[:500])


def timed_out(command: StartEffect, cause: TimeoutError, at: datetime) -> EffectFailed:
    """No answer came. Whether it happened is unknown, unless it never began or may be repeated at will."""
    never_began = cause.type is TimeoutType.SCHEDULE_TO_START
    unknown = not never_began and not command.contract.repeatable
    reason = "interrupted" if unknown else "timeout"
    text = "its worker stopped before it answered; whether it happened is not known" if unknown else "no answer in time"
    return EffectFailed(at, command.execution, command.turn, reason, reason, text, unknown=unknown)


def unanswered(command: StartEffect, at: datetime) -> EffectFailed:
    """The run ended, and the effect did not stop when it was asked to."""
    text = "it was asked to stop and did not answer; whether it happened is not known"
    return EffectFailed(at, command.execution, command.turn, "interrupted", "unknown", text, unknown=True)


def too_large(command: StartEffect, weight: int, at: datetime) -> EffectFailed:
    """The step names more than one call can hold. Nothing was asked for."""
    text = f"the step is given {weight // 1024} KB, more than an activity can take; name fewer values"
    return EffectFailed(at, command.execution, command.turn, "error", "input_too_large", text)


def problems(cause: ApplicationError) -> tuple[dict[str, Any], ...]:
    """The findings per field that an activity's error carries in its details, if any."""
    for detail in cause.details:
        found = detail.get(CHILD_ERRORS_KEY) if isinstance(detail, dict) else None
        if isinstance(found, list):
            return tuple(item for item in found if isinstance(item, dict))
    return ()
