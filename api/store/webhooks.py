"""Webhooks and their messages in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, func, or_, select, true, update

from api.permissions import Reach, Who, reaches
from api.store.statements import insert_all_new
from api.store.tables import Row, UserRow
from api.store.webhook_tables import DeliveryRow, WebhookRow

WEBHOOKS: Table = WebhookRow.__table__  # type: ignore[attr-defined]
DELIVERIES: Table = DeliveryRow.__table__  # type: ignore[attr-defined]
USERS, USER_ROLES, ROLES = (Row.metadata.tables[name] for name in (UserRow.__tablename__, "user_roles", "roles"))

KEPT = timedelta(days=30)
"""How long a message that arrived, or failed for good, can be looked at and sent again."""

CLAIM = timedelta(seconds=45)
"""How long one try may take, with everything around it; a process that died is replaced after it."""


def active(connection: Connection) -> list[Mapping[str, Any]]:
    """Every webhook that is to be told, by id."""
    query = select(WEBHOOKS).where(WEBHOOKS.c.state == "active").order_by(WEBHOOKS.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def one(connection: Connection, id: str) -> Mapping[str, Any] | None:
    """A webhook by id."""
    row = connection.execute(select(WEBHOOKS).where(WEBHOOKS.c.id == id)).mappings().one_or_none()
    return dict(row) if row else None


def change(connection: Connection, id: str, **values: Any) -> None:
    """Sets some columns of a webhook, or none."""
    if values:
        connection.execute(update(WEBHOOKS).where(WEBHOOKS.c.id == id).values(**values))


def remove(connection: Connection, id: str) -> None:
    """Takes a webhook away, with its messages."""
    connection.execute(delete(DELIVERIES).where(DELIVERIES.c.webhook == id))
    connection.execute(delete(WEBHOOKS).where(WEBHOOKS.c.id == id))


def put(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Messages to be sent; those that are there already stay as they are. Whether any is new."""
    return insert_all_new(connection, DELIVERIES, rows)


def pending(connection: Connection) -> dict[str, int]:
    """How many messages each webhook has that did not arrive yet."""
    counted = select(DELIVERIES.c.webhook, func.count()).where(DELIVERIES.c.state == "pending")
    return {row[0]: row[1] for row in connection.execute(counted.group_by(DELIVERIES.c.webhook))}


def due(connection: Connection, now: datetime, limit: int, busy: Sequence[str]) -> list[Mapping[str, Any]]:
    """Messages whose time has come, of webhooks that are active and not among the busy ones, oldest first."""
    query = select(DELIVERIES.c.id, DELIVERIES.c.webhook).join(WEBHOOKS, WEBHOOKS.c.id == DELIVERIES.c.webhook)
    ready = (DELIVERIES.c.state == "pending", DELIVERIES.c.next_at <= now, WEBHOOKS.c.state == "active")
    query = query.where(*ready, _free(now), WEBHOOKS.c.id.not_in(busy))
    return [dict(row) for row in connection.execute(query.order_by(DELIVERIES.c.next_at).limit(limit)).mappings()]


def claim(connection: Connection, id: str, now: datetime) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """(message, webhook) for whoever sends it now; None where somebody else does, or it is through."""
    mine = and_(DELIVERIES.c.id == id, DELIVERIES.c.state == "pending", _free(now))
    if not connection.execute(update(DELIVERIES).where(mine).values(claimed_until=now + CLAIM)).rowcount:
        return None
    message = connection.execute(select(DELIVERIES).where(DELIVERIES.c.id == id)).mappings().one()
    webhook = one(connection, message["webhook"])
    return (dict(message), webhook) if webhook else None


def settle(connection: Connection, id: str, **values: Any) -> None:
    """What came of a try."""
    connection.execute(update(DELIVERIES).where(DELIVERIES.c.id == id).values(claimed_until=None, **values))


def delivery(connection: Connection, webhook: str, id: str) -> Mapping[str, Any] | None:
    """One message of a webhook."""
    query = select(DELIVERIES).where(DELIVERIES.c.id == id, DELIVERIES.c.webhook == webhook)
    row = connection.execute(query).mappings().one_or_none()
    return dict(row) if row else None


def clear(connection: Connection, now: datetime, limit: int = 1000) -> int:
    """Takes away messages that are through and old; how many."""
    old = select(DELIVERIES.c.id).where(DELIVERIES.c.state != "pending", DELIVERIES.c.ended_at < now - KEPT)
    return connection.execute(delete(DELIVERIES).where(DELIVERIES.c.id.in_(old.limit(limit)))).rowcount


def administrators(connection: Connection) -> list[str]:
    """The people who may set up every webhook."""
    query = select(USERS.c.id, ROLES.c.grants, ROLES.c.deny).join(USER_ROLES, USER_ROLES.c.user == USERS.c.id)
    query = query.join(ROLES, ROLES.c.id == USER_ROLES.c.role).where(USERS.c.active == true())
    found: dict[str, tuple[list[str], list[str]]] = {}
    for row in connection.execute(query.order_by(USERS.c.id)):
        grants, deny = found.setdefault(row.id, ([], []))
        grants.extend(row.grants)
        deny.extend(row.deny)
    people = [Who(user, grants=tuple(grants), deny=tuple(deny)) for user, (grants, deny) in found.items()]
    return [who.id for who in people if Reach.ALL in reaches(who, "webhook.manage")]


def _free(now: datetime) -> Any:
    return or_(DELIVERIES.c.claimed_until.is_(None), DELIVERIES.c.claimed_until < now)
