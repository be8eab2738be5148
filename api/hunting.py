"""A search by words: which word of a text is worth following, and where it leads.

The theory: a text means what has all of its words. A word that leads to little is followed, and what is found is looked
at for the others. A common word is met soon on any walk; where a list goes by the runs' start the walk goes along the
word itself, once for each spelling of it and each combination of teams, so that it passes nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal, select

from api.lists import MOST_WALKS, RUNS, TASKS, Sight, Walk, known_teams
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

    def runs(self, seen: Sight, order: Order | None = None) -> Any:
        """The runs that are followed, in the order of a run list, as a subquery of (at, of); OFFSET keeps it whole.

        Of those that cannot be `seen` most are left out; the rows found say which of the others can.
        """
        query = select(WORDS.c.at, WORDS.c.of).where(OF_RUNS, means(WORDS.c.word, self.follow or ""))
        if seen.keys is not None:
            query = query.where(WORDS.c.teams_key.in_(_keys_of_words(seen.keys)))
        by = () if order is None else order.by((WORDS.c.at, WORDS.c.of))
        return query.order_by(*by).offset(0).subquery()


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
    those titles, which are looked for where the runs are few.
    """
    runs = _runs_of(connection, word, most)
    if not titles or runs > most:
        return runs, ()
    named = _titles(connection, word)
    if len(named) > MOST_TITLES:
        return most + 1, ()
    return max(runs, _count(connection, most, TASKS.c.title.in_(named)) if named else 0), named


def _runs_of(connection: Connection, word: str, most: int) -> int:
    """Runs with the word, counted up to one more than `most`. Words are never taken away: what was too many stays so,
    and the connection remembers it.
    """
    known: Kept[str, int] = connection.info.setdefault("runs_of_words", Kept(WORDS_KNOWN))
    if (found := known.get(word) or 0) <= most:
        found = _count(connection, most, OF_RUNS, means(WORDS.c.word, word))
        known.put(word, found)
    return found


def _titles(connection: Connection, word: str) -> tuple[str, ...]:
    query = select(WORDS.c.of).where(WORDS.c.kind == "title", means(WORDS.c.word, word)).limit(MOST_TITLES + 1)
    return tuple(sorted(set(connection.execute(query).scalars())))


def _count(connection: Connection, most: int, *where: ColumnElement[bool]) -> int:
    some = select(literal(1)).where(*where).limit(most + 1).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def along_words(connection: Connection, seen: Sight, word: str) -> list[Walk]:
    """Walks over the runs with a common word in the order of their start, along the word; none where it would take too
    many.
    """
    keys = _keys_of_words(known_teams(connection) if seen.keys is None else seen.keys)
    spellings = _spellings(connection, word, MOST_WALKS // len(keys)) if len(keys) <= MOST_WALKS else ()
    starts = [(OF_RUNS, WORDS.c.word == spelling, WORDS.c.teams_key == key) for spelling in spellings for key in keys]
    return [Walk(WORDS, (WORDS.c.at, WORDS.c.of), start, RUNS) for start in starts]


def _keys_of_words(keys: Iterable[str]) -> list[str]:
    """Where words of runs with these `teams_key` stand: a release before wrote all of them as everybody's."""
    return sorted({"", *keys})


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
