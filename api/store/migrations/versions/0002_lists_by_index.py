"""Lists by index: what they are sorted and found by, turned-round tables, kept counts, saved views.

What follows from rows that are there is filled in here, in Python, since the words of a text are cut in Python.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
PAGE = 1000
STATUSES = ("running", "waiting", "saved", "completed", "aborted")

NEW_COLUMNS: dict[str, dict[str, tuple[sa.types.TypeEngine[Any], Any]]] = {
    "runs": {"search": (CODE, "")},
    "tasks": {"manual": (sa.Boolean(), sa.true()), "current": (sa.Boolean(), sa.true()), "search": (CODE, "")},
    "assignments": {"title": (CODE, ""), "entered_at": (CODE, ""), "started_at": (CODE, "")},
}
OLD_INDEXES = {
    "runs": {"runs_by_record": ["record_collection", "record_id", "started_at"]},
    "tasks": {"tasks_by_definition": ["definition", "due_sort", "run", "step"]},
    "log": {
        "log_by_at": ["at"],
        "log_by_action": ["action"],
        "log_by_user": ["user", "id"],
        "log_by_run": ["run", "id"],
        "log_by_record": ["record", "id"],
    },
}
NEW_INDEXES = {
    "runs": {
        "runs_by_record": ["record_id", "started_at", "id"],
        "runs_by_teams": ["teams_key", "status", "started_at", "id"],
        "runs_by_holder": ["holder", "started_at", "id"],
    },
    "tasks": {
        "tasks_by_title": ["title", "run", "step"],
        "tasks_by_entry": ["entered_at", "run", "step"],
        "tasks_by_teams_due": ["teams_key", "due_sort", "run", "step"],
        "tasks_by_teams_title": ["teams_key", "title", "run", "step"],
        "tasks_by_teams_entry": ["teams_key", "entered_at", "run", "step"],
        "tasks_by_definition": ["definition", "teams_key", "due_sort", "run", "step"],
        "tasks_by_status": ["status", "due_sort", "run", "step"],
        "tasks_by_teams_status": ["teams_key", "status", "due_sort", "run", "step"],
        "tasks_by_record": ["record_id", "due_sort", "run", "step"],
    },
    "assignments": {
        "assignments_by_title": ["kind", "who", "title", "run", "step"],
        "assignments_by_entry": ["kind", "who", "entered_at", "run", "step"],
        "assignments_by_start": ["kind", "who", "started_at", "run"],
    },
    "log": {
        "log_by_at": ["at", "id"],
        "log_by_action": ["action", "at", "id"],
        "log_by_user": ["user", "at", "id"],
        "log_by_teams_key": ["teams_key", "at", "id"],
        "log_by_run": ["run", "at", "id"],
        "log_by_record": ["record", "at", "id"],
        "log_by_record_id": ["record_id", "at", "id"],
    },
}
ATTENTION = ("attention", "attention = 1")
AUTOMATIC = ("NOT manual", "manual = 0")
PARTIAL_INDEXES = {
    "runs_in_attention": ("runs", ["started_at", "id"], *ATTENTION),
    "runs_in_attention_by_teams": ("runs", ["teams_key", "started_at", "id"], *ATTENTION),
    "tasks_automatic": ("tasks", ["due_sort", "run", "step"], *AUTOMATIC),
    "tasks_automatic_by_teams": ("tasks", ["teams_key", "due_sort", "run", "step"], *AUTOMATIC),
}
NEW_TABLES = ("counts", "run_labels", "view_shares", "views", "words")


def upgrade() -> None:
    _create_tables()
    for table, indexes in OLD_INDEXES.items():
        for name in indexes:
            op.drop_index(name, table_name=table)
    for table, columns in NEW_COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name, (kind, empty) in columns.items():
                batch.add_column(sa.Column(name, kind, nullable=False, server_default=empty))
    op.execute("UPDATE tasks SET entered_at = '' WHERE entered_at IS NULL")
    for table, columns in NEW_COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name, (kind, _) in columns.items():
                batch.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
            if table == "tasks":
                batch.alter_column("entered_at", existing_type=CODE, nullable=False)
    op.add_column("log", sa.Column("record_id", CODE, nullable=True))
    op.add_column("log", sa.Column("teams_key", CODE, nullable=True))
    _fill()
    for table, indexes in NEW_INDEXES.items():
        for name, columns_of in indexes.items():
            op.create_index(name, table, columns_of)
    for name, (table, columns_of, on_postgresql, on_sqlite) in PARTIAL_INDEXES.items():
        where, sqlite_where = sa.text(on_postgresql), sa.text(on_sqlite)
        op.create_index(name, table, columns_of, postgresql_where=where, sqlite_where=sqlite_where)


def downgrade() -> None:
    for name, (table, *_) in PARTIAL_INDEXES.items():
        op.drop_index(name, table_name=table)
    for table, indexes in NEW_INDEXES.items():
        for name in indexes:
            op.drop_index(name, table_name=table)
    with op.batch_alter_table("log") as batch:
        batch.drop_column("teams_key")
        batch.drop_column("record_id")
    for table, columns in NEW_COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name in columns:
                batch.drop_column(name)
            if table == "tasks":
                batch.alter_column("entered_at", existing_type=CODE, nullable=True)
    for table, indexes in OLD_INDEXES.items():
        for name, columns_of in indexes.items():
            op.create_index(name, table, columns_of)
    for table in NEW_TABLES:
        op.drop_table(table)


def _create_tables() -> None:
    texts = {
        "run_labels": ("label", "started_at", "run"),
        "words": ("kind", "word", "at", "of"),
        "view_shares": ("team", "view"),
    }
    for table, names in texts.items():
        columns = [sa.Column(name, CODE, nullable=False) for name in names]
        op.create_table(table, *columns, sa.PrimaryKeyConstraint(*names, name=op.f(f"{table}_pk")))
    op.create_index("view_shares_by_view", "view_shares", ["view"])
    numbers = (*STATUSES, "attention")
    op.create_table(
        "counts",
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition", CODE, nullable=False),
        sa.Column("teams_key", CODE, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in numbers),
        sa.PrimaryKeyConstraint("shard", "definition", "teams_key", name=op.f("counts_pk")),
    )
    op.create_table(
        "views",
        sa.Column("id", CODE, nullable=False),
        sa.Column("owner", CODE, nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("views_pk")),
    )
    op.create_index("views_by_owner", "views", ["owner", "name", "id"])


def _fill() -> None:
    """What the new columns and tables say of the rows that are there."""
    connection = op.get_bind()
    task = "FROM tasks t WHERE t.run = assignments.run AND t.step = assignments.step"
    start = "FROM runs r WHERE r.id = assignments.run"
    connection.exec_driver_sql(
        f"UPDATE assignments SET title = COALESCE((SELECT t.title {task}), ''),"  # noqa: S608 - parts of this file
        f" entered_at = COALESCE((SELECT t.entered_at {task}), ''),"
        f" started_at = COALESCE((SELECT r.started_at {start}), '')"
    )
    _fill_runs(connection)
    _fill_tasks(connection)
    _fill_log(connection)
    sums = [f"SUM(CASE WHEN status = '{name}' THEN 1 ELSE 0 END)" for name in STATUSES]
    of_attention = "SUM(CASE WHEN attention THEN 1 ELSE 0 END)"
    columns = ", ".join(("0", "definition", "teams_key", *sums, of_attention))
    connection.exec_driver_sql(
        f"INSERT INTO counts SELECT {columns} FROM runs WHERE seq > 0 GROUP BY definition, teams_key"  # noqa: S608
    )
    _know_definitions(connection)


def _fill_runs(connection: sa.Connection) -> None:
    names = ("id", "name", "record_id", "labels", "started_at")
    runs = sa.table("runs", *(sa.column(name) for name in (*names, "search")))
    labels = sa.table("run_labels", sa.column("label"), sa.column("started_at"), sa.column("run"))
    words = sa.table("words", *(sa.column(name) for name in ("kind", "word", "at", "of")))
    for rows in _pages(connection, runs, names, 1):
        found = [(row, _words(row.name, row.record_id)) for row in rows]
        _write(connection, _set_search(runs, 1), [{"k0": row.id, "to": _text(of)} for row, of in found])
        meant = [{"kind": "run", "word": w, "at": row.started_at, "of": row.id} for row, of in found for w in of]
        _write(connection, words.insert(), meant)
        said = [{"label": x, "started_at": r.started_at, "run": r.id} for r in rows for x in _list(r.labels)]
        _write(connection, labels.insert(), said)


def _fill_tasks(connection: sa.Connection) -> None:
    names = ("run", "step", "title", "run_name", "record_id")
    tasks = sa.table("tasks", *(sa.column(name) for name in (*names, "search")))
    words = sa.table("words", *(sa.column(name) for name in ("kind", "word", "at", "of")))
    titles: set[str] = set()
    for rows in _pages(connection, tasks, names, 2):
        found = [
            {"k0": row.run, "k1": row.step, "to": _text(_words(row.title, row.run_name, row.record_id))} for row in rows
        ]
        _write(connection, _set_search(tasks, 2), found)
        titles |= {row.title for row in rows}
    meant = [{"kind": "title", "word": w, "at": "", "of": title} for title in sorted(titles) for w in _words(title)]
    _write(connection, words.insert(), meant)


def _fill_log(connection: sa.Connection) -> None:
    names = ("id", "record", "teams")
    log = sa.table("log", *(sa.column(name) for name in (*names, "record_id", "teams_key")))
    change = log.update().where(log.c.id == sa.bindparam("k0"))
    change = change.values(record_id=sa.bindparam("of_record"), teams_key=sa.bindparam("of_teams"))
    for rows in _pages(connection, log, names, 1):
        values = [
            {
                "k0": row.id,
                "of_record": (row.record or "").partition("/")[2] or None,
                "of_teams": None if row.teams is None else _teams_key(row.teams),
            }
            for row in rows
        ]
        _write(connection, change, values)


def _know_definitions(connection: sa.Connection) -> None:
    """Every definition is known with the teams of its versions, also before its first run."""
    versions = sa.table("versions", sa.column("key"), sa.column("document"))
    names = ("shard", "definition", "teams_key", *STATUSES, "attention")
    counts = sa.table("counts", *(sa.column(name) for name in names))
    known = {tuple(row) for row in connection.execute(sa.select(counts.c.definition, counts.c.teams_key))}
    for key, document in connection.execute(sa.select(versions.c.key, versions.c.document)).all():
        pair = (key, _teams_key(_member(document, "teams")))
        if pair not in known:
            known.add(pair)
            values = dict.fromkeys(names, 0) | {"definition": pair[0], "teams_key": pair[1]}
            connection.execute(counts.insert(), values)


def _pages(connection: sa.Connection, table: Any, names: tuple[str, ...], keys: int) -> Iterator[list[Any]]:
    """The rows of a table by its key, a page at a time; the key is the first columns."""
    key = [table.c[name] for name in names[:keys]]
    after: list[Any] | None = None
    while True:
        query = sa.select(*(table.c[name] for name in names)).order_by(*key).limit(PAGE)
        if after is not None:
            query = query.where(sa.tuple_(*key) > sa.tuple_(*after))
        if not (rows := list(connection.execute(query))):
            return
        yield rows
        after = list(rows[-1][:keys])


def _set_search(table: Any, keys: int) -> Any:
    names = {"runs": ("id",), "tasks": ("run", "step")}[table.name][:keys]
    same = [table.c[name] == sa.bindparam(f"k{index}") for index, name in enumerate(names)]
    return table.update().where(*same).values(search=sa.bindparam("to"))


def _write(connection: sa.Connection, statement: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)


# As the application cuts words and writes keys today (api/store/search.py, keys.py): a migration is frozen in time.


def _words(*texts: str | None) -> list[str]:
    folded = (unicodedata.normalize("NFKC", text).casefold() for text in texts if text)
    return list(dict.fromkeys(word[:64] for text in folded for word in re.findall(r"[^\W_]+", text)))[:50]


def _text(words: list[str]) -> str:
    return "".join(f" {word} " for word in words)


def _list(text: str | None) -> list[str]:

    found = json.loads(text) if text else []
    return [str(item) for item in dict.fromkeys(found)] if isinstance(found, list) else []


def _member(text: str, name: str) -> str:

    return json.dumps(json.loads(text).get(name) or [])


def _teams_key(text: str) -> str:
    named = sorted(set(_list(text)))
    return f"|{'|'.join(named)}|" if named else ""
