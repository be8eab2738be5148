"""Large values leave a result before it enters the history, and come back before the effect that needs them.

Temporal refuses a payload of 2 MB, and a history of 50 MB ends its run; a value that travels with every step would get
there soon. So of a result only what is small stays: each larger value is stored in the blob store, and a reference
stands in its place (definitions/references.py); which those are is said in definitions/apart.py.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

from temporalio.exceptions import ApplicationError

from activities.errors import ActionError, NotDone, Unusable
from activities.ports import BlobMissing, Blobs
from activities.result import shown_size
from definitions.apart import StillTooLarge, set_apart
from definitions.references import Reference, references
from definitions.wire import VALUE_LIMIT, EffectCall

INPUT_LIMIT = 32 * 2**20
"""Bytes of all values that one effect may be given by reference: they stand in the worker's memory together."""


async def referenced(result: dict[str, Any], run: str, blobs: Blobs) -> dict[str, Any]:
    """The result as the history gets it: at most VALUE_LIMIT, its large values stored.

    Raises Unusable `output_too_large` when too much is left, and ApplicationError `blobs_unavailable` when they cannot
    be stored: then it was done and nobody has the result, so only what is repeatable is tried again.
    """
    try:
        kept, contents = set_apart(result)
    except StillTooLarge as error:
        left, limit = shown_size(error.left), shown_size(VALUE_LIMIT)
        text = f"The result is too large: {left} in small values, and {limit} is the limit."
        raise Unusable("output_too_large", text) from None
    try:
        for content in contents:
            await blobs.put(run, content)
    except Exception as error:
        text = f"It was done, but its large values cannot be stored ({type(error).__name__})."
        raise ApplicationError(text, type="blobs_unavailable") from None
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
