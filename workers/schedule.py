"""The clock has struck: a definition is started, once, or once for each record that matches.

The one workflow beside the runs. It holds nothing but how far it has come: the activity goes through one page of
records and says where the next begins; what a page starts has keys made of this workflow's id, which Temporal makes of
the schedule and its time. So a page that a dying worker left half done is done again, and starts nothing twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy

from definitions.wire import ACTIVITY_FIRE, WORKFLOW_SCHEDULE

PAGE_WITHIN = timedelta(minutes=5)
BEAT = timedelta(seconds=10)
"""After so long without a sign of life the worker is taken for dead, and another does the page again."""

AGAIN = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30))
"""Without end: what holds a page up is the database or the source of the records, and both come back."""


@workflow.defn(name=WORKFLOW_SCHEDULE)
class Strike:
    """One time of one schedule: {definition, place} -> {started, refused}."""

    @workflow.run
    async def run(self, asked: dict[str, Any]) -> dict[str, int]:
        """Page after page; a very long list goes on in a fresh history."""
        at = asked.get("at") or workflow.now().isoformat()
        done = {"started": int(asked.get("started", 0)), "refused": int(asked.get("refused", 0))}
        cursor = asked.get("cursor")
        while True:
            page = await self._page({**_place(asked), "at": at, "cursor": cursor})
            done = {name: done[name] + int(page[name]) for name in done}
            cursor = page["cursor"]
            if cursor is None:
                return done
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new({**_place(asked), "at": at, "cursor": cursor, **done})

    async def _page(self, asked: dict[str, Any]) -> dict[str, Any]:
        call = {**asked, "fire": workflow.info().workflow_id}
        options: dict[str, Any] = {"start_to_close_timeout": PAGE_WITHIN, "heartbeat_timeout": BEAT}
        summary = f"start {asked['definition']}"
        page: dict[str, Any] = await workflow.execute_activity(
            ACTIVITY_FIRE, call, retry_policy=AGAIN, summary=summary, **options
        )
        return page


def _place(asked: dict[str, Any]) -> dict[str, Any]:
    return {"definition": asked["definition"], "place": asked["place"]}
