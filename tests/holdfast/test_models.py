"""The settings of AI become what a worker works with; without any there is no model."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from activities.ai.provider import Provider
from api.store.store import Store
from definitions.budget import Limits
from holdfast.models import ai_settings, model_of
from holdfast.settings import Settings


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("BASE_URL", "API_KEY", "MODEL", "STYLE", "RUN_TOKENS", "RUN_COST", "TEAM_TOKENS", "TEAM_COST"):
        monkeypatch.delenv(f"HOLDFAST_AI_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


async def test_without_any_there_is_no_model(tmp_path: Path) -> None:
    async with Store(f"sqlite:///{tmp_path / 'x.db'}") as store, model_of(Settings(), store) as model:
        assert model is None


async def test_an_address_or_a_key_is_enough_and_connections_are_closed_at_the_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOLDFAST_AI_API_KEY", "sk-hunter2")
    async with Store(f"sqlite:///{tmp_path / 'x.db'}") as store:
        async with model_of(Settings(), store) as model:
            assert model is not None
            provider = model.provider
            assert isinstance(provider, Provider)
            assert provider.settings.base_url == "https://api.openai.com/v1"
        assert provider._client.is_closed()
    assert "hunter2" not in repr(Settings()) + repr(provider.settings)


def test_money_is_counted_in_millionths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_AI_BASE_URL", "http://127.0.0.1:11434/v1")
    monkeypatch.setenv("HOLDFAST_AI_RUN_COST", "0.25")
    monkeypatch.setenv("HOLDFAST_AI_TEAM_TOKENS", "1000000")
    monkeypatch.setenv("HOLDFAST_AI_STYLE", "json")
    settings = ai_settings(Settings())
    assert settings.limits == Limits(run_micros=250_000, team_tokens=1_000_000)
    assert (settings.base_url, settings.api_key, settings.takes_pdf) == ("http://127.0.0.1:11434/v1", "", False)


@pytest.mark.parametrize(
    ("name", "value"),
    [("BASE_URL", "localhost:1234"), ("STYLE", "telepathy"), ("RUN_COST", "-1"), ("RUN_TOKENS", "many")],
)
def test_what_cannot_be_meant_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"HOLDFAST_AI_{name}", value)
    with pytest.raises(ValidationError):
        Settings()
