"""Runs, steps, commands and tasks as they go out."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from api.schemas_compared import Compared
from api.schemas_family import ChildrenView
from api.schemas_handing import Escalated, FormAnswer, FormLink, FormOffered
from api.schemas_out import Out, Problem
from api.schemas_proposals import ApprovalView, Proposal


class RecordRef(Out):
    """The record a run works on."""

    collection: str
    id: str


class Closing(Out):
    """With what a run ended."""

    reasons: list[str]
    text: str | None
    outcome: str | None


class Progress(Out):
    """Steps finished, of all that are not `not_taken`."""

    done: int
    skipped: int
    total: int


class PhaseView(Out):
    """A phase, how far it is, and until when it is to be done."""

    id: str
    title: str
    status: Literal["open", "in_progress", "completed"]
    due: str | None
    progress: Progress


class Attention(BaseModel):
    """Why a step asks for a person."""

    model_config = ConfigDict(extra="allow")

    reason: str
    code: str | None = None
    message: str | None = None


class Assignees(Out):
    """Who is to do it."""

    users: list[str]
    teams: list[str]
    partners: list[str]


class Saved(Out):
    """Who laid the run aside, when and why."""

    by: str | None
    at: str
    reason: str | None


class Amended(Out):
    """Who corrected a finished answer, when and why."""

    by: str | None
    at: str
    reason: str | None


class Errand(Out):
    """What a machine does beside the steps: an automation, an undo, a write to the record, a message to people.

    One that asks for a person (`attention`) takes `retry`, `skip` and `handle_manually` with its `execution`.
    """

    execution: str
    kind: Literal["automation", "undo", "sync", "bind", "notify", "draft", "act"]
    step: str | None
    name: str
    title: str
    action: str
    status: Literal["queued", "running", "attention", "done", "given_up"]
    attention: Attention | None
    output: Any
    asked_at: str
    ended_at: str | None
    ended_by: str | None
    by: str | None
    can: list[str]


class AutomationView(Out):
    """An action that may be run from an open step, with every time it was."""

    id: str
    title: str
    action: str
    runs: list[Errand]


class Round(Out):
    """One execution of a step. `before` is the answer of the round it opens again, `because` why it was not taken.

    `waits` says what a waiting one waits for, `pending` that it counts as done and waits for approval, `doing` what was
    asked of a machine last.
    """

    execution: str
    round: int
    status: str
    attention: Attention | None
    assignees: Assignees
    output: Any
    choice: str | None
    choices: list[str]
    done_by: str | None
    ended_by: str | None
    entered_at: str | None
    started_at: str | None
    ended_at: str | None
    until: str | None
    waits: Literal["timer", "confirm", "approval", "done", "resume", "outside", "event", "journey", "children"] | None
    pending: bool
    doing: Literal["propose", "act"] | None
    claimed_by: str | None
    inbox: str | None
    escalated: Escalated | None
    amended: Amended | None
    before: dict[str, Any] | None
    because: str | None
    via: Literal["journey"] | None
    links: list[FormLink]
    submitted: list[FormAnswer]


class StepView(Round):
    """A step with its newest round; `can` are the commands this caller may give on it now."""

    id: str
    kind: str
    title: str
    description: str | None
    button: str | None
    color: str | None
    phase: str | None
    skippable: bool
    roles: list[str]
    after: list[str]
    blocked_by: list[str]
    due: str | None
    overdue: bool
    proposal: Proposal | None
    approval: ApprovalView | None
    notes: int
    journeys: list[FormOffered]
    automations: list[AutomationView]
    children: ChildrenView | None
    errands: list[Errand]
    can: list[str]


class Context(Out):
    """What the run knows: its record as last read, and what was asked for at the start."""

    record: dict[str, Any]
    inputs: dict[str, Any]


class EngineFlag(Out):
    """What is wrong with the run in Temporal or in its record: by code, and in words (docs/record.md)."""

    flag: str
    message: str


class RunSummary(Out):
    """A run as lists show it."""

    id: str
    definition: str
    version: int
    name: str
    record: RecordRef | None
    status: Literal["running", "waiting", "saved", "completed", "aborted"]
    attention: bool
    holder: str | None
    labels: list[str]
    started_at: str | None
    started_by: str | None
    ended_at: str | None
    due: str | None
    seq: int
    engine: EngineFlag | None = None


class RunCounts(Out):
    """How many runs of one definition stand how. `attention` counts those of them that ask for a person's help."""

    definition: str
    running: int
    waiting: int
    saved: int
    completed: int
    aborted: int
    attention: int


class RunView(RunSummary):
    """A run in full. `ending` says how it will end once its side effects are taken back; `notes` counts its own."""

    saved: Saved | None
    ending: Literal["abort", "close"] | None
    purposes: list[str]
    assignees: Assignees
    closing: Closing
    closing_reasons: list[str]
    progress: Progress
    current: list[str]
    next: list[str]
    phases: list[PhaseView]
    steps: list[StepView]
    errands: list[Errand]
    context: Context
    notes: int
    can: list[str]


class NoteView(Out):
    """What somebody wrote on a run or one of its steps, as markdown."""

    id: str
    step: str | None
    text: str
    by: str | None
    at: str


class Form(Out):
    """What a person fills in: JSON Schema, hints for showing it, and the values it begins with."""

    schema_: dict[str, Any]
    ui: dict[str, Any]
    values: dict[str, Any]

    model_config = ConfigDict(extra="forbid", alias_generator=lambda name: name.rstrip("_"), populate_by_name=True)


class Draft(Out):
    """A half-filled form, who saved it, and when."""

    output: dict[str, Any]
    etag: str
    by: str
    at: str


class JourneyForm(FormOffered):
    """The same with the form itself and its link, for who may complete the task; null for others."""

    form: Form | None
    link: str | None
    link_path: str | None


class StepDetail(StepView):
    """One step with its form, every round side by side, and its notes (in place of their number).

    `draft` is what was saved of the form, for who may complete the step. So are `link` and `link_path`: where somebody
    outside fills it in; so do the `journeys` of a task, whose forms may be opened here too. `compared`: what the rules
    of a decision read each time.
    """

    form: Form | None
    rounds: list[Round]
    compared: list[Compared]
    notes: list[NoteView]  # type: ignore[assignment]
    draft: Draft | None
    link: str | None
    link_path: str | None
    journeys: list[JourneyForm]  # type: ignore[assignment]


class EventView(BaseModel):
    """One fact of a run."""

    seq: int
    type: str
    at: str
    step: str | None = None
    execution: str | None = None
    actor: str | None = None
    command: str | None = None
    data: dict[str, Any] = {}


class CommandApplied(Out):
    """The command was carried out; the run as it is now."""

    command: str
    outcome: Literal["applied"]
    run: RunView


class CommandReceived(Out):
    """The command is stored and will be carried out, in order, once."""

    command: str
    outcome: Literal["received"]


class CommandState(Out):
    """What became of a command."""

    command: str
    run: str
    type: str
    outcome: Literal["received", "applied", "refused"]
    refusal: dict[str, Any] | None
    at: str
    by: str


class BatchResult(BaseModel):
    """One of a batch, judged alone."""

    command: str | None
    run: str | None
    status: int
    outcome: str | None = None
    problem: Problem | None = None


class BatchAnswer(Out):
    """The results in the order of the commands."""

    results: list[BatchResult]


class Task(Out):
    """An open step of a run, as work lists show it. `attention`: the reason why it asks for a person."""

    run: str
    step: str
    execution: str
    definition: str
    run_name: str
    title: str
    kind: str
    status: str
    attention: str | None
    assignees: Assignees
    roles: list[str]
    due: str | None
    overdue: bool
    manual: bool
    entered_at: str | None
    record: RecordRef | None


class Startable(Out):
    """A definition that may be started on a record. `asks`: the start takes inputs or purposes.

    `opens`: opening the record begins it, since it is linked to records of this work type.
    """

    definition: str
    version: int
    name: str
    asks: bool
    opens: bool


class Opened(Out):
    """What opening a record came to; `startable` where several may begin and none did."""

    run: RunView | None
    startable: list[Startable]


class RecordWorkflows(Out):
    """What can be done, what goes on and what was with a record."""

    startable: list[Startable]
    to_continue: list[RunSummary]
    history: list[RunSummary]
