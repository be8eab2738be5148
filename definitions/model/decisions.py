"""Decisions: a step that ends by one of several ports, or by all that hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from definitions.model.base import Condition, Name, Part, StepId, Text, Whole
from definitions.model.common import BaseStep


class Option(Part):
    """One port of a decision. `back_to` opens an earlier step again, at most `max` times."""

    id: StepId
    label: Name | None = None
    color: Name | None = None
    when: Condition | None = None
    back_to: StepId | None = None
    max: Annotated[Whole, Field(ge=1, le=100)] = 3


class DecisionStep(BaseStep):
    """Chooses a port: by a person, by rules in order, or by AI."""

    kind: Literal["decision"] = "decision"
    by: Literal["person", "ai", "rules"] = "person"
    options: Annotated[tuple[Option, ...], Field(min_length=1, max_length=100)]
    otherwise: StepId | None = None
    take: Literal["first", "all"] = "first"
    instruction: Text | None = None
