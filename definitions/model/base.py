"""The words all parts of the model are made of.

Every class of the model is frozen and refuses keys it does not know. Types are strict where a slip would pass unseen
(`skippable: "no"` is no boolean), and loose where an expression may stand: such values stay as the author wrote them.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Strict, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

NAME_LENGTH = 200
TEXT_LENGTH = 20_000
LIST_LENGTH = 1_000

STEP_ID = r"^[a-z][a-z0-9_]{0,62}$"
DEFINITION_KEY = r"^[a-z][a-z0-9-]{0,62}$"
COLLECTION = r"^[a-z][a-z0-9_]{0,62}\.[A-Za-z_][A-Za-z0-9_]{0,62}$"
ACTION_NAME = r"^[A-Za-z][A-Za-z0-9_-]{0,62}(\.[A-Za-z][A-Za-z0-9_-]{0,62}){0,4}$"
EXPRESSION_SCHEMA = {"type": "string", "pattern": "^="}


class Part(BaseModel):
    """A piece of a definition: never changed once read, and without a key the language does not have."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)


def _one_line(text: str) -> str:
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise PydanticCustomError("control_character", "a name has no line breaks or control characters")
    return text


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _condition(value: Any) -> Any:
    if isinstance(value, bool) or (isinstance(value, str) and value.startswith("=")):
        return value
    raise PydanticCustomError("condition", "must be true, false or an expression that begins with '='")


def _bound(value: Any) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number or isinstance(value, str):
        return value
    raise PydanticCustomError("bound", "must be a number, a date or an expression that begins with '='")


def _written(value: Any) -> Any:
    if isinstance(value, str) and value:
        return value
    raise PydanticCustomError("written", "must be a text, or an expression that begins with '='")


def _listed(value: Any) -> Any:
    if isinstance(value, list | tuple) or (isinstance(value, str) and value.startswith("=")):
        return value
    raise PydanticCustomError("listed", "must be a list, or an expression that begins with '='")


StepId = Annotated[str, StringConstraints(pattern=STEP_ID)]
Key = Annotated[str, StringConstraints(pattern=DEFINITION_KEY)]
CollectionName = Annotated[str, StringConstraints(pattern=COLLECTION)]
ActionName = Annotated[str, StringConstraints(pattern=ACTION_NAME)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_LENGTH), AfterValidator(_one_line)]
Text = Annotated[str, StringConstraints(max_length=TEXT_LENGTH)]
Names = tuple[Name, ...]
OneOrMore = Annotated[tuple[Name, ...], BeforeValidator(_as_list)]
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]

_SCALAR_OR = [{"type": "number"}, {"type": "string"}]
Condition = Annotated[
    Any, AfterValidator(_condition), WithJsonSchema({"anyOf": [{"type": "boolean"}, EXPRESSION_SCHEMA]})
]
"""True, false, or an expression."""
Bound = Annotated[Any, AfterValidator(_bound), WithJsonSchema({"anyOf": _SCALAR_OR})]
"""A number, a date, or an expression."""
Written = Annotated[Any, AfterValidator(_written), WithJsonSchema({"type": "string"})]
"""A text, which may be an expression or hold some."""
Listed = Annotated[Any, AfterValidator(_listed), WithJsonSchema({"anyOf": [{"type": "array"}, EXPRESSION_SCHEMA]})]
"""A list, or an expression that gives one."""
Value = Any
"""Anything JSON holds; texts in it may be expressions."""
Values = dict[str, Any]
"""A map of such values."""
