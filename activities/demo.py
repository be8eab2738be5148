"""The demo actions: a payment provider that lives in the sample records, and keeps the promise a real one would keep.

A refund carries the effect's idempotency key into a UNIQUE column. So paying back twice under one key is impossible,
the action may say that it is repeatable, and a worker that dies between the refund and its result does no harm.
"""

from __future__ import annotations

from hashlib import sha256

from pydantic import BaseModel, Field
from sqlalchemy import insert, select, update

from activities.data import as_action_error
from activities.demo_suppliers import register_suppliers
from activities.errors import ActionError, Retryable
from activities.records import RecordError, Records
from activities.registry import ActionContext, Found, Look, Registry
from definitions.contracts import Touches
from definitions.effects import Scopes

SOURCE = "demo"


class RefundOrder(BaseModel):
    """Which order, and how much of it in its currency."""

    order: str = Field(min_length=1, max_length=100)
    amount: float = Field(gt=0, le=1_000_000, allow_inf_nan=False)


class CancelRefund(BaseModel):
    """Which refund."""

    refund: str = Field(min_length=1, max_length=100)


class Refund(BaseModel):
    """`status` is `paid` or `cancelled`."""

    id: str
    status: str


def register_demo(registry: Registry, records: Records) -> None:
    """Adds the demo's actions, which work on the source `demo`: refunds here, accounts of suppliers beside it."""
    register_suppliers(registry, records)

    @registry.action(
        "demo.refund",
        title="Pay the order back",
        undo="demo.cancel_refund",
        reconcile="demo.refund_status",
        repeatable=True,
        touches=Touches.WORLD,
    )
    async def refund(asked: RefundOrder, context: ActionContext) -> Refund:
        try:
            return await pay_back(records, asked, context.key)
        except RecordError as error:
            raise _told(error) from None

    @registry.action("demo.cancel_refund", title="Take the refund back", repeatable=True, touches=Touches.WORLD)
    async def cancel_refund(asked: CancelRefund) -> Refund:
        try:
            return await take_back(records, asked.refund)
        except RecordError as error:
            raise _told(error) from None

    @registry.action("demo.refund_status", title="Ask what became of the refund", repeatable=True)
    async def refund_status(asked: Look) -> Found:
        try:
            return await look(records, asked.key)
        except RecordError as error:
            raise _told(error) from None


async def pay_back(records: Records, asked: RefundOrder, key: str) -> Refund:
    """The refund under that key: the one that is there, or a new one. Raises ActionError `order_not_found`."""
    refunds, orders = await records.table(f"{SOURCE}.refunds"), await records.table(f"{SOURCE}.orders")
    async with records.writing(SOURCE) as connection:
        found = select(refunds.c.id, refunds.c.status).where(refunds.c.idempotency_key == key)
        if (row := (await connection.execute(found)).one_or_none()) is not None:
            return Refund(id=row.id, status=row.status)
        order = await connection.execute(select(orders.c.id).where(orders.c.id == asked.order))
        if order.one_or_none() is None:
            raise ActionError("order_not_found", f"There is no order {asked.order!r}.")
        made = {"id": f"rf_{sha256(key.encode()).hexdigest()[:16]}", "order_id": asked.order, "amount": asked.amount}
        await connection.execute(insert(refunds).values(**made, status="paid", idempotency_key=key))
        return Refund(id=made["id"], status="paid")


async def take_back(records: Records, refund: str) -> Refund:
    """Marks the refund as cancelled; one that already is stays so. Raises ActionError `refund_not_found`."""
    refunds = await records.table(f"{SOURCE}.refunds")
    async with records.writing(SOURCE) as connection:
        cancelled = update(refunds).where(refunds.c.id == refund).values(status="cancelled")
        if (await connection.execute(cancelled)).rowcount == 0:
            raise ActionError("refund_not_found", f"There is no refund {refund!r}.")
    return Refund(id=refund, status="cancelled")


async def look(records: Records, key: str) -> Found:
    """Whether a refund was made under that key, and how it stands now: the provider's own view, nobody's rights."""
    fields = ["id", "status"]
    rows, _ = await records.rows(
        f"{SOURCE}.refunds", scopes=Scopes(), me={}, where={"idempotency_key": key}, fields=fields
    )
    if not rows:
        return Found(state="not_done", message="The provider knows of no such refund.")
    return Found(state="done", output=rows[0])


def _told(error: RecordError) -> ActionError:
    """A conflict here is another try of the same key that was faster: the next look finds its refund."""
    if error.code == "conflict":
        return Retryable("The refund is being made by another try.", code="conflict")
    return as_action_error(error)
