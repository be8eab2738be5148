"""Whether the service is up, and how it does. Public: says which part does not answer, and counts nobody by name."""

from __future__ import annotations

from fastapi import Response

from api.doors import TheHouse, asks
from api.metrics import CONTENT_TYPE
from api.routing import answer, router
from api.schemas_people import Health

routes = router("", "system")


@routes.get("/healthz", response_model=Health)
@asks("health")
async def healthz() -> Response:
    """The process answers."""
    return answer({"status": "ok", "checks": {}})


@routes.get("/readyz", response_model=Health, responses={503: {"model": Health, "description": "Not ready."}})
@asks("health")
async def readyz(house: TheHouse) -> Response:
    """The database and Temporal answer; 503 while one of them does not."""
    checks = {"database": await house.store.is_up(), "temporal": await house.engine.reachable()}
    ready = all(checks.values())
    headers = None if ready else {"Retry-After": "1"}
    return answer({"status": "ok" if ready else "unavailable", "checks": checks}, 200 if ready else 503, headers)


@routes.get("/metrics", include_in_schema=False)
@asks("health")
async def metrics(house: TheHouse) -> Response:
    """For Prometheus. A proxy in front of the API has no reason to pass it on (docs/operations.md)."""
    return Response(await house.metrics.text(house.store), media_type=CONTENT_TYPE)
