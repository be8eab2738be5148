"""Steps that a person does: in the console, outside by a signed link, or from an inbox."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from definitions.model.base import Flag, Name, Part, StepId, Text, Value, Values, Written
from definitions.model.common import BaseStep
from definitions.model.fields import FormFields


class Draft(Part):
    """How AI drafts the fields of a task."""

    instruction: Text


class Journey(Part):
    """A form a person opens from a task, or sends by a signed link."""

    id: StepId
    title: Name | None = None
    fields: FormFields
    to: Written | None = None
    complete: Flag = True


class TaskStep(BaseStep):
    """A person does something, and may fill in a form."""

    kind: Literal["task"] = "task"
    fields: FormFields = ()
    draft: Draft | None = None
    prefill: Values = Field(default_factory=dict)
    journeys: tuple[Journey, ...] = ()
    final: Flag = False


class JourneyStep(BaseStep):
    """A form filled in by somebody outside."""

    kind: Literal["journey"] = "journey"
    fields: FormFields = ()
    to: Written | None = None
    expires: Name | None = None
    remind: Value = None


class EscalateStep(BaseStep):
    """Puts the run in an inbox for somebody else."""

    kind: Literal["escalate"] = "escalate"
    inbox: Name
    reason: Written | None = None
