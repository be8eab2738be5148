"""The table of bad inputs of RELIABILITY.md: each ends in its named code, and the run they are about stays alive.

Rows that concern a later release (files, forms, webhooks, login) are named there; depth, numbers and texts are tried
against the gate itself in test_gate.py as well.
"""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.api.documents import document, key, secret, two_steps
from tests.api.world import World


@dataclass
class Targets:
    """What the requests are about: definitions, an open run, a closed one."""

    names: dict[str, str] = field(default_factory=dict)

    def fill(self, value: Any) -> Any:
        """`{run}` and the like in texts, filled in."""
        if isinstance(value, str):
            for name, text in self.names.items():
                value = value.replace("{" + name + "}", text)
            return value
        if isinstance(value, dict):
            return {name: self.fill(item) for name, item in value.items()}
        return [self.fill(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
async def targets(world: World) -> AsyncIterator[Targets]:
    """An open run of two steps, whose first step was never completed; it must be alive at the end of all this."""
    fields = [{"id": "amount", "type": "integer", "required": True}, {"id": "photo", "type": "pictures", "min": 1}]
    plain, hidden = two_steps(), secret()
    asking = document("asking", [{"id": "t", "kind": "task", "fields": fields}], inputs=fields[:1])
    archived = two_steps("archived")
    for body in (plain, hidden, asking, archived):
        await world.publish(body)
    draft = two_steps("draft")
    await world.call("admin", "POST", "/v1/definitions", draft)
    await world.call("admin", "POST", f"/v1/definitions/{archived['key']}/archive")
    run = await world.start("ann", plain["key"])
    photo = await world.start("ann", asking["key"], inputs={"amount": 1})
    closed = await world.start("ann", plain["key"])
    await world.command("ann", closed["id"], "abort", reasons=[])
    done = await world.start("ann", plain["key"])
    await world.command("ann", done["id"], "complete", step="a", output={"n": 1})
    runs = {"run": run["id"], "photo": photo["id"], "closed": closed["id"], "done": done["id"]}
    keys = {"plain": plain["key"], "hidden": hidden["key"], "draft": draft["key"], "archived": archived["key"]}
    yield Targets({**runs, **keys, "asking": asking["key"], "unknown": key("unknown")})
    view = await world.get("ann", f"/v1/runs/{run['id']}")
    assert (view["status"], view["current"]) == ("waiting", ["a"]), "the run is alive and has not moved"
    last = await world.command("ann", run["id"], "complete", step="a", output={"n": 1})
    assert last.status_code == 200, last.text


COMMANDS, RUNS = "/v1/runs/{run}/commands", "/v1/runs"
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Case:
    """A request and what it must end in. `code` None: any (the status says it all)."""

    row: int
    what: str
    status: int
    code: str | None
    path: str
    body: Any = None
    raw: bytes | None = None
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)
    at: str | None = None
    who: str = "ann"


def command(
    row: int, what: str, status: int, code: str, /, run: str = "{run}", at: str | None = None, **body: Any
) -> Case:
    return Case(row, what, status, code, f"/v1/runs/{run}/commands", {"type": "complete", **body}, at=at)


def start(row: int, what: str, status: int, code: str, /, at: str | None = None, **body: Any) -> Case:
    return Case(row, what, status, code, RUNS, body, at=at)


def raw(row: int, what: str, status: int, code: str, text: bytes, /, **headers: str) -> Case:
    return Case(row, what, status, code, COMMANDS, raw=text, headers={**JSON, **headers})


def query(row: int, what: str, path: str, status: int = 422, code: str | None = "invalid") -> Case:
    return Case(row, what, status, code, path, method="GET")


FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
BODY = b'{"type":"complete","step":"a","output":{"n":%s}}'
CASES = [
    raw(1, "200,000 brackets", 400, "too_deep", b"[" * 200_000),
    raw(2, "NaN", 422, "not_finite", BODY % b"NaN"),
    raw(2, "Infinity", 422, "not_finite", BODY % b"Infinity"),
    raw(2, "1e999", 422, "not_finite", BODY % b"1e999"),
    raw(3, "5,000 digits", 422, "number_too_large", BODY % (b"9" * 5000)),
    raw(4, "a key twice", 400, "duplicate_key", b'{"type":"complete","type":"skip","step":"a"}'),
    raw(5, "NUL", 422, "control_char", BODY % b'"a\\u0000b"'),
    raw(6, "half a pair", 422, "lone_surrogate", BODY % b'"\\ud800"'),
    command(7, "an id of 201 characters", 422, "invalid", step="a", id="x" * 201, at="/id"),
    command(7, "a step of 101 characters", 422, "invalid", step="a" * 101, at="/step"),
    start(7, "a label of 101 characters", 422, "invalid", definition="{plain}", labels=["x" * 101], at="/labels/0"),
    start(8, "version 2^31", 422, "invalid", definition="{plain}", version=2**31, at="/version"),
    start(8, "version 2^63", 422, "number_too_large", definition="{plain}", version=2**63),
    start(8, "a text for a number", 422, "invalid", definition="{plain}", version="1", at="/version"),
    command(9, "no zone", 422, "invalid", step="a", occurred_at="2026-11-21T10:00:00", at="/occurred_at"),
    command(9, "year 0", 422, "invalid", step="a", occurred_at="0000-01-01T00:00:00Z", at="/occurred_at"),
    command(9, "beyond 9999", 422, "invalid", step="a", occurred_at="9999-12-31T23:59:59-05:00", at="/occurred_at"),
    command(9, "a number", 422, "invalid", step="a", occurred_at=5, at="/occurred_at"),
    raw(11, "6 MB", 413, "too_large", b'{"type":"note","text":"' + b"x" * 6_000_000 + b'"}'),
    raw(11, "gzip", 415, "unsupported_media_type", gzip.compress(b"{}" * 1000), **{"Content-Encoding": "gzip"}),
    raw(12, "text/plain", 415, "unsupported_media_type", BODY % b"1", **{"Content-Type": "text/plain"}),
    Case(12, "no content type", 415, "unsupported_media_type", COMMANDS, raw=BODY % b"1"),
    command(13, "a path of ours", 422, "invalid", step="a", files={"x": {"filepath": "/etc/passwd"}}, at="/files"),
    raw(13, "a form", 415, "unsupported_media_type", b"a=1", **{"Content-Type": FORM}),
    raw(14, "9,999 parts", 415, "unsupported_media_type", b"--x\r\n" * 9999, **{"Content-Type": PARTS}),
    Case(15, "1,000 ranges", 416, "too_many_ranges", RUNS, method="GET",
         headers={"Range": "bytes=" + ",".join(f"{n}-{n}" for n in range(1000))}),
    Case(16, "a forged host", 400, "untrusted_host", RUNS, method="GET", headers={"Host": "evil.example"}),
    start(17, "unknown", 404, "not_found", definition="{unknown}"),
    start(17, "a draft", 404, "not_found", definition="{draft}"),
    start(17, "archived", 404, "not_found", definition="{archived}"),
    start(17, "another team's", 404, "not_found", definition="{hidden}"),
    start(17, "an unknown version", 404, "not_found", definition="{plain}", version=77),
    start(18, "an input is missing", 422, "invalid_inputs", definition="{asking}", at="/inputs/amount"),
    start(18, "one too many", 422, "invalid_inputs", definition="{asking}", inputs={"amount": 1, "z": 1},
          at="/inputs/z"),
    start(18, "of a wrong type", 422, "invalid_inputs", definition="{asking}", inputs={"amount": "1"},
          at="/inputs/amount"),
    start(18, "inputs are no map", 422, "invalid", definition="{asking}", inputs=[1], at="/inputs"),
    start(18, "a field of ours", 422, "invalid", definition="{plain}", started_by="lea", at="/started_by"),
    start(18, "a record it does not work on", 422, "no_record", definition="{plain}", record="o1", at="/record"),
    query(19, "a run named ../x", "/v1/runs/..%2Fx", 404, "not_found"),
    query(19, "a run with NUL", "/v1/runs/a%00b", 422, "control_char"),
    query(19, "a run of 1,001 characters", "/v1/runs/" + "x" * 1001, 404, "not_found"),
    command(21, "not open yet", 409, "requirements_open", step="b", choice="x"),
    command(21, "unknown", 404, "step_unknown", step="zz"),
    command(21, "done", 409, "step_not_ready", run="{done}", step="a", output={"n": 2}),
    command(21, "an old round", 409, "stale_execution", step="a", execution="a#7", output={"n": 2}),
    command(22, "closed", 409, "run_closed", run="{closed}", step="a", output={"n": 1}),
    command(23, "no step", 422, "invalid", output={"n": 1}, at="/step"),
    Case(23, "no type", 422, "invalid", COMMANDS, {"step": "a"}),
    Case(23, "an unknown type", 422, "invalid", COMMANDS, {"type": "dance", "step": "a"}),
    Case(23, "no object", 422, "invalid", COMMANDS, [1]),
    command(24, "an option that is none", 422, "unknown_option", run="{done}", step="b", choice="z", at="/choice"),
    command(24, "no choice", 422, "choice_missing", run="{done}", step="b", at="/choice"),
    command(24, "no picture", 422, "invalid_output", run="{photo}", step="t", output={"amount": 1}, at="/output/photo"),
    command(24, "nothing of what is required", 422, "invalid_output", step="a", output={}, at="/output/n"),
    command(24, "a wrong type", 422, "invalid_output", step="a", output={"n": "1"}, at="/output/n"),
    command(25, "300 KB of text", 413, "too_large", step="a", output={"n": 1, "why": "x" * 300_000}),
    *(
        command(26, name, 422, "invalid", step="a", output={"n": 1}, at=f"/{name}", **{name: "x"})
        for name in ("decided_by", "team_id", "status", "actor", "roles", "ended_by", "seal", "via")
    ),
    Case(27, "escalate to an inbox that is not there", 422, "unknown_inbox", COMMANDS,
         {"type": "escalate", "step": "a", "inbox": "nowhere", "reason": "x"}, who="lea"),
    Case(9, "ahead of now", 422, "invalid", COMMANDS,
         {"type": "complete", "step": "a", "output": {"n": 1}, "occurred_at": "2999-01-01T00:00:00Z"},
         at="/occurred_at"),
    query(30, "sort", "/v1/runs?sort=password"),
    query(30, "limit below", "/v1/runs?limit=-1"),
    query(30, "limit above", "/v1/runs?limit=1000000000"),
    query(30, "limit no number", "/v1/tasks?limit=x"),
    query(30, "cursor", "/v1/runs?cursor=abc", code="wrong_cursor"),
    query(30, "cursor of another list", "/v1/tasks?cursor=WyItc3RhcnRlZF9hdCIsImEiLCJiIl0", code="wrong_cursor"),
    query(30, "cursor with NUL", "/v1/runs?cursor=WyItc3RhcnRlZF9hdCIsImFcdTAwMDAiLCJiIl0", code="wrong_cursor"),
    query(30, "an unknown status", "/v1/runs?status=asleep"),
    query(30, "a status no step has", "/v1/tasks?status=asleep"),
    query(30, "a time without zone", "/v1/runs?started_after=2026-01-01T00:00:00"),
    query(30, "NUL in q", "/v1/runs?q=a%00b", code="control_char"),
    query(30, "replay at 0", "/v1/runs/{run}/replay?at=0"),
    query(30, "replay at no number", "/v1/runs/{run}/replay?at=x"),
    query(30, "an unknown source", "/v1/sources/nope/collections", 404, "not_found"),
    query(30, "an unknown collection", "/v1/sources/demo/collections/nope/rows", 404, "not_found"),
    query(30, "a cursor of nobody", "/v1/sources/demo/collections/orders/rows?cursor=x", 422, "bad_cursor"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"row {case.row}, {case.what}")
async def test_bad_input_ends_in_its_code(world: World, targets: Targets, case: Case) -> None:
    """A problem with the code, the place where it is wrong, and nothing about the inside of the house."""
    options: dict[str, Any] = {"headers": case.headers}
    if case.raw is not None:
        options["content"] = case.raw
    answer = await world.call(case.who, case.method, targets.fill(case.path), targets.fill(case.body), **options)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (case.status, case.code or problem["code"]), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "trace_id"} <= set(problem)
    if case.at is not None:
        assert case.at in [error["path"] for error in problem["errors"]], problem
    for secret_ in ("Traceback", "SELECT", "sqlite", 'File "', "hf_"):
        assert secret_ not in answer.text


async def test_row_9_an_offset_is_stored_as_utc(world: World, targets: Targets) -> None:
    run = await world.start("ann", targets.names["plain"])
    done = await world.command(
        "ann", run["id"], "complete", step="a", output={"n": 1}, occurred_at="2026-11-21T10:00:00+05:00"
    )
    assert done.status_code == 200
    events = (await world.get("ann", f"/v1/runs/{run['id']}/events"))["items"]
    assert events[-2]["data"]["occurred_at"] == "2026-11-21T05:00:00.000000Z"


async def test_row_11_chunks_without_end(world: World, targets: Targets) -> None:
    """A body that says nothing of its length is cut off at the limit, not collected."""
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"[" * 65_536

    answer = await world.call("ann", "POST", targets.fill(COMMANDS), content=chunks(), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert sent <= 18, "one megabyte and a little"


async def test_row_20_a_key_used_twice(world: World, targets: Targets) -> None:
    """The same body gives the same run; another body is refused; another person's key is another key."""
    headers, body = {"Idempotency-Key": uuid.uuid4().hex}, {"definition": targets.names["plain"]}
    first = await world.call("ann", "POST", RUNS, body, headers=headers)
    again = await world.call("ann", "POST", RUNS, body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    other = await world.call("ann", "POST", RUNS, {**body, "labels": ["x"]}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    bens = await world.call("ben", "POST", RUNS, body, headers=headers)
    assert bens.json()["id"] != first.json()["id"]


async def test_row_27_a_step_that_the_run_did_not_take(world: World) -> None:
    """Nobody goes back to a branch that was never gone; the run stays where it is."""
    way = {"id": "way", "kind": "decision", "options": [{"id": "left"}, {"id": "right"}]}
    steps = [way, *({"id": id, "kind": "task", "after": f"way:{to}"} for id, to in (("l", "left"), ("r", "right")))]
    body = document("branches", steps)
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    assert (await world.command("ann", run, "complete", step="way", choice="left")).status_code == 200
    refused = await world.command("lea", run, "revise", step="r", reason="wrong")
    assert (refused.status_code, refused.json()["code"]) == (409, "step_not_ready")
    assert (await world.get("ann", f"/v1/runs/{run}"))["current"] == ["l"]


async def test_row_29_a_search_is_literal(world: World, targets: Targets) -> None:
    """Quotes, wildcards and SQL mean themselves."""
    for text in ("' OR WorkflowId!='x", "%", "_", "\\", "'; DROP TABLE runs; --", '" OR 1=1'):
        assert (await world.get("ann", "/v1/runs", q=text))["items"] == []
        assert (await world.get("ann", "/v1/tasks", q=text))["items"] == []
    run = await world.get("ann", f"/v1/runs/{targets.names['run']}")
    found = await world.get("ann", "/v1/runs", q=run["name"].upper(), definition=run["definition"], limit=200)
    assert run["id"] in [each["id"] for each in found["items"]], "without regard to case"


async def test_a_problem_can_be_traced(world: World) -> None:
    """The trace id of the caller comes back in the problem and in a header."""
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    answer = await world.call("ann", "GET", "/v1/runs/none", headers=headers)
    assert (answer.json()["trace_id"], answer.headers["X-Trace-Id"]) == (trace, trace)
    assert len((await world.call("ann", "GET", "/v1/runs/none")).json()["trace_id"]) == 32
    assert json.loads(answer.text)["status"] == 404
