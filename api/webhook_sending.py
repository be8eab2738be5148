"""Sending what webhooks are told, until it has arrived or is given up.

A try is claimed, made, and its outcome written down; a process that dies in between leaves a claim that runs out, and
the message goes out once more, under the same id. Pauses between tries grow from seconds to hours, for about two days.
A webhook that takes nothing for a day on end, or says that it is gone, is disabled, and its creator and the
administrators are told; what waits for it then stays, and goes when somebody resumes it.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from standardwebhooks import Webhook

from api.beside import beside
from api.outward import NotSent, Outward, Posted
from api.store import webhooks as rows
from api.store.notices import tell
from api.store.secrets_box import SecretsBox
from api.store.store import Store
from api.tracing import log
from api.webhooks import TEST, signing

PAUSES = (5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
"""Seconds after the first, second, … try that failed. A message is given up when there are no more."""

LASTING = timedelta(days=1)
"""A webhook that nothing reached for so long is disabled."""

AT_ONCE = 8
EACH = 2
"""Messages that are under way side by side: in all, and to one webhook, so that a slow one keeps no other waiting."""

CLEAR_EVERY = 600.0


class Sending:
    """Sends the messages of one API process; several processes share the work by claims."""

    def __init__(self, store: Store, outward: Outward, box: SecretsBox) -> None:
        self._store, self._outward, self._box = store, outward, box
        self._going: dict[str, tuple[str, asyncio.Task[Any]]] = {}
        self._wake = asyncio.Event()
        self._cleared = 0.0

    def wake(self) -> None:
        """There is something new to send."""
        self._wake.set()

    async def run(self, every: float) -> None:
        """Sends for ever; a round that the database does not answer is logged and followed by the next."""
        while True:
            self._wake.clear()
            try:
                await self.sweep()
            except (SQLAlchemyError, OSError) as error:
                log.warning("webhooks could not be read", action="webhook.unreadable", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(every):
                    await self._wake.wait()

    async def sweep(self) -> None:
        """One round: begins to send what is due, as far as there is room. Does not wait for it."""
        free = AT_ONCE - len(self._going)
        if free > 0:
            load = Counter(webhook for webhook, _ in self._going.values())
            busy = [webhook for webhook, count in load.items() if count >= EACH]
            due = partial(rows.due, now=datetime.now(UTC), limit=free * 4, busy=busy)
            for row in await self._store.look(due):
                if len(self._going) < AT_ONCE and load[row["webhook"]] < EACH and row["id"] not in self._going:
                    load[row["webhook"]] += 1
                    self._begin(row["id"], row["webhook"])
        if monotonic() - self._cleared > CLEAR_EVERY:
            self._cleared = monotonic()
            while await self._store.transact(partial(rows.clear, now=datetime.now(UTC))):
                pass  # a piece at a time: others write too

    async def settle(self) -> None:
        """Returns when all that is under way is through."""
        while self._going:
            await asyncio.gather(*(task for _, task in self._going.values()), return_exceptions=True)

    async def stop(self) -> None:
        """Ends what is under way: it is sent again when its claim has run out."""
        for _, task in self._going.values():
            task.cancel()
        await self.settle()

    async def send(self, id: str) -> None:
        """One try of one message, now; nothing where another process is at it."""
        claimed = await self._store.transact(partial(rows.claim, id=id, now=datetime.now(UTC)))
        if claimed is None:
            return
        message, webhook = claimed
        posted = await self._posted(message, webhook)
        await self._store.transact(partial(settle, message=message, webhook=webhook, posted=posted))

    def _begin(self, id: str, webhook: str) -> None:
        task = asyncio.create_task(self._sent(id), name=f"webhook {id}")
        self._going[id] = (webhook, task)
        task.add_done_callback(lambda _: self._gone(id))

    def _gone(self, id: str) -> None:
        self._going.pop(id, None)
        self.wake()

    async def _sent(self, id: str) -> None:
        try:
            await self.send(id)
        except (SQLAlchemyError, OSError) as error:
            log.warning("a message was not settled", action="webhook.unsettled", id=id, error=type(error).__name__)

    async def _posted(self, message: Mapping[str, Any], webhook: Mapping[str, Any]) -> Posted:
        """Signed, or not at all."""
        now = datetime.now(UTC)
        keys = [Webhook(secret) for secret in signing(self._box, webhook, now)]
        if not keys:
            return NotSent("its secret cannot be opened with this installation's key: change it")
        headers = {
            "content-type": "application/json",
            "webhook-id": message["id"],
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(key.sign(message["id"], now, message["body"]) for key in keys),
        }
        return await self._outward.post(webhook["url"], headers, message["body"].encode())


def settle(connection: Connection, message: Mapping[str, Any], webhook: Mapping[str, Any], posted: Posted) -> None:
    """Writes down what came of a try, and what follows from it for the webhook."""
    now, tries = datetime.now(UTC), message["tries"] + 1
    seen = {"tries": tries, "status": posted.status, "error": posted.error or None}
    if posted.status is not None and 200 <= posted.status < 300:
        rows.settle(connection, message["id"], **seen, state="delivered", ended_at=now)
        if webhook["failing_since"] is not None:
            rows.change(connection, webhook["id"], failing_since=None)
        return
    given_up = tries > len(PAUSES) or posted.status == 410 or message["event"] == TEST
    if given_up:
        rows.settle(connection, message["id"], **seen, state="failed", ended_at=now)
    else:
        pause = max(PAUSES[tries - 1] * random.uniform(1.0, 1.2), posted.after or 0)  # noqa: S311 - spreads load
        rows.settle(connection, message["id"], **seen, next_at=now + timedelta(seconds=pause))
    if message["event"] != TEST:
        _failed(connection, webhook, posted, now)


def _failed(connection: Connection, webhook: Mapping[str, Any], posted: Posted, now: datetime) -> None:
    """A webhook is failing: since when, and whether that is too long. Told once for each time it is disabled."""
    current = rows.one(connection, webhook["id"])
    if current is None:
        return
    since = current["failing_since"] or now
    gone = posted.status == 410
    if current["state"] != "active" or not (gone or now - since >= LASTING):
        rows.change(connection, webhook["id"], failing_since=since)
        return
    rows.change(connection, webhook["id"], failing_since=since, state="disabled")
    why = "it says that it is gone (410)" if gone else f"nothing has reached it since {since:%Y-%m-%d %H:%M} UTC"
    last = posted.error or f"status {posted.status}"
    people = dict.fromkeys((*rows.administrators(connection), webhook["created_by"]))
    notice = {
        "kind": "webhook_disabled",
        "subject": f"The webhook {webhook['title']} is disabled",
        "text": f"Messages to {webhook['url']} are not sent any more: {why} (the last time: {last}).\n"
        "What waits for it is kept; it goes out when somebody resumes the webhook.",
        "run": None,
        "step": None,
    }
    tell(connection, list(people), notice, f"webhook:{webhook['id']}:{int(now.timestamp())}", now)


@contextlib.asynccontextmanager
async def sending(messages: Sending, every: float) -> AsyncIterator[None]:
    """The sender for as long as the app lives."""
    try:
        async with beside(messages.run(every), "webhooks"):
            yield
    finally:
        await messages.stop()
