"""Each type of field as plain HTML controls hold it: texts under names, both ways.

A browser without scripts knows texts and files. So a value becomes texts (`write`) to be shown, and what was sent
becomes a value again (`read`), which the form's own judge then looks at. What cannot be read as the type that is asked
for is handed on as it was written: the judge refuses it, and the person finds it as it was. `None` is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from definitions.times import parse_instant, rfc3339

Texts = Mapping[str, list[str]]
"""The texts of one field by part: the one under its own name has the part ""."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading depends on: the reader's language, the time zone of the definition, the options by their text."""

    lang: str = "en"
    zone: str = "UTC"
    options: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Widget:
    """How a type is shown (`kind` names the macro), written and read."""

    kind: str
    write: Callable[[Any, Reader], dict[str, list[str]]]
    read: Callable[[Texts, Reader], Any]


def first(texts: Texts, part: str = "") -> str:
    """The one text of a part, without the blanks around it."""
    return (texts.get(part) or [""])[0].strip()


def _write_text(value: Any, _reader: Reader) -> dict[str, list[str]]:
    return {"": [str(value)]}


def _read_line(texts: Texts, _reader: Reader) -> Any:
    return first(texts) or None


def _read_text(texts: Texts, _reader: Reader) -> Any:
    text = (texts.get("") or [""])[0].replace("\r\n", "\n").strip()
    return text or None


_GROUPED = {
    "en": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII),
    "de": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?|[+-]?\d+,\d+", re.ASCII),
}
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)


def number_of(text: str, lang: str) -> Any:
    """`1,250.50` as the English write it, `1.250,50` as the Germans do; another text as it stands."""
    bare = text.replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    if len(bare) > 40:
        return text
    if _GROUPED[lang].fullmatch(bare):
        bare = bare.replace(",", "") if lang == "en" else bare.replace(".", "").replace(",", ".")
    if not _PLAIN.fullmatch(bare):
        return text
    return float(bare) if "." in bare else int(bare)


def _read_number(texts: Texts, reader: Reader) -> Any:
    text = first(texts)
    return number_of(text, reader.lang) if text else None


def _write_number(value: Any, reader: Reader) -> dict[str, list[str]]:
    return {"": [str(value).replace(".", ",") if reader.lang == "de" else str(value)]}


def _write_yes(value: Any, _reader: Reader) -> dict[str, list[str]]:
    return {"": ["yes" if value else "no"]}


def _read_yes(texts: Texts, _reader: Reader) -> Any:
    said = first(texts)
    return {"yes": True, "no": False, "": None}.get(said, said)


def _read_choice(texts: Texts, reader: Reader) -> Any:
    said = (texts.get("") or [""])[0]
    return (reader.options or {}).get(said, said) if said else None


def _read_choices(texts: Texts, reader: Reader) -> Any:
    known = reader.options or {}
    return [known.get(said, said) for said in texts.get("", []) if said] or None


def _write_choices(value: Any, _reader: Reader) -> dict[str, list[str]]:
    return {"": [str(each) for each in value]} if isinstance(value, list) else {}


def _write_moment(value: Any, reader: Reader) -> dict[str, list[str]]:
    """An instant as a clock in the definition's zone shows it."""
    try:
        return {"": [parse_instant(str(value)).astimezone(ZoneInfo(reader.zone)).strftime("%Y-%m-%dT%H:%M")]}
    except ValueError:
        return {"": [str(value)]}


def _read_moment(texts: Texts, reader: Reader) -> Any:
    text = first(texts)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text or None
    return rfc3339(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(reader.zone)))


def _write_watch(value: Any, reader: Reader) -> dict[str, list[str]]:
    return _write_moment(value["at"], reader) if isinstance(value, dict) and "at" in value else {}


def _read_watch(texts: Texts, reader: Reader) -> Any:
    found = _read_moment(texts, reader)
    return None if found is None else {"at": found}


def _write_place(value: Any, reader: Reader) -> dict[str, list[str]]:
    if not isinstance(value, dict):
        return {}
    numbers = {key: _write_number(value[key], reader)[""] for key in ("lat", "lon") if key in value}
    return {**numbers, **({"address": [str(value["address"])]} if value.get("address") else {})}


def _read_place(texts: Texts, reader: Reader) -> Any:
    found = {key: number_of(text, reader.lang) for key in ("lat", "lon") if (text := first(texts, key))}
    if address := first(texts, "address"):
        found["address"] = address
    return found or None


def _write_signature(value: Any, _reader: Reader) -> dict[str, list[str]]:
    return {"": [str(value["name"])]} if isinstance(value, dict) and value.get("name") else {}


def _read_signature(texts: Texts, _reader: Reader) -> Any:
    name = first(texts)
    return {"name": name, "typed": True} if name else None


def _write_files(value: Any, _reader: Reader) -> dict[str, list[str]]:
    held = value if isinstance(value, list) else [value]
    return {"kept": [str(each["file"]) for each in held if isinstance(each, dict) and each.get("file")]}


def _read_files(texts: Texts, _reader: Reader) -> Any:
    dropped = texts.get("drop", [])
    return [{"file": each} for each in dict.fromkeys(texts.get("kept", [])) if each and each not in dropped] or None


def _read_file(texts: Texts, reader: Reader) -> Any:
    """A new file takes the place of the one before."""
    found = _read_files(texts, reader)
    return found[-1] if found else None


_LINE = Widget("line", _write_text, _read_line)
_NUMBER = Widget("line", _write_number, _read_number)

WIDGETS: Mapping[str, Widget] = {
    **dict.fromkeys(("text", "email", "phone", "url", "barcode", "record", "date", "duration"), _LINE),
    **dict.fromkeys(("number", "integer", "money"), _NUMBER),
    "long_text": Widget("text", _write_text, _read_text),
    "boolean": Widget("radios", _write_yes, _read_yes),
    "choice": Widget("radios", _write_text, _read_choice),
    "choices": Widget("checks", _write_choices, _read_choices),
    "checklist": Widget("checks", _write_choices, _read_choices),
    "datetime": Widget("line", _write_moment, _read_moment),
    "stopwatch": Widget("line", _write_watch, _read_watch),
    "location": Widget("parts", _write_place, _read_place),
    "signature": Widget("line", _write_signature, _read_signature),
    "pictures": Widget("file", _write_files, _read_files),
    "file": Widget("file", _write_files, _read_file),
}
"""Type of field -> its controls; a `table` is made of its columns, and `info` asks nothing. A test holds it against the
types of the language."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "location": ("lat", "lon", "address"),
    "pictures": ("", "kept", "drop"),
    "file": ("", "kept", "drop"),
}
"""Parts of the types that have other than the one under their own name."""
