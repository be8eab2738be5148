"""What every kind of step understands."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from definitions.model.base import (
    ActionName,
    Condition,
    Flag,
    Name,
    Names,
    OneOrMore,
    Part,
    StepId,
    Text,
    Value,
    Values,
    Whole,
    Written,
)


class Assign(Part):
    """For whom a step, phase or run is. `from` is an expression, resolved when the step becomes current and kept."""

    users: Names = ()
    teams: Names = ()
    partners: Names = ()
    from_: Value = Field(default=None, alias="from")


class Due(Part):
    """When something should be finished: an offset from an anchor, or a date."""

    in_: Name | None = Field(default=None, alias="in")
    from_: Name | None = Field(default=None, alias="from")
    at: Written | None = None
    calendar: Name | None = None


class OnOverdue(Part):
    """What happens when the due date passes."""

    notify: Value = None
    assign: Assign | None = None
    goto_inbox: Name | None = None


class AudienceView(Part):
    """How somebody outside is shown the step."""

    label: Name | None = None
    description: Text | None = None
    can_complete: Flag = False


class Audience(Part):
    """Who outside is shown the step."""

    customer: AudienceView | None = None
    partner: AudienceView | None = None


class Automation(Part):
    """An action a person can run from the step, beside completing it."""

    id: StepId
    title: Name | None = None
    action: ActionName
    with_: Values = Field(default_factory=dict, alias="with")


class Schedule(Part):
    """When the step runs by itself: after a delay, or before or after a date or step."""

    in_: Name | None = Field(default=None, alias="in")
    before: Written | None = None
    after: Written | None = None
    by: Name | None = None


class Retry(Part):
    """How often and for how long a machine tries before it asks for a person."""

    attempts: Annotated[Whole, Field(ge=1, le=100)] | None = None
    within: Name | None = None


class UndoAction(Part):
    """The action that takes a step's side effect back; `output` is the step's own output there."""

    action: ActionName
    with_: Values = Field(default_factory=dict, alias="with")


class Approval(Part):
    """Who must agree before the side effect happens."""

    roles: Names = ()
    teams: Names = ()
    count: Annotated[Whole, Field(ge=1, le=100)] = 1
    self_: Flag = Field(default=False, alias="self")
    wait: Flag = True
    when: Condition | None = None


class BaseStep(Part):
    """The keys of every kind. `after` None means: left out; () means: at the start of its phase, or of the run."""

    id: StepId
    title: Name | None = None
    description: Text | None = None
    phase: StepId | None = None
    purposes: Names = ()
    after: OneOrMore | None = None
    join: Literal["all", "any"] = "all"
    when: Condition | None = None
    skippable: Flag = False
    assign: Assign | None = None
    roles: Names = ()
    due: Due | None = None
    on_overdue: OnOverdue | None = None
    audience: Audience | None = None
    automations: tuple[Automation, ...] = ()
    schedule: Schedule | None = None
    execute: Literal["manual", "assisted", "automatic"] | None = None
    advance: Literal["automatic", "manual"] = "automatic"
    button: Name | None = None
    color: Name | None = None
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    timeout: Name | None = None
    retry: Retry | None = None
    undo: UndoAction | None = None
    approval: Approval | None = None
