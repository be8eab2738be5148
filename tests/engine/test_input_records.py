"""Records that a start names: the id is used as one, and behind it stand the fields as they were read then."""

from __future__ import annotations

from typing import Any

from definitions.expressions.compiler import parse_expression
from definitions.expressions.evaluate import evaluate
from definitions.expressions.looked_up import LookedUp
from definitions.expressions.outcome import ABSENT
from tests.definitions.samples import KNOWN
from tests.engine.story import Story, choose, task

ORDER = [{"id": "order", "type": "record", "collection": "demo.orders"}]
READ = {"order": {"total": 40, "email": "c@example.com"}}


def run(*steps: dict[str, Any], **start: Any) -> Story:
    known = dict(KNOWN.collections or {})
    return Story(list(steps), inputs=ORDER, collections=known).start(inputs={"order": "o1"}, **start)


def rules(when: str) -> dict[str, Any]:
    return choose("size", {"id": "big", "when": when}, "small", by="rules", otherwise="small")


def test_its_fields_are_read_and_typed_as_the_collection_has_them() -> None:
    tale = run(rules("= inputs.order.total > 39.5"), task("a"), input_records=READ)
    assert tale.step("size")["choice"] == "big", "a whole number in a field of money is one of money"


def test_the_id_is_still_a_text() -> None:
    write = {
        "id": "note",
        "kind": "update_data",
        "collection": "demo.orders",
        "record": "= inputs.order",
        "execute": "automatic",
        "set": {"email": "= inputs.order.email", "status": "= 'see ' + inputs.order"},
    }
    tale = run(rules("= inputs.order == 'o1' && inputs.order.startsWith('o')"), write, input_records=READ)
    assert tale.step("size")["choice"] == "big"
    given = tale.effects["note#1"].input
    assert (given["record"], given["set"]) == ("o1", {"email": "c@example.com", "status": "see o1"})


def test_what_was_not_read_is_absent() -> None:
    for start in ({}, {"input_records": READ}):
        tale = run(rules("= inputs.order.status == 'open' || has(inputs.order.status)"), task("a"), **start)
        assert tale.step("size")["choice"] == "small"


def test_a_step_into_an_id_however_it_is_written() -> None:
    scope = {"x": {"order": LookedUp.of("o1", {"total": 40})}, "l": [LookedUp.of("o1", {"total": 40})]}
    for source, value in (
        ("x.order.total", 40),
        ("l[0].total", 40),
        ("has(x.order.total)", True),
        ("has(x.order.paid)", False),
        ("x.order.paid", ABSENT),
        ("x.order + '!'", "o1!"),
        ("x.order in ['o1']", True),
        ("size(x.order)", 2),
    ):
        assert evaluate(parse_expression(source, ("x", "l")), scope) == value, source
