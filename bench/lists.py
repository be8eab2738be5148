"""`make bench-lists`: every list of the API at a million runs and five million tasks, while others write.

Each list is asked through the API itself (the ASGI app, without a socket). `sql` is the time its statements took in the
database, `call` that of the whole request: Python is most of the difference and has nothing to do with how many rows
there are. BENCH_SCALE makes it smaller (0.01: ten thousand runs), BENCH_DATABASES picks one of the two,
BENCH_PASSES says how often all of them are asked.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import Connection, Engine, create_engine, event

from api.app import create_app
from api.engine import TemporalEngine
from api.house import Config
from api.signing import Signer
from api.store.migrations import migrate
from api.store.store import Store, database_url
from bench.figures import milliseconds
from bench.fill import fill
from holdfast.children import spawn
from holdfast.compose import open_records
from holdfast.demo import prepare, prepare_demo, read_tokens
from holdfast.logs import set_up_logging
from holdfast.loop import settle_in
from holdfast.settings import Settings
from tests.support.servers import PostgresServer

SECONDS, TIMES = 2.0, 200
"""A list is asked so often, or for so long, in a pass."""
PASSES = int(os.environ.get("BENCH_PASSES", "3"))
WRITES = 100
"""Appends per second of the writer."""

DEEP = 40
"""Pages of 200 that a deep page lies behind."""

LISTS: dict[str, str] = {
    "no list: four rows by their keys": "ann /v1/me",
    "my tasks": "ann /v1/tasks?assignee=me",
    "my tasks, next page": "ann /v1/tasks?assignee=me +1",
    "somebody's tasks": "oda /v1/tasks?assignee=user7",
    "tasks of my team": "ann /v1/tasks?team=ops",
    "tasks of a team": "oda /v1/tasks?team=team7",
    "tasks of ten teams": "oda /v1/tasks?" + "&".join(f"team=team{n}" for n in range(10, 20)),
    "all tasks I may see": "ann /v1/tasks",
    "all tasks I may see, deep page": "ann /v1/tasks?limit=200 +deep",
    "all tasks": "oda /v1/tasks",
    "all tasks, deep page": "oda /v1/tasks?limit=200 +deep",
    "tasks of a definition": "oda /v1/tasks?definition=d7",
    "overdue tasks": "ann /v1/tasks?overdue=true",
    "tasks that are not overdue": "ann /v1/tasks?overdue=false",
    "tasks for people": "ann /v1/tasks?manual=true",
    "tasks that can be done now": "ann /v1/tasks?manual=true&current_only=true",
    "automatic steps": "ann /v1/tasks?manual=false",
    "tasks that need attention": "ann /v1/tasks?status=attention",
    "tasks with a status none has": "ann /v1/tasks?status=on_hold",
    "tasks of a record": "ann /v1/tasks?record=demo.orders/o4",
    "tasks by title": "ann /v1/tasks?sort=title",
    "tasks of my team by title": "ann /v1/tasks?team=ops&sort=title",
    "my tasks by entry": "ann /v1/tasks?assignee=me&sort=entered",
    "tasks with a rare text": "ann /v1/tasks?q=Order 77123",
    "tasks with a text": "ann /v1/tasks?q=Order 771",
    "tasks with a common text": "ann /v1/tasks?q=order",
    "tasks with a text nobody has": "ann /v1/tasks?q=zzz",
    "runs I may see": "ann /v1/runs",
    "all runs": "oda /v1/runs",
    "all runs, next page": "oda /v1/runs +1",
    "all runs, deep page": "oda /v1/runs?limit=200 +deep",
    "runs, oldest first": "ann /v1/runs?sort=started_at",
    "waiting runs": "ann /v1/runs?status=waiting",
    "open runs": "ann /v1/runs?status=waiting&status=running",
    "saved runs": "ann /v1/runs?saved=true",
    "runs of a definition": "oda /v1/runs?definition=d7",
    "waiting runs of a definition": "oda /v1/runs?definition=d7&status=waiting",
    "runs of a record": "ann /v1/runs?record=demo.orders/o4",
    "runs with a step of mine": "ann /v1/runs?assignee=me",
    "runs with a step of my team": "ann /v1/runs?team=ops",
    "runs I hold": "ann /v1/runs?holder=me",
    "runs that need attention": "ann /v1/runs?attention=true",
    "runs with a label": "ann /v1/runs?label=urgent",
    "runs with a rare text": "ann /v1/runs?q=Order 77123",
    "runs with a text": "ann /v1/runs?q=Order 771",
    "runs with a common text": "ann /v1/runs?q=order",
    "runs with a text nobody has": "ann /v1/runs?q=zzz",
    "counts of runs": "oda /v1/runs/counts",
    "counts I may see": "ann /v1/runs/counts",
    "workflows of a record": "ann /v1/records/demo.orders/o4/workflows",
    "activity log": "oda /v1/activity-log",
    "activity log, deep page": "oda /v1/activity-log?limit=200 +deep",
    "activity log of a year ago": "oda /v1/activity-log?before=2025-10-20T00:00:00Z",
    "activity log of my teams' runs": "lea /v1/activity-log",
    "activity log of a person": "oda /v1/activity-log?user=user7",
    "activity log of a team": "oda /v1/activity-log?team=team7",
    "activity log of a run": "oda /v1/activity-log?run=run-0000000777",
    "activity log of a record": "oda /v1/activity-log?record=demo.orders/o7",
    "activity log of a record's id": "oda /v1/activity-log?record=o7",
    "activity log of an action": "oda /v1/activity-log?action=command.complete",
    "definitions": "ann /v1/definitions",
}
"""Who asks for what; after a plus, which page further on. The first says how slow the machine is at this moment."""


class Stopwatch:
    """Seconds that statements take in the database, those that say who is calling included."""

    def __init__(self) -> None:
        self.seconds = 0.0
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "after_cursor_execute", self._after)

    def _before(self, connection: Connection, *_: Any) -> None:
        connection.info["began"] = time.perf_counter()

    def _after(self, connection: Connection, *_: Any) -> None:
        self.seconds += time.perf_counter() - connection.info["began"]


async def ask(http: httpx2.AsyncClient, watch: Stopwatch, tokens: dict[str, str], line: str) -> dict[str, Any]:
    """Figures of one list."""
    asked, _, page = line.partition(" +")
    who, path = asked.split(" ", 1)
    headers = {"Authorization": f"Bearer {tokens[who]}"}
    path = await _page(http, path, headers, DEEP if page == "deep" else int(page or 0))
    sql, calls, until = list[float](), list[float](), time.monotonic() + SECONDS
    status = 200
    while len(calls) < TIMES and (time.monotonic() < until or len(calls) < 3) and status == 200:
        watch.seconds, began = 0.0, time.perf_counter()
        reply = await http.get(path, headers=headers)
        status = reply.status_code
        calls.append(time.perf_counter() - began)
        sql.append(watch.seconds)
    rows = len(reply.json().get("items", ())) if status == 200 else f"status {status}"
    return {"sql": milliseconds(sql), "call": milliseconds(calls), "times": len(calls), "rows": rows}


async def _page(http: httpx2.AsyncClient, path: str, headers: dict[str, str], pages: int) -> str:
    """The path of a list so many pages further on, or of its last page."""
    wanted = path
    for _ in range(pages):
        following = (await http.get(wanted, headers=headers)).json()["next"]
        if following is None:
            break
        wanted = f"{path}{'&' if '?' in path else '?'}cursor={following}"
    return wanted


@asynccontextmanager
async def api(settings: Settings) -> AsyncIterator[tuple[httpx2.AsyncClient, Stopwatch]]:
    """The API over a database; nothing it is asked here needs Temporal."""
    async with Store(settings.database) as store:
        records = open_records(settings)
        engine = await TemporalEngine.connect("127.0.0.1:1")
        app = create_app(store=store, records=records, temporal=engine, config=Config(), signer=Signer.fresh())
        transport = httpx2.ASGITransport(app=app)
        settle_in()
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=60) as http:
            yield http, Stopwatch()
        await records.close()


@contextmanager
def writing(url: str, folder: Path) -> Iterator[None]:
    """A writer in a process of its own."""
    with (folder / "writer.log").open("wb") as output:
        process = spawn([sys.executable, "-m", "bench.writer", url, str(WRITES)], os.environ, output)
    try:
        yield
        if process.poll() is not None:
            raise RuntimeError((folder / "writer.log").read_text())
    finally:
        process.kill()
        process.wait()


async def measure(settings: Settings) -> None:
    """Prints a line per list: its figures in the quietest pass, since what else a machine does only ever adds."""
    await prepare(settings)
    await prepare_demo(settings)
    tokens = read_tokens(settings.tokens_file)
    best: dict[str, dict[str, Any]] = {}
    async with api(settings) as (http, watch):
        for _ in range(PASSES):
            for name, line in LISTS.items():
                found = await ask(http, watch, tokens, line)
                best[name] = min(best.get(name, found), found, key=lambda figures: figures["sql"]["p99"])
    print(f"{'':32}  sql p50    p99   call p50    p99   times  rows")
    for name, found in best.items():
        sql, call = found["sql"], found["call"]
        figures = f"{sql['p50']:8.2f} {sql['p99']:6.1f}   {call['p50']:8.1f} {call['p99']:6.1f}"
        print(f"{name:32} {figures}  {found['times']:6}  {found['rows']}", flush=True)


def run(kind: str, url: str, folder: Path) -> None:
    """One database from empty to measured."""
    settings = Settings(home=folder, database_url=url)
    migrate(url)
    began = time.monotonic()
    engine = create_engine(database_url(url, sync=True))
    runs = fill(engine, float(os.environ.get("BENCH_SCALE", "1")))
    engine.dispose()
    print(f"{kind}: {runs} runs, {runs * 5} tasks, filled in {time.monotonic() - began:.0f} s; ms:", flush=True)
    with writing(url, folder):
        asyncio.run(measure(settings))


def main() -> None:
    """Both databases, one after the other."""
    set_up_logging("warning")
    wanted = os.environ.get("BENCH_DATABASES", "postgresql,sqlite").split(",")
    with tempfile.TemporaryDirectory(prefix="holdfast-lists-", ignore_cleanup_errors=True) as folder:
        if "postgresql" in wanted:
            server = PostgresServer()
            try:
                home = Path(folder, "postgresql")
                home.mkdir()
                run("postgresql", server.create("lists"), home)
            finally:
                server.stop()
        if "sqlite" in wanted:
            home = Path(folder, "sqlite")
            home.mkdir()
            run("sqlite", f"sqlite:///{home / 'lists.db'}", home)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
