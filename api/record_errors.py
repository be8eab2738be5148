"""Records, read with the caller's own rights, and what goes wrong there as problems of this API."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from api.problems import ApiError, Forbidden, NotFound, Unavailable
from definitions.effects import Scopes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.doors import Caller

NOT_FOUND = ("not_found", "unknown_source", "unknown_collection", "no_key")
STATUS = {"out_of_scope": 403, "read_only": 409, "conflict": 409, "source_unavailable": 503}


async def read_record(caller: Caller, collection: str, record: str) -> dict[str, Any]:
    """The fields of one record that the caller's scopes let through. 404 when there is none for this person."""
    scopes, me = await rights(caller)
    with as_problems():
        row = await caller.house.records.get(collection, record, scopes=scopes, me=me)
    if row is None:
        raise NotFound("record", code="record_not_found")
    return row


async def rights(caller: Caller) -> tuple[Scopes, dict[str, Any]]:
    """The caller's scopes and what row expressions read as `me`. 403 for somebody whom no role grants anything."""
    try:
        return await caller.house.people.rights(caller.who.id)
    except LookupError:
        raise Forbidden("No role of yours reads records.") from None


@contextmanager
def as_problems() -> Iterator[None]:
    """Turns an error of the records (`code`, `message`, `errors`) into a problem; anything else passes."""
    try:
        yield
    except ApiError:
        raise
    except Exception as error:
        code, message = getattr(error, "code", None), getattr(error, "message", None)
        if not isinstance(code, str) or not isinstance(message, str):
            raise
        raise problem_of(code, message, getattr(error, "errors", None) or ()) from error


def problem_of(code: str, message: str, errors: Iterable[Any]) -> ApiError:
    """One of the records' own errors, by its code."""
    if code in NOT_FOUND:
        return NotFound("record or collection", code="not_found")
    if STATUS.get(code) == 503:
        return Unavailable(message)
    rows = [error if isinstance(error, dict) else error.to_json() for error in errors]
    return ApiError(message, code=code, status=STATUS.get(code, 422), errors=rows)
