"""What was asked of models, what came back, and what it cost: one row per request, added up per team and month.

Setting aside and looking whether there is enough are one transaction, so that two calls at once cannot both take the
last of it. A run of several teams counts for each of them; one of no team counts for everybody under no name.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, func, insert, select, update
from sqlmodel import Field

from api.store.columns import Instant, code, counter
from api.store.row import instant_column
from api.store.statements import insert_new
from api.store.store import Store
from api.store.tables import Row
from definitions.budget import Limits, ModelCall, ModelCost, Used, over

SET_ASIDE = "asked"
"""The outcome of a request whose answer has not come, or whose worker died."""


def _big() -> Any:
    return Field(default=0, sa_column=Column(BigInteger, nullable=False))


class AiCallRow(Row, table=True):
    """One request to a model. Until it is settled its tokens are those that were set aside."""

    __tablename__ = "ai_calls"
    __table_args__ = (Index("ai_calls_by_run", "run", "id"), Index("ai_calls_by_time", "at", "id"))

    id: int | None = Field(default=None, sa_column=Column(counter(), primary_key=True, autoincrement=True))
    run: str = Field(sa_type=code())
    step: str = Field(sa_type=code())
    execution: str = Field(sa_type=code())
    turn: int
    acting: str = Field(sa_type=code())
    what: str = Field(sa_type=code())
    model: str = Field(sa_type=code())
    prompt_hash: str = Field(sa_type=code())
    request: str = Field(sa_type=code())
    reply: str = Field(default="", sa_type=code())
    outcome: str = Field(default=SET_ASIDE, sa_type=code())
    input_tokens: int = _big()
    output_tokens: int = _big()
    micros: int = _big()
    estimated: bool = True
    seconds: float = 0.0
    at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = instant_column()


class AiMonthRow(Row, table=True):
    """What a team's runs used in a calendar month (`2026-11`, UTC)."""

    __tablename__ = "ai_months"

    team: str = Field(primary_key=True, sa_type=code())
    month: str = Field(primary_key=True, sa_type=code())
    tokens: int = _big()
    micros: int = _big()


CALLS, MONTHS, RUNS = (Row.metadata.tables[name] for name in ("ai_calls", "ai_months", "runs"))


class SqlBudget:
    """`Budget` of activities/ai/ports.py over the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def reserve(self, call: ModelCall, limits: Limits) -> int | str:
        """Writes the request down with what it will probably take; its number, or why it may not be made."""
        return await self._store.transact(lambda connection: _reserve(connection, call, limits, datetime.now(UTC)))

    async def settle(self, number: int, cost: ModelCost) -> None:
        """Writes what became of it, and corrects what was set aside. A second time changes nothing."""
        await self._store.transact(lambda connection: _settle(connection, number, cost, datetime.now(UTC)))

    async def used(self, run: str) -> Used:
        """What the run and its teams have used, this month's for teams."""
        return await self._store.look(lambda connection: _used(connection, run, _month(datetime.now(UTC))))


def _reserve(connection: Connection, call: ModelCall, limits: Limits, at: datetime) -> int | str:
    _add(connection, call.run, _month(at), call.tokens, call.micros)  # first: it takes the lock the others wait at
    used = _used(connection, call.run, _month(at))
    before = Used(used.run_tokens, used.run_micros, used.team_tokens - call.tokens, used.team_micros - call.micros)
    if (why := over(limits, before, call.tokens, call.micros)) is not None:
        _add(connection, call.run, _month(at), -call.tokens, -call.micros)
        return why
    told = {name: getattr(call, name) for name in call.__slots__ if name != "tokens"}
    row = {**told, "input_tokens": call.tokens, "output_tokens": 0, "at": at, "outcome": SET_ASIDE, "reply": ""}
    made = connection.execute(insert(CALLS).values(**row, estimated=True, seconds=0.0).returning(CALLS.c.id))
    return int(made.scalar_one())


def _settle(connection: Connection, number: int, cost: ModelCost, at: datetime) -> None:
    found = connection.execute(select(CALLS).where(CALLS.c.id == number).with_for_update()).one()
    if found.outcome != SET_ASIDE:
        return
    values = {name: getattr(cost, name) for name in cost.__slots__}
    connection.execute(update(CALLS).where(CALLS.c.id == number).values(**values, ended_at=at))
    more = cost.input_tokens + cost.output_tokens - found.input_tokens - found.output_tokens
    _add(connection, found.run, _month(found.at), more, cost.micros - found.micros)


def _add(connection: Connection, run: str, month: str, tokens: int, micros: int) -> None:
    for team in _teams(connection, run):
        insert_new(connection, MONTHS, {"team": team, "month": month, "tokens": 0, "micros": 0})
        same = (MONTHS.c.team == team, MONTHS.c.month == month)
        values = {"tokens": MONTHS.c.tokens + tokens, "micros": MONTHS.c.micros + micros}
        connection.execute(update(MONTHS).where(*same).values(values))


def _used(connection: Connection, run: str, month: str) -> Used:
    tokens = func.coalesce(func.sum(CALLS.c.input_tokens + CALLS.c.output_tokens), 0)
    of_run = connection.execute(select(tokens, func.coalesce(func.sum(CALLS.c.micros), 0)).where(CALLS.c.run == run))
    run_tokens, run_micros = of_run.one()
    same = (MONTHS.c.team.in_(_teams(connection, run)), MONTHS.c.month == month)
    most = select(func.coalesce(func.max(MONTHS.c.tokens), 0), func.coalesce(func.max(MONTHS.c.micros), 0))
    team_tokens, team_micros = connection.execute(most.where(*same)).one()
    return Used(int(run_tokens), int(run_micros), int(team_tokens), int(team_micros))


def _teams(connection: Connection, run: str) -> list[str]:
    """The run's teams in one order, so that two calls never wait for each other; `""` for a run of everybody."""
    return sorted(connection.execute(select(RUNS.c.teams).where(RUNS.c.id == run)).scalar() or [""])


def _month(at: datetime) -> str:
    return at.strftime("%Y-%m")
