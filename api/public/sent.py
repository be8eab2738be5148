"""What was sent by a form, as the answer it is meant to be: names of controls become fields, rows that are blank go.

A control is named as its field, a part of it `<field>.<part>`, a cell of a table `<table>.<row>.<column>`. A `Form` is
what the API gives to programs too (`{schema, ui, values}`), so the page asks for nothing else than they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from api.public.widgets import PARTS, WIDGETS, Reader

Raw = dict[str, list[str]]
Form = Mapping[str, Any]

ROWS_LIMIT = 100
"""Rows that a page shows of one table. A program may send more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a form: its id, the name of its control, what is known of it."""

    id: str
    name: str
    hints: Mapping[str, Any]
    schema: Mapping[str, Any]
    required: bool

    @property
    def type(self) -> str:
        return str(self.hints["widget"])

    @property
    def answered(self) -> bool:
        """Whether it is asked at all: some fields are only shown."""
        return self.type != "info" and not self.hints.get("readonly")

    def options(self) -> list[tuple[str, Any, str]]:
        """(text of the control, value, label) of each option."""
        inner = self.schema.get("items", {}) if self.type in ("choices", "checklist") else self.schema
        offered = [each for each in inner.get("oneOf", []) if "const" in each]
        return [(str(each["const"]), each["const"], str(each["title"])) for each in offered]


def fields_of(form: Form) -> Iterator[Asked]:
    """The fields of a form in their order."""
    yield from _fields(form["ui"], form["schema"], "")


def columns_of(table: Asked, row: int) -> Iterator[Asked]:
    """The cells of one row."""
    yield from _fields(table.hints["columns"], table.schema.get("items", {}), f"{table.name}.{row}.")


def _fields(ui: Mapping[str, Any], schema: Mapping[str, Any], prefix: str) -> Iterator[Asked]:
    required = schema.get("required", [])
    for name in ui["ui:order"]:
        yield Asked(name, f"{prefix}{name}", ui[name], schema.get("properties", {}).get(name, {}), name in required)


def written(form: Form, values: Mapping[str, Any], reader: Reader) -> Raw:
    """What the controls hold when they show these values."""
    found: Raw = {}
    for each in fields_of(form):
        _write(each, values.get(each.id), reader, found)
    return found


def _write(each: Asked, value: Any, reader: Reader, into: Raw) -> None:
    if value is None or not each.answered:
        return
    if each.type == "table":
        rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
        into[f"{each.name}.rows"] = [str(len(rows))]
        for index, row in enumerate(rows):
            for cell in columns_of(each, index):
                _write(cell, row.get(cell.id), reader, into)
        return
    for part, texts in WIDGETS[each.type].write(value, reader).items():
        into[_named(each.name, part)] = texts


def tidied(form: Form, raw: Raw, reader: Reader) -> Raw:
    """The same without the blank rows of tables, so that what is wrong with a row is found at that row."""
    found = dict(raw)
    for each in fields_of(form):
        if each.type == "table" and each.answered:
            _close_up(each, found, reader)
    return found


def _close_up(table: Asked, raw: Raw, reader: Reader) -> None:
    kept = [row for row in range(rows_of(table, raw)) if _filled(table, row, raw, reader)]
    moved = {
        name.replace(f"{table.name}.{old}.", f"{table.name}.{new}.", 1): texts
        for new, old in enumerate(kept)
        for name, texts in raw.items()
        if name.startswith(f"{table.name}.{old}.")
    }
    for name in [name for name in raw if name.startswith(f"{table.name}.")]:
        del raw[name]
    raw.update(moved)
    raw[f"{table.name}.rows"] = [str(len(kept))]


def rows_of(table: Asked, raw: Raw) -> int:
    """How many rows were sent."""
    said = (raw.get(f"{table.name}.rows") or ["0"])[0]
    return min(int(said), ROWS_LIMIT) if said.isascii() and said.isdigit() and len(said) < 6 else 0


def _filled(table: Asked, row: int, raw: Raw, reader: Reader) -> bool:
    return any(_read(cell, raw, reader) is not None for cell in columns_of(table, row) if cell.answered)


def answer_of(form: Form, raw: Raw, reader: Reader) -> dict[str, Any]:
    """The answer that was meant. What was left blank is answered with nothing, and so takes no default."""
    return {each.id: _read(each, raw, reader) for each in fields_of(form) if each.answered}


def _read(each: Asked, raw: Raw, reader: Reader) -> Any:
    if each.type == "table":
        cells = [[cell for cell in columns_of(each, row) if cell.answered] for row in range(rows_of(each, raw))]
        return [{cell.id: _read(cell, raw, reader) for cell in row} for row in cells] or None
    parts = PARTS.get(each.type, ("",))
    texts = {part: raw[name] for part in parts if (name := _named(each.name, part)) in raw}
    known = {text: value for text, value, _ in each.options()}
    return WIDGETS[each.type].read(texts, replace(reader, options=known))


def strange(form: Form, raw: Raw) -> list[str]:
    """Names that no control of the form has. Those that begin with `_` are the page's own."""
    known = {each.id for each in fields_of(form)}
    return [name for name in raw if name.partition(".")[0] not in known and not name.startswith("_")]


def _named(name: str, part: str) -> str:
    return f"{name}.{part}" if part else name
