"""A run that is started with much: its history gets references, its effects get the values, and 2 MB are never near."""

from __future__ import annotations

import email
import email.policy
from typing import Any

from definitions.references import Reference
from tests.api.documents import document
from tests.api.world import World

TEXT = "long " * 36_000
"""180 KB, more than stays inside a history and less than a mail may have."""


def letter() -> dict[str, Any]:
    """Mails a text that the run was started with."""
    fields = [{"id": "text", "type": "long_text"}, {"id": "subject", "type": "text"}]
    told = {"to": "someone@example.org", "subject": "= inputs.subject", "text": "= inputs.text"}
    mail = {
        "id": "mail",
        "kind": "action",
        "title": "Mail",
        "action": "email.send",
        "execute": "automatic",
        "with": told,
    }
    look = {"id": "look", "kind": "task", "title": "Look"}
    return document("letter", [mail, look], inputs=fields)


async def test_a_large_input_is_stored_apart_and_reaches_its_effect_whole(world: World) -> None:
    body = letter()
    await world.publish(body)
    run = (await world.start("ann", body["key"], inputs={"text": TEXT, "subject": "Read this"}))["id"]
    view = await world.until("ann", run, current=["look"])
    reference = Reference.of(view["context"]["inputs"]["text"])
    assert reference is not None and (reference.size, reference.type) == (len(TEXT) + 2, "string")
    assert view["context"]["inputs"]["subject"] == "Read this"
    files = [file.read_bytes() for file in world.settings.mail_folder.glob("*.eml")]
    mails = [email.message_from_bytes(each, policy=email.policy.default) for each in files]
    (mail,) = [each for each in mails if each["Subject"] == "Read this"]
    assert mail.get_content().split() == TEXT.split()
    whole = await world.call("ann", "GET", f"/v1/runs/{run}/values/{reference.sha256}")
    assert whole.status_code == 200 and whole.json() == TEXT
    history = await world.temporal.get_workflow_handle(run).fetch_history()
    assert history.events[0].ByteSize() < 64 * 1024


async def test_a_start_of_countless_small_values_is_refused_and_no_run_exists(world: World) -> None:
    fields = [{"id": f"f{n}", "type": "long_text"} for n in range(60)]
    body = document("many", [{"id": "look", "kind": "task", "title": "Look"}], inputs=fields)
    await world.publish(body)
    inputs = {f"f{n}": "x" * 2_000 for n in range(60)}
    answer = await world.call("ann", "POST", "/v1/runs", {"definition": body["key"], "inputs": inputs})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert [row for row in await world.rows("runs") if row["definition"] == body["key"]] == []


async def test_where_the_blob_store_does_not_answer_no_run_exists(world: World) -> None:
    body = letter()
    await world.publish(body)
    world.settings.blob_folder.mkdir(exist_ok=True)
    folder = world.settings.blob_folder
    folder.rename(folder.with_name("away"))
    folder.write_text("a file stands where the folder was")
    try:
        asked = {"definition": body["key"], "inputs": {"text": TEXT}}
        answer = await world.call("ann", "POST", "/v1/runs", asked)
    finally:
        folder.unlink()
        folder.with_name("away").rename(folder)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert [row for row in await world.rows("runs") if row["definition"] == body["key"]] == []
