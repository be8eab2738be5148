"""YAML at the door: only what JSON can say. Anchors, aliases, tags and merge keys are refused, because a few lines of
aliases unfold into gigabytes and a tag can name code; a document that uses one gets a plain 400.

Scalars are read by the rules of YAML 1.2's core schema (only `true` and `false` are booleans, `yes` is text, a date is
text). Built from the parser's events, so that no constructor of the library ever runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from api.gate import MAX_DEPTH, check_value, decode, parse_float, parse_integer, too_deep, too_large
from api.problems import Invalid, Malformed

MAX_YAML = 1024 * 1024
"""Bytes of YAML: the reader is pure Python and takes about a second for this much. Larger documents come as JSON."""

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

_END = object()


def parse_yaml(raw: bytes) -> Any:
    """The one document in some bytes of YAML, as JSON values. 400 malformed, too_deep, duplicate_key; 413; 422."""
    if len(raw) > MAX_YAML:
        raise too_large(MAX_YAML)
    try:
        events = iter(YAML(typ="safe", pure=True).parse(decode(raw)))
        value = _document(events)
    except YAMLError as error:
        raise Malformed(f"Not YAML: {_first_line(error)}") from None
    check_value(value)
    return value


def _document(events: Iterator[Any]) -> Any:
    value: Any = None
    documents = 0
    for event in events:
        match event:
            case StreamStartEvent() | StreamEndEvent() | DocumentEndEvent():
                continue
            case DocumentStartEvent():
                documents += 1
                if documents > 1:
                    raise Malformed("One YAML document at a time.", code="many_documents")
            case _:
                value = _node(event, events, 1)
    return value


def _node(event: Any, events: Iterator[Any], depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise too_deep()
    match event:
        case AliasEvent():
            raise Malformed("YAML aliases are not taken.", code="yaml_alias")
        case ScalarEvent():
            _plain(event)
            return event.value if event.style else _scalar(event.value)
        case SequenceStartEvent():
            _plain(event)
            return _sequence(events, depth)
        case MappingStartEvent():
            _plain(event)
            return _mapping(events, depth)
        case _:
            return _END


def _sequence(events: Iterator[Any], depth: int) -> list[Any]:
    items: list[Any] = []
    while not isinstance(event := next(events), SequenceEndEvent):
        items.append(_node(event, events, depth + 1))
    return items


def _mapping(events: Iterator[Any], depth: int) -> dict[str, Any]:
    members: dict[str, Any] = {}
    while not isinstance(event := next(events), MappingEndEvent):
        if not isinstance(event, ScalarEvent):
            raise Malformed("A key of a mapping is a plain text.", code="yaml_key")
        _plain(event)
        if event.value in members:
            raise Malformed(f"The key {ascii(event.value)[:80]} stands twice in one mapping.", code="duplicate_key")
        members[event.value] = _node(next(events), events, depth + 1)
    return members


def _plain(event: Any) -> None:
    if event.anchor is not None:
        raise Malformed("YAML anchors are not taken.", code="yaml_alias")
    if getattr(event, "tag", None) not in (None, "!"):
        raise Malformed("YAML tags are not taken.", code="yaml_tag")


def _scalar(text: str) -> Any:
    """An unquoted scalar by the core schema; octal and hexadecimal stay text, as JSON has neither."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return parse_integer(text)
    if _FLOAT.fullmatch(text):
        return parse_float(text)
    if _NOT_FINITE.fullmatch(text):
        raise Invalid(f"{text} is not a number that can be kept.", code="not_finite")
    return text


def _first_line(error: YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    what = str(getattr(error, "problem", None) or error).splitlines()[0][:200]
    return f"{what} at line {mark.line + 1}, column {mark.column + 1}." if mark else what
