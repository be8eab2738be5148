"""An action tried out, for real: a run of one step, started by who tries it and under nobody else's rights.

Nothing here does what an action does. The run is one like all others, recorded and read in the console; where it needs
a person or an approval, it asks. Its definition is the caller's own for this action: each try is a version of it with
the values that were given, and it is archived at once, so that no list offers it for a start.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from api.drafts import save_draft, set_archived
from api.idempotency import Once
from api.problems import Invalid, NotFound
from api.publishing import checked, publish
from api.resuming import present
from api.schemas import StartRun
from api.starts import Way, start_run
from api.store.tables import ActionRow
from definitions.canonical import digest

if TYPE_CHECKING:
    from api.doors import Caller

AS_PUBLISHED = Way(published=True)
"""Who may publish a definition decides by it what is started: they need not be one who starts runs."""

GIVEN = "/steps/0/with"
"""Where the values stand in the definition."""


async def try_action(caller: Caller, name: str, given: dict[str, Any], once: Once) -> tuple[int, dict[str, Any]]:
    """201 and the run, or what the same call was answered before. Raises NotFound, Invalid with every wrong value."""
    house = caller.house
    if (before := await once.answered(house.store)) is not None:
        return before[0], await present(caller, before[1]["run"])
    async with house.store.reading() as session:
        row = await session.get(ActionRow, name)
    if row is None:
        raise NotFound("action")
    document = _document(caller, name, str(row.info.get("title") or name), given)
    await _check(caller, document)
    nothing = Once(None, caller.who.id, "")
    await save_draft(caller, document, nothing)
    await publish(caller, document["key"], nothing)
    try:
        return await start_run(caller, StartRun(definition=document["key"]), once, AS_PUBLISHED)
    finally:
        caller.about.action = "definition.archive"
        await set_archived(caller, document["key"], datetime.now(UTC))


def _document(caller: Caller, name: str, title: str, given: dict[str, Any]) -> dict[str, Any]:
    """The definition of the tries of one action by one person, for their teams to see."""
    who = caller.who
    step = {"id": "try", "kind": "action", "title": title, "action": name, "execute": "automatic", "with": given}
    head = {"holdfast": 1, "key": f"try-{digest([name, who.id])[:16]}", "name": f"Try: {title}"[:200]}
    return {**head, **({"teams": list(who.teams)} if who.teams else {}), "steps": [step]}


async def _check(caller: Caller, document: dict[str, Any]) -> None:
    """What is wrong with the values, at their places in the request."""
    report = await checked(caller.house, document)
    if report.valid:
        return
    rows = [finding.to_json() for finding in report.findings]
    errors = [{**row, "path": row["path"].replace(GIVEN, "/with", 1)} for row in rows]
    raise Invalid(f"The action cannot be tried: {errors[0]['message']}.", code="definition_invalid", errors=errors)
