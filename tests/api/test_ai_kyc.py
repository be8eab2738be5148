"""The review of a customer, with a model in all three modes: whoever answers, the run goes on to its end."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from temporalio.client import Client

from holdfast.models import model_of
from tests.api.world import World, open_world
from tests.support.openai_server import OpenAiServer, Say, answer

FOUND = {"summary": "Nominee director and cash turnover", "level": "high"}


def review(execute: str) -> dict[str, Any]:
    """Documents are fetched, a machine says what it sees, an officer decides, the risk is stored, somebody is told."""
    return {
        "holdfast": 1, "key": f"kyc-{uuid.uuid4().hex[:8]}", "name": "KYC review", "record": "demo.customers",
        "start": {"one_per_record": False},
        "steps": [
            {"id": "customer", "kind": "get_data", "title": "Load", "fields": ["name", "country", "status", "iban"]},
            {"id": "documents", "kind": "get_data", "title": "Fetch the documents", "collection": "demo.documents",
             "where": {"customer_id": "= record.id"}, "fields": ["kind", "title", "body"], "many": True},
            {"id": "flags", "kind": "ai", "title": "Red flags", "execute": execute,
             "instruction": "List what speaks against this customer",
             "output": [{"id": "summary", "type": "long_text", "required": True},
                        {"id": "level", "type": "choice", "options": ["low", "medium", "high"], "required": True}]},
            {"id": "decide", "kind": "decision", "title": "Accept?", "roles": ["compliance-officer"],
             "options": [{"id": "accept"}, {"id": "reject"}], "otherwise": "reject"},
            {"id": "risk", "kind": "update_data", "title": "Store the risk", "execute": "automatic",
             "after": ["decide:accept", "decide:reject"], "set": {"risk": "= steps.flags.output.level"}},
            {"id": "freeze", "kind": "action", "title": "Tell compliance", "action": "email.send",
             "execute": "automatic", "after": "decide:reject",
             "with": {"to": "compliance@bank.example", "subject": "Rejected", "text": "= steps.flags.output.summary"}},
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAiServer]:
    with OpenAiServer() as server:
        yield server


@pytest.fixture(scope="module", params=["responses", "chat", "json"])
async def thinking(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    temporal_client: Client,
    server: OpenAiServer,
) -> AsyncIterator[World]:
    """An installation whose model is spoken to in that style."""
    folder = tmp_path_factory.mktemp("kyc")
    more: dict[str, Any] = {"ai_base_url": server.url, "ai_style": request.param}
    async with open_world(folder, temporal_client, **more) as world, model_of(world.settings, world.store) as model:
        world.model = model
        world.work()
        yield world
        await world.rest()


async def until_flags(world: World, run: str, *statuses: str) -> dict[str, Any]:
    for _ in range(400):
        view = await world.get("ann", f"/v1/runs/{run}")
        found = next(dict(each) for each in view["steps"] if each["id"] == "flags")
        if found["status"] in statuses:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


@pytest.mark.parametrize(
    ("execute", "said", "done_by"),
    [
        ("automatic", answer(FOUND, 0.9), "ai"),
        ("assisted", answer({**FOUND, "level": "low"}, 0.9), "person"),
        ("manual", answer({**FOUND, "level": "low"}, 0.9), "person"),
        ("automatic", Say("I'd rather not answer in JSON"), "manually"),
    ],
    ids=["automatic", "assisted", "manual", "garbage"],
)
async def test_a_review_ends_well(thinking: World, server: OpenAiServer, execute: str, said: Say, done_by: str) -> None:
    server.will(said)
    before = len(server.requests)
    document = review(execute)
    await thinking.publish(document)
    run = (await thinking.start("ann", document["key"], record="c4"))["id"]
    found = await until_flags(thinking, run, "done", "waiting", "ready", "attention")
    if found["status"] != "done":
        kind = "handle_manually" if found["status"] == "attention" else "complete"
        told = await thinking.command("ann", run, kind, step="flags", output=FOUND)
        assert told.status_code == 200, told.text
    found = await until_flags(thinking, run, "done")
    assert (found["done_by"], found["output"]) == (done_by, FOUND)
    decided = await thinking.command("cy", run, "complete", step="decide", choice="reject")
    assert decided.status_code == 200, decided.text
    await thinking.until("ann", run, status="completed")
    row = await thinking.get("ann", "/v1/sources/demo/collections/customers/rows/c4")
    assert row["risk"] == "high"
    assert len(server.requests) - before == {"manual": 0}.get(execute, 3 if done_by == "manually" else 1)
    if execute != "manual":
        assert "Nominee" in server.requests[-1].text or "registration" in server.requests[-1].text
