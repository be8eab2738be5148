"""How the rows of two tables belong together: by the foreign keys that the database declares, followed either way.

A key of one's own leads to one row and is named after its column (`customer_id` -> `customer`). A key of another table
that leads here gives many rows and is named after that table; where a name is taken already, as by a second key of the
same table or by one that a table has to itself, the column is added to it (`orders_by_payer`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table


@dataclass(frozen=True, slots=True)
class Relation:
    """`here` is the column of the own row whose value the column `there` has in the rows of `collection`."""

    name: str
    collection: str
    here: str
    there: str
    many: bool

    def told(self) -> dict[str, Any]:
        """As collections tell of it: `field` is the column that holds the foreign key."""
        field = self.there if self.many else self.here
        return {"name": self.name, "collection": self.collection, "field": field, "many": self.many}


def relations(source: str, table: Table, tables: Mapping[str, Table]) -> list[Relation]:
    """All of a table's, keys of its own first, each under a name of its own."""
    found: dict[str, Relation] = {}
    for relation in (*_own(source, table, tables), *_others(source, table, tables)):
        found.setdefault(_free(found, relation), relation)
    return [Relation(name, each.collection, each.here, each.there, each.many) for name, each in found.items()]


def _own(source: str, table: Table, tables: Mapping[str, Table]) -> Iterator[Relation]:
    for column in table.columns:
        for key in column.foreign_keys:
            *_, target, there = key.target_fullname.split(".")
            if target in tables:
                name = column.name.removesuffix("_id") or column.name
                yield Relation(name, f"{source}.{target}", column.name, there, many=False)


def _others(source: str, table: Table, tables: Mapping[str, Table]) -> Iterator[Relation]:
    for other in tables.values():
        for column in other.columns:
            for key in column.foreign_keys:
                *_, target, here = key.target_fullname.split(".")
                if target == table.name:
                    yield Relation(other.name, f"{source}.{other.name}", here, column.name, many=True)


def _free(taken: Mapping[str, Relation], relation: Relation) -> str:
    if relation.name not in taken:
        return relation.name
    column = relation.there if relation.many else relation.here
    return f"{relation.name}_by_{column.removesuffix('_id') or column}"
