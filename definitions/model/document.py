"""The document: one workflow definition, as its author wrote it."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from definitions.model.base import CollectionName, Flag, Key, Name, Names, OneOrMore, Part, StepId, Text, Values, Whole
from definitions.model.common import Assign, Due
from definitions.model.decisions import DecisionStep
from definitions.model.fields import FormFields
from definitions.model.flow import EndStep, WaitStep, WorkflowStep
from definitions.model.machines import ActionStep, AiStep, McpStep
from definitions.model.people import EscalateStep, JourneyStep, TaskStep
from definitions.model.records import GetDataStep, LoadRelatedStep, UpdateDataStep
from definitions.model.start import Start

LANGUAGE_VERSION = 1

AnyStep = (
    TaskStep
    | DecisionStep
    | GetDataStep
    | LoadRelatedStep
    | UpdateDataStep
    | ActionStep
    | McpStep
    | AiStep
    | JourneyStep
    | WaitStep
    | WorkflowStep
    | EscalateStep
    | EndStep
)
Step = Annotated[AnyStep, Field(discriminator="kind")]
KINDS: tuple[str, ...] = tuple(kind.model_fields["kind"].default for kind in get_args(AnyStep))
"""Every kind of step the language has, in the order of LANGUAGE.md."""

SyncEvent = Literal[
    "run.started", "run.completed", "run.aborted", "run.reopened", "run.assigned", "run.due_changed", "run.handed_over",
    "step.changed", "step.current", "step.done", "step.skipped", "step.in_progress", "step.on_hold",
    "phase.changed", "phase.done", "phase.in_progress",
]  # fmt: skip


class Phase(Part):
    """Groups steps. It is entered at its first step and left when all its steps are finished."""

    id: StepId
    title: Name | None = None
    description: Text | None = None
    due: Due | None = None
    assign: Assign | None = None
    after: OneOrMore | None = None
    purposes: Names = ()


class ClosingReasons(Part):
    """Which reasons of the organisation's library this workflow closes with, how many, and when one is required."""

    reasons: Names
    choose: Literal["one", "many"] = "one"
    required_on: tuple[Literal["complete", "abort"], ...] = ()


class Sync(Part):
    """A write to the run's record when something happens to the run."""

    event: SyncEvent
    step: StepId | None = None
    phase: StepId | None = None
    set: Values


class Document(Part):
    """One version of one workflow definition."""

    holdfast: Annotated[Whole, Field(ge=1, le=LANGUAGE_VERSION)]
    key: Key
    name: Name
    description: Text | None = None
    record: CollectionName | None = None
    labels: Names = ()
    timezone: Name | None = None
    teams: Names = ()
    start: Start = Field(default_factory=Start)
    inputs: FormFields = ()
    sequential: Flag = False
    purposes: Names = ()
    phases: Annotated[tuple[Phase, ...], Field(max_length=1_000)] = ()
    assign: Assign | None = None
    due: Due | None = None
    closing_reasons: ClosingReasons | None = None
    sync: tuple[Sync, ...] = ()
    exclusive: Flag = False
    revise: Literal["after", "dependents"] = "after"
    on_abort: Literal["keep", "undo"] = "keep"
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
