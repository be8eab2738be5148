"""Pictures, PDFs and texts reach the model as they are, within limits; one that cannot go asks a person."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from tests.activities.ai_house import GOOD, Ai, a_question
from tests.activities.house import Stage
from tests.support.documents import a_pdf, a_picture
from tests.support.openai_server import OpenAiServer, answer

PDF, PNG = "application/pdf", "image/png"


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    with OpenAiServer() as server:
        server.will(answer(GOOD))
        yield server


async def asked_with(ai: Ai, *files: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of the request that names these files."""
    assert ai.server is not None
    await ai.answer(a_question(files=files))
    await ai.close()
    return ai.server.requests[-1].parts


async def test_a_picture_and_a_pdf_go_along_as_they_are(stage: Stage, server: OpenAiServer) -> None:
    ai, picture, pdf = Ai(stage, server), a_picture(), a_pdf("Meter 4711")
    parts = await asked_with(ai, await ai.put(picture, PNG), await ai.put(pdf, PDF))
    assert [each["type"] for each in parts] == ["input_image", "input_file", "input_text"]
    assert parts[0]["image_url"] == "data:image/png;base64," + base64.b64encode(picture).decode()
    assert parts[1]["file_data"] == "data:application/pdf;base64," + base64.b64encode(pdf).decode()


@pytest.mark.parametrize("style", ["chat", "json"])
async def test_where_pdfs_are_not_taken_their_text_is_told(stage: Stage, server: OpenAiServer, style: str) -> None:
    ai = Ai(stage, server, style=style)
    parts = await asked_with(ai, await ai.put(a_picture(), PNG), await ai.put(a_pdf("Meter 4711", "Page two"), PDF))
    assert [each["type"] for each in parts] == ["image_url", "text"]
    told = server.requests[0].text
    assert "Meter 4711" in told
    assert "Page two" in told


async def test_a_text_is_told_as_data(stage: Stage, server: OpenAiServer) -> None:
    ai = Ai(stage, server)
    parts = await asked_with(ai, await ai.put("Zähler; 4711".encode(), "text/csv"))
    assert len(parts) == 1
    assert "Zähler; 4711" in server.requests[0].text


async def test_what_is_kept_of_a_file_is_which_one_it_was(stage: Stage, server: OpenAiServer) -> None:
    ai, picture = Ai(stage, server), a_picture()
    await asked_with(ai, await ai.put(picture, PNG))
    ((call, _),) = ai.budget.calls
    assert ai.files.kept["file-0"].sha256 in call.request
    assert base64.b64encode(picture).decode() not in call.request
    assert call.tokens > 1_500


LIMITED = {"max_bytes": 3_000, "max_pixels": 2_000, "max_pages": 2, "max_files": 2}


@pytest.mark.parametrize(
    ("content", "type_", "code"),
    [
        (a_picture() + b"x" * 4_000, PNG, "input_too_large"),
        (a_picture(100, 100), PNG, "input_too_large"),
        (a_pdf("1", "2", "3"), PDF, "input_too_large"),
        (b"\x89PNG no picture", PNG, "input_unreadable"),
        (a_picture(kind="JPEG"), PNG, "input_unreadable"),
        (b"%PDF-1.4 nothing more", PDF, "input_unreadable"),
        (b"PK\x03\x04", PDF, "input_unreadable"),
    ],
)
async def test_one_that_cannot_go_asks_a_person(
    stage: Stage, server: OpenAiServer, content: bytes, type_: str, code: str
) -> None:
    ai = Ai(stage, server, **LIMITED)
    error = await ai.refused(a_question(files=(await ai.put(content, type_, "big.bin"),)))
    assert (error.type, error.non_retryable) == (code, True)
    assert "big.bin" in error.message
    assert server.requests == []
    assert ai.budget.calls == []
    await ai.close()


async def test_more_than_may_go_ask_a_person_and_the_same_one_twice_is_one(stage: Stage, server: OpenAiServer) -> None:
    ai = Ai(stage, server, **LIMITED)
    files = [await ai.put(a_picture(30 + at, 30), PNG) for at in range(3)]
    assert (await ai.refused(a_question(files=tuple(files)))).type == "input_too_large"
    parts = await asked_with(ai, files[0], files[0], files[1])
    assert [each["type"] for each in parts] == ["input_image", "input_image", "input_text"]


async def test_the_text_of_a_pdf_is_bounded_too(stage: Stage, server: OpenAiServer) -> None:
    ai = Ai(stage, server, style="chat", max_input=2_000)
    long = await ai.put(a_pdf(*["word " * 200] * 3), PDF)
    assert (await ai.refused(a_question(files=(long,)))).type == "input_too_large"
    await ai.close()


async def test_a_file_that_the_person_may_not_see_is_told_by_its_absence(stage: Stage, server: OpenAiServer) -> None:
    ai = Ai(stage, server)
    hidden, other = await ai.put(a_picture(), PNG, "secret.png"), await ai.put(b"PK", "application/zip", "x.zip")
    ai.files.hidden_from.add("ann")
    parts = await asked_with(ai, hidden, other)
    assert len(parts) == 1
    assert "files you are not shown" in server.requests[0].text
    assert "secret.png" not in server.requests[0].text


async def test_bytes_that_are_gone_ask_a_person_and_a_store_that_is_away_is_waited_for(
    stage: Stage, server: OpenAiServer
) -> None:
    ai = Ai(stage, server)
    file = await ai.put(a_picture(), PNG)
    stage.blobs.down = True
    error = await ai.refused(a_question(files=(file,)))
    assert (error.type, error.non_retryable) == ("blobs_unavailable", False)
    stage.blobs.down = False
    stage.blobs.kept.clear()
    assert (await ai.refused(a_question(files=(file,)))).type == "input_unreadable"
    await ai.close()
