"""The activity `holdfast.propose` against a model's server that behaves as badly as they do."""

from __future__ import annotations

import asyncio
import json

import pytest

from activities.ai.breaker import Breaker
from definitions.budget import Limits
from tests.activities.ai_house import FIELDS, GOOD, SECRET, Ai, a_question
from tests.activities.house import Stage
from tests.support.openai_server import CHAT, RESPONSES, OpenAiServer, Say, answer, status

STYLES = ("responses", "chat", "json")


@pytest.mark.parametrize("style", STYLES)
async def test_each_style_asks_for_the_schema_and_reads_the_answer(
    stage: Stage, server: OpenAiServer, style: str
) -> None:
    ai = Ai(stage, server, style=style, price_input=2.0, price_output=10.0)
    server.will(answer(GOOD, 0.9, clear=["note"], basis=["record.iban", "record.made_up", "steps.docs.output.body"]))
    found = await ai.answer(a_question())
    assert found.values == {"summary": "Cash turnover.", "level": "high", "note": None}
    assert (found.confidence, found.by, found.explanation) == (0.9, "ai", "It says so.")
    assert found.basis == ("record.iban", "steps.docs.output.body")
    assert found.usage["model"] == "told-by-server"
    assert (found.usage["input_tokens"], found.usage["output_tokens"]) == (100, 20)
    assert found.usage["cost"] == pytest.approx(0.0004)
    (asked,) = server.requests
    assert asked.path == (RESPONSES if style == "responses" else CHAT)
    assert asked.headers["authorization"] == f"Bearer {SECRET}"
    assert asked.headers["idempotency-key"].startswith("run-1:flags#1:propose:1:")
    assert '"medium"' in json.dumps(asked.body.get("text") or asked.body.get("response_format")) or style == "json"
    await ai.close()


async def test_what_was_asked_and_answered_is_kept_without_the_key(ai: Ai, server: OpenAiServer) -> None:
    server.will(answer({**GOOD, "summary": f"The key is {SECRET} and Bearer abcdefghijkl."}))
    found = await ai.answer(a_question())
    ((call, cost),) = ai.budget.calls
    assert cost is not None
    assert "Ajax Trading" in call.request
    assert "[redacted]" in cost.reply
    assert len(found.usage["prompt_hash"]) == 64
    for kept in (call.request, cost.reply, json.dumps(found.usage)):
        assert SECRET not in kept
        assert "abcdefghijkl" not in kept


NAN = '{"values": {"summary": "x", "level": "low", "score": NaN}, "confidence": 1}'
TWICE = '{"values": {"summary": "x", "level": "low", "level": "high"}, "confidence": 1}'
UNUSABLE = {
    "not JSON": Say("I think this customer is fine."),
    "empty": Say(""),
    "NaN": Say(NAN),
    "a name twice": Say(TWICE),
    "no object": Say("[]"),
    "no values": Say('{"confidence": 1}'),
    "wrong enum": answer({**GOOD, "level": "catastrophic"}),
    "wrong type": answer({**GOOD, "score": "many"}),
    "infinite": Say(NAN.replace("NaN", "Infinity")),
    "beyond 2^53": answer({**GOOD, "score": 2**60}),
    "NUL": answer({**GOOD, "summary": "a\x00b"}),
    "half a character": Say('{"values": {"summary": "\\ud800", "level": "low"}, "confidence": 1}'),
    "confidence of 7": answer(GOOD, 7),
    "confidence of true": answer(GOOD, True),
    "cut off": Say('{"values": {"summary": "Cash', cut=True),
    "a body that is no JSON": Say(raw=b"<html>Bad gateway</html>"),
    "a body of another shape": Say(raw=b'["hello"]'),
    "too deep": Say('{"values": ' + "[" * 5000 + "]" * 5000 + "}"),
}


@pytest.mark.parametrize("style", ["responses", "chat"])
@pytest.mark.parametrize("reply", UNUSABLE.values(), ids=UNUSABLE)
async def test_an_answer_that_cannot_be_used_is_asked_for_three_times_and_then_a_person(
    stage: Stage, server: OpenAiServer, reply: Say, style: str
) -> None:
    ai = Ai(stage, server, style=style)
    server.will(reply)
    error = await ai.refused(a_question())
    assert (error.type, error.non_retryable) == ("ai_unreadable", True)
    assert len(server.requests) == 3
    assert len(ai.budget.calls) == 3
    assert all(cost is not None and (cost.input_tokens or cost.estimated) for _, cost in ai.budget.calls)
    await ai.close()


async def test_a_model_is_told_what_was_wrong_and_may_mend_it(ai: Ai, server: OpenAiServer) -> None:
    server.will(answer({**GOOD, "level": "catastrophic"}), Say("sorry"), answer(GOOD))
    found = await ai.answer(a_question())
    assert found.values["level"] == "high"
    assert found.usage["requests"] == 3
    assert (found.usage["input_tokens"], found.usage["output_tokens"]) == (300, 60)
    second, third = server.requests[1].text, server.requests[2].text
    assert "/level" in second
    assert "catastrophic" in second
    assert "not JSON" in third


async def test_fields_that_are_lacking_are_asked_for_again_and_then_left_to_a_person(
    ai: Ai, server: OpenAiServer
) -> None:
    server.will(answer({"level": "high"}), answer({"score": 3}), answer({}))
    found = await ai.answer(a_question())
    assert found.values == {"level": "high", "score": 3}
    assert found.confidence == 0.0
    server.will(answer({"level": "low"}), answer({"summary": "x"}))
    assert (await ai.answer(a_question())).values == {"level": "low", "summary": "x"}


@pytest.mark.parametrize(
    ("reply", "code", "again"),
    [
        (Say(refusal=True), "ai_refused", False),
        (status(400), "ai_rejected", False),
        (status(401), "ai_rejected", False),
        (status(404), "ai_rejected", False),
        (status(422), "ai_rejected", False),
        (status(302, Location="http://127.0.0.1:1/"), "ai_rejected", False),
        (status(500), "ai_unavailable", True),
        (status(503), "ai_unavailable", True),
        (status(429), "ai_unavailable", True),
        (status(429, Retry_After="3600"), "ai_unavailable", False),
        (Say(raw=b'{"error": {"code": "insufficient_quota"}}', status=429), "ai_rejected", False),
        (Say(raw=b" " * (10 * 2**20)), "ai_unreadable", False),
        (Say("{}", headers={"Content-Encoding": "gzip"}), "ai_unreadable", False),
        (Say(hang=True), "timeout", True),
        (Say(raw=b"{" + b" " * 10_000, drip=True), "timeout", True),
    ],
)
async def test_each_failure_has_its_code_and_is_one_request(
    stage: Stage, server: OpenAiServer, reply: Say, code: str, again: bool
) -> None:
    slow = reply.hang or reply.drip
    ai = Ai(stage, server, timeout=0.7 if slow else 15.0)
    server.will(reply)
    error = await ai.refused(a_question())
    assert (error.type, error.non_retryable) == (code, not again)
    assert len(server.requests) == 1
    assert "sk-" not in error.message
    ((_, cost),) = ai.budget.calls
    assert cost is not None
    assert cost.outcome == code
    turned_away = code in ("ai_rejected", "ai_unavailable")
    assert (cost.input_tokens == 0) is turned_away
    await ai.close()


async def test_an_answer_that_ends_before_its_end_is_tried_again_and_may_have_cost_something(
    ai: Ai, server: OpenAiServer
) -> None:
    server.will(Say(answer(GOOD).text, short=True))
    error = await ai.refused(a_question())
    assert (error.type, error.non_retryable) == ("ai_unavailable", False)
    ((call, cost),) = ai.budget.calls
    assert cost is not None
    assert (cost.input_tokens, cost.estimated) == (call.tokens, True)


async def test_a_server_that_asks_to_wait_is_waited_for(ai: Ai, server: OpenAiServer) -> None:
    server.will(status(429, Retry_After="7"))
    error = await ai.refused(a_question())
    assert error.next_retry_delay.total_seconds() == 7


async def test_a_server_that_does_not_answer_is_left_alone_for_a_while(ai: Ai, server: OpenAiServer) -> None:
    server.will(status(503))
    for _ in range(5):
        await ai.refused(a_question())
    assert len(server.requests) == 5
    error = await ai.refused(a_question())
    assert (error.type, error.non_retryable) == ("ai_unavailable", False)
    assert 25 <= error.next_retry_delay.total_seconds() <= 30
    assert len(server.requests) == 5
    assert ai.budget.used.run_tokens == 0


def test_after_a_while_one_goes_and_looks() -> None:
    now = 100.0
    breaker = Breaker(lambda: now)
    for _ in range(4):
        breaker.ended(False)
    breaker.ended(True)
    for _ in range(5):
        assert breaker.wait() is None
        breaker.ended(False)
    assert breaker.wait() == 30.0
    now = 129.0
    assert breaker.wait() == 1.0
    now = 130.0
    assert breaker.wait() is None
    assert breaker.wait() == 30.0
    breaker.ended(False)
    assert breaker.wait() == 30.0
    now = 160.0
    assert breaker.wait() is None
    breaker.ended(True)
    assert breaker.wait() is None


async def test_a_server_that_is_not_there_is_tried_again_and_costs_nothing(stage: Stage, server: OpenAiServer) -> None:
    ai = Ai(stage, server, base_url="http://127.0.0.1:1/v1")
    error = await ai.refused(a_question())
    assert (error.type, error.non_retryable) == ("ai_unavailable", False)
    assert ai.budget.used.run_tokens == 0
    await ai.close()


async def test_nothing_is_asked_beyond_the_budget_and_what_cannot_be_counted_is_not_spent(
    stage: Stage, server: OpenAiServer
) -> None:
    ai = Ai(stage, server, limits=Limits(run_tokens=1200))
    server.will(answer(GOOD, 0.9))
    for _ in range(2):
        await ai.answer(a_question())
    server.will(Say(answer(GOOD).text, usage=(1000, 0)))
    await ai.answer(a_question())
    asked = len(server.requests)
    error = await ai.refused(a_question())
    assert (error.type, error.non_retryable) == ("budget_spent", True)
    ai.budget.down = True
    assert (await ai.refused(a_question())).type == "ledger_unavailable"
    assert len(server.requests) == asked
    await ai.close()


async def test_a_prompt_that_is_too_large_is_refused_before_it_is_sent(stage: Stage, server: OpenAiServer) -> None:
    ai = Ai(stage, server, max_input=20_000)
    error = await ai.refused(a_question(context={"record": {"id": "1", "text": "x" * 30_000}}))
    assert error.type == "input_too_large"
    assert server.requests == []
    assert ai.budget.calls == []
    await ai.close()


async def test_usage_that_nobody_tells_is_estimated_and_said_to_be(ai: Ai, server: OpenAiServer) -> None:
    server.will(Say(answer(GOOD).text, usage=None))
    found = await ai.answer(a_question())
    ((call, cost),) = ai.budget.calls
    assert cost is not None
    assert cost.estimated
    assert found.usage["input_tokens"] == call.tokens > 0


async def test_what_is_only_written_differently_is_taken_as_a_form_would(ai: Ai, server: OpenAiServer) -> None:
    fenced = json.loads(answer({**GOOD, "summary": "  Cash.  ", "score": "007"}).text)
    server.will(Say(f"```json\n{json.dumps(fenced)}\n```"))
    assert (await ai.answer(a_question())).values == {"summary": "Cash.", "level": "high", "score": 7}
    server.will(answer({**GOOD, "score": 5.0}))
    assert (await ai.answer(a_question())).values["score"] == 5


async def test_all_rounds_together_end_by_one_deadline(stage: Stage, server: OpenAiServer) -> None:
    ai = Ai(stage, server, timeout=1.0)
    server.will(Say("no JSON"), Say(hang=True))
    error = await ai.refused(a_question())
    assert (error.type, error.non_retryable) == ("timeout", False)
    assert ai.budget.outcomes == ["ok", "timeout"]
    await ai.close()


async def test_a_question_that_is_given_up_is_settled(ai: Ai, server: OpenAiServer) -> None:
    server.will(Say(hang=True))
    asking = asyncio.create_task(ai.answer(a_question()))
    while not server.requests:
        await asyncio.sleep(0.01)
    ai.stage.environment.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    ((_, cost),) = ai.budget.calls
    assert cost is not None
    assert (cost.outcome, cost.estimated) == ("cancelled", True)


async def test_a_schema_that_points_elsewhere_is_not_followed(ai: Ai, server: OpenAiServer) -> None:
    schema = {"type": "object", "properties": {"x": {"$ref": f"{server.url}/schema"}}}
    assert (await ai.refused(a_question(schema=schema))).type == "schema_unusable"
    assert server.requests == []


async def test_the_key_is_in_no_line_of_the_log(
    ai: Ai, server: OpenAiServer, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    server.will(status(401))
    await ai.refused(a_question())
    server.will(answer(GOOD))
    await ai.answer(a_question())
    out, err = capfd.readouterr()
    assert SECRET not in out + err + caplog.text
    assert SECRET not in repr(ai.provider.settings if ai.provider else "")


async def test_a_finished_proposal_is_never_asked_for_again(ai: Ai, server: OpenAiServer) -> None:
    server.will(answer(GOOD))
    call = ai._call(a_question())
    first = await ai.stage.perform(ai._activity, call)
    assert await ai.stage.perform(ai._activity, call) == first
    assert len(server.requests) == 1


def test_the_fields_of_these_stories_have_all_that_strictness_is_about() -> None:
    kinds = {json.dumps(each) for each in FIELDS["properties"].values()}
    assert len(kinds) == 4
