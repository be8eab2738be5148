"""Who is asking on whose behalf, said once per request: the trace id and the log line's context.

The trace id is that of the request's OpenTelemetry span where traces are exported; else it comes from an incoming W3C
`traceparent`, or is made here. It stands in every log line and in every problem
document, so that what a caller quotes is what we find.
"""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

import structlog
from opentelemetry.trace import get_current_span

log = structlog.get_logger("holdfast.api")

_trace: ContextVar[str] = ContextVar("trace", default="")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def begin_trace(traceparent: str | None) -> str:
    """The 32 hex digits this request goes by; all zeros is no trace id by the W3C's rules."""
    trace = _span_trace() or _incoming(traceparent) or secrets.token_hex(16)
    _trace.set(trace)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(trace=trace)
    return trace


def _span_trace() -> str | None:
    span = get_current_span().get_span_context()
    return f"{span.trace_id:032x}" if span.is_valid else None


def _incoming(traceparent: str | None) -> str | None:
    found = _TRACEPARENT.fullmatch(traceparent or "")
    return found[1] if found and int(found[1], 16) else None


def current_trace() -> str:
    """The trace id of the request being served, or '' outside of one."""
    return _trace.get()


def bind(**names: str | None) -> None:
    """Adds run, step, execution, actor … to every line this request logs from here on."""
    structlog.contextvars.bind_contextvars(**{key: value for key, value in names.items() if value is not None})
