"""What became of commands, read from our own tables as the run's record arrives: one look for everybody who waits.

A run writes what it decided with its events, and a command's outcome stands in the same transaction as the state and
the lists that show it. So who waits for an outcome need not ask the run: it is seen here a moment after it was written,
and whoever is told "applied" finds it in every list.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import SQLAlchemyError

from api.store.statements import Ready
from api.store.store import Store
from api.store.tables import Row
from api.tracing import log

RUNS, COMMANDS = Row.metadata.tables["runs"], Row.metadata.tables["commands"]

FIRST, SOONEST, SLOWEST = 0.004, 0.001, 0.02
"""Seconds to the first look for somebody, since seldom is a run faster, and between two: short while outcomes arrive,
longer the longer none does."""

EARLY, OF_LATE = 0.7, 8
"""The first look comes after this part of the time that outcomes took of late, so many of them: a look that finds
nothing takes the processor from the run that it waits for."""

EACH = 0.0005
"""More between two looks for each further one who waits: of many, each waits for the others' turns anyway, and the
processor's time is better spent on those."""

AT_ONCE = 200
"""Commands that one look asks for."""

_SETTLED = (
    select(COMMANDS.c.id.label("command"), COMMANDS.c.outcome, COMMANDS.c.refusal, RUNS)
    .join(RUNS, RUNS.c.id == COMMANDS.c.run)
    .where(COMMANDS.c.id.in_(bindparam("ids", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`outcome` is applied or refused, `refusal` says why. `row` has the columns of the run's row as it was then."""

    outcome: str
    refusal: dict[str, Any] | None
    row: Any


@dataclass(slots=True)
class Verdicts:
    """Waits for outcomes; one task looks for all of them, as long as somebody waits."""

    store: Store
    _waiting: dict[str, list[asyncio.Future[Verdict]]] = field(default_factory=dict)
    _looking: asyncio.Task[None] | None = None
    _usual: float = FIRST

    @property
    def first_look(self) -> float:
        """Seconds from the moment that somebody begins to wait to the first look for them."""
        return max(FIRST, self._usual * EARLY)

    async def of(self, command: str, within: float) -> Verdict | None:
        """The outcome of a command; None where it has none when the time is over, which a last look of its own says."""
        if within > 0 and (told := await self._told(command, within)) is not None:
            return told
        return (await self.store.look(lambda connection: _settled(connection, [command]))).get(command)

    async def _told(self, command: str, within: float) -> Verdict | None:
        told: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(command, []).append(told)
        began = time.monotonic()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(within):
                verdict = await told
            self._usual += (min(time.monotonic() - began, SLOWEST) - self._usual) / OF_LATE
            return verdict
        except TimeoutError:
            return None
        finally:
            self._forget(command, told)

    def _forget(self, command: str, told: asyncio.Future[Verdict]) -> None:
        others = [each for each in self._waiting.pop(command, []) if each is not told]
        if others:
            self._waiting[command] = others

    async def _look(self) -> None:
        last = time.monotonic()
        await asyncio.sleep(self.first_look - SOONEST)
        while self._waiting:
            soonest = SOONEST + EACH * (len(self._waiting) - 1)
            await asyncio.sleep(min(SLOWEST, max(soonest, (time.monotonic() - last) / 10)))
            asked = list(self._waiting)[:AT_ONCE]
            try:
                found = await self.store.look(lambda connection, asked=asked: _settled(connection, asked))  # type: ignore[misc]
            except (SQLAlchemyError, OSError) as error:
                log.warning("outcomes could not be read", action="command.unread", error=type(error).__name__)
                continue
            if len(self._waiting) > AT_ONCE:  # those behind have their turn
                for command in asked:
                    if command in self._waiting:
                        self._waiting[command] = self._waiting.pop(command)
            if found:
                last = time.monotonic()
            for command, verdict in found.items():
                for told in self._waiting.pop(command, []):
                    if not told.done():
                        told.set_result(verdict)


def _settled(connection: Connection, commands: list[str]) -> dict[str, Verdict]:
    """The outcomes that there are. Most looks find none, so which there are is asked first, and cheaply."""
    which = _which(len(commands)).all(connection, {f"id_{n}": command for n, command in enumerate(commands)})
    if not which:
        return {}
    rows = connection.execute(_SETTLED, {"ids": [command for (command,) in which]})
    return {row.command: Verdict(row.outcome, row.refusal, row) for row in rows}


@cache
def _which(count: int) -> Ready:
    """Which of so many commands have an outcome."""
    one_of = COMMANDS.c.id.in_([bindparam(f"id_{n}") for n in range(count)])
    return Ready(select(COMMANDS.c.id).where(one_of, COMMANDS.c.outcome != "received"))
