"""What models were asked, what they answered and what it cost: kept for each request, told to those who may know."""

from __future__ import annotations

from tests.api.thinking import FLAGS, GOOD, a_run, server, thinking
from tests.api.world import World
from tests.support.openai_server import OpenAiServer, Say, answer

__all__ = ["server", "thinking"]


async def test_every_request_is_counted_with_what_was_asked_and_answered(thinking: World, server: OpenAiServer) -> None:
    server.will(Say("no JSON"), answer(GOOD))
    run = await a_run(thinking, {**FLAGS, "execute": "automatic"})
    await thinking.until("lea", run, status="completed")
    calls = [each for each in await thinking.rows("ai_calls") if each["run"] == run]
    assert [(each["outcome"], each["input_tokens"], each["micros"]) for each in calls] == [("ok", 100, 200)] * 2
    assert all("List what speaks against this order" in each["request"] for each in calls)
    assert all("sk-secret" not in each["request"] + each["reply"] for each in calls)
    assert {each["acting"] for each in calls} == {"lea"}


async def test_an_auditor_reads_what_was_asked_and_a_lead_what_it_cost(thinking: World, server: OpenAiServer) -> None:
    server.will(Say("no JSON"), answer(GOOD))
    run = await a_run(thinking, {**FLAGS, "execute": "automatic"})
    await thinking.until("lea", run, status="completed")
    first = await thinking.get("oda", f"/v1/runs/{run}/model-calls", limit=1)
    second = await thinking.get("oda", f"/v1/runs/{run}/model-calls", limit=1, cursor=first["next"])
    rows = [*first["items"], *second["items"]]
    assert second["next"] is None
    assert "no JSON" in rows[0]["reply"]
    assert [(each["step"], each["outcome"], each["cost"]) for each in rows] == [("flags", "ok", 0.0002)] * 2
    assert all("List what speaks against this order" in each["request"] and each["ended_at"] for each in rows)
    assert (await thinking.call("ann", "GET", f"/v1/runs/{run}/model-calls")).status_code == 403
    spent = {row["team"]: row["cost"] for row in (await thinking.get("lea", "/v1/analytics/models"))["items"]}
    assert spent[""] >= 0.0004, "runs of no team"
    assert (await thinking.get("lea", "/v1/analytics/models", month="1999-01"))["items"] == []
    assert (await thinking.call("ann", "GET", "/v1/analytics/models")).status_code == 403


async def test_what_another_team_asked_of_models_is_not_told(thinking: World, server: OpenAiServer) -> None:
    server.will(answer(GOOD), answer(GOOD))
    asking = {**FLAGS, "execute": "automatic"}
    nobodys, run = await a_run(thinking, asking), await a_run(thinking, asking, top={"teams": ["ops"]})
    for each in (nobodys, run):
        await thinking.until("lea", each, status="completed")
    assert (await thinking.call("cy", "GET", f"/v1/runs/{run}/model-calls")).status_code == 404
    assert [row["team"] for row in (await thinking.get("lea", "/v1/analytics/models"))["items"]] == ["", "ops"]
