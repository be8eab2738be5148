"""Inboxes for tests. One of one's own, since an inbox keeps order: what others left in it would be handed out first."""

from __future__ import annotations

from typing import Any

from tests.api.documents import key
from tests.api.world import World


async def an_inbox(world: World, **more: Any) -> str:
    """The id of an inbox of the operators that no other test uses."""
    name = key("desk")
    made = await world.call("admin", "POST", "/v1/inboxes", {"id": name, "name": "Desk", "teams": ["ops"], **more})
    assert made.status_code == 201, made.text
    return name


async def take(world: World, who: str, inbox: str) -> tuple[int, dict[str, Any]]:
    """Somebody asks for the next ticket: the status and the body of the answer."""
    answer = await world.call(who, "POST", f"/v1/inboxes/{inbox}/next")
    return answer.status_code, answer.json()


async def handed(world: World, who: str, inbox: str, run: str) -> dict[str, Any]:
    """The next ticket of the inbox, which is of this run."""
    status, body = await take(world, who, inbox)
    assert (status, body["ticket"] and body["ticket"]["run"]) == (200, run), body
    return dict(body["ticket"])
