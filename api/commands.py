"""One door for commands: judged, stored, told, asked. A 2xx is given only for what is durable.

    known id?  -> the answer it got before (another body: 409)
    may you?   -> 404, 403
    is it one? -> 422 with every finding, by the same `judge` the engine uses
    stored     -> command, log row and outbox entry in one transaction
    told       -> the signal, sealed; if Temporal does not answer the outbox goes on trying
    asked      -> the run's own verdict: 200 applied, 409 refused; nobody answers in time: 202 received

What the *state* of the run says (409) is left to the run itself, whose state is never behind; only a run that is known
to have ended is not asked, since nothing can change there any more.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from api.activity import About, entry
from api.answers import now_text, state_of, subject_of, view_of, with_can
from api.engine import Engine, EngineError
from api.metrics import Metrics
from api.outbox import Outbox, run_closed
from api.permissions import COMMAND_OPERATIONS, Who
from api.problems import ApiError, IdempotencyConflict, NotFound
from api.schemas_commands import CommandBody, bare
from api.signing import Signer
from api.store.store import Store
from api.store.tables import CommandRow, RunRow
from api.tracing import bind, current_trace, log
from api.versions import Published, Versions
from definitions.canonical import canonical, digest
from definitions.engine import judge
from definitions.engine.moves import Refusal
from definitions.wire import VALUE_LIMIT

if TYPE_CHECKING:
    from api.doors import Caller

CLOSED = ("completed", "aborted")


@dataclass(frozen=True, slots=True)
class Given:
    """A command on its way: who, what, where, and what it is compared by."""

    id: str
    run: RunRow
    published: Published
    body: dict[str, Any]
    hash: str


CATCH_UP = (0.005, 0.01, 0.02, 0.04, 0.08, 0.1)
"""Seconds between looks at the read model; an effect without a free worker is not waited for any longer."""


@dataclass(frozen=True, slots=True)
class Commands:
    """Takes commands. `deadline` is how long a caller waits for the verdict, in seconds."""

    store: Store
    engine: Engine
    outbox: Outbox
    versions: Versions
    signer: Signer
    deadline: float = 4.0
    metrics: Metrics = field(default_factory=Metrics)

    async def give(self, caller: Caller, run: str, command: CommandBody) -> tuple[int, dict[str, Any]]:
        """Status and body of the answer. Raises ApiError for every kind of no."""
        end = time.monotonic() + self.deadline
        given, known = await self._find(caller, run, command)
        told = True
        if known is None:
            now = datetime.now(UTC)
            self._check(caller, given, now)
            if given.run.status in CLOSED:
                known = await self._store_closed(caller, given, now)
            else:
                known, told = await self._store_and_tell(caller, given, now, end)
        if known is not None and not _same(known, given, caller.who):
            raise IdempotencyConflict
        return await self._verdict(caller, given, end if told else 0.0)

    async def _find(self, caller: Caller, run: str, command: CommandBody) -> tuple[Given, CommandRow | None]:
        """The run as the caller may see it (404), and the command if its id was used before."""
        name = command.id or uuid.uuid4().hex
        about = caller.about
        about.action, about.run, about.step = f"command.{command.type}", run, command.step
        bind(run=run, step=command.step, execution=command.execution, command=name)
        async with self.store.reading() as session:
            row = await session.get(RunRow, run)
            known = await session.get(CommandRow, name) if command.id else None
            if row is None:
                raise NotFound("run")
            published = await self.versions.need(row.definition, row.version, session)
        about.definition, about.record = row.definition, record_of(row)
        caller.allow("run.view", subject_of(row), "run")
        body = bare(command, name)
        return Given(name, row, published, body, digest([run, body])), known

    def _check(self, caller: Caller, given: Given, now: datetime) -> None:
        """Rights, then the command itself; the state of the run only as far as it cannot change any more."""
        if len(canonical(given.body).encode()) > VALUE_LIMIT:
            raise ApiError(f"A command may hold max {VALUE_LIMIT // 1024} KB.", status=413, code="too_large")
        node = given.published.graph.nodes.get(given.body.get("step", ""))
        roles = tuple(node.step.roles) if node else ()
        subject = subject_of(given.run, roles, _ended_by(given))
        caller.allow(COMMAND_OPERATIONS[given.body["type"]], subject, "run")
        state = state_of(given.run, given.published)
        refusal = judge(given.published.graph, state, given.body, caller.who.actor(), now)
        if refusal is not None and refusal.status != 409:
            raise refused(refusal.to_json(), given.run.id)

    async def _store_and_tell(
        self, caller: Caller, given: Given, now: datetime, end: float
    ) -> tuple[CommandRow | None, bool]:
        """One transaction, then the signal: the row of somebody who was faster with the same id, or whether it went."""
        envelope = self.signer.seal(given.run.id, given.body, caller.who.actor(), now_text())
        envelope = replace(envelope, trace=current_trace())
        try:
            async with self.store.session() as session:
                self._add(session, caller, given, now, "received", None)
                stored, first = await self.outbox.put(
                    session, given.run.id, "signal", envelope.to_json(), command=given.id
                )
        except IntegrityError:
            return await self._row(given.id), True
        caller.about.logged = True
        return None, await self.outbox.deliver(stored, first, end - time.monotonic())

    async def _store_closed(self, caller: Caller, given: Given, now: datetime) -> CommandRow | None:
        """A command to a run that has ended: kept with its refusal. Aborting what is aborted is done already."""
        done = given.body["type"] == "abort" and given.run.status == "aborted"
        refusal = None if done else run_closed(given.run.status)
        try:
            async with self.store.session() as session:
                self._add(session, caller, given, now, "applied" if done else "refused", refusal)
        except IntegrityError:
            return await self._row(given.id)
        caller.about.logged = True
        return None

    def _add(  # noqa: PLR0917
        self,
        session: AsyncSession,
        caller: Caller,
        given: Given,
        now: datetime,
        outcome: str,
        refusal: dict[str, Any] | None,
    ) -> None:
        session.add(
            CommandRow(
                id=given.id,
                run=given.run.id,
                type=given.body["type"],
                actor=caller.who.id,
                body_hash=given.hash,
                body=given.body,
                at=now,
                outcome=outcome,
                refusal=refusal,
            )
        )
        session.add(entry(caller.who, caller.about, "write", refusal["code"] if refusal else "ok", now))

    async def _verdict(self, caller: Caller, given: Given, end: float) -> tuple[int, dict[str, Any]]:
        """What became of it: asked of the run, or read from the command's row where nobody answers."""
        view: dict[str, Any] | None = None
        outcome, refusal = await self._stored_outcome(given.id)
        if outcome == "received":
            answer = await self._ask(given, end)
            view, outcome, refusal = answer.get("run"), *_outcome(answer.get("command"))
            await self._let_lists_catch_up(given.run.id, answer.get("seq", 0))
            if outcome == "received":
                outcome, refusal = await self._stored_outcome(given.id)
        log.info("command", action=f"command.{given.body['type']}", outcome=outcome, code=(refusal or {}).get("code"))
        self.metrics.command(given.body["type"], outcome)
        if outcome == "refused":
            caller.about.logged = False  # its row says that it was taken; the refusal gets one too
            raise refused(refusal or {}, given.run.id)
        if outcome == "received":
            return 202, {"command": given.id, "outcome": "received"}
        shown = with_can(view, given.published, caller.who) if view else await self._shown(caller.who, given)
        return 200, {"command": given.id, "outcome": "applied", "run": shown}

    async def _ask(self, given: Given, end: float) -> dict[str, Any]:
        """The query, repeated while the run has not come to the command; {} when the time is over.

        It can be asked too early only by somebody who repeats a command whose first caller is still sending it.
        """
        pause = 0.02
        while (left := end - time.monotonic()) > 0:
            try:
                answer = await self.engine.state(given.run.id, given.id, left)
            except EngineError as error:
                log.info("no verdict", action="command.unanswered", error=str(error)[:200])
                return {}
            if (answer.get("command") or {}).get("outcome") != "unknown":
                return answer
            await asyncio.sleep(pause)
            pause = min(2 * pause, 0.3)
        return {}

    async def _let_lists_catch_up(self, run: str, seq: int) -> None:
        """A run at rest has recorded before it answers. One that goes on with an effect records as that begins, a few
        milliseconds later: worth waiting for, so that who completes a step finds the work list without it.
        """
        for pause in CATCH_UP:
            async with self.store.reading() as session:
                row = await session.get(RunRow, run)
            if row is None or row.seq >= seq:
                return
            await asyncio.sleep(pause)

    async def _stored_outcome(self, command: str) -> tuple[str, dict[str, Any] | None]:
        row = await self._row(command)
        return (row.outcome, row.refusal) if row else ("received", None)

    async def _row(self, command: str) -> CommandRow | None:
        async with self.store.reading() as session:
            return await session.get(CommandRow, command)

    async def _shown(self, who: Who, given: Given) -> dict[str, Any]:
        async with self.store.reading() as session:
            row = await session.get(RunRow, given.run.id)
        assert row is not None
        return view_of(row, given.published, who)


def refused(refusal: dict[str, Any], run: str) -> ApiError:
    """A recorded refusal as a problem: its code, message and details; 409 unless it says otherwise."""
    rest = {key: value for key, value in refusal.items() if key not in ("code", "message", "status", "errors", "run")}
    return ApiError(
        str(refusal.get("message", "The run refused it.")),
        code=str(refusal.get("code", "refused")),
        status=int(refusal.get("status", 409)),
        errors=refusal.get("errors", ()),
        run=run,
        **{key: value for key, value in rest.items() if key not in ("detail", "headers", "type", "title")},
    )


def record_of(row: RunRow) -> str | None:
    """`source.collection/id`, as the log names records."""
    return f"{row.record_collection}/{row.record_id}" if row.record_id else None


def _same(known: CommandRow, given: Given, who: Who) -> bool:
    return known.body_hash == given.hash and known.actor == who.id


def _outcome(command: dict[str, Any] | None) -> tuple[str, dict[str, Any] | None]:
    """The run's word for what became of a command, in the API's words."""
    match (command or {}).get("outcome"):
        case "applied":
            return "applied", None
        case "refused":
            return "refused", (command or {}).get("refusal")
        case _:
            return "received", None


def _ended_by(given: Given) -> str | None:
    """Who ended the step that is revised or amended: `own` in a grant means that."""
    if given.body["type"] not in ("revise", "amend"):
        return None
    execution = state_of(given.run, given.published).of(given.body.get("step", ""))
    return execution.ended_by if execution else None


__all__ = ["About", "Commands", "Refusal", "record_of", "refused"]
