"""A search by words: which word of a text is worth following, and where it leads.

The theory: a text means what has all of its words. A word that leads to little is followed, and what is found is looked
at for the others. A common word is met soon on any walk; where a list goes by the runs' start the walk goes along the
word itself, once for each spelling of it and each combination of teams, so that it passes nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, any_, func, literal, select, true

from api.lists import MOST_WALKS, RUNS, TASKS, UNTOLD, WHOLE, Sight, Start, Walk
from api.paging import Order
from api.store.kept import Kept
from api.store.search import PREFIX, WORDS, beginning, means, words_of

OF_RUNS = WORDS.c.kind == "run"

FEW = 5_000
"""Rows that a word may lead to for it to be worth following; a commoner one is soon met on any walk."""

MOST_TITLES = 500
"""Titles that are looked for at once; also the rows below which a word is followed without any other being tried."""

WORDS_KNOWN = 1_000
"""Words of which a connection remembers that so many runs, or more, have them."""

_AN_ID = re.compile(r"(run-)?[0-9a-f-]{8,36}")


@dataclass(frozen=True, slots=True)
class Hunt:
    """What a search by words comes to: the words, what promises to be rarest first, and one to follow, if it is rare.

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

    def runs(self, seen: Sight, order: Order) -> Any:
        """The runs that are followed, in the order of a run list, as a subquery of (at, of); OFFSET keeps it whole.

        Of those that cannot be `seen` most are left out; the rows found say which of the others can.
        """
        query = select(WORDS.c.at, WORDS.c.of).where(*self._followed(seen))
        return query.order_by(*order.by((WORDS.c.at, WORDS.c.of))).offset(WHOLE).subquery()

    def of_run(self, connection: Connection, column: Column[Any], seen: Sight) -> ColumnElement[bool]:
        """SQL: the rows of the runs that are followed, by the column that says whose they are."""
        found = select(WORDS.c.of).where(*self._followed(seen))
        if connection.dialect.name == "postgresql":  # an array is looked up in one scan, not each of it in its own
            return column == any_(func.array(found.scalar_subquery()))
        return column.in_(found)

    def _followed(self, seen: Sight) -> Start:
        meant = (OF_RUNS, means(WORDS.c.word, self.follow or ""))
        return (*meant, *seen.of_teams(WORDS.c.teams_key))


def hunt(connection: Connection, q: str, *, titles: bool = False) -> Hunt:
    """Follow the word of the text that leads to the least, numbers and long words tried first, where that is not too
    much. A run's id is a word too, or its beginning.
    """
    if _AN_ID.fullmatch(q.strip()) and (ids := _ids(connection, q.strip())):
        return Hunt((), ids=tuple(ids))
    words = tuple(sorted(words_of(q), key=_promise, reverse=True))
    best, most = Hunt(words), FEW
    for word in words:
        found, named = _rows_of(connection, word, most, titles=titles)
        if found <= most:
            best, most = Hunt(words, word, titles=named), found - 1
        if found <= MOST_TITLES:
            break
    return best


def _promise(word: str) -> tuple[bool, int]:
    """Sorts words by how little they may lead to: an order's number is rarer than the word before it."""
    return any(sign.isdigit() for sign in word), len(word)


def _ids(connection: Connection, start: str) -> list[str]:
    start = start if start.startswith("run-") else f"run-{start}"
    query = select(RUNS.c.id).where(beginning(RUNS.c.id, start)).limit(100)
    return list(connection.execute(query).scalars())


def _rows_of(connection: Connection, word: str, most: int, *, titles: bool) -> tuple[int, tuple[str, ...]]:
    """Runs with the word, or tasks with titles that have it, whichever are more, counted until they are too many; and
    those titles, where the runs are few.

    Words are never taken away: what was too many runs stays so, and the connection remembers it.
    """
    known: Kept[str, int] = connection.info.setdefault("runs_of_words", Kept(WORDS_KNOWN))
    if (runs := known.get(word) or 0) > most:
        return runs, ()
    runs, named = _look_up(connection, word, most, titles=titles)
    known.put(word, runs)
    if runs > most or not named:
        return runs, ()
    if len(named) > MOST_TITLES:
        return most + 1, ()
    tasks = connection.execute(_counted(most, TASKS.c.title.in_(named))).scalar_one()
    return max(runs, int(tasks)), named


def _look_up(connection: Connection, word: str, most: int, *, titles: bool) -> tuple[int, tuple[str, ...]]:
    """How many runs have the word, and which titles, in one statement: asking takes longer than finding either."""
    runs = _counted(most, OF_RUNS, means(WORDS.c.word, word))
    if not titles:
        return int(connection.execute(runs).scalar_one()), ()
    named = select(WORDS.c.of).where(WORDS.c.kind == "title", means(WORDS.c.word, word)).limit(MOST_TITLES + 1)
    counted, title = runs.subquery(), named.subquery()
    query = select(counted.c.rows, title.c.of).select_from(counted.outerjoin(title, true()))
    found = connection.execute(query).all()
    return int(found[0].rows), tuple(sorted({row.of for row in found if row.of is not None}))


def _counted(most: int, *where: ColumnElement[bool]) -> Select[Any]:
    """The number of `rows`, one more than `most` for all that are beyond it."""
    some = select(literal(1)).where(*where).limit(most + 1).subquery()
    return select(func.count().label("rows")).select_from(some)


def along_words(connection: Connection, seen: Sight, word: str) -> list[Walk]:
    """Walks over the runs with a common word in the order of their start, along the word; none where it would take too
    many.
    """
    keys = sorted({UNTOLD, *seen.keys(connection)})
    spellings = _spellings(connection, word, MOST_WALKS // len(keys)) if len(keys) <= MOST_WALKS else ()
    starts = [(OF_RUNS, WORDS.c.word == spelling, WORDS.c.teams_key == key) for spelling in spellings for key in keys]
    return [Walk(WORDS, (WORDS.c.at, WORDS.c.of), start, RUNS) for start in starts]


def _spellings(connection: Connection, word: str, most: int) -> Sequence[str]:
    """The words of runs that this one stands for, found in as many steps along the index; none if more than `most`."""
    if len(word) < PREFIX:
        return (word,)
    first = select(func.min(WORDS.c.word).label("word")).where(OF_RUNS, means(WORDS.c.word, word))
    step = first.cte("spellings", recursive=True)
    following = select(func.min(WORDS.c.word)).where(OF_RUNS, means(WORDS.c.word, word), WORDS.c.word > step.c.word)
    step = step.union_all(select(following.scalar_subquery()).where(step.c.word.is_not(None)))
    found = connection.execute(select(step.c.word).where(step.c.word.is_not(None)).limit(most + 1)).scalars().all()
    return found if len(found) <= most else ()
