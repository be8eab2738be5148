"""What the door asks of a command that the run itself cannot know: clocks of devices, and what is around it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from api.answers import state_of
from api.problems import Invalid
from api.store.register_tables import InboxRow
from api.store.row import Row
from api.store.store import Store
from api.store.tables import RunRow
from api.versions import Published
from definitions.engine.migrate import look_ahead
from definitions.times import parse_instant, rfc3339

INBOXES = Row.metadata.tables[str(InboxRow.__tablename__)]

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far ahead `occurred_at` may lie: a device's clock is not ours."""


def not_in_the_future(body: dict[str, Any], now: datetime) -> None:
    """What a device reports may be long ago, and at most as far ahead as its clock is wrong. Raises Invalid."""
    said = body.get("occurred_at")
    if said is not None and parse_instant(said) > now + CLOCKS_DIFFER:
        text = f"occurred_at lies ahead of {rfc3339(now)}"
        raise Invalid(text, errors=[{"path": "/occurred_at", "code": "in_the_future", "message": text}])


async def known_inbox(store: Store, body: dict[str, Any]) -> None:
    """Whether there is the inbox that somebody hands something on to. Raises Invalid."""
    if body["type"] != "escalate":
        return

    def ask(connection: Connection) -> bool:
        return connection.execute(select(INBOXES.c.active).where(INBOXES.c.id == body["inbox"])).scalar() is True

    if not await store.look(ask):
        text = f"There is no inbox {body['inbox']!r}."
        raise Invalid(text, code="unknown_inbox", errors=[{"path": "/inbox", "code": "unknown_inbox", "message": text}])


def as_looked_at(run: RunRow, published: Published, target: Published, body: dict[str, Any]) -> dict[str, Any]:
    """A `migrate` whose fingerprint is of the look that asked for a map, with that of the same look with the map.

    Whoever was told that open steps need a place, and says which, need not look once more.
    """
    shown, mapping = body.get("fingerprint"), body.get("map")
    if not shown or not mapping:
        return body
    state = state_of(run, published)
    old, new = published.graph.grown(state.added), target.graph.grown(state.added)
    if look_ahead(old, new, state, target.version, {}).fingerprint != shown:
        return body
    return {**body, "fingerprint": look_ahead(old, new, state, target.version, mapping).fingerprint}
