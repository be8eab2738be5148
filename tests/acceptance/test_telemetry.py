"""What monitoring reads: metrics of API and worker over HTTP, and spans at a collector that speaks OTLP."""

from __future__ import annotations

import gzip
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.acceptance.house import Parts
from tests.support.processes import until
from tests.support.servers import free_port

DOCUMENT = {
    "holdfast": 1,
    "key": "watched",
    "name": "Watched",
    "record": "demo.orders",
    "steps": [
        {"id": "look", "kind": "task", "title": "Look"},
        {"id": "order", "kind": "get_data", "title": "Load the order", "fields": ["total"]},
    ],
}


class Collector:
    """Takes spans as OTLP over HTTP; (service, name, trace id) of each."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, str, str]] = []
        keep = self.spans

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                raw = gzip.decompress(raw) if self.headers.get("Content-Encoding") == "gzip" else raw
                for resource in ExportTraceServiceRequest.FromString(raw).resource_spans:
                    names = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
                    for scope in resource.scope_spans:
                        keep.extend((names["service.name"], s.name, s.trace_id.hex()) for s in scope.spans)
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.server.shutdown()


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[tuple[Parts, int]]:
    """API and worker that are watched, and the port of the worker's metrics."""
    port = free_port()
    settings = {
        "HOLDFAST_METRICS_PORT": str(port),
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    house = Parts(tmp_path_factory.mktemp("watched"), **settings)
    house.start_up()
    yield house, port
    house.stop()


pytestmark = pytest.mark.server


def metrics(url: str) -> dict[str, float]:
    """Each series with its value, as Prometheus reads them."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
        rows = [line for line in answer.read().decode().splitlines() if line and not line.startswith("#")]
    return {series: float(value) for series, _, value in (row.rpartition(" ") for row in rows)}


def backlog(url: str) -> tuple[float, float]:
    """How much Temporal has not been told, and the age of the oldest of it in seconds."""
    found = metrics(url)
    return found["holdfast_outbox_entries"], found["holdfast_outbox_oldest_seconds"]


def told_all(house: Parts) -> bool:
    """A run may move, and end, before it is written down that Temporal was told."""
    return until(lambda: backlog(house.url) == (0, 0), 20)


def finish_one(house: Parts) -> str:
    house.publish(DOCUMENT)
    run = house.start("ann", "watched", record="o2")["id"]
    house.until(run, lambda view: view["current"] == ["look"])
    assert house.command("ann", run, "complete", step="look", output={})[0] == 200
    house.until(run, lambda view: view["status"] == "completed")
    return str(run)


def test_the_worker_serves_what_it_is_scaled_by(watched: tuple[Parts, int]) -> None:
    house, port = watched
    finish_one(house)
    found = metrics(f"http://127.0.0.1:{port}")
    names = {series.partition("{")[0] for series in found}
    assert {
        "temporal_workflow_task_schedule_to_start_latency_seconds_count",
        "temporal_activity_execution_latency_seconds_count",
        "temporal_worker_task_slots_available",
        "temporal_sticky_cache_size",
    } <= names
    assert any('activity_type="holdfast.get_data"' in series for series in found)


def test_spans_of_api_and_worker_meet_in_one_trace_that_the_log_names(
    watched: tuple[Parts, int], collector: Collector, tmp_path: Path
) -> None:
    house, _ = watched
    run = finish_one(house)

    def trace() -> str | None:
        both: dict[str, set[str]] = {}
        for service, _name, trace in list(collector.spans):
            both.setdefault(trace, set()).add(service)
        full = [trace for trace, services in both.items() if services == {"holdfast-api", "holdfast-worker"}]
        return next((trace for trace in full if trace in house.api.log.read_text()), None)

    assert until(lambda: trace() is not None, 20), collector.spans
    names = {name for _, name, _ in collector.spans}
    assert {"StartWorkflow:watched", "RunWorkflow:watched", "RunActivity:holdfast.get_data"} <= names
    assert until(lambda: run in house.api.log.read_text(), 20)


def test_the_api_serves_what_it_is_judged_by(watched: tuple[Parts, int]) -> None:
    house, _ = watched
    finish_one(house)
    found = metrics(house.url)
    commands = "/v1/runs/{run}/commands"
    assert found['holdfast_commands_total{outcome="applied",type="complete"}'] >= 1
    assert found[f'holdfast_request_seconds_count{{method="POST",route="{commands}",status="200"}}'] >= 1
    assert told_all(house)
    assert not any("run-" in series for series in found), "patterns and no ids"


def test_what_temporal_has_not_been_told_is_counted(watched: tuple[Parts, int]) -> None:
    """The number that rises while workers or Temporal are away, with the age that tells for how long."""
    house, _ = watched
    house.publish(DOCUMENT)
    run = house.start("ann", "watched", record="o2")["id"]
    house.until(run, lambda view: view["current"] == ["look"])
    assert told_all(house)
    house.temporal.stop()
    try:
        assert house.command("ann", run, "complete", tries=1, step="look", output={})[0] == 202
        found = metrics(house.url)
        assert found["holdfast_outbox_entries"] == 1 and found["holdfast_outbox_oldest_seconds"] > 0
        assert found['holdfast_commands_total{outcome="received",type="complete"}'] == 1
    finally:
        house.temporal.start()
    house.until(run, lambda view: view["status"] == "completed")
    assert told_all(house)
