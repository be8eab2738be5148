"""What is asked of whoever proposes a step's values, and what comes back: the words between engine and activity.

There is one mechanism for every kind that a machine can propose: what an `ai` step answers, which option a decision
takes, the fields of a form, the inputs of an action, which tool of an MCP server and with what. The engine writes a
`Question`, the activity `holdfast.propose` gives an `Answer`, and the engine alone decides what that comes to. So no
text of a model ever confirms, approves or picks what the definition did not offer.

What is pinned never stands in `schema`: it is told, not asked. Where nothing is asked, there is no question at all.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

CONFIDENT = 0.8
"""Below it an answer is not used by itself, unless the step says otherwise (`confidence`)."""

NO_PROVIDER = "no_provider"
NEEDS_LOGIN = "needs_login"
"""Codes of failure that are reasons for attention of their own; every other code is told as an error."""


class Asked(StrEnum):
    """What kind of values. `answer` and `choice` need a model; the matcher can propose the others."""

    ANSWER = "answer"
    CHOICE = "choice"
    FORM = "form"
    TOOL = "tool"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Question:
    """The input of `holdfast.propose`.

    `schema` is a JSON Schema (an object) of the values asked; for `choice` its one property `choice` is an enum, for
    `tool` it is empty, as only the server knows it. `pinned` are the values that stand. `context` is what may be seen:
    {record: {}, inputs: {}, steps: [{id, title, kind, status, done_by, output, note?}]} in the order of the document,
    `note` said of what was handled by hand, declined or is pending approval. `collection` beside `record`, and in a
    step that read or wrote rows, names where they are of: what the acting person may not see of it is left out before
    anything is told. `files` are {id, name, step, field}. For `row` the one property asked has an `enum`, or a `oneOf`
    of constants with titles.
    """

    what: Asked
    title: str
    instruction: str = ""
    schema: dict[str, Any] = field(default_factory=dict)
    pinned: dict[str, Any] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)
    files: tuple[dict[str, Any], ...] = ()
    model: str | None = None
    server: str | None = None
    tools: tuple[str, ...] = ()
    tool: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As it travels, without what says nothing."""
        row = {**asdict(self), "what": str(self.what), "files": list(self.files), "tools": list(self.tools)}
        return {key: value for key, value in row.items() if value not in (None, "", [], {})}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Question:
        lists = {"files": tuple(row.get("files", ())), "tools": tuple(row.get("tools", ()))}
        return cls(**{**row, **lists, "what": Asked(row["what"])})


@dataclass(frozen=True, slots=True)
class Answer:
    """What `holdfast.propose` gives.

    `values` are of the question's schema, without what could not be said; for `choice` {choice: id or null}, for
    `tool` {tool, arguments, schema_hash}. `confidence` is between 0 and 1, `by` is ai or matcher. `basis` are names as
    expressions read them (`steps.order.output.email`). `usage`, of a model: {model, input_tokens, output_tokens, cost,
    seconds, prompt_hash, request, reply}, the last two size-capped and redacted.
    """

    values: dict[str, Any]
    confidence: float
    by: str
    explanation: str = ""
    basis: tuple[str, ...] = ()
    usage: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "basis": list(self.basis)}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Answer:
        return cls(**{**row, "basis": tuple(row.get("basis", ()))})
