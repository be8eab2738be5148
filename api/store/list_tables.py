"""Tables that lists are found by, so that every list is a walk along one index, however many runs there are.

`assignments`, `run_labels` and `words` repeat what tasks and runs say, turned round: from the person, the label or the
word to the run. `counts` keeps how many runs there are, instead of counting them; it also says which combinations of
definition and teams exist, which lists of somebody who does not see everything are put together from. All of them
follow from the events. Saved views are kept by people.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field

from api.store.columns import NEVER, Instant, Json, code
from api.store.row import Row


class AssignmentRow(Row, table=True):
    """Who a task is assigned to, one row each. What lists are sorted by is repeated here, and of the run its start."""

    __tablename__ = "assignments"
    __table_args__ = (
        Index("assignments_by_due", "kind", "who", "due_sort", "run", "step"),
        Index("assignments_by_title", "kind", "who", "title", "run", "step"),
        Index("assignments_by_entry", "kind", "who", "entered_at", "run", "step"),
        Index("assignments_by_start", "kind", "who", "started_at", "run"),
    )

    run: str = Field(primary_key=True, sa_type=code())
    step: str = Field(primary_key=True, sa_type=code())
    kind: str = Field(primary_key=True, sa_type=code())
    who: str = Field(primary_key=True, sa_type=code())
    due_sort: str = Field(default=NEVER, sa_type=code())
    title: str = Field(default="", sa_type=code())
    entered_at: str = Field(default="", sa_type=code())
    started_at: str = Field(default="", sa_type=code())


class LabelRow(Row, table=True):
    """A label of a run, with the run's start. A run keeps its labels for life."""

    __tablename__ = "run_labels"

    label: str = Field(primary_key=True, sa_type=code())
    started_at: str = Field(primary_key=True, sa_type=code())
    run: str = Field(primary_key=True, sa_type=code())


class WordRow(Row, table=True):
    """A word that a run (its name or record) or a task's title has; `of` is the run, or the title itself.

    `at` is the run's start, since that is the order runs are listed in; `teams_key` is the run's, empty for titles.
    Only ever added to: what is found by a word is looked at again in the row's own `search` text and `teams_key`. A
    release that does not know `teams_key` leaves it empty.
    """

    __tablename__ = "words"

    kind: str = Field(primary_key=True, sa_type=code())
    word: str = Field(primary_key=True, sa_type=code())
    teams_key: str = Field(primary_key=True, sa_type=code(), sa_column_kwargs={"server_default": text("''")})
    at: str = Field(primary_key=True, sa_type=code())
    of: str = Field(primary_key=True, sa_type=code())


class CountRow(Row, table=True):
    """How many runs of a definition and its teams stand how. Spread over shards, so that writers seldom meet.

    Shard 0 is there for every combination that exists, also before its first run.
    """

    __tablename__ = "counts"

    shard: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    definition: str = Field(primary_key=True, sa_type=code())
    teams_key: str = Field(primary_key=True, sa_type=code())
    running: int = 0
    waiting: int = 0
    saved: int = 0
    completed: int = 0
    aborted: int = 0
    attention: int = 0


class ViewRow(Row, table=True):
    """A list's filters under a name, kept by the person who made it."""

    __tablename__ = "views"
    __table_args__ = (Index("views_by_owner", "owner", "name", "id"),)

    id: str = Field(primary_key=True, sa_type=code())
    owner: str = Field(sa_type=code())
    name: str = Field(sa_type=code())
    kind: str = Field(sa_type=code())
    filters: dict[str, Any] = Field(sa_type=Json)
    created_at: datetime = Field(sa_type=Instant)


class ViewDefaultRow(Row, table=True):
    """The view with which a list opens for somebody: one for each kind of list."""

    __tablename__ = "view_defaults"
    __table_args__ = (Index("view_defaults_by_view", "view"),)

    user: str = Field(primary_key=True, sa_type=code())
    kind: str = Field(primary_key=True, sa_type=code())
    view: str = Field(sa_type=code())


class ViewShareRow(Row, table=True):
    """A team that sees a view of somebody."""

    __tablename__ = "view_shares"
    __table_args__ = (Index("view_shares_by_view", "view"),)

    team: str = Field(primary_key=True, sa_type=code())
    view: str = Field(primary_key=True, sa_type=code())
