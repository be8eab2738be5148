"""One action in two lines: what the kit gives is what a run would get, faults included."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import BaseModel

from activities import ActionContext, ActionError, NotDone, Registry
from activities.testing import InMemoryLedger, run_action
from definitions.effects import Scopes

shop = Registry()
DONE: list[str] = []


class Order(BaseModel):
    order: str


class Parcel(BaseModel):
    tracking: str
    by: str


@shop.action("shop.ship", timeout=0.2)
async def ship(order: Order, context: ActionContext) -> Parcel:
    """Ship the parcel."""
    context.heartbeat("on the way")
    if order.order == "slow":
        await asyncio.sleep(30)
    if order.order == "gone":
        raise ActionError("no_such_order", "There is no such order.")
    if order.order == "busy":
        raise NotDone("The printer is busy.")
    DONE.append(context.key)
    return Parcel(tracking=f"T-{order.order}", by=context.acting)


async def tried(given: Any, **more: Any) -> dict[str, Any]:
    return await run_action(ship, given, registry=shop, **more)


async def test_two_lines_are_enough() -> None:
    parcel = await run_action(ship, Order(order="o1"), registry=shop)
    assert parcel == {"tracking": "T-o1", "by": "ann"}
    assert await run_action("shop.ship", {"order": "o1"}, registry=shop, acting="ben") == {**parcel, "by": "ben"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"order": "gone"}, "no_such_order"),
        ({"order": "slow"}, "timeout"),
        ({"order": 7}, "invalid_input"),
        ({"order": "o1", "colour": "red"}, "invalid_input"),
    ],
)
async def test_what_goes_wrong_has_the_code_that_a_run_would_get(given: dict[str, Any], code: str) -> None:
    with pytest.raises(ActionError) as raised:
        await tried(given)
    assert raised.value.code == code


async def test_the_errors_class_is_kept() -> None:
    with pytest.raises(NotDone):
        await tried({"order": "busy"})


async def test_who_may_not_is_refused_before_anything_happens() -> None:
    before = list(DONE)
    with pytest.raises(ActionError) as raised:
        await tried({"order": "o1"}, scopes=Scopes(actions=("mail.*",)))
    assert raised.value.code == "not_allowed"
    assert before == DONE


async def test_a_second_try_of_one_key_does_not_do_it_again() -> None:
    """Within one ledger, as within one run."""
    ledger, before = InMemoryLedger(), len(DONE)
    first = await tried({"order": "o1"}, ledger=ledger, key="run-9:ship#1")
    assert await tried({"order": "o1"}, ledger=ledger, key="run-9:ship#1") == first
    assert len(DONE) == before + 1


async def test_an_action_that_nobody_registered_is_named() -> None:
    with pytest.raises(LookupError, match=r"shop\.weigh is no registered action; there are shop\.ship"):
        await run_action("shop.weigh", {}, registry=shop)
