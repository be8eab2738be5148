"""Text search by words: what is asked for is found when each of its words begins a word of the row.

A word is a row of letters or digits, compared without case; one of less than three must be the whole word, since what
begins with a letter or two may be anything. The words of a run are those of its name and its record's
id; a task has those of its run and of its title. Databases do not agree on text search, so the words are cut here, and
both find the same. `search` columns hold them as ` word  word `, which says for a row in hand whether it is meant; the
table `words` leads from a word to the rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, and_, bindparam

from api.store.kept import Kept
from api.store.statements import insert_all_new
from api.store.tables import Row

WORDS = Row.metadata.tables["words"]
LABELS = Row.metadata.tables["run_labels"]

_WORD = re.compile(r"[^\W_]+")
LONGEST, MOST = 64, 50
"""Characters of a word and words of a text that are kept: enough to find it again."""

PREFIX = 3
"""Characters from which on a word stands for those that begin with it."""

_BEYOND = "\U0010ffff"


def words_of(*texts: str | None) -> list[str]:
    """The words of some texts, each once, in the order they come."""
    folded = (unicodedata.normalize("NFKC", text).casefold() for text in texts if text)
    found = dict.fromkeys(word[:LONGEST] for text in folded for word in _WORD.findall(text))
    return list(found)[:MOST]


def search_text(*texts: str | None) -> str:
    """The words as a `search` column holds them: each between two spaces."""
    return "".join(f" {word} " for word in words_of(*texts))


def beginning(column: Any, start: str, value: Callable[[str], Any] = str) -> ColumnElement[bool]:
    """SQL: the texts that begin like this, as a range of an index. `value` says how its ends stand in the statement."""
    return and_(column >= value(start), column < value(start + _BEYOND))


def means(column: Any, word: str) -> ColumnElement[bool]:
    """SQL: the words that this one may stand for."""
    return beginning(column, word, _written) if len(word) >= PREFIX else column == _written(word)


def has_words(column: Any, words: Iterable[str]) -> ColumnElement[bool]:
    """SQL: the `search` column has a word for each of these."""
    return and_(*(column.like(_written(f"% {word}%" if len(word) >= PREFIX else f"% {word} %")) for word in words))


def _written(text: str) -> BindParameter[str]:
    """A text that stands in the statement itself: a word leads to anything between no row and all of them, so that
    PostgreSQL has to plan for this one. Words are letters and digits.
    """
    return bindparam(None, text, unique=True, literal_execute=True)


class Titles:
    """Makes task titles known to the search, once each.

    A title counts as known when it was found there, not when it was put there: the transaction may still be undone.
    """

    def __init__(self, size: int = 4096) -> None:
        self._known: Kept[str, bool] = Kept(size)

    def learn(self, connection: Connection, titles: Iterable[str]) -> None:
        """Put the words of those titles that are not known yet."""
        for title in dict.fromkeys(titles):
            if self._known.get(title):
                continue
            found = {"kind": "title", "teams_key": "", "at": "", "of": title}
            rows = [{**found, "word": word} for word in words_of(title)]
            if not insert_all_new(connection, WORDS, rows):
                self._known.put(title, True)


def introduce(connection: Connection, run: Mapping[str, Any]) -> None:
    """Make a run findable by its words and labels; `run` has the columns of its row. May be repeated."""
    start = run["started_at"]
    found = {"kind": "run", "at": start, "of": run["id"], "teams_key": run["teams_key"]}
    insert_all_new(connection, WORDS, [{**found, "word": word} for word in words_of(run["name"], run["record_id"])])
    labels = [{"label": label, "started_at": start, "run": run["id"]} for label in dict.fromkeys(run["labels"])]
    insert_all_new(connection, LABELS, labels)
