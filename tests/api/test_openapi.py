"""openapi.json is what the API is, and the answers are what openapi.json says."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from api.app import openapi_document
from api.permissions import OPERATIONS
from tests.api.documents import two_steps
from tests.api.world import World

COMMITTED = Path(__file__).parents[2] / "openapi.json"
DOCUMENT = openapi_document()


def test_the_committed_document_is_current() -> None:
    """Run `holdfast openapi > openapi.json` after a change, and look at what changed for clients."""
    assert json.loads(COMMITTED.read_text()) == json.loads(json.dumps(DOCUMENT))


def test_the_comparison_sees_a_change() -> None:
    """The gate bites: a route that is gone is noticed."""
    damaged = json.loads(COMMITTED.read_text())
    del damaged["paths"]["/v1/runs"]
    assert damaged != DOCUMENT


def test_every_operation_names_its_right_and_its_problems() -> None:
    """Each has `x-operation`, an answer with a schema, and, unless it is public, 401."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["x-operation"], where
            assert operation["description"], where
            assert OPERATIONS[operation["x-operation"]].public or "401" in operation["responses"], where


def schema_of(path: str, method: str = "get", status: str = "200") -> dict[str, Any]:
    """The schema of an answer, made to stand alone."""
    found = DOCUMENT["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
    return {**found, "components": DOCUMENT["components"]}


@pytest.fixture(scope="module")
async def run(world: World) -> str:
    """A run that has something of everything: a step done, one refused command, one open step."""
    document = two_steps("shape", phases=[{"id": "p", "title": "P"}], labels=["l"])
    document["steps"][0]["phase"] = "p"
    await world.publish(document)
    run = await world.start("ann", document["key"])
    await world.command("ann", run["id"], "complete", step="b", choice="x")
    await world.call("admin", "POST", "/v1/partners", {"id": "shape", "name": "Shape"})
    await world.command("ann", run["id"], "complete", step="a", output={"n": 1})
    await world.command("ann", run["id"], "note", text="a note")
    return str(run["id"])


ANSWERS = [
    ("/v1/runs/{run}", ""),
    ("/v1/runs", ""),
    ("/v1/runs/{run}/steps/{step}", ""),
    ("/v1/runs/{run}/events", ""),
    ("/v1/runs/{run}/replay", "?at=2"),
    ("/v1/runs/{run}/notes", ""),
    ("/v1/runs/{run}/why", ""),
    ("/v1/runs/{run}/revise-preview", "?step=a"),
    ("/v1/runs/{run}/migrate-preview", "?version=1"),
    ("/v1/tasks", ""),
    ("/v1/definitions", ""),
    ("/v1/definitions/{key}", ""),
    ("/v1/definitions/{key}/versions", ""),
    ("/v1/definitions/{key}/versions/{version}", ""),
    ("/v1/templates", ""),
    ("/v1/step-kinds", ""),
    ("/v1/actions", ""),
    ("/v1/closing-reasons", ""),
    ("/v1/partners", ""),
    ("/v1/inboxes", ""),
    ("/v1/inboxes/names", ""),
    ("/v1/analytics/definitions", ""),
    ("/v1/analytics/steps", "?definition={key}"),
    ("/v1/analytics/backlog", ""),
    ("/v1/me/calendar", ""),
    ("/v1/records/{collection}/{record}/workflows", ""),
    ("/v1/sources", ""),
    ("/v1/sources/{source}/collections", ""),
    ("/v1/sources/{source}/collections/{collection}", ""),
    ("/v1/sources/{source}/collections/{collection}/rows", ""),
    ("/v1/me", ""),
    ("/v1/users", ""),
    ("/v1/teams", ""),
    ("/v1/roles", ""),
    ("/v1/tokens", ""),
    ("/v1/activity-log", ""),
    ("/readyz", ""),
]


async def until_ready(world: World) -> None:
    """Temporal has a second to answer in, which a machine full of tests may need (seen); then 503 is right."""
    async with asyncio.timeout(20):
        while (await world.call("lea", "GET", "/readyz")).status_code != 200:
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(("path", "query"), ANSWERS, ids=[path for path, _ in ANSWERS])
async def test_answers_are_of_the_shape_that_is_promised(world: World, run: str, path: str, query: str) -> None:
    """Answers are plain dicts on their way out; here they are held to the schema that clients are generated from."""
    view = await world.get("lea", f"/v1/runs/{run}")
    values = {"run": run, "step": "a", "key": view["definition"], "version": "1", "source": "demo", "record": "o1"}
    collection = "demo.orders" if path.startswith("/v1/records") else "orders"
    target = path
    for name, value in {**values, "collection": collection}.items():
        target = target.replace("{" + name + "}", value)
    if path == "/readyz":
        await until_ready(world)
    answer = await world.get("lea", target + query.replace("{key}", view["definition"]))
    jsonschema_rs.validate(schema_of(path), answer)
    assert answer.get("items", True), "an empty list proves nothing"


async def test_what_changes_something_answers_as_promised(world: World, run: str) -> None:
    """Start, command, its 202 twin by schema, and a problem."""
    key = (await world.get("lea", f"/v1/runs/{run}"))["definition"]
    started = await world.start("lea", key)
    jsonschema_rs.validate(schema_of("/v1/runs", "post", "201"), started)
    given = await world.command("lea", started["id"], "complete", step="a", output={"n": 1})
    jsonschema_rs.validate(schema_of("/v1/runs/{run}/commands", "post"), given.json())
    problem = (await world.call("lea", "GET", "/v1/runs/none")).json()
    jsonschema_rs.validate(
        {**DOCUMENT["components"]["schemas"]["Problem"], "components": DOCUMENT["components"]}, problem
    )
