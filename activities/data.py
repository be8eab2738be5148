"""`holdfast.get_data`, `holdfast.load_related` and `holdfast.update_data`:

a step reads or writes records, with the rights of the person who acts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, model_validator
from temporalio import activity

from activities.errors import ActionError, NotDone, Refused
from activities.ports import People
from activities.records import RecordError, Records
from activities.records.inserts import ROWS_LIMIT
from activities.registry import parse_input
from definitions import wire
from definitions.effects import Scopes
from definitions.wire import EffectCall


def _as_id(value: Any) -> Any:
    """Ids are text; a definition may well name one by its number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Id = Annotated[str, BeforeValidator(_as_id), Field(min_length=1, max_length=500)]


class GetData(BaseModel):
    """One row by `record`, or rows by `where` (field -> value, list of values, or null for empty)."""

    collection: str
    record: Id | None = None
    where: dict[str, Any] | None = None
    fields: list[str] | None = None
    many: bool = False
    limit: int = Field(default=50, ge=1, le=200)


class LoadRelated(BaseModel):
    """The rows that a relation leads to from one record."""

    collection: str
    record: Id
    relation: str
    fields: list[str] | None = None
    limit: int = Field(default=50, ge=1, le=200)


class Item(BaseModel):
    """What is written for one item of a list."""

    record: Id | None = None
    set: dict[str, Any]


class UpdateData(BaseModel):
    """The fields to write into one row (null clears), or with `create` to make one of; with `items` one row for each.

    Several rows are one transaction: all of them are written, or none.
    """

    collection: str
    record: Id | None = None
    set: dict[str, Any] | None = None
    create: bool = False
    items: list[Item] | None = Field(default=None, max_length=ROWS_LIMIT)

    @model_validator(mode="after")
    def _names_rows(self) -> UpdateData:
        if (self.set is None) == (self.items is None):
            raise ValueError("takes either 'set' or 'items'")
        named = [each.record is not None for each in self.rows()]
        if self.create and any(named):
            raise ValueError("a new row is made, and one that is there is named")
        if not self.create and not all(named):
            raise ValueError("it is not said which row to write")
        return self

    def rows(self) -> list[Item]:
        """Each row to write or make."""
        return [Item(record=self.record, set=self.set or {})] if self.items is None else self.items


def data_activities(records: Records, people: People) -> list[Callable[..., Any]]:
    """The three activities over those records. Their results: the fields by name, or `{rows: […]}` for many."""

    @activity.defn(name=wire.ACTIVITY_GET_DATA)
    async def get_data(call: dict[str, Any]) -> dict[str, Any]:
        return await read_data(records, people, EffectCall.from_json(call))

    @activity.defn(name=wire.ACTIVITY_UPDATE_DATA)
    async def update_data(call: dict[str, Any]) -> dict[str, Any]:
        return await write_data(records, people, EffectCall.from_json(call))

    @activity.defn(name=wire.ACTIVITY_LOAD_RELATED)
    async def load_related(call: dict[str, Any]) -> dict[str, Any]:
        return await follow_relation(records, people, EffectCall.from_json(call))

    return [get_data, update_data, load_related]


async def read_data(records: Records, people: People, call: EffectCall) -> dict[str, Any]:
    """What the step asked for.

    Raises ActionError: `not_found`, `not_unique`, `not_allowed`, or a code of RecordError.
    """
    asked = parse_input(GetData, call.input)
    scopes, me = await rights(people, call.acting)
    try:
        if asked.record is not None and not asked.many:
            return await records.read(asked.collection, asked.record, scopes=scopes, me=me, fields=asked.fields)
        if asked.record is None and asked.where is None and not asked.many:
            raise ActionError("not_found", f"No record of {asked.collection} is named.")
        return await _read_rows(records, asked, scopes, me)
    except RecordError as error:
        raise as_action_error(error) from None


async def _read_rows(records: Records, asked: GetData, scopes: Scopes, me: dict[str, Any]) -> dict[str, Any]:
    where = dict(asked.where or {})
    if asked.record is not None:
        told = await records.describe(asked.collection)
        where |= {field["name"]: asked.record for field in told["fields"] if field["primary"]}
    limit = asked.limit if asked.many else 2
    rows, _ = await records.rows(asked.collection, where=where, limit=limit, fields=asked.fields, scopes=scopes, me=me)
    if asked.many:
        return {"rows": rows}
    if not rows:
        raise ActionError("not_found", f"No row of {asked.collection} matches.")
    if len(rows) > 1:  # taking the first would let the order of keys decide
        raise ActionError("not_unique", f"Several rows of {asked.collection} match; ask for many, or for less.")
    return rows[0]


async def follow_relation(records: Records, people: People, call: EffectCall) -> dict[str, Any]:
    """`{rows: […]}`, in the order of their keys. Raises ActionError as above."""
    asked = parse_input(LoadRelated, call.input)
    scopes, me = await rights(people, call.acting)
    bounds: dict[str, Any] = {"scopes": scopes, "me": me, "fields": asked.fields, "limit": asked.limit}
    try:
        return {"rows": await records.related(asked.collection, asked.record, asked.relation, **bounds)}
    except RecordError as error:
        raise as_action_error(error) from None


async def write_data(records: Records, people: People, call: EffectCall) -> dict[str, Any]:
    """Writes the fields, or makes the row, and answers it as stored; `{rows: […]}` for each item of a list.

    Raises ActionError as above.
    """
    asked = parse_input(UpdateData, call.input)
    scopes, me = await rights(people, call.acting)
    try:
        if asked.create:
            keyed = [(f"{call.key}:{place}", each.set) for place, each in enumerate(asked.rows())]
            rows = await records.create_all(asked.collection, keyed, scopes=scopes, me=me)
        else:
            changes = [(each.record or "", each.set) for each in asked.rows()]
            rows = await records.update_all(asked.collection, changes, scopes=scopes, me=me)
    except RecordError as error:
        raise as_action_error(error) from None
    return rows[0] if asked.items is None else {"rows": rows}


async def rights(people: People, actor: str) -> tuple[Scopes, dict[str, Any]]:
    """The person's scopes and `me`, now.

    Raises Refused for a stranger, NotDone when they cannot be read: fails closed.
    """
    try:
        return await people.rights(actor)
    except LookupError:
        raise Refused(f"{actor!r} has no rights any more.") from None
    except Exception:
        raise NotDone("Rights cannot be read at the moment.", code="ledger_unavailable") from None


def as_action_error(error: RecordError) -> ActionError:
    """The same refusal in the words of effects.

    An unreachable source is tried again: reads and pinned writes repeat.
    """
    match error.code:
        case "out_of_scope":
            return Refused(error.message)
        case "source_unavailable":
            return NotDone(error.message, code=error.code)
        case _:
            return ActionError(error.code, error.message, errors=error.errors)
