"""Steps that read and write records."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from definitions.model.base import CollectionName, Flag, Listed, Name, Names, Text, Value, Values, Whole
from definitions.model.common import BaseStep

ROWS_LIMIT = 200


class GetDataStep(BaseStep):
    """Reads a record, or rows; the run's own record where nothing is named."""

    kind: Literal["get_data"] = "get_data"
    collection: CollectionName | None = None
    record: Value = None
    where: Values | None = None
    fields: Names = ()
    many: Flag = False
    limit: Annotated[Whole, Field(ge=1, le=ROWS_LIMIT)] | None = None
    instruction: Text | None = None


class LoadRelatedStep(BaseStep):
    """Follows a relation of the run's record."""

    kind: Literal["load_related"] = "load_related"
    relation: Name
    choose: Literal["person", "ai", "only"] = "person"
    instruction: Text | None = None


class UpdateDataStep(BaseStep):
    """Writes fields; null clears one."""

    kind: Literal["update_data"] = "update_data"
    collection: CollectionName | None = None
    record: Value = None
    set: Values = Field(default_factory=dict)
    instruction: Text | None = None
    create: Flag = False
    each: Listed | None = None
