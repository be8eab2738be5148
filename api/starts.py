"""Starting a run: everything that can be wrong is found first, then the run exists, then Temporal hears of it.

The run's row, its log row and the outbox entry are one transaction, in which the database itself decides two races:
the same Idempotency-Key twice (primary key) and two runs on one record (`open_key`, unique while a run is open). A run
whose worker or Temporal is down has been started all the same: the caller gets 201 with every step pending.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from api import named
from api.activity import entry
from api.answers import now_text, subject_of, view_of
from api.idempotency import Once
from api.inputs import checked_inputs, input_records
from api.large import stored_apart
from api.outbox import Entry
from api.permissions import Subject
from api.problems import Conflict, Forbidden, Invalid, NotFound
from api.record_errors import read_record
from api.resuming import open_runs, present, take_up
from api.schemas import StartRun
from api.store.keys import open_key, teams_key
from api.store.tables import DefinitionRow, RunRow
from api.tracing import bind, current_trace, log
from api.versions import Published
from definitions.engine.advance import started_data
from definitions.engine.messages import Started
from definitions.expressions.evaluate import truth
from definitions.references import KEY, reserved
from definitions.wire import RunStart

if TYPE_CHECKING:
    from api.doors import Caller

RESUMING_SOURCES = ("summary", "workspace")


@dataclass(frozen=True, slots=True)
class Chain:
    """Which round of which run started this one, and how many starts of that kind lie before it: 1 for the first.

    `place`: of a child run its place among those of the round, and whether that waits: {index, waits, alone}.
    """

    run: str
    execution: str | None = None
    depth: int = 1
    place: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        return {"run": self.run, "execution": self.execution, "depth": self.depth, **(self.place or {})}


@dataclass(frozen=True, slots=True)
class Way:
    """How a start came in. `via` empty: a person asked for it over the API, who waits for the first view of the run.

    Otherwise it is where it came from (`webhook`, `schedule`, ...), and nobody is there. `lenient`: a record that is
    not there is no reason to refuse; the first step that reads it says so. `published`: whoever published the
    definition has decided that this starts it, so one who may publish it need not be one who starts runs.
    `run`: the id of a child run, which its parent begins.
    """

    via: str = ""
    chain: Chain | None = None
    lenient: bool = False
    published: bool = False
    run: str = ""


BY_HAND = Way()

PARENT_BEGINS = timedelta(minutes=1)
"""How long the parent of a child run has to begin it before the outbox does."""


FIRST_LOOK, SLOWEST_LOOK = 0.005, 0.1
"""Seconds to the first look for a new run's record, and between two at most."""


@dataclass(frozen=True, slots=True)
class Request:
    """A start that has been found right: what will be stored and sent."""

    published: Published
    start: RunStart
    open_key: str | None
    files: tuple[str, ...] = ()


async def start_run(caller: Caller, body: StartRun, once: Once, way: Way = BY_HAND) -> tuple[int, dict[str, Any]]:
    """201 and the new run, or 200 and the open one. Raises ApiError: 403, 404, 409, 422."""
    house = caller.house
    caller.about.via = way.via or caller.about.via
    caller.about.action, caller.about.definition = "run.start", body.definition
    if (before := await once.answered(house.store)) is not None:
        return before[0], await present(caller, before[1]["run"])
    published = await published_for(caller, body, way)
    record = await _record(caller, published, body, way)
    if (open_run := await to_continue(caller, published, body)) is not None:
        return await _resume(caller, body, open_run, once)
    request = await _request(caller, body, published, record, way)
    request = replace(request, start=await stored_apart(house, request.start))
    try:
        row, stored = await _store(caller, request, once, PARENT_BEGINS if way.run else None)
    except IntegrityError:
        return await _lost_the_race(caller, body, request, once)
    if way.run:
        return 201, {"id": row.id}
    end = time.monotonic() + house.config.command_deadline
    told = await house.outbox.deliver(stored, True, end - time.monotonic())
    log.info("run started", action="run.start", definition=row.definition, version=row.version, told=told)
    return 201, await _fresh_view(caller, row, request.published, end if told and not way.via else 0.0)


async def _record(caller: Caller, published: Published, body: StartRun, way: Way) -> dict[str, Any]:
    try:
        return await record_for(caller, published, body)
    except (NotFound, Forbidden):
        if not way.lenient:
            raise
        return {}


async def _request(caller: Caller, body: StartRun, published: Published, record: dict[str, Any], way: Way) -> Request:
    _check_names(published, body)
    now = datetime.now(UTC)
    scope: dict[str, Any] = {"record": {**record, "id": body.record} if body.record else {}, "now": now, "policy": {}}
    if not is_offered(published, scope):
        raise Conflict("The definition does not offer itself for this record.", code="not_startable")
    inputs, files = await checked_inputs(caller, published, body.inputs, scope)
    start = _start(caller, published, body, record, inputs)
    read = await input_records(caller, published, inputs)
    more = {**_came(way), **({"input_records": read} if read else {})}
    start = replace(start, run=way.run or start.run, request={**start.request, **more})
    return Request(published, start, _key(published, body), files)


def _came(way: Way) -> dict[str, Any]:
    """What the run keeps of how it was started where no person asked for it; nothing otherwise."""
    if not way.via:
        return {}
    chain = {"chain": way.chain.to_json()} if way.chain else {}
    return {"source": way.via, "started_without_person": True, **chain}


def _key(published: Published, body: StartRun) -> str | None:
    """What the run will hold while it is open, where there may be one per record."""
    document = published.graph.document
    if not (document.start.one_per_record and body.record and document.record):
        return None
    return open_key(published.key, document.record, body.record)


def _start(
    caller: Caller, published: Published, body: StartRun, record: dict[str, Any], inputs: dict[str, Any]
) -> RunStart:
    house = caller.house
    request = {
        "by": caller.who.actor().to_json(),
        "at": now_text(),
        "record": body.record,
        "record_data": record,
        "inputs": inputs,
        "labels": body.labels,
        "source": body.source,
        "name": None,
        "purposes": body.purposes,
        "assign": {step: assign.model_dump() for step, assign in body.assign.items()},
    }
    return RunStart(
        run=f"run-{uuid.uuid4()}",
        definition=published.key,
        version=published.version,
        hash=published.hash,
        frozen=published.frozen,
        request=request,
        keys=house.signer.public_keys,
        cli_roles=house.config.cli_roles,
        trace=current_trace(),
    )


async def published_for(caller: Caller, body: StartRun, way: Way = BY_HAND) -> Published:
    """The version to run; a draft, an archived definition and another team's read like none at all."""
    async with caller.house.store.reading() as session:
        row = await session.get(DefinitionRow, body.definition)
        if row is None or row.version == 0 or row.archived_at is not None:
            raise NotFound("definition")
        caller.allow("definition.view", Subject(teams=tuple(row.teams or ())), "definition")
        published = await caller.house.versions.get(row.key, body.version or row.version, session)
    if published is None:
        raise NotFound("version of this definition")
    document = published.graph.document
    subject = Subject(teams=tuple(document.teams), roles=tuple(document.start.roles))
    if not (way.published and caller.may("definition.publish", subject)):
        caller.allow("run.start", subject, "definition")
    return published


async def record_for(caller: Caller, published: Published, body: StartRun) -> dict[str, Any]:
    """The fields of the record as the caller may see them. 404, 422."""
    collection = published.graph.document.record
    caller.about.record = f"{collection}/{body.record}" if collection and body.record else None
    if body.record is None:
        return {}
    if collection is None:
        raise _finding("/record", "no_record", "This definition works on no record.")
    caller.allow("source.read")
    found = await read_record(caller, collection, body.record)
    if (place := reserved(found)) is not None:
        raise _finding(f"/record{place}", "reserved_key", f"The record uses the key {KEY}, which no run may be given.")
    return found


def _check_names(published: Published, body: StartRun) -> None:
    document = published.graph.document
    for step in body.assign:
        if step != "run" and step not in published.graph.nodes:
            raise _finding(f"/assign/{step}", "unknown_step", "There is no such step.")
    known = {purpose for part in (*document.steps, *document.phases) for purpose in part.purposes}
    known |= set(document.purposes)
    if unknown := [purpose for purpose in body.purposes if purpose not in known]:
        raise _finding("/purposes", "unknown_purpose", f"The definition knows no purpose {unknown[0]!r}.")


def _finding(path: str, code: str, message: str) -> Invalid:
    return Invalid(message, code=code, errors=[{"path": path, "code": code, "message": message}])


def is_offered(published: Published, scope: dict[str, Any]) -> bool:
    """Whether `start.when` holds; unknown is not met."""
    when = published.graph.document.start.when
    if when is None:
        return True
    if isinstance(when, bool):
        return when
    tree = published.graph.trees.get("/start/when")
    return tree is not None and truth(tree, scope)


async def to_continue(caller: Caller, published: Published, body: StartRun) -> RunRow | None:
    """The run that stands in place of a new one: the open one of the record, or a saved one that may go on.

    Where a record takes several runs, only who comes from its summary or workspace goes on with a saved one.
    """
    if (key := _key(published, body)) is not None:
        async with caller.house.store.reading() as session:
            return (await session.exec(select(RunRow).where(col(RunRow.open_key) == key))).first()
    collection = published.graph.document.record
    if collection is None or body.record is None or not _resumes(body):
        return None
    return next(iter(await open_runs(caller, [published.key], collection, body.record, saved=True)), None)


def _resumes(body: StartRun) -> bool:
    """Whether a run that is there is to go on: said so, or by where the caller comes from."""
    return body.on_open == "resume" or (body.on_open is None and body.source in RESUMING_SOURCES)


async def _store(caller: Caller, request: Request, once: Once, later: timedelta | None = None) -> tuple[RunRow, Entry]:
    house, start = caller.house, request.start
    caller.about.run = start.run
    bind(run=start.run)
    at = datetime.now(UTC)
    data: dict[str, Any] = dict(started_data(request.published.graph, Started(at, start)))
    record = data["record"] or {}
    row = RunRow(
        id=start.run,
        definition=start.definition,
        version=start.version,
        hash=start.hash,
        name=data["name"],
        record_collection=record.get("collection"),
        record_id=record.get("id"),
        teams=data["teams"],
        teams_key=teams_key(data["teams"]),
        labels=data["labels"],
        started_at=start.request["at"],
        started_by=caller.who.id,
        open_key=request.open_key,
        request=start.request,
    )
    payload = {key: value for key, value in start.to_json().items() if key != "frozen"}
    async with house.store.session() as session:
        session.add(row)
        await session.run_sync(lambda inner: named.link(inner.connection(), row.id, request.files))
        session.add(entry(caller.who, caller.about, "write", at=at))
        once.remember(session, 201, {"run": row.id})
        stored, _ = await house.outbox.put(session, row.id, "start", {**payload, "frozen": {}}, later=later)
    caller.about.logged = True
    return row, stored


async def _resume(caller: Caller, body: StartRun, row: RunRow, once: Once) -> tuple[int, dict[str, Any]]:
    """The open run of this record, taken up by the caller, where that was asked for; else 409 that names it."""
    if (before := await once.answered(caller.house.store)) is not None:  # it was opened by this very call, a moment ago
        return before[0], await present(caller, before[1]["run"])
    caller.about.run = row.id
    if not caller.may("run.view", subject_of(row)):
        raise Conflict("A run on this record is open.", code="run_already_open")
    if not _resumes(body):
        raise Conflict("A run on this record is open.", code="run_already_open", run=row.id)
    view = await take_up(caller, row)
    async with caller.house.store.session() as session:
        session.add(entry(caller.who, caller.about, "write"))
        once.remember(session, 200, {"run": row.id})
    caller.about.logged = True
    return 200, view


async def _lost_the_race(caller: Caller, body: StartRun, request: Request, once: Once) -> tuple[int, dict[str, Any]]:
    """Somebody was faster: with this key (then theirs is the answer), or on this record."""
    if (open_run := await to_continue(caller, request.published, body)) is not None:
        return await _resume(caller, body, open_run, once)
    if (before := await once.answered(caller.house.store)) is not None:
        return before[0], await present(caller, before[1]["run"])
    raise Conflict("A run on this record was open a moment ago; try again.", code="run_already_open")


async def _fresh_view(caller: Caller, row: RunRow, published: Published, end: float) -> dict[str, Any]:
    """The run after its first turn, as that was recorded; as it was asked for where nothing comes in time."""
    pause = FIRST_LOOK
    while row.seq == 0 and (left := end - time.monotonic()) > 0:
        await asyncio.sleep(min(pause, left))
        pause = min(2 * pause, SLOWEST_LOOK)
        async with caller.house.store.reading() as session:
            row = (await session.get(RunRow, row.id)) or row
    return view_of(row, published, caller.who)
