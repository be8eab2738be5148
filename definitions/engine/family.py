"""The child runs of one round of a `workflow` step: how each of them stands, kept small enough for a thousand.

A child needs no row of its own here: its id follows from its parent's round and its place in the list, and how it
stands is one letter. What it was to be given is kept until all have begun.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from definitions.canonical import digest

WAITING, STARTING, OPEN, ATTENTION, DONE, ABORTED, FAILED = "-", "s", "o", "!", "d", "a", "f"
"""Not asked for yet; being started; at work; asks for a person; completed; aborted; could not be started."""

STANDS = {
    WAITING: "pending",
    STARTING: "starting",
    OPEN: "open",
    ATTENTION: "attention",
    DONE: "completed",
    ABORTED: "aborted",
    FAILED: "failed",
}
LETTERS = {word: letter for letter, word in STANDS.items()}

UNDER_WAY = (STARTING, OPEN, ATTENTION)
BEGUN = (OPEN, ATTENTION)
ENDED = (DONE, ABORTED)

ENDS_KEPT = 100
"""Children of one round of which it is remembered how they ended; the others are only counted."""


def child_run(parent: str, execution: str, index: int) -> str:
    """The id of a child run: the same however often it is asked for."""
    name = digest([parent, execution, index])
    return f"run-{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:32]}"


def effect_name(execution: str, index: int) -> str:
    """Under which name a child is started: `call#1/17`. No step has a slash in its id."""
    return f"{execution}/{index}"


def read_name(name: str) -> tuple[str, int] | None:
    """(round, index) of such a name; None for any other."""
    execution, slash, index = name.rpartition("/")
    return (execution, int(index)) if slash and index.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Family:
    """The children of one round. `standing` has a letter for each, by index; `rows` what each is given.

    `alone`: one child and no list. `turn` counts how often a person had those started that could not be; `acting` is
    whose rights hold. `version` is the one the first of them runs, which holds for all. `problems` says by index why a
    child could not be started, `ends` how the first hundred ended: {status, outcome?, …}.
    """

    execution: str
    step: str
    definition: str
    standing: str
    rows: tuple[dict[str, Any], ...] = ()
    at_once: int = 10
    acting: str = ""
    turn: int = 1
    version: int | None = None
    detach: bool = False
    alone: bool = False
    problems: dict[str, dict[str, Any]] = field(default_factory=dict)
    ends: dict[str, dict[str, Any]] = field(default_factory=dict)

    def places(self, *letters: str) -> list[int]:
        """The indices of the children that stand so, in their order."""
        return [index for index, letter in enumerate(self.standing) if letter in letters]

    def count(self, *letters: str) -> int:
        """How many stand so."""
        return sum(self.standing.count(letter) for letter in letters)

    @property
    def complete(self) -> bool:
        """Whether nothing is left to wait for: all have ended, or, where nobody waits for them, have begun."""
        return not self.count(WAITING, STARTING, FAILED, *(() if self.detach else BEGUN))

    def with_standing(self, places: list[int], letter: str) -> str:
        """`standing` with these children standing so."""
        found = list(self.standing)
        for index in places:
            found[index] = letter
        return "".join(found)

    def to_json(self) -> dict[str, Any]:
        """Its fields, without those that say nothing."""
        row = {name: getattr(self, name) for name in self.__slots__}
        row["rows"] = list(self.rows)
        return {key: value for key, value in row.items() if value not in (None, [], {}, False)}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Family:
        return cls(**{"standing": "", **row, "rows": tuple(row.get("rows", ()))})
