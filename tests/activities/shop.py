"""Actions that misbehave, each in one way."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, Field
from temporalio.exceptions import ApplicationError

from activities import ActionContext, ActionError, NotDone, Registry, Retryable
from activities.errors import Uncertain

registry = Registry()


class Order(BaseModel):
    order: str = ""
    copies: int = Field(default=1, ge=1)


class Parcel(BaseModel):
    id: str
    note: Any = None


@registry.action("shop.ship", repeatable=True)
async def ship(order: Order, context: ActionContext) -> Parcel:
    return Parcel(id=f"p-{order.order}", note=[context.key, context.acting, context.step, context.execution])


@registry.action("shop.raises")
async def raises(order: Order) -> Parcel:
    raise RuntimeError("password=hunter2 in the connection string")


@registry.action("shop.says_no")
async def says_no(order: Order) -> Parcel:
    raise ActionError("sold_out", "The parcel is sold out.")


@registry.action("shop.not_done")
async def not_done(order: Order) -> Parcel:
    raise NotDone("The shop is closed.", after=30)


@registry.action("shop.retryable")
async def retryable(order: Order) -> Parcel:
    raise Retryable("The line went dead.", code="line_dead")


@registry.action("shop.uncertain")
async def uncertain(order: Order) -> Parcel:
    raise Uncertain("half_sent", "One of two parcels went.")


@registry.action("shop.hangs")
async def hangs(order: Order) -> Parcel:
    await asyncio.Event().wait()
    return Parcel(id="never")


@registry.action("shop.will_not_stop")
async def will_not_stop(order: Order) -> Parcel:
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if order.order == "stop":
                raise
            order = Order(order="stop")


@registry.action("shop.times_out_itself")
async def times_out_itself(order: Order) -> Parcel:
    raise TimeoutError


@registry.action("shop.wrong_type")
async def wrong_type(order: Order) -> Parcel:
    return {"id": "a dict is no Parcel"}  # type: ignore[return-value]


@registry.action("shop.wrong_attribute")
async def wrong_attribute(order: Order) -> Parcel:
    return Parcel.model_construct(id=17)


@registry.action("shop.not_json")
async def not_json(order: Order) -> Parcel:
    return Parcel(id="1", note=math.nan if order.order == "nan" else {"deep": "a\x00b"})


@registry.action("shop.large")
async def large(order: Order) -> Parcel:
    return Parcel(id="x" * (3 * 2**20))


@registry.action("shop.temporal_error")
async def temporal_error(order: Order) -> Parcel:
    raise ApplicationError("Said in Temporal's own words.", type="shop_rule", non_retryable=True)


@registry.action("shop.nothing")
async def nothing(order: Order) -> None:
    return None


ACTIVITIES: dict[str, Callable[..., Any]] = dict(zip(sorted(registry.actions), registry.activities(), strict=True))
