"""Steps that move the run itself: waiting, child runs, the end."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from definitions.model.base import Condition, Flag, Key, Listed, Name, Part, Value, Values, Whole, Written
from definitions.model.common import BaseStep


class EventWait(Part):
    """The event to wait for, and which of its kind; `event` is in scope of `match`."""

    name: Name
    match: Condition | None = None


class WaitStep(BaseStep):
    """Timer, date or event. `before` and `after_date` name a date that `by` is counted from."""

    kind: Literal["wait"] = "wait"
    for_: Written | None = Field(default=None, alias="for")
    until: Written | None = None
    before: Written | None = None
    after_date: Written | None = None
    by: Name | None = None
    event: EventWait | None = None
    expires: Written | None = None


class WorkflowStep(BaseStep):
    """Another definition as a child run."""

    kind: Literal["workflow"] = "workflow"
    definition: Key
    version: Annotated[Whole, Field(ge=1)] | None = None
    record: Value = None
    inputs: Values = Field(default_factory=dict)
    each: Listed | None = None
    at_once: Annotated[Whole, Field(ge=1, le=100)] | None = None
    detach: Flag = False


class EndStep(BaseStep):
    """Ends the run here."""

    kind: Literal["end"] = "end"
    outcome: Written | None = None
    reason: Written | None = None
