"""How long steps take, read off the events: how long they waited for somebody, and how long they were worked on.

    lead      from when a step could be begun until it ended
    wait      from when it could be begun until it was
    handling  from its beginning until its end, without the time it was on hold

A step that was completed without having been begun has a lead time alone: how long somebody worked on it, nobody knows.
What is read is bounded, not what there is: the newest RUNS_READ runs, so that the answer costs the same in ten years.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from statistics import fmean, quantiles
from typing import Any

from sqlalchemy import Connection, case, func, select

from api.lists import sight
from api.permissions import Reach, Who, reaches
from api.store.list_tables import CountRow
from api.store.projection import ASSIGNMENTS, RUNS, TASKS
from api.store.row import Row
from definitions.engine.events import EventType
from definitions.times import parse_instant

EVENTS, COUNTS, TEAMS = (Row.metadata.tables[name] for name in ("events", str(CountRow.__tablename__), "teams"))

RUNS_READ = 1_000
"""The newest runs of a definition whose events are read."""

COUNTED = 10_000
"""A backlog is counted up to here; more is told as so many."""

BEGUN = (EventType.STEP_STARTED, EventType.EFFECT_REQUESTED)
OVER = (EventType.STEP_DONE, EventType.STEP_SKIPPED)
READ = (EventType.STEP_READY, EventType.STEP_WAITING, EventType.STEP_HELD, EventType.STEP_RELEASED, *BEGUN, *OVER)


@dataclass(slots=True)
class Round:
    """What is known of one execution so far."""

    step: str
    entered: datetime
    begun: datetime | None = None
    held_since: datetime | None = None
    held: float = 0.0


@dataclass(slots=True)
class Times:
    """The lengths of the rounds of one step, in seconds."""

    lead: list[float] = field(default_factory=list)
    wait: list[float] = field(default_factory=list)
    handling: list[float] = field(default_factory=list)


def fold_times(events: Iterable[tuple[str, str, str, str, str]]) -> dict[str, Times]:
    """Times by step. `events` are (run, execution, step, type, at) in the order of each run."""
    rounds: dict[tuple[str, str], Round] = {}
    found: dict[str, Times] = {}
    for run, execution, step, type_, at in events:
        now = parse_instant(at)
        one = rounds.setdefault((run, execution), Round(step, now))
        _goes_on(one, type_, now)
        if type_ in OVER:
            _ended(found.setdefault(step, Times()), one, now)
            del rounds[run, execution]
    return found


def _goes_on(one: Round, type_: str, now: datetime) -> None:
    if type_ in BEGUN and one.begun is None:
        one.begun = now
    elif type_ == EventType.STEP_HELD and one.held_since is None:
        one.held_since = now
    elif one.held_since is not None and type_ in (EventType.STEP_RELEASED, *OVER):
        since = max(one.held_since, one.begun) if one.begun else now
        one.held, one.held_since = one.held + max(0.0, (now - since).total_seconds()), None


def _ended(times: Times, one: Round, now: datetime) -> None:
    times.lead.append((now - one.entered).total_seconds())
    if one.begun is not None:
        times.wait.append((one.begun - one.entered).total_seconds())
        times.handling.append((now - one.begun).total_seconds() - one.held)


def spread(seconds: list[float]) -> dict[str, Any] | None:
    """{count, mean, median, p90} in seconds; None for nothing."""
    if not seconds:
        return None
    tenths = quantiles(seconds, n=10, method="inclusive") if len(seconds) > 1 else seconds * 9
    return {
        "count": len(seconds),
        "mean": round(fmean(seconds), 3),
        "median": round(tenths[4], 3),
        "p90": round(tenths[8], 3),
    }


def _newest(connection: Connection, who: Who, definition: str) -> Any:
    """SELECT of the ids of the newest runs the caller may see."""
    seen = sight(connection, who).also(RUNS.c.teams_key, RUNS.c.started_by)
    query = select(RUNS.c.id).where(RUNS.c.definition == definition, *seen)
    return query.order_by(RUNS.c.started_at.desc(), RUNS.c.id.desc()).limit(RUNS_READ)


def step_times(connection: Connection, who: Who, definition: str) -> list[dict[str, Any]]:
    """{step, lead, wait, handling} of every step that has ended somewhere, by id."""
    if sight(connection, who).misses(connection, definition):
        return []
    runs = _newest(connection, who, definition).subquery()
    columns = (EVENTS.c.run, EVENTS.c.execution, EVENTS.c.step, EVENTS.c.type, EVENTS.c.at)
    wanted = (EVENTS.c.execution.is_not(None), EVENTS.c.step.is_not(None), EVENTS.c.type.in_([str(t) for t in READ]))
    query = select(*columns).join(runs, EVENTS.c.run == runs.c.id).where(*wanted).order_by(EVENTS.c.run, EVENTS.c.seq)
    found = fold_times(tuple(row) for row in connection.execute(query))
    return [
        {"step": step, **{name: spread(getattr(found[step], name)) for name in ("lead", "wait", "handling")}}
        for step in sorted(found)
    ]


def definition_times(connection: Connection, who: Who, after: str, limit: int) -> list[dict[str, Any]]:
    """{definition, open, completed, aborted, lead} of each definition the caller sees runs of, by key."""
    seen = sight(connection, who)
    sums = {name: func.sum(COUNTS.c[name]) for name in ("running", "waiting", "saved", "completed", "aborted")}
    query = select(COUNTS.c.definition, *(each.label(name) for name, each in sums.items()))
    query = query.where(COUNTS.c.definition > after, *seen.of_teams(COUNTS.c.teams_key)).group_by(COUNTS.c.definition)
    rows = connection.execute(query.order_by(COUNTS.c.definition).limit(limit)).mappings().all()
    return [_definition(connection, who, dict(row)) for row in rows]


def _definition(connection: Connection, who: Who, row: Mapping[str, Any]) -> dict[str, Any]:
    runs = _newest(connection, who, row["definition"]).subquery()
    ended = select(RUNS.c.started_at, RUNS.c.ended_at).join(runs, RUNS.c.id == runs.c.id)
    done = connection.execute(ended.where(RUNS.c.status == "completed", RUNS.c.ended_at.is_not(None)))
    lead = [(parse_instant(each.ended_at) - parse_instant(each.started_at)).total_seconds() for each in done]
    open_ = sum(int(row[name] or 0) for name in ("running", "waiting", "saved"))
    closed = {name: int(row[name] or 0) for name in ("completed", "aborted")}
    return {"definition": row["definition"], "open": open_, **closed, "lead": spread(lead)}


def backlog(connection: Connection, who: Who, now: str) -> list[dict[str, Any]]:
    """{team, open, overdue, more} of the caller's teams, or of all teams for those who see all."""
    teams = list(who.teams)
    if Reach.ALL in reaches(who, "analytics.view"):
        teams = list(connection.execute(select(TEAMS.c.id)).scalars())
    return [_backlog(connection, who, team, now) for team in sorted(teams)]


def _backlog(connection: Connection, who: Who, team: str, now: str) -> dict[str, Any]:
    owner = select(RUNS.c.started_by).where(RUNS.c.id == TASKS.c.run).scalar_subquery()
    seen = sight(connection, who).also(TASKS.c.teams_key, owner)
    same = (ASSIGNMENTS.c.run == TASKS.c.run) & (ASSIGNMENTS.c.step == TASKS.c.step)
    rows = select(TASKS.c.due_sort).join(ASSIGNMENTS, same)
    rows = rows.where(ASSIGNMENTS.c.kind == "team", ASSIGNMENTS.c.who == team, *seen)
    some = rows.order_by(ASSIGNMENTS.c.due_sort).limit(COUNTED + 1).subquery()
    late = func.coalesce(func.sum(case((some.c.due_sort <= now, 1), else_=0)), 0)
    count, overdue = connection.execute(select(func.count(), late).select_from(some)).one()
    return {"team": team, "open": min(count, COUNTED), "overdue": int(overdue), "more": count > COUNTED}
