"""Somebody's due steps as iCalendar (RFC 5545), for the calendar on their phone.

Each open step of theirs with a due date is one entry: a local date is a day without a time, an instant a moment.
Its UID is made of run and round, so that a date that moves moves the entry and makes no second one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event
from sqlalchemy import Connection, and_, or_, select

from api.lists import sight
from api.permissions import Who
from api.store.columns import NEVER
from api.store.projection import ASSIGNMENTS, RUNS, TASKS
from definitions.times import parse_date, parse_instant

AT_MOST = 500
"""Entries, those that are due first: more than anybody looks at."""

MOMENT = timedelta(minutes=15)
"""How long the entry of an instant is: programs do not show one without a length."""


def due_steps(connection: Connection, who: Who) -> Sequence[Any]:
    """The task rows of what the person is to do until a date, of runs they may see."""
    same = and_(ASSIGNMENTS.c.run == TASKS.c.run, ASSIGNMENTS.c.step == TASKS.c.step)
    mine = or_(
        and_(ASSIGNMENTS.c.kind == "user", ASSIGNMENTS.c.who == who.id),
        and_(ASSIGNMENTS.c.kind == "team", ASSIGNMENTS.c.who.in_(list(who.teams))),
    )
    owner = select(RUNS.c.started_by).where(RUNS.c.id == TASKS.c.run).scalar_subquery()
    seen = sight(connection, who).also(TASKS.c.teams_key, owner)
    is_mine = select(ASSIGNMENTS.c.run).where(same, mine).correlate(TASKS).exists()
    query = select(TASKS).where(is_mine, TASKS.c.due_sort < NEVER, *seen)
    return connection.execute(query.order_by(TASKS.c.due_sort, TASKS.c.run, TASKS.c.step).limit(AT_MOST)).all()


def calendar(rows: Sequence[Any], url: str, now: datetime) -> bytes:
    """The feed. `url` is where the console stands."""
    feed = Calendar()
    feed.add("prodid", "-//Holdfast//Due steps//EN")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", "Holdfast")
    for row in rows:
        feed.add_component(_entry(row, url, now))
    return bytes(feed.to_ical())


def _entry(row: Any, url: str, now: datetime) -> Event:
    entry = Event()
    entry.add("uid", f"{row.run}-{row.execution}@holdfast")
    entry.add("dtstamp", now.astimezone(UTC))
    entry.add("summary", f"{row.title}: {row.run_name}" if row.run_name else row.title)
    if "T" in row.due:
        due = parse_instant(row.due)
        entry.add("dtstart", due)
        entry.add("dtend", due + MOMENT)
    else:
        day = parse_date(row.due)
        entry.add("dtstart", day)
        entry.add("dtend", day + timedelta(days=1))
    if url:
        entry.add("url", f"{url}/runs/{row.run}")
    return entry
