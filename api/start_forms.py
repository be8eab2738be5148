"""Public forms that start runs: an address for each definition whose newest version has one (trigger `journey`).

The address is a link like every other for people outside (api/store/links.py), but used as often as people come. It is
made by publishing, kept from version to version, and shown to whoever may publish. Paused is revoked until it is
resumed; renewed, the old address is dead at once. Runs have the rights of who made the address.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, select, update

from api.store.link_tables import LINKS
from api.store.tables import DefinitionRow
from api.triggers import TRIGGERS
from definitions.times import rfc3339

if TYPE_CHECKING:
    from api.house import House

KIND = "start"
PATH = "/public/start/"
DEFINITIONS: Any = DefinitionRow.__table__  # type: ignore[attr-defined]


def made(connection: Connection, house: House, definition: str, user: str) -> dict[str, Any] | None:
    """The address of a definition that has none yet; None where it has one."""
    if connection.execute(select(LINKS.c.id).where(_of(definition))).first() is not None:
        return None
    row = house.links.write(connection, KIND, definition=definition, made_by=user)
    return shown(house, row)


def renewed(connection: Connection, house: House, row: Mapping[str, Any], user: str) -> dict[str, Any]:
    """Another address in the place of this one, whose runs have the rights of `user`."""
    connection.execute(LINKS.delete().where(LINKS.c.id == row["id"]))
    fresh = house.links.write(connection, KIND, definition=row["definition"], made_by=user)
    return paused(connection, house, fresh, row["revoked_at"] is not None)


def paused(connection: Connection, house: House, row: Mapping[str, Any], off: bool) -> dict[str, Any]:
    """The address, which leads nowhere while it is paused."""
    at = (row["revoked_at"] or datetime.now(UTC)) if off else None
    connection.execute(update(LINKS).where(LINKS.c.id == row["id"]).values(revoked_at=at))
    return shown(house, {**row, "revoked_at": at})


def of_definition(connection: Connection, definition: str) -> list[dict[str, Any]]:
    """The address of a definition whose newest version has the trigger: one or none."""
    query = select(LINKS).where(_of(definition), offered(LINKS.c.definition))
    return [dict(row) for row in connection.execute(query).mappings()]


def offered(definition: Any) -> Any:
    """SQL: the definition is there, and its newest version has the trigger."""
    has = select(TRIGGERS.c.place).where(TRIGGERS.c.definition == definition, TRIGGERS.c.type == "journey").exists()
    there = select(DEFINITIONS.c.key).where(DEFINITIONS.c.key == definition, DEFINITIONS.c.archived_at.is_(None))
    return and_(has, there.exists())


def shown(house: House, row: Mapping[str, Any]) -> dict[str, Any]:
    """The address as those see it who may publish the definition, in the shape of a hook."""
    token = house.links.opened(row["id"], row["sealed"])
    url = f"{house.config.public_url.rstrip('/')}{PATH}{token}" if token else ""
    return {
        "id": row["id"],
        "type": "journey",
        "definition": row["definition"],
        "url": url,
        "signed_url": None,
        "secret": None,
        "as": row["made_by"],
        "paused": row["revoked_at"] is not None,
        "made_at": rfc3339(row["made_at"]),
        "used_at": None,
    }


def _of(definition: str) -> Any:
    return and_(LINKS.c.kind == KIND, LINKS.c.definition == definition)
