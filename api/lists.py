"""How a list is read: as walks along indexes, each cut off after a page, put together in the list's order.

The theory: a list costs what it shows and not what there is, as long as each *walk* goes along an index that begins
with what the walk asks for and goes on in the order of the list. What cannot be asked of one index is asked of several,
one walk for each value, since a page of the whole is among the pages of the parts; what filters besides (`also`) is
looked at on the way. Who does not see everything walks once for each combination of teams that is within sight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    func,
    literal,
    literal_column,
    select,
    union,
)

from api.paging import Order
from api.permissions import Reach, Who, reaches
from api.store.counts import COUNTS
from api.store.search import WORDS, beginning, means, words_of
from api.store.tables import Row

RUNS = Row.metadata.tables["runs"]
TASKS = Row.metadata.tables["tasks"]
ASSIGNMENTS = Row.metadata.tables["assignments"]
LABELS = Row.metadata.tables["run_labels"]

MOST_WALKS = 16
"""Beyond so many, one walk that looks at the teams of each row on its way is faster than all of them."""

FEW = 5_000
"""Rows that a word may lead to for it to be worth following; a commoner one is soon met on any walk."""

MOST_TITLES = 500
"""Titles that are looked for at once; also the rows below which a word is followed without any other being tried."""

Start = tuple[ColumnElement[bool], ...]
"""What the rows of a walk have in common: an index begins with it."""

_AN_ID = re.compile(r"(run-)?[0-9a-f-]{8,36}")


@dataclass(frozen=True, slots=True)
class Walk:
    """One index followed: `keys` are the columns of the list's order as they stand in `source`, `where` its start.

    `leads_to` is the list's own table where `source` is another one. `distinct`: rows of equal keys, which follow on
    each other, are one. `sorted_after`: there is little here, but no index in the order: all of it is taken and sorted.
    """

    source: FromClause
    keys: tuple[Any, ...]
    where: Start = ()
    leads_to: Table | None = None
    distinct: bool = False
    sorted_after: bool = False

    def also(self, conditions: Sequence[ColumnElement[bool]]) -> Sequence[ColumnElement[bool]]:
        """What the rows of the list's own table must meet, as conditions of this walk.

        In a table beside it they are asked row by row: OFFSET keeps PostgreSQL from joining, since it takes the two
        keys of a task for independent, expects next to no rows, and sorts them all instead of walking.
        """
        if self.leads_to is None or not conditions:
            return conditions
        same = zip(self.leads_to.primary_key.columns, self.keys[1:], strict=True)
        row = select(literal(1)).where(*(own == key for own, key in same), *conditions).correlate(self.source)
        return [row.offset(0).exists()]


@dataclass(frozen=True, slots=True)
class Sight:
    """Which rows somebody may see: those with one of these `teams_key`, None = all; of `owner` only, where given."""

    keys: tuple[str, ...] | None
    owner: str | None = None

    def also(self, teams_key: Any, owner: Any) -> list[ColumnElement[bool]]:
        """SQL that holds for the rows within sight."""
        found = [] if self.keys is None else [teams_key.in_(self.keys)]
        return found if self.owner is None else [*found, owner == self.owner]


def sight(connection: Connection, who: Who, definition: str | None = None) -> Sight:
    """How far somebody sees runs, or those of one definition."""
    reach = reaches(who, "run.view")
    if Reach.ALL in reach:
        return Sight(None)
    if not reach & {Reach.TEAM, Reach.OWN}:
        return Sight(())
    keys = tuple(key for key in known_teams(connection, definition) if _shares(who, key))
    return Sight(keys, None if Reach.TEAM in reach else who.id)


def of_teams(column: Any, seen: Sight, starts: Sequence[Start]) -> list[Start]:
    """Where the walks of a list begin: at each of these, and for each combination of teams where those are few."""
    if seen.keys is None or len(seen.keys) * len(starts) > MOST_WALKS:
        return list(starts)
    return [(column == key, *start) for key in seen.keys for start in starts]


def known_teams(connection: Connection, definition: str | None = None) -> list[str]:
    """Every `teams_key` that runs may have, or those of one definition, in order."""
    query = select(COUNTS.c.teams_key).distinct().where(COUNTS.c.shard == 0)
    if definition is not None:
        query = query.where(COUNTS.c.definition == definition)
    return sorted(connection.execute(query).scalars())


def _shares(who: Who, key: str) -> bool:
    return not key or not set(who.teams).isdisjoint(key.strip("|").split("|"))


@dataclass(frozen=True, slots=True)
class Hunt:
    """What a search by words comes to: the words, and one of them to follow, where that leads to little.

    `ids`: the text is a run's id, or the beginning of one, of these runs. `titles`: task titles the word leads to.
    """

    words: tuple[str, ...]
    follow: str | None = None
    ids: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()

    @property
    def narrow(self) -> bool:
        """Whether few rows are meant, or none."""
        return self.follow is not None or bool(self.ids) or not self.words

    def runs(self, order: Order | None = None) -> Any:
        """The runs that are followed, in the order of a run list, as a subquery of (at, of); OFFSET keeps it whole."""
        query = select(WORDS.c.at, WORDS.c.of).where(WORDS.c.kind == "run", means(WORDS.c.word, self.follow or ""))
        by = () if order is None else order.by((WORDS.c.at, WORDS.c.of))
        return query.order_by(*by).offset(0).subquery()


def hunt(connection: Connection, q: str, *, titles: bool = False) -> Hunt:
    """Follow the word of the text that leads to the least, numbers and long words tried first, where that is not too
    much. A run's id is a word too, or its beginning.
    """
    plan_anew(connection)
    if _AN_ID.fullmatch(q.strip()) and (ids := _ids(connection, q.strip())):
        return Hunt((), ids=tuple(ids))
    words = tuple(words_of(q))
    best, most = Hunt(words), FEW
    for word in sorted(words, key=_promise, reverse=True):
        found, named = _rows_of(connection, word, most, titles=titles)
        if found <= most:
            best, most = Hunt(words, word, titles=named), found - 1
        if found <= MOST_TITLES:
            break
    return best


def plan_anew(connection: Connection) -> None:
    """Have PostgreSQL plan the statements of this transaction for the values they are asked with.

    For what leads to anything between one row and all of them. After some repetitions it may plan once for whatever
    comes, which saves the other lists a third of their time and takes seconds of a search (docs/decisions/0031).
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")


def _promise(word: str) -> tuple[bool, int]:
    """Sorts words by how little they may lead to: an order's number is rarer than the word before it."""
    return any(sign.isdigit() for sign in word), len(word)


def _ids(connection: Connection, start: str) -> list[str]:
    start = start if start.startswith("run-") else f"run-{start}"
    query = select(RUNS.c.id).where(beginning(RUNS.c.id, start)).limit(100)
    return list(connection.execute(query).scalars())


def _rows_of(connection: Connection, word: str, most: int, *, titles: bool) -> tuple[int, tuple[str, ...]]:
    """Runs with the word, or tasks with titles that have it, whichever are more, counted until they are too many; and
    those titles, which are looked for where the runs are few.
    """
    runs = _count(connection, most, WORDS.c.kind == "run", means(WORDS.c.word, word))
    if not titles or runs > most:
        return runs, ()
    named = _titles(connection, word)
    if len(named) > MOST_TITLES:
        return most + 1, ()
    return max(runs, _count(connection, most, TASKS.c.title.in_(named)) if named else 0), named


def _titles(connection: Connection, word: str) -> tuple[str, ...]:
    query = select(WORDS.c.of).where(WORDS.c.kind == "title", means(WORDS.c.word, word)).limit(MOST_TITLES + 1)
    return tuple(sorted(set(connection.execute(query).scalars())))


def _count(connection: Connection, most: int, *where: ColumnElement[bool]) -> int:
    some = select(literal(1)).where(*where).limit(most + 1).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def page_keys(
    walks: Iterable[Walk], also: Sequence[ColumnElement[bool]], order: Order, limit: int, cursor: str | None
) -> Any:
    """The keys of a page and of one row more, as a subquery with the columns k0, k1, …

    `also` is what every row must meet. The same row on several walks comes once.
    """
    after = None if cursor is None else order.values(cursor)
    parts = [_part(walk, also, order, limit, after) for walk in walks]
    if len(parts) == 1:
        return parts[0]
    whole = union(*(select(part) for part in parts)).subquery()
    return select(whole).order_by(*order.by(list(whole.c))).limit(_rows(limit)).subquery()


def _rows(limit: int) -> Any:
    """One row more than a page has, written into the statement: PostgreSQL plans a walk only for a limit it knows."""
    return literal_column(str(int(limit) + 1))


def _part(walk: Walk, also: Sequence[ColumnElement[bool]], order: Order, limit: int, after: list[Any] | None) -> Any:
    named = [column.label(f"k{index}") for index, column in enumerate(walk.keys)]
    query: Select[Any] = select(*named).select_from(walk.source).where(*walk.where, *walk.also(also))
    query = query.distinct() if walk.distinct else query
    if after is not None:
        query = query.where(order.beyond(walk.keys, after))
    keys: Sequence[Any] = walk.keys
    if walk.sorted_after:
        whole = query.offset(0).subquery()
        query, keys = select(whole), list(whole.c)
    return query.order_by(*order.by(keys)).limit(_rows(limit)).subquery()
