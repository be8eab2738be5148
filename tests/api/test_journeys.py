"""Forms for people outside, by a link: filled in once, by whoever has it and nobody else (attack case 18)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from api.house import House
from api.routes import public_journeys
from definitions.inviting import Asked
from tests.api.documents import document
from tests.api.world import World

PATH = "/public/journeys/"
HTML = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "en-GB"}
FIELDS: list[dict[str, Any]] = [
    {"id": "name", "type": "text", "label": "Company", "required": True},
    {"id": "since", "type": "date"},
    {"id": "papers", "type": "file", "label": "Extract"},
    {"id": "photos", "type": "pictures"},
    {"id": "owners", "type": "table", "fields": [{"id": "who", "type": "text", "required": True},
                                                 {"id": "share", "type": "number", "max": 100}]},
]  # fmt: skip


def house_of(world: World) -> House:
    house = world.app.state.house
    assert isinstance(house, House)
    return house


async def asked(world: World, **options: Any) -> tuple[str, str]:
    """(run, path of the form): a run whose step a somebody outside may fill in."""
    steps = [
        {"id": "before", "kind": "task"},
        {"id": "ask", "kind": "task", "title": "Your documents", "description": "As **agreed**.", "fields": FIELDS},
        {"id": "after", "kind": "task"},
    ]
    body = document("journey", steps, teams=["ops"])
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    await world.command("ann", run, "complete", step="before")
    await world.until("ann", run, current=["ask"])
    return run, await link(world, run, **options)


async def link(world: World, run: str, execution: str = "ask#1", **options: Any) -> str:
    """The path of the form of a round."""
    form = Asked(run, execution.partition("#")[0], execution, "", "ann", "key", **options)
    return f"/public/journeys/{(await house_of(world).links.invite(form)).token}"


@pytest.fixture
async def form(world: World) -> AsyncIterator[tuple[str, str]]:
    """A run that waits for somebody outside, and the path of the form."""
    yield await asked(world)


def picture(kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, kind)
    return out.getvalue()


async def test_looking_changes_nothing_however_often_and_whoever_looks(world: World, form: tuple[str, str]) -> None:
    run, path = form
    before = await world.get("ann", f"/v1/runs/{run}")
    for _ in range(3):  # a mail scanner, a preview, the person
        assert (await world.call(None, "HEAD", path)).status_code == 200
        page = await world.call(None, "GET", path, headers=HTML)
        assert (
            page.status_code == 200
            and "<h1>Your documents</h1>" in page.text
            and "<strong>agreed</strong>" in page.text
        )
        told = (await world.call(None, "GET", path)).json()
        assert (told["title"], list(told["form"]["schema"]["properties"])) == (
            "Your documents", ["name", "since", "papers", "photos", "owners"],
        )  # fmt: skip
    after = await world.get("ann", f"/v1/runs/{run}")
    assert after["seq"] == before["seq"] and after["steps"] == before["steps"]


async def test_the_page_tells_nobody_where_it_was_and_runs_nothing(world: World, form: tuple[str, str]) -> None:
    for accept in (HTML, {}):
        headers = (await world.call(None, "GET", form[1], headers=accept)).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "noindex" in headers["x-robots-tag"]
    page = await world.call(None, "GET", form[1], headers=HTML)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe" not in policy
    assert "<script" not in page.text and " on" not in " ".join(re.findall(r"<\w+([^>]*)>", page.text)).replace(
        "=", " ="
    )
    assert not page.cookies, "nobody is signed in by opening it"
    style = re.search(r'href="(/public/style.css[^"]*)"', page.text)
    assert style is not None
    sheet = await world.call(None, "GET", style[1])
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "url(" not in sheet.text and "@import" not in sheet.text


async def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(world: World, form: tuple[str, str]) -> None:
    run, path = form
    files = {"papers": ("extract.pdf", b"%PDF-1.7 test", "application/pdf")}
    sent = {"name": " ", "since": "2026-02-31", "owners.rows": "3", "owners.1.share": "140", "owners.2.who": "Kim"}
    wrong = await world.call(None, "POST", path, data=sent, files=files, headers=HTML)
    assert wrong.status_code == 422
    for target in ("f-name", "f-since", "f-owners-0-who", "f-owners-0-share"):
        assert f'href="#{target}"' in wrong.text, target
    assert 'value="140"' in wrong.text and 'value="Kim"' in wrong.text and 'value="2026-02-31"' in wrong.text
    assert "extract.pdf" in wrong.text, "a file is not sent twice"
    (kept,) = re.findall(r'name="papers.kept" value="([^"]+)"', wrong.text)
    more = await world.call(None, "POST", path, data={**sent, "_add": "owners"}, headers=HTML)
    assert (more.status_code, 'name="owners.2.who"' in more.text) == (200, True), "a row more, and nothing is judged"
    sent |= {
        "name": "Bolt BV",
        "since": "2026-02-28",
        "owners.1.share": "40",
        "owners.1.who": "Sam",
        "papers.kept": kept,
    }
    done = await world.call(None, "POST", path, data=sent, headers=HTML)
    assert (done.status_code, "Thank you" in done.text) == (200, True), done.text
    view = await world.until("ann", run, current=["after"])
    ask = view["steps"][1]
    assert ask["output"]["owners"] == [{"who": "Sam", "share": 40}, {"who": "Kim"}]
    assert (ask["output"]["papers"]["file"], ask["output"]["papers"]["name"]) == (kept, "extract.pdf")
    assert (ask["done_by"], ask["ended_by"][:12]) == ("person", "journey:lnk-")
    assert (await world.call("ann", "GET", f"/v1/files/{kept}")).status_code == 200, "who sees the run reads its files"
    assert (await world.call("cy", "GET", f"/v1/files/{kept}")).status_code == 404


async def test_sent_twice_gives_the_same_thanks_and_is_one_answer(world: World, form: tuple[str, str]) -> None:
    run, path = form
    sent = {"data": {"name": "Bolt BV"}, "files": {"papers": ("a.pdf", b"%PDF-1.7 a", "application/pdf")}}
    answers = await asyncio.gather(*(world.call(None, "POST", path, headers=HTML, **sent) for _ in range(3)))
    assert [each.status_code for each in answers] == [200, 200, 200], [each.text for each in answers]
    again = await world.call(None, "POST", path, headers=HTML, **sent)
    assert {each.text for each in (*answers, again)} == {again.text}
    await world.until("ann", run, current=["after"])
    applied = [row for row in await world.rows("commands") if row["run"] == run and row["actor"].startswith("journey:")]
    assert [row["outcome"] for row in applied].count("applied") == 1


async def test_a_link_that_was_used_is_as_one_that_never_was(world: World, form: tuple[str, str]) -> None:
    run, path = form
    taken = await world.call(None, "POST", path, {"output": {"name": "Bolt BV"}})
    assert (taken.status_code, taken.json()) == (200, {"outcome": "completed"})
    gone = await world.call(None, "GET", path, headers=HTML)
    other = await world.call(None, "POST", path, {"output": {"name": "Nut BV"}})
    never = await world.call(None, "GET", f"{path[:-4]}AAAA", headers=HTML)
    assert (gone.status_code, other.status_code, never.status_code) == (404, 404, 404)
    assert gone.text == never.text
    assert (await world.get("ann", f"/v1/runs/{run}"))["steps"][1]["output"] == {"name": "Bolt BV"}


async def test_every_dead_link_reads_the_same_and_takes_the_same_look(
    world: World, form: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrong, revoked, of another kind: one page, for one look at the links and none at any run; expired: 410 so."""
    run, _ = form
    links = house_of(world).links
    past = await link(world, run, "before#1", expires=datetime.now(UTC) - timedelta(seconds=1))
    revoked = await link(world, run, "after#1")
    await links.revoke(run, "after#1", "")
    other = f"{PATH}{(await links.make('progress', run=run, audience='customer'))[1]}"
    looked: list[str] = []
    find = links.find

    async def counting(kind: str, token: str) -> Any:
        looked.append(token)
        return await find(kind, token)

    async def never(*_: Any) -> None:
        raise AssertionError("the run was read for a link that leads nowhere")

    monkeypatch.setattr(type(links), "find", lambda _, kind, token: counting(kind, token))
    monkeypatch.setattr(public_journeys, "place_of", never)
    pages = set()
    for dead in (revoked, other, PATH + "A" * 43, f"{PATH}x", PATH + "A" * 300):
        looked.clear()
        answer = await world.call(None, "GET", dead, headers=HTML)
        assert (answer.status_code, len(looked)) == (404, 1), dead
        pages.add(answer.text)
        problem = (await world.call(None, "POST", dead, {"output": {"name": "x"}})).json()
        assert (problem["code"], problem["detail"]) == ("not_found", "There is no such link."), dead
    assert len(pages) == 1
    looked.clear()
    page = await world.call(None, "GET", past, headers=HTML)
    assert (page.status_code, len(looked), "No longer open" in page.text) == (410, 1, True)
    late = await world.call(None, "POST", past, {"output": {"name": "x"}})
    assert (late.status_code, late.json()["code"]) == (410, "link_over")


async def test_who_tries_a_dead_link_five_times_a_minute_waits(world: World, form: tuple[str, str]) -> None:
    dead = "/public/journeys/" + "B" * 43
    answers = [await world.call(None, "GET", dead, headers=HTML) for _ in range(7)]
    assert [each.status_code for each in answers] == [404] * 5 + [429] * 2
    assert answers[-1].headers["retry-after"] == "60" and "Wait a minute" in answers[-1].text
    assert (await world.call(None, "GET", form[1])).status_code == 200, "and nobody else"


async def test_a_token_opens_nothing_but_its_form(world: World, form: tuple[str, str]) -> None:
    run, path = form
    token = path.rpartition("/")[2]
    for header in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"hf_session={token}"}):
        for call in ("/v1/me", f"/v1/runs/{run}", "/v1/tasks"):
            assert (await world.call(None, "GET", call, headers=header)).status_code == 401
    for kind in ("confirm", "progress", "start", "calendar"):
        assert (await world.call(None, "GET", f"/public/{kind}/{token}")).status_code == 404
    rows = [row for row in await world.rows("links") if row["run"] == run]
    assert rows and len(token) >= 43, "256 bits"
    for table in ("links", "log", "events", "commands", "effects"):
        assert token not in str(await world.rows(table)), f"{table} holds the token"


async def test_an_answer_names_its_own_step_and_brings_its_own_files(world: World, form: tuple[str, str]) -> None:
    run, path = form
    uploaded = await world.call("ann", "POST", "/v1/files", files={"file": ("secret.txt", b"of ann", "text/plain")})
    theirs = uploaded.json()["id"]
    for body in (
        {"name": "x", "papers": {"file": theirs}},
        {"name": "x", "step": "after"},
        {"name": "x", "actor": "ann"},
    ):
        assert (await world.call(None, "POST", path, body)).status_code == 422, body
    refused = await world.call(None, "POST", path, data={"name": "x", "papers.kept": theirs}, headers=HTML)
    assert (refused.status_code, "secret.txt" in refused.text) == (422, False)
    odd = await world.call(None, "POST", path, data={"name": "x", "team": "ops"}, headers=HTML)
    assert odd.status_code == 422
    assert (await world.get("ann", f"/v1/runs/{run}"))["current"] == ["ask"]


async def test_after_the_step_was_gone_back_past_the_form_is_no_longer_open(
    world: World, form: tuple[str, str]
) -> None:
    run, path = form
    assert (await world.command("lea", run, "revise", step="before")).status_code == 200
    for method, body in (("GET", None), ("POST", {"name": "x"})):
        late = await world.call(None, method, path, body)
        assert (late.status_code, late.json()["code"]) == (410, "link_over"), method
        assert "No longer open" in (await world.call(None, method, path, body, headers=HTML)).text
    await world.command("ann", run, "complete", step="before")
    await world.until("ann", run, current=["ask"])
    assert (await world.call(None, "POST", path, {"name": "x"})).status_code == 410, "that link was of the round before"
    assert (await world.call(None, "POST", await link(world, run, "ask#2"), {"name": "x"})).status_code == 200


async def test_a_run_that_was_saved_or_ended_takes_no_answer_and_loses_none(
    world: World, form: tuple[str, str]
) -> None:
    run, path = form
    await world.command("ann", run, "save")
    await world.until("ann", run, status="saved")
    busy = await world.call(None, "POST", path, {"name": "x"})
    assert (busy.status_code, busy.json()["code"]) == (409, "form_busy")
    await world.command("ann", run, "resume")
    await world.command("ann", run, "abort", reasons=[])
    await world.until("ann", run, status="aborted")
    assert (await world.call(None, "POST", path, {"name": "x"})).status_code == 410


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("x.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422), ("x.png", b"\x89PNG\r\n\x1a\n....", 422),
     ("x.exe", b"MZ\x90\x00", 422), ("x.png", picture(), 200), ("x.jpg", picture("JPEG"), 200)],
)  # fmt: skip
async def test_files_come_in_by_their_bytes_and_pictures_are_written_anew(
    world: World, form: tuple[str, str], name: str, content: bytes, status: int
) -> None:
    _, path = form
    sent = await world.call(
        None, "POST", path, data={"name": "x"}, files={"photos": (name, content, "image/png")}, headers=HTML
    )
    assert sent.status_code == status, sent.text
    if status == 422:
        assert 'href="#f-photos"' in sent.text


async def test_one_link_brings_so_many_files_and_no_more(world: World, form: tuple[str, str]) -> None:
    from api.public.body import PER_LINK

    _, path = form
    for start in (0, PER_LINK - 20, PER_LINK - 1):
        many = [("papers", (f"{n}.txt", f"file {n}".encode(), "text/plain")) for n in range(start, start + 20)]
        answer = await world.call(None, "POST", path, data={"name": ""}, files=many, headers=HTML)
        assert answer.status_code == 422
    more = await world.call(
        None, "POST", path, data={"name": "x"}, files={"papers": ("z.txt", b"one more", "text/plain")}, headers=HTML
    )
    assert "Too many files" in more.text or more.status_code == 200
    count = len([row for row in await world.rows("files") if row["uploaded_by"].startswith("journey:")])
    assert count >= 20


async def test_bodies_of_another_kind_or_size_are_refused(world: World, form: tuple[str, str]) -> None:
    _, path = form
    text = await world.call(None, "POST", path, content=b"<x/>", headers={"Content-Type": "application/xml"})
    assert text.status_code == 415
    deep = await world.call(
        None, "POST", path, content=b'{"a":' * 40 + b"1" + b"}" * 40, headers={"Content-Type": "application/json"}
    )
    assert deep.status_code == 400
    unbounded = await world.call(None, "POST", path, content=b"x", headers={"Content-Type": "multipart/form-data"})
    assert unbounded.status_code == 400
    listed = await world.call(None, "POST", path, [1, 2])
    assert listed.status_code == 400
    long = await world.call(None, "POST", path, {"name": "x" * (3 * 1024 * 1024)})
    assert long.status_code == 413


async def test_the_path_is_told_to_whoever_may_complete_the_step(world: World, form: tuple[str, str]) -> None:
    run, path = form
    detail = await world.get("ann", f"/v1/runs/{run}/steps/ask")
    assert (detail["link_path"], detail["link"]) == (path, f"http://127.0.0.1{path}")
    for who in ("vic", "oda"):
        assert (await world.get(who, f"/v1/runs/{run}/steps/ask"))["link"] is None
    await world.call(None, "POST", path, {"name": "x"})
    assert (await world.get("ann", f"/v1/runs/{run}/steps/ask"))["link"] is None
