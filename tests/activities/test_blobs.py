"""Large values go to the blob store and come back: through the gate, on a folder, and over S3's protocol.

The bucket here is a small server of this test on loopback that keeps what is PUT and gives it on GET: it shows that our
URL, keys, signature headers and patience reach obstore's real S3 client. That a real S3 takes them cannot be shown
without a network.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from activities.blobs import open_blobs, place
from activities.errors import ActionError
from activities.ports import BlobMissing, Blobs
from activities.testing import InMemoryBlobs
from activities.values import INPUT_LIMIT, referenced
from definitions.references import Reference
from definitions.wire import INLINE_LIMIT, VALUE_LIMIT
from tests.activities.house import AGAIN, Stage, a_call

LONG = "ä" * 450_000
"""900 KB of JSON."""


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Bucket:
    """The part of S3 that is used, in memory. `status` makes every answer a failure."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.signed: list[str] = []
        self.status = 200
        bucket = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                bucket.signed.append(self.headers["Authorization"])
                if bucket.status == 200:
                    bucket.kept[self.path] = body
                self.answer(bucket.status, b"")

            def do_GET(self) -> None:
                found = bucket.kept.get(self.path)
                self.answer(404 if found is None else bucket.status, found or b"")

            def answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("ETag", '"e"')
                self.send_header("Last-Modified", "Sat, 21 Nov 2026 09:00:00 GMT")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    made = Bucket()
    made.thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{made.server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the-name-of-a-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(params=["memory", "folder", "bucket"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    match request.param:
        case "memory":
            return InMemoryBlobs()
        case "folder":
            return open_blobs("", tmp_path / "deep" / "blobs")
        case _:
            request.getfixturevalue("bucket")
            return open_blobs("s3://holdfast/blobs", tmp_path)


async def test_what_is_put_comes_back_under_its_digest_and_only_for_its_run(blobs: Blobs) -> None:
    assert await blobs.put("run-1", b"abc") == await blobs.put("run-1", b"abc") == digest(b"abc")
    assert await blobs.get("run-1", digest(b"abc")) == b"abc"
    with pytest.raises(BlobMissing):
        await blobs.get("run-2", digest(b"abc"))
    with pytest.raises(BlobMissing):
        await blobs.get("run-1", digest(b"abd"))


async def test_a_folder_holds_one_file_per_blob_and_notices_damage(tmp_path: Path) -> None:
    blobs = open_blobs(f"file://{tmp_path}/blobs", tmp_path / "unused")
    sha256 = await blobs.put("run-1", b"abc")
    file = tmp_path / "blobs" / "run-1" / sha256
    assert file.read_bytes() == b"abc" and not (tmp_path / "unused").exists()
    file.write_bytes(b"abx")
    with pytest.raises(BlobMissing):
        await blobs.get("run-1", sha256)
    await blobs.put("run-1", b"abc")
    assert await blobs.get("run-1", sha256) == b"abc", "storing it again mends it"


async def test_a_bucket_is_asked_under_its_prefix_and_with_a_signature(bucket: Bucket, tmp_path: Path) -> None:
    sha256 = await open_blobs("s3://holdfast/large/values", tmp_path).put("run-1", b"abc")
    assert bucket.kept == {f"/holdfast/large/values/run-1/{sha256}": b"abc"}
    assert "the-name-of-a-key" in bucket.signed[0] and "a-secret" not in bucket.signed[0]


async def test_a_bucket_that_refuses_is_an_error_and_no_missing_blob(bucket: Bucket, tmp_path: Path) -> None:
    blobs = open_blobs("s3://holdfast", tmp_path)
    sha256 = await blobs.put("run-1", b"abc")
    bucket.status = 403
    with pytest.raises(Exception, match="403") as caught:
        await blobs.get("run-1", sha256)
    assert not isinstance(caught.value, BlobMissing)


@pytest.mark.parametrize("url", ["ftp://h/x", "blobs", "s3://", "file://elsewhere/x", "memory:///", "http://h/x"])
def test_other_urls_are_refused_at_the_start(url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a blob store is"):
        open_blobs(url, tmp_path)


@pytest.mark.parametrize(
    ("run", "sha256"),
    [
        ("..", "a" * 64),
        ("", "a" * 64),
        ("a/b", "a" * 64),
        (".hidden", "a" * 64),
        ("run-1", "../x"),
        ("run-1", "A" * 64),
    ],
)
def test_no_name_leads_out_of_its_run(run: str, sha256: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be the id of a run|is named by its SHA-256"):
        place(run, sha256)


async def test_a_large_value_is_stored_and_the_run_gets_a_reference(stage: Stage) -> None:
    async def fetch(call: dict[str, Any]) -> dict[str, Any]:
        return {"status": 200, "text": LONG}

    result = await stage.perform(fetch, a_call())
    content = json.dumps(LONG, ensure_ascii=False).encode()
    assert result == {"status": 200, "text": {"$blob": digest(content), "size": 900_002, "type": "string"}}
    assert stage.blobs.kept == {("run-1", digest(content)): content}
    assert stage.ledger.effects["run-1:pay#1"].intent.result == result
    assert await stage.perform(fetch, a_call()) == result, "a finished effect answers by reference too"


async def test_the_effect_that_is_given_a_reference_sees_the_value_wherever_it_stands(stage: Stage) -> None:
    seen: list[Any] = []

    async def fetch(call: dict[str, Any]) -> dict[str, Any]:
        return {"text": LONG, "rows": [{"n": n, "pad": "x" * 100} for n in range(1000)]}

    async def use(call: dict[str, Any]) -> dict[str, Any]:
        seen.append(call["input"])
        return {"length": len(call["input"]["one"])}

    made = await stage.perform(fetch, a_call())
    given = {"one": made["text"], "deep": [{"rows": made["rows"]}, made["text"]], "small": 1}
    assert await stage.perform(use, a_call(key="run-1:use#1", input=given)) == {"length": 450_000}
    assert seen[0]["one"] == LONG == seen[0]["deep"][1] and seen[0]["small"] == 1
    assert [row["n"] for row in seen[0]["deep"][0]["rows"]] == list(range(1000))


async def test_no_run_reads_what_another_stored(stage: Stage) -> None:
    async def fetch(call: dict[str, Any]) -> dict[str, Any]:
        return {"text": LONG}

    made = await stage.perform(fetch, a_call())
    error = await stage.refused(fetch, a_call(run="run-2", key="run-2:pay#1", input={"stolen": made["text"]}))
    assert (error.type, error.non_retryable) == ("blob_missing", False)
    assert stage.state("run-2:pay#1") == "failed", "nothing was done, so it may be tried again"


@pytest.mark.parametrize(
    ("change", "code"), [("gone", "blob_missing"), ("damaged", "blob_missing"), ("down", "blobs_unavailable")]
)
async def test_without_its_values_an_effect_does_not_begin(stage: Stage, change: str, code: str) -> None:
    acted: list[int] = []

    async def act(call: dict[str, Any]) -> dict[str, Any]:
        acted.append(1)
        return {}

    made = await referenced({"text": LONG}, "run-1", stage.blobs)
    match change:
        case "gone":
            stage.blobs.kept.clear()
        case "damaged":
            stage.blobs.kept = {key: content[:-2] + b'x"' for key, content in stage.blobs.kept.items()}
        case _:
            stage.blobs.down = True
    error = await stage.refused(act, a_call(input=made))
    assert (error.type, error.non_retryable, acted) == (code, False, [])
    assert stage.state() == "failed"


@pytest.mark.parametrize(("contract", "again"), [({}, False), (AGAIN.to_json(), True)])
async def test_a_result_that_cannot_be_stored_is_never_passed_on_in_silence(
    stage: Stage, contract: dict[str, Any], again: bool
) -> None:
    """It was done: only what may be repeated is tried again by itself, else a person looks."""

    async def fetch(call: dict[str, Any]) -> dict[str, Any]:
        stage.blobs.down = True
        return {"text": LONG}

    error = await stage.refused(fetch, a_call(contract=contract or a_call().contract))
    assert (error.type, error.non_retryable, stage.state()) == ("blobs_unavailable", not again, "unknown")


async def test_what_only_resembles_a_reference_is_a_value_like_any_other(stage: Stage) -> None:
    odd = [
        {"$blob": "a" * 63, "size": 1, "type": "string"},
        {"$blob": "a" * 64, "size": 1},
        {"$blob": "a" * 64, "size": 1, "type": "number"},
        {"$blob": "a" * 64, "size": True, "type": "string"},
        {"$blob": "../x", "size": 1, "type": "string"},
        {"$blob": "a" * 64, "size": 1, "type": "string", "more": 1},
    ]
    assert [Reference.of(each) for each in odd] == [None] * len(odd)

    async def echo(call: dict[str, Any]) -> dict[str, Any]:
        return {"count": len(call["input"]["odd"]), "same": call["input"]["odd"] == odd}

    assert await stage.perform(echo, a_call(input={"odd": odd})) == {"count": 6, "same": True}


async def test_an_action_cannot_hand_out_a_reference_of_its_own(stage: Stage) -> None:
    async def forge(call: dict[str, Any]) -> dict[str, Any]:
        return {"body": [{"text": {"$blob": "a" * 64, "size": 1, "type": "string"}}]}

    error = await stage.refused(forge, a_call())
    assert error.type == "wrong_output" and "/body/0/text uses the key $blob" in error.message


async def test_an_object_stays_open_for_its_small_members_and_a_list_goes_whole(stage: Stage) -> None:
    """So that a rule can read `body.total` beside `body.items` of any size."""
    rows = [{"n": n, "pad": "x" * 100} for n in range(1000)]
    kept = await referenced({"body": {"total": 1000, "items": rows}, "rows": rows}, "run-1", stage.blobs)
    assert kept["body"]["total"] == 1000
    assert kept["body"]["items"]["type"] == kept["rows"]["type"] == "array"
    assert kept["body"]["items"]["$blob"] == kept["rows"]["$blob"] and len(stage.blobs.kept) == 1
    crowded = {f"m{n}": "x" * 5_000 for n in range(40)}
    kept = await referenced({"crowded": crowded, "n": 1}, "run-1", stage.blobs)
    assert kept["crowded"]["type"] == "object" and kept["n"] == 1


async def test_many_values_of_middling_size_leave_the_largest_first_until_it_fits(stage: Stage) -> None:
    result = {f"m{n:02}": "x" * (30_000 + n * 100) for n in range(40)}
    kept = await referenced(result, "run-1", stage.blobs)
    stored = [key for key, value in kept.items() if isinstance(value, dict)]
    assert list(kept) == list(result) and stored == sorted(result)[-len(stored) :]
    assert VALUE_LIMIT - INLINE_LIMIT < len(json.dumps(kept, separators=(",", ":"))) <= VALUE_LIMIT


async def test_countless_small_values_are_refused(stage: Stage) -> None:
    async def crumbs(call: dict[str, Any]) -> dict[str, Any]:
        return {f"k{n}": "x" * 50 for n in range(20_000)}

    error = await stage.refused(crumbs, a_call())
    assert error.type == "output_too_large" and "in small values" in error.message
    assert not stage.blobs.kept


async def test_what_is_small_costs_the_store_nothing(stage: Stage) -> None:
    stage.blobs.down = True

    async def small(call: dict[str, Any]) -> dict[str, Any]:
        return {"text": "x" * (INLINE_LIMIT - 20)}

    assert len((await stage.perform(small, a_call()))["text"]) == INLINE_LIMIT - 20


async def test_more_than_a_worker_should_hold_at_once_is_refused_before_anything_is_fetched(stage: Stage) -> None:
    made = await referenced({"text": LONG}, "run-1", stage.blobs)
    many = [made["text"]] * (INPUT_LIMIT // 900_000 + 1)

    async def act(call: dict[str, Any]) -> dict[str, Any]:
        raise ActionError("acted", "It should not have begun.")

    stage.blobs.down = True
    error = await stage.refused(act, a_call(input={"many": many}))
    assert (error.type, error.non_retryable) == ("input_too_large", True)
