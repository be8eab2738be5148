"""The model that a worker asks, where the settings name one, with the table that counts what it costs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from activities.ai import AiSettings, Model
from api.seen_files import SeenFiles
from api.store.ai_budget import SqlBudget
from api.store.people import People
from api.store.store import Store
from definitions.budget import MICROS, Limits
from holdfast.ai_settings import AiFields


@asynccontextmanager
async def model_of(settings: AiFields, store: Store) -> AsyncIterator[Model | None]:
    """The model, whose connections are closed at the end; None where none is set up.

    Its library takes a second to import, which only those pay that use it.
    """
    if not settings.has_ai:
        yield None
        return
    from activities.ai.provider import Provider

    provider = Provider(ai_settings(settings))
    try:
        yield Model(provider, SqlBudget(store), SeenFiles(store, People(store)))
    finally:
        await provider.close()


def ai_settings(settings: AiFields) -> AiSettings:
    """The settings as the effects take them."""
    return AiSettings(
        base_url=settings.ai_address,
        model=settings.ai_model,
        api_key=settings.ai_api_key.get_secret_value() if settings.ai_api_key else "",
        style=settings.ai_style,
        timeout=settings.ai_timeout,
        max_output=settings.ai_max_output,
        max_input=settings.ai_max_input,
        max_files=settings.ai_max_files,
        max_pages=settings.ai_max_pages,
        max_bytes=settings.ai_max_bytes,
        max_pixels=settings.ai_max_pixels,
        price_input=settings.ai_price_input,
        price_output=settings.ai_price_output,
        limits=limits_of(settings),
    )


def limits_of(settings: AiFields) -> Limits:
    """What runs and teams may use."""
    run, team = _micros(settings.ai_run_cost), _micros(settings.ai_team_cost)
    return Limits(settings.ai_run_tokens, run, settings.ai_team_tokens, team)


def _micros(money: float | None) -> int | None:
    return None if money is None else round(money * MICROS)
