"""The shapes that go out, for openapi.json and the clients that are generated from it.

Answers are built as plain dicts by the same folds the engine uses; these models describe them and are held to them by a
test, so that no answer is validated twice on the way to the caller.
"""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Out(BaseModel):
    """A shape of an answer; what is not named here does not leave."""

    model_config = ConfigDict(extra="forbid")


class Page(BaseModel, Generic[T]):
    """Every list: a page and the cursor of the next one, or null."""

    items: list[T]
    next: str | None


class ProblemError(BaseModel):
    """One finding of a problem: where and what."""

    path: str
    code: str
    message: str
    hint: str | None = None


class Problem(BaseModel):
    """RFC 9457. Further members (`run`, `blocked_by`, `current`, …) depend on the code."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ProblemError] = []
    run: str | None = None
    trace_id: str


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
    """A phase and how far it is."""

    id: str
    title: str
    status: Literal["open", "in_progress", "completed"]


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


class Round(Out):
    """One execution of a step."""

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


class StepView(Round):
    """A step with its newest round; `can` are the commands this caller may give on it now."""

    id: str
    kind: str
    title: str
    phase: str | None
    blocked_by: list[str]
    due: str | None
    overdue: bool
    proposal: dict[str, Any] | None
    notes: int
    can: list[str]


class Context(Out):
    """What the run knows: its record as last read, and what was asked for at the start."""

    record: dict[str, Any]
    inputs: dict[str, Any]


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


class RunView(RunSummary):
    """A run in full."""

    closing: Closing
    progress: Progress
    current: list[str]
    next: list[str]
    phases: list[PhaseView]
    steps: list[StepView]
    context: Context
    can: list[str]


class Form(Out):
    """What a person fills in: JSON Schema, hints for showing it, and the values it begins with."""

    schema_: dict[str, Any]
    ui: dict[str, Any]
    values: dict[str, Any]

    model_config = ConfigDict(extra="forbid", alias_generator=lambda name: name.rstrip("_"), populate_by_name=True)


class StepDetail(StepView):
    """One step with its form, every round side by side, and its notes (in place of their number)."""

    form: Form | None
    rounds: list[Round]
    notes: list[dict[str, Any]]  # type: ignore[assignment]


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
    """An open step of a run, as work lists show it."""

    run: str
    step: str
    execution: str
    definition: str
    run_name: str
    title: str
    kind: str
    status: str
    assignees: Assignees
    roles: list[str]
    due: str | None
    overdue: bool
    entered_at: str | None
    record: RecordRef | None


class Finding(BaseModel):
    """Something wrong in a document."""

    code: str
    path: str
    message: str
    hint: str
    severity: str = "error"


class Checked(Out):
    """What the checks say of a document."""

    valid: bool
    findings: list[Finding]
    warnings: list[Finding]


class DraftSaved(Out):
    """A draft as it was saved. `draft_etag` goes into `If-Match` of the next change."""

    key: str
    draft_etag: str
    findings: list[Finding]
    warnings: list[Finding]


class PublishedVersion(Out):
    """An immutable version."""

    key: str
    version: int
    hash: str
    warnings: list[Finding] = []


class VersionSummary(Out):
    """A version as lists show it."""

    key: str
    version: int
    hash: str
    published_by: str
    published_at: str


class VersionDetail(VersionSummary):
    """A version with its document as it was given."""

    document: dict[str, Any]


class DefinitionSummary(Out):
    """A definition as lists show it. `version` 0: never published. `draft` says whether there is one."""

    key: str
    name: str
    record: str | None
    teams: list[str]
    version: int
    draft: bool
    archived: bool


class DefinitionDetail(DefinitionSummary):
    """A definition with its newest published document, and its draft for those who may edit it."""

    document: dict[str, Any] | None
    draft_document: dict[str, Any] | None
    draft_etag: str | None


class Change(Out):
    """One difference between two versions."""

    path: str
    change: Literal["added", "removed", "changed"]
    before: Any
    after: Any


class Export(Out):
    """Definitions, and by name what they need to be there."""

    holdfast: Literal[1]
    definitions: list[dict[str, Any]]
    needs: dict[str, list[str]]


class Import(Out):
    """Under which key each definition stands now."""

    map: dict[str, str]


class Template(Out):
    """A definition to begin with."""

    id: str
    name: str
    description: str | None
    document: dict[str, Any]


class StepKind(Out):
    """A kind of step with the JSON Schema of its keys; `available`: whether this release runs it."""

    kind: str
    title: str
    available: bool
    json_schema: dict[str, Any]


class Startable(Out):
    """A definition that may be started on a record."""

    definition: str
    version: int
    name: str


class RecordWorkflows(Out):
    """What can be done, what goes on and what was with a record."""

    startable: list[Startable]
    to_continue: list[RunSummary]
    history: list[RunSummary]


class LogEntry(Out):
    """One interaction. `code` says why, where the outcome is refused."""

    id: int
    at: str
    user: str | None
    teams: list[str]
    action: str
    type: Literal["read", "write"]
    via: str
    outcome: Literal["ok", "refused"]
    code: str | None
    definition: str | None
    run: str | None
    step: str | None
    record: str | None
    trace_id: str | None
    detail: dict[str, Any] | None


class Me(Out):
    """The caller."""

    id: str
    name: str
    email: str | None
    roles: list[str]
    teams: list[str]
    grants: list[str]
    deny: list[str]


class User(Out):
    id: str
    name: str
    email: str | None
    active: bool
    roles: list[str]
    teams: list[str]


class Team(Out):
    id: str
    name: str


class RoleView(Out):
    """Grants and denials are patterns over the operations of the permission table."""

    id: str
    name: str
    grants: list[str]
    deny: list[str]
    scopes: dict[str, Any]
    built_in: bool


class TokenView(Out):
    """A token without its text, which is shown once, when it is made."""

    id: str
    user: str
    name: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class ClosingReason(Out):
    key: str
    title: str
    active: bool


class Source(Out):
    id: str
    read_only: bool


class CollectionName(Out):
    id: str
    source: str
    name: str


class Collection(BaseModel):
    """A collection's fields and relations, as far as the caller's scopes show them."""

    id: str
    fields: list[dict[str, Any]]
    relations: list[dict[str, Any]]
    read_only: bool
    scopes: dict[str, Any] = {}


class Action(BaseModel):
    """A registered action with its JSON Schemas."""

    model_config = ConfigDict(extra="allow")

    name: str
    title: str
    input: dict[str, Any]
    output: dict[str, Any]


class Health(Out):
    """`checks` says which part does not answer."""

    status: Literal["ok", "unavailable"]
    checks: dict[str, bool]
