"""Taking up a run that is there already, in place of starting another: resumed where it was saved, and taken over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select

from api.activity import About, log_refusal
from api.answers import subject_of, view_of
from api.doors import Caller
from api.problems import ApiError, NotFound
from api.reads import within_reach
from api.schemas_commands import Hold
from api.store.tables import RunRow

CLOSED = ("completed", "aborted")
SETTLED = ("run_not_saved", "already_holder")
"""Refusals which say that it has been taken up a moment ago."""


async def open_runs(
    caller: Caller, definitions: Sequence[str], collection: str, record: str, *, saved: bool = False
) -> list[RunRow]:
    """The open (or only the saved) runs of these definitions on one record that the caller sees.

    Those the caller holds come first, then the newest.
    """
    query = select(RunRow).where(
        col(RunRow.record_collection) == collection,
        col(RunRow.record_id) == record,
        col(RunRow.definition).in_(definitions),
        col(RunRow.status) == "saved" if saved else col(RunRow.status).not_in(CLOSED),
    )
    visible = within_reach(caller.who, "run.view", col(RunRow.teams_key), col(RunRow.started_by))
    query = query if visible is None else query.where(visible)
    newest = query.order_by(col(RunRow.started_at).desc(), col(RunRow.id).desc()).limit(100)
    async with caller.house.store.reading() as session:
        rows = (await session.exec(newest)).all()
    return sorted(rows, key=lambda row: holder_of(row) != caller.who.id)


def holder_of(row: RunRow) -> str:
    """Who has the run; one that has recorded nothing yet is its starter's."""
    return row.holder or row.started_by


async def take_up(caller: Caller, row: RunRow) -> dict[str, Any]:
    """The RunView after the caller has resumed the run, or taken it over; as it stands for whoever may not do that."""
    kind = "resume" if row.status == "saved" else "take_over"
    needed = kind == "resume" or holder_of(row) != caller.who.id
    if needed and caller.may("run.save", subject_of(row)):
        view = await _give(caller, row.id, kind)
        if view is not None:
            return view
    return await present(caller, row.id)


async def _give(caller: Caller, run: str, kind: str) -> dict[str, Any] | None:
    own = Caller(caller.who, caller.house, About(action="command"))
    try:
        _, answered = await own.house.commands.give(own, run, Hold.model_validate({"type": kind}))
    except ApiError as error:
        await log_refusal(own.house.store, own.who, own.about, error, "POST")
        if error.code not in SETTLED:
            raise
        return None
    view: dict[str, Any] | None = answered.get("run")
    return view


async def present(caller: Caller, run: str) -> dict[str, Any]:
    """The run as its row has it, for this caller. 404."""
    async with caller.house.store.reading() as session:
        row = await session.get(RunRow, run)
        if row is None:
            raise NotFound("run")
        published = await caller.house.versions.need(row.definition, row.version, session)
    caller.allow("run.view", subject_of(row), "run")
    return view_of(row, published, caller.who)
