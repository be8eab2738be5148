"""Secrets by name: put in at the last moment, only for who may use them and only where they may go, and never seen."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import structlog
from temporalio.exceptions import ApplicationError

from activities.effect import EffectGate
from activities.errors import ActionError
from activities.http import HttpPolicy, register_http
from activities.registry import Registry
from definitions.secrets import Secret
from definitions.wire import EffectCall
from tests.activities.house import Stage, a_call
from tests.activities.web import Site, a_site, plain
from tests.log_lines import log_lines

VALUE = "canary-9f2e"
NAMED = {"Authorization": {"secret": "shop"}}


class Kept:
    """Secrets in memory; `away`: the database does not answer."""

    def __init__(self, away: bool = False, **found: Secret) -> None:
        self.found, self.away = found, away

    async def named(self, names: Collection[str]) -> Mapping[str, Secret]:
        if self.away:
            raise OSError(f"password={VALUE}")
        return {name: self.found[name] for name in names if name in self.found}


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with a_site() as found:
        found.replies["/"] = plain(b'{"ok": true}')
        yield found


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    with log_lines() as lines:
        yield lines


def request(site: Site, **given: Any) -> tuple[Registry, EffectCall]:
    registry = Registry()
    register_http(registry, HttpPolicy(allowed_hosts=frozenset({f"127.0.0.1:{site.port}"})))
    asked = {"url": site.url("/"), "method": "POST", **given}
    return registry, a_call(activity="http.request", input=asked)


async def perform(stage: Stage, site: Site, **given: Any) -> Any:
    registry, call = request(site, **given)
    return await stage.perform(registry.activities()[0], call)


async def refused(stage: Stage, site: Site, **given: Any) -> tuple[str | None, str]:
    registry, call = request(site, **given)
    error = await stage.refused(registry.activities()[0], call)
    return error.type, error.message


async def test_the_request_has_the_value_and_the_record_the_name(stage: Stage, site: Site) -> None:
    stage.secrets = Kept(shop=Secret(VALUE, ("ops",), ("127.0.0.1",)))
    body = {"list": [{"secret": "shop"}, {"secret": "shop", "and": "more"}]}
    await perform(stage, site, headers=NAMED, body=body)
    sent = site.requests[0]
    assert sent.headers["authorization"] == VALUE
    assert json.loads(sent.body) == {"list": [VALUE, {"secret": "shop", "and": "more"}]}
    assert VALUE not in repr(stage.ledger.effects) + repr(stage.ledger.events)


async def test_an_answer_that_repeats_it_is_not_believed(stage: Stage, site: Site) -> None:
    stage.secrets = Kept(shop=Secret(VALUE))
    said = {"you": {f"sent {VALUE}": [VALUE, 1]}}
    site.replies["/"] = plain(json.dumps(said).encode(), f"X-Request-Id: {VALUE}")
    told = await perform(stage, site, headers=NAMED)
    assert told["body"] == {"you": {"sent ***": ["***", 1]}}
    assert told["headers"]["x-request-id"] == "***"
    assert VALUE not in repr(stage.ledger.effects)


@pytest.mark.parametrize(
    ("kept", "code"),
    [
        (None, "unknown_secret"),
        (Kept(), "unknown_secret"),
        (Kept(shop=Secret(VALUE, ("compliance",))), "unknown_secret"),
        (Kept(shop=Secret(VALUE, (), ("shop.example",))), "address_not_allowed"),
        (Kept(shop=Secret(VALUE, (), ("127.0.0.1:1",))), "address_not_allowed"),
        (Kept(away=True), "ledger_unavailable"),
    ],
)
async def test_without_it_nothing_is_sent(stage: Stage, site: Site, kept: Any, code: str) -> None:
    """Attack 11 at run time: another team's secret is one that is not there, whoever wrote the definition."""
    stage.secrets = kept
    found, message = await refused(stage, site, headers=NAMED)
    assert found == code and VALUE not in message
    assert not site.requests and stage.state() == "failed"


async def test_who_acts_has_lost_every_right(stage: Stage, site: Site) -> None:
    stage.secrets = Kept(shop=Secret(VALUE))
    registry, call = request(site, headers=NAMED)
    error = await stage.refused(registry.activities()[0], replace(call, acting="gone"))
    assert error.type == "not_allowed" and not site.requests


async def test_no_error_and_no_line_has_it(stage: Stage, lines: io.StringIO) -> None:
    gate = EffectGate(stage.ledger, stage.people, stage.blobs, None, Kept(shop=Secret(VALUE)))

    async def fail(call: EffectCall) -> None:
        assert call.input["headers"]["Authorization"] == VALUE
        structlog.get_logger("mine").warning("sending", header=f"Bearer {VALUE}", all=[VALUE])
        raise ActionError("http_status", f"{VALUE} was refused", errors=[{"path": "/", "message": VALUE}])

    call = a_call(activity="http.request", input={"headers": NAMED})
    with pytest.raises(ApplicationError) as raised:
        await stage.environment.run(gate.perform, call, fail)
    assert raised.value.message == "*** was refused"
    assert VALUE not in repr(raised.value.details) + repr(stage.ledger.effects)
    assert "Bearer ***" in lines.getvalue() and VALUE not in lines.getvalue()
