"""The shapes that come in. Strict (no text becomes a number) and closed (an unknown key is a finding, so nobody can
name another actor, team or status in a body). What goes out is described in api/schemas_out.py.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from definitions.times import parse_date, parse_instant, rfc3339


class Body(BaseModel):
    """A body taken from outside."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


_NAIVE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?", re.ASCII)


def _instant(value: Any) -> str:
    """A time with its zone, as RFC 3339 in UTC."""
    if not isinstance(value, str):
        raise PydanticCustomError("not_a_time", "Give a time as text, such as 2026-11-30T09:00:00Z.")
    try:
        return rfc3339(parse_instant(value))
    except ValueError:
        pass
    if _NAIVE.fullmatch(value):
        raise PydanticCustomError("naive_time", "A time needs its zone: add Z or an offset such as +05:00.")
    raise PydanticCustomError("not_a_time", "Not a time. Give one such as 2026-11-30T09:00:00Z.")


def _due(value: Any) -> Any:
    """A local date stays a date, an instant goes to UTC."""
    if isinstance(value, str) and len(value) == 10:
        try:
            return parse_date(value).isoformat()
        except ValueError:
            raise PydanticCustomError("not_a_time", "Not a date. Give one such as 2026-11-30.") from None
    return None if value is None else _instant(value)


Instant = Annotated[str, BeforeValidator(_instant)]
Due = Annotated[str | None, BeforeValidator(_due)]

Key = Annotated[str, Field(min_length=1, max_length=200)]
"""An Idempotency-Key, or the id of a command."""

Name = Annotated[str, Field(min_length=1, max_length=100)]
"""An id inside a definition, of a person, team, label or collection."""

Reason = Annotated[str, Field(max_length=10_000)]
Values = dict[str, Any]


def _unique(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise PydanticCustomError("duplicate", "Name each one once.")
    return values


Names = Annotated[list[Name], Field(max_length=100), AfterValidator(_unique)]


class Nothing(Body):
    """For calls that take no body; `{}` is fine."""


class AssignRun(Body):
    """Who works on a run or a step."""

    users: Names = []
    teams: Names = []
    partners: Names = []


class StartRun(Body):
    """`POST /v1/runs`."""

    definition: Name
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    record: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    inputs: Values = {}
    purposes: Names = []
    assign: dict[Name, AssignRun] = {}
    labels: Names = []
    source: Literal["list", "record", "summary", "workspace", "api"] = "api"
    on_open: Literal["resume", "conflict", "start"] | None = None


class CommandBody(Body):
    """What every command carries. `id` is its idempotency key; `execution` the round the caller saw."""

    id: Key | None = None
    type: str
    step: Name | None = None
    execution: Name | None = None
    occurred_at: Instant | None = None


class StepCommand(CommandBody):
    """A command that is about one step."""

    step: Name


class Complete(StepCommand):
    """Finishes a step: `output` for fields, `choice` for a decision."""

    type: Literal["complete"]
    output: Values | None = None
    choice: Name | None = None


class Act(StepCommand):
    """The commands that say no more than their name and a reason."""

    type: Literal[
        "start",
        "hold",
        "release",
        "skip",
        "claim",
        "unclaim",
        "decline",
        "retry",
        "run_now",
        "cancel_schedule",
        "reconcile",
        "approve",
    ]
    reason: Reason | None = None


class Reject(StepCommand):
    """Refuses a side effect; the reason is read by whoever repairs it."""

    type: Literal["reject"]
    reason: Annotated[str, Field(min_length=1, max_length=10_000)]


class HandleManually(StepCommand):
    """A person did what the machine could not."""

    type: Literal["handle_manually"]
    output: Values | None = None
    choice: Name | None = None
    reason: Reason | None = None


class Automation(StepCommand):
    """Runs one of a step's side actions."""

    type: Literal["automation"]
    automation: Name
    with_: Annotated[Values, Field(alias="with")] = {}


class Revise(StepCommand):
    """Opens a finished step again."""

    type: Literal["revise"]
    reason: Reason | None = None
    undo: Names = []
    fingerprint: Annotated[str, Field(max_length=200)] | None = None


class Amend(StepCommand):
    """Corrects the output of a finished step without moving the run."""

    type: Literal["amend"]
    output: Values
    reason: Annotated[str, Field(min_length=1, max_length=10_000)]


class Assign(CommandBody):
    """Says who works on a step, or on the run."""

    type: Literal["assign"]
    users: Names = []
    teams: Names = []
    partners: Names = []


class SetDue(CommandBody):
    """Sets or clears a due date."""

    type: Literal["set_due"]
    due: Due


class Note(CommandBody):
    """Writes a note (markdown)."""

    type: Literal["note"]
    text: Annotated[str, Field(min_length=1, max_length=20_000)]


class AddTask(CommandBody):
    """Adds a task of this run only."""

    type: Literal["add_task"]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str, Field(max_length=20_000)] | None = None
    after: Name | None = None
    before: Name | None = None
    assign: AssignRun | None = None
    due: Due = None
    fields: Annotated[list[Values], Field(max_length=200)] = []


class Hold(CommandBody):
    """Puts a whole run aside, takes it up again, or takes it over."""

    type: Literal["save", "resume", "take_over"]
    reason: Reason | None = None


class End(CommandBody):
    """Ends a run, or opens an ended one."""

    type: Literal["abort", "close", "reopen"]
    reasons: Names = []
    text: Annotated[str, Field(max_length=20_000)] | None = None
    undo: Names = []


class Escalate(CommandBody):
    """Puts the run in an inbox."""

    type: Literal["escalate"]
    inbox: Name
    reason: Annotated[str, Field(min_length=1, max_length=10_000)]


class Migrate(CommandBody):
    """Moves the run to another version."""

    type: Literal["migrate"]
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    map: dict[Name, Name] = {}
    fingerprint: Annotated[str, Field(max_length=200)]


Command = Annotated[
    Complete
    | Act
    | Reject
    | HandleManually
    | Automation
    | Revise
    | Amend
    | Assign
    | SetDue
    | Note
    | AddTask
    | Hold
    | End
    | Escalate
    | Migrate,
    Field(discriminator="type"),
]
"""`POST /v1/runs/{id}/commands`, told apart by `type`."""


class Batch(Body):
    """`POST /v1/commands`: each is judged alone, so each is read alone (a wrong one does not spoil the others)."""

    commands: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=500)]


def bare(command: CommandBody, command_id: str) -> dict[str, Any]:
    """The command as it travels and is hashed: what was said, nothing that was left out, with its id."""
    return {**command.model_dump(by_alias=True, exclude_unset=True), "id": command_id}


class Copy(Body):
    """`POST /v1/definitions/{key}/duplicate`."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class Imported(Body):
    """`POST /v1/definitions/import`: what an export gave."""

    holdfast: Literal[1]
    definitions: Annotated[list[Values], Field(min_length=1, max_length=100)]
    needs: Values = {}
