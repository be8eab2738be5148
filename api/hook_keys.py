"""The addresses of webhooks: made by publishing, renewed, shown to those who publish. Their secrets are kept sealed.

A hook has two keys, either of which is enough: a secret to sign calls with, and a token that stands in the address.
The address can be read at any time by whoever may publish the definition, since they may make another one anyway; the
secret is told once, and for an hour after that while nobody has used the hook.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, and_, select, update

from api.store.statements import insert_new
from api.store.tables import DefinitionRow
from api.store.trigger_tables import HookRow
from api.triggers import TRIGGERS
from definitions.times import rfc3339

if TYPE_CHECKING:
    from api.house import House

HOOKS: Table = HookRow.__table__  # type: ignore[attr-defined]
DEFINITIONS: Table = DefinitionRow.__table__  # type: ignore[attr-defined]

SHOWN_FOR = timedelta(hours=1)
"""How long after it was made the secret of a hook that nobody has used can be read again."""


def made(connection: Connection, house: House, definition: str, user: str) -> dict[str, Any] | None:
    """The hook of a definition that has none yet, as its owner is shown it; None where it has one."""
    row, plain = _fresh(house, definition, user)
    return shown(house, row, plain) if insert_new(connection, HOOKS, row) else None


def renewed(
    connection: Connection, house: House, hook: Mapping[str, Any], user: str, overlap: timedelta | None
) -> dict[str, Any]:
    """The hook with a new secret. Without `overlap` it has a new address too, and the old one is dead at once."""
    row, plain = _fresh(house, hook["definition"], user)
    row |= {"paused": hook["paused"]}
    if overlap is not None:
        kept = {"id": hook["id"], "before": hook["sealed"], "before_until": datetime.now(UTC) + overlap}
        plain["token"] = opened(house, hook["sealed"], hook["definition"]).get("token", plain["token"])
        row |= {**kept, "sealed": house.box.seal(plain, _about(hook["definition"]))}
    connection.execute(update(HOOKS).where(HOOKS.c.id == hook["id"]).values(**row))
    return shown(house, row, plain)


def of_definition(connection: Connection, definition: str) -> list[dict[str, Any]]:
    """The hooks of a definition whose newest version has the trigger: one or none."""
    rows = connection.execute(_triggered().where(HOOKS.c.definition == definition)).mappings()
    return [dict(row) for row in rows]


def shown(house: House, row: Mapping[str, Any], plain: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A hook as those see it who may publish its definition; its secret only while it is new."""
    told = plain or opened(house, row["sealed"], row["definition"])
    is_new = row["used_at"] is None and datetime.now(UTC) - row["made_at"] < SHOWN_FOR
    address = f"{house.config.public_url.rstrip('/')}/v1/hooks/{row['id']}"
    return {
        "id": row["id"],
        "type": "webhook",
        "definition": row["definition"],
        "url": f"{address}?token={told['token']}" if "token" in told else address,
        "signed_url": address,
        "secret": told.get("secret") if plain is not None or is_new else None,
        "as": row["user"],
        "paused": row["paused"],
        "made_at": rfc3339(row["made_at"]),
        "used_at": rfc3339(row["used_at"]) if row["used_at"] else None,
    }


def _fresh(house: House, definition: str, user: str) -> tuple[dict[str, Any], dict[str, str]]:
    plain = {
        "secret": f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}",
        "token": secrets.token_urlsafe(32),
    }
    row = {
        "id": f"hook-{secrets.token_urlsafe(18)}",
        "definition": definition,
        "user": user,
        "sealed": house.box.seal(plain, _about(definition)),
        "before": None,
        "before_until": None,
        "paused": False,
        "made_at": datetime.now(UTC),
        "used_at": None,
    }
    return row, plain


def opened(house: House, sealed: str, definition: str) -> dict[str, str]:
    """{secret, token} of a hook; {} where this installation's key does not open them."""
    return dict(house.box.open(sealed, _about(definition)) or {})


def _about(definition: str) -> str:
    return f"hook of {definition}"


def live() -> Any:
    """Hooks that may be called: of definitions that are not archived, and whose newest version has the trigger."""
    return _triggered().where(DEFINITIONS.c.archived_at.is_(None))


def _triggered() -> Any:
    same = and_(TRIGGERS.c.definition == HOOKS.c.definition, TRIGGERS.c.type == "webhook")
    has = select(TRIGGERS.c.place).where(same).correlate(HOOKS).exists()
    query = select(HOOKS, DEFINITIONS.c.teams).join(DEFINITIONS, DEFINITIONS.c.key == HOOKS.c.definition)
    return query.where(has)
