"""What leaves the house by itself, put together: webhooks, with the sender of their messages."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from api.feed import Feed
from api.outward import Outward
from api.store.people import People
from api.store.secrets_box import SecretsBox
from api.store.store import Store
from api.webhook_sending import Sending, sending
from api.webhooks import Webhooks


class WaysOut:
    """The ways out of one API process."""

    def __init__(self, store: Store, people: People, box: SecretsBox, outward: Outward) -> None:
        self.outward = outward
        self.sending = Sending(store, outward, box)
        self.webhooks = Webhooks(store, people, self.sending.wake)

    def listen(self, feed: Feed) -> None:
        """Hears what happens to runs."""
        feed.consumer("webhooks", self.webhooks.hear)

    @contextlib.asynccontextmanager
    async def going_on(self, every: float) -> AsyncIterator[None]:
        """Sends what there is to send for as long as the app lives."""
        async with sending(self.sending, every):
            yield
