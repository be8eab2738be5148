"""What an answer names that lies outside of the run: uploaded files, and records that are looked up.

Whether they exist, and are for the eyes of who answers, is for the door to find out. Here is only where they stand, and
how what the door found out is written into the answer: name, type, size and digest of a file are not the caller's word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from definitions.expressions.values import member
from definitions.model import FormField

Place = tuple[str | int, ...]
FILES = ("pictures", "file", "signature")


@dataclass(frozen=True, slots=True)
class Named:
    """One file or record. `place` is where its value stands in the answer, `path` the same as a JSON pointer."""

    field: FormField
    id: str
    place: Place
    path: str

    @property
    def is_file(self) -> bool:
        return self.field.type in FILES

    @property
    def must_be_picture(self) -> bool:
        return self.field.type in ("pictures", "signature")


def named(fields: Sequence[FormField], answer: Any, base: str = "/output") -> list[Named]:
    """Everything that an answer names, in the order of the fields. What has the wrong shape is left to the judge."""
    return list(_in_rows(fields, answer, (), base))


def _in_rows(fields: Sequence[FormField], answer: Any, place: Place, path: str) -> Iterator[Named]:
    if not isinstance(answer, Mapping):
        return
    for each in fields:
        value, here, at = answer.get(each.id), (*place, each.id), member(path, each.id)
        match each.type:
            case "record" if isinstance(value, str) and value:
                yield Named(each, value, here, at)
            case "table" if isinstance(value, list):
                for index, row in enumerate(value):
                    yield from _in_rows(each.fields, row, (*here, index), member(at, index))
            case "pictures" | "file" if isinstance(value, list):
                for index, item in enumerate(value):
                    yield from _file(each, item, (*here, index), member(at, index))
            case "file" | "signature":
                yield from _file(each, value, here, at)
            case _:
                pass


def _file(field: FormField, value: Any, place: Place, path: str) -> Iterator[Named]:
    if isinstance(value, Mapping) and isinstance(value.get("file"), str) and value["file"]:
        yield Named(field, value["file"], place, path)


def filled(answer: Any, found: Mapping[Place, Mapping[str, Any]]) -> Any:
    """The answer with what is known of each file written over what the caller said of it."""
    return _filled(answer, (), found) if found else answer


def _filled(value: Any, place: Place, found: Mapping[Place, Mapping[str, Any]]) -> Any:
    if place in found:
        return {**value, **found[place]}
    match value:
        case dict():
            return {key: _filled(each, (*place, key), found) for key, each in value.items()}
        case list():
            return [_filled(each, (*place, index), found) for index, each in enumerate(value)]
        case _:
            return value


def told(named: Named, reference: Mapping[str, Any]) -> dict[str, Any]:
    """What is written about a file; the name in a signature is the signer's."""
    return {key: value for key, value in reference.items() if key != "name" or named.field.type != "signature"}
