"""Secrets by name in a definition: where they are found, whose they are, and that everything else stays data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from definitions.secrets import named, places, replaced
from tests.definitions.mistakes import CALL, KNOWN, said
from tests.definitions.samples import definition

HEADERS = {"headers": {"Authorization": {"secret": "shop"}}}


@pytest.mark.parametrize(
    ("teams", "of", "may"),
    [([], (), True), (["ops"], ("ops",), True), (["ops"], ("compliance",), False), (["ops"], (), True),
     (["ops", "compliance"], ("ops",), False), ([], ("ops",), False)],
)  # fmt: skip
def test_a_secret_is_for_the_teams_of_the_definition(teams: list[str], of: tuple[str, ...], may: bool) -> None:
    """Attack 11: whoever may run the definition may use the secret, or it is not published."""
    raw = definition(CALL | {"with": {"url": "https://shop.example", **HEADERS}}, teams=teams)
    found = [code for code, _ in said(raw, replace(KNOWN, secrets={"shop": of}))]
    assert ("unknown_secret" in found) is not may


def test_to_other_actions_it_is_data() -> None:
    raw = definition({"id": "call", "kind": "action", "action": "shop.gone", "execute": "automatic", "with": HEADERS})
    assert "unknown_secret" not in [code for code, _ in said(raw)]


def test_a_name_is_found_and_filled_wherever_it_stands_and_nothing_else_is_touched() -> None:
    value: dict[str, Any] = {
        "a": [{"secret": "x"}, {"secret": "x", "more": 1}, {"secret": 5}],
        "b/c": {"secret": "y"},
        "d": "secret",
    }
    assert list(places(value)) == [("/a/0", "x"), ("/b~1c", "y")]
    assert list(named({"secret": "z"})) == ["z"]
    filled = replaced(value, {"x": "one"})
    assert filled == {**value, "a": ["one", *value["a"][1:]]}, "y has no value here, and stays"
