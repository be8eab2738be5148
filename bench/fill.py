"""A full house: runs, tasks, assignments and log rows by the million, made by the database itself.

The rows go into the project's own tables, as its migrations make them; only the secondary indexes are taken away before
and put back after, since that is several times faster. Who works here: 1,000 people and 50 teams, among them the demo's
ann and ops; 200 definitions, one in four for everybody, the others for one team each.
"""

# ruff: noqa: S608 - every part of a statement stands in this file
from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, text

from api.store.counts import STATUSES
from api.store.tables import Row
from definitions.canonical import canonical

RUNS = 1_000_000
TASKS_PER_RUN = 5
TABLES = ("runs", "tasks", "assignments", "run_labels", "words", "log")

STATE = canonical({"note": "as large as the folded state of a run of some ten steps", "steps": ["x" * 120] * 12})

_TEAM = "CASE WHEN ({n}) % 50 = 1 THEN 'ops' ELSE 'team' || (({n}) % 50) END"
_USER = "CASE WHEN ({n}) % 1000 = 1 THEN 'ann' ELSE 'user' || (({n}) % 1000) END"
_DAY = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%SZ', {at}, 'unixepoch')",
    "postgresql": "to_char(to_timestamp({at}) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
}
_NUMBERS = {
    "sqlite": "(WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < {last}) SELECT n FROM c)",
    "postgresql": "generate_series(CAST(0 AS bigint), {last}) AS numbers(n)",
}
_PADDED = {"sqlite": "printf('%010d', {n})", "postgresql": "lpad(({n})::text, 10, '0')"}
_INSTANT = {"sqlite": "datetime({at}, 'unixepoch') || '.000000'", "postgresql": "to_timestamp({at})"}
BEGAN = 1_760_000_000
"""Seconds since 1970 of the first run; the others follow every ten seconds."""


def fill(engine: Engine, scale: float = 1.0) -> int:
    """Fills an empty, migrated database; gives the number of runs."""
    runs = max(1000, int(RUNS * scale))
    indexes = [index for name in TABLES for index in Row.metadata.tables[name].indexes]
    with engine.begin() as connection:
        for index in indexes:
            index.drop(connection)
        for statement in statements(connection, runs):
            connection.execute(text(statement), {"state": STATE} if ":state" in statement else {})
        for index in indexes:
            index.create(connection)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # As such a house is after its years: else PostgreSQL would clear up behind the fill while lists are measured.
        connection.execute(text("VACUUM (ANALYZE)" if engine.dialect.name == "postgresql" else "ANALYZE"))
    return runs


def statements(connection: Connection, runs: int) -> Iterator[str]:
    """One INSERT … SELECT per table. Names: `run` is the number of a run, `n` that of a row."""
    dialect = connection.dialect.name
    day, padded, instant = _DAY[dialect], _PADDED[dialect], _INSTANT[dialect]
    yes, no = ("1", "0") if dialect == "sqlite" else ("true", "false")
    run = "'run-' || " + padded.format(n="n")
    teams_key = f"CASE WHEN n % 4 = 0 THEN '' ELSE '|' || {_TEAM.format(n='n % 200')} || '|' END"
    started = day.format(at=f"{BEGAN} + n * 10")
    status = "CASE WHEN n % 10 < 3 THEN 'completed' WHEN n % 10 < 4 THEN 'running' ELSE 'waiting' END"
    yield f"""INSERT INTO runs (id, definition, version, hash, name, record_collection, record_id, teams, teams_key,
        started_at, started_by, holder, status, attention, labels, seq, chain, search, state, request)
        SELECT {run}, 'd' || (n % 200), 1, '', 'Order ' || n, 'demo.orders', 'o' || (n % 50000), '[]', {teams_key},
        {started}, {_USER.format(n="n")}, {_USER.format(n="n / 2")}, {status},
        CASE WHEN n % 500 = 0 THEN {yes} ELSE {no} END, CASE WHEN n % 100 = 0 THEN '["urgent"]' ELSE '[]' END, 12, '',
        ' order  ' || n || '  o' || (n % 50000) || ' ', :state, '{{}}'
        FROM {_numbers(dialect, runs)}"""
    each = TASKS_PER_RUN
    due = f"CASE WHEN n % 3 = 0 THEN '~' ELSE {day.format(at=f'{BEGAN} + (n * 7919) % (1 + {runs} * 20)')} END"
    rows = _numbers(dialect, runs * each)
    of_run = "'run-' || " + padded.format(n=f"n / {each}")
    team_of_run = teams_key.replace("n %", f"(n / {each}) %")
    entered = day.format(at=f"{BEGAN} + n * 2")
    started_of_run = day.format(at=f"{BEGAN} + (n / {each}) * 10")
    one_user, one_team = _USER.format(n="n / 3"), _TEAM.format(n="n / 7")
    yield f"""INSERT INTO tasks (run, step, execution, definition, run_name, title, kind, status, users, teams, roles,
        due, due_sort, entered_at, record_collection, record_id, teams_key, manual, current, search)
        SELECT {of_run}, 's' || (n % {each}), 's' || (n % {each}) || '#1', 'd' || ((n / {each}) % 200),
        'Order ' || (n / {each}), 'Step ' || (n % {each}), 'task',
        CASE WHEN n % 20 = 0 THEN 'attention' WHEN n % 20 < 4 THEN 'waiting' ELSE 'ready' END,
        '["' || {one_user} || '"]', '["' || {one_team} || '"]', '[]', NULL, {due},
        {entered}, 'demo.orders', 'o' || ((n / {each}) % 50000), {team_of_run},
        CASE WHEN n % 20 < 4 THEN {no} ELSE {yes} END, CASE WHEN n % 40 < 5 THEN {no} ELSE {yes} END,
        ' step  ' || (n % {each}) || '  order  ' || (n / {each}) || '  o' || ((n / {each}) % 50000) || ' '
        FROM {rows}"""
    for kind, who in (("user", one_user), ("team", one_team)):
        yield f"""INSERT INTO assignments (run, step, kind, who, due_sort, title, entered_at, started_at)
            SELECT {of_run}, 's' || (n % {each}), '{kind}', {who}, {due}, 'Step ' || (n % {each}), {entered},
            {started_of_run} FROM {rows}"""
    yield f"""INSERT INTO run_labels (label, started_at, run)
        SELECT 'urgent', {started}, {run} FROM {_numbers(dialect, runs)} WHERE n % 100 = 0"""
    for word in ("'order'", "CAST(n AS text)", "'o' || (n % 50000)"):
        yield f"""INSERT INTO words (kind, word, at, of, teams_key)
            SELECT 'run', {word}, {started}, {run}, {teams_key} FROM {_numbers(dialect, runs)}"""
    yield f"""INSERT INTO words (kind, word, at, of, teams_key)
        SELECT 'title', 'step', '', 'Step ' || n, '' FROM {_numbers(dialect, each)}
        UNION ALL SELECT 'title', CAST(n AS text), '', 'Step ' || n, '' FROM {_numbers(dialect, each)}"""
    sums = ", ".join(f"SUM(CASE WHEN status = '{name}' THEN 1 ELSE 0 END)" for name in STATUSES)
    yield f"""INSERT INTO counts (shard, definition, teams_key, {", ".join(STATUSES)}, attention)
        SELECT 0, definition, teams_key, {sums}, SUM(CASE WHEN attention THEN 1 ELSE 0 END)
        FROM runs GROUP BY definition, teams_key"""
    log_team = _TEAM.format(n="n / 3")
    yield f"""INSERT INTO log (at, "user", teams, teams_key, action, type, via, outcome, definition, run, record,
        record_id)
        SELECT {instant.format(at=f"{BEGAN} + n * 10")}, {_USER.format(n="n")},
        '["' || {log_team} || '"]', '|' || {log_team} || '|',
        CASE WHEN n % 2 = 0 THEN 'run.view' ELSE 'command.complete' END,
        CASE WHEN n % 2 = 0 THEN 'read' ELSE 'write' END, 'api', 'ok', 'd' || (n % 200), {run},
        'demo.orders/o' || (n % 50000), 'o' || (n % 50000) FROM {_numbers(dialect, runs)}"""


def _numbers(dialect: str, count: int) -> str:
    return _NUMBERS[dialect].format(last=count - 1)
