"""The OIDC issuer of the settings, with the one client it is asked by."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from api.oidc import Issuer, Oidc
from api.store.store import Store
from holdfast.settings import Settings


@asynccontextmanager
async def issuer_of(settings: Settings, store: Store) -> AsyncIterator[Oidc | None]:
    """The issuer, or None where none is set. Nothing is asked before the first person comes."""
    if settings.oidc is None:
        yield None
        return
    given = settings.oidc.model_dump(exclude={"client_secret"})
    secret = settings.oidc.client_secret.get_secret_value() if settings.oidc.client_secret else ""
    async with httpx2.AsyncClient(trust_env=False) as client:
        yield Oidc(Issuer(**given, client_secret=secret), store, client)
