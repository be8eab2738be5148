"""Outgoing webhooks: other systems are told what happens to runs.

    event of a run ──▶ feed ──▶ a row for each webhook that it is for ──▶ sent, tried again, given up (webhook_sending)

A message says what happened and to which run, and nothing of what stands in the run: whoever wants to know that asks
the API, with a token of their own, and is told what that may see. A webhook hears what its creator may see at the
moment it happens; whoever may see nothing any more has a webhook that hears nothing.

Names are those of the language (`step.done`, `phase.changed`) and, finer, of the facts themselves (`step.attention`).
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from api.feed import FedEvent
from api.permissions import Decision, Subject, Who, decide
from api.store import webhooks as rows
from api.store.people import People
from api.store.secrets_box import SecretsBox
from api.store.store import Store
from definitions.canonical import canonical
from definitions.engine.events import EventType
from definitions.engine.happenings import OF_PHASE, OF_RUN, OF_STEP
from definitions.times import rfc3339

TEST = "webhook.test"
"""What a message is called that somebody sends to see whether it arrives."""

EARLIER_FOR = timedelta(hours=24)
"""How long the secret before signs as well, so that the other side can change over."""


def name_of(type: str) -> str:
    """The name of a fact: `step_attention` is `step.attention`."""
    return type.replace("_", ".", 1)


EVENTS = tuple(
    dict.fromkeys(
        (
            *OF_RUN.values(),
            "run.due_changed",
            *(name for names in OF_STEP.values() for name in names),
            "phase.changed",
            *(name for names in OF_PHASE.values() for name in names),
            *(name_of(kind.value) for kind in EventType),
        )
    )
)
"""Every name that a webhook can ask for."""


class Webhooks:
    """Makes messages of events; `wake` is called when there are new ones."""

    def __init__(self, store: Store, people: People, wake: Callable[[], None]) -> None:
        self._store, self._people, self._wake = store, people, wake

    async def hear(self, events: Sequence[FedEvent]) -> None:
        """The consumer of the feed. Hearing the same again makes no second message."""
        webhooks = await self._store.look(rows.active)
        if not webhooks:
            return
        people = {user: await self._people.who(user) for user in dict.fromkeys(w["created_by"] for w in webhooks)}
        messages: list[Mapping[str, Any]] = [
            message_of(webhook, event)
            for event in events
            for webhook in webhooks
            if is_for(webhook, event) and may_hear(people[webhook["created_by"]], event)
        ]
        if not messages:
            return
        made = await self._store.transact(lambda connection: rows.put(connection, messages))
        if made:
            self._wake()


def is_for(webhook: Mapping[str, Any], event: FedEvent) -> bool:
    """Whether the webhook asked for such an event. What it says nothing of, it wants all of."""
    names = {*event.names, name_of(event.type)}
    return (
        (not webhook["events"] or not names.isdisjoint(webhook["events"]))
        and (not webhook["definitions"] or event.definition in webhook["definitions"])
        and (not webhook["teams"] or not set(event.teams).isdisjoint(webhook["teams"]))
    )


def may_hear(who: Who | None, event: FedEvent) -> bool:
    """Whether its creator may see the run of the event at this moment."""
    subject = Subject(teams=event.teams, owner=event.started_by)
    return who is not None and decide(who, "run.view", subject) is Decision.ALLOW


def message_of(webhook: Mapping[str, Any], event: FedEvent) -> dict[str, Any]:
    """The row of the message that tells a webhook of an event."""
    told = {
        "run": event.run,
        "seq": event.seq,
        "names": list(dict.fromkeys((*event.names, name_of(event.type)))),
        "definition": event.definition,
        "version": event.version,
        "record": event.record,
        "teams": list(event.teams),
        "step": event.step,
        "execution": event.execution,
        "phases": [{"event": name, "phase": phase} for name, phase in event.phases],
        "actor": event.actor,
    }
    key = sha256(f"{webhook['id']}/{event.run}/{event.seq}".encode()).hexdigest()[:32]
    return _message(webhook, f"msg_{key}", name_of(event.type), event.at, told) | {"run": event.run, "seq": event.seq}


def test_message(webhook: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a message that tells of nothing. Whoever makes it sends it: the sender is not to be there first."""
    now = datetime.now(UTC)
    row = _message(webhook, f"msg_{secrets.token_hex(16)}", TEST, rfc3339(now), {"webhook": webhook["id"]})
    return row | {"run": None, "seq": None, "next_at": now + timedelta(minutes=1)}


def _message(webhook: Mapping[str, Any], id: str, event: str, at: str, told: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "id": id,
        "webhook": webhook["id"],
        "event": event,
        "body": canonical({"type": event, "timestamp": at, "data": told}),
        "state": "pending",
        "tries": 0,
        "created_at": now,
        "next_at": now,
    }


def new_secret() -> str:
    """What signs, as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def sealed(box: SecretsBox, webhook: str, secret: str) -> str:
    """The secret as it is kept: it opens as this webhook's only."""
    return box.seal(secret, f"webhook/{webhook}")


def signing(box: SecretsBox, webhook: Mapping[str, Any], now: datetime) -> list[str]:
    """The secrets that sign now: its own, and for a while the one before."""
    kept = [webhook["secret"]]
    if webhook["earlier"] and webhook["earlier_until"] and now < webhook["earlier_until"]:
        kept.append(webhook["earlier"])
    opened = [box.open(each, f"webhook/{webhook['id']}") for each in kept]
    return [each for each in opened if isinstance(each, str)]


def shown(webhook: Mapping[str, Any], waiting: int) -> dict[str, Any]:
    """A webhook as it goes out: all but its secret."""
    names = ("id", "title", "url", "events", "definitions", "teams", "state", "created_by")
    failing = webhook["failing_since"]
    return {
        **{name: webhook[name] for name in names},
        "failing_since": rfc3339(failing) if failing else None,
        "pending": waiting,
        "created_at": rfc3339(webhook["created_at"]),
        "changed_at": rfc3339(webhook["changed_at"]),
    }


def shown_delivery(row: Mapping[str, Any]) -> dict[str, Any]:
    """A message as it goes out; `next_at` only while it will be tried again."""
    names = ("id", "event", "run", "seq", "body", "state", "tries", "status", "error")
    going = row["state"] == "pending"
    return {
        **{name: row[name] for name in names},
        "created_at": rfc3339(row["created_at"]),
        "next_at": rfc3339(row["next_at"]) if going else None,
        "ended_at": rfc3339(row["ended_at"]) if row["ended_at"] else None,
    }
