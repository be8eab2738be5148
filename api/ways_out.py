"""What leaves the house by itself, put together: messages of webhooks, streams, notices and mail."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from api.beside import beside
from api.feed import Feed
from api.notifications import Mailing, Telling
from api.outward import Outward
from api.store.people import People
from api.store.secrets_box import SecretsBox
from api.store.store import Store
from api.stream import Streams
from api.webhook_sending import Sending, sending
from api.webhooks import Webhooks


class WaysOut:
    """The ways out of one API process."""

    def __init__(
        self, store: Store, people: People, box: SecretsBox, outward: Outward, fed: Feed, *, public_url: str
    ) -> None:
        self.outward = outward
        self.sending = Sending(store, outward, box)
        self.webhooks = Webhooks(store, people, self.sending.wake)
        self.streams = Streams(store, fed)
        self.mailing = Mailing(store, outward, box, public_url)
        fed.consumer("webhooks", self.webhooks.hear)
        fed.consumer("notices", Telling(store, people).hear)

    @contextlib.asynccontextmanager
    async def going_on(self, every: float) -> AsyncIterator[None]:
        """Sends what there is to send for as long as the app lives."""
        async with beside(self.streams.run(), "streams"):
            try:
                # A mail that is cut off is sent again, under the same Message-ID.
                async with sending(self.sending, every), beside(self.mailing.run(every), "mail"):
                    yield
            finally:
                self.streams.close()
