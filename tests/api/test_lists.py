"""Every list against what it must show, page by page, on both databases; and that it is read along indexes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select

from api import hunting
from api.filters import RunFilters, TaskFilters
from api.hunting import along_words, hunt
from api.lists import MOST_WALKS, sight
from api.lists import RUNS as RUN_ROWS
from api.paging import cut
from api.permissions import Who
from api.run_list import read_runs, runs_query
from api.store.counts import COUNTS
from api.store.migrations import migrate
from api.store.store import Store
from api.task_list import SORTS, read_tasks, tasks_query
from tests.api.listed import NOW, Listed

LISTED = Listed.made()
ANN = Who("ann", ("operator",), ("ops",), ("run.view",))
LEGAL = Who("ben", ("operator",), ("legal", "ops"), ("run.view",))
ODA = Who("oda", ("auditor",), (), ("run.view.all",))
OWN = Who("me", (), ("ops",), ("run.view.own",))
NOBODY = Who("nobody", (), ("ops",), ())
EVERYBODY = (ANN, LEGAL, ODA, OWN, NOBODY)

TASKS: list[dict[str, Any]] = [
    {},
    {"assignee": "me"},
    {"assignee": "ben"},
    {"assignee": "me", "team": ["ops"]},
    {"team": ["ops"]},
    {"team": ["ops", "legal"]},
    {"status": ["attention"]},
    {"status": ["ready", "attention", "on_hold"]},
    {"definition": "visit"},
    {"definition": "visit", "status": ["ready"], "team": ["legal"]},
    {"definition": "no such"},
    {"record": "o3"},
    {"record": "demo.orders/o3"},
    {"record": "o3", "assignee": "me"},
    {"overdue": True},
    {"overdue": False},
    {"manual": True},
    {"manual": False},
    {"manual": True, "current_only": True},
    {"manual": False, "assignee": "me"},
    {"q": "order"},
    {"q": "orde 7"},
    {"q": "4"},
    {"q": "unDER"},
    {"q": "ÜNDER"},
    {"q": "étude ask"},
    {"q": "run-00000004"},
    {"q": "run-0000"},
    {"q": "00000004"},
    {"q": "!!"},
    {"q": "zzz"},
    {"q": "o3", "team": ["ops"], "overdue": True},
]
RUNS: list[dict[str, Any]] = [
    {},
    {"status": ["waiting"]},
    {"status": ["waiting", "completed"], "saved": False},
    {"saved": True},
    {"saved": True, "status": ["waiting"]},
    {"saved": False},
    {"definition": "refund"},
    {"definition": "refund", "status": ["running"]},
    {"record": "o3"},
    {"record": "demo.visits/o3"},
    {"record": "o3", "assignee": "me", "team": ["ops"]},
    {"assignee": "me"},
    {"assignee": "ben", "team": ["ops"]},
    {"team": ["ops"]},
    {"team": ["ops", "legal"], "attention": False},
    {"holder": "me"},
    {"holder": "ben", "label": "vip"},
    {"label": 'a "b"'},
    {"label": "vi"},
    {"attention": True},
    {"attention": False},
    {"started_after": "2026-11-02T00:00:00.000000Z"},
    {"q": "order"},
    {"q": "ord 6"},
    {"q": "ÉTU"},
    {"q": "o3", "label": "vip"},
    {"q": "run-0000001a"},
    {"q": "?"},
]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
async def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Store]:
    """The same rows in either database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('lists') / 'lists.db'}"
    else:
        url = request.getfixturevalue("postgres_server").create("listed")
    migrate(url)
    async with Store(url) as store:
        await store.transact(LISTED.put)
        yield store


Read = Callable[[Connection, str | None], Sequence[Any]]


async def paged(store: Store, order: str, limit: int, keys: Callable[[Any], tuple[str, ...]], read: Read) -> list[Any]:
    """Every row of a list, page by page."""
    found: list[Any] = []
    cursor: str | None = None
    while True:
        rows = await store.look(lambda connection: read(connection, cursor))  # noqa: B023 - awaited at once
        shown, cursor = cut(rows, limit, order, keys)
        found += shown
        if cursor is None:
            return found
        assert len(shown) == limit


@pytest.mark.parametrize("sort", sorted(SORTS))
@pytest.mark.parametrize("filters", TASKS, ids=str)
async def test_tasks_page_by_page(store: Store, filters: dict[str, Any], sort: str) -> None:
    """No row twice, none left out, though most sort alike; for everybody by what they may see."""
    for who in EVERYBODY:
        asked = TaskFilters(**filters, sort=sort)  # type: ignore[arg-type]
        rows = await paged(
            store,
            sort,
            4,
            lambda row: (getattr(row, SORTS[sort]), row.run, row.step),
            lambda connection, cursor: read_tasks(connection, who, asked, now=NOW, limit=4, cursor=cursor),  # noqa: B023
        )
        assert [(row.run, row.step) for row in rows] == LISTED.of_tasks(who, asked), who.id


@pytest.mark.parametrize("sort", ["-started_at", "started_at"])
@pytest.mark.parametrize("filters", RUNS, ids=str)
async def test_runs_page_by_page(store: Store, filters: dict[str, Any], sort: str) -> None:
    """The same for runs, of which forty start at the same moment."""
    for who in EVERYBODY:
        asked = RunFilters(**filters, sort=sort)  # type: ignore[arg-type]
        rows = await paged(
            store,
            sort,
            5,
            lambda row: (row.started_at, row.id),
            lambda connection, cursor: read_runs(connection, who, asked, limit=5, cursor=cursor),  # noqa: B023
        )
        assert [row.id for row in rows] == LISTED.of_runs(who, asked), who.id


@pytest.mark.parametrize("sort", ["-started_at", "started_at"])
@pytest.mark.parametrize("walks", [1, MOST_WALKS])
@pytest.mark.parametrize("filters", [*(f for f in RUNS if "q" in f), {"q": "order", "status": ["waiting"]}], ids=str)
async def test_common_words_page_by_page(
    store: Store, monkeypatch: pytest.MonkeyPatch, filters: dict[str, Any], walks: int, sort: str
) -> None:
    """Words that lead to too much find the same: along each of their spellings, or where those are too many, not."""
    monkeypatch.setattr(hunting, "FEW", 0)
    monkeypatch.setattr(hunting, "MOST_WALKS", walks)
    await test_runs_page_by_page(store, filters, sort)


async def test_a_common_word_is_walked_along(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sees few enough combinations of teams passes only what has the word and is within sight."""
    monkeypatch.setattr(hunting, "FEW", 0)
    seen = await store.look(lambda connection: sight(connection, ANN))
    keys = await store.look(seen.keys)
    for word, spellings in (("ord", 2), ("order", 2), ("orders", 1), ("o3", 1), ("zzz", 0)):
        walks = await store.look(lambda connection: along_words(connection, seen, word))  # noqa: B023
        assert len(walks) == spellings * len({"", *keys}), word
    monkeypatch.setattr(hunting, "MOST_WALKS", len(keys))
    assert not await store.look(lambda connection: along_words(connection, seen, "order"))


def statements(connection: Connection) -> list[str]:
    """What the database is told from now on, as it is told."""
    said: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *told: said.append(told[2]))
    return said


async def test_that_a_word_is_common_is_remembered(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the connection, for as long as it lives: what was too many can only become more. What was not is counted."""

    def look(connection: Connection) -> list[int]:
        counts, said = statements(connection), []
        for few in (2, 1, 5_000):
            monkeypatch.setattr(hunting, "FEW", few)
            hunt(connection, "return")
            said.append(len(counts))
        return said

    assert await store.look(look) == [1, 1, 2]


PAGE = ["page"]
ASKED: list[tuple[TaskFilters | RunFilters, list[str]]] = [
    (TaskFilters(), ["counts", *PAGE]),
    (TaskFilters(assignee="me"), PAGE),
    (TaskFilters(team=["ops"]), PAGE),
    (TaskFilters(record="o3"), PAGE),
    (TaskFilters(q="o7"), ["words", *PAGE]),
    (TaskFilters(definition="visit"), ["counts", *PAGE]),
    (TaskFilters(definition="visit", team=["ops"]), ["counts", *PAGE]),
    (TaskFilters(definition="no such", team=["ops"]), ["counts"]),
    (RunFilters(), ["counts", *PAGE]),
    (RunFilters(record="o3", definition="refund"), PAGE),
    (RunFilters(label="vip"), PAGE),
    (RunFilters(q="o7"), ["words", *PAGE]),
    (RunFilters(definition="refund"), ["counts", *PAGE]),
    (RunFilters(definition="no such"), ["counts"]),
    (RunFilters(definition="no such", label="vip"), ["counts"]),
]


def _named(value: Any) -> str:
    """The name of a case: its filters, or what is expected."""
    return (
        " ".join(value) if isinstance(value, list) else f"{type(value).__name__} {value.model_dump(exclude_unset=True)}"
    )


@pytest.mark.parametrize(("asked", "expected"), ASKED, ids=_named)
async def test_a_list_asks_no_more_than_it_needs(
    store: Store, asked: TaskFilters | RunFilters, expected: list[str]
) -> None:
    """Each question is a way to the database and back: which combinations of teams there are is asked for walks along
    them, and where all that a walk passes may be out of sight; runs and titles with a word are looked for at once.
    """

    def look(connection: Connection) -> tuple[list[str], int]:
        said = statements(connection)
        if isinstance(asked, TaskFilters):
            return said, len(read_tasks(connection, ANN, asked, now=NOW, limit=5))
        return said, len(read_runs(connection, ANN, asked, limit=5))

    said, rows = await store.look(look)
    assert [_of(text) for text in said] == expected
    assert bool(rows) == (expected[-1:] == PAGE)


def _of(statement: str) -> str:
    """What a statement asks for: a page, or a table beside it."""
    if re.match(r"SELECT (\w+)\.(run, \1\.step|id, \1\.definition)", statement):
        return PAGE[0]
    return re.findall(r"FROM (counts|words)\b", statement)[-1]


async def test_who_sees_nothing_is_told_of_no_teams(store: Store) -> None:
    """Not even of what is everybody's."""
    seen = await store.look(lambda connection: sight(connection, NOBODY))
    for column in (RUN_ROWS.c.teams_key, COUNTS.c.teams_key):
        query = select(func.count()).select_from(column.table).where(*seen.of_teams(column))
        assert await store.look(lambda connection: connection.execute(query).scalar_one()) == 0  # noqa: B023


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_tasks_of_the_runs_followed_are_found_in_one_scan(store: Store) -> None:
    """Of an array, instead of one scan for each run."""

    def look(connection: Connection) -> list[str]:
        asked = tasks_query(connection, ANN, TaskFilters(q="o7"), now=NOW, limit=5)
        text = str(asked.compile(connection.engine, compile_kwargs={"literal_binds": True}))
        return [str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {text}")]

    lines = "\n".join(await store.look(look))
    assert "run = ANY ((InitPlan" in lines, lines


def test_the_lists_above_show_something() -> None:
    """An oracle that finds nothing would agree with a list that shows nothing."""
    tasks = [f for f in TASKS if not any(LISTED.of_tasks(who, TaskFilters(**f)) for who in EVERYBODY)]
    assert [list(f.values()) for f in tasks] == [["no such"], ["unDER"], ["run-0000"], ["!!"], ["zzz"]]
    assert [f for f in RUNS if not any(LISTED.of_runs(who, RunFilters(**f)) for who in EVERYBODY)] == [
        {"saved": True, "status": ["waiting"]},
        {"label": "vi"},
        {"q": "?"},
    ]


async def test_more_teams_than_walks(store: Store) -> None:
    """Somebody in very many teams is shown the same by one walk as others by many, and as those of few teams."""
    many = Who("ann", (), ("ops", *(f"t{n}" for n in range(MOST_WALKS + 5))), ("run.view",))
    by_status = TaskFilters(status=["ready", "attention", "running", "in_progress"])
    for asked in (TaskFilters(), by_status, TaskFilters(q="o7"), TaskFilters(team=["ops"]), TaskFilters(record="o3")):
        rows = await store.look(lambda c: read_tasks(c, many, asked, now=NOW, limit=500))  # noqa: B023
        assert [(row.run, row.step) for row in rows] == LISTED.of_tasks(many, asked)
    runs_by_status = RunFilters(status=["waiting", "completed"])
    for wanted in (RunFilters(), runs_by_status, RunFilters(q="o7"), RunFilters(definition="refund")):
        found = await store.look(lambda c: read_runs(c, many, wanted, limit=500))  # noqa: B023
        assert [row.id for row in found] == LISTED.of_runs(many, wanted)


async def test_a_number_is_followed_before_a_longer_word(store: Store) -> None:
    """Of "Order 7" every order has the first word, and few runs the second."""
    for q, followed in (("order o7", "o7"), ("ord 6", "6"), ("etude ask", "etude")):
        assert (await store.look(lambda c: hunt(c, q))).follow == followed  # noqa: B023


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_what_somebody_holds_is_planned_anew_and_other_lists_once(store: Store) -> None:
    """Whatever else the connection is used for afterwards."""

    def mode(connection: Connection, ask: Any) -> str:
        ask(connection)
        return str(connection.exec_driver_sql("SHOW plan_cache_mode").scalar_one())

    for asked, expected in ((RunFilters(holder="me"), "force_custom_plan"), (RunFilters(), "auto")):
        assert await store.look(partial(mode, ask=partial(read_runs, who=ANN, asked=asked, limit=5))) == expected


@pytest.mark.parametrize("q", ["o7", "etude", "order 7"])
async def test_the_words_of_a_search_stand_in_its_statements(store: Store, q: str) -> None:
    """So that each search is planned for its own words, whatever was looked for before."""

    def look(connection: Connection) -> list[str]:
        said = statements(connection)
        read_runs(connection, ANN, RunFilters(q=q), limit=5)
        read_tasks(connection, ANN, TaskFilters(q=q), now=NOW, limit=5)
        return said

    asked = [
        found for text in await store.look(look) for found in re.findall(r"(?:words.word [<>=]+|search LIKE) (.)", text)
    ]
    assert len(asked) > len(q.split()) and set(asked) == {"'"}


def plan(connection: Connection, statement: Any) -> list[str]:
    """What SQLite is going to do, a line each."""
    text = str(statement.compile(connection.engine, compile_kwargs={"literal_binds": True})).replace("?", "-1")
    return [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]


BOUNDED = [
    *({"sort": sort} | filters for sort in SORTS for filters in ({}, {"assignee": "me"}, {"team": ["ops", "legal"]})),
    *({"status": ["attention"]}, {"manual": False}, {"overdue": True}, {"definition": "visit"}, {"manual": True}),
]
BOUNDED_RUNS: list[dict[str, Any]] = [
    *({}, {"status": ["waiting"]}, {"saved": True}, {"definition": "refund"}, {"assignee": "me"}, {"team": ["ops"]}),
    *({"holder": "me"}, {"label": "vip"}, {"attention": True}, {"q": "order"}),
]


@pytest.mark.parametrize("who", [ANN, ODA], ids=lambda who: who.id)
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_walks_go_along_an_index_in_order(store: Store, monkeypatch: pytest.MonkeyPatch, who: Who) -> None:
    """No table is read from end to end, and nothing is sorted but what the page already has."""
    monkeypatch.setattr(hunting, "FEW", 0)

    def look(connection: Connection) -> dict[str, list[str]]:
        tasks = {str(f): tasks_query(connection, who, TaskFilters(**f), now=NOW, limit=50) for f in BOUNDED}
        runs = {str(f): runs_query(connection, who, RunFilters(**f), limit=50) for f in BOUNDED_RUNS}
        return {name: plan(connection, statement) for name, statement in {**tasks, **runs}.items()}

    plans = await store.look(look)
    assert {name: strays(lines) for name, lines in plans.items() if strays(lines)} == {}


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_automatic_steps_of_teams_have_an_index_that_is_taken(store: Store) -> None:
    """There is a whole one that begins alike, and most tasks are of people."""
    asked = partial(tasks_query, who=ANN, asked=TaskFilters(manual=False), now=NOW, limit=50)
    lines = await store.look(lambda connection: plan(connection, asked(connection)))
    walks = [line for line in lines if "(teams_key=?" in line]
    assert walks and all("INDEX tasks_automatic_by_teams " in line for line in walks), lines


def strays(lines: list[str]) -> list[str]:
    """What a walk must not do: read a table from end to end, or sort. What came of it, as a subquery, may be sorted."""
    tables = ("SCAN runs", "SCAN tasks", "SCAN assignments")
    found, walked = [line for line in lines if line.startswith(tables) and "INDEX" not in line], False
    for line in lines:
        walked = line.startswith("SCAN anon") or (walked and not line.startswith(("CO-ROUTINE", "MATERIALIZE")))
        found += [line] if line.startswith("USE TEMP B-TREE") and not walked else []
    return found


async def test_a_missing_index_is_noticed(tmp_path: Path) -> None:
    """The gate above is seen to bite."""
    url = f"sqlite:///{tmp_path / 'lists.db'}"
    await asyncio.to_thread(migrate, url)
    async with Store(url) as store:
        await store.transact(LISTED.put)
        for index, asked in (("title", TaskFilters(sort="title")), ("due", TaskFilters())):
            read = partial(tasks_query, who=ANN, asked=asked, now=NOW, limit=50)
            await store.transact(lambda connection: connection.exec_driver_sql(f"DROP INDEX tasks_by_teams_{index}"))  # noqa: B023
            assert await store.look(lambda connection: strays(plan(connection, read(connection)))), index  # noqa: B023
        runs = partial(runs_query, who=ANN, asked=RunFilters(), limit=50)
        await store.transact(lambda connection: connection.exec_driver_sql("DROP INDEX runs_by_teams_start"))
        assert await store.look(lambda connection: strays(plan(connection, runs(connection))))
