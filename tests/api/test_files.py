"""What people attach: taken by what stands in the bytes, kept under a random name, given to those who see the run."""

from __future__ import annotations

import asyncio
import hashlib
import re
import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

import httpx2
import pytest
from PIL import Image

from api import sniffing
from api.files import label
from api.pictures import Refused, cleaned
from api.store.seed import add_person
from api.store.tokens import issue_token
from tests.api.documents import document
from tests.api.world import World

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
OFFICE_TYPE = "application/vnd.openxmlformats-officedocument."


def picture(format: str = "PNG", size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    """A picture whose left half is red."""
    image = Image.new("RGB", size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    out = BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def office(*parts: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part in parts:
            archive.writestr(part, "<x/>")
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be enormous."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def send(
    world: World, who: str | None, content: bytes, name: str = "roof.png", **options: Any
) -> httpx2.Response:
    """Upload a file, with a content type that says nothing true."""
    return await world.call(who, "POST", "/v1/files", files={"file": (name, content, "text/html")}, **options)


async def uploaded(world: World, who: str, content: bytes, name: str = "roof.png") -> dict[str, Any]:
    answer = await send(world, who, content, name)
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())


@pytest.mark.parametrize(
    ("content", "name", "type_"),
    [
        (picture("PNG"), "x.exe", "image/png"),
        (picture("JPEG"), "x.png", "image/jpeg"),
        (picture("WEBP"), "x", "image/webp"),
        (PDF, "offer.pdf", "application/pdf"),
        (b"memo\nline two\n", "memo.txt", "text/plain"),
        (b"a;b\n1;2\n", "list.CSV", "text/csv"),
        (office("[Content_Types].xml", "word/document.xml"), "x.docx", f"{OFFICE_TYPE}wordprocessingml.document"),
        (office("[Content_Types].xml", "xl/workbook.xml"), "x.xlsx", f"{OFFICE_TYPE}spreadsheetml.sheet"),
    ],
)
def test_a_file_is_what_its_bytes_say(content: bytes, name: str, type_: str) -> None:
    assert sniffing.type_of(content, name) == type_


NOT_TAKEN: list[tuple[str, bytes]] = [
    ("svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    ("svg without head", b'  <svg xmlns="http://www.w3.org/2000/svg"/>'),
    ("html", b"<!DOCTYPE html><html><script>alert(1)</script>"),
    ("html after words", b"hello <script>alert(1)</script>"),
    ("windows program", b"MZ\x90\x00" + b"\0" * 200),
    ("linux program", b"\x7fELF" + b"\0" * 200),
    ("shell script", b"#!/bin/sh\nrm -rf /\n"),
    ("postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n"),
    ("gif", picture("GIF")),
    ("tiff", picture("TIFF")),
    ("fits", b"SIMPLE  =                    T" + b" " * 100 + bytes(8)),
    ("zip", office("a.txt")),
    ("document with macros", office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
    ("broken zip", b"PK\x03\x04" + b"x" * 50),
    ("bytes", bytes(range(256))),
    ("text with NUL", b"a\0b"),
]


@pytest.mark.parametrize("content", [content for _, content in NOT_TAKEN], ids=[name for name, _ in NOT_TAKEN])
async def test_what_somebody_s_program_might_run_is_not_taken(world: World, content: bytes) -> None:
    """RELIABILITY, bad input 45: `.png` in name and type, something else in the bytes."""
    answer = await send(world, "ann", content, "holiday.png")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


async def test_a_picture_is_decoded_and_written_anew(world: World) -> None:
    """The right way up, without where it was taken, and without what was hidden behind it."""
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn it a quarter to the right
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[2] = (52.0, 22.0, 0.0)
    sent = picture("JPEG", exif=exif, comment=b"<script>alert(1)</script>") + office("payload.js")
    found = await uploaded(world, "ann", sent, "roof.jpg")
    assert (found["type"], found["width"], found["height"]) == ("image/jpeg", 20, 40)
    answer = await world.call("ann", "GET", f"/v1/files/{found['id']}")
    kept = answer.content
    assert (len(kept), hashlib.sha256(kept).hexdigest()) == (found["size"], found["sha256"])
    image = Image.open(BytesIO(kept))
    assert (image.size, dict(image.getexif())) == ((20, 40), {})
    assert image.convert("RGB").getpixel((10, 5))[0] > 200  # type: ignore[index]
    for secret in (b"Secret", b"script", b"payload", b"PK\x03\x04"):
        assert secret not in kept
    assert not zipfile.is_zipfile(BytesIO(kept))


async def test_transparency_and_the_first_frame_stay(world: World) -> None:
    frames = [Image.new("RGBA", (8, 8), (255, 0, 0, 128)), Image.new("RGBA", (8, 8), "blue")]
    for format in ("PNG", "WEBP"):
        out = BytesIO()
        frames[0].save(
            out, format, save_all=True, append_images=frames[1:], **({"lossless": True} if format == "WEBP" else {})
        )
        found = await uploaded(world, "ann", out.getvalue())
        image = Image.open(BytesIO((await world.call("ann", "GET", f"/v1/files/{found['id']}")).content))
        assert getattr(image, "n_frames", 1) == 1
        red, _, blue, alpha = image.convert("RGBA").getpixel((1, 1))  # type: ignore[misc]
        assert (red > 240, blue < 15, alpha) == (True, True, 128)


@pytest.mark.parametrize("size", [(50_000, 50_000), (8_000, 5_001)])
async def test_a_picture_that_claims_to_be_enormous_is_never_decoded(world: World, size: tuple[int, int]) -> None:
    answer = await send(world, "ann", huge_png(*size))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_pixels")


@pytest.mark.parametrize(
    "content", [picture("PNG")[:-30], picture("JPEG")[:200], picture("WEBP")[:30], huge_png(99, 99)]
)
async def test_a_damaged_picture_is_refused(world: World, content: bytes) -> None:
    answer = await send(world, "ann", content)
    assert (answer.status_code, answer.json()["code"]) == (422, "damaged_file")


async def test_a_decoder_that_dies_takes_nobody_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child is killed when its time is over, and whatever it says then is not believed."""
    monkeypatch.setattr("api.pictures.SECONDS", 0.0)
    with pytest.raises(Refused, match="cannot be decoded"):
        await cleaned(picture(), "image/png", 10_000)


async def test_nothing_and_too_much(world: World) -> None:
    assert (await send(world, "ann", b"")).json()["code"] == "empty_file"
    limit = world.app.state.house.config.file_limit
    answer = await send(world, "ann", b"a" * (limit + 1), "long.txt")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    announced = await world.call(
        "ann",
        "POST",
        "/v1/files",
        content=b"x",
        headers={"Content-Length": str(10**12), "Content-Type": "multipart/form-data"},
    )
    assert announced.status_code == 413


BOUNDED, END = "multipart/form-data; boundary=b", b"--b--\r\n"


def part(said: bytes) -> bytes:
    """One part of a body."""
    return b"--b\r\nContent-Disposition: form-data; " + said + b"\r\n\r\nbytes\r\n"


@pytest.mark.parametrize(
    ("body", "type_", "status"),
    [
        (b'{"files": {"x": {"filepath": "/etc/passwd"}}}', "application/json", 415),
        (b"x", "image/png", 415),
        (b"x", "multipart/form-data", 400),
        (b"x", BOUNDED, 400),
        (part(b'name="file"') + END, BOUNDED, 400),
        (part(b'name="x"; filename="a"') + END, BOUNDED, 422),
        (part(b'name="file"; filename="a"') * 2 + END, BOUNDED, 400),
    ],
    ids=["json", "bare", "no boundary", "no parts", "field", "other part", "two files"],
)
async def test_a_body_that_is_not_one_file(world: World, body: bytes, type_: str, status: int) -> None:
    """RELIABILITY, bad input 13: the server never takes a path from a body."""
    answer = await world.call("ann", "POST", "/v1/files", content=body, headers={"Content-Type": type_})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\0.png", "a.png"),
        ("CON", "CON"),
        ("x" * 500, "x" * 200),
        ("", "file"),
        ("...", "file"),
        ("\u202egnp.exe", "gnp.exe"),
        ("line\r\nSet-Cookie: a=b.txt", "lineSet-Cookie: a=b.txt"),
        ("Übersicht «1».pdf", "Übersicht «1».pdf"),
    ],
)
def test_a_name_is_a_label_and_nothing_else(name: str, shown: str) -> None:
    assert label(name) == shown


async def test_a_file_is_stored_under_a_random_name(world: World) -> None:
    found = await uploaded(world, "ann", PDF + b"% of its own", "../../x.pdf")
    assert re.fullmatch(r"file-[0-9a-f]{32}", found["id"])
    folder = world.settings.blob_folder / found["id"]
    assert [each.name for each in folder.iterdir()] == [found["sha256"]]
    assert found["name"] == "x.pdf"


async def test_a_download_is_saved_and_never_opened_in_place(world: World) -> None:
    found = await uploaded(world, "ann", b"memo of the roof", "Übersicht «1».txt")
    answer = await world.call("ann", "GET", f"/v1/files/{found['id']}", params={"download": "/etc/passwd"})
    assert answer.content == b"memo of the roof"
    headers = answer.headers
    assert headers["content-disposition"] == (
        "attachment; filename=\"_bersicht _1_.txt\"; filename*=UTF-8''%C3%9Cbersicht%20%C2%AB1%C2%BB.txt"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["content-type"].startswith("text/plain")


async def test_the_same_bytes_of_the_same_person_are_one_file(world: World) -> None:
    content = PDF + b"% sent ten times"
    answers = await asyncio.gather(*(send(world, "ann", content, f"{n}.pdf") for n in range(6)))
    assert {answer.json()["id"] for answer in answers} == {answers[0].json()["id"]}
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    other = await uploaded(world, "ben", content)
    assert other["id"] != answers[0].json()["id"], "what others have uploaded is not to be found out by uploading"


async def test_many_at_once_are_asked_to_come_back(world: World) -> None:
    """RELIABILITY, bad input 48: refused before the body is read, and the door is open again afterwards."""
    house = world.app.state.house
    house.busy["file.upload"] = 8
    try:
        answer = await send(world, "ann", PDF)
    finally:
        house.busy["file.upload"] = 0
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert answer.headers["retry-after"] == "1"
    assert (await send(world, "ann", PDF)).status_code in (200, 201)
    assert house.busy["file.upload"] == 0


async def test_a_store_that_is_away_is_503_and_leaves_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: Any) -> str:
        raise ConnectionError

    before = len(await world.rows("files"))
    monkeypatch.setattr(world.app.state.house.blobs, "put", away)
    assert (await send(world, "ann", PDF + b"% away")).status_code == 503
    assert len(await world.rows("files")) == before


def working(name: str, **top: Any) -> dict[str, Any]:
    fields = [
        {"id": "before", "type": "pictures", "min": 1, "required": True},
        {"id": "offer", "type": "file"},
        {"id": "order", "type": "record", "collection": "demo.orders"},
        {"id": "sign", "type": "signature"},
        {"id": "rows", "type": "table", "fields": [{"id": "photo", "type": "file"}]},
    ]
    return document(name, [{"id": "look", "kind": "task", "fields": fields}, {"id": "next", "kind": "task"}], **top)


async def test_who_sees_the_run_reads_its_files_and_nobody_else(world: World) -> None:
    """RELIABILITY, bad input 49: a guessed id, and another team's, are not there."""
    async with world.store.session() as session:
        for name, team in (("fay", "roofs"), ("gus", "roofs"), ("hal", "cellars")):
            await add_person(session, name, name, roles=["operator"], teams=[team])
            world.tokens[name] = (await issue_token(session, name, "test"))[1]
    body = working("files", teams=["roofs"])
    await world.publish(body)
    photo = await uploaded(world, "fay", picture(size=(31, 7)))
    path = f"/v1/files/{photo['id']}"
    for name in ("gus", "hal"):
        assert (await world.call(name, "GET", path)).status_code == 404
        assert (await world.call(name, "GET", f"{path}/about")).status_code == 404
    run = (await world.start("fay", body["key"]))["id"]
    lies = {"file": photo["id"], "name": "other.exe", "size": 1, "sha256": "00", "caption": "Front"}
    done = await world.command("fay", run, "complete", step="look", output={"before": [lies]})
    assert done.status_code == 200, done.text
    kept = next(step for step in done.json()["run"]["steps"] if step["id"] == "look")["output"]["before"]
    names = ("name", "type", "size", "sha256")
    assert kept == [{"file": photo["id"], "caption": "Front", **{name: photo[name] for name in names}}]
    assert (await world.call("gus", "GET", path)).status_code == 200
    assert [each["id"] for each in (await world.get("gus", f"/v1/runs/{run}/files"))["items"]] == [photo["id"]]
    assert (await world.call("oda", "GET", path)).status_code == 200, "an auditor sees every run"
    assert (await world.call("hal", "GET", path)).status_code == 404
    assert (await world.call("hal", "GET", f"/v1/runs/{run}/files")).status_code == 404
    assert (await world.call("ann", "GET", "/v1/files/file-" + "0" * 32)).status_code == 404


async def test_an_answer_names_only_what_is_there_for_its_author(world: World) -> None:
    """All of it at once, together with what the form itself finds missing; and nothing is lent by naming it."""
    body = working("names")
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    foreign = await uploaded(world, "ben", picture(size=(33, 3)))
    text = await uploaded(world, "ann", b"no picture", "a.txt")
    output = {
        "offer": {"file": foreign["id"]},
        "order": "o99",
        "sign": {"name": "J. Hollander", "file": text["id"]},
        "rows": [{"photo": {"file": text["id"]}}, {"photo": {"file": "file-none"}}],
    }
    answer = await world.command("ann", run, "complete", step="look", output=output)
    assert answer.status_code == 422
    assert [(each["path"], each["code"]) for each in answer.json()["errors"]] == [
        ("/output/before", "missing"),
        ("/output/offer/file", "no_such_file"),
        ("/output/sign/file", "not_a_picture"),
        ("/output/rows/1/photo/file", "no_such_file"),
        ("/output/order", "no_such_record"),
    ]
    assert (await world.call("ann", "GET", f"/v1/files/{foreign['id']}")).status_code == 404
    assert (await world.get("ann", f"/v1/runs/{run}/files"))["items"] == []
    mine = await uploaded(world, "ann", picture(size=(34, 3)))
    output = {"before": [{"file": mine["id"]}], "order": "o1", "sign": {"name": "J. Hollander", "file": mine["id"]}}
    done = await world.command("ann", run, "complete", step="look", output=output)
    assert done.status_code == 200, done.text
    kept = next(step for step in done.json()["run"]["steps"] if step["id"] == "look")["output"]
    assert (kept["sign"]["name"], kept["sign"]["type"], kept["order"]) == ("J. Hollander", "image/png", "o1")


async def test_an_answer_names_so_much_and_no_more(world: World) -> None:
    body = working("many")
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    rows = [{"photo": {"file": f"file-{n}"}} for n in range(201)]
    answer = await world.command("ann", run, "complete", step="look", output={"rows": rows})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many")
