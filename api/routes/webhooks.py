"""Outgoing webhooks: set up, paused and resumed, and what became of their messages."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Response
from sqlalchemy import Connection, insert, select

from api import webhooks
from api.doors import Caller, Calling, asks
from api.idempotency import KeyHeader, Once
from api.paging import Cursor, Limit, Order, cut, listing
from api.permissions import Reach, Subject, reaches
from api.problems import Invalid, NotFound
from api.registers import NO_KEY, written
from api.routing import READS, WRITES, answer, router
from api.schemas_out import Page
from api.schemas_webhooks import ChangedWebhook, Delivery, NewWebhook, Webhook, WebhookWithSecret
from api.store import webhooks as store

routes = router("/v1/webhooks", "webhooks")

Id = Annotated[str, Path(max_length=100)]
State = Annotated[Literal["pending", "delivered", "failed"] | None, Query(description="Only those.")]

ORDER = Order("webhooks", (store.WEBHOOKS.c.created_at, store.WEBHOOKS.c.id))
NEWEST = Order("deliveries", (store.DELIVERIES.c.created_at, store.DELIVERIES.c.id), descending=True)


@routes.get("", response_model=Page[Webhook], responses=READS)
@asks("webhook.view")
async def list_webhooks(caller: Calling, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The webhooks in the caller's sight, the oldest first."""
    query = select(store.WEBHOOKS)
    if not reaches(caller.who, "webhook.view") & {Reach.ALL, Reach.TEAM}:
        query = query.where(store.WEBHOOKS.c.created_by == caller.who.id)

    def look(connection: Connection) -> tuple[list[dict[str, Any]], str | None]:
        found = connection.execute(ORDER.page(query, limit, cursor)).mappings().all()
        waiting = store.pending(connection)
        rows, following = cut(found, limit, ORDER.name, lambda row: (row["created_at"], row["id"]))
        return [webhooks.shown(row, waiting.get(row["id"], 0)) for row in rows], following

    return answer(listing(*await caller.house.store.look(look)))


@routes.post("", response_model=WebhookWithSecret, status_code=201, responses=WRITES)
@asks("webhook.manage")
async def add_webhook(body: NewWebhook, caller: Calling, idempotency_key: KeyHeader = None) -> Response:
    """Sets up a webhook. It hears what the caller may see, and begins with what happens now.

    The secret is told this once. Private addresses are those of `HOLDFAST_HTTP_ALLOWED`.
    """
    id, secret, now = f"wh_{uuid.uuid4().hex}", webhooks.new_secret(), datetime.now(UTC)
    caller.allow("webhook.manage", Subject(owner=caller.who.id))
    once = Once.of(idempotency_key, caller.who, "POST /v1/webhooks", body.model_dump())
    if (before := await once.answered(caller.house.store)) is not None:
        return answer({**before[1], "secret": None}, before[0])
    await _reachable(caller, body.url)
    caller.about.detail = {"webhook": id}
    sealed = webhooks.sealed(caller.house.box, id, secret)
    fixed = {"id": id, "secret": sealed, "state": "active", "created_by": caller.who.id}

    def work(connection: Connection) -> dict[str, Any]:
        connection.execute(insert(store.WEBHOOKS), {**body.model_dump(), **fixed, "created_at": now, "changed_at": now})
        return webhooks.shown(_found(connection, caller, id), 0)

    made = await written(caller, work, once, 201)
    return answer({**made, "secret": secret}, 201, {"Cache-Control": "no-store"})


@routes.get("/events", response_model=list[str], responses=READS)
@asks("webhook.view")
async def list_event_names(caller: Calling) -> Response:
    """Every name of an event that a webhook can ask for."""
    return answer(list(webhooks.EVENTS))


@routes.get("/{webhook}", response_model=Webhook, responses=READS)
@asks("webhook.view")
async def get_webhook(webhook: Id, caller: Calling) -> Response:
    """One webhook."""
    return answer(await caller.house.store.look(partial(_told, caller=caller, id=webhook)))


@routes.patch("/{webhook}", response_model=Webhook, responses=WRITES)
@asks("webhook.manage")
async def change_webhook(webhook: Id, body: ChangedWebhook, caller: Calling) -> Response:
    """Another title, address or filter; what waits goes to the new address."""
    if body.url is not None:
        await _reachable(caller, body.url)
    given = body.model_dump(exclude_none=True)
    return await _changed(caller, webhook, lambda connection, _: store.change(connection, webhook, **given))


@routes.delete("/{webhook}", status_code=204, responses=WRITES, response_class=Response)
@asks("webhook.manage")
async def remove_webhook(webhook: Id, caller: Calling) -> Response:
    """Takes a webhook away, with its messages."""
    caller.about.detail = {"webhook": webhook}

    def work(connection: Connection) -> None:
        _found(connection, caller, webhook, "webhook.manage")
        store.remove(connection, webhook)

    await written(caller, work)
    return Response(status_code=204)


@routes.post("/{webhook}/pause", response_model=Webhook, responses=WRITES)
@asks("webhook.manage")
async def pause_webhook(webhook: Id, caller: Calling) -> Response:
    """Nothing is sent any more, and what happens meanwhile is not told later. What waits stays."""
    return await _changed(caller, webhook, lambda c, _: store.change(c, webhook, state="paused"))


@routes.post("/{webhook}/resume", response_model=Webhook, responses=WRITES)
@asks("webhook.manage")
async def resume_webhook(webhook: Id, caller: Calling) -> Response:
    """Goes on, with what waits; also after lasting failure."""
    done = await _changed(caller, webhook, lambda c, _: store.change(c, webhook, state="active", failing_since=None))
    caller.house.out.sending.wake()
    return done


@routes.post("/{webhook}/rotate", response_model=WebhookWithSecret, responses=WRITES)
@asks("webhook.manage")
async def rotate_secret(webhook: Id, caller: Calling) -> Response:
    """Another secret, told this once. For a day the one before signs as well, so that the other side can change."""
    secret, until = webhooks.new_secret(), datetime.now(UTC) + webhooks.EARLIER_FOR
    kept = webhooks.sealed(caller.house.box, webhook, secret)

    def change(connection: Connection, row: Mapping[str, Any]) -> None:
        store.change(connection, webhook, secret=kept, earlier=row["secret"], earlier_until=until)

    told = await _written(caller, webhook, change)
    return answer({**told, "secret": secret}, 200, {"Cache-Control": "no-store"})


@routes.post("/{webhook}/test", response_model=Delivery, responses=WRITES)
@asks("webhook.manage", at_once=4)
async def test_webhook(webhook: Id, caller: Calling) -> Response:
    """Sends a message that tells of nothing (`webhook.test`), once, and says whether it arrived."""
    caller.about.detail = {"webhook": webhook}

    def work(connection: Connection) -> str:
        message = webhooks.test_message(_found(connection, caller, webhook, "webhook.manage"))
        store.put(connection, [message])
        return str(message["id"])

    id = await written(caller, work)
    await caller.house.out.sending.send(id)
    return answer(await caller.house.store.look(partial(_delivery, caller=caller, webhook=webhook, id=id)))


@routes.get("/{webhook}/deliveries", response_model=Page[Delivery], responses=READS)
@asks("webhook.view")
async def list_deliveries(
    *, webhook: Id, caller: Calling, state: State = None, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """Its messages, the newest first; those that are through are kept for 30 days."""
    query = select(store.DELIVERIES).where(store.DELIVERIES.c.webhook == webhook)
    query = query if state is None else query.where(store.DELIVERIES.c.state == state)

    def look(connection: Connection) -> tuple[list[Any], str | None]:
        _found(connection, caller, webhook)
        found = connection.execute(NEWEST.page(query, limit, cursor)).mappings().all()
        return cut(found, limit, NEWEST.name, lambda row: (row["created_at"], row["id"]))

    rows, following = await caller.house.store.look(look)
    return answer(listing([webhooks.shown_delivery(row) for row in rows], following))


@routes.post("/{webhook}/deliveries/{delivery}/replay", response_model=Delivery, status_code=202, responses=WRITES)
@asks("webhook.manage")
async def replay_delivery(webhook: Id, delivery: Id, caller: Calling) -> Response:
    """Sends a message once more, under the same id, tried again as if it were new."""
    caller.about.detail = {"webhook": webhook, "delivery": delivery}

    def work(connection: Connection) -> dict[str, Any]:
        _found(connection, caller, webhook, "webhook.manage")
        _delivery(connection, caller, webhook, delivery)
        again = {"state": "pending", "tries": 0, "next_at": datetime.now(UTC), "ended_at": None}
        store.settle(connection, delivery, **again)
        return _delivery(connection, caller, webhook, delivery)

    row = await written(caller, work)
    caller.house.out.sending.wake()
    return answer(row, 202)


def _found(connection: Connection, caller: Caller, id: str, operation: str = "webhook.view") -> Mapping[str, Any]:
    """The webhook, where the caller may do that with it. Raises NotFound, Forbidden."""
    if (row := store.one(connection, id)) is None:
        raise NotFound("webhook")
    caller.allow(operation, Subject(owner=row["created_by"]), "webhook")
    return row


def _told(connection: Connection, caller: Caller, id: str) -> dict[str, Any]:
    return webhooks.shown(_found(connection, caller, id), store.pending(connection).get(id, 0))


def _delivery(connection: Connection, caller: Caller, webhook: str, id: str) -> dict[str, Any]:
    _found(connection, caller, webhook)
    if (row := store.delivery(connection, webhook, id)) is None:
        raise NotFound("delivery")
    return webhooks.shown_delivery(row)


Change = Callable[[Connection, Mapping[str, Any]], None]


async def _written(caller: Caller, id: str, change: Change) -> dict[str, Any]:
    """The webhook as it is after the change, with the row in the log, in one transaction."""
    caller.about.detail = {"webhook": id}

    def work(connection: Connection) -> dict[str, Any]:
        change(connection, _found(connection, caller, id, "webhook.manage"))
        store.change(connection, id, changed_at=datetime.now(UTC))
        return _told(connection, caller, id)

    return await written(caller, work, NO_KEY)


async def _changed(caller: Caller, id: str, change: Change) -> Response:
    return answer(await _written(caller, id, change))


async def _reachable(caller: Caller, url: str) -> None:
    """Raises Invalid for an address that nothing is sent to, before anything waits for it in vain."""
    if (why := await caller.house.out.outward.refusal(url)) is not None:
        errors = [{"path": "/url", "code": "address_not_allowed", "message": why}]
        raise Invalid(why, code="address_not_allowed", errors=errors)
