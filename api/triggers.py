"""What publishing makes of a definition's ways in: rows by which whoever comes finds whom it concerns.

Only the newest version counts. A hook keeps its address from version to version; a schedule that somebody paused stays
paused. Whose rights a run gets is settled here as well: those of the person named by `as`, else of who publishes. To
name somebody else takes the right to manage people, or anybody who publishes could start runs as an administrator.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from api.problems import Forbidden
from api.store.trigger_tables import TriggerRow
from definitions.model import Document, WaitStep
from definitions.model.start import EventTrigger, ScheduleTrigger

if TYPE_CHECKING:
    from api.doors import Caller
    from api.house import House

TRIGGERS: Table = TriggerRow.__table__  # type: ignore[attr-defined]
BY_ITSELF = ("webhook", "mcp", "journey", "event", "schedule")


def refuse_others(caller: Caller, document: Document) -> None:
    """403 for a document that would act with the rights of somebody whom the caller has no say over."""
    for trigger in document.start.triggers:
        may_act_as(caller, getattr(trigger, "as_", None) or caller.who.id)


def may_act_as(caller: Caller, user: str) -> None:
    """Returns for oneself, and for those who manage people; 403."""
    if user != caller.who.id and not caller.may("people.manage"):
        message = f"That runs act as {user!r} is for those to say who manage people."
        raise Forbidden(message, code="acts_as_other", operation="people.manage")


async def people_of(house: House, document: Any) -> tuple[str, ...]:
    """Those whom the triggers of a draft name by `as`, as far as they are there and may act."""
    start = document.get("start") if isinstance(document, dict) else None
    given = start.get("triggers") if isinstance(start, dict) else None
    named = [each.get("as") for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    found = list(dict.fromkeys(each for each in named if isinstance(each, str)))
    return tuple([name for name in found if await house.people.person(name) is not None])


def published(connection: Connection, key: str, document: Document, by: str) -> None:
    """The rows of a version that is published now, in its transaction, in place of those before."""
    paused = {row.place: row.paused for row in connection.execute(select(TRIGGERS).where(TRIGGERS.c.definition == key))}
    rows = [{**row, "definition": key, "paused": paused.get(row["place"], False)} for row in _rows(document, by)]
    _take_away(connection, key, [row["place"] for row in rows if row["type"] == "schedule"])
    for row in rows:
        if row["type"] != "schedule" or not _changed(connection, key, row):
            connection.execute(insert(TRIGGERS), row)


def _take_away(connection: Connection, key: str, schedules: list[str]) -> None:
    """Those of before, but for schedules: Temporal has to be told first that one is over (api/schedules.py)."""
    of_it = TRIGGERS.c.definition == key
    connection.execute(delete(TRIGGERS).where(of_it, TRIGGERS.c.type != "schedule"))
    over = update(TRIGGERS).where(of_it, TRIGGERS.c.place.not_in(schedules))
    connection.execute(over.values(cron=None))


def _changed(connection: Connection, key: str, row: dict[str, Any]) -> bool:
    same = (TRIGGERS.c.definition == key, TRIGGERS.c.place == row["place"])
    values = {name: row[name] for name in ("user", "cron", "timezone")}
    return connection.execute(update(TRIGGERS).where(*same).values(**values)).rowcount == 1


def _rows(document: Document, by: str) -> Iterator[dict[str, Any]]:
    nothing = dict.fromkeys(("event", "cron", "timezone", "told", "fired_at"))
    for index, trigger in enumerate(document.start.triggers):
        if trigger.type not in BY_ITSELF:
            continue
        row = {**nothing, "place": f"/start/triggers/{index}", "type": trigger.type, "user": by}
        match trigger:
            case EventTrigger():
                row |= {"event": trigger.event, "user": trigger.as_ or by}
            case ScheduleTrigger():
                timezone = trigger.timezone or document.timezone or "UTC"
                row |= {"cron": trigger.cron, "timezone": timezone, "user": trigger.as_ or by}
            case _:
                pass
        yield row
    for index, step in enumerate(document.steps):
        if isinstance(step, WaitStep) and step.event is not None:
            yield {**nothing, "place": f"/steps/{index}", "type": "wait", "user": by, "event": step.event.name}
