"""What people should be told, kept until they have read it; implements `Notices` of activities/ports.py.

A notice has the key of the effect that tells it. Told again by a retry it stands here once, and the mail that goes
with it, made in the same transaction, goes out once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, func, or_, select, true, update

from api.store.notifications import put_mail, wishes
from api.store.register_tables import InboxRow, NoticeRow
from api.store.row import Row
from api.store.statements import insert_new
from api.store.store import Store
from api.store.tables import MembershipRow, UserRow
from definitions.times import rfc3339

NOTICES: Table = NoticeRow.__table__  # type: ignore[attr-defined]
USERS, MEMBERSHIPS, INBOXES = (
    Row.metadata.tables[str(table.__tablename__)] for table in (UserRow, MembershipRow, InboxRow)
)


class SqlNotices:
    """Notices in the database of the read model."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def tell(
        self,
        users: Sequence[str],
        teams: Sequence[str],
        notice: Mapping[str, Any],
        key: str,
        inboxes: Sequence[str] = (),
    ) -> int:
        """Leaves the notice for these people, those of these teams and those who look after these inboxes, as each
        wants to be told; how many are meant.
        """

        def work(connection: Connection) -> int:
            found = recipients(connection, users, [*teams, *_teams_of(connection, inboxes)])
            tell(connection, found, notice, key, datetime.now(UTC))
            return len(found)

        return await self._store.transact(work)


def recipients(connection: Connection, users: Sequence[str], teams: Sequence[str]) -> list[str]:
    """The people who are meant and may act, each once."""
    of_teams = select(MEMBERSHIPS.c.user).where(MEMBERSHIPS.c.team.in_(list(teams)))
    meant = or_(USERS.c.id.in_(list(users)), USERS.c.id.in_(of_teams))
    query = select(USERS.c.id).where(meant, USERS.c.active == true()).order_by(USERS.c.id)
    return list(connection.execute(query).scalars())


def _teams_of(connection: Connection, inboxes: Sequence[str]) -> list[str]:
    if not inboxes:
        return []
    found = connection.execute(select(INBOXES.c.teams).where(INBOXES.c.id.in_(list(inboxes)))).scalars()
    return [team for teams in found for team in teams]


def tell(connection: Connection, users: Sequence[str], notice: Mapping[str, Any], key: str, now: datetime) -> None:
    """Leaves a notice `{kind, subject, text, run, step}` for each who wants one, once for each key; a mail with it, or
    later in that of the day, where that is wanted."""
    for user, wish in wishes(connection, users, notice["kind"]).items():
        row = {**notice, "user": user, "key": key, "at": now, "in_app": wish.in_app, "digest": wish.digest}
        if not wish.silent and insert_new(connection, NOTICES, row) and wish.email:
            subject = " ".join(notice["subject"].split())
            put_mail(connection, user, key, (subject, notice["text"] or subject), now)


def page(connection: Connection, user: str, unread: bool, before: int | None, limit: int) -> Sequence[Any]:
    """Somebody's notices, the newest first."""
    query = select(NOTICES).where(NOTICES.c.user == user, NOTICES.c.in_app == true())
    if unread:
        query = query.where(NOTICES.c.read_at.is_(None))
    if before is not None:
        query = query.where(NOTICES.c.id < before)
    return connection.execute(query.order_by(NOTICES.c.id.desc()).limit(limit)).all()


def read_up_to(connection: Connection, user: str, last: int) -> int:
    """All up to this one have been read; how many are left."""
    unread = (NOTICES.c.user == user, NOTICES.c.read_at.is_(None), NOTICES.c.in_app == true())
    connection.execute(update(NOTICES).where(*unread, NOTICES.c.id <= last).values(read_at=datetime.now(UTC)))
    return int(connection.execute(select(func.count()).select_from(NOTICES).where(*unread)).scalar_one())


def shown(row: Any) -> dict[str, Any]:
    """A notice as its reader sees it."""
    names = ("id", "kind", "subject", "text", "run", "step")
    read_at = rfc3339(row.read_at) if row.read_at else None
    return {**{name: getattr(row, name) for name in names}, "at": rfc3339(row.at), "read_at": read_at}
