"""An answer against the fields it answers, as they are for that person at that moment.

A refusal lists every missing or wrong item by its path, so that a form is corrected once. Conditions (`required`,
`visible`, `editable`), bounds and options may be expressions; what is unknown is not met, and an unknown bound bounds
nothing.

A form begins with values: what the step's `prefill` gives, else what the run's record holds (`bind`), else the field's
`default`. What is left out of an answer is not cleared: a bound field keeps what the record holds, another takes its
default. A prefill is only proposed: it counts once a person has sent it, or where the field can only be looked at.
What is not visible cannot be answered, and its record's value is not told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from definitions.answers import Wrong, is_empty, typed
from definitions.expressions.evaluate import truth
from definitions.expressions.outcome import ABSENT
from definitions.expressions.tree import expression
from definitions.expressions.values import member, resolve
from definitions.measures import COUNTED, MEASURED, limit_of, measure, of_what
from definitions.model import FormField
from definitions.timers import Form, NotStarted, Start, started_at, starts
from definitions.times import parse_instant

ROWS_LIMIT = 1_000

PROBLEMS: dict[str, str] = {
    "missing": "A required field has no answer.",
    "unknown_field": "There is no such field, or it is not shown to this person.",
    "wrong_type": "The answer is of another type than the field takes.",
    "wrong_format": "The answer is not written the way the field takes.",
    "too_small": "The number, date or duration is below the least.",
    "too_large": "The number, date or duration is above the most.",
    "too_short": "The text has too few characters, or the list too few entries.",
    "too_long": "The text has too many characters, or the list too many entries.",
    "not_an_option": "The answer is none of the options.",
    "duplicate": "An option is chosen twice.",
    "no_match": "The answer does not match the field's pattern.",
    "not_editable": "The field is shown, not asked.",
    "before_start": "A stopwatch stops before it started.",
    "no_such_file": "No such file was uploaded, or it is not for this person's eyes.",
    "no_such_record": "The record that is looked up does not exist, or it is not for this person's eyes.",
    "not_a_picture": "The file is no picture, and the field takes pictures only.",
}
"""Every code an answer can be refused with. Codes are never renamed. The last three are found at the door."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One item that is missing or wrong: where in the command or body, its code, and a sentence for a person."""

    path: str
    code: str
    message: str

    def to_json(self) -> dict[str, str]:
        """The problem as the API answers it."""
        return {"path": self.path, "code": self.code, "message": self.message}


def check_answer(
    fields: Sequence[FormField],
    answer: Mapping[str, Any],
    scope: Mapping[str, Any],
    trees: Mapping[str, Any],
    pointer: str,
    *,
    base: str = "/output",
    prefill: Mapping[str, Any] | None = None,
    timers: Mapping[str, Start] | None = None,
    again: bool = False,
) -> tuple[dict[str, Any], list[Problem]]:
    """The answer as it will be kept, and everything that is missing or wrong in it, in the order of the fields.

    `pointer` is where the fields stand in the document (`/steps/3/fields`), `base` where the answer stands in the body
    it came in. `prefill` are the step's worked-out values, `timers` which stopwatch stops which (definitions/timers.py;
    without it they are paired within the form). `again` judges an answer that was kept earlier: what can no longer be
    seen or edited stays as it is. The kept answer is only meaningful where there are no problems. Never raises for what
    people send.
    """
    pairs = starts([Form(None, pointer, fields)]) if timers is None else timers
    form = _Form(trees, dict(scope), prefill or {}, pairs, again)
    return form.rows(fields, answer, pointer, base), form.problems


def beginning(
    fields: Sequence[FormField],
    scope: Mapping[str, Any],
    trees: Mapping[str, Any],
    pointer: str,
    prefill: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the form begins with: a value for each visible field that has one."""
    form = _Form(trees, dict(scope), prefill or {})
    found: dict[str, Any] = {}
    for index, each in enumerate(fields):
        at = member(pointer, index)
        if form.met(each.visible, f"{at}/visible") and not is_empty(value := form.first(each, at)):
            found[each.id] = value
    return found


@dataclass(slots=True)
class _Form:
    trees: Mapping[str, Any]
    scope: dict[str, Any]
    prefill: Mapping[str, Any] = field(default_factory=dict)
    timers: Mapping[str, Start] = field(default_factory=dict)
    again: bool = False
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, path: str, code: str, message: str) -> None:
        self.problems.append(Problem(path, code, message))

    def rows(self, fields: Sequence[FormField], answer: Any, pointer: str, base: str) -> dict[str, Any]:
        """The kept values of one set of fields; what has no value is left out."""
        if not isinstance(answer, Mapping):
            self.refuse(base, "wrong_type", "must be a map of fields")
            return {}
        kept: dict[str, Any] = {}
        for index, each in enumerate(fields):
            value = self.one(each, answer, kept, member(pointer, index), member(base, each.id))
            if value is not None:
                kept[each.id] = value
        known = {each.id for each in fields}
        for key in answer:
            if key not in known and not self.again:
                self.refuse(member(base, str(key)[:80]), "unknown_field", f"there is no field {str(key)[:80]!r}")
        return kept

    def one(self, each: FormField, answer: Mapping[str, Any], kept: dict[str, Any], pointer: str, path: str) -> Any:
        """One field's kept value, or None."""
        given = answer.get(each.id)
        visible = self.met(each.visible, f"{pointer}/visible")
        if not visible or each.type == "info" or not self.met(each.editable, f"{pointer}/editable"):
            return given if self.again else self._shown(each, given, visible, pointer, path)
        value = given if each.id in answer or self.again else self.left_out(each, pointer)
        if is_empty(value):
            if self.met(each.required, f"{pointer}/required"):
                self.refuse(path, "missing", f"{each.label or each.id} is missing")
            elif each.type in COUNTED:
                self._bounds(each, [], pointer, path)
            return None
        return self._checked(each, value, kept, pointer, path)

    def first(self, each: FormField, pointer: str) -> Any:
        """What the form begins with in this field, or None."""
        return self.prefill[each.id] if each.id in self.prefill else self.left_out(each, pointer)

    def left_out(self, each: FormField, pointer: str) -> Any:
        """What stands in for a field that an answer does not name."""
        if each.bind is not None and not is_empty(held := self.scope.get("record", {}).get(each.bind)):
            return held
        return self._value(each.default, f"{pointer}/default")

    def _shown(self, each: FormField, given: Any, visible: bool, pointer: str, path: str) -> Any:
        held = self.first(each, pointer) if visible else self._value(each.default, f"{pointer}/default")
        if not is_empty(given) and given != held:
            code = "not_editable" if visible else "unknown_field"
            self.refuse(path, code, f"{each.label or each.id} cannot be answered here")
        return None if each.type == "info" else held

    def _checked(self, each: FormField, value: Any, kept: dict[str, Any], pointer: str, path: str) -> Any:
        try:
            value = typed(each.type, value)
        except Wrong as wrong:
            self.refuse(path + wrong.at, wrong.code, f"{each.label or each.id}: {wrong.message}")
            return None
        self._bounds(each, value, pointer, path)
        self._options(each, value, pointer, path)
        if each.pattern and isinstance(value, str) and not matches(value, each.pattern):
            self.refuse(path, "no_match", f"{each.label or each.id} is not written as it should be")
        if each.type == "table":
            return self._table(each, value, pointer, path)
        return self._timed(each, value, kept, pointer, path) if each.timer else value

    def _table(self, each: FormField, rows: list[Any], pointer: str, path: str) -> list[dict[str, Any]]:
        """Rows of sub-fields; their expressions see the row as `item` and its place as `index`."""
        kept = []
        for index, row in enumerate(rows[:ROWS_LIMIT]):
            scope = {**self.scope, "item": row, "index": index}
            inner = _Form(self.trees, scope, {}, self.timers, self.again, self.problems)
            kept.append(inner.rows(each.fields, row, f"{pointer}/fields", member(path, index)))
        if len(rows) > ROWS_LIMIT:
            self.refuse(path, "too_long", f"at most {ROWS_LIMIT} rows")
        return kept

    def _bounds(self, each: FormField, value: Any, pointer: str, path: str) -> None:
        have, name = measure(each.type, value), each.label or each.id
        short, long = ("too_short", "too_long") if each.type in COUNTED + MEASURED else ("too_small", "too_large")
        least, most = (self._value(each.min, f"{pointer}/min"), self._value(each.max, f"{pointer}/max"))
        if (limit := limit_of(each.type, least)) is not None and have < limit:
            self.refuse(path, short, f"{name} must {of_what(each.type)}be at least {least}")
        if (limit := limit_of(each.type, most)) is not None and have > limit:
            self.refuse(path, long, f"{name} must {of_what(each.type)}be at most {most}")

    def _options(self, each: FormField, value: Any, pointer: str, path: str) -> None:
        if each.type not in ("choice", "choices", "checklist"):
            return
        offered = option_ids(self._value(each.options, f"{pointer}/options"))
        chosen = [(path, value)] if each.type == "choice" else [(member(path, i), v) for i, v in enumerate(value)]
        for where, item in chosen:
            if item not in offered:
                names = ", ".join(str(option) for option in offered[:20])
                self.refuse(where, "not_an_option", f"{str(item)[:80]!r} is none of {names}")

    def _timed(
        self, each: FormField, value: dict[str, Any], kept: dict[str, Any], pointer: str, path: str
    ) -> dict[str, Any]:
        """A stopwatch that stops another holds the minutes since then, and never lies before it."""
        marked, name = {**value, "timer": each.timer}, each.label or each.id
        if (start := self.timers.get(pointer)) is None:
            return marked
        try:
            began = started_at(start, self.scope, kept)
        except NotStarted as wrong:
            self.refuse(path, "before_start", f"{name}: {each.timer} is started in {wrong.args[0]}, which is not done")
            return marked
        if began is None:
            return marked
        seconds = (parse_instant(value["at"]) - began).total_seconds()
        if seconds < 0:
            self.refuse(f"{path}/at", "before_start", f"{name} lies before the start of {each.timer}")
        return {**marked, "minutes": round(seconds / 60, 2)}

    def met(self, condition: Any, pointer: str) -> bool:
        if isinstance(condition, bool):
            return condition
        tree = self.trees.get(pointer)
        return tree is not None and truth(tree, self.scope)

    def _value(self, value: Any, pointer: str) -> Any:
        found = resolve(value, pointer, self.trees, self.scope)
        return None if found is ABSENT else found


def option_ids(options: Any) -> list[Any]:
    """What may be chosen: options are values, or maps with an `id`."""
    items = options if isinstance(options, list | tuple) else []
    return [option.get("id") if isinstance(option, Mapping) else option for option in items]


def matches(text: str, pattern: str) -> bool:
    """Whether the whole text fits an author's pattern, by the evaluator's own automaton, which is bounded."""
    return truth(expression(["call", "matches", ["string", text], ["string", f"^(?:{pattern})$"]]), {})
