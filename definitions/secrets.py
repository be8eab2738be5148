"""Where a value names a secret: `{"secret": "NAME"}`, and nothing beside it. Pure: names are found, values put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SECRET = "secret"  # noqa: S105 - the member that names one

TAKEN_BY = ("http.request",)
"""Actions in whose input a secret is put in the place of its name; to all others it is data like any other."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A value; `teams` may use it (none named = all), `hosts` are where it may be sent (none named = anywhere)."""

    value: str
    teams: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


def name_of(value: Any) -> str | None:
    """The name, where the value names a secret."""
    if isinstance(value, Mapping) and len(value) == 1 and isinstance(name := value.get(SECRET), str):
        return name
    return None


def named(value: Any) -> Iterator[str]:
    """Every name in a JSON value, in the order of the document."""
    yield from (name for _, name in places(value))


def places(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """(JSON pointer, name) of each."""
    if (name := name_of(value)) is not None:
        yield pointer, name
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from places(item, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from places(item, f"{pointer}/{index}")


def replaced(value: Any, values: Mapping[str, str]) -> Any:
    """The value with those of `values` in the place of their names; what is not in it stays."""
    if (name := name_of(value)) is not None:
        return values.get(name, value)
    if isinstance(value, Mapping):
        return {key: replaced(item, values) for key, item in value.items()}
    return [replaced(item, values) for item in value] if isinstance(value, list | tuple) else value
