"""What people keep about an open round of a step goes with the round: its half-filled form, and who was handed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete

from api.store.register_tables import FormDraftRow, TicketRow
from api.store.row import Row

DRAFTS, TICKETS = (Row.metadata.tables[str(table.__tablename__)] for table in (FormDraftRow, TicketRow))

_DROP_DRAFT, _DROP_TICKET = (
    delete(table).where(table.c.run == bindparam("of_run"), table.c.execution == bindparam("of_execution"))
    for table in (DRAFTS, TICKETS)
)


def forget(connection: Connection, run: str, ended: Sequence[Mapping[str, Any]]) -> None:
    """Forget what was kept about rounds that are over, given by the task rows they had."""
    _drop(connection, _DROP_DRAFT, run, [row["execution"] for row in ended if row["manual"]])
    _drop(connection, _DROP_TICKET, run, [row["execution"] for row in ended if row["inbox"] is not None])


def _drop(connection: Connection, statement: Any, run: str, executions: Sequence[str]) -> None:
    """The statement for each of them; nothing at all where there is none."""
    if executions:
        connection.execute(statement, [{"of_run": run, "of_execution": name} for name in executions])
