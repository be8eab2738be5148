"""One door for commands: judged, stored, told, seen. A 2xx is given only for what is durable.

    known id?  -> the answer it got before (another body: 409)
    may you?   -> 404, 403
    is it one? -> 422 with every finding, by the same `judge` the engine uses
    stored     -> command, log row and outbox entry in one transaction
    told       -> the signal, sealed; if Temporal does not answer the outbox goes on trying
    seen       -> the run's verdict as it records it (api/verdicts.py): 200 applied, 409 refused; none in time: 202

What the *state* of the run says (409) is left to the run itself, whose state is never behind; only a run that is known
to have ended is not asked, since nothing can change there any more.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from api import named
from api.activity import About, entry
from api.answers import now_text, state_of, step_subject, subject_of, view_of
from api.command_checks import as_looked_at, known_inbox, not_in_the_future
from api.firsts import with_first
from api.metrics import Metrics
from api.outbox import Entry, Outbox, put_now, run_closed
from api.permissions import COMMAND_OPERATIONS, Who
from api.problems import ApiError, IdempotencyConflict, NotFound
from api.reopening import hold_record, refuse_second, restart_payload
from api.schemas_commands import CommandBody, bare
from api.signing import Signer
from api.store.policies import policy_of
from api.store.statements import Ready
from api.store.store import Store
from api.store.tables import CommandRow, Row, RunRow
from api.tracing import bind, current_trace, log
from api.verdicts import Verdicts
from api.versions import Published, Versions
from definitions.canonical import canonical, digest
from definitions.engine import State, judge
from definitions.engine.inviting import answer_fields
from definitions.engine.judge import side_of
from definitions.engine.moves import Refusal
from definitions.engine.moves.migrating import FROZEN
from definitions.wire import VALUE_LIMIT, Actor

if TYPE_CHECKING:
    from api.doors import Caller

RUNS, COMMANDS, LOG = (Row.metadata.tables[name] for name in ("runs", "commands", "log"))

CLOSED = ("completed", "aborted")

PLACES = {**dict.fromkeys(("unknown_reason", "one_reason", "reasons_required"), "/reasons"), "would_loop": "/before"}
"""Where the member stands that a refusal of status 422 is about, of those that do not say so themselves."""


@dataclass(frozen=True, slots=True)
class Given:
    """A command on its way: who, what, where, and what it is compared by."""

    id: str
    run: RunRow
    published: Published
    body: dict[str, Any]
    hash: str
    files: tuple[str, ...] = ()
    """What its answer refers to: whoever sees the run may read these from now on."""
    policy: dict[str, Any] = field(default_factory=dict)
    """The switches of who gives it, where the definition reads any."""
    frozen: dict[str, Any] | None = None

    def actor(self, who: Who) -> Actor:
        """Who gives it, as the run will judge it."""
        return replace(who.actor(), policy=self.policy)

    @property
    def told(self) -> dict[str, Any]:
        """The command as the run is told it: a `migrate` brings the version it is about."""
        return {**self.body, FROZEN: self.frozen} if self.frozen else self.body


_RUN = select(RUNS).where(RUNS.c.id == bindparam("of_run"))
_COMMAND = select(COMMANDS).where(COMMANDS.c.id == bindparam("of_command"))
_WRITE_COMMAND, _WRITE_LOG = Ready(insert(COMMANDS)), Ready(insert(LOG))


@dataclass(slots=True)
class Commands:
    """Takes commands. `deadline` is how long a caller waits for the verdict, in seconds."""

    store: Store
    outbox: Outbox
    versions: Versions
    signer: Signer
    deadline: float = 4.0
    metrics: Metrics = field(default_factory=Metrics)
    verdicts: Verdicts = field(init=False)

    def __post_init__(self) -> None:
        self.verdicts = Verdicts(self.store)

    async def give(self, caller: Caller, run: str, command: CommandBody) -> tuple[int, dict[str, Any]]:
        """Status and body of the answer. Raises ApiError for every kind of no."""
        end = time.monotonic() + self.deadline
        given, known = await self._find(caller, run, command)
        told = True
        if known is None:
            now = datetime.now(UTC)
            given, wrong = await self._look(caller, given)
            given = await self._checked(caller, given, now, wrong)
            if given.run.status in CLOSED and not takes_when_closed(state_of(given.run, given.published), given.body):
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
        row, known = await self.store.look(lambda connection: _read(connection, run, command.id))
        if row is None:
            raise NotFound("run")
        published = await self.versions.need(row.definition, row.version)
        policy: dict[str, Any] = {}
        if published.reads_policy:
            policy = await self.store.look(lambda connection: policy_of(connection, caller.who.id))
        about.definition, about.record = row.definition, record_of(row)
        caller.allow("run.view", subject_of(row), "run")
        body = bare(command, name)
        return Given(name, row, published, body, digest([run, body]), policy=policy), known

    async def _look(self, caller: Caller, given: Given) -> tuple[Given, list[dict[str, str]]]:
        """The command with what is known of the files it names, and those files and records that are none."""
        name, graph = given.body.get("step") or "", given.published.graph
        node = graph.nodes.get(name) or graph.grown(state_of(given.run, given.published).added).nodes.get(name)
        fields = answer_fields(node.step, given.body.get("journey")) if node is not None else ()
        if not fields or not given.body.get("output"):
            return given, []
        found = await named.look(caller, fields, given.body["output"], given.run.record_collection)
        return replace(given, body={**given.body, "output": found.answer}, files=found.files), found.problems

    async def _checked(self, caller: Caller, given: Given, now: datetime, wrong: list[dict[str, str]]) -> Given:
        """Rights, then the command itself; the state of the run only as far as it cannot change any more."""
        if len(canonical(given.body).encode()) > VALUE_LIMIT:
            raise ApiError(f"A command may hold max {VALUE_LIMIT // 1024} KB.", status=413, code="too_large")
        graph, kind = given.published.graph, given.body["type"]
        state = state_of(given.run, given.published)
        subject = step_subject(given.run, state, graph, given.body.get("step"), kind)
        caller.allow(COMMAND_OPERATIONS[kind], subject, "run")
        not_in_the_future(given.body, now)
        await known_inbox(self.store, given.body)
        given = await self._with_version(given)
        refusal = judge(graph, state, given.told, given.actor(caller.who), now)
        if wrong and (refusal is None or refusal.status == 409 or refusal.code == "invalid_output"):
            refusal = _also(refusal, wrong)
        if refusal is not None and refusal.status != 409:
            raise refused(refusal.to_json(), given.run.id)
        return given

    async def _with_version(self, given: Given) -> Given:
        """A `migrate` with the version it names, which only we know; 404 where there is none."""
        if given.body["type"] != "migrate":
            return given
        target = await self.versions.get(given.run.definition, given.body["version"])
        if target is None:
            raise NotFound("version of this definition")
        body = as_looked_at(given.run, given.published, target, given.body)
        return replace(given, body=body, frozen={"hash": target.hash, "version": target.frozen})

    async def _store_and_tell(
        self, caller: Caller, given: Given, now: datetime, end: float
    ) -> tuple[CommandRow | None, bool]:
        """One transaction, then the signal: the row of somebody who was faster with the same id, or whether it went."""
        envelope = self.signer.seal(given.run.id, given.told, given.actor(caller.who), now_text())
        payload = replace(envelope, trace=current_trace()).to_json()
        opens = given.body["type"] == "reopen"
        if opens:
            payload = restart_payload(given.run, payload, self.signer.public_keys, caller.house.config.cli_roles)
        kind = "restart" if opens else "signal"

        def write(connection: Connection) -> tuple[Entry, bool]:
            self._add(connection, caller, given, now, "received", None)
            named.link(connection, given.run.id, given.files)
            return put_now(connection, given.run.id, kind, payload, given.id)

        try:
            if opens:
                async with self.store.session() as session:
                    await hold_record(session, given.run, given.published.graph)
                    stored, first = await session.run_sync(lambda inner: write(inner.connection()))
            else:
                stored, first = await self.outbox.sent.together(write)
        except IntegrityError:
            return await self._already_there(given, opens), True
        caller.about.logged = True
        return None, await self.outbox.deliver(stored, first, end - time.monotonic())

    async def _already_there(self, given: Given, opens: bool) -> CommandRow | None:
        """Somebody was faster: with the same id, or with another run on the record of the one to be reopened."""
        known = await self._row(given.id)
        if known is None and opens:
            async with self.store.reading() as session:
                await refuse_second(session, given.run, given.published.graph)
        return known

    async def _store_closed(self, caller: Caller, given: Given, now: datetime) -> CommandRow | None:
        """A command to a run that has ended: kept with its refusal. Aborting what is aborted is done already."""
        done = given.body["type"] == "abort" and given.run.status == "aborted"
        refusal = None if done else run_closed(given.run.status)
        try:
            outcome = "applied" if done else "refused"
            await self.store.together(lambda connection: self._add(connection, caller, given, now, outcome, refusal))
        except IntegrityError:
            return await self._row(given.id)
        caller.about.logged = True
        return None

    def _add(  # noqa: PLR0917
        self,
        connection: Connection,
        caller: Caller,
        given: Given,
        now: datetime,
        outcome: str,
        refusal: dict[str, Any] | None,
    ) -> None:
        row = {
            "id": given.id,
            "run": given.run.id,
            "type": given.body["type"],
            "actor": caller.who.id,
            "body_hash": given.hash,
            "body": given.body,
            "at": now,
            "via": "api",
            "outcome": outcome,
            "refusal": refusal,
        }
        _WRITE_COMMAND.run(connection, row)
        said = entry(caller.who, caller.about, "write", refusal["code"] if refusal else "ok", now)
        _WRITE_LOG.run(connection, said.model_dump(exclude={"id"}))

    async def _verdict(self, caller: Caller, given: Given, end: float) -> tuple[int, dict[str, Any]]:
        """What became of it, as the run's record says; `received` where that does not come in time."""
        seen = await self.verdicts.of(given.id, end - time.monotonic())
        outcome, refusal = (seen.outcome, seen.refusal) if seen else ("received", None)
        log.info("command", action=f"command.{given.body['type']}", outcome=outcome, code=(refusal or {}).get("code"))
        self.metrics.command(given.body["type"], outcome)
        if seen is None:
            return 202, {"command": given.id, "outcome": outcome}
        if outcome == "refused":
            caller.about.logged = False  # its row says that it was taken; the refusal gets one too
            raise refused(await with_first(self.store, given.run.id, given.body, refusal or {}), given.run.id)
        shown = view_of(seen.row, await self.versions.need(seen.row.definition, seen.row.version), caller.who)
        return 200, {"command": given.id, "outcome": outcome, "run": shown}

    async def _row(self, command: str) -> CommandRow | None:
        async with self.store.reading() as session:
            return await session.get(CommandRow, command)


def _read(connection: Connection, run: str, command: str | None) -> tuple[Any, Any]:
    """The rows of the run and of the command, in one look; None where there is none."""
    row = connection.execute(_RUN, {"of_run": run}).first()
    known = connection.execute(_COMMAND, {"of_command": command}).first() if command else None
    return row, known


def takes_when_closed(state: State, body: dict[str, Any]) -> bool:
    """What a run that has ended is still told: to open again, and how to go on with an errand it left."""
    return body["type"] == "reopen" or (side_of(state, body) is not None and not state.over)


async def policy_for(session: AsyncSession, who: Who, published: Published) -> dict[str, Any]:
    """The switches that hold for somebody now; {} without asking where the definition reads none."""
    if not published.reads_policy:
        return {}
    return await session.run_sync(lambda inner: policy_of(inner.connection(), who.id))


def _also(refusal: Refusal | None, wrong: list[dict[str, str]]) -> Refusal:
    """Everything that is wrong with an answer in one refusal: what the judge says, and what the door could not find."""
    said = refusal.details.get("errors", []) if refusal is not None and refusal.status == 422 else []
    errors = [*said, *wrong]
    return Refusal("invalid_output", errors[0]["message"], 422, {"errors": errors})


def refused(refusal: dict[str, Any], run: str) -> ApiError:
    """A recorded refusal as a problem: its code, message and details; 409 unless it says otherwise."""
    rest = {key: value for key, value in refusal.items() if key not in ("code", "message", "status", "errors", "run")}
    code, text = str(refusal.get("code", "refused")), str(refusal.get("message", "The run refused it."))
    errors = [{"path": PLACES[code], "code": code, "message": text}] if code in PLACES else ()
    return ApiError(
        text,
        code=code,
        status=int(refusal.get("status", 409)),
        errors=refusal.get("errors", errors),
        run=run,
        **{key: value for key, value in rest.items() if key not in ("detail", "headers", "type", "title")},
    )


def record_of(row: RunRow) -> str | None:
    """`source.collection/id`, as the log names records."""
    return f"{row.record_collection}/{row.record_id}" if row.record_id else None


def _same(known: CommandRow, given: Given, who: Who) -> bool:
    return known.body_hash == given.hash and known.actor == who.id


__all__ = ["About", "Commands", "Refusal", "record_of", "refused"]
