"""An answer against the fields it answers, as they are for that person at that moment.

A refusal lists every missing or wrong item by its path, so that a form is corrected once. Conditions (`required`,
`visible`, `editable`), bounds and options may be expressions; what is unknown is not met, and an unknown bound bounds
nothing. What is not visible or not editable cannot be answered: its value is the default, if it has one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from definitions.answers import Wrong, duration_seconds, is_empty, number, typed
from definitions.expressions.evaluate import truth
from definitions.expressions.outcome import ABSENT
from definitions.expressions.tree import expression
from definitions.expressions.values import member, resolve
from definitions.model.fields import FormField
from definitions.times import moment, parse_instant

ROWS_LIMIT = 1_000
COUNTED = ("choices", "checklist", "table", "pictures", "file")
MEASURED = ("text", "long_text", "email", "phone", "url", "barcode")
NUMERIC = ("number", "integer", "money")
DATED = ("date", "datetime")

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
}
"""Every code an answer can be refused with. Codes are never renamed."""


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
) -> tuple[dict[str, Any], list[Problem]]:
    """The answer as it will be kept, and everything that is missing or wrong in it, in the order of the fields.

    `pointer` is where the fields stand in the document (`/steps/3/fields`), `base` where the answer stands in the body
    it came in. The kept answer is only meaningful where there are no problems. Never raises for what people send.
    """
    form = _Form(trees, dict(scope))
    return form.rows(fields, answer, pointer, base), form.problems


@dataclass(slots=True)
class _Form:
    trees: Mapping[str, Any]
    scope: dict[str, Any]
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
            if key not in known:
                self.refuse(member(base, str(key)[:80]), "unknown_field", f"there is no field {str(key)[:80]!r}")
        return kept

    def one(self, each: FormField, answer: Mapping[str, Any], kept: dict[str, Any], pointer: str, path: str) -> Any:
        """One field's kept value, or None."""
        given = answer.get(each.id)
        visible = self.met(each.visible, f"{pointer}/visible")
        if not visible or each.type == "info" or not self.met(each.editable, f"{pointer}/editable"):
            return self._shown(each, given, visible, pointer, path)
        value = self._default(each, pointer) if each.id not in answer else given
        if is_empty(value):
            if self.met(each.required, f"{pointer}/required"):
                self.refuse(path, "missing", f"{each.label or each.id} is missing")
            elif each.type in COUNTED:
                self._bounds(each, [], pointer, path)
            return None
        return self._checked(each, value, kept, pointer, path)

    def _shown(self, each: FormField, given: Any, visible: bool, pointer: str, path: str) -> Any:
        default = self._default(each, pointer)
        if not is_empty(given) and given != default:
            code = "not_editable" if visible else "unknown_field"
            self.refuse(path, code, f"{each.label or each.id} cannot be answered here")
        return default

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
        return self._timed(each, value, kept, path) if each.type == "stopwatch" and each.timer else value

    def _table(self, each: FormField, rows: list[Any], pointer: str, path: str) -> list[dict[str, Any]]:
        """Rows of sub-fields; their expressions see the row as `item` and its place as `index`."""
        kept = []
        for index, row in enumerate(rows[:ROWS_LIMIT]):
            inner = _Form(self.trees, {**self.scope, "item": row, "index": index}, self.problems)
            kept.append(inner.rows(each.fields, row, f"{pointer}/fields", member(path, index)))
        if len(rows) > ROWS_LIMIT:
            self.refuse(path, "too_long", f"at most {ROWS_LIMIT} rows")
        return kept

    def _bounds(self, each: FormField, value: Any, pointer: str, path: str) -> None:
        have, name = _measure(each.type, value), each.label or each.id
        short, long = ("too_short", "too_long") if each.type in COUNTED + MEASURED else ("too_small", "too_large")
        least, most = (self._value(each.min, f"{pointer}/min"), self._value(each.max, f"{pointer}/max"))
        if (limit := limit_of(each.type, least)) is not None and have < limit:
            self.refuse(path, short, f"{name} must {_what(each.type)}be at least {least}")
        if (limit := limit_of(each.type, most)) is not None and have > limit:
            self.refuse(path, long, f"{name} must {_what(each.type)}be at most {most}")

    def _options(self, each: FormField, value: Any, pointer: str, path: str) -> None:
        if each.type not in ("choice", "choices", "checklist"):
            return
        offered = option_ids(self._value(each.options, f"{pointer}/options"))
        chosen = [(path, value)] if each.type == "choice" else [(member(path, i), v) for i, v in enumerate(value)]
        for where, item in chosen:
            if item not in offered:
                names = ", ".join(str(option) for option in offered[:20])
                self.refuse(where, "not_an_option", f"{str(item)[:80]!r} is none of {names}")

    def _timed(self, each: FormField, value: dict[str, Any], kept: dict[str, Any], path: str) -> dict[str, Any]:
        """The first stopwatch of a timer starts it; the next one stops it, not before, and holds the minutes."""
        marked = {**value, "timer": each.timer}
        started = _running(each.timer or "", self.scope, kept)
        if started is None:
            return marked
        seconds = (parse_instant(value["at"]) - started).total_seconds()
        if seconds < 0:
            self.refuse(f"{path}/at", "before_start", f"{each.label or each.id} lies before the start of {each.timer}")
        return {**marked, "minutes": round(seconds / 60, 2)}

    def met(self, condition: Any, pointer: str) -> bool:
        if isinstance(condition, bool):
            return condition
        tree = self.trees.get(pointer)
        return tree is not None and truth(tree, self.scope)

    def _default(self, each: FormField, pointer: str) -> Any:
        return self._value(each.default, f"{pointer}/default")

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


def _what(type_: str) -> str:
    return "in number " if type_ in COUNTED else "in characters " if type_ in MEASURED else ""


def _measure(type_: str, value: Any) -> Any:
    if type_ in COUNTED:
        return len(value) if isinstance(value, list) else 1
    return len(value) if type_ in MEASURED else limit_of(type_, value)


def limit_of(type_: str, value: Any) -> Any:
    """A bound as a value of the type is compared: a number, an instant, or seconds. None where it is no bound of it."""
    try:
        if type_ in NUMERIC + COUNTED + MEASURED:
            return number(value)
        if type_ == "duration":
            return duration_seconds(value) if isinstance(value, str) else None
        return _day_or_instant(value) if type_ in DATED and isinstance(value, str) else None
    except (Wrong, ValueError):
        return None


def _day_or_instant(text: str) -> datetime:
    return moment(text, "UTC").astimezone(UTC)


def _running(timer: str, scope: Mapping[str, Any], kept: Mapping[str, Any]) -> datetime | None:
    """When the timer was last started and not stopped since, in the steps that are done and the form at hand."""
    steps = scope.get("steps", {})
    outputs = [step.get("output") or {} for step in steps.values() if isinstance(step, Mapping)]
    started: datetime | None = None
    for output in [*outputs, kept]:
        for value in output.values() if isinstance(output, Mapping) else ():
            if isinstance(value, Mapping) and value.get("timer") == timer and isinstance(value.get("at"), str):
                started = None if "minutes" in value else parse_instant(value["at"])
    return started
