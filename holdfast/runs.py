"""What steps may do with runs, done by the API's own parts within a worker: the same checks, the same rows, no HTTP.

A worker of runs has a house of its own for that, over the same database, Temporal and signing key as the API's.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from activities.blobs import open_blobs
from activities.errors import ActionError, InvalidInput, NotDone
from activities.records import Records
from api import schedules
from api.activity import About, log_refusal
from api.answers import now_text
from api.app import build_house
from api.child_starts import make_child
from api.doors import Caller
from api.engine import EngineError, Gone, TemporalEngine
from api.house import Config, House
from api.outward import Nowhere
from api.permissions import Who
from api.problems import ApiError, Forbidden
from api.schemas import StartRun
from api.schemas_commands import End
from api.signing import Signer
from api.start_as import chain_from, start_as
from api.store.store import Store
from api.store.tables import RunRow
from definitions.wire import SYSTEM_ACTOR, Actor
from holdfast.reach import connect_temporal
from holdfast.settings import Settings
from holdfast.tools import box_of

AT_ONCE = 10
"""Runs that are told something side by side."""

REFUSED = 409
AWAY = (429, 503)
"""Statuses that say: not now."""

NAMESPACE = uuid.UUID("a3e6b0a6-0a6b-5a9f-8f6e-0d2f4c1b7e55")


async def runs_of(settings: Settings, store: Store, records: Records) -> HouseRuns:
    """Over the settings' Temporal and signing key; it connects at the first use."""
    engine = TemporalEngine(await connect_temporal(lazy=True), settings.task_queue)
    config = Config(cli_roles=settings.cli_roles, public_url=settings.address, calendar=settings.calendar)
    signer = Signer.load(settings.home.absolute())
    blobs = open_blobs(settings.blobs_url, settings.blob_folder)
    box = box_of(settings)
    return HouseRuns(build_house(store, records, engine, config, signer, box=box, blobs=blobs, outward=Nowhere()))


@dataclass(frozen=True, slots=True)
class HouseRuns:
    """`Runs` and `Firing` over the parts of the API."""

    house: House

    async def start(self, acting: str, asked: Mapping[str, Any], *, key: str, parent: tuple[str, str]) -> str:
        body = _body({**asked, "on_open": "conflict"})
        with _refusals():
            above = await self._row(parent[0])
            chain = chain_from(above, parent[1]) if above else None
            _, view = await start_as(self.house, acting, body, key=key, via="run", chain=chain)
        return str(view["id"])

    async def abort(self, acting: str, run: str, reasons: Sequence[str], text: str, *, key: str) -> None:
        name = str(uuid.uuid5(NAMESPACE, key))
        command = End(type="abort", id=name, reasons=list(reasons), text=text or None)
        found = await self.house.people.who(acting)
        caller = Caller(found or Who(acting), self.house, About("command.abort", run=run, via="run"))
        with _refusals():
            try:
                if found is None:
                    raise Forbidden(f"{acting!r} is nobody who may end anything.", code="nobody")
                status, answer = await self.house.commands.give(caller, run, command)
            except ApiError as error:
                await log_refusal(self.house.store, caller.who, caller.about, error, "POST")
                raise
        refusal = answer.get("refusal") if status == REFUSED else None
        if refusal and refusal.get("code") != "run_closed":
            raise ActionError(str(refusal["code"]), str(refusal["message"]))

    async def make_child(
        self,
        acting: str,
        asked: Mapping[str, Any],
        *,
        child: str,
        parent: tuple[str, str],
        chain: Mapping[str, Any],
    ) -> tuple[str, dict[str, Any]]:
        body = _body({key: value for key, value in asked.items() if value is not None})
        with _refusals():
            name, start = await make_child(self.house, acting, body, child=child, parent=parent, chain=chain)
        return name, start.to_json()

    async def say(self, runs: Sequence[str], signal: str, word: Mapping[str, Any]) -> int:
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(run: str) -> bool:
            async with slots:
                return await self._say(run, signal, dict(word))

        return sum(await asyncio.gather(*(one(run) for run in runs)))

    async def _say(self, run: str, signal: str, word: dict[str, Any]) -> bool:
        """Whether the run heard it: one that has ended hears nothing, and need not. Raises NotDone."""
        envelope = self.house.signer.seal(run, word, Actor(SYSTEM_ACTOR), now_text())
        try:
            await self.house.engine.signal(run, signal, envelope.to_json())
        except Gone:
            return False
        except EngineError:
            raise NotDone("Temporal does not answer.", code="temporal_unreachable") from None
        return True

    async def fire(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return await schedules.fire(self.house, asked)

    async def _row(self, run: str) -> RunRow | None:
        async with self.house.store.reading() as session:
            return await session.get(RunRow, run)


def _body(asked: dict[str, Any]) -> StartRun:
    """The start as the API reads it. Raises InvalidInput."""
    try:
        return StartRun.model_validate(asked)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        rows = [{"path": "/" + "/".join(map(str, e["loc"])), "code": e["type"], "message": e["msg"]} for e in problems]
        raise InvalidInput(rows) from None


@contextmanager
def _refusals() -> Iterator[None]:
    """What the API refuses, in the words of an effect: again by itself only where the house is not at home."""
    try:
        yield
    except ApiError as error:
        if error.http_status in AWAY:
            raise NotDone(error.detail, code=error.code) from None
        raise ActionError(error.code, error.detail, errors=error.errors) from None
    except (SQLAlchemyError, OSError):
        raise NotDone("The database does not answer.", code="ledger_unavailable") from None
