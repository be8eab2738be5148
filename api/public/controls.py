"""A form as controls: what the templates draw, with what was typed and what is wrong beside it.

What a control says of itself goes by ids that refer to each other (label, help, mistake), so that it is read out too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from api.public.pages import markdown
from api.public.sent import Asked, Form, Raw, columns_of, fields_of, rows_of, tidied
from api.public.widgets import WIDGETS, Reader

FEW = 7
"""Options that are shown one by one; more go into a list that opens."""

_INPUTS = {
    "email": ("email", "email", "email"),
    "phone": ("tel", "tel", "tel"),
    "url": ("url", "url", "url"),
    "number": ("text", "decimal", ""),
    "money": ("text", "decimal", ""),
    "integer": ("text", "numeric", ""),
    "date": ("date", "", ""),
    "datetime": ("datetime-local", "", ""),
    "stopwatch": ("datetime-local", "", ""),
    "signature": ("text", "", "name"),
}
"""Type of field -> type of input, its keyboard, what the browser may fill in."""

EXAMPLES = {
    "email": "name@example.org",
    "phone": "+31 20 555 0101",
    "url": "https://example.org",
    "duration": "90 minutes",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One input. `free`: it may be left out even where the field is required."""

    id: str
    name: str
    value: str
    type: str = "text"
    mode: str = ""
    complete: str = ""
    label: str = ""
    free: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be chosen, or a file that is there."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """One field as it is drawn; `kind` says by which part of controls.html."""

    id: str
    name: str
    kind: str
    label: str
    required: bool = False
    help: Markup | None = None
    note: str = ""
    errors: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    options: tuple[Option, ...] = ()
    kept: tuple[Option, ...] = ()
    rows: tuple[tuple[Control, ...], ...] = ()
    accept: str = ""
    many: bool = False
    text: str = ""

    @property
    def describes(self) -> str:
        """The ids of what is said about it."""
        said = (("help", self.help), ("note", self.note), ("wrong", self.errors))
        return " ".join(f"{self.id}-{name}" for name, text in said if text)


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that a form is drawn from: what it asks, what its controls hold, what is wrong by path below `/output`."""

    form: Form
    raw: Raw
    reader: Reader
    words: Mapping[str, str]
    errors: Sequence[Mapping[str, str]] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    grow: str = ""
    """The table that gets one more row."""

    def controls(self) -> list[Control]:
        """One for each field."""
        raw = tidied(self.form, self.raw, self.reader)
        return [self._control(each, raw, f"/output/{each.id}") for each in fields_of(self.form)]

    def _control(self, each: Asked, raw: Raw, path: str) -> Control:
        label = str(each.hints.get("label") or each.id)
        base = Control(
            id=f"f-{each.name.replace('.', '-')}",
            name=each.name,
            kind="shown",
            label=label,
            required=each.required,
            help=markdown(each.hints["help"]) if each.hints.get("help") else None,
        )
        if not each.answered:
            return self._shown(each, base)
        wrong = () if each.type == "table" else tuple(self._said(each, found) for found in self._wrong(path))
        return _MADE[_kind(each)](self, each, replace(base, errors=wrong), raw, path)

    def _shown(self, each: Asked, base: Control) -> Control:
        text = as_text(self.form["values"].get(each.id), each, self.words)
        if each.type == "info":
            return replace(base, kind="info", text=text, label=str(each.hints.get("label") or ""))
        return replace(base, text=text or "-")

    def _line(self, each: Asked, base: Control, raw: Raw, _path: str) -> Control:
        type_, mode, complete = _INPUTS.get(each.type, ("text", "", ""))
        value = (raw.get(each.name) or [""])[0]
        note = {"signature": self.words["sign"]}.get(each.type, "")
        if each.type in ("datetime", "stopwatch"):
            note = self.words["time_in"].format(zone=self.reader.zone)
        part = Part(base.id, each.name, value, type_, mode, complete)
        return replace(base, kind="text" if each.type == "long_text" else "line", parts=(part,), note=note)

    def _chosen(self, each: Asked, base: Control, raw: Raw, _path: str) -> Control:
        offered = [(text, label) for text, _, label in each.options()]
        if each.type == "boolean":
            offered = [("yes", self.words["yes"]), ("no", self.words["no"])]
        held = raw.get(each.name, [])
        options = tuple(Option(text, label, text in held) for text, label in offered)
        many = each.type in ("choices", "checklist")
        kind = "checks" if many else "select" if len(options) > FEW else "radios"
        return replace(base, kind=kind, options=options)

    def _place(self, each: Asked, base: Control, raw: Raw, _path: str) -> Control:
        names = (("lat", "latitude"), ("lon", "longitude"), ("address", "address"))
        parts = tuple(
            Part(
                f"{base.id}-{part}",
                f"{each.name}.{part}",
                (raw.get(f"{each.name}.{part}") or [""])[0],
                mode="" if part == "address" else "decimal",
                label=self.words[word],
                free=part == "address",
            )
            for part, word in names
        )
        return replace(base, kind="parts", parts=parts)

    def _file(self, each: Asked, base: Control, raw: Raw, _path: str) -> Control:
        held = dict.fromkeys(raw.get(f"{each.name}.kept", []))
        dropped = raw.get(f"{each.name}.drop", [])
        kept = tuple(Option(file, self.files[file]) for file in held if file in self.files and file not in dropped)
        return replace(
            base,
            kind="file",
            kept=kept if each.type == "pictures" else kept[-1:],
            accept=",".join(each.hints.get("accept", [])),
            many=each.type == "pictures",
            note=self.words["shot"] if kept else "",
        )

    def _table(self, each: Asked, base: Control, raw: Raw, path: str) -> Control:
        sent = rows_of(each, raw)
        least = each.schema.get("minItems", 1)
        count = max(sent, int(least) if isinstance(least, int | float) else 1, 1) + (self.grow == each.name)
        rows = tuple(
            tuple(self._control(cell, raw, f"{path}/{row}/{cell.id}") for cell in columns_of(each, row))
            for row in range(min(count, 100))
        )
        said = tuple(self._said(each, found) for found in self.errors if found["path"] == path)
        return replace(base, kind="table", rows=rows, errors=said)

    def _wrong(self, path: str) -> list[Mapping[str, str]]:
        return [each for each in self.errors if each["path"] == path or each["path"].startswith(f"{path}/")]

    def _said(self, each: Asked, wrong: Mapping[str, str]) -> str:
        """What is wrong, in the reader's language; the judge's own words where we have none for its code."""
        code = wrong["code"]
        if code == "wrong_format" and each.type not in EXAMPLES:
            code = "wrong_format_plain"
        bounds = {"least": _bound(each, "min"), "most": _bound(each, "max"), "example": EXAMPLES.get(each.type, "")}
        if code in ("too_small", "too_short", "too_large", "too_long"):
            known = bounds["least" if code in ("too_small", "too_short") else "most"]
            return self.words[code].format(**bounds) if known else wrong["message"]
        return self.words[code].format(**bounds) if code in self.words else wrong["message"]


_MADE: Mapping[str, Callable[[Sheet, Asked, Control, Raw, str], Control]] = {
    "line": Sheet._line,
    "text": Sheet._line,
    "radios": Sheet._chosen,
    "checks": Sheet._chosen,
    "parts": Sheet._place,
    "file": Sheet._file,
    "table": Sheet._table,
}


def _kind(each: Asked) -> str:
    return "table" if each.type == "table" else WIDGETS[each.type].kind


def _bound(each: Asked, which: str) -> str:
    """The bound that the schema holds, as text; empty where it holds none."""
    names = {"min": ("minimum", "minLength", "minItems"), "max": ("maximum", "maxLength", "maxItems")}[which]
    return next((f"{each.schema[name]:g}" for name in names if name in each.schema), "")


def summary(controls: Sequence[Control]) -> list[dict[str, str]]:
    """Everything that is wrong, in the order of the page: {id, label, text}; `id` is what to go to."""
    found: list[dict[str, str]] = []
    for each in controls:
        target = each.parts[0].id if each.parts else each.id
        found += [{"id": target, "label": each.label, "text": text} for text in each.errors]
        found += [wrong for row in each.rows for wrong in summary(row)]
    return found


def as_text(value: Any, each: Asked, words: Mapping[str, str]) -> str:
    """A value that is only shown, as people read it."""
    match value:
        case None:
            return ""
        case bool():
            return words["yes"] if value else words["no"]
        case list():
            return "\n".join(filter(None, (as_text(item, each, words) for item in value)))
        case dict():
            told = value.get("name") or value.get("address") or value.get("at")
            return str(told) if told else ", ".join(str(item) for item in value.values())
        case _:
            labels = {text: label for text, _, label in each.options()}
            return labels.get(str(value), str(value))
