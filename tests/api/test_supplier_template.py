"""Taking on a supplier, as the template that ships has it: a form for somebody outside, checked without any provider of
AI, an exception that is handed on, the form once more, the contract in the records.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from tests.api.inboxes import handed
from tests.api.test_templates_run import published
from tests.api.world import World, open_world

LINK = re.compile(r"/public/journeys/([A-Za-z0-9_-]+)")
ANSWER = {"vat_id": "FR40303265045", "contact": "L. Girard", "iban": "FR1420041010050500013M02606", "agreed": True}


@pytest.fixture
async def house(tmp_path: Path, temporal_client: Client) -> AsyncIterator[World]:
    """A world of its own: the template names an inbox, a supplier and a mail that others could have a hand in."""
    async with open_world(tmp_path, temporal_client) as world:
        world.work()
        yield world


async def mailed(world: World, subject: str, besides: str = "") -> str:
    """The token of the link in the newest mail of this subject that has another one than `besides`."""
    for _ in range(400):
        for path in world.settings.mail_folder.glob("*.eml"):
            text = path.read_text().replace("=\n", "")
            found = LINK.search(text)
            if subject in text and found is not None and found[1] != besides:
                return found[1]
        await asyncio.sleep(0.05)
    raise AssertionError("no mail came")


async def step(world: World, run: str, name: str, status: str) -> dict[str, Any]:
    """The step, as soon as it stands so."""
    for _ in range(400):
        view = await world.get("lea", f"/v1/runs/{run}")
        found = next(each for each in view["steps"] if each["id"] == name)
        if found["status"] == status:
            return dict(found)
        await asyncio.sleep(0.05)
    raise AssertionError(f"{name} never became {status}: {found}")


async def test_a_supplier_is_taken_on(house: World) -> None:
    definition = await published(house, "supplier-onboarding")
    run = (await house.start("ann", definition, record="s2"))["id"]
    form = await step(house, run, "documents", "waiting")
    assert (form["waits"], form["links"][0]["to"]) == ("journey", "ventes@pompe.example")
    token = await mailed(house, "Papers of your company")
    looked = await house.call(None, "GET", f"/public/journeys/{token}", headers={"Accept": "application/json"})
    assert looked.json()["form"]["values"]["contact"] == "L. Girard", looked.text
    wrong = await house.call(None, "POST", f"/public/journeys/{token}", {"vat_id": "x"})
    assert wrong.status_code == 422
    said = await house.call(None, "POST", f"/public/journeys/{token}", {**ANSWER, "iban": "NL91ABNA0417164300"})
    assert said.status_code == 200, said.text
    done = await step(house, run, "documents", "done")
    assert (done["done_by"], done["via"], done["ended_by"].startswith("journey:")) == ("person", "journey", True)

    asked = await step(house, run, "check", "attention")
    assert asked["attention"]["reason"] == "no_provider", "no model is set up: a person looks"
    judged = {"verdict": "odd", "remarks": "The account is Dutch"}
    await house.command("ann", run, "handle_manually", step="check", output=judged)
    exception = await step(house, run, "exception", "ready")
    assert exception["escalated"]["reason"] == "Pompe & Cie: The account is Dutch"
    assert (await handed(house, "lea", "leads", run))["step"] == "exception"
    await house.command("lea", run, "complete", step="exception")
    assert (await house.command("ann", run, "complete", step="settle", choice="again")).status_code == 403
    await house.command("lea", run, "complete", step="settle", choice="again")

    again = await mailed(house, "Papers of your company", besides=token)
    gone = await house.call(None, "POST", f"/public/journeys/{token}", ANSWER)
    assert gone.status_code in (404, 410), "the first link is of the round before"
    assert (await house.call(None, "POST", f"/public/journeys/{again}", ANSWER)).status_code == 200
    await step(house, run, "check", "attention")
    await house.command("ann", run, "handle_manually", step="check", output={"verdict": "complete"})
    await step(house, run, "finalize", "ready")
    await house.command("lea", run, "complete", step="finalize", output={"contract": "2026/31"})
    view = await house.until("lea", run, status="completed")
    assert view["progress"] == {"done": 8, "skipped": 0, "total": 8}
    supplier = await house.get("ann", "/v1/sources/demo/collections/suppliers/rows/s2")
    assert (supplier["status"], supplier["contract"], supplier["vat_id"]) == ("active", "2026/31", "FR40303265045")
    accounts = (await house.get("ann", "/v1/sources/demo/collections/accounts/rows"))["items"]
    assert [each["status"] for each in accounts if each["supplier_id"] == "s2"] == ["open"]
