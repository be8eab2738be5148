"""The one door to records: every read and write names whose scopes bound it.

Values are always bound parameters and names always come from the reflected table, so no text of a definition, a form
or a record becomes SQL. A row outside the person's scope cannot be read (it is as if it were not there), cannot be
written, and cannot be made by writing: the row as it would become is judged too, or a write could push a row out of
everybody's sight.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.records import query
from activities.records.errors import RecordError, database_errors
from activities.records.inserts import New, insert_once, prepared
from activities.records.rows import Bounds, Me, as_json, change, demand_key, demand_row, find_row, named
from activities.records.schema import SourceSchema, readable
from activities.records.sources import SourceConfig, open_engine, writing
from activities.records.values import fit_values
from definitions.effects import Scopes, allows_row, hidden_fields, visible_fields


class Records:
    """All configured sources. A collection is named `source.collection`. Every method may raise RecordError."""

    def __init__(self, sources: Mapping[str, SourceConfig]) -> None:
        self._configs = {name: sources[name] for name in sorted(sources)}
        self._engines = {name: open_engine(config) for name, config in self._configs.items()}
        self._schemas = {
            name: SourceSchema(name, config, self._engines[name]) for name, config in self._configs.items()
        }

    async def close(self) -> None:
        """Gives all connections back."""
        for engine in self._engines.values():
            await engine.dispose()

    def sources(self) -> list[dict[str, Any]]:
        """`[{id, read_only}]`, by name."""
        return [{"id": name, "read_only": config.read_only} for name, config in self._configs.items()]

    async def collections(self, source: str) -> list[str]:
        """The names of the source's collections, without the source."""
        return list(await self._schema(source).tables())

    async def describe(self, collection: str) -> dict[str, Any]:
        """`{id, fields: [{name, type, nullable, primary}], relations: […], read_only}`."""
        source, name = split(collection)
        return await self._schema(source).describe(name)

    async def known(self) -> dict[str, dict[str, Any]]:
        """`definitions.checks.Known.collections`: what all sources offer now."""
        found: dict[str, dict[str, Any]] = {}
        for schema in self._schemas.values():
            found.update(await schema.known())
        return found

    async def table(self, collection: str) -> Table:
        """The reflected table, for actions that write with SQLAlchemy themselves."""
        source, name = split(collection)
        return await self._schema(source).table(name)

    @asynccontextmanager
    async def writing(self, source: str) -> AsyncIterator[AsyncConnection]:
        """A write transaction on the source. Raises RecordError `read_only`; driver errors come out as RecordError."""
        self._schema(source)
        if self._configs[source].read_only:
            raise RecordError("read_only")
        with database_errors():
            async with writing(self._engines[source]) as connection:
                yield connection

    async def get(
        self, collection: str, id: str, *, scopes: Scopes, me: Me, fields: Sequence[str] | None = None
    ) -> dict[str, Any] | None:
        """The row's fields by name (all that are visible, or those named); None where there is none, or none to see."""
        try:
            return await self.read(collection, id, scopes=scopes, me=me, fields=fields)
        except RecordError as error:
            if error.code == "not_found" or (error.code == "out_of_scope" and not error.errors):
                return None
            raise

    async def read(
        self, collection: str, id: str, *, scopes: Scopes, me: Me, fields: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """As `get`, but says why not: `not_found`, or `out_of_scope` (with `errors` when it is for the fields)."""
        table = await self.table(collection)
        names = self._shown(table, collection, scopes, fields)
        async with self._reading(collection) as connection:
            row = await find_row(connection, table, id)
        if row is None:
            raise RecordError("not_found", f"There is no {collection} {id!r}.")
        whole = as_json(table, row)
        demand_row(scopes, collection, whole, me, id)
        return {name: whole[name] for name in names}

    async def rows(
        self,
        collection: str,
        *,
        scopes: Scopes,
        me: Me,
        q: str | None = None,
        where: Mapping[str, Any] | None = None,
        limit: int = 50,
        cursor: str | None = None,
        fields: Sequence[str] | None = None,
    ) -> tuple[list[dict[str, Any]], str | None]:
        """At most `limit` (≤ 200) rows in the order of their keys, and the cursor of the next page or None.

        `where` is field -> value, list of values, or None for empty; `q` is searched for in all visible text fields.
        """
        table = await self.table(collection)
        names = self._shown(table, collection, scopes, fields)
        self._shown(table, collection, scopes, tuple(where or ()))  # a filter on a hidden field would tell its value
        conditions = query.matching(table, where or {}, self._dialect(collection))
        searched = [table.columns[name] for name in self._shown(table, collection, scopes, None)]
        if q and (found := query.containing(searched, q)) is not None:
            conditions.append(found)
        after = query.read_cursor(cursor, table, self._dialect(collection)) if cursor else None
        asked = query.Asked(table, tuple(conditions), after, max(1, min(limit, query.MAX_ROWS)))
        async with self._reading(collection) as connection:
            kept, last = await _scan(connection, asked, lambda row: allows_row(scopes, collection, row, me))
        return [{name: row[name] for name in names} for row in kept], last

    async def related(
        self,
        collection: str,
        id: str,
        relation: str,
        *,
        scopes: Scopes,
        me: Me,
        fields: Sequence[str] | None = None,
        limit: int = 50,
    ) -> list[dict[str, Any]]:
        """The rows that a relation leads to from a row, either way. Both ends are bounded by the person's scopes.

        Raises RecordError as `read` and `rows` do, and `unknown_relation`.
        """
        source, name = split(collection)
        link = await self._schema(source).relation(name, relation)
        own = await self.read(collection, id, scopes=scopes, me=me, fields=(link.here,))
        if own[link.here] is None:
            return []
        where = {link.there: own[link.here]}
        found, _ = await self.rows(link.collection, where=where, limit=limit, fields=fields, scopes=scopes, me=me)
        return found

    async def update(
        self, collection: str, id: str, values: Mapping[str, Any], *, scopes: Scopes, me: Me
    ) -> dict[str, Any]:
        """Writes the fields (None clears) and answers them as they are stored.

        Doing it twice does no more than once.
        """
        return (await self.update_all(collection, [(id, values)], scopes=scopes, me=me))[0]

    async def update_all(
        self, collection: str, changes: Sequence[tuple[str, Mapping[str, Any]]], *, scopes: Scopes, me: Me
    ) -> list[dict[str, Any]]:
        """The same for several rows, all of them or none; a refusal names the row by its place when there are more."""
        table = await self.table(collection)
        demand_key(table, collection)
        fitted = []
        for place, (_, values) in enumerate(changes):
            with named(place, len(changes)):
                self._writable(table, collection, scopes, values)
                fitted.append(fit_values(values, table.columns, self._dialect(collection)))  # type: ignore[arg-type]
        bounds = Bounds(collection, scopes, me)
        async with self.writing(split(collection)[0]) as connection:
            return [
                await change(connection, table, (id, values), bounds, (place, len(changes)))
                for place, ((id, _), values) in enumerate(zip(changes, fitted, strict=True))
            ]

    async def create_all(
        self, collection: str, rows: Sequence[tuple[str, Mapping[str, Any]]], *, scopes: Scopes, me: Me
    ) -> list[dict[str, Any]]:
        """Inserts a row for each (idempotency key, values), all of them or none, and answers them as they are stored.

        A row that was made under the same key before is answered as it is now, and not made again (inserts.py).
        """
        table = await self.table(collection)
        new = []
        for place, (key, values) in enumerate(rows):
            with named(place, len(rows)):
                self._shown(table, collection, scopes, list(values))
                new.append(prepared(table, collection, values, key, self._dialect(collection)))
        bounds, shown = Bounds(collection, scopes, me), self._shown(table, collection, scopes, None)
        try:
            stored = await self._insert(table, new, bounds)
        except RecordError as error:
            if error.code != "conflict":
                raise
            # Another try of the same keys may have been faster: then its rows are there by now.
            stored = await self._insert(table, new, bounds)
        return [{name: row[name] for name in shown} for row in stored]

    async def _insert(self, table: Table, rows: Sequence[New], bounds: Bounds) -> list[dict[str, Any]]:
        async with self.writing(split(bounds.collection)[0]) as connection:
            return [
                await insert_once(connection, table, row, bounds, (place, len(rows))) for place, row in enumerate(rows)
            ]

    def _schema(self, source: str) -> SourceSchema:
        if source not in self._schemas:
            raise RecordError("unknown_source", f"There is no source {source!r}.")
        return self._schemas[source]

    def _dialect(self, collection: str) -> str:
        return self._engines[split(collection)[0]].dialect.name

    @asynccontextmanager
    async def _reading(self, collection: str) -> AsyncIterator[AsyncConnection]:
        with database_errors():
            async with self._engines[split(collection)[0]].connect() as connection:
                yield connection

    def _shown(self, table: Table, collection: str, scopes: Scopes, fields: Sequence[str] | None) -> tuple[str, ...]:
        """The fields to show. Raises RecordError for one that does not exist or was asked for and is hidden."""
        names = [column.name for column in readable(table)]
        if fields is None:
            return visible_fields(scopes, collection, names)
        _refuse("unknown_field", "has no field", collection, [name for name in fields if name not in names])
        _refuse("out_of_scope", "hides from you", collection, hidden_fields(scopes, collection, list(fields)))
        return tuple(fields)

    def _writable(self, table: Table, collection: str, scopes: Scopes, values: Mapping[str, Any]) -> None:
        self._shown(table, collection, scopes, list(values))
        fixed = [name for name in values if table.columns[name].primary_key]
        _refuse("read_only", "does not let you change its key", collection, fixed)


def split(collection: str) -> tuple[str, str]:
    """`demo.orders` -> (`demo`, `orders`). Raises RecordError `unknown_collection` for any other form."""
    source, dot, name = collection.partition(".")
    if not (source and dot and name):
        raise RecordError("unknown_collection", f"A collection is named source.collection, not {collection!r}.")
    return source, name


async def _scan(
    connection: AsyncConnection, asked: query.Asked, allowed: Callable[[Mapping[str, Any]], bool]
) -> tuple[list[dict[str, Any]], str | None]:
    """Pages through the table until `asked.count` rows are allowed, the table ends, or MAX_SCAN rows were read."""
    keys = list(asked.table.primary_key.columns)
    kept: list[dict[str, Any]] = []
    after, seen = asked.after, 0
    while True:
        size = min(query.CHUNK, query.CHUNK if seen else asked.count + 1)
        found = (await connection.execute(query.page(asked, after, size))).all()
        for row in found:
            if len(kept) == asked.count:
                return kept, query.write_cursor(after)
            seen += 1
            after = [row._mapping[key] for key in keys] or None
            if allowed(whole := as_json(asked.table, row)):
                kept.append(whole)
        if len(found) < size or after is None:
            return kept, None
        if seen >= query.MAX_SCAN:
            return kept, query.write_cursor(after)


def _refuse(code: str, says: str, collection: str, names: Sequence[str]) -> None:
    if names:
        errors = [{"path": f"/{name}", "code": code, "message": f"{collection} {says} {name!r}."} for name in names]
        raise RecordError(code, f"{collection} {says}: {', '.join(names)}.", errors)
