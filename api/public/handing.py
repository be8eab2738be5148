"""The forms of a step that somebody outside may fill in, for those who work on it: to open themselves, or to hand out.

Whoever may complete the step may do so by its link too, so they are told it; nobody else is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.forms_view import fields_form
from api.house import House
from definitions.engine import Graph, State
from definitions.engine.inviting import form_of

PATH = "/public/journeys/"


@dataclass(frozen=True, slots=True)
class Standing:
    """A run as it stands, for somebody whose policy switches are these."""

    graph: Graph
    state: State
    policy: Mapping[str, Any]


async def links_of(house: House, run: Standing, step: dict[str, Any]) -> dict[str, Any]:
    """`{link, link_path, journeys}` of a step as its caller sees it (`can` included)."""
    may = "complete" in step["can"]
    tokens = await house.links.tokens_of(run.state.run, step["execution"]) if may else {}
    journeys = [
        {**each, "form": _form(run, step["id"], each["id"]) if may else None, **_address(house, tokens.get(each["id"]))}
        for each in step["journeys"]
    ]
    return {**_address(house, tokens.get("")), "journeys": journeys}


def _form(run: Standing, step: str, journey: str) -> dict[str, Any] | None:
    """One of a task's forms as whoever opens it here would be judged by it."""
    form = form_of(run.graph.nodes[step], journey)
    if form is None:
        return None
    return fields_form(run.graph, run.state, form.fields, form.place, policy=run.policy, entered={})


def _address(house: House, token: str | None) -> dict[str, str | None]:
    if token is None:
        return {"link": None, "link_path": None}
    return {"link": f"{house.config.public_url.rstrip('/')}{PATH}{token}", "link_path": f"{PATH}{token}"}
