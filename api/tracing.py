"""Who is asking on whose behalf, said once per request: the trace id and the log line's context.

The trace id comes from an incoming W3C `traceparent` or is made here; it stands in every log line and in every problem
document, so that what a caller quotes is what we find.
"""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

import structlog

log = structlog.get_logger("holdfast.api")

_trace: ContextVar[str] = ContextVar("trace", default="")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def begin_trace(traceparent: str | None) -> str:
    """The 32 hex digits this request goes by; all zeros is no trace id by the W3C's rules."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    trace = found[1] if found and int(found[1], 16) else secrets.token_hex(16)
    _trace.set(trace)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(trace=trace)
    return trace


def current_trace() -> str:
    """The trace id of the request being served, or '' outside of one."""
    return _trace.get()


def bind(**names: str | None) -> None:
    """Adds run, step, execution, actor … to every line this request logs from here on."""
    structlog.contextvars.bind_contextvars(**{key: value for key, value in names.items() if value is not None})
