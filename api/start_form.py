"""What a start asks for, before there is a run: the form of its inputs as it is for this person and record now.

It is the form that the start itself will be judged by. It also says what would come in the way: that the definition
does not offer itself for the record, and which open run stands on it already.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from api.answers import subject_of
from api.commands import policy_for
from api.doors import Caller
from api.forms_view import inputs_form
from api.reads import summary
from api.schemas import StartRun
from api.starts import is_offered, published_for, record_for, to_continue
from api.versions import Published
from definitions.model import DecisionStep, TaskStep


async def start_form(caller: Caller, definition: str, record: str | None) -> dict[str, Any]:
    """`GET /v1/definitions/{key}/start`. Raises ApiError: 403, 404, 422 as the start itself would."""
    caller.about.definition = definition
    asked = StartRun(definition=definition, record=record, on_open="conflict")
    published = await published_for(caller, asked)
    fields = await record_for(caller, published, asked)
    async with caller.house.store.reading() as session:
        policy = await policy_for(session, caller.who, published)
    scope = {"record": {**fields, "id": record} if record else {}, "now": datetime.now(UTC), "policy": policy}
    running = await to_continue(caller, published, asked) if record else None
    document = published.graph.document
    return {
        "definition": published.key,
        "version": published.version,
        "name": document.name,
        "description": document.description,
        "record": document.record,
        "offered": is_offered(published, {**scope, "policy": {}}),
        "open": summary(running) if running is not None and caller.may("run.view", subject_of(running)) else None,
        "purposes": purposes_of(published),
        "steps": [
            {"id": step.id, "title": step.title or step.id}
            for step in document.steps
            if isinstance(step, TaskStep | DecisionStep)
        ],
        "form": inputs_form(published.graph, scope),
    }


def purposes_of(published: Published) -> list[str]:
    """Every purpose that a start may name, in the order of the document."""
    document = published.graph.document
    parts = [purpose for part in (*document.phases, *document.steps) for purpose in part.purposes]
    return list(dict.fromkeys([*document.purposes, *parts]))


def asks(published: Published) -> bool:
    """Whether a start asks something of a person: inputs or purposes."""
    return bool(published.graph.document.inputs or purposes_of(published))
