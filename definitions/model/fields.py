"""Fields: what is asked of a person, at the start, in a task, in a journey, and of a model with a typed answer."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from definitions.model.base import (
    LIST_LENGTH,
    Bound,
    CollectionName,
    Condition,
    Listed,
    Name,
    Part,
    StepId,
    Text,
    Value,
)

FieldType = Literal[
    "text", "long_text", "number", "integer", "money", "boolean", "choice", "choices", "date", "datetime", "duration",
    "email", "phone", "url", "record", "info", "checklist", "table", "pictures", "file", "signature", "location",
    "barcode", "stopwatch",
]  # fmt: skip
FIELD_TYPES: tuple[str, ...] = get_args(FieldType)


def _field_type(value: str) -> str:
    if value not in FIELD_TYPES:
        raise PydanticCustomError("unknown_type", "{value} is no type of field", {"value": repr(value)})
    return value


class FormField(Part):
    """One field. `min` and `max` bound a number, a date, the length of a text, or the count of a list.

    `fields` are the columns of a `table`; `timer` names what a `stopwatch` times; `collection` is where a `record` is
    looked up (the run's own where left out); `bind` is the field of the run's record that is shown and written back.
    """

    id: StepId
    type: Annotated[str, AfterValidator(_field_type), Field(json_schema_extra={"enum": list(FIELD_TYPES)})]
    label: Name | None = None
    help: Text | None = None
    required: Condition = False
    visible: Condition = True
    editable: Condition = True
    default: Value = None
    min: Bound | None = None
    max: Bound | None = None
    pattern: Text | None = None
    options: Listed | None = None
    fields: tuple[FormField, ...] = Field(default=(), max_length=LIST_LENGTH)
    bind: Name | None = None
    timer: StepId | None = None
    collection: CollectionName | None = None


FormFields = Annotated[tuple[FormField, ...], Field(max_length=LIST_LENGTH)]
