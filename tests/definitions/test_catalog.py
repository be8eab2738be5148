"""What ships is what the documentation shows, and it works on the records that ship with it."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import pytest
import yaml

from definitions.catalog import demo_sql, snippet_ids, snippet_text, template_ids, template_text, work_sql
from definitions.checks import Known, check
from definitions.freeze import Frozen, freeze
from definitions.policy import SWITCHES
from tests.definitions.samples import CASES, KNOWN

LANGUAGE = CASES.parents[1] / "LANGUAGE.md"


TYPES = {"TEXT": "string", "NUMERIC": "double", "BOOLEAN": "bool"}

PALETTE = {
    "customer": "customer", "work details": "work_details", "schedule": "schedule", "resources": "resources",
    "object": "object", "description": "description", "memo": "memo", "comment": "comment", "pictures": "pictures",
    "materials": "materials", "hours": "hours", "free fields": "free_fields", "form": "form",
    "predefined form": "predefined_form", "documents": "documents", "e-mail": "email", "history": "history",
    "overview": "overview", "work status": "work_status", "job completed": "job_completed", "signature": "signature",
    "send": "send", "timer start and stop of travel": "travel_time", "timer start and stop of work": "work_time",
}  # fmt: skip
"""Each type of step of a work order, and the snippet that is one."""


@pytest.fixture(scope="module")
def known() -> Known:
    """The collections and fields are those of the sample records themselves, so that the two cannot drift apart."""
    database = sqlite3.connect(":memory:")
    database.executescript(demo_sql())
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns = {
        name: {row[1]: TYPES[row[2]] for row in database.execute(f"SELECT * FROM pragma_table_info('{name}')")}
        for name in tables
    }
    keys = {name: [row[2] for row in database.execute(f"PRAGMA foreign_key_list('{name}')")] for name in tables}
    database.close()
    collections = {
        f"demo.{name}": {"fields": fields, "relations": {child: {} for child in tables if name in keys[child]}}
        for name, fields in columns.items()
    }
    return Known(actions=KNOWN.actions, collections=collections, teams=("ops",), closing_reasons=KNOWN.closing_reasons)


@pytest.mark.parametrize("name", template_ids())
def test_every_template_can_be_published_on_the_sample_records(name: str, known: Known) -> None:
    document = yaml.safe_load(template_text(name))
    report = check(document, known)
    assert [each.to_json() for each in (*report.findings, *report.warnings)] == []
    frozen = freeze(document, known)
    assert isinstance(frozen, Frozen)
    assert frozen.to_json()["document"]["key"] == name


def test_the_templates_that_ship() -> None:
    assert set(template_ids()) == {"refund", "installation", "solar-sale", "kyc-review", "supplier-onboarding"}


def snippet(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load(snippet_text(name)))


def test_the_palette_has_a_snippet_for_each_type_of_step_of_a_work_order() -> None:
    assert set(PALETTE.values()) == set(snippet_ids())
    ids = [step["id"] for name in snippet_ids() for step in snippet(name)["steps"]]
    assert len(ids) == len(set(ids)), "any two of them fit into one definition"


@pytest.mark.parametrize("name", snippet_ids())
def test_every_snippet_stands_on_its_own(name: str, known: Known) -> None:
    """Its steps alone are a definition that can be published, without a finding or a warning."""
    body = snippet(name)
    assert set(body) == {"name", "description", "group", "steps"}
    document = {"holdfast": 1, "key": "one", "name": "One", "record": "demo.work_orders", "steps": body["steps"]}
    report = check(document, known)
    assert [each.to_json() for each in (*report.findings, *report.warnings)] == []


def test_the_installation_uses_every_snippet_as_it_is() -> None:
    steps = {step["id"]: step for step in yaml.safe_load(template_text("installation"))["steps"]}
    for name in snippet_ids():
        for step in snippet(name)["steps"]:
            placed = {key: value for key, value in steps[step["id"]].items() if key != "phase"}
            assert placed == step, f"{name}: {step['id']}"
    assert list(steps)[-1] == "send"


def test_the_palette_reads_only_switches_that_every_installation_has() -> None:
    read = [re.findall(r"policy\.([a-z_]+)", snippet_text(name)) for name in snippet_ids()]
    assert {name for names in read for name in names} == set(SWITCHES)


def test_tables_that_came_later_can_be_made_again() -> None:
    database = sqlite3.connect(":memory:")
    database.executescript(demo_sql())
    database.executescript(work_sql())
    database.close()


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
        with pytest.raises(KeyError):
            snippet_text(name)
