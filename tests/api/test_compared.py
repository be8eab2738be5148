"""What rules compared is told with the step, as it was when they decided."""

from __future__ import annotations

from tests.api.documents import document
from tests.api.world import World

ASK = {"id": "ask", "kind": "task", "fields": [{"id": "n", "type": "number"}, {"id": "note", "type": "text"}]}
RULES = {
    "id": "rules",
    "kind": "decision",
    "by": "rules",
    "take": "all",
    "options": [
        {"id": "big", "when": "= steps.ask.output.n > 100.0"},
        {"id": "blank", "when": "= steps.ask.output.note == ''"},
        {"id": "mine", "when": "= run.started_by == 'ann' && steps.ask.output.n < 10.0"},
        {"id": "rest"},
    ],
    "otherwise": "rest",
}


async def test_what_was_read_stands_beside_what_was_met(world: World) -> None:
    """A value that nobody gave is absent and not blank; what is corrected afterwards changes nothing of it."""
    body = document("compared", [ASK, RULES, {"id": "end", "kind": "task", "after": ["rules:big", "rules:mine"]}])
    await world.publish(body)
    run = (await world.start("ann", body["key"]))["id"]
    assert (await world.command("ann", run, "complete", step="ask", output={"n": 7})).status_code == 200
    amended = await world.command("ann", run, "amend", step="ask", output={"n": 700, "note": "x"}, reason="A slip")
    assert amended.status_code == 200, amended.text
    detail = await world.get("ann", f"/v1/runs/{run}/steps/rules")
    (told,) = detail["compared"]
    assert (told["execution"], told["at"]) == ("rules#1", detail["ended_at"])
    seven = {"name": "steps.ask.output.n", "value": 7, "absent": False}
    assert [(each["option"], each["met"], each["read"]) for each in told["options"]] == [
        ("big", False, [seven]),
        ("blank", False, [{"name": "steps.ask.output.note", "value": None, "absent": True}]),
        ("mine", True, [{"name": "run.started_by", "value": "ann", "absent": False}, seven]),
    ]
    assert told["options"][0]["when"] == "= steps.ask.output.n > 100.0"
    assert (await world.get("ann", f"/v1/runs/{run}/steps/ask"))["compared"] == []
