"""What ships is what the documentation shows, and it works on the records that ship with it."""

from __future__ import annotations

import sqlite3

import pytest
import yaml

from definitions.catalog import demo_sql, template_ids, template_text
from definitions.checks import Known
from definitions.freeze import Frozen, freeze
from tests.definitions.samples import CASES, KNOWN

LANGUAGE = CASES.parents[1] / "LANGUAGE.md"


def test_every_template_can_be_published_on_the_sample_records() -> None:
    """The collections and fields are those of demo.sql itself, so that the two cannot drift apart."""
    database = sqlite3.connect(":memory:")
    database.executescript(demo_sql())
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns = {
        name: [row[1] for row in database.execute(f"SELECT * FROM pragma_table_info('{name}')")] for name in tables
    }
    collections = {f"demo.{name}": {"fields": dict.fromkeys(each, "dyn")} for name, each in columns.items()}
    database.close()
    for name in template_ids():
        frozen = freeze(yaml.safe_load(template_text(name)), Known(actions=KNOWN.actions, collections=collections))
        assert isinstance(frozen, Frozen), name
        assert frozen.to_json()["document"]["key"] == name
    assert "refund" in template_ids()


def test_the_sample_records_are_those_the_stories_tell_of() -> None:
    database = sqlite3.connect(":memory:")
    database.executescript(demo_sql())
    orders = dict(database.execute("SELECT id, total FROM orders"))
    database.close()
    assert (orders["o1"], orders["o2"]) == (129.90, 940.00)


@pytest.mark.skipif(not LANGUAGE.exists(), reason="LANGUAGE.md is not at hand")
def test_the_refund_template_is_the_one_of_the_language_page() -> None:
    text = LANGUAGE.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    assert template_text("refund") == text


def test_a_template_that_does_not_exist_is_none() -> None:
    for name in ("no-such", "../demo", ""):
        with pytest.raises(KeyError):
            template_text(name)
