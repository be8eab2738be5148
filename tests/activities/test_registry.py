"""Ten lines make an action: what is announced of it, and what is refused at import rather than at run time."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, Field

import activities
from activities import ActionContext, Registry
from definitions.contracts import EffectContract, Touches


class Order(BaseModel):
    order: str = Field(description="Which order")
    copies: int = 1


class Parcel(BaseModel):
    id: str


async def ship(order: Order) -> Parcel:
    """Ship the parcel.

    More about it."""
    return Parcel(id=order.order)


async def ship_with_context(order: Order, context: ActionContext) -> Parcel:
    return Parcel(id=context.key)


async def forget(order: Order) -> None:
    return None


def test_what_the_worker_announces() -> None:
    """The API checks definitions with this and none of the action's code, so its shape is fixed here."""
    registry = Registry()
    registry.action("shop.ship", undo="shop.recall", repeatable=True, touches=Touches.RECORDS, timeout=5.0)(ship)
    registry.action("shop.forget", title="Forget it")(forget)
    forgotten, shipped = registry.catalogue()
    assert shipped == {
        "name": "shop.ship",
        "title": "Ship the parcel.",
        "input": Order.model_json_schema(),
        "output": Parcel.model_json_schema(),
        "contract": EffectContract(Touches.RECORDS, True, 5.0, 900.0, 3, 10.0).to_json(),
        "undo": "shop.recall",
    }
    assert shipped["input"]["required"] == ["order"]
    assert (forgotten["name"], forgotten["title"]) == ("shop.forget", "Forget it")
    assert forgotten["output"] == {"type": "object", "properties": {}}
    assert forgotten["contract"]["repeatable"] is False, "who promises nothing is not repeated"


def test_the_decorator_leaves_the_function_as_it_was() -> None:
    assert Registry().action("shop.ship")(ship) is ship


def test_the_module_level_decorator_writes_to_the_default_registry() -> None:
    name = "shop.only_in_this_test"
    try:
        activities.action(name)(ship_with_context)
        assert activities.default_registry.actions[name].wants_context
    finally:
        del activities.default_registry.actions[name]


@pytest.mark.parametrize("name", ["ship", "Shop.ship", "shop.ship it", "shop..ship", "", "shop.", "a." + "b" * 64])
def test_a_name_says_family_and_verb(name: str) -> None:
    with pytest.raises(ValueError, match="named like"):
        Registry().action(name)(ship)


@pytest.mark.parametrize("name", ["shop.ship", "holdfast.record", "holdfast.get_data", "holdfast.update_data"])
def test_a_name_is_taken_once(name: str) -> None:
    registry = Registry()
    registry.action("shop.ship")(ship)
    with pytest.raises(ValueError, match="already registered"):
        registry.action(name)(ship)
    other = Registry()
    other.action("shop.ship")(ship)
    with pytest.raises(ValueError, match="already registered"):
        registry.include(other)


def blocking(order: Order) -> Parcel:
    return Parcel(id=order.order)


async def untyped(order) -> Parcel:  # type: ignore[no-untyped-def]
    return Parcel(id="1")


async def no_answer(order: Order):  # type: ignore[no-untyped-def]
    return Parcel(id="1")


async def nothing_taken() -> Parcel:
    return Parcel(id="1")


async def three(order: Order, context: ActionContext, more: int) -> Parcel:
    return Parcel(id="1")


async def wrong_second(order: Order, context: int) -> Parcel:
    return Parcel(id="1")


async def a_dict(order: Order) -> dict[str, str]:
    return {}


async def unknown_name(order: Missing) -> Parcel:  # type: ignore[name-defined]  # noqa: F821
    return Parcel(id="1")


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (blocking, "async function"),
        (untyped, "input is annotated"),
        (no_answer, "answer is annotated"),
        (nothing_taken, "takes its input"),
        (three, "takes its input"),
        (wrong_second, "ActionContext"),
        (a_dict, "answer is annotated"),
        (unknown_name, "Missing"),
    ],
)
def test_what_cannot_be_an_action_is_said_at_import(function: object, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        Registry().action("shop.ship")(function)  # type: ignore[arg-type]
