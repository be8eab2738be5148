"""Links by which customers and partners see how a run stands: made, listed and ended by who works on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import Response

from api.activity import entry
from api.answers import subject_of
from api.doors import Caller, Calling, asks
from api.idempotency import KeyHeader, Once
from api.paging import Cursor, Few, short
from api.problems import Invalid
from api.public.progress import PARTNER
from api.reads import seen_run
from api.routing import READS, WRITES, answer, router
from api.schemas_links import LinkBody, LinkInfo, LinkMade
from api.schemas_out import Page
from api.store.links import told
from api.store.register_tables import PartnerRow
from api.versions import Published

routes = router("/v1/runs", "runs")

LASTS = timedelta(days=90)
PATH = "/public/progress/"


@routes.post("/{run}/links", response_model=LinkMade, status_code=201, responses=WRITES)
@asks("task.assign")
async def make_link(run: str, body: LinkBody, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Makes a link to the run's progress for a customer or partner; it shows the steps meant for them and no other."""
    row, published = await seen_run(caller, run)
    caller.about.action = "link.make"
    caller.allow("task.assign", subject_of(row), "run")
    once = Once.of(idempotency_key, caller.who, f"POST /v1/runs/{run}/links", body.model_dump())
    if (before := await once.answered(caller.house.store)) is not None:
        return answer(await _again(caller, before[1]), before[0])
    await _check(caller, published, body)
    expires = datetime.now(UTC) + LASTS
    of = {"run": run, "audience": body.audience, "partner": body.partner or "", "made_by": caller.who.id}
    link, token = await caller.house.links.make("progress", kept=True, expires_at=expires, **of)
    kept = {"id": link, "expires": told(expires)}
    caller.about.detail = {"link": link, "audience": body.audience, "partner": body.partner}
    async with caller.house.store.session() as session:
        session.add(entry(caller.who, caller.about, "write"))
        once.remember(session, 201, kept)
    caller.about.logged = True
    return answer(_made(caller, kept, token), 201)


@routes.get("/{run}/links", response_model=Page[LinkInfo], responses=READS)
@asks("task.assign")
async def list_links(run: str, caller: Calling, limit: Few = None, cursor: Cursor = None) -> Response:
    """The links to the run's progress that lead somewhere, oldest first. Their addresses are not told again."""
    row, _ = await seen_run(caller, run)
    caller.allow("task.assign", subject_of(row), "run")
    caller.house.reads.note(caller.who, caller.about)
    links = [_info(each) for each in await caller.house.links.of_run(run, "progress")]
    return answer(short(links, "id", "links", limit, cursor))


@routes.delete("/{run}/links/{link}", status_code=204, responses=READS)
@asks("task.assign")
async def revoke_link(run: str, link: str, caller: Calling) -> Response:
    """Ends a link at once. Ending one that has ended changes nothing."""
    row, _ = await seen_run(caller, run)
    caller.about.action = "link.revoke"
    caller.allow("task.assign", subject_of(row), "run")
    await caller.house.links.revoke_by_id(link, run)
    caller.about.detail = {"link": link[:100]}
    async with caller.house.store.session() as session:
        session.add(entry(caller.who, caller.about, "write"))
    caller.about.logged = True
    return Response(status_code=204)


async def _check(caller: Caller, published: Published, body: LinkBody) -> None:
    """422 for a partner that is missing, unknown or not asked for, and where nothing would be shown to a customer."""
    if (body.audience == PARTNER) != (body.partner is not None):
        text = "Name the partner with the audience partner, and none with another."
        raise _wrong("/partner", "required" if body.audience == PARTNER else "unknown_field", text)
    if body.partner is not None:
        async with caller.house.store.reading() as session:
            partner = await session.get(PartnerRow, body.partner)
        if partner is None or not partner.active:
            raise _wrong("/partner", "unknown_partner", f"There is no partner {body.partner[:80]!r}.")
        return
    steps = published.graph.document.steps
    if not any(step.audience is not None and step.audience.customer is not None for step in steps):
        raise _wrong("/audience", "nothing_to_show", "No step of this definition is meant for customers.")


def _wrong(path: str, code: str, message: str) -> Invalid:
    return Invalid(message, code=code, errors=[{"path": path, "code": code, "message": message}])


async def _again(caller: Caller, kept: dict[str, Any]) -> dict[str, Any]:
    """The same link as before; its token is no part of what is remembered of a call."""
    token = await caller.house.links.token_by_id(kept["id"])
    return _made(caller, kept, token or "")


def _made(caller: Caller, kept: dict[str, Any], token: str) -> dict[str, Any]:
    path = f"{PATH}{token}"
    return {**kept, "link": f"{caller.house.config.public_url.rstrip('/')}{path}", "link_path": path}


def _info(row: Any) -> dict[str, Any]:
    values = {"id": row.id, "audience": row.audience, "partner": row.partner or None, "made_by": row.made_by}
    return {**values, "made_at": told(row.made_at), "expires": told(row.expires_at)}
