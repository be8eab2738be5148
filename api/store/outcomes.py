"""What became of the commands that some events carry, and the trace of those that came by another door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from api.store.facts import column_text, instant
from api.store.statements import Ready, insert_new
from api.store.tables import Row
from definitions.canonical import digest
from definitions.wire import CLI_ACTOR, Event

COMMANDS = Row.metadata.tables["commands"]
LOG = Row.metadata.tables["log"]

# Made once: this is asked for every command.
_OF_RUN = (COMMANDS.c.id == bindparam("of_command"), COMMANDS.c.run == bindparam("of_run"))
_SETTLE = Ready(update(COMMANDS).where(*_OF_RUN, COMMANDS.c.outcome == "received"))
_KNOWN = Ready(select(COMMANDS.c.id).where(*_OF_RUN))


def settle_commands(connection: Connection, run: str, events: Sequence[Event]) -> None:
    """Set the outcome of each command by the first event that carries it: the first word on a command stands.

    A command that the inbox does not know came by Temporal's own tools; it gets its row and its log line here.
    """
    first: dict[str, Event] = {}
    for event in events:
        if (command := column_text(event.command)) is not None:
            first.setdefault(command, event)
        elif event.actor == CLI_ACTOR:
            connection.execute(insert(LOG).values(_log_row(run, event)))
    for command, event in first.items():
        if not _settled(connection, run, command, event) and event.type != "run_started":
            _by_another_door(connection, run, command, event)


def _settled(connection: Connection, run: str, command: str, event: Event) -> bool:
    which = {"of_command": command, "of_run": run}
    if _SETTLE.run(connection, {**which, **_outcome(event)}):
        return True
    return _KNOWN.first(connection, which) is not None


def _by_another_door(connection: Connection, run: str, command: str, event: Event) -> None:
    """Keep a command that nobody stored. Ids made by a run for signals without one are its own only, so one that is
    taken by another run's command is kept under the run's name."""
    body = {"id": command, "type": _type(event), **({"step": step} if (step := _step(event)) else {})}
    row = {
        "run": run,
        "type": _type(event),
        "actor": event.actor or CLI_ACTOR,
        "body": body,
        "body_hash": digest(body),
        "at": instant(event.at),
        "via": "temporal",
        **_outcome(event),
    }
    if not insert_new(connection, COMMANDS, {**row, "id": command}):
        insert_new(connection, COMMANDS, {**row, "id": f"{run}/{command}"})
    connection.execute(insert(LOG).values(_log_row(run, event)))


def _step(event: Event) -> str | None:
    return event.step or (event.execution or "").rpartition("#")[0] or None


def _outcome(event: Event) -> dict[str, Any]:
    refused = event.type == "command_refused"
    return {"outcome": "refused", "refusal": event.data} if refused else {"outcome": "applied", "refusal": None}


def _type(event: Event) -> str:
    """The command's type where the event says it (a refusal does), else what it led to."""
    return column_text(str(event.data.get("type") or event.type)) or event.type


def _log_row(run: str, event: Event) -> dict[str, Any]:
    return {
        "at": instant(event.at),
        "user": event.actor,
        "action": _type(event),
        "type": "write",
        "via": "temporal",
        "outcome": str(event.data.get("code", "refused")) if event.type == "command_refused" else "ok",
        "run": run,
        "step": _step(event),
        "detail": {"command": event.command},
    }
