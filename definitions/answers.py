"""One answer to one field: whether it is what the field's type takes, and how it is kept.

Each type has one function. It gives the value as it is kept, or raises `Wrong` with a code and a place inside the
value; conditions, bounds and options are laid over it in forms.py.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from definitions.times import Offset, parse_date, parse_instant

SAFE_INT = 2**53
ID_LENGTH = 200
_EMAIL = re.compile(r"[^@\s<>\",;:()\[\]\\]{1,64}@[^@\s.<>\",;:()\[\]\\]{1,63}(\.[^@\s.<>\",;:()\[\]\\]{1,63}){0,8}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{1,30}[0-9]")
_URL = re.compile(r"https?://[^\s/?#@\\]{1,253}([/?#]\S{0,2000})?", re.IGNORECASE)
_GO_DURATION = re.compile(r"(?=[0-9])(?:([0-9]{1,7})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,12})s)?")


class Wrong(Exception):
    """Why a value is not an answer: a code of forms.PROBLEMS, a sentence, and the place inside the value."""

    def __init__(self, code: str, message: str, at: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.at = code, message, at


def is_empty(value: Any) -> bool:
    """Whether a value says nothing: null, an empty or blank text, an empty list or map. False and 0 are answers."""
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def typed(type_: str, value: Any) -> Any:
    """The value as a field of this type keeps it. Raises Wrong."""
    return TYPES[type_](value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong("wrong_type", "must be a text")
    return value


def _line(value: Any) -> str:
    if any(ord(char) < 32 for char in _text(value)):
        raise Wrong("wrong_format", "must be one line without control characters")
    return str(value)


def number(value: Any) -> int | float:
    """A finite number. Raises Wrong."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong("wrong_type", "must be a number")
    if not math.isfinite(value) or abs(value) > SAFE_INT:
        raise Wrong("wrong_type", "must be a number that JSON can hold")
    return value


def _integer(value: Any) -> int:
    if number(value) != int(value):
        raise Wrong("wrong_type", "must be a whole number")
    return int(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("wrong_type", "must be true or false")
    return value


def _scalar(value: Any) -> str | int | float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Wrong("wrong_type", "must be one of the options")
    return value


def _scalars(value: Any) -> list[Any]:
    items = _list(value)
    for index, item in enumerate(items):
        try:
            _scalar(item)
        except Wrong as wrong:
            raise Wrong(wrong.code, wrong.message, f"/{index}") from None
        if item in items[:index]:
            raise Wrong("duplicate", "is chosen twice", f"/{index}")
    return items


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise Wrong("wrong_type", "must be a list")
    return list(value)


def _date(value: Any) -> str:
    return _read(parse_date, value)


def _datetime(value: Any) -> str:
    return _read(parse_instant, value)


def _duration(value: Any) -> str:
    """Kept in seconds, the form an expression reads as a duration."""
    return f"{duration_seconds(_read(duration_seconds, value)):.0f}s"


def _read(reader: Callable[[str], Any], value: Any) -> str:
    try:
        reader(_text(value))
    except ValueError as wrong:
        raise Wrong("wrong_format", str(wrong)) from None
    return str(value)


def duration_seconds(text: str) -> float:
    """`90 minutes`, `1h30m`, `5400s`. Raises ValueError."""
    if (match := _GO_DURATION.fullmatch(text)) is not None:
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return float(hours * 3600 + minutes * 60 + seconds)
    return Offset.parse(text).seconds


def _matching(pattern: re.Pattern[str], example: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if pattern.fullmatch(_line(value).strip()) is None:
            raise Wrong("wrong_format", f"must be written like {example}")
        return str(value).strip()

    return check


def _id(value: Any) -> str:
    if len(_line(value)) > ID_LENGTH:
        raise Wrong("too_long", f"must have at most {ID_LENGTH} characters")
    return str(value)


def shaped(value: Any, keys: dict[str, Callable[[Any], Any]], required: tuple[str, ...]) -> dict[str, Any]:
    """A map that holds these keys and no others. Raises Wrong."""
    if not isinstance(value, dict):
        raise Wrong("wrong_type", f"must be a map of {', '.join(keys)}")
    for key in value:
        if key not in keys:
            raise Wrong("unknown_field", f"there is no {str(key)[:80]!r} here", f"/{str(key)[:80]}")
    for key in required:
        if is_empty(value.get(key)):
            raise Wrong("missing", f"{key} is missing", f"/{key}")
    return {key: _inside(key, check, value[key]) for key, check in keys.items() if value.get(key) is not None}


def _inside(key: str | int, check: Callable[[Any], Any], value: Any) -> Any:
    try:
        return check(value)
    except Wrong as wrong:
        raise Wrong(wrong.code, wrong.message, f"/{key}{wrong.at}") from None


def _file(value: Any) -> dict[str, Any]:
    """An uploaded file by its id. A path is no key of it: the server takes none from a body.

    Name, type, size and digest are what the door found under that id, whatever the caller wrote there.
    """
    return shaped(value, FILE_KEYS, ("file",))


def _files(value: Any) -> list[dict[str, Any]]:
    return [_inside(index, _file, item) for index, item in enumerate(_list(value))]


def _file_or_files(value: Any) -> Any:
    return _files(value) if isinstance(value, list) else _file(value)


def _signature(value: Any) -> dict[str, Any]:
    """The signer's name, and either that it was typed or the picture of what was drawn."""
    kept = shaped(value, {**FILE_KEYS, "name": _line, "typed": _boolean, "at": _datetime}, ("name",))
    if not kept.get("typed") and "file" not in kept:
        raise Wrong("missing", "a signature is typed, or has its picture", "/file")
    return kept


def _location(value: Any) -> dict[str, Any]:
    keys = {"lat": _between(90), "lon": _between(180), "accuracy": _length, "address": _text}
    return shaped(value, keys, ("lat", "lon"))


def _length(value: Any) -> int | float:
    if number(value) < 0:
        raise Wrong("wrong_format", "must not be negative")
    return number(value)


def _between(most: int) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if abs(number(value)) > most:
            raise Wrong("wrong_format", f"must lie between -{most} and {most}")
        return value

    return check


def _stopwatch(value: Any) -> dict[str, Any]:
    """When it was pressed. What an earlier answer was told besides may come back with it, and is worked out anew."""
    kept = shaped(value, {"at": _datetime, "timer": _line, "minutes": number}, ("at",))
    return {"at": kept["at"]}


FILE_KEYS: dict[str, Callable[[Any], Any]] = {
    "file": _id, "name": _line, "caption": _text, "type": _line, "size": _integer, "sha256": _line,
}  # fmt: skip


def _no_answer(value: Any) -> Any:
    raise Wrong("not_editable", "is shown, not asked")


TYPES: dict[str, Callable[[Any], Any]] = {
    "text": _line,
    "long_text": _text,
    "number": number,
    "integer": _integer,
    "money": number,
    "boolean": _boolean,
    "choice": _scalar,
    "choices": _scalars,
    "date": _date,
    "datetime": _datetime,
    "duration": _duration,
    "email": _matching(_EMAIL, "name@example.org"),
    "phone": _matching(_PHONE, "+31 20 555 0101"),
    "url": _matching(_URL, "https://example.org/page"),
    "record": _id,
    "info": _no_answer,
    "checklist": _scalars,
    "table": _list,
    "pictures": _files,
    "file": _file_or_files,
    "signature": _signature,
    "location": _location,
    "barcode": _line,
    "stopwatch": _stopwatch,
}
"""Field type -> how its value is read. A test holds it against the types of the model."""
