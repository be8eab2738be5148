"""Large values leave a result before it enters the history, and come back before the effect that needs them.

Temporal refuses a payload of 2 MB, and a history of 50 MB ends its run; a value that travels with every step would get
there soon. So of a result only what is small stays: each larger value is stored in the blob store, and a reference
stands in its place (definitions/references.py). An object is kept open as long as its small members fit, so that a rule
can still read `body.total` beside a `body.items` of a megabyte; a list and a text go as a whole.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from typing import Any

from temporalio.exceptions import ApplicationError

from activities.errors import ActionError, NotDone, Unusable
from activities.ports import BlobMissing, Blobs
from activities.result import shown_size
from definitions.references import Reference, references
from definitions.wire import INLINE_LIMIT, VALUE_LIMIT, EffectCall

INPUT_LIMIT = 32 * 2**20
"""Bytes of all values that one effect may be given by reference: they stand in the worker's memory together."""

SMALLEST = 4 * 2**10
"""Bytes below which a value is never stored apart, so that a result of countless small ones is refused instead."""


@dataclass(frozen=True, slots=True)
class _Large:
    """A value that will be stored, in the place where it stood."""

    value: Any
    content: bytes


async def referenced(result: dict[str, Any], run: str, blobs: Blobs) -> dict[str, Any]:
    """The result as the history gets it: at most VALUE_LIMIT, its large values stored.

    Raises Unusable `output_too_large` when too much is left, and ApplicationError `blobs_unavailable` when they cannot
    be stored: then it was done and nobody has the result, so only what is repeatable is tried again.
    """
    if len(_bytes(result)) <= INLINE_LIMIT:
        return result
    planned = _planned(result)
    try:
        kept = await _stored(planned, run, blobs)
    except Exception as error:
        text = f"It was done, but its large values cannot be stored ({type(error).__name__})."
        raise ApplicationError(text, type="blobs_unavailable") from None
    assert isinstance(kept, dict)
    return kept


async def resolved(call: EffectCall, blobs: Blobs) -> EffectCall:
    """The call with its values in place of their references; the call itself when it has none.

    Raises NotDone `blob_missing` or `blobs_unavailable`, and ActionError `input_too_large`.
    """
    asked = list(references(call.input))
    if not asked:
        return call
    if (total := sum(each.size for each in asked)) > INPUT_LIMIT:
        limit = shown_size(INPUT_LIMIT)
        raise ActionError("input_too_large", f"The step is given {shown_size(total)}, and {limit} is the limit.")
    distinct = list(dict.fromkeys(asked))
    values = await asyncio.gather(*(_fetched(each, call.run, blobs) for each in distinct))
    return replace(call, input=_filled(call.input, dict(zip(distinct, values, strict=True))))


def _planned(result: dict[str, Any]) -> dict[str, Any]:
    """The result with `_Large` where a value will go: all above INLINE_LIMIT, then the largest until it fits."""
    kept = _opened(result)
    sizes = {key: _weight(member) for key, member in kept.items()}
    left = _weight(kept)
    for key in sorted(sizes, key=lambda each: -sizes[each]):
        if left <= VALUE_LIMIT or sizes[key] < SMALLEST:
            break
        kept[key] = _Large(result[key], _bytes(result[key]))
        left += _weight(kept[key]) - sizes[key]
    if left > VALUE_LIMIT:
        text = (
            f"The result is too large: {shown_size(left)} in small values, and {shown_size(VALUE_LIMIT)} is the limit."
        )
        raise Unusable("output_too_large", text)
    return kept


def _opened(members: dict[str, Any]) -> dict[str, Any]:
    return {key: _shrunk(member) for key, member in members.items()}


def _shrunk(value: Any) -> Any:
    content = _bytes(value)
    if len(content) <= INLINE_LIMIT:
        return value
    if isinstance(value, dict) and _weight(opened := _opened(value)) <= INLINE_LIMIT:
        return opened
    return _Large(value, content)


def _weight(planned: Any) -> int:
    """Bytes that a planned value takes in the history."""
    return len(_bytes(planned))


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_placeholder).encode()


def _placeholder(large: _Large) -> dict[str, Any]:
    return Reference("0" * 64, len(large.content), _type(large.value)).to_json()


def _type(value: Any) -> str:
    return "string" if isinstance(value, str) else "object" if isinstance(value, dict) else "array"


async def _stored(planned: Any, run: str, blobs: Blobs) -> Any:
    match planned:
        case _Large(value, content):
            return Reference(await blobs.put(run, content), len(content), _type(value)).to_json()
        case dict():
            return {key: await _stored(member, run, blobs) for key, member in planned.items()}
        case _:
            return planned


async def _fetched(reference: Reference, run: str, blobs: Blobs) -> Any:
    try:
        content = await blobs.get(run, reference.sha256)
    except BlobMissing:
        text = f"A value of this step ({shown_size(reference.size)}) is not in the blob store, or is damaged."
        raise NotDone(text, code="blob_missing") from None
    except Exception:
        raise NotDone("The blob store does not answer at the moment.", code="blobs_unavailable") from None
    if len(content) != reference.size:
        raise NotDone("A value of this step is not the one its reference tells of.", code="blob_missing")
    return json.loads(content)


def _filled(value: Any, values: dict[Reference, Any]) -> Any:
    match value:
        case dict():
            found = Reference.of(value)
            return values[found] if found else {key: _filled(member, values) for key, member in value.items()}
        case list() | tuple():
            return [_filled(item, values) for item in value]
        case _:
            return value
