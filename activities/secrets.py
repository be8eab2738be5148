"""Secrets by name: a definition names one, the effect that needs it is handed its value, and nobody else ever is.

`{"secret": "NAME"}` stands in what a request sends. The name is all that the definition, the run, its events and
Temporal's history know. The value is put in its place after the intent was stored and the rights were read, directly
before the request goes out; it goes only to the hosts that it is for. Whatever comes back, or goes wrong, is looked
through for the values before anybody reads it: an answer that repeats what it was sent says `***` there, and so does
every line that is logged meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any, Protocol
from urllib.parse import urlsplit

from activities.errors import ActionError, NotDone, Refused
from activities.ports import People
from definitions import secrets
from definitions.secrets import TAKEN_BY, Secret
from definitions.wire import EffectCall

HIDDEN = "***"

USED: ContextVar[tuple[str, ...]] = ContextVar("holdfast_secrets", default=())
"""The values that the effect which is being performed was handed."""


class Secrets(Protocol):
    """Where secrets are kept."""

    async def named(self, names: Collection[str]) -> Mapping[str, Secret]:
        """Those that there are. May raise when the database is away."""
        ...


async def filled(call: EffectCall, kept: Secrets | None, people: People) -> EffectCall:
    """The call with the values in the place of their names, which are remembered in `USED`.

    Raises ActionError `unknown_secret` for a name that is none, or for no team of who acts, and `address_not_allowed`
    for one that is not for this host; NotDone where they cannot be read.
    """
    names = sorted(set(secrets.named(call.input))) if call.activity in TAKEN_BY else []
    if not names:
        return call
    found, teams = await _read(kept, people, names, call.acting)
    for name in names:
        _judge(name, found.get(name), teams, str(call.input.get("url", "")))
    USED.set(tuple(found[name].value for name in names))
    given = secrets.replaced(call.input, {name: found[name].value for name in names})
    return EffectCall.from_json({**call.to_json(), "input": given})


async def _read(
    kept: Secrets | None, people: People, names: Collection[str], acting: str
) -> tuple[Mapping[str, Secret], Collection[str]]:
    """The secrets that there are, and the teams of who acts, at this moment."""
    try:
        return await kept.named(names) if kept else {}, (await people.me(acting))["teams"]
    except LookupError:
        raise Refused(f"{acting!r} has no rights any more.") from None
    except Exception:
        raise NotDone("Secrets cannot be read at the moment.", code="ledger_unavailable") from None


def _judge(name: str, secret: Secret | None, teams: Collection[str], url: str) -> None:
    """One that is another team's reads the same as one that is not there."""
    if secret is None or (secret.teams and not set(secret.teams) & set(teams)):
        raise ActionError("unknown_secret", f"There is no secret {name!r} for who acts.")
    if secret.hosts and not _among(secret.hosts, url):
        raise ActionError("address_not_allowed", f"The secret {name!r} is not for this host.")


def _among(hosts: Collection[str], url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    return host in hosts or f"{host}:{port}" in hosts


def hidden(value: Any, used: Collection[str] | None = None) -> Any:
    """JSON in which every value that was handed out reads `***`, also in the names of members."""
    values = USED.get() if used is None else used
    if not values:
        return value
    if isinstance(value, str):
        for each in values:
            value = value.replace(each, HIDDEN)
        return value
    if isinstance(value, Mapping):
        return {hidden(key, values): hidden(item, values) for key, item in value.items()}
    return [hidden(item, values) for item in value] if isinstance(value, list | tuple) else value


def hide_in_lines(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What every line that is logged goes through (structlog): without secrets in use it costs a look."""
    if values := USED.get():
        for key in list(_texts(line)):
            line[key] = hidden(line[key], values)
    return line


def _texts(line: Mapping[str, Any]) -> Iterator[str]:
    return (key for key, value in line.items() if isinstance(value, str | Mapping | list | tuple))
