"""The console as the API serves it: every address but those of the API, under a policy that lets nothing else in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest

from api.app import create_app
from api.signing import Signer
from tests.api.world import World


@pytest.fixture
async def browser(world: World, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Holdfast</title>")
    (tmp_path / "assets" / "index-abc.js").write_text("export {}")
    app = create_app(
        store=world.store, records=cast(Any, None), temporal=cast(Any, None), signer=Signer.fresh(), console=tmp_path
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/work", "/runs/run-1?step=pay", "/records/demo.orders/o1"])
async def test_every_page_is_the_console_under_its_policy(browser: httpx2.AsyncClient, path: str) -> None:
    page = await browser.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 200 and "<title>Holdfast" in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy and "unsafe-eval" not in policy and "frame-ancestors 'none'" in policy
    assert page.headers["cache-control"] == "no-store"


async def test_built_files_are_kept_and_what_is_not_there_is_not_a_page(browser: httpx2.AsyncClient) -> None:
    script = await browser.get("/assets/index-abc.js")
    assert script.status_code == 200 and "immutable" in script.headers["cache-control"]
    assert (await browser.get("/assets/gone.js")).status_code == 404


async def test_the_api_stays_the_api(browser: httpx2.AsyncClient) -> None:
    for path in ("/v1/nowhere", "/v1/runs"):
        answer = await browser.get(path, headers={"Accept": "text/html"})
        assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert (await browser.get("/healthz")).json()["status"] == "ok"
