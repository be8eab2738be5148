"""What every command may carry: one model per group of types, told apart by `type` (API.md, *Commands: one door*)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from api.schemas import AssignRun, Body, Due, Instant, Key, Name, Names, Reason, Values, due_text

OF_THE_RUN = "~"
"""With what the executions of errands begin that belong to no step: writes to the record, messages."""


class CommandBody(Body):
    """What every command carries. `id` is its idempotency key; `execution` the round the caller saw."""

    id: Key | None = None
    type: str
    step: Name | None = None
    execution: Name | None = None
    occurred_at: Instant | None = None


class StepCommand(CommandBody):
    """A command that is about one step, or about an errand: one of the run itself (`~sync0#1`) has no step to name."""

    step: Name

    @model_validator(mode="before")
    @classmethod
    def _errand_of_the_run(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "step" in data:
            return data
        errand = data.get("execution")
        if not isinstance(errand, str) or not errand.startswith(OF_THE_RUN):
            return data
        return {**data, "step": errand.partition("#")[0]}


class Complete(StepCommand):
    """Finishes a step, or confirms what is proposed for it: `output` for fields, `choice` for a decision.

    `journey`: the answer is to that form of the task. `reason`: why, such as of a choice that sends back.
    """

    type: Literal["complete"]
    output: Values | None = None
    choice: Name | None = None
    journey: Name | None = None
    reason: Reason | None = None


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
    ]
    reason: Reason | None = None


class Resend(StepCommand):
    """Sends the link of a form: for the first time, or again. `journey` names one of a task's forms; `to` another
    address than before."""

    type: Literal["resend"]
    journey: Name | None = None
    to: Annotated[str, Field(min_length=3, max_length=320)] | None = None
    reason: Reason | None = None


class Revoke(StepCommand):
    """Takes the link of a form back: nobody can answer by it any more."""

    type: Literal["revoke"]
    journey: Name | None = None
    reason: Reason | None = None


Hash = Annotated[str, Field(min_length=1, max_length=200)]


class Approve(StepCommand):
    """Agrees to a side effect. With `hash`, that of the values that were seen, to those and to no others."""

    type: Literal["approve"]
    hash: Hash | None = None
    reason: Reason | None = None


class Reject(StepCommand):
    """Refuses a side effect; the reason is read by whoever repairs it."""

    type: Literal["reject"]
    hash: Hash | None = None
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
    """Says who works on a step, or on the run; what is named replaces what was."""

    type: Literal["assign"]
    users: Names = []
    teams: Names = []
    partners: Names = []
    reason: Reason | None = None


class SetDue(CommandBody):
    """Sets or clears the due date of a step, of a phase, or of the run where neither is named."""

    type: Literal["set_due"]
    due: Due
    phase: Name | None = None
    reason: Reason | None = None


class Note(CommandBody):
    """Writes a note (markdown)."""

    type: Literal["note"]
    text: Annotated[str, Field(min_length=1, max_length=20_000)]


def _due_or_rule(value: Any) -> Any:
    """A date or instant as everywhere, or a rule of the language such as `{in: 2 days, from: start}`."""
    return value if isinstance(value, dict) else due_text(value)


DueOrRule = Annotated[str | Values | None, BeforeValidator(_due_or_rule)]


class AddTask(CommandBody):
    """Adds a task of this run only."""

    type: Literal["add_task"]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str, Field(max_length=20_000)] | None = None
    after: Name | None = None
    before: Name | None = None
    assign: AssignRun | None = None
    due: DueOrRule = None
    reason: Reason | None = None
    fields: Annotated[list[Values], Field(max_length=200)] = []


class Hold(CommandBody):
    """Puts a whole run aside, takes it up again, or takes it over."""

    type: Literal["save", "resume", "take_over"]
    reason: Reason | None = None


class End(CommandBody):
    """Ends a run. `undo` names the steps whose side effects are taken back before; left out, the definition says."""

    type: Literal["abort", "close"]
    reasons: Names = []
    text: Annotated[str, Field(max_length=20_000)] | None = None
    undo: Names = []


class Reopen(CommandBody):
    """Opens an ended run again."""

    type: Literal["reopen"]
    reason: Reason | None = None
    reasons: Names = []
    text: Annotated[str, Field(max_length=20_000)] | None = None


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
    | Resend
    | Revoke
    | Approve
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
    | Reopen
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
