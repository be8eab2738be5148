"""Every column in which something is sealed, and what each seal is bound to: what a change of the key goes through.

A test holds this list to the tables, so that a column somebody adds is not forgotten until its key is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select, update

from api.store import identity_tables, link_tables, mcp_tables, trigger_tables, webhook_tables  # noqa: F401
from api.store.row import Row
from api.store.secrets_box import SecretsBox


@dataclass(frozen=True, slots=True)
class Column:
    """`about` gives what a row's seal is bound to."""

    table: str
    name: str
    about: Callable[[Mapping[str, Any]], str]


SEALED = (
    Column("secrets", "sealed", lambda row: f"secret/{row['name']}"),
    Column("mcp_secrets", "sealed", lambda row: f"mcp/{row['server']}/{row['kind']}/{row['person']}"),
    Column("mcp_signing_in", "sealed", lambda row: f"mcp/{row['server']}/signing-in/{row['person']}"),
    Column("links", "sealed", lambda row: f"link/{row['id']}"),
    Column("hooks", "sealed", lambda row: f"hook of {row['definition']}"),
    Column("hooks", "before", lambda row: f"hook of {row['definition']}"),
    Column("webhooks", "secret", lambda row: f"webhook/{row['id']}"),
    Column("webhooks", "earlier", lambda row: f"webhook/{row['id']}"),
)


def seal_anew(connection: Connection, box: SecretsBox) -> tuple[int, list[str]]:
    """Opens everything and seals it with the key of now: how many, and what could not be opened (and was left)."""
    done, shut = 0, []
    for column in SEALED:
        table = Row.metadata.tables[column.table]
        keys = list(table.primary_key.columns)
        for row in map(dict, connection.execute(select(table)).mappings().all()):
            if not row[column.name]:
                continue
            about = column.about(row)
            value = box.open(row[column.name], about)
            if value is None:
                shut.append(about)
                continue
            this = and_(*(key == row[key.name] for key in keys))
            connection.execute(update(table).where(this).values({column.name: box.seal(value, about)}))
            done += 1
    return done, shut
