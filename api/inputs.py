"""What is asked for at the start of a run, answered: checked like any form, before there is a run at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api import named
from api.commands import policy_for
from api.problems import Invalid
from api.record_errors import read_record
from api.versions import Published
from definitions.engine.graph import input_fields
from definitions.forms import check_answer

if TYPE_CHECKING:
    from api.doors import Caller


async def checked_inputs(
    caller: Caller, published: Published, given: dict[str, Any], scope: dict[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The inputs as the run will keep them, and the files they name. Raises Invalid with every finding at once."""
    fields, own = published.graph.document.inputs, published.graph.document.record
    async with caller.house.store.reading() as session:
        policy = await policy_for(session, caller.who, published)
    found = await named.look(caller, fields, given, own, "/inputs")
    inside = {**scope, "policy": policy}
    kept, problems = check_answer(fields, found.answer, inside, published.graph.trees, "/inputs", base="/inputs")
    errors = [*(problem.to_json() for problem in problems), *found.problems]
    if errors:
        raise Invalid(f"The inputs are not complete: {errors[0]['message']}", code="invalid_inputs", errors=errors)
    return kept, found.files


async def input_records(caller: Caller, published: Published, inputs: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Of the records that inputs name, the fields that the definition reads, as this person sees them now.

    Only where it reads some. A field outside of the person's rights is not there. Raises NotFound.
    """
    graph, found = published.graph, {}
    wanted = input_fields(graph.trees)
    for each in graph.document.inputs:
        collection = each.collection or graph.document.record
        if each.type == "record" and collection and each.id in wanted and isinstance(inputs.get(each.id), str):
            row = await read_record(caller, collection, inputs[each.id])
            found[each.id] = {name: row[name] for name in wanted[each.id] if name in row}
    return found
