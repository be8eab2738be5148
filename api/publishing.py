"""From a draft to an immutable version: one check over everything, one freeze, one number.

A version is what runs carry with them for life, so it is never changed and never deleted. Its number is given inside
the transaction that stores it, where the definition's row is locked: two people publishing at once get two numbers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api import crons, hook_keys, start_forms, triggers
from api.activity import entry
from api.calendars import calendars_for, known_calendars
from api.idempotency import Once
from api.mcp_servers import known_servers
from api.overlaps import called, opened
from api.problems import Conflict, Invalid
from api.serving import workers_of
from api.store.counts import make_known
from api.store.keys import teams_key
from api.store.mcp_servers import rows
from api.store.register_tables import InboxRow
from api.store.secrets import teams as teams_of_secrets
from api.store.tables import (
    ActionRow,
    ClosingReasonRow,
    DefinitionRow,
    RoleRow,
    TeamRow,
    VersionRow,
)
from api.store.workers_seen import served
from api.tracing import log
from definitions.canonical import digest
from definitions.checks import Known, Report, check
from definitions.due import calendars_named
from definitions.findings import Finding
from definitions.freeze import Frozen, freeze
from definitions.model import Document, parse

if TYPE_CHECKING:
    from api.doors import Caller
    from api.house import House


async def known(house: House, document: Any = None) -> Known:
    """What a document may refer to at this moment: actions, collections, tools, roles, teams, and more."""
    async with house.store.reading() as session:
        actions = (await session.exec(select(ActionRow))).all()
        roles = await _ids(session, RoleRow)
        teams = await _ids(session, TeamRow)
        keys = tuple((await session.exec(select(col(DefinitionRow.key)))).all())
        active = select(col(InboxRow.id)).where(col(InboxRow.active))
        inboxes = tuple((await session.exec(active)).all())
        reasons = tuple((await session.exec(select(col(ClosingReasonRow.key)))).all())
        others, children = await opened(session, document), await called(session, document)
    return Known(
        actions={row.name: row.info for row in actions},
        collections=dict(await house.records.known()),
        closing_reasons=reasons,
        roles=roles,
        teams=teams,
        inboxes=inboxes,
        definitions=keys,
        sources=tuple(str(source["id"]) for source in house.records.sources()),
        calendars=await asyncio.to_thread(known_calendars),
        opened=others,
        called=children,
        served=served(await workers_of(house)),
        mcp=known_servers(await house.store.look(rows)) if house.mcp is not None else None,
        secrets=await house.store.look(teams_of_secrets),
        people=await triggers.people_of(house, document),
        crons=crons.problems(document),
    )


async def _ids(session: AsyncSession, table: type[RoleRow] | type[TeamRow]) -> tuple[str, ...]:
    return tuple((await session.exec(select(col(table.id)))).all())


async def checked(house: House, document: Any) -> Report:
    """Everything that is wrong with a document. In a thread: a long one takes a second, and others are to be served."""
    found = await known(house, document)
    return await asyncio.to_thread(check, document, found)


async def publish(caller: Caller, key: str, once: Once) -> dict[str, Any]:
    """Publishes the draft: {key, version, hash, warnings}. Raises Conflict without a draft, Invalid with findings."""
    house = caller.house
    async with house.store.reading() as session:
        row = await session.get(DefinitionRow, key)
    if row is None or row.draft is None:
        raise Conflict("There is no draft to publish.", code="no_draft")
    frozen, warnings = await frozen_draft(house, row.draft)
    triggers.refuse_others(caller, _document(frozen))
    return await _store(caller, row, frozen, warnings, once)


async def frozen_draft(house: House, draft: Any) -> tuple[Frozen, Sequence[Finding]]:
    """What would be published of a draft now, and the warnings. Raises Invalid with every finding."""
    found = await known(house, draft)
    report, frozen = await asyncio.to_thread(_frozen, draft, found, house.config.calendar)
    if not isinstance(frozen, Frozen):
        raise not_valid(frozen.findings)
    return frozen, report.warnings


def _frozen(draft: Any, found: Known, calendar: str) -> tuple[Report, Frozen | Report]:
    """The report and what may be published of it, with the days off that it counts by."""
    report = check(draft, found)
    if report.document is None or not report.valid:
        return report, report
    calendars = calendars_for(calendars_named(report.document), calendar, datetime.now(UTC).year)
    return report, freeze(draft, found, calendars)


def not_valid(findings: Sequence[Finding]) -> Invalid:
    """422 with every finding of a document."""
    many = f" and {len(findings) - 1} more" if len(findings) > 1 else ""
    first = findings[0].message if findings else "it has findings"
    rows = [finding.to_json() for finding in findings]
    return Invalid(f"The definition cannot be published: {first}{many}.", code="definition_invalid", errors=rows)


async def _store(
    caller: Caller, draft: DefinitionRow, frozen: Frozen, warnings: Sequence[Finding], once: Once
) -> dict[str, Any]:
    document, now = frozen.to_json()["document"], datetime.now(UTC)
    async with caller.house.store.session() as session:
        locked = select(DefinitionRow).where(col(DefinitionRow.key) == draft.key).with_for_update()
        row = (await session.exec(locked)).one()
        if row.draft_etag != draft.draft_etag:
            raise Conflict("Somebody changed the draft meanwhile.", code="draft_changed")
        row.version += 1
        row.name, row.teams = str(document.get("name", "")), list(document.get("teams", ()))
        row.record, row.draft, row.draft_etag, row.draft_teams = document.get("record"), None, None, None
        row.archived_at = None
        session.add(row)
        session.add(_version(caller, row, frozen, now))
        await _add_closing_reasons(session, document)
        await (await session.connection()).run_sync(make_known, row.key, teams_key(row.teams))
        hooks = await session.run_sync(lambda inner: _ways_in(inner.connection(), caller, row.key, _document(frozen)))
        said = [finding.to_json() for finding in warnings]
        answer = {"key": row.key, "version": row.version, "hash": frozen.hash, "warnings": said}
        session.add(entry(caller.who, caller.about, "write", at=now))
        once.remember(session, 201, answer)
    caller.about.logged = True
    log.info("published", action="definition.publish", definition=answer["key"], version=answer["version"])
    return {**answer, "hooks": hooks} if hooks else answer  # with its secret, which is remembered nowhere


def _ways_in(connection: Connection, caller: Caller, key: str, document: Document) -> list[dict[str, Any]]:
    """What starts runs of this version by itself; the hook that was made for it, if one was."""
    triggers.published(connection, key, document, caller.who.id)
    kinds = {each.type for each in document.start.triggers}
    found = []
    if "webhook" in kinds:
        found.append(hook_keys.made(connection, caller.house, key, caller.who.id))
    if "journey" in kinds:
        found.append(start_forms.made(connection, caller.house, key, caller.who.id))
    return [hook for hook in found if hook is not None]


def _document(frozen: Frozen) -> Document:
    document, _ = parse(frozen.to_json()["document"])
    assert document is not None
    return document


def _version(caller: Caller, row: DefinitionRow, frozen: Frozen, now: datetime) -> VersionRow:
    body = frozen.to_json()
    return VersionRow(
        key=row.key,
        version=row.version,
        hash=frozen.hash,
        document=body["document"],
        frozen=body,
        published_by=caller.who.id,
        published_at=now,
    )


async def _add_closing_reasons(session: AsyncSession, document: dict[str, Any]) -> None:
    """Keys the library does not have yet are added to it; the checks have warned of each (`unknown_reason`)."""
    for key in (document.get("closing_reasons") or {}).get("reasons") or ():
        if await session.get(ClosingReasonRow, key) is None:
            session.add(ClosingReasonRow(key=key, title=key.replace("_", " ").capitalize()))


def etag(document: Any) -> str:
    """What `If-Match` compares: the document's own digest."""
    return digest(document)
