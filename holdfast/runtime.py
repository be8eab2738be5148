"""The native half of Temporal's SDK: where its log lines go and where its metrics are read.

By itself it writes coloured text to standard output, past `logging`; here its lines become lines like ours. Its metrics
(task latencies, slots, pollers, cache) are those a worker is watched and scaled by; they are served on a port of their
own, since a worker serves no HTTP otherwise.
"""

from __future__ import annotations

import functools
import logging

from temporalio.runtime import LogForwardingConfig, LoggingConfig, PrometheusConfig, Runtime, TelemetryConfig

CORE_LINES = "warn,temporalio_sdk_core=warn"
"""The filter of the native side, in its own notation."""


@functools.cache
def core_runtime(metrics: str | None = None) -> Runtime:
    """One runtime per process and address; `metrics` is `host:port`. Raises ValueError where nobody may listen there.

    Each has threads of its own and lives as long as the process.
    """
    prometheus = None
    if metrics:
        prometheus = PrometheusConfig(
            bind_address=metrics, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
        )
    forwarding = LogForwardingConfig(
        logger=_logger(),
        append_target_to_name=False,
        prepend_target_on_message=False,
        append_log_fields_to_message=False,
    )
    return Runtime(
        telemetry=TelemetryConfig(
            logging=LoggingConfig(filter=CORE_LINES, forwarding=forwarding),
            metrics=prometheus,
            metric_prefix="temporal_",
        )
    )


def _logger() -> logging.Logger:
    logger = logging.getLogger("temporalio.core")
    if not any(isinstance(each, _Plain) for each in logger.filters):
        logger.addFilter(_Plain())
    return logger


class _Plain(logging.Filter):
    """The native record, which no formatter can read, gives way to the fields that it holds."""

    def filter(self, record: logging.LogRecord) -> bool:
        native = record.__dict__.pop("temporal_log", None)
        if native is not None:
            record.__dict__.update(target=native.target, fields=str(native.fields)[:1000])
        return True
