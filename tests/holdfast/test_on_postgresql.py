"""The whole stack on PostgreSQL, as an installation that outgrew its one file has it; everything else is the same."""

from __future__ import annotations

from pathlib import Path

import psycopg

from tests.acceptance.house import Whole


def test_a_refund_runs_and_its_record_is_in_postgresql(tmp_path: Path, postgres_url: str) -> None:
    whole = Whole(tmp_path / "home")
    whole.program.env["HOLDFAST_DATABASE_URL"] = postgres_url
    whole.start_up()
    try:
        run = whole.start("ann", "refund", record="o1")["id"]
        view = whole.until(run, lambda seen: seen["status"] == "completed")
        assert view["progress"]["done"] == view["progress"]["total"]
    finally:
        assert whole.program.end() == 0
    with psycopg.connect(postgres_url) as connection:
        stored = connection.execute("SELECT count(*), max(seq) FROM events WHERE run = %s", [run]).fetchone()
        states = connection.execute("SELECT DISTINCT state FROM effects WHERE run = %s", [run]).fetchall()
    assert stored == (view["seq"], view["seq"])
    assert states == [("done",)]
    assert not (whole.home / "holdfast.db").exists()
