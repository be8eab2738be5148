"""What a builder asks for before publishing: a draft played through, one expression tried out, whose hand was last."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from tests.acceptance.test_stories import REFUND
from tests.api.documents import document, key, two_steps
from tests.api.test_openapi import schema_of
from tests.api.world import World

ORDER = {"id": "x", "paid": True, "total": 700.5, "email": "a@b.example"}


@pytest.fixture(scope="module")
async def drawn(world: World) -> dict[str, Any]:
    body = {**REFUND, "key": key("drawn")}
    assert (await world.call("admin", "POST", "/v1/definitions", body)).status_code == 201
    return body


async def simulated(world: World, name: str, **body: Any) -> dict[str, Any]:
    answer = await world.call("admin", "POST", f"/v1/definitions/{name}/simulate", {"draft": True, **body})
    assert answer.status_code == 200, answer.text
    jsonschema_rs.validate(schema_of("/v1/definitions/{key}/simulate", "post"), answer.json())
    return dict(answer.json())


async def evaluated(world: World, body: dict[str, Any], text: str, path: str = "", **more: Any) -> dict[str, Any]:
    asked = {"document": body, "path": path, "expression": text, **more}
    answer = await world.call("admin", "POST", "/v1/definitions/evaluate", asked)
    assert answer.status_code == 200, answer.text
    jsonschema_rs.validate(schema_of("/v1/definitions/evaluate", "post"), answer.json())
    return dict(answer.json())


async def test_a_draft_that_was_never_published_is_played_through(world: World, drawn: dict[str, Any]) -> None:
    """By who may edit it; nobody else learns that it is there, and it stays a draft."""
    found = await simulated(world, drawn["key"], record_data=ORDER)
    assert (found["stopped"], found["run"]["current"]) == ("needs_answers", ["approve"])
    refused = await world.call("lea", "POST", f"/v1/definitions/{drawn['key']}/simulate", {"draft": True})
    assert refused.status_code == 404
    assert (await world.get("admin", f"/v1/definitions/{drawn['key']}"))["version"] == 0


async def test_a_draft_with_findings_is_not_played(world: World) -> None:
    """They are all said, as publishing says them; where there is no draft at all that is said."""
    wrong = two_steps("wrong")
    wrong["steps"][1]["after"] = "nowhere"
    await world.call("admin", "POST", "/v1/definitions", wrong)
    refused = await world.call("admin", "POST", f"/v1/definitions/{wrong['key']}/simulate", {"draft": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "definition_invalid")
    assert [each["code"] for each in refused.json()["errors"]] == ["unknown_step"]
    done = two_steps("done")
    await world.publish(done)
    none = await world.call("admin", "POST", f"/v1/definitions/{done['key']}/simulate", {"draft": True})
    assert (none.status_code, none.json()["code"]) == (409, "no_draft")


async def test_an_expression_is_tried_with_what_a_simulation_left(world: World, drawn: dict[str, Any]) -> None:
    """Numbers are of the type the collection declares, times are times, and its names are said."""
    scope = (await simulated(world, drawn["key"], record_data=ORDER))["scope"]
    met = await evaluated(world, drawn, "= steps.order.output.total <= 500.0", "/steps/1/options/0/when", scope=scope)
    assert (met["value"], met["type"], met["code"]) == (False, "bool", None)
    text = await evaluated(world, drawn, "We paid ${steps.order.output.total}.", scope=scope)
    assert text["value"] == "We paid 700.5."
    year = await evaluated(world, drawn, "= now.getFullYear() > 2000 && run.started_at <= now", scope=scope)
    assert year["value"] is True
    assert {"record.total", "steps.order.output.total", "steps.approve.choice"} <= set(met["names"])


async def test_what_is_not_there_yet_is_said_to_be_absent(world: World, drawn: dict[str, Any]) -> None:
    found = await evaluated(world, drawn, "= steps.order.output.total", scope={})
    assert (found["value"], found["absent"], found["code"]) == (None, True, None)


async def test_what_is_no_expression_says_why_and_where(world: World, drawn: dict[str, Any]) -> None:
    """Also in a document that is wrong elsewhere; a name that is nearly right is suggested."""
    near = await evaluated(world, drawn, "= steps.order.output.totl > 1.0")
    assert (near["code"], near["position"]) == ("unknown_name", 20)
    assert "total" in near["reason"]
    broken = {**drawn, "steps": [*drawn["steps"], {"id": 7}]}
    assert (await evaluated(world, broken, "= record.total >"))["code"] == "expression_syntax"
    assert (await evaluated(world, {}, "= 1 + 1"))["value"] == 2


async def test_a_place_brings_names_of_its_own(world: World) -> None:
    """`output` is in scope where a side effect is taken back, and nowhere else."""
    send = {"id": "send", "kind": "action", "action": "demo.refund", "execute": "automatic"}
    undo = {"action": "demo.cancel_refund", "with": {"refund": "= output.id"}}
    body = document("back", [{**send, "with": {"order": "o1", "amount": 1}, "undo": undo}])
    inside = await evaluated(world, body, "= output.id", "/steps/0/undo/with/refund", scope={"output": {"id": "r"}})
    assert inside["value"] == "r"
    assert (await evaluated(world, body, "= output.id", "/steps/0/when"))["code"] == "unknown_name"


async def test_trying_takes_the_right_to_check(world: World, drawn: dict[str, Any]) -> None:
    refused = await world.call("ann", "POST", "/v1/definitions/evaluate", {"document": drawn, "expression": "= 1"})
    assert refused.status_code == 403


async def test_whose_hand_was_last_on_a_draft(world: World, drawn: dict[str, Any]) -> None:
    """Two who collide are told who was there; somebody who may not edit is not."""
    found = await world.get("admin", f"/v1/definitions/{drawn['key']}")
    assert found["draft_by"] == "admin"
    assert found["draft_at"].endswith("Z")
    await world.publish({**drawn, "key": (name := key("seen"))})
    await world.call("admin", "POST", "/v1/definitions", {**drawn, "key": name})
    assert (await world.get("ann", f"/v1/definitions/{name}"))["draft_by"] is None
