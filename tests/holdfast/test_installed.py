"""Where a worker's actions come from: modules it is told to import, and any installed package."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from activities import Registry, default_registry
from holdfast import installed
from holdfast.crew import offered
from holdfast.installed import CannotOffer, registry_of
from holdfast.settings import Settings

ACTION = '''
from pydantic import BaseModel

from activities import Registry, action


class Order(BaseModel):
    order: str


@action("{family}.plain")
async def plain(order: Order) -> None:
    """Plain."""


@action("{family}.placed", queue="paper")
async def placed(order: Order) -> None:
    """Placed."""


own = Registry()


@own.action("{family}.own")
async def kept(order: Order) -> None:
    """Of a registry of its own."""


nothing = 7
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A developer's module, which registers in the default registry while the test lasts."""
    name = f"shop_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(ACTION.format(family="shop"))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(default_registry, "actions", {})
    yield name
    sys.modules.pop(name, None)


def install(monkeypatch: pytest.MonkeyPatch, *values: str) -> None:
    found = [EntryPoint(f"e{number}", value, installed.GROUP) for number, value in enumerate(values)]
    monkeypatch.setattr(installed, "entry_points", lambda group: found if group == installed.GROUP else [])


def queues(registry: Registry) -> dict[str, str]:
    return {name: registry.actions[name].contract.queue for name in sorted(registry.actions)}


def test_a_module_brings_its_actions_and_they_are_where_they_say(module: str) -> None:
    assert queues(registry_of([module])) == {"shop.placed": "paper", "shop.plain": ""}
    assert queues(registry_of([module], "shop")) == {"shop.placed": "paper", "shop.plain": "shop"}


def test_an_installed_package_offers_a_module_or_a_registry(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, module, f"{module}:own", f"{module}:own")
    only = registry_of((), "paper")
    assert queues(only)["shop.own"] == "", "what somebody else installed moves to no queue by itself"
    assert [info["name"] for info in offered(only.catalogue(), "paper")] == ["shop.placed"]
    assert queues(registry_of()) == {"shop.own": "", "shop.placed": "paper", "shop.plain": ""}


@pytest.mark.parametrize(
    ("value", "said"),
    [("no_such_module_at_all", "No module named"), ("{module}:nothing", "a int, not a Registry")],
)
def test_a_package_that_cannot_be_had_is_named(
    module: str, monkeypatch: pytest.MonkeyPatch, value: str, said: str
) -> None:
    install(monkeypatch, value.format(module=module))
    with pytest.raises(CannotOffer, match=said) as raised:
        registry_of()
    assert value.format(module=module) in str(raised.value)


def test_a_module_that_is_not_there_is_named() -> None:
    with pytest.raises(CannotOffer, match="--import no_such_module_at_all"):
        registry_of(["no_such_module_at_all"])


def test_a_setting_goes_before_what_an_action_declares(module: str) -> None:
    registry = registry_of([module])
    settings = Settings(queues={"shop": "slow", "shop.plain": "fast"})
    assert queues(registry.placed(settings.queue_of)) == {"shop.placed": "slow", "shop.plain": "fast"}
    assert queues(registry.placed(Settings().queue_of)) == {"shop.placed": "paper", "shop.plain": ""}


def test_a_contract_says_its_queue_only_where_it_has_one(module: str) -> None:
    """Histories of runs that know of no queues stay as they are."""
    placed, plain = (info["contract"] for info in registry_of([module]).catalogue())
    assert placed["queue"] == "paper"
    assert "queue" not in plain
