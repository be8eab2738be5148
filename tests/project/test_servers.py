"""The servers the other tests stand on are real: asked who they are, they say so."""

from __future__ import annotations

import psycopg
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client

from definitions.wire import SEARCH_ATTRIBUTES


async def test_temporal_answers_and_knows_our_search_attributes(temporal_client: Client) -> None:
    assert await temporal_client.service_client.check_health(retry=True)
    known = await temporal_client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace="default"), retry=True
    )
    assert set(SEARCH_ATTRIBUTES) <= set(known.custom_attributes)


def test_each_test_has_a_postgresql_database_of_its_own(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        version, tables = connection.execute(
            "SELECT version(), (SELECT count(*) FROM pg_tables WHERE schemaname = 'public')"
        ).fetchone() or ("", -1)
    assert version.startswith("PostgreSQL")
    assert tables == 0
