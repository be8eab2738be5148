"""Policy switches: what is shown, editable or required across all workflows, for one person or for everybody.

Fields read them (`editable: "= policy.schedule_editable"`). The ones here belong to the work-order palette and always
have a value; an organisation may add switches of its own, which are absent, and so not met, until somebody sets them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from definitions.expressions.tree import walk

SWITCHES: dict[str, bool | int] = {
    "customer_data_shown": True,
    "customer_data_editable": False,
    "work_details_shown": True,
    "work_details_editable": True,
    "schedule_shown": True,
    "schedule_editable": False,
    "resources_shown": True,
    "resources_editable": True,
    "object_shown": True,
    "object_editable": True,
    "signature_required": True,
    "contact_name_required": False,
    "minimum_pictures": 0,
}
"""The switches that every installation knows, with the value they have until somebody sets them."""

SWITCHES_LIMIT = 200
"""Switches of one profile."""

LARGEST = 1_000_000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def problems(switches: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Everything wrong with some switches: (name, code, message). None (back to what it was at first) is no mistake."""
    for name, value in switches.items():
        kind = "true or false" if isinstance(SWITCHES.get(name), bool) else "a number"
        if not _NAME.fullmatch(name):
            yield name, "wrong_format", "a switch is named in small letters, digits and _, as in minimum_pictures"
        elif value is None:
            continue
        elif isinstance(value, bool):
            if name in SWITCHES and kind != "true or false":
                yield name, "wrong_type", f"{name} is {kind}"
        elif not isinstance(value, int | float) or (name in SWITCHES and kind != "a number"):
            yield name, "wrong_type", f"{name} is {kind if name in SWITCHES else 'true, false or a number'}"
        elif not abs(value) <= LARGEST or (name in SWITCHES and value < 0):
            yield name, "wrong_value", f"{name} lies between 0 and {LARGEST}"
    if len(switches) > SWITCHES_LIMIT:
        yield "", "too_many", f"a profile has at most {SWITCHES_LIMIT} switches"


def is_read(trees: Mapping[str, Any]) -> bool:
    """Whether any expression of a definition reads the policy: only then does it have to be looked up."""
    return any(_reads(root) for tree in trees.values() for root in _roots(tree))


def _roots(tree: Mapping[str, Any]) -> Iterator[list[Any]]:
    yield from [tree["node"]] if "node" in tree else [part for part in tree["parts"] if isinstance(part, list)]


def _reads(root: list[Any]) -> bool:
    return any(node[0] == "read" and node[2] == "policy" for node in walk(root))


def changed(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A profile after some of its switches were set. What is not named stays; None takes a switch back."""
    kept = {**before, **{name: value for name, value in given.items() if value is not None}}
    return {name: value for name, value in kept.items() if name not in given or given[name] is not None}


def whole(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A stored profile with a value for every known switch, by name."""
    found = {**SWITCHES, **stored}
    return {name: found[name] for name in sorted(found)}
