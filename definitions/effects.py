"""When an effect may begin, and on whose rights.

An effect can be interrupted at any moment: the worker dies, the network goes, the power fails. What happened can then
be known only from what was written down: the *intent* before it began, the *outcome* after it ended. `judge_begin` is
the one place that reads these two and says what a new try may do; the store keeps the row, the interceptor asks,
neither decides.

The rule, and why. A finished effect is never done again: its stored result is the answer. A failed one did nothing
that is worth keeping apart and may be done again. One that was begun and has no outcome may have acted: doing it
again is right only if it is repeatable under its key, or if a person who was told so asks for it in a new turn.

`Scopes` are the rights of the person who acts, as roles grant them: which rows, fields, actions and tools.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from definitions.expressions.evaluate import truth


class Verdict(StrEnum):
    """What a try that is about to begin is told."""

    GO = "go"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"


class EffectState(StrEnum):
    """What the row of an effect says: intent written, and how it ended. `unknown` may have acted."""

    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Begun:
    """The answer to `Ledger.begin`; `result` is the stored one where the verdict is `finished`.

    `scopes` are the rights of who acts, where they were read in the transaction that stored the intent.
    """

    verdict: Verdict
    result: dict[str, Any] | None = None
    scopes: Scopes | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """The part of an effect's row that `judge_begin` reads; `at` is the moment of the try that wrote it."""

    turn: int
    state: EffectState
    result: dict[str, Any] | None = None
    at: datetime | None = None

    def is_of(self, turn: int, at: datetime | None) -> bool:
        """Whether the try of that turn and moment wrote it itself: it asked before, and the answer was lost."""
        return self.state is EffectState.BEGUN and at is not None and (self.turn, self.at) == (turn, at)


def judge_begin(row: Intent | None, turn: int, repeatable: bool, at: datetime | None = None) -> Begun:
    """What a try of `turn` may do, given the row under its key (None = never begun). Total: every row has an answer.

    `at` is the moment of this try, to the microsecond, and the same each time it asks.
    """
    if row is None:
        return Begun(Verdict.GO)
    if row.state is EffectState.DONE:
        return Begun(Verdict.FINISHED, row.result or {})
    if row.is_of(turn, at) or turn > row.turn or row.state is EffectState.FAILED or repeatable:
        return Begun(Verdict.GO)
    return Begun(Verdict.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class Scopes:
    """What the acting person may touch.

    `rows`: collection -> expression trees over `row` and `me`, of which one must hold. `fields`: collection -> names.
    `actions`: glob patterns; `tools`: the same over `server/tool`. What is not named is not limited: a collection
    without an entry, `actions` or `tools` None. An empty entry allows nothing. Who composes these from several roles
    joins what each role grants.
    """

    rows: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    actions: Sequence[str] | None = None
    tools: Sequence[str] | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: lists for sequences, `actions` and `tools` null when they are not limited."""
        return {
            "rows": {key: list(trees) for key, trees in self.rows.items()},
            "fields": {key: list(names) for key, names in self.fields.items()},
            "actions": None if self.actions is None else list(self.actions),
            "tools": None if self.tools is None else list(self.tools),
        }


EVERYTHING = Scopes()
"""No limit at all: for work that no person's scope bounds, such as the installation's own upkeep."""


def allows_row(scopes: Scopes, collection: str, row: Mapping[str, Any], me: Mapping[str, Any]) -> bool:
    """Whether one of the collection's row expressions holds.

    Unknown or absent is not met, so an error never opens a row.
    """
    if (trees := scopes.rows.get(collection)) is None:
        return True
    return any(truth(tree, {"row": dict(row), "me": dict(me)}) for tree in trees)


def visible_fields(scopes: Scopes, collection: str, names: Sequence[str]) -> tuple[str, ...]:
    """Those of `names` that may be read and written, in their own order."""
    if (allowed := scopes.fields.get(collection)) is None:
        return tuple(names)
    return tuple(name for name in names if name in allowed)


def hidden_fields(scopes: Scopes, collection: str, names: Sequence[str]) -> tuple[str, ...]:
    """Those of `names` that may not, in their own order."""
    seen = visible_fields(scopes, collection, names)
    return tuple(name for name in names if name not in seen)


def allows_action(scopes: Scopes, action: str) -> bool:
    """Whether one of the patterns (`demo.*`) covers the action's name; letters count as they are written."""
    return scopes.actions is None or any(fnmatchcase(action, pattern) for pattern in scopes.actions)


def allows_tool(scopes: Scopes, server: str, tool: str) -> bool:
    """Whether one of the patterns (`tickets/read_*`) covers that tool of that MCP server."""
    return scopes.tools is None or any(fnmatchcase(f"{server}/{tool}", pattern) for pattern in scopes.tools)
