"""How each person wants to be told of what: here, by mail at once, or in the mail of the day.

Without a setting of their own it is as KINDS says: loud for what somebody waits for, silent for what happens all day.
What nobody wants to hear of leaves no row anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, delete, insert, or_, select, true, update

from api.store.notification_tables import DigestRow, MailRow, NotificationRow
from api.store.register_tables import NoticeRow
from api.store.statements import insert_new
from api.store.tables import Row
from definitions.times import rfc3339

SETTINGS: Table = NotificationRow.__table__  # type: ignore[attr-defined]
DIGESTS: Table = DigestRow.__table__  # type: ignore[attr-defined]
MAILS: Table = MailRow.__table__  # type: ignore[attr-defined]
NOTICES: Table = NoticeRow.__table__  # type: ignore[attr-defined]
USERS: Table = Row.metadata.tables["users"]

CLAIM = timedelta(seconds=90)
"""How long the sending of one mail may take; a process that died is replaced after it."""

KEPT = timedelta(days=30)
"""How long a mail that went out, or never will, is remembered: made again in that time it is not sent again."""

IN_A_DIGEST = 100
"""Notices that a mail of the day tells of; of more it tells how many."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants to be told of one kind of thing."""

    in_app: bool
    email: bool
    digest: bool = False

    @property
    def silent(self) -> bool:
        """Nothing at all is wanted."""
        return not (self.in_app or self.email or self.digest)


KINDS: Mapping[str, Wish] = {
    "assigned": Wish(False, False),
    "attention": Wish(False, False),
    "approval": Wish(True, False),
    "overdue": Wish(True, True),
    "escalated": Wish(True, True),
    "taken_over": Wish(True, True),
    "ticket_released": Wish(True, False),
    "webhook_disabled": Wish(True, True),
    "other": Wish(True, True),
}
"""What can be set, and how it is for whoever set nothing. `other` is every kind that has no line."""


def kind_of(kind: str) -> str:
    """The line of KINDS that a notice falls under."""
    return kind if kind in KINDS else "other"


def wishes(connection: Connection, users: Sequence[str], kind: str) -> dict[str, Wish]:
    """How each of them wants to be told of that kind; by mail only who has an address and takes mail."""
    name = kind_of(kind)
    own = select(SETTINGS).where(SETTINGS.c.user.in_(users), SETTINGS.c.kind == name)
    found = {row.user: Wish(row.in_app, row.email, row.digest) for row in connection.execute(own)}
    muted = set(connection.execute(select(DIGESTS.c.user).where(DIGESTS.c.user.in_(users), DIGESTS.c.muted)).scalars())
    addressed = select(USERS.c.id).where(USERS.c.id.in_(users), USERS.c.email.is_not(None), USERS.c.active == true())
    by_mail = set(connection.execute(addressed).scalars()) - muted
    told = {user: found.get(user, KINDS[name]) for user in users}
    return {user: wish if user in by_mail else Wish(wish.in_app, False) for user, wish in told.items()}


def who_wants(connection: Connection, kind: str) -> list[str]:
    """The people who asked to be told of a kind that is silent by itself."""
    some = or_(SETTINGS.c.in_app, SETTINGS.c.email, SETTINGS.c.digest)
    return list(connection.execute(select(SETTINGS.c.user).where(SETTINGS.c.kind == kind, some)).scalars())


def put_mail(connection: Connection, user: str, key: str, said: tuple[str, str], now: datetime) -> None:
    """A mail to somebody, (subject, text); once for each key."""
    row = {"key": f"{key}:{user}", "user": user, "subject": said[0], "text": said[1], "tries": 0}
    insert_new(connection, MAILS, {**row, "created_at": now, "next_at": now})


def settings(connection: Connection, user: str) -> dict[str, Any]:
    """What somebody set, with what holds where they set nothing."""
    own = {row.kind: row for row in connection.execute(select(SETTINGS).where(SETTINGS.c.user == user))}
    digest = connection.execute(select(DIGESTS).where(DIGESTS.c.user == user)).one_or_none()
    email = connection.execute(select(USERS.c.email).where(USERS.c.id == user)).scalar()
    return {
        "email": email,
        "muted": bool(digest.muted) if digest else False,
        "zone": digest.zone if digest else "UTC",
        "digest_at": digest.at if digest else "08:00",
        "next_digest": rfc3339(digest.next_at) if digest else None,
        "kinds": [_line(kind, own.get(kind, wish)) for kind, wish in KINDS.items()],
    }


def keep_settings(connection: Connection, user: str, given: Mapping[str, Any]) -> None:
    """Sets what is named: `kinds` (kind, in_app, email, digest), `zone`, `digest_at`, `muted`."""
    for line in given.get("kinds") or ():
        connection.execute(delete(SETTINGS).where(SETTINGS.c.user == user, SETTINGS.c.kind == line["kind"]))
        connection.execute(insert(SETTINGS), {"user": user, **line})
    before = settings(connection, user)
    zone, at = given.get("zone") or before["zone"], given.get("digest_at") or before["digest_at"]
    muted = before["muted"] if given.get("muted") is None else given["muted"]
    connection.execute(delete(DIGESTS).where(DIGESTS.c.user == user))
    row = {"user": user, "zone": zone, "at": at, "muted": muted, "next_at": next_time(zone, at, datetime.now(UTC))}
    connection.execute(insert(DIGESTS), row)


def next_time(zone: str, at: str, after: datetime) -> datetime:
    """The next moment at which it is that time of day there. A time that a clock skips is the one after the jump."""
    local, wanted = after.astimezone(ZoneInfo(zone)), time.fromisoformat(at)
    for day in range(3):
        date = local.date() + timedelta(days=day)
        found = datetime.combine(date, wanted, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        if found > after:
            return found
    raise AssertionError("every day has that time")


def digest_due(connection: Connection, now: datetime) -> bool:
    """Whether somebody's mail of the day is due."""
    return connection.execute(select(DIGESTS.c.user).where(DIGESTS.c.next_at <= now).limit(1)).first() is not None


def make_digests(connection: Connection, now: datetime, limit: int = 50) -> int:
    """The mails of the day that are due, and when the next ones are; how many people's. All or nothing of each."""
    due = select(DIGESTS).where(DIGESTS.c.next_at <= now).order_by(DIGESTS.c.next_at).limit(limit)
    rows = connection.execute(due.with_for_update(skip_locked=True)).all()
    for row in rows:
        again = next_time(row.zone, row.at, now)
        connection.execute(update(DIGESTS).where(DIGESTS.c.user == row.user).values(next_at=again))
        _make_digest(connection, row, now)
    return len(rows)


def _make_digest(connection: Connection, row: Any, now: datetime) -> None:
    waiting = (NOTICES.c.user == row.user, NOTICES.c.digest == true())
    found = connection.execute(select(NOTICES).where(*waiting).order_by(NOTICES.c.id)).all()
    if not found:
        return
    connection.execute(update(NOTICES).where(*waiting, NOTICES.c.id <= found[-1].id).values(digest=False))
    if not row.muted:
        subject = "What happened: one thing" if len(found) == 1 else f"What happened: {len(found)} things"
        day = now.astimezone(ZoneInfo(row.zone)).date().isoformat()
        put_mail(connection, row.user, f"digest:{day}:{found[-1].id}", (subject, "\n\n".join(_lines(found))), now)


def _lines(found: Sequence[Any]) -> Iterable[str]:
    for each in found[:IN_A_DIGEST]:
        yield f"* {' '.join(each.subject.split())}" + (f"\n  {' '.join(each.text.split())[:300]}" if each.text else "")
    if len(found) > IN_A_DIGEST:
        yield f"and {len(found) - IN_A_DIGEST} more"


def due_mails(connection: Connection, now: datetime, limit: int = 20) -> list[str]:
    """Mails whose time has come, by key, oldest first."""
    ready = (MAILS.c.ended_at.is_(None), MAILS.c.next_at <= now, _free(now))
    return list(connection.execute(select(MAILS.c.key).where(*ready).order_by(MAILS.c.next_at).limit(limit)).scalars())


def claim_mail(connection: Connection, key: str, now: datetime) -> tuple[Mapping[str, Any], str | None] | None:
    """(mail, address) for whoever sends it now; None where somebody else does. No address: there is none any more."""
    mine = (MAILS.c.key == key, MAILS.c.ended_at.is_(None), _free(now))
    if not connection.execute(update(MAILS).where(*mine).values(claimed_until=now + CLAIM)).rowcount:
        return None
    mail = connection.execute(select(MAILS).where(MAILS.c.key == key)).mappings().one()
    address = select(USERS.c.email).where(USERS.c.id == mail["user"], USERS.c.active == true())
    return dict(mail), connection.execute(address).scalar()


def settle_mail(connection: Connection, key: str, **values: Any) -> None:
    """What came of a try."""
    connection.execute(update(MAILS).where(MAILS.c.key == key).values(claimed_until=None, **values))


def clear_mails(connection: Connection, now: datetime) -> int:
    """Forgets mails that are through and old; how many."""
    return connection.execute(delete(MAILS).where(MAILS.c.ended_at < now - KEPT)).rowcount


def _line(kind: str, wish: Any) -> dict[str, Any]:
    return {"kind": kind, "in_app": wish.in_app, "email": wish.email, "digest": wish.digest}


def _free(now: datetime) -> Any:
    return or_(MAILS.c.claimed_until.is_(None), MAILS.c.claimed_until < now)
