"""What arrives becomes a message, whatever it is.

A signal is believed to come from the person it names only with the seal of the API over it. Everything else is a
command of `temporal-cli`, with the roles the installation grants to Temporal's own tools, and is recorded as such. What
is no command at all becomes `Unreadable`: nothing is dropped, and nothing raises here.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from definitions.canonical import seal_text
from definitions.engine.judge import stored_size
from definitions.engine.messages import CommandGiven, Message, Unreadable
from definitions.wire import (
    CLI_ACTOR,
    COMMAND_SIGNALS,
    SIGNAL_CHILD_TOLD,
    SIGNAL_STOP,
    SYSTEM_ACTOR,
    Actor,
    RunStart,
)
from workers.children import word_of

TRACE = re.compile(r"[0-9a-f]{32}")
"""A trace id by the W3C's rules. Anything else in its place is left out, for it would land in log lines."""

FAMILY = (SIGNAL_CHILD_TOLD, SIGNAL_STOP)
"""What runs of one family say to each other."""

TYPES = {signal: kind for kind, signal in COMMAND_SIGNALS.items()}


def message_of(start: RunStart, signal: str, payload: Any, at: datetime) -> Message:
    """The message a signal carries. `payload` is its first argument as JSON, or an exception where there is none."""
    if signal in FAMILY:
        return _of_the_family(start, signal, payload, at)
    if signal not in TYPES:
        return Unreadable(at, signal[:200], "unknown_signal", "no command has this signal", excerpt(payload))
    if not isinstance(payload, dict) or stored_size(payload) is None:
        return Unreadable(at, signal, "malformed", "a signal carries one JSON object", excerpt(payload))
    sealed = isinstance(payload.get("command"), dict)
    command = payload["command"] if sealed else payload
    command = {"type": TYPES[signal], **command}
    if command["type"] != TYPES[signal]:
        problem = f"the signal {signal} cannot carry the command {command['type']!r}"
        return Unreadable(at, signal, "malformed", problem, excerpt(payload))
    actor = believed(start, payload) if sealed else None
    if actor is None:
        return CommandGiven(at, by_hand(command), cli_actor(start))
    return CommandGiven(at, command, actor, trace_of(payload))


def _of_the_family(start: RunStart, signal: str, payload: Any, at: datetime) -> Message:
    """What a parent or a child run says, which is believed only as sealed by the system itself."""
    actor = believed(start, payload) if isinstance(payload, dict) else None
    if actor is None or actor.id != SYSTEM_ACTOR:
        return Unreadable(at, signal, "not_sealed", "only the system itself says this", excerpt(payload))
    return word_of(signal, payload["command"], at)


def by_hand(command: dict[str, Any]) -> dict[str, Any]:
    """An unsealed command under an id no sealed one can have, so that it never answers for somebody else's."""
    given = command.get("id")
    return {**command, "id": f"{CLI_ACTOR}:{given}"} if isinstance(given, str) and given else command


def trace_of(payload: dict[str, Any]) -> str:
    """The trace id beside a command, '' for none."""
    trace = payload.get("trace")
    return trace if isinstance(trace, str) and TRACE.fullmatch(trace) else ""


def believed(start: RunStart, payload: dict[str, Any]) -> Actor | None:
    """The actor an envelope names, if one of the run's keys sealed exactly this."""
    try:
        text = seal_text(start.run, payload["command"], payload["actor"], payload["at"])
        seal = base64.b64decode(payload["seal"], validate=True)
        if any(_sealed_by(key, seal, text) for key in start.keys):
            return Actor.from_json(payload["actor"])
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error):
        pass
    return None


def cli_actor(start: RunStart) -> Actor:
    """Who stands behind a signal that nobody sealed."""
    return Actor(CLI_ACTOR, start.cli_roles)


def _sealed_by(key: str, seal: bytes, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(seal, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def excerpt(payload: Any) -> str:
    """The beginning of what arrived, in plain ASCII, for whoever reads the refusal."""
    try:
        return ascii(payload)[:200]
    except (RecursionError, ValueError):
        return type(payload).__name__


def decoded(args: Sequence[Any], decode: Any) -> Any:
    """The one argument of a signal, or what stands in its place when there is none or it cannot be read."""
    if len(args) != 1:
        return ValueError(f"{len(args)} arguments")
    try:
        return decode(args[0].payload)
    except Exception as error:  # a converter may raise anything; a signal handler may raise nothing
        return error
