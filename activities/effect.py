"""One effect, from its intent to its outcome: the only way in which this program touches the world.

Around every effect, whatever it is, the same five things happen in the same order: the run's events and the intent are
stored, in one transaction; the rights of the acting person are read anew, in the same one where the ledger can; the
effect runs, bounded in time and with a heartbeat; its result passes the gate; its outcome is stored. The run and the
row know large values by reference: the effect is given the values, and what is large in its result is stored before
anybody hears of it. What goes wrong on the way becomes one `ApplicationError` whose type is a stable code, and says
whether Temporal may try again by itself.

What the order is for: no row, no side effect; where it cannot be written, the effect waits for a while. And when the
worker dies between intent and outcome, the row says so, and the next try is told (`definitions.effects.judge_begin`).
If the outcome cannot be stored although the effect went well, its result is handed back all the same: losing what is
known to have happened would be worse than a row without its end, and the run's own events bring the result to the
table later.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from typing import Any

import structlog
from temporalio.exceptions import ApplicationError

from activities.errors import ActionError, NotDone, Refused, Retryable, Uncertain, Unusable
from activities.links import LINK, MakeLink
from activities.ports import Blobs, Ledger, Outcome, People
from activities.pulse import Pulse, bounded
from activities.result import checked_result
from activities.secrets import Secrets, filled, hidden
from activities.values import referenced, resolved
from definitions import wire
from definitions.contracts import UNTIL_BEGUN, EffectContract
from definitions.effects import Begun, Scopes, Verdict, allows_action
from definitions.wire import EffectCall

log = structlog.get_logger("holdfast.effects")

Body = Callable[[EffectCall], Awaitable[Any]]
"""What the effect does with its call, in which every reference has become the value."""

SCOPED_ELSEWHERE = frozenset(
    {
        wire.ACTIVITY_GET_DATA,
        wire.ACTIVITY_LOAD_RELATED,
        wire.ACTIVITY_UPDATE_DATA,
        wire.ACTIVITY_NOTIFY,
        wire.ACTIVITY_MCP,
        wire.ACTIVITY_CHILD,
        wire.ACTIVITY_STOP_CHILDREN,
        wire.ACTIVITY_TELL_PARENT,
        wire.ACTIVITY_PROPOSE,
        wire.ACTIVITY_INVITE,
        wire.ACTIVITY_LISTEN,
    }
)
"""These are bounded by rows and fields, where the rows are read, or by tools, where one is called, and not by the
patterns for actions; telling people and inviting them to a form is what the engine does by itself, whoever started the
run. A proposal does nothing: what it is told is bounded where it is told, what it proposes where that is done."""

BEGIN_DELAYS = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between the tries to store an intent; the last again and again until BEGIN_WITHIN is over."""

BEGIN_WITHIN = UNTIL_BEGUN - 15
"""Seconds after which none is begun any more: one may itself take as long as a database that is locked lets it wait."""

SETTLE_DELAYS = (0.1, 0.5, 2.0)
"""Seconds between the tries to store an outcome:

a database that restarts is back within them (RELIABILITY.md, row 14).
"""


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, said so that run, people and Temporal each know what to do with it."""

    code: str
    message: str
    outcome: Outcome
    again: bool
    after: float | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)

    def raised(self) -> ApplicationError:
        """The one exception that leaves an effect; its detail is `{code, message, outcome, errors}`."""
        return ApplicationError(
            self.message,
            {"code": self.code, "message": self.message, "outcome": self.outcome, "errors": self.errors},
            type=self.code,
            non_retryable=not self.again,
            next_retry_delay=None if self.after is None else timedelta(seconds=self.after),
        )


def classify(error: Exception, contract: EffectContract, name: str) -> Failure:
    """What an exception means.

    The text of one that is not ours is withheld: it may hold a secret, and nobody wrote it for us.
    """
    match error:
        case NotDone() | Retryable():
            return Failure(error.code, error.message, "failed", True, error.after, error.errors)
        case Unusable() | Uncertain():
            return Failure(error.code, error.message, "unknown", False)
        case ActionError():
            return Failure(error.code, error.message, "failed", False, None, error.errors)
        case ApplicationError():
            again = not error.non_retryable and contract.repeatable
            return Failure(
                error.type or "action_failed", error.message, "failed" if error.non_retryable else "unknown", again
            )
        case TimeoutError():
            return Failure("timeout", f"{name} did not end within its time limit.", "unknown", contract.repeatable)
        case _:
            return Failure("action_failed", f"{name} failed ({type(error).__name__}).", "unknown", contract.repeatable)


@dataclass(frozen=True, slots=True)
class EffectGate:
    """Takes every effect of a worker through its five stations."""

    ledger: Ledger
    people: People
    blobs: Blobs
    links: MakeLink | None = None
    secrets: Secrets | None = None

    async def perform(self, call: EffectCall, body: Body, attempt: int = 1) -> dict[str, Any]:
        """The effect's result, done now or stored earlier. Raises ApplicationError as described above."""
        contract = EffectContract.from_json(call.contract)
        line = log.bind(run=call.run, step=call.step, execution=call.execution, action=call.activity, actor=call.acting)
        line = line.bind(turn=call.turn, attempt=attempt)
        with Pulse(contract.heartbeat), structlog.contextvars.bound_contextvars(**whereabouts(call)):
            begun = await self._begin(call, line)
            match begun.verdict:
                case Verdict.FINISHED:
                    line.info("effect_was_finished")
                    return begun.result or {}
                case Verdict.INTERRUPTED:
                    line.warning("effect_was_interrupted")
                    raise interrupted(call)
                case Verdict.GO:
                    return await self._act(call, contract, body, begun.scopes, line)

    async def _begin(self, call: EffectCall, line: Any) -> Begun:
        """What the row says, once it can be written. The tries of the contract are the effect's, not the database's."""
        at, last = datetime.now(UTC), time.monotonic() + BEGIN_WITHIN
        for delay in chain(BEGIN_DELAYS, repeat(BEGIN_DELAYS[-1])):
            try:
                begun = await self.ledger.begin(call, at)
            except Exception as error:
                line.warning("effect_not_begun", error=type(error).__name__)
                if time.monotonic() + delay > last:
                    break
                await asyncio.sleep(delay)
            else:
                if begun.verdict is Verdict.GO:
                    line.info("effect_begun")
                return begun
        failure = NotDone("The run's record cannot be written at the moment.", code="ledger_unavailable")
        raise classify(failure, EffectContract(), call.activity).raised()

    async def _act(
        self, call: EffectCall, contract: EffectContract, body: Body, read: Scopes | None, line: Any
    ) -> dict[str, Any]:
        started = time.monotonic()
        try:
            await self._authorise(call, read)
            result = await self._result(call, contract, body)
        except asyncio.CancelledError:
            line.warning("effect_cancelled", seconds=_since(started))
            await asyncio.shield(
                self._settle(call, "unknown", line, error={"code": "cancelled", "message": "Cancelled."})
            )
            raise
        except Exception as error:
            failure = _without_secrets(classify(error, contract, call.activity))
            line.warning("effect_failed", code=failure.code, error=type(error).__name__, at=_where(error))
            await self._settle(call, failure.outcome, line, error={"code": failure.code, "message": failure.message})
            raise failure.raised() from None
        await self._settle(call, "done", line, result=result)
        line.info("effect_done", seconds=_since(started))
        return result

    async def _result(self, call: EffectCall, contract: EffectContract, body: Body) -> dict[str, Any]:
        """What the effect gives for the values it is given. The run and the row know both by reference."""
        given = await resolved(call, self.blobs)
        given = await filled(given, self.secrets, self.people)
        LINK.set(await self._link(call) if contract.confirms else None)
        result = hidden(checked_result(await bounded(lambda: body(given), contract.timeout)))
        return await referenced(result, call.run, self.blobs)

    async def _link(self, call: EffectCall) -> str | None:
        """By which somebody outside confirms it. Without a link nothing is begun that waits for one."""
        try:
            return await self.links(call) if self.links else None
        except Exception:
            raise NotDone("The link to confirm it by cannot be made.", code="ledger_unavailable") from None

    async def _authorise(self, call: EffectCall, read: Scopes | None) -> None:
        """Rights are read at the moment of acting: `read` with the intent itself, else now.

        Rights that cannot be read are no rights: fails closed, and may try again.
        """
        if call.activity in SCOPED_ELSEWHERE:
            return
        try:
            scopes = read or await self.people.scopes(call.acting)
        except LookupError:
            raise Refused(f"{call.acting!r} has no rights any more.") from None
        except Exception:
            raise NotDone("Rights cannot be read at the moment.", code="ledger_unavailable") from None
        if not allows_action(scopes, call.activity):
            raise Refused(f"{call.acting!r} may not use {call.activity}.")

    async def _settle(
        self,
        call: EffectCall,
        outcome: Outcome,
        line: Any,
        result: dict[str, Any] | None = None,
        error: dict[str, Any] | None = None,
    ) -> None:
        for delay in (*SETTLE_DELAYS, None):
            try:
                return await self.ledger.finish(call, outcome, result=result, error=error)
            except Exception as trouble:
                line.warning(
                    "effect_outcome_not_stored", outcome=outcome, error=type(trouble).__name__, last=delay is None
                )
            if delay is not None:
                await asyncio.sleep(delay)


def whereabouts(call: EffectCall) -> dict[str, str]:
    """What every line that is logged during an effect carries, also those of the action's own author."""
    known = {"run": call.run, "step": call.step, "execution": call.execution, "actor": call.acting, "trace": call.trace}
    return {key: value for key, value in known.items() if value}


def _without_secrets(failure: Failure) -> Failure:
    return replace(failure, message=hidden(failure.message), errors=hidden(failure.errors))


def interrupted(call: EffectCall) -> ApplicationError:
    """A person decides: asking again (a new turn) repeats it, handling it by hand does not."""
    text = f"{call.activity} was interrupted after it may have acted. Look whether it happened before asking again."
    return Failure("interrupted", text, "unknown", False).raised()


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)


def _where(error: BaseException) -> str:
    """File and line of the innermost frame: enough to find the fault, and unlike a message it holds no data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
