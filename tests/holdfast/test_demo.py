"""What the demo leaves on disk: whole or not at all, private where it must be, and never made twice."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from api.store.migrations import migrate
from api.store.people import People
from api.store.store import Store
from definitions.catalog import demo_sql, work_sql
from holdfast.demo import make_sample_records, prepare, prepare_demo, read_tokens, write_privately
from holdfast.settings import Settings

PEOPLE = {"admin", "ann", "ben", "lea", "cy", "vic", "oda"}


def test_sample_records_are_made_once(tmp_path: Path) -> None:
    """They change as refunds run: a second start must not take that back."""
    path = tmp_path / "demo.db"
    make_sample_records(path, demo_sql())
    with sqlite3.connect(path) as records:
        assert records.execute("SELECT total FROM orders WHERE id = 'o2'").fetchone() == (940.0,)
        records.execute("UPDATE orders SET status = 'refunded' WHERE id = 'o2'")
    records.close()
    make_sample_records(path, demo_sql())
    with sqlite3.connect(path) as records:
        assert records.execute("SELECT status FROM orders WHERE id = 'o2'").fetchone() == ("refunded",)
    records.close()


def test_tables_of_a_later_release_are_added_to_records_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    make_sample_records(path, demo_sql())
    with sqlite3.connect(path) as records:
        records.execute("DROP TABLE hours")
        records.execute("UPDATE orders SET status = 'refunded' WHERE id = 'o2'")
    records.close()
    make_sample_records(path, demo_sql(), work_sql())
    with sqlite3.connect(path) as records:
        assert records.execute("SELECT count(*) FROM hours").fetchone() == (0,)
        assert records.execute("SELECT status FROM orders WHERE id = 'o2'").fetchone() == ("refunded",)
    records.close()


def test_half_made_records_are_not_taken_for_whole_ones(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.Error):
        make_sample_records(tmp_path / "demo.db", demo_sql() + "\nINSERT INTO nothing VALUES (1);")
    assert not (tmp_path / "demo.db").exists()


def test_tokens_are_readable_by_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    path.write_text("old")
    path.chmod(0o644)
    write_privately(path, '{"ann": "hf_x"}')
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_tokens(path) == {"ann": "hf_x"}


@pytest.mark.parametrize("text", ["", "[", "[]", '"x"'])
def test_a_damaged_tokens_file_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "tokens.json").write_text(text)
    assert read_tokens(tmp_path / "tokens.json") == {}


async def test_a_second_start_gives_the_same_people_the_same_tokens(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path}/h.db")
    migrate(settings.database)
    await prepare(settings)
    await prepare_demo(settings)
    first = read_tokens(settings.tokens_file)
    await prepare(settings)
    await prepare_demo(settings)
    assert read_tokens(settings.tokens_file) == first
    assert set(first) == PEOPLE
    async with Store(settings.database) as store:
        lea = await People(store).actor(first["lea"])
    assert lea is not None
    assert (lea.id, lea.roles, lea.teams) == ("lea", ("lead",), ("ops",))
