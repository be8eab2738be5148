"""What an author can build from: templates, kinds of steps, registered actions, the language's own schema."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, get_args

from fastapi import Path, Response
from sqlmodel import col, select

from api.doors import Calling, asks
from api.idempotency import KeyHeader, Once
from api.paging import Cursor, Few, short
from api.routing import READS, WRITES, answer, router
from api.schemas import TryAction
from api.schemas_definitions import Action, Snippet, StepKind, Template
from api.schemas_out import Page
from api.schemas_people import ClosingReason
from api.schemas_runs import RunView
from api.serving import shown, workers_of
from api.store.tables import ActionRow, ClosingReasonRow
from api.templates import snippets, templates
from api.trying import try_action
from definitions.engine.enter import ENTER
from definitions.model import Document
from definitions.model.document import AnyStep

routes = router("/v1", "catalog")


@routes.get("/templates", response_model=Page[Template], responses=READS)
@asks("catalog.view")
async def list_templates(caller: Calling, limit: Few = None, cursor: Cursor = None) -> Response:
    """Definitions to begin with."""
    return answer(short(templates(), "id", "templates", limit, cursor))


@routes.get("/snippets", response_model=Page[Snippet], responses=READS)
@asks("catalog.view")
async def list_snippets(caller: Calling, limit: Few = None, cursor: Cursor = None) -> Response:
    """Ready steps to put into a definition: the work-order palette, one for each type of step."""
    return answer(short(snippets(), "id", "snippets", limit, cursor))


@routes.get("/step-kinds", response_model=Page[StepKind], responses=READS)
@asks("catalog.view")
async def list_step_kinds(caller: Calling, limit: Few = None, cursor: Cursor = None) -> Response:
    """Every kind of step of the language, with the schema of its keys."""
    return answer(short(_step_kinds(), "kind", "step kinds", limit, cursor))


@cache
def _step_kinds() -> list[dict[str, Any]]:
    return [
        {
            "kind": (kind := model.model_fields["kind"].default),
            "title": (model.__doc__ or kind).strip().splitlines()[0],
            "available": kind in ENTER,
            "json_schema": model.model_json_schema(by_alias=True),
        }
        for model in get_args(AnyStep)
    ]


@routes.get("/schema/definition.json", responses=READS)
@asks("catalog.view")
async def definition_schema(caller: Calling) -> Response:
    """The JSON Schema of a definition, for editors. The checks say more (`POST /v1/definitions/validate`)."""
    return answer(_definition_schema())


@cache
def _definition_schema() -> dict[str, Any]:
    return Document.model_json_schema(by_alias=True)


@routes.get("/actions", response_model=Page[Action], responses=READS)
@asks("actions.view")
async def list_actions(caller: Calling, limit: Few = None, cursor: Cursor = None) -> Response:
    """The actions that workers have announced, with the schemas of what they take and give, and who serves them now.

    `served` is false where no worker that was heard of within the last minute does it.
    """
    async with caller.house.store.reading() as session:
        rows = (await session.exec(select(ActionRow).order_by(col(ActionRow.name)))).all()
    workers = await workers_of(caller.house)
    return answer(short([shown(row.info, workers) for row in rows], "name", "actions", limit, cursor))


@routes.post("/actions/{action}/try", response_model=RunView, status_code=201, responses=WRITES)
@asks("definition.publish", limit=256 * 1024)
async def try_out(
    action: Annotated[str, Path(max_length=100)], body: TryAction, caller: Calling, idempotency_key: KeyHeader = None
) -> Response:
    """Does the action for real, once, in a run of its own with the values of `with`, as a definition would pin them."""
    caller.allow("definition.publish")
    once = Once.of(idempotency_key, caller.who, f"POST /v1/actions/{action}/try", body.model_dump(by_alias=True))
    status, view = await try_action(caller, action, body.given, once)
    return answer(view, status)


@routes.get("/closing-reasons", response_model=Page[ClosingReason], responses=READS)
@asks("catalog.view")
async def list_closing_reasons(caller: Calling, limit: Few = None, cursor: Cursor = None) -> Response:
    """The organisation's library of reasons a run is closed with."""
    async with caller.house.store.reading() as session:
        rows = (await session.exec(select(ClosingReasonRow).order_by(col(ClosingReasonRow.key)))).all()
    reasons = [{"key": row.key, "title": row.title, "active": row.active} for row in rows]
    return answer(short(reasons, "key", "closing reasons", limit, cursor))
