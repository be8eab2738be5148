"""People are told once, whatever is tried again."""

from __future__ import annotations

from typing import Any

import pytest

from activities.errors import InvalidInput, NotDone
from activities.notify import notify_activity
from activities.testing import InMemoryNotices
from definitions import wire
from tests.activities.house import a_call

GIVEN = {"users": ["ann", "bob"], "teams": ["ops"], "kind": "overdue", "subject": "Late", "text": "Look.", "run": "r1"}


def people() -> InMemoryNotices:
    return InMemoryNotices(
        {"ann": ("ann@example.org", ()), "bob": (None, ()), "cy": ("cy@example.org", ("ops",)), "dee": (None, ("hr",))}
    )


async def tell(notices: InMemoryNotices, **changes: Any) -> dict[str, Any]:
    call = a_call(wire.ACTIVITY_NOTIFY, input={**GIVEN, **changes}, key="run-1:~notify#1")
    return dict(await notify_activity(notices)(call.to_json()))


async def test_people_and_teams_are_told_each_once() -> None:
    notices = people()
    for _ in range(2):
        assert await tell(notices) == {"told": 3}
    assert {user for user, _ in notices.kept} == {"ann", "bob", "cy"}
    told = {"kind": "overdue", "subject": "Late", "text": "Look.", "run": "r1", "step": None}
    assert notices.kept["ann", "run-1:~notify#1"] == told


async def test_who_looks_after_an_inbox_is_told() -> None:
    notices = people()
    notices.inboxes["late"] = ("hr",)
    assert await tell(notices, users=[], teams=[], inboxes=["late"]) == {"told": 1}
    assert [user for user, _ in notices.kept] == ["dee"]


async def test_notices_that_cannot_be_written_may_be_tried_again() -> None:
    notices = people()
    notices.down = True
    with pytest.raises(NotDone):
        await tell(notices)
    notices.down = False
    assert await tell(notices) == {"told": 3}


async def test_what_is_no_notice_is_refused() -> None:
    with pytest.raises(InvalidInput):
        await tell(people(), kind="x" * 65)
