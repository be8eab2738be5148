"""Traces to an OpenTelemetry collector, only where the environment names one: OTEL_EXPORTER_OTLP_ENDPOINT.

FastAPI makes the spans of requests by itself once there is a provider, Temporal's interceptor those of starts, signals,
queries, workflows and activities; the request's span and our own log lines share one trace id (api/tracing.py). All
settings are OpenTelemetry's own (OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, …).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

log = structlog.get_logger("holdfast")

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class CannotTrace(Exception):
    """A collector is named and the packages that speak to it are not there."""


@contextmanager
def exporting(service: str) -> Iterator[list[Any]]:
    """The interceptors a Temporal client needs, none where no collector is set; what was not sent goes at the end.

    Sets the provider of this process, so enter it once. Raises CannotTrace.
    """
    if not any(os.environ.get(name) for name in ENDPOINTS):
        yield []
        return
    provider = _provider(service)
    from temporalio.contrib.opentelemetry import TracingInterceptor

    log.info("traces_exported", service=service)
    try:
        yield [TracingInterceptor()]
    finally:
        provider.shutdown()


def _provider(service: str) -> Any:
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise CannotTrace(f"{ENDPOINTS[0]} is set: install holdfast[otel], or unset it") from None
    name = os.environ.get("OTEL_SERVICE_NAME") or service
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider
