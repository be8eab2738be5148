"""How a list is read: as walks along indexes, each cut off after a page, put together in the list's order.

The theory: a list costs what it shows and not what there is, as long as each *walk* goes along an index that begins
with what the walk asks for and goes on in the order of the list. What cannot be asked of one index is asked of several,
one walk for each value, since a page of the whole is among the pages of the parts; what filters besides (`also`) is
looked at on the way. Who does not see everything walks once for each combination of teams that is within sight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    and_,
    false,
    literal,
    literal_column,
    select,
    union,
    union_all,
)

from api.paging import Order
from api.permissions import Reach, Who, reaches
from api.store.counts import COUNTS
from api.store.keys import shared_with
from api.store.tables import Row

RUNS = Row.metadata.tables["runs"]
TASKS = Row.metadata.tables["tasks"]
ASSIGNMENTS = Row.metadata.tables["assignments"]
LABELS = Row.metadata.tables["run_labels"]

MOST_WALKS = 16
"""Beyond so many, one walk that looks at the teams of each row on its way is faster than all of them."""

WHOLE: ColumnElement[int] = literal_column("0")
"""The OFFSET that keeps a subquery whole. As a parameter it would make PostgreSQL take a statement planned for whatever
may come for twice as dear as it is, and plan each time.
"""

FEW_TEAMS = 6
"""Teams of somebody that are looked for in each row. Of more, the combinations that they are in are asked for first."""

UNTOLD = ""
"""The `teams_key` of what is everybody's, and of the words that a release before wrote for any run."""

Start = tuple[ColumnElement[bool], ...]
"""What the rows of a walk have in common: an index begins with it."""


@dataclass(frozen=True, slots=True)
class Walk:
    """One index followed: `keys` are the columns of the list's order as they stand in `source`, `where` its start.

    `leads_to` is the list's own table where `source` is another one. `distinct`: rows of equal keys, which follow on
    each other, are one. `sorted_after`: there is little here, but no index in the order: all of it is taken and sorted.
    `by_keys`: some of it may be on other walks too, or it may be so much that whole rows would be dear to sort.
    """

    source: FromClause
    keys: tuple[Any, ...]
    where: Start = ()
    leads_to: Table | None = None
    distinct: bool = False
    sorted_after: bool = False
    by_keys: bool = False

    def also(self, conditions: Sequence[ColumnElement[bool]]) -> Sequence[ColumnElement[bool]]:
        """What the rows of the list's own table must meet, as conditions of this walk.

        In a table beside it they are asked row by row: OFFSET keeps PostgreSQL from joining, since it takes the two
        keys of a task for independent, expects next to no rows, and sorts them all instead of walking.
        """
        if self.leads_to is None or not conditions:
            return conditions
        row = select(literal(1)).where(_is_row(self.leads_to, self.keys), *conditions).correlate(self.source)
        return [row.offset(WHOLE).exists()]


@dataclass(frozen=True, slots=True)
class Sight:
    """Which rows somebody may see: everybody's and those of `teams`, None = all; of `owner` only, where given.

    `nothing`: none at all. `known`: every `teams_key` that these teams can see, where that was asked for already.
    """

    teams: tuple[str, ...] | None
    owner: str | None = None
    nothing: bool = False
    known: tuple[str, ...] | None = None

    def also(self, teams_key: Any, owner: Any) -> list[ColumnElement[bool]]:
        """SQL that holds for the rows within sight."""
        return self.of_teams(teams_key) if self.owner is None else [*self.of_teams(teams_key), owner == self.owner]

    def of_teams(self, teams_key: Any) -> list[ColumnElement[bool]]:
        """SQL that holds for the rows whose teams are within sight, whoever began them."""
        if self.nothing:
            return [false()]
        if self.teams is None:
            return []
        return [shared_with(teams_key, self.teams) if self.known is None else teams_key.in_((UNTOLD, *self.known))]

    def keys(self, connection: Connection, definition: str | None = None) -> list[str]:
        """Every `teams_key` within sight that runs may have, or those of one definition: for walks along them."""
        if self.known is not None and definition is None:
            return list(self.known)
        known = known_teams(connection, definition)
        return known if self.teams is None else [key for key in known if _shares(self.teams, key)]

    def misses(self, connection: Connection, definition: str | None) -> bool:
        """Whether this definition has no run within sight: a walk past all of its rows would be in vain."""
        return definition is not None and self.teams is not None and not self.keys(connection, definition)


def sight(connection: Connection, who: Who) -> Sight:
    """How far somebody sees runs."""
    reach = reaches(who, "run.view")
    if Reach.ALL in reach:
        return Sight(None)
    if not reach & {Reach.TEAM, Reach.OWN}:
        return Sight((), nothing=True)
    seen = Sight(who.teams, None if Reach.TEAM in reach else who.id)
    return seen if len(who.teams) <= FEW_TEAMS else replace(seen, known=tuple(seen.keys(connection)))


def of_teams(
    connection: Connection, column: Any, seen: Sight, starts: Sequence[Start], definition: str | None = None
) -> list[Start]:
    """Where the walks of a list begin: at each of these, and for each combination of teams where those are few."""
    if seen.teams is None:
        return list(starts)
    keys = seen.keys(connection, definition)
    if len(keys) * len(starts) > MOST_WALKS:
        return list(starts)
    return [(column == key, *start) for key in keys for start in starts]


def known_teams(connection: Connection, definition: str | None = None) -> list[str]:
    """Every `teams_key` that runs may have, or those of one definition, in order."""
    query = select(COUNTS.c.teams_key).distinct().where(COUNTS.c.shard == 0)
    if definition is not None:
        query = query.where(COUNTS.c.definition == definition)
    return sorted(connection.execute(query).scalars())


def _shares(teams: Iterable[str], key: str) -> bool:
    return not key or not set(teams).isdisjoint(key.strip("|").split("|"))


def plan_anew(connection: Connection) -> None:
    """Have PostgreSQL plan the statements of this transaction for the values they are asked with.

    For what leads to anything between one row and all of them. After some repetitions it may plan once for whatever
    comes, which saves the other lists a third of their time (docs/decisions/0031).
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a page begins and ends: after these values of the order's columns, None = at the first, and `limit` on."""

    order: Order
    limit: int
    after: list[Any] | None

    def of(self, query: Select[Any], keys: Sequence[Any]) -> Select[Any]:
        """The first rows by these columns, one more than a page has. The number stands in the statement: PostgreSQL
        plans a walk only for a limit it knows.
        """
        return query.order_by(*self.order.by(keys)).limit(literal_column(str(int(self.limit) + 1)))


def page(
    walks: Sequence[Walk],
    also: Sequence[ColumnElement[bool]],
    columns: Sequence[Any],
    order: Order,
    *,
    limit: int,
    cursor: str | None,
) -> Select[Any]:
    """The statement of a page and of one row more. `also` is what every row must meet; `columns` are of the list's own
    table, those of its order among them.

    Walks along the table itself have no row in common as a rule, and show what they pass. Others give keys, the same
    perhaps on several walks, by which the rows are looked up.
    """
    cut = Cut(order, limit, None if cursor is None else order.values(cursor))
    if not any(walk.by_keys or walk.leads_to is not None for walk in walks):
        names = [column.key for column in order.columns]
        parts = [_part(walk, columns, names, also, cut) for walk in walks]
        return _merged(parts, union_all, names, cut)
    names = [f"k{index}" for index, _ in enumerate(order.columns)]
    parts = [
        _part(walk, [key.label(name) for key, name in zip(walk.keys, names, strict=True)], names, also, cut)
        for walk in walks
    ]
    found, own = _merged(parts, union, names, cut).subquery(), columns[0].table
    query = select(*columns).select_from(found.join(own, _is_row(own, list(found.c))))
    return query.order_by(*order.by(order.columns))


def _is_row(table: Table, keys: Sequence[Any]) -> ColumnElement[bool]:
    """SQL: the row of the list's own table that these keys of its order lead to; the first is what it is sorted by."""
    return and_(*(own == key for own, key in zip(table.primary_key.columns, keys[1:], strict=True)))


def _part(
    walk: Walk, shown: Sequence[Any], names: Sequence[str], also: Sequence[ColumnElement[bool]], cut: Cut
) -> Select[Any]:
    """What one walk has for a page; `names` are those of what is `shown` that it is in the order of."""
    query: Select[Any] = select(*shown).select_from(walk.source).where(*walk.where, *walk.also(also))
    query = query.distinct() if walk.distinct else query
    if cut.after is not None:
        query = query.where(cut.order.beyond(walk.keys, cut.after))
    if not walk.sorted_after:
        return cut.of(query, walk.keys)
    whole = query.offset(WHOLE).subquery()
    return cut.of(select(whole), [whole.c[name] for name in names])


def _merged(parts: Sequence[Select[Any]], how: Any, names: Sequence[str], cut: Cut) -> Select[Any]:
    """The page of several walks, by the columns of these names."""
    if len(parts) == 1:
        return parts[0]
    whole = how(*(select(part.subquery()) for part in parts)).subquery()
    return cut.of(select(whole), [whole.c[name] for name in names])
